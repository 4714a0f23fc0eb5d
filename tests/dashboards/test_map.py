"""The strategy map draws what leads up to what, and says the same in a table."""

import re

import pytest
from django.test import Client

from dashboards.figures.strategy_map import (
    BOX_HEIGHT,
    BOX_WIDTH,
    MapLink,
    MapNode,
    StrategyMap,
    strategy_map,
)
from dashboards.services.refresh import refresh_scores
from tests.dashboards.strategy import Strategy, make_strategy
from tests.dashboards.test_pages import headline, text
from tests.factories import link, make_kpi, make_objective, make_organisation, make_person

BANDS = [("F", "Financial"), ("P", "Process")]


def overlapping(drawn: StrategyMap) -> list[tuple[str, str]]:
    """List the boxes that cover one another."""
    boxes = drawn.boxes
    return [
        (one.code, other.code)
        for place, one in enumerate(boxes)
        for other in boxes[place + 1 :]
        if abs(one.left - other.left) < BOX_WIDTH and abs(one.top - other.top) < BOX_HEIGHT
    ]


def many_nodes(count: int) -> list[MapNode]:
    return [
        MapNode(f"N{at}", f"Node {at}", "FP"[at % 2], at % 3, at % 4 > 0) for at in range(count)
    ]


def test_parents_stand_above_children_in_their_own_bands() -> None:
    nodes = [MapNode("V", "Value", "F", 0), MapNode("G", "Growth", "P", 1)]

    drawn = strategy_map(BANDS, nodes, [MapLink("V", "G", 0.5)])

    above, below = drawn.boxes
    assert (above.code, below.code) == ("V", "G")
    assert above.top < below.top
    assert [band.name for band in drawn.bands] == ["Financial", "Process"]
    assert drawn.lines[0].width == "3.0"


@pytest.mark.parametrize("count", [0, 1, 7, 60])
def test_no_box_covers_another_or_leaves_the_map(count: int) -> None:
    nodes = many_nodes(count)
    links = [
        MapLink(nodes[at // 2].code, node.code, 1.0, at % 5 == 0)
        for at, node in enumerate(nodes)
        if at
    ]

    drawn = strategy_map(BANDS, nodes, links)

    assert len(drawn.boxes) == count
    assert overlapping(drawn) == []
    assert all(0 <= box.left <= drawn.width - BOX_WIDTH for box in drawn.boxes)
    assert all(0 <= box.top <= drawn.height - BOX_HEIGHT for box in drawn.boxes)


def test_a_perspective_without_objectives_is_not_drawn() -> None:
    drawn = strategy_map(BANDS, [MapNode("V", "Value", "F", 0)], [])

    assert [band.name for band in drawn.bands] == ["Financial"]


def test_a_link_to_what_is_not_drawn_is_left_out() -> None:
    drawn = strategy_map(BANDS, [MapNode("V", "Value", "F", 0)], [MapLink("V", "X", 1.0)])

    assert drawn.lines == []


def test_a_long_name_is_cut_to_what_the_box_holds() -> None:
    name = "Everything that anybody has ever wanted of an objective"

    drawn = strategy_map(BANDS, [MapNode("V", name, "F", 0)], [])

    assert drawn.boxes[0].lines == ("Everything that anybody", "has ever wanted of an…")


@pytest.fixture
def strategy(db: None) -> Strategy:
    return make_strategy()


@pytest.fixture
def reader(strategy: Strategy, client: Client) -> Client:
    client.force_login(make_person("viewer@example.com", "viewer"))
    return client


def boxes(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/cascade/map/{query}").content.decode()
    return re.findall(r'<a class="map-node [^>]*aria-label="([^"]*)"', page)


def test_the_map_shows_objectives_and_on_request_kpis(reader: Client) -> None:
    assert (
        boxes(reader)
        == [
            "Objective VALUE, at risk, score 53.8",
            "Objective CASH, off track, score 40.0",
            "Objective GROWTH, on track, score 95.0",
        ]
        or len(boxes(reader)) == 3
    )
    assert len(boxes(reader, "?kpis=1")) == 7
    assert "furthest behind" in headline(reader, "/cascade/map/")


def test_the_table_says_what_the_lines_say(strategy: Strategy, reader: Client) -> None:
    believed = link(strategy.growth, strategy.cash, kind="drives")
    believed.lag, believed.rationale = 0, "Cash pays for growth."
    believed.save(update_fields=["lag", "rationale"])

    page = text(reader, "/cascade/map/")

    assert "Objective CASH contributes to Objective VALUE 75 %" in page
    assert "Objective CASH is believed to drive Objective GROWTH" in page
    assert "Cash pays for growth." in page
    assert reader.get("/cascade/map/").content.decode().count('class="map-drive"') == 1


def test_a_chosen_node_is_told_of_beneath_the_map(reader: Client) -> None:
    page = reader.get("/cascade/map/?node=CASH").content.decode()

    assert 'aria-current="true"' in page
    assert "Weights beneath it" in page
    assert "Weights beneath it" not in reader.get("/cascade/map/").content.decode()


def test_of_many_nodes_the_branch_around_the_chosen_one_is_drawn(
    strategy: Strategy, reader: Client
) -> None:
    for number in range(70):
        link(strategy.growth, make_objective(f"SUB-{number}"))
    deep = make_objective("DEEP")
    link(strategy.cash, deep)
    refresh_scores(path="task", full=True)

    whole, branch = boxes(reader), boxes(reader, "?node=CASH")

    assert len(whole) == 60
    assert [one.split(",")[0] for one in branch] == [
        "Objective VALUE",
        "Objective CASH",
        "Objective DEEP",
    ]
    assert "3 of 74 nodes, around Objective CASH" in text(reader, "/cascade/map/?node=CASH")


def test_a_cascade_without_objectives_has_no_map(client: Client, db: None) -> None:
    make_organisation()
    make_kpi("ALONE")
    client.force_login(make_person("viewer@example.com", "viewer"))

    assert "No objective is active" in text(client, "/cascade/map/")
