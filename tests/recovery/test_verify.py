"""Damage of thirty and more kinds, planted past every rule: the verifier names each."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from dashboards.models import FrozenPart, ScoreBlock, ScoreSnapshot, SnapshotBlock
from dashboards.selectors.snapshots import seal_of
from dashboards.services.closing import close_period
from dashboards.services.refresh import refresh_scores
from kpialign.interchange.importing import import_cascade
from kpialign.verifying.every import every_fault
from kpis.models import (
    KPI,
    Actual,
    ActualRevision,
    Node,
    NodeDefinition,
    PeriodState,
    Plan,
    PlanVersion,
    Rate,
    Reopening,
    ReportingPeriod,
    Review,
    Target,
)
from objectives.models import CascadeLink
from organisation.models import Entity, FiscalCalendar, Organisation
from organisation.services.recompute import request_recompute
from tests.factories import Status, aim, figure, make_kpi, make_person, period, record
from tests.factories import link as link_nodes
from tests.interchange.files import folder

CLOSED, OPEN = "2026-01", "2026-02"

SHEETS = {
    "settings": "key,value\norganisation,Alpine Tools\ncurrency,EUR\n",
    "entities": "code,name,parent,currency\nGROUP,Group,,\nPLANT,Plant,GROUP,CHF\n",
    "departments": "code,name\nOPS,Operations\n",
    "objectives": "code,name\nSPEED,Speed\nVALUE,Value\n",
    "kpis": "code,name,category,department,unit,direction,frequency,time_rollup,entity_rollup,"
    "formula\n"
    "OTD,On time,operational,OPS,%,higher,monthly,average,average,\n"
    "LOAD,Load,operational,OPS,%,band,monthly,average,average,\n"
    "COST,Cost,financial,OPS,money,lower,monthly,sum,sum,\n"
    "UNIT,Unit cost,financial,OPS,,lower,monthly,formula,formula,[COST] / [OTD]\n",
    "links": "parent,child,weight\nVALUE,SPEED,1\nSPEED,OTD,2\nSPEED,UNIT,1\nSPEED,LOAD,1\n",
    "targets": "kpi,entity,period,baseline,target,band_low,band_high\n"
    "OTD,PLANT,2026,50,100,,\nOTD,GROUP,2026,50,100,,\n"
    "UNIT,PLANT,2026,9,1,,\nLOAD,PLANT,2026,,,70,90\n",
    "actuals": "kpi,entity,period,value\n"
    + "".join(
        f"{kpi},PLANT,{label},{value}\n"
        for label in (CLOSED, OPEN)
        for kpi, value in (("OTD", 90), ("COST", 300), ("LOAD", 80))
    ),
    "rates": "currency,period,average,closing\nCHF,2026-01,1.1,1.2\nCHF,2026-02,1.1,1.2\n",
}


@pytest.fixture(autouse=True)
def sound(db: None, tmp_path: Path) -> None:
    """Make a cascade of two entities with a closed month and an open one."""
    import_cascade(path=folder(tmp_path / "in", SHEETS), by=None)
    refresh_scores(path="command")
    close_period(period=period(CLOSED), entity=None, by=None, path="command", why="In time")
    refresh_scores(path="command")


def rules() -> set[str]:
    return {fault.rule for fault in every_fault()}


def without_guards() -> None:
    """Take away the triggers and constraints that would refuse the damage."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
            cursor.execute("DROP INDEX entities_have_one_root")
            return
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may wait at what is altered
        cursor.execute(
            "SELECT t.tgname, t.tgrelid::regclass FROM pg_trigger t WHERE NOT t.tgisinternal"
        )
        for name, table in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}" ON {table}')
        cursor.execute(
            "SELECT conname, conrelid::regclass FROM pg_constraint"
            " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        )
        for name, table in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute("DROP INDEX entities_have_one_root")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def unguarded() -> Iterator[None]:
    """Damage and all, everything is undone with the savepoint."""
    with transaction.atomic():
        without_guards()
        yield
        transaction.set_rollback(True)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def flipped(data: bytes, place: int) -> bytes:
    """Change one bit."""
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def node(code: str) -> Node:
    return Node.objects.get(code=code)


def cell(label: str = OPEN) -> "QuerySet[Actual]":
    """Select the cell of on-time delivery at the plant."""
    return Actual.objects.filter(kpi__node__code="OTD", entity__code="PLANT", period__label=label)


def revisions(label: str = OPEN) -> "QuerySet[ActualRevision]":
    return ActualRevision.objects.filter(actual__in=cell(label).values("pk"))


def plant() -> Entity:
    return Entity.objects.get(code="PLANT")


def define(code: str, formula: str) -> None:
    NodeDefinition.objects.filter(node__code=code).update(formula=formula)


def a_link_back() -> None:
    link_nodes(node("OTD"), node("VALUE"))


def a_weight_of_nothing() -> None:
    CascadeLink.objects.filter(child__code="OTD").update(weight=0)


def an_objective_beneath_a_kpi() -> None:
    link_nodes(node("LOAD"), node("VALUE"), kind="drives")


def a_formula_of_itself() -> None:
    define("UNIT", "[UNIT] + 1")


def a_formula_of_nothing() -> None:
    define("UNIT", "[GONE]")


def a_torn_formula() -> None:
    define("UNIT", "[COST] /")


def a_node_without_a_definition() -> None:
    NodeDefinition.objects.filter(node__code="LOAD").delete()


def a_kpi_called_an_objective() -> None:
    Node.objects.filter(code="LOAD").update(kind=Node.Kind.OBJECTIVE)


def a_version_left_out() -> None:
    PlanVersion.objects.update(number=7)


def a_second_root() -> None:
    Entity.objects.update(parent=None)


def entities_in_a_circle() -> None:
    Entity.objects.filter(code="PLANT").update(parent=plant())


def an_end_before_the_start() -> None:
    Entity.objects.update(active_from=date(2026, 5, 1), active_to=date(2026, 1, 1))


def a_rate_of_nothing() -> None:
    Rate.objects.update(closing=0)


def a_rate_of_the_own_currency() -> None:
    Rate.objects.update(currency="EUR")


def a_month_without_a_quarter() -> None:
    ReportingPeriod.objects.filter(label="2026-05").update(parent=None)


def a_month_cut_short() -> None:
    ReportingPeriod.objects.filter(label="2026-05").update(end_on=date(2026, 5, 30))


def a_year_that_does_not_follow() -> None:
    ReportingPeriod.objects.create(
        kind="year", label="2030", start_on=date(2030, 1, 1), end_on=date(2030, 12, 31)
    )


def a_gap_in_the_revisions() -> None:
    revisions().update(number=3)


def a_revision_that_is_gone() -> None:
    cell().update(counted=None)
    revisions().delete()


def a_figure_that_counts_no_more() -> None:
    cell().update(counted=None)


def a_counted_draft() -> None:
    revisions().update(status=Status.DRAFT)


def a_draft_that_is_none() -> None:
    cell().update(draft=F("counted"))


def a_figure_of_another_frequency() -> None:
    cell().update(period=period("2026-Q2"))


def a_figure_of_a_calculated_kpi() -> None:
    cell().update(kpi=KPI.objects.get(node__code="UNIT"))


def a_target_too_fine() -> None:
    KPI.objects.filter(node__code="COST").update(frequency="annual")
    aim(KPI.objects.get(node__code="COST"), "2026-05", target="1")


def a_band_turned_round() -> None:
    Target.objects.filter(kpi__node__code="LOAD").update(band_low=95)


def a_bit_of_a_score() -> None:
    block = ScoreBlock.objects.get(entity__code="PLANT", period__label=OPEN)
    ScoreBlock.objects.filter(pk=block.pk).update(data=flipped(bytes(block.data), -20))


def scores_that_are_gone() -> None:
    ScoreBlock.objects.filter(period__label=OPEN).delete()


def a_figure_changed_past_its_revisions() -> None:
    revisions().update(value=10)


def a_bit_of_a_snapshot() -> None:
    block = SnapshotBlock.objects.get(snapshot__entity__code="PLANT")
    SnapshotBlock.objects.filter(pk=block.pk).update(data=flipped(bytes(block.data), -20))


def a_bit_of_frozen_inputs() -> None:
    part = ScoreSnapshot.objects.filter(entity__code="PLANT")[0].inputs
    data = flipped(bytes(part.data), len(part.data) // 2)
    FrozenPart.objects.filter(pk=part.pk).update(data=data)


def a_snapshot_forged_with_its_digest() -> None:
    snapshot = ScoreSnapshot.objects.get(entity__code="PLANT", period__label=CLOSED)
    snapshot.on_track = 50.0
    blocks = snapshot.blocks.order_by("number").values_list("number", "data")
    snapshot.digest = seal_of(snapshot, [(number, bytes(data)) for number, data in blocks])
    snapshot.save(update_fields=["on_track", "digest"])


def a_snapshot_that_is_gone() -> None:
    SnapshotBlock.objects.all().delete()
    ScoreSnapshot.objects.all().delete()


def a_snapshot_of_another_number() -> None:
    ScoreSnapshot.objects.update(number=2)


def a_closed_figure() -> None:
    revisions(CLOSED).update(value=10)


def a_closed_target() -> None:
    aim(KPI.objects.get(node__code="OTD"), CLOSED, entity="PLANT", target="1")


def a_closed_period_opened_by_nobody() -> None:
    PeriodState.objects.all().delete()


def a_group_closed_before_its_member() -> None:
    PeriodState.objects.filter(entity__code="PLANT").delete()


def a_quarter_closed_with_a_month_open() -> None:
    PeriodState.objects.create(period=period("2026-Q1"), entity=plant(), state="closed")


def a_status_that_is_none() -> None:
    revisions().update(status="frozen")


def a_code_with_a_blank() -> None:
    Node.objects.filter(code="LOAD").update(code="LO AD")


def a_kpi_without_a_direction() -> None:
    NodeDefinition.objects.filter(node__code="OTD").update(direction="")


def a_roll_up_by_a_formula_that_is_not() -> None:
    NodeDefinition.objects.filter(node__code="OTD").update(time_rollup="formula")


def thresholds_out_of_order() -> None:
    Organisation.objects.update(at_risk=95)


def no_active_plan() -> None:
    Plan.objects.update(state=Plan.State.ARCHIVED)


def a_month_under_anothers_label() -> None:
    ReportingPeriod.objects.filter(label="2026-05").update(label="2026-5x")


def a_fiscal_year_of_another_calendar() -> None:
    FiscalCalendar.objects.update(first_month=4)


def a_figure_after_its_entity_ended() -> None:
    Entity.objects.filter(code="PLANT").update(active_to=date(2026, 1, 1))


def an_approval_by_nobody() -> None:
    revisions().update(path="form")


def an_approval_of_ones_own() -> None:
    person = make_person("fin@example.com", "finance_admin")
    revisions().update(by=person)
    Review.objects.create(revision=revisions()[0], decision="approved", by=person)


def a_reopening_by_one_person() -> None:
    person = make_person("fin@example.com", "finance_admin")
    Reopening.objects.create(
        period=period(CLOSED),
        entity=plant(),
        asked_by=person,
        settled_by=person,
        is_confirmed=True,
        reason="Alone",
    )


def a_save_that_the_trail_does_not_tell() -> None:
    record(figure(KPI.objects.get(node__code="OTD"), OPEN, "91", entity="PLANT", why="Late"))
    revisions().filter(value=91).update(path="api")


def a_weight_of_a_frozen_version() -> None:
    CascadeLink.objects.filter(child__code="OTD").update(weight=5)


def an_entity_that_is_gone() -> None:
    cell().update(entity_id=987654)


PLANTED: list[tuple[str, Callable[[], None]]] = [
    ("links_are_acyclic", a_link_back),
    ("weight_is_positive", a_weight_of_nothing),
    ("objective_above_kpi", an_objective_beneath_a_kpi),
    ("formulas_are_acyclic", a_formula_of_itself),
    ("formula_names_kpis", a_formula_of_nothing),
    ("formula_is_readable", a_torn_formula),
    ("node_is_defined", a_node_without_a_definition),
    ("node_is_one_thing", a_kpi_called_an_objective),
    ("versions_are_numbered", a_version_left_out),
    ("one_root", a_second_root),
    ("entities_are_a_tree", entities_in_a_circle),
    ("entity_ends_after_it_starts", an_end_before_the_start),
    ("rate_is_positive", a_rate_of_nothing),
    ("own_currency_has_no_rate", a_rate_of_the_own_currency),
    ("period_lies_in_another", a_month_without_a_quarter),
    ("period_holds_its_inner_ones", a_month_cut_short),
    ("years_follow_on", a_year_that_does_not_follow),
    ("revisions_chain", a_gap_in_the_revisions),
    ("cell_has_a_revision", a_revision_that_is_gone),
    ("latest_counts", a_figure_that_counts_no_more),
    ("latest_counts", a_counted_draft),
    ("draft_is_the_newest", a_draft_that_is_none),
    ("actual_has_its_frequency", a_figure_of_another_frequency),
    ("calculated_takes_no_actual", a_figure_of_a_calculated_kpi),
    ("target_is_not_finer", a_target_too_fine),
    ("band_is_not_reversed", a_band_turned_round),
    ("scores_equal_recompute", a_bit_of_a_score),
    ("scores_equal_recompute", scores_that_are_gone),
    ("scores_equal_recompute", a_figure_changed_past_its_revisions),
    ("snapshot_is_sealed", a_bit_of_a_snapshot),
    ("frozen_parts_are_unchanged", a_bit_of_frozen_inputs),
    ("snapshot_is_in_the_trail", a_snapshot_forged_with_its_digest),
    ("closed_has_a_snapshot", a_snapshot_that_is_gone),
    ("snapshots_are_numbered", a_snapshot_of_another_number),
    ("closed_is_untouched", a_closed_figure),
    ("closed_is_untouched", a_closed_target),
    ("reopening_is_on_record", a_closed_period_opened_by_nobody),
    ("members_are_closed", a_group_closed_before_its_member),
    ("inner_periods_are_closed", a_quarter_closed_with_a_month_open),
    ("choice_is_known", a_status_that_is_none),
    ("code_is_writable", a_code_with_a_blank),
    ("kpi_is_defined", a_kpi_without_a_direction),
    ("formula_rolls_up_a_formula", a_roll_up_by_a_formula_that_is_not),
    ("thresholds_are_in_order", thresholds_out_of_order),
    ("one_plan_is_active", no_active_plan),
    ("month_is_its_label", a_month_under_anothers_label),
    ("year_is_the_calendars", a_fiscal_year_of_another_calendar),
    ("entity_is_active", a_figure_after_its_entity_ended),
    ("approval_is_on_record", an_approval_by_nobody),
    ("approval_is_anothers", an_approval_of_ones_own),
    ("reopening_takes_two_people", a_reopening_by_one_person),
    ("figures_are_in_the_trail", a_save_that_the_trail_does_not_tell),
    ("frozen_version_is_unchanged", a_weight_of_a_frozen_version),
    ("references", an_entity_that_is_gone),
]


def test_what_the_product_wrote_is_sound() -> None:
    assert list(every_fault()) == []


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(("rule", "plants"), PLANTED)
def test_planted_damage_is_found_and_named(rule: str, plants: Callable[[], None]) -> None:
    plants()

    assert rule in rules()


def test_changes_that_wait_are_told_before_scores_are_compared() -> None:
    record(figure(KPI.objects.get(node__code="OTD"), OPEN, "91", entity="PLANT"))

    assert rules() == {"scores_are_current"}


def test_the_command_names_each_fault_and_fails() -> None:
    may = ReportingPeriod.objects.filter(label="2026-05")
    may.update(end_on=period("2026-05").end_on - timedelta(days=1))
    printed = StringIO()

    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify", stdout=printed)

    assert "period_holds_its_inner_ones: 2026-Q2: " in printed.getvalue()


@pytest.mark.usefixtures("unguarded")
def test_damage_that_stops_the_reader_is_told_too() -> None:
    KPI.objects.filter(node__code="OTD").update(frequency="weekly")

    assert rules() >= {"choice_is_known", "everything_is_readable"}


def test_drafts_and_later_figures_are_sound() -> None:
    kpi = make_kpi("NEW", frequency="monthly")
    aim(kpi, OPEN, target="10")
    link_nodes(node("SPEED"), kpi.node)
    record(figure(kpi, OPEN, "5"), figure(kpi, "2026-03", "6", status=Status.DRAFT))
    record(figure(kpi, OPEN, "7", status=Status.DRAFT))
    refresh_scores(path="command", full=True)

    assert list(every_fault()) == []


def test_a_close_after_a_node_was_archived_is_sound() -> None:
    Node.objects.filter(code="COST").update(archived_at=timezone.now())
    request_recompute(kind="node", key="COST", by=None, why="archived")
    refresh_scores(path="command", full=True)
    close_period(period=period(OPEN), entity=None, by=None, path="command", why="In time")
    refresh_scores(path="command")

    assert list(every_fault()) == []


def test_an_entity_that_came_after_its_group_was_closed_is_sound(tmp_path: Path) -> None:
    rows = "code,name,parent\nSHOP,Shop,PLANT\n"
    import_cascade(path=folder(tmp_path / "later", {"entities": rows}), by=None)
    refresh_scores(path="command")

    assert list(every_fault()) == []


def test_an_entity_that_went_on_after_its_group_was_closed_is_sound(tmp_path: Path) -> None:
    for number, end in enumerate((CLOSED, "2026-03")):
        rows = f"code,name,parent,active_from,active_to\nSHOP,Shop,GROUP,{CLOSED},{end}\n"
        import_cascade(path=folder(tmp_path / str(number), {"entities": rows}), by=None)
        refresh_scores(path="command")
        if number == 0:
            for label in (CLOSED, "2026-Q1"):
                close(label)

    assert list(every_fault()) == []


def close(label: str) -> None:
    """Close a period for all entities, whatever lacks."""
    close_period(period=period(label), entity=None, by=None, path="command", why="In time")
    refresh_scores(path="command")
