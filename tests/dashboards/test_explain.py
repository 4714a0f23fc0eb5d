"""An explanation adds up to the score, and leads down to the figure that somebody typed."""

import json
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from dashboards.services.refresh import refresh_scores
from kpis.models import Node, NodeDefinition
from organisation.models import Entity
from organisation.services.recompute import request_recompute
from tests.dashboards.cascade import aim, make_cascade
from tests.dashboards.commands import exported, run
from tests.factories import figure, link, make_entity, make_kpi, make_person, record
from tests.scoring.reference.folder_writer import write_folder
from tests.scoring.reference.generator import generate

Document = dict[str, Any]

pytestmark = pytest.mark.django_db


def explained(code: str, *, period: str = "2026-Q1", entity: str = "GROUP") -> Document:
    """Return the explanation that the command gives as JSON."""
    told = run("explain_score", code, "--period", period, "--entity", entity, "--format", "json")
    document: Document = json.loads(told)
    return document


def nodes_of(document: Document) -> Iterator[Document]:
    """Give every node of an explanation."""
    yield document
    for term in (*document["terms"], *document.get("drivers", ())):
        yield from nodes_of(term)


def test_the_terms_of_a_weighted_mean_add_up_to_the_score() -> None:
    make_cascade()

    told = explained("SPEED")

    assert (told["node"], told["entity"], told["period"]) == ("SPEED", "GROUP", "2026-Q1")
    assert (told["score"], told["coverage"], told["how"]) == (70.0, 1.0, "arithmetic")
    assert [(t["code"], t["weight"], t["score"], t["product"]) for t in told["terms"]] == [
        ("DELIVERY", 0.75, 80.0, 60.0),
        ("LEAD-TIME", 0.25, 40.0, 10.0),
    ]


def test_a_kpi_is_explained_by_its_attainment_and_the_revision_behind_it() -> None:
    cascade = make_cascade()
    head = make_person("head@example.com", "department_head", department="OPS")
    change = figure(cascade.lead_time, "2026-Q1", "60", status="submitted", why="Carrier's error")
    record(change, by=head, path="form")

    told = explained("LEAD-TIME")

    assert told["attainment"]["actual"] == 60.0
    assert told["attainment"]["target"] == 100.0
    assert told["attainment"]["baseline"] == 0.0
    assert told["attainment"]["raw"] == 0.6
    revision = told["revision"]
    assert revision.pop("at")
    assert revision == {
        "number": 2,
        "status": "submitted",
        "by": "head@example.com",
        "from": "40",
        "to": "60",
        "why": "Carrier's error",
        "path": "form",
    }


def test_a_formula_is_explained_by_its_inputs() -> None:
    make_cascade()
    profit, revenue = make_kpi("PROFIT"), make_kpi("REVENUE")
    margin = make_kpi("MARGIN", formula="PROFIT / REVENUE", time_rollup="formula")
    aim(margin, "0.5")
    record(figure(profit, "2026-Q1", "20"), figure(revenue, "2026-Q1", "80"))

    told = explained("MARGIN")

    assert told["score"] == 50.0
    assert told["formula"]["text"] == "PROFIT / REVENUE"
    inputs = {
        one["code"]: (one["value"], one["revision"]["to"]) for one in told["formula"]["inputs"]
    }
    assert inputs == {"PROFIT": (20.0, "20"), "REVENUE": (80.0, "80")}


def test_a_consolidated_value_names_each_member() -> None:
    make_cascade()
    sales = make_kpi("SALES", entity_rollup="sum", entities=("ALPS", "COAST"))
    for place, value in (("ALPS", "30"), ("COAST", "50")):
        make_entity(place)
        sales.entities.add(Entity.objects.get(code=place))
        record(figure(sales, "2026-Q1", value, entity=place))
    aim(sales, "100")

    told = explained("SALES")

    assert [(one["entity"], one["value"]) for one in told["consolidated"]] == [
        ("ALPS", 30.0),
        ("COAST", 50.0),
    ]
    assert told["score"] == 80.0


def test_what_has_no_figure_yet_is_named_and_unknown() -> None:
    cascade = make_cascade()
    record(figure(cascade.lead_time, "2026-Q1", None))

    told = explained("SPEED")

    assert [one["node"] for one in told["waiting"]] == ["LEAD-TIME"]
    assert told["waiting"][0]["score"] is None


def test_a_geometric_score_is_the_product_of_its_factors() -> None:
    make_cascade()
    NodeDefinition.objects.filter(node__code="SPEED").update(aggregation="geometric")

    told = explained("SPEED")

    assert told["how"] == "geometric"
    assert prod(term["product"] for term in told["terms"]) == pytest.approx(told["score"], abs=1e-9)


def test_a_kpi_keeps_its_drivers_apart_from_its_result() -> None:
    cascade = make_cascade()
    link(cascade.delivery.node, cascade.lead_time.node)

    told = explained("DELIVERY")

    assert told["terms"] == []
    assert told["score"] == 80.0
    assert told["driver_score"] == 40.0
    assert [one["code"] for one in told["drivers"]] == ["LEAD-TIME"]


@pytest.mark.parametrize("seed", range(300, 306))
def test_every_explanation_of_a_made_up_cascade_adds_up_to_its_exported_score(
    seed: int, tmp_path: Path
) -> None:
    write_folder(tmp_path / "cascade", generate(seed))
    run("import_cascade", str(tmp_path / "cascade"))
    refresh_scores(path="command")
    rows = [row for row in exported(tmp_path) if row["score"]]

    for row in rows[:: max(len(rows) // 15, 1)]:
        told = explained(row["code"], period=row["period"], entity=row["entity"])
        assert told["score"] == pytest.approx(float(row["score"]), rel=1e-9, abs=1e-9)
        for node in nodes_of(told):
            products = [term["product"] for term in node["terms"]]
            if node["how"] == "arithmetic" and products:
                assert sum(products) == pytest.approx(node["score"], abs=1e-9)


def test_the_text_leads_from_the_score_to_who_typed_what() -> None:
    cascade = make_cascade()
    record(figure(cascade.lead_time, "2026-Q1", "60"))

    lines = run("explain_score", "SPEED", "--period", "2026-Q1").splitlines()

    assert lines[0] == "SPEED: score 75.0 (arithmetic, coverage 1.0)"
    assert lines[1].startswith("  DELIVERY: score 80.0")
    assert any("revision 2, approved, by system" in line for line in lines)


@pytest.mark.parametrize(
    ("code", "options", "told"),
    [
        ("NOTHING", ("--period", "2026-Q1"), "There is no node 'NOTHING'."),
        ("SPEED", ("--period", "soon"), "There is no period 'soon'."),
        (
            "SPEED",
            ("--period", "2026-Q1", "--entity", "NOWHERE"),
            "There is no entity 'NOWHERE'.",
        ),
    ],
)
def test_what_is_not_there_is_told_in_a_line(
    code: str, options: tuple[str, ...], told: str
) -> None:
    make_cascade()

    with pytest.raises(CommandError) as refused:
        run("explain_score", code, *options)

    assert str(refused.value) == told


def test_an_archived_node_has_no_explanation() -> None:
    make_cascade()
    Node.objects.filter(code="SPEED").update(archived_at=timezone.now())
    request_recompute(kind="node", key="SPEED", by=None, why="archived")

    with pytest.raises(CommandError, match="SPEED is archived"):
        run("explain_score", "SPEED", "--period", "2026-Q1")
