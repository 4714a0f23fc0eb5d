"""Write targets and rates, and make the reporting periods that figures need."""

from datetime import date

from kpialign.interchange import periods
from kpialign.interchange.applying.bulk import insert_rows
from kpialign.interchange.applying.writing import BATCH, Writing
from kpialign.interchange.proposal import Entry
from kpialign.interchange.rows import ActualRow, TargetRow
from kpis.models import Rate, ReportingPeriod, Target
from kpis.services.periods import ensure_periods

CHUNK = 5_000
TARGET = (
    "baseline",
    "target",
    "band_low",
    "band_high",
    "budget",
    "source",
    "illustrative",
)


def make_periods(writing: Writing) -> None:
    """Make sure that the periods of all figures are there, and hold those that change."""
    difference = writing.difference
    labels = {entry.new.period for entry in difference.actuals}
    for sheet in ("targets", "rates"):
        labels |= {entry.new.period for entry in difference.sheets[sheet].entries}
    if not labels:
        return
    spans = [periods.span_of(label, writing.proposal.first_month) for label in labels]
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    ensure_periods(first_on=_month(first), last_on=_month(last))
    list(ReportingPeriod.objects.select_for_update().order_by("pk").values_list("pk"))


def _month(index: int) -> date:
    return date(index // periods.YEAR_LENGTH, index % periods.YEAR_LENGTH + 1, 1)


def cell_keys(writing: Writing, row: TargetRow | ActualRow) -> tuple[int, int, int]:
    """Return the keys of the KPI, entity and period of a row."""
    return writing.nodes[row.kpi], writing.entities[row.entity], writing.periods[row.period]


def write_targets(writing: Writing) -> None:
    """Write the target rows that are new or other, and delete those that go."""
    changes = writing.difference.sheets["targets"]
    rows = ((*cell_keys(writing, row), *row[3:]) for row in _new_rows(changes.added))
    insert_rows(Target, ("kpi", "entity", "period", *TARGET), rows)
    if changes.changed:
        _change_targets(writing, _new_rows(changes.changed))
    for row in changes.removed:
        kpi, entity, period = cell_keys(writing, row)
        Target.objects.filter(kpi=kpi, entity=entity, period=period).delete()
    cells = [(entry.old, entry.new) for entry in changes.entries]
    cells += [(row, None) for row in changes.removed]
    writing.tell_series("target", "set_targets", cells)


def _new_rows(entries: list[Entry]) -> list[TargetRow]:
    return [entry.new for entry in entries]


def _change_targets(writing: Writing, rows: list[TargetRow]) -> None:
    wanted = {cell_keys(writing, row): row for row in rows}
    held = Target.objects.filter(period__in={key[2] for key in wanted})
    changed = []
    for target in held.iterator(CHUNK):
        row = wanted.get((target.kpi_id, target.entity_id, target.period_id))
        if row is not None:
            for name, value in zip(TARGET, row[3:], strict=True):
                setattr(target, name, value)
            changed.append(target)
    Target.objects.bulk_update(changed, TARGET, batch_size=BATCH)


def write_rates(writing: Writing) -> None:
    """Write the rates that are new or other, and delete those that go."""
    changes = writing.difference.sheets["rates"]
    rows = [(entry.new, writing.periods[entry.new.period]) for entry in changes.entries]
    Rate.objects.bulk_create(
        [
            Rate(currency=row.currency, period_id=period, average=row.average, closing=row.closing)
            for row, period in rows
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["currency", "period"],
        update_fields=["average", "closing"],
    )
    for row in changes.removed:
        Rate.objects.filter(currency=row.currency, period=writing.periods[row.period]).delete()
    writing.tell("rates", "rate")
