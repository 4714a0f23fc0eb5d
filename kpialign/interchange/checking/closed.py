"""What is closed takes no change: figures, rates, the calendar, and how entities lie."""

from collections.abc import Mapping

from kpialign.interchange import periods
from kpialign.interchange.periods import MONTH_LENGTH, Span
from kpialign.interchange.proposal import Entry, Proposal
from kpialign.interchange.rows import EntityRow
from kpis.models import PeriodState

# Settings whose change would give closed figures another meaning.
HELD_SETTINGS = {
    "fiscal_year_start": "the fiscal year cannot begin in another month",
    "currency": "their money cannot become another currency's",
}


class ClosedSpans:
    """The closed periods of each entity, by their months."""

    def __init__(self, first_month: int) -> None:
        """Read them, in one query."""
        closed = PeriodState.objects.filter(state=PeriodState.State.CLOSED)
        self._first_month = first_month
        self._spans: dict[str, list[Span]] = {}
        for entity, label in closed.values_list("entity__code", "period__label"):
            self._spans.setdefault(entity, []).append(self._span(label))

    def _span(self, label: str) -> Span:
        return periods.span_of(label, self._first_month)

    def of(self, entity: str) -> list[Span]:
        """List the closed periods of an entity."""
        return self._spans.get(entity, [])

    def holds(self, entity: str, label: str) -> bool:
        """Tell whether a period, or a longer one around it, is closed for an entity."""
        span = self._span(label)
        return any(one.first <= span.first and span.last <= one.last for one in self.of(entity))

    def meets(self, entity: str, label: str) -> bool:
        """Tell whether a period, or one inside or around it, is closed for an entity."""
        span = self._span(label)
        return any(one.first <= span.last and span.first <= one.last for one in self.of(entity))

    def holds_rate(self, label: str, entities: Mapping[str, EntityRow]) -> bool:
        """Tell whether a period is closed for an entity that consolidates others."""
        groups = {row.parent for row in entities.values()}
        return any(self.holds(entity, label) for entity in groups & self._spans.keys())

    def __bool__(self) -> bool:
        return bool(self._spans)


def check_closed_settings(proposal: Proposal) -> None:
    """Keep the settings that closed figures rest on."""
    for entry in proposal.sheets["settings"].changed:
        kept = HELD_SETTINGS.get(entry.new.key)
        if kept is None or entry.old is None:
            continue
        if PeriodState.objects.filter(state=PeriodState.State.CLOSED).exists():
            told = f"periods are closed, so that {kept}"
            accepted = str(entry.old.value)
            proposal.report.error("settings", entry.number, "value", told, accepted)


def check_closed_entities(proposal: Proposal) -> None:
    """Keep where entities lie, their money, and when they were active, once they are closed."""
    changed = [entry for entry in proposal.sheets["entities"].changed if entry.old is not None]
    if not changed:
        return
    closed = ClosedSpans(proposal.first_month)
    for entry in changed:
        if closed.of(entry.new.code):
            _check_entity(proposal, entry, closed)


def _check_entity(proposal: Proposal, entry: Entry, closed: ClosedSpans) -> None:
    old, new, report = entry.old, entry.new, proposal.report
    told = f"{new.code} has closed periods"
    if old.parent != new.parent:
        accepted = (
            f"{old.parent or 'no parent'}; to move it, end it by active_to and add it anew there"
        )
        report.error("entities", entry.number, "parent", told, accepted)
    if old.currency != new.currency:
        report.error("entities", entry.number, "currency", told, old.currency or "empty")
    months = [one for one in closed.of(new.code) if one.months == MONTH_LENGTH]
    flipped = [one for one in months if _is_active(old, one) != _is_active(new, one)]
    if flipped:
        column = "active_from" if old.active_from != new.active_from else "active_to"
        month = flipped[0].first
        label = f"{month // periods.YEAR_LENGTH}-{month % periods.YEAR_LENGTH + 1:02d}"
        told = f"{label} is closed for {new.code}, and it would {_other(new, flipped[0])} then"
        accepted = getattr(old, column) or "empty"
        report.error("entities", entry.number, column, told, accepted)


def _is_active(row: EntityRow, month: Span) -> bool:
    starts = not row.active_from or periods.span_of(row.active_from, 1).first <= month.first
    return starts and (not row.active_to or month.first <= periods.span_of(row.active_to, 1).first)


def _other(row: EntityRow, month: Span) -> str:
    return "be active" if _is_active(row, month) else "not be active"
