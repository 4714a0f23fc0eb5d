"""A close freezes what stands then, members before groups, and leaves it out of recomputes."""

from contextlib import suppress
from pathlib import Path

import pytest
from django.db import DatabaseError

from dashboards.errors import GapsError
from dashboards.models import RecomputeRun, ScoreBlock, ScoreSnapshot, SnapshotBlock
from dashboards.selectors.freshness import freshness
from dashboards.selectors.snapshots import seal_of
from dashboards.services.closing import Closed, close_period
from dashboards.services.refresh import refresh_scores
from kpialign.interchange.editing import edit_rows
from kpis.errors import MembersOpenError, PeriodClosedError
from kpis.models import PeriodState, PlanVersion
from organisation.models import AuditEntry, Entity, RecomputeRequest
from tests.dashboards.cascade import make_cascade, stored_bytes
from tests.dashboards.commands import run
from tests.dashboards.statements import refusing_number
from tests.factories import figure, make_entity, make_kpi, period, record

DATA = Path(__file__).parents[1] / "data" / "conformance"


def close(label: str, entity: str = "", why: str = "no need") -> list[Closed]:
    """Close a period as a command does."""
    return close_period(
        period=period(label),
        entity=Entity.objects.get(code=entity) if entity else None,
        by=None,
        path="command",
        why=why,
    )


def closed() -> set[str]:
    """Name what is closed."""
    states = PeriodState.objects.filter(state="closed").select_related("period", "entity")
    return {f"{one.period.label} {one.entity.code}" for one in states}


def blocks_of_closed() -> dict[tuple[int, int, int], bytes]:
    """Return the blocks of the last snapshots, by entity, period and number."""
    rows = SnapshotBlock.objects.order_by("snapshot__number").values_list(
        "snapshot__entity", "snapshot__period", "number", "data"
    )
    return {(entity, label, number): bytes(data) for entity, label, number, data in rows}


@pytest.mark.django_db
def test_the_last_month_closes_its_quarter_and_what_is_open_inside() -> None:
    make_cascade()

    done = close("2026-03")

    assert [str(one.period) for one in done] == ["2026-01", "2026-02", "2026-03", "2026-Q1"]
    assert closed() == {f"{one} GROUP" for one in ("2026-01", "2026-02", "2026-03", "2026-Q1")}


@pytest.mark.django_db
def test_a_month_within_a_quarter_closes_alone() -> None:
    make_cascade()

    close("2026-02")

    assert closed() == {"2026-02 GROUP"}


@pytest.mark.django_db
def test_the_last_month_of_the_year_closes_the_year_and_all_inside() -> None:
    make_cascade()
    close("2026-02")

    close("2026-12")

    assert len(closed()) == 12 + 4 + 1
    assert ScoreSnapshot.objects.count() == 12 + 4 + 1


@pytest.mark.django_db
def test_a_year_closes_by_its_label() -> None:
    make_cascade()

    close("2026")

    assert len(closed()) == 12 + 4 + 1


@pytest.mark.django_db
def test_a_snapshot_keeps_the_bytes_that_a_recompute_gives() -> None:
    make_cascade()
    refresh_scores(path="task")
    wanted = stored_bytes()

    close("2026-Q1")

    kept = blocks_of_closed()
    assert kept
    assert kept == {where: wanted[where] for where in kept}
    assert {where for where in wanted if where[1] == period("2026-Q1").pk} <= set(kept)


@pytest.mark.django_db
def test_a_close_brings_scores_up_to_date_and_pages_learn_of_it() -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    before = freshness().version
    record(figure(cascade.lead_time, "2026-Q1", "60"))

    close("2026-Q1")

    assert freshness().version != before
    assert stored_bytes() | blocks_of_closed() == stored_bytes()
    assert RecomputeRun.objects.latest("pk").by_path == "close"


@pytest.mark.django_db
def test_everything_stands_sealed_in_the_snapshot() -> None:
    make_cascade()

    close("2026-Q1")

    for one in ScoreSnapshot.objects.select_related("entity", "period", "version"):
        blocks = [(b.number, bytes(b.data)) for b in one.blocks.order_by("number")]
        assert one.digest == seal_of(one, blocks)


@pytest.mark.django_db
def test_a_close_is_told_in_the_trail_and_freezes_the_version() -> None:
    make_cascade()

    done = close("2026-02")

    entry = AuditEntry.objects.get(action="close_period")
    assert entry.subject_key == "2026-02 GROUP"
    assert entry.after == {
        "state": "closed",
        "snapshot": 1,
        "digest": done[0].digest,
        "version": "v1",
    }
    assert PlanVersion.objects.get().frozen_at is not None


@pytest.mark.django_db
def test_a_period_does_not_close_twice() -> None:
    make_cascade()
    close("2026-02")

    with pytest.raises(PeriodClosedError, match="2026-02 is closed for every entity already"):
        close("2026-02")
    with pytest.raises(PeriodClosedError, match="2026-02 is closed for Group already"):
        close("2026-02", "GROUP")

    assert ScoreSnapshot.objects.count() == 1


@pytest.mark.django_db
def test_a_group_does_not_close_before_its_members() -> None:
    make_cascade()
    make_entity("NORTH")
    make_entity("SOUTH")
    close("2026-02", "NORTH")

    with pytest.raises(MembersOpenError, match="South still open for 2026-02"):
        close("2026-02", "GROUP")
    close("2026-02", "SOUTH")
    close("2026-02", "GROUP")

    assert closed() == {"2026-02 NORTH", "2026-02 SOUTH", "2026-02 GROUP"}


