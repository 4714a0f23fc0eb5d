"""Read what stands between a period and its close: figures missing, unsent or not approved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from kpis.models import KPI, Actual, ActualRevision, ReportingPeriod
from kpis.selectors.expected import Expectation, entered_kpis
from kpis.selectors.owners import Owners
from kpis.selectors.periods import FREQUENCY_OF_KIND
from kpis.selectors.what_closes import Closing
from organisation.models import Department, Entity

Kind = Literal["missing", "draft", "not_approved"]
WORDS: dict[str, str] = {
    "missing": "no figure yet",
    "draft": "only a draft",
    "not_approved": "submitted, not approved",
}


@dataclass(frozen=True)
class Gap:
    """One figure that a close would have to do without, or take unapproved, and who owes it."""

    kpi_code: str
    kpi_name: str
    entity: Entity
    period: ReportingPeriod
    owner_name: str
    department: Department
    kind: Kind
    cell_key: str = ""  # names the figure's place in its entry sheet

    @property
    def words(self) -> str:
        """Say what is wrong with the figure."""
        return WORDS[self.kind]

    @property
    def told(self) -> str:
        """Say the gap in one line."""
        return (
            f"{self.period.label}, {self.entity.code}, {self.kpi_code} {self.kpi_name}:"
            f" {self.words} ({self.department.name}: {self.owner_name})"
        )


def gaps(periods: Iterable[ReportingPeriod], entities: Iterable[Entity]) -> list[Gap]:
    """List the gaps of some periods at some entities: by period, entity, department and KPI.

    A figure is expected in periods of its KPI's own frequency. One that was submitted where
    none is expected still counts there, so it too waits for approval. The number of queries
    depends neither on periods nor on entities.
    """
    wanted, reach = list(periods), {entity.pk: entity for entity in entities}
    kpis = list(
        entered_kpis()
        .filter(frequency__in=[_frequency(period) for period in wanted])
        .select_related("node", "department")
        .prefetch_related("entities")
    )
    if not kpis or not reach:
        return []
    held = _held(wanted)
    expectation, owners = Expectation(kpis), Owners()
    found = []
    for period in wanted:
        for kpi in (one for one in kpis if one.frequency == _frequency(period)):
            expected = {entity.pk for entity in expectation.entities_of(kpi, period)}
            for pk, entity in reach.items():
                kind = _kind(held.get((kpi.pk, pk, period.pk)), is_expected=pk in expected)
                if kind is not None:
                    owner = owners.of(kpi.department_id, pk)
                    found.append(_gap(kpi, entity, period, owner, kind))
    return sorted(found, key=_place)


def gaps_of(closing: Sequence[Closing]) -> list[Gap]:
    """List the figures that a close would have to do without, or take unapproved."""
    cells = {(one.entity.pk, period.pk) for one in closing for period in one.periods}
    periods = {period.pk: period for one in closing for period in one.periods}
    found = gaps(list(periods.values()), [one.entity for one in closing])
    return [gap for gap in found if (gap.entity.pk, gap.period.pk) in cells]


def _frequency(period: ReportingPeriod) -> str:
    return FREQUENCY_OF_KIND[ReportingPeriod.Kind(period.kind)]


@dataclass(frozen=True)
class _Held:
    """What one cell holds, as far as a checklist asks."""

    has_figure: bool
    is_submitted: bool
    has_draft: bool


def _held(periods: Sequence[ReportingPeriod]) -> dict[tuple[int, int, int], _Held]:
    rows = Actual.objects.filter(period__in=periods).order_by()
    columns = rows.values_list(
        "kpi", "entity", "period", "counted__value", "counted__status", "draft__value"
    )
    submitted = ActualRevision.Status.SUBMITTED
    return {
        (kpi, entity, period): _Held(value is not None, status == submitted, draft is not None)
        for kpi, entity, period, value, status, draft in columns
    }


def _kind(held: _Held | None, *, is_expected: bool) -> Kind | None:
    """Tell which gap a cell is, None if it is none."""
    if held is not None and held.has_figure:
        return "not_approved" if held.is_submitted else None
    if not is_expected:
        return None
    return "draft" if held is not None and held.has_draft else "missing"


def _gap(kpi: KPI, entity: Entity, period: ReportingPeriod, owner: str, kind: Kind) -> Gap:
    return Gap(
        kpi_code=kpi.node.code,
        kpi_name=kpi.name,
        entity=entity,
        period=period,
        owner_name=owner,
        department=kpi.department,
        kind=kind,
        cell_key=f"{kpi.pk}-{entity.pk}",
    )


def _place(gap: Gap) -> tuple[object, ...]:
    period = gap.period
    return (
        period.end_on,
        period.start_on,
        gap.entity.code,
        gap.department.name,
        gap.kpi_name,
        gap.kpi_code,
    )
