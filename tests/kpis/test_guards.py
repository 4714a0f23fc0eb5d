"""The database refuses what would change a closed period, whoever asks."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from dashboards.models import FrozenPart, NodeSlot, ScoreBlock, ScoreSnapshot, SnapshotBlock
from dashboards.services.closing import close_period
from kpialign.guards import PREFIX, guards_lifted
from kpialign.interchange.changing import CascadeRefusedError
from kpialign.interchange.editing import edit_rows
from kpis.errors import PeriodLockedError
from kpis.models import (
    Actual,
    ActualRevision,
    NodeDefinition,
    PeriodState,
    PlanVersion,
    Rate,
    Reopening,
    ReportingPeriod,
    Target,
)
from kpis.services.periods import realign_periods
from objectives.models import CascadeLink
from organisation.models import Entity
from tests.dashboards.cascade import aim, make_cascade
from tests.factories import figure, make_entity, make_person, period, record

Q1, Q2 = "2026-Q1", "2026-Q2"
Write = Callable[[], object]


@pytest.fixture
def closed(db: None) -> None:
    """Close the first quarter of a cascade that has figures in two."""
    cascade = make_cascade()
    make_entity("NORTH")
    aim(cascade.delivery, "100", Q2)
    record(figure(cascade.delivery, Q2, "70"), figure(cascade.lead_time, Q2, "70"))
    Rate.objects.create(currency="USD", period=period(Q1), average=1, closing=1)
    Rate.objects.create(currency="USD", period=period(Q2), average=1, closing=1)
    close_period(period=period(Q1), entity=None, by=None, path="command", why="As it is")


def refused(write: Write) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


def in_q1() -> Actual:
    return Actual.objects.get(period=period(Q1), kpi__node__code="DELIVERY")


def in_q2() -> Actual:
    return Actual.objects.get(period=period(Q2), kpi__node__code="DELIVERY")


WRITES: dict[str, Write] = {
    "a new cell": lambda: Actual.objects.create(
        kpi_id=in_q1().kpi_id, entity=Entity.objects.get(code="NORTH"), period=period(Q1)
    ),
    "a pointer": lambda: Actual.objects.filter(pk=in_q1().pk).update(counted=None),
    "a cell moved out": lambda: Actual.objects.filter(pk=in_q1().pk).update(
        period=period("2026-Q3")
    ),
    "a cell moved in": lambda: Actual.objects.filter(pk=in_q2().pk).update(
        period=period(Q1), entity=Entity.objects.get(code="NORTH")
    ),
    "a cell deleted": lambda: connection.cursor().execute(
        "DELETE FROM kpis_actual WHERE id = %s", [in_q1().pk]
    ),
    "a revision": lambda: ActualRevision.objects.create(
        actual=in_q1(), number=9, value=1, status="draft", path="form"
    ),
    "a revision's value": lambda: ActualRevision.objects.filter(actual=in_q1()).update(value=1),
    "a revision's status": lambda: ActualRevision.objects.filter(actual=in_q1()).update(
        status="draft"
    ),
    "a revision moved in": lambda: ActualRevision.objects.filter(actual=in_q2()).update(
        actual=in_q1(), number=9
    ),
    "a target": lambda: Target.objects.filter(period=period(Q1)).update(target=1),
    "a target of the year": lambda: Target.objects.create(
        kpi_id=in_q1().kpi_id, entity=Entity.objects.get(code="GROUP"), period=period("2026")
    ),
    "a target of a month inside": lambda: Target.objects.create(
        kpi_id=in_q1().kpi_id, entity=Entity.objects.get(code="GROUP"), period=period("2026-02")
    ),
    "a target moved in": lambda: Target.objects.filter(period=period(Q2)).update(
        period=period("2026-01")
    ),
    "a target deleted": lambda: Target.objects.filter(period=period(Q1)).delete(),
    "a rate": lambda: Rate.objects.filter(period=period(Q1)).update(closing=2),
    "a new rate": lambda: Rate.objects.create(
        currency="GBP", period=period("2026-02"), average=1, closing=1
    ),
    "a rate deleted": lambda: Rate.objects.filter(period=period(Q1)).delete(),
    "the days of a period": lambda: ReportingPeriod.objects.filter(label=Q1).update(
        end_on=date(2026, 3, 30)
    ),
    "a state": lambda: PeriodState.objects.update(state="open"),
    "a state deleted": lambda: PeriodState.objects.all().delete(),
    "the moment of a close": lambda: PeriodState.objects.update(
        changed_at=timezone.now() - timedelta(days=99)
    ),
    "a frozen version": lambda: PlanVersion.objects.update(frozen_at=None),
    "the beginning of a version": lambda: PlanVersion.objects.update(
        effective_from=date(2026, 1, 1)
    ),
    "a definition": lambda: NodeDefinition.objects.filter(node__code="SPEED").update(
        aggregation="weakest"
    ),
    "a definition deleted": lambda: NodeDefinition.objects.filter(node__code="SPEED").delete(),
    "a weight": lambda: CascadeLink.objects.update(weight=Decimal(7)),
    "a link deleted": lambda: CascadeLink.objects.all().delete(),
    "a score": lambda: ScoreBlock.objects.filter(period=period(Q1)).update(data=b""),
    "a score deleted": lambda: ScoreBlock.objects.filter(period=period(Q1)).delete(),
    "a new score": lambda: ScoreBlock.objects.create(
        entity=Entity.objects.get(code="GROUP"), period=period(Q1), number=77, data=b""
    ),
    "a snapshot": lambda: ScoreSnapshot.objects.update(why="otherwise"),
    "a snapshot deleted": lambda: connection.cursor().execute(
        "DELETE FROM dashboards_scoresnapshot"
    ),
    "a snapshot's block": lambda: SnapshotBlock.objects.update(data=b""),
    "a snapshot's block deleted": lambda: SnapshotBlock.objects.all().delete(),
    "frozen inputs": lambda: FrozenPart.objects.update(data=b""),
    "a slot": lambda: NodeSlot.objects.filter(node__code="SPEED").update(slot=99),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_the_database_refuses_what_would_change_what_is_closed(closed: None, write: Write) -> None:
    refused(write)


def test_the_database_takes_what_is_open(closed: None) -> None:
    Actual.objects.filter(pk=in_q2().pk).update(draft=None)
    ActualRevision.objects.filter(actual=in_q2()).update(value=1)
    Target.objects.filter(period=period(Q2)).update(target=1)
    Rate.objects.filter(period=period(Q2)).update(closing=2)
    PlanVersion.objects.update(edit_count=7)
    ReportingPeriod.objects.filter(label=Q1).update(label=Q1)
    ScoreBlock.objects.filter(period=period("2026")).delete()

    assert Rate.objects.get(period=period(Q2)).closing == 2


def test_a_rate_is_free_where_only_an_entity_without_members_is_closed(db: None) -> None:
    make_cascade()
    make_entity("NORTH")
    north = Entity.objects.get(code="NORTH")
    close_period(period=period(Q1), entity=north, by=None, path="command", why="x")

    Rate.objects.create(currency="USD", period=period(Q1), average=1, closing=1)

    assert Rate.objects.count() == 1


def asked(entity: str, label: str = Q1) -> Reopening:
    person = make_person(f"{entity.lower()}@x.example")
    where = Entity.objects.get(code=entity)
    return Reopening.objects.create(
        period=period(label), entity=where, asked_by=person, reason="A wrong sign"
    )


def confirm(reopening: Reopening) -> None:
    Reopening.objects.filter(pk=reopening.pk).update(
        settled_by=make_person("second@x.example"), settled_at=timezone.now(), is_confirmed=True
    )


def open_(entity: str, label: str) -> None:
    PeriodState.objects.filter(entity__code=entity, period=period(label)).update(
        state="open", changed_at=timezone.now()
    )


def test_a_closed_period_opens_once_two_people_said_so(closed: None) -> None:
    reopening = asked("NORTH")

    refused(lambda: open_("NORTH", Q1))
    confirm(reopening)
    for label in (Q1, "2026-02"):
        open_("NORTH", label)
        open_("GROUP", label)

    assert PeriodState.objects.filter(state="open").count() == 4
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodState.objects.filter(state="closed").update(
            period=period("2026-Q4"), entity=Entity.objects.get(code="NORTH")
        )


def test_the_reopening_of_a_group_opens_no_member(closed: None) -> None:
    confirm(asked("GROUP"))

    refused(lambda: open_("NORTH", Q1))


def test_an_earlier_reopening_opens_no_later_close(closed: None) -> None:
    confirm(asked("NORTH"))
    for label in ("2026-01", "2026-02", "2026-03", Q1):
        open_("GROUP", label)
        open_("NORTH", label)

    close_period(period=period(Q1), entity=None, by=None, path="command", why="Again")

    refused(lambda: open_("NORTH", Q1))


GUARDED = {
    "kpis_actual",
    "kpis_actualrevision",
    "kpis_target",
    "kpis_rate",
    "kpis_reportingperiod",
    "kpis_periodstate",
    "kpis_planversion",
    "kpis_nodedefinition",
    "objectives_cascadelink",
    "dashboards_scoreblock",
    "dashboards_scoresnapshot",
    "dashboards_snapshotblock",
    "dashboards_frozenpart",
    "dashboards_nodeslot",
}


@pytest.mark.django_db
def test_no_later_migration_has_taken_a_guard_away() -> None:
    table = "sqlite_master WHERE type = 'trigger' AND"
    if connection.vendor == "postgresql":
        table = "(SELECT tgname AS name FROM pg_trigger) AS found WHERE"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM {table} name LIKE '{PREFIX}%%'")  # noqa: S608
        found = {name for (name,) in cursor.fetchall()}

    for guarded in GUARDED:
        assert f"{PREFIX}{guarded}_update" in found
        assert f"{PREFIX}{guarded}_delete" in found


@pytest.mark.django_db(transaction=True)
def test_guards_are_lifted_for_a_while_and_put_back() -> None:
    make_cascade()
    close_period(period=period(Q1), entity=None, by=None, path="command", why="")

    with guards_lifted():
        ScoreSnapshot.objects.update(why="for a test")

    refused(lambda: ScoreSnapshot.objects.update(why="otherwise"))


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_may_close_too() -> None:
    make_cascade()

    close_period(period=period(Q1), entity=None, by=None, path="command", why="")

    assert ScoreSnapshot.objects.exists()


def change(**rows: list[dict[str, str]]) -> str:
    """Change rows as a form does; return what is said if it is refused."""
    try:
        edit_rows(rows=rows, by=None, path="form")
    except CascadeRefusedError as error:
        return "; ".join(str(one) for one in error.errors)
    return ""


def target(label: str, entity: str = "GROUP") -> str:
    row = {"kpi": "DELIVERY", "entity": entity, "period": label, "target": "55"}
    return change(targets=[row])


def actual(label: str) -> str:
    return change(actuals=[{"kpi": "DELIVERY", "period": label, "value": "55"}])


def test_targets_change_only_where_nothing_inside_or_around_is_closed(closed: None) -> None:
    assert f"{Q1}, or one inside or around it, is closed for GROUP" in target(Q1)
    assert "is closed for GROUP" in target("2026")
    assert target(Q2) == ""


def test_an_equal_row_of_a_closed_period_is_no_change(closed: None) -> None:
    row = {"kpi": "DELIVERY", "period": Q1, "baseline": "0", "target": "100"}

    assert change(targets=[row], actuals=[{"kpi": "DELIVERY", "period": Q1, "value": "80"}]) == ""


def test_a_quarters_figure_is_taken_while_only_a_month_inside_is_closed(db: None) -> None:
    make_cascade()
    close_period(period=period("2026-01"), entity=None, by=None, path="command", why="x")

    assert actual(Q1) == ""
    assert "is closed for GROUP" in target(Q1)


def test_figures_of_a_closed_period_are_refused_by_every_way(closed: None) -> None:
    assert f"{Q1} is closed for GROUP" in actual(Q1)
    cell = in_q1()
    for path in ("form", "api", "import"):
        for status in ("draft", "submitted"):
            with pytest.raises(PeriodLockedError, match="2026-Q1 is closed for Group"):
                record(figure(cell.kpi, Q1, "1", status=status, why="so"), path=path)
    assert ActualRevision.objects.filter(actual=cell).count() == 1
    assert actual(Q2) == ""


def test_rates_of_a_closed_group_are_refused(closed: None) -> None:
    def rate(label: str) -> str:
        return change(rates=[{"currency": "USD", "period": label, "average": "3", "closing": "3"}])

    assert f"{Q1} is closed for a group" in rate(Q1)
    assert rate(Q2) == ""


@pytest.mark.parametrize(
    "row",
    [
        {"code": "NORTH", "currency": "USD"},
        {"code": "NORTH", "active_from": "2026-02"},
        {"code": "NORTH", "active_to": "2026-02"},
        {"code": "NORTH", "parent": "SOUTH"},
    ],
    ids=lambda row: next(name for name in row if name != "code"),
)
def test_a_closed_entity_stays_where_and_what_it_was(closed: None, row: dict[str, str]) -> None:
    assert change(entities=[{"code": "SOUTH", "name": "South", "parent": "GROUP"}]) == ""
    before = Entity.objects.filter(code="NORTH").values().get()

    said = change(entities=[row])

    assert "closed" in said
    assert Entity.objects.filter(code="NORTH").values().get() == before


def test_a_closed_entity_may_end_later_and_change_its_name(closed: None) -> None:
    assert change(entities=[{"code": "NORTH", "name": "The north", "active_to": "2026-05"}]) == ""


@pytest.mark.parametrize(("key", "value"), [("fiscal_year_start", "4"), ("currency", "USD")])
def test_settings_that_closed_figures_rest_on_stay(closed: None, key: str, value: str) -> None:
    Rate.objects.filter(period=period(Q2)).delete()

    assert "periods are closed" in change(settings=[{"key": key, "value": value}])


def test_the_calendar_is_not_realigned_once_anything_is_closed(closed: None) -> None:
    with pytest.raises(PeriodLockedError):
        realign_periods(first=4)

    assert period(Q1).start_on == date(2026, 1, 1)