@pytest.mark.django_db
def test_all_close_members_first() -> None:
    make_cascade()
    make_entity("NORTH")
    make_entity("ARCTIC", parent="NORTH")

    done = close("2026-02")

    assert [one.entity.code for one in done] == ["ARCTIC", "NORTH", "GROUP"]


@pytest.mark.django_db
def test_a_member_that_is_not_active_then_needs_no_close() -> None:
    make_cascade()
    north = make_entity("NORTH")
    Entity.objects.filter(pk=north.pk).update(active_from="2026-03-01")

    close("2026-02", "GROUP")

    assert closed() == {"2026-02 GROUP"}
    with pytest.raises(PeriodClosedError, match="not active there"):
        close("2026-02", "NORTH")


@pytest.mark.django_db
def test_gaps_ask_for_a_reason() -> None:
    cascade = make_cascade()
    make_kpi("SCRAP")
    record(figure(cascade.delivery, "2026-Q1", "80", status="submitted"))

    with pytest.raises(GapsError) as refused:
        close("2026-Q1", why="")

    assert {gap.kpi_code for gap in refused.value.gaps} == {"DELIVERY", "SCRAP"}
    assert "2 figures are missing or not approved" in str(refused.value)
    assert "give a reason" in str(refused.value)
    assert not closed()
    assert not ScoreSnapshot.objects.exists()
    done = close("2026-Q1", why="The plant was flooded")
    assert ScoreSnapshot.objects.get(digest=done[-1].digest).why == "The plant was flooded"


@pytest.mark.django_db
def test_nothing_missing_needs_no_reason() -> None:
    make_cascade()

    assert close("2026-Q1", why="")


@pytest.mark.django_db
def test_a_period_without_any_figure_closes_too() -> None:
    cascade = make_cascade()
    record(figure(cascade.delivery, "2026-Q1", None), figure(cascade.lead_time, "2026-Q1", None))

    close("2026-02")

    assert closed() == {"2026-02 GROUP"}
    assert not SnapshotBlock.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("is_full", [True, False])
def test_a_recompute_leaves_closed_blocks_as_they_are(*, is_full: bool) -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    close("2026-Q1")
    kept = stored_bytes()
    edit_rows(rows={"links": weights("9", "1")}, by=None, path="form")

    refresh_scores(path="command", full=is_full)

    closed_ids = {one.pk for one in map(period, ("2026-01", "2026-02", "2026-03", "2026-Q1"))}
    now = stored_bytes()
    assert {w: d for w, d in now.items() if w[1] in closed_ids} == {
        w: d for w, d in kept.items() if w[1] in closed_ids
    }
    # The year is open, and follows the new weights.
    year = period("2026").pk
    assert {w: d for w, d in now.items() if w[1] == year} != {
        w: d for w, d in kept.items() if w[1] == year
    }
    assert cascade.speed.code == "SPEED"


def weights(delivery: str, lead_time: str) -> list[dict[str, str]]:
    """Give Speed these weights."""
    return [
        {"parent": "SPEED", "child": "DELIVERY", "weight": delivery},
        {"parent": "SPEED", "child": "LEAD-TIME", "weight": lead_time},
    ]


@pytest.mark.django_db
def test_a_run_that_read_before_the_close_writes_nothing_closed() -> None:
    cascade = make_cascade()
    refresh_scores(path="task")
    record(figure(cascade.lead_time, "2026-Q1", "60"))
    close("2026-Q1")
    kept = stored_bytes()

    refresh_scores(path="task")

    assert not RecomputeRequest.objects.filter(handled_at=None).exists()
    closed_id = period("2026-Q1").pk
    assert all(ScoreBlock.objects.filter(period=closed_id).values_list("version", flat=True))
    assert {w: d for w, d in stored_bytes().items() if w[1] == closed_id} == {
        w: d for w, d in kept.items() if w[1] == closed_id
    }


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["01", "03", "05", "08"])
def test_closed_entities_keep_the_bytes_of_the_whole(number: str) -> None:
    run("import_cascade", str(DATA / number))
    refresh_scores(path="command")
    wanted = stored_bytes()
    last = run("export_scores").splitlines()[-1].split(",")[0]

    close(last)

    kept = blocks_of_closed()
    assert kept == {where: wanted[where] for where in kept}
    assert stored_bytes() == wanted


@pytest.mark.django_db(transaction=True)
def test_a_close_broken_at_any_statement_closes_nothing() -> None:
    make_cascade()
    make_entity("NORTH")
    refresh_scores(path="task")
    kept, entries = stored_bytes(), AuditEntry.objects.count()
    number, tried = 0, 0
    while tried >= number:
        number += 1
        with refusing_number(number) as statements, suppress(DatabaseError):
            close("2026-Q1")
        tried = len(statements)
        if tried >= number:
            assert stored_bytes() == kept, statements[number - 1]
            assert not closed()
            assert not ScoreSnapshot.objects.exists()
            assert PlanVersion.objects.get().frozen_at is None
            assert AuditEntry.objects.count() == entries
    assert number > 30
    assert len(closed()) == 8
