"""Look through the cascade for what is wrong or doubtful in it."""

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache

from dashboards.axis import current_span
from dashboards.loading import load_inputs
from dashboards.selectors.board import Board
from dashboards.selectors.scores import thresholds
from kpialign.scoring.compute import Workings, compute
from kpialign.scoring.findings import Case, Finding, Surroundings, findings_of
from kpis.models import KPI, ReportingPeriod
from kpis.selectors.purpose import version_in_force
from organisation.models import AuditEntry, Organisation

KEPT_FOR = 6 * 60 * 60  # seconds, unless something changes


def cascade_findings(as_of: date | None = None) -> list[Finding]:
    """Return every finding of the version in force, errors first."""
    case = case_to_look_through(as_of)
    return findings_of(case) if case else []


@dataclass(frozen=True)
class Looked:
    """What was found in the cascade, and which KPIs only feed formulas, by code."""

    findings: tuple[Finding, ...]
    pure_inputs: frozenset[str]


def looked_through(board: Board) -> Looked:
    """Return what is found in the cascade on the day that a page judges by.

    Looking through takes as long as computing all scores, so that it is done once for all pages
    between two changes: a recompute is one, an entry in the trail another. Of each day the newest
    alone is kept: a cache that overflows would forget the counted tries of passwords.
    """
    day = looked_at_on(board)
    last = AuditEntry.objects.order_by("-pk").values_list("pk", "at").first()
    fresh = board.context.freshness
    if fresh.refreshed_at is None:
        return _look_through(day)
    known = f"{fresh.version} {fresh.refreshed_at} {fresh.outstanding_count} {last}"
    kept: tuple[str, Looked] | None = cache.get(key := f"findings-{day}")
    if kept is not None and kept[0] == known:
        return kept[1]
    found = _look_through(day)
    cache.set(key, (known, found), KEPT_FOR)
    return found


def looked_at_on(board: Board) -> date | None:
    """Return the day on which a page judges what is late: no clock moves what it says.

    The reporting date, or the end of the period shown where that is earlier.
    """
    reporting_on = board.context.freshness.reporting_on
    return reporting_on and min(reporting_on, board.context.period.end_on)


def _look_through(day: date | None) -> Looked:
    case = case_to_look_through(day)
    if case is None:
        return Looked((), frozenset())
    codes = frozenset(case.inputs.nodes[at].key for at in case.pure_inputs())
    return Looked(tuple(findings_of(case)), codes)


def case_to_look_through(as_of: date | None = None) -> Case | None:
    """Read the version in force, archived nodes too, and work its scores out.

    Before any figure is there the cascade is looked through over the current year. None before
    there is a cascade.
    """
    version, organisation = version_in_force(), Organisation.objects.first()
    if version is None or organisation is None:
        return None
    span = current_span() or _latest_year()
    if span is None:
        return None
    loaded = load_inputs(version, span)
    inputs = loaded.inputs
    workings = Workings(inputs)
    labels = dict(ReportingPeriod.objects.values_list("pk", "label"))
    facts = {kpi.pk: kpi for kpi in KPI.objects.select_related("department")}
    financial_objectives = set(
        version.definitions.filter(node__objective__perspective__financial=True).values_list(
            "node", flat=True
        )
    )
    financial = {pk for pk, kpi in facts.items() if kpi.category == KPI.Category.FINANCIAL}
    around = Surroundings(
        label=lambda column: labels[loaded.period_ids[column]],
        financial=frozenset(
            place
            for place, pk in enumerate(loaded.node_ids)
            if pk in financial or pk in financial_objectives
        ),
        departments=tuple(
            facts[pk].department.code if pk in facts else None for pk in loaded.node_ids
        ),
        thresholds=thresholds(),
        kpis_per_objective=organisation.kpis_per_objective,
        kpis_per_department=organisation.kpis_per_department,
        as_of=as_of.toordinal() if as_of else None,
    )
    return Case(inputs, compute(inputs, workings=workings), workings, around)


def _latest_year() -> tuple[int, int] | None:
    year = ReportingPeriod.objects.filter(kind="year").order_by("-start_on").first()
    return (year.start_on.toordinal(), year.end_on.toordinal()) if year else None
