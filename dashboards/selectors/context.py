"""Find what a page is about: period, entity and comparison, from its address or by default."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.http import Http404
from django.utils import timezone

from dashboards.figures import shown
from dashboards.selectors.cascade import Cascade
from dashboards.selectors.freshness import Freshness, freshness
from dashboards.selectors.scores import thresholds_of
from kpialign.scoring.status import Thresholds
from kpis.models import ReportingPeriod
from kpis.selectors.periods import KIND_OF_FREQUENCY
from organisation.models import Entity, Organisation

KINDS = list(ReportingPeriod.Kind)
A_YEAR = {"month": 12, "quarter": 4, "year": 1}
SHOWN = 13  # periods of a line, so that the same period last year is its first of months
MOST_LISTED = 12  # entities in a plain picker
COMPARISONS = {"": "against target", "last-year": "against last year", "last-period": ""}
PERIOD_BEFORE = {
    "month": "against last month",
    "quarter": "against last quarter",
    "year": "against last year",
}


@dataclass(frozen=True)
class Choice:
    """One option of a picker."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Context:
    """What a page is about; `history` are the periods up to its own, the oldest first."""

    organisation: Organisation
    freshness: Freshness
    entities: Sequence[Entity]
    entity: Entity
    periods: Sequence[ReportingPeriod]
    period: ReportingPeriod
    default_period: ReportingPeriod
    compare: str
    closed_limits: Thresholds | None = None

    @property
    def limits(self) -> Thresholds:
        """The thresholds of status: the organisation's, of a closed period those of its close."""
        return self.closed_limits or thresholds_of(self.organisation)

    @property
    def history(self) -> list[ReportingPeriod]:
        """Thirteen periods and a year before them, as far as there are any."""
        same = [one for one in self.periods if one.kind == self.period.kind]
        upto = same.index(self.period) + 1
        return same[max(0, upto - SHOWN - A_YEAR[self.period.kind]) : upto]

    @property
    def later(self) -> list[ReportingPeriod]:
        """The periods of the same length that follow, within the next year."""
        same = [one for one in self.periods if one.kind == self.period.kind]
        after = same.index(self.period) + 1
        return same[after : after + A_YEAR[self.period.kind]]

    @property
    def period_name(self) -> str:
        """The period in words."""
        return name_of(self.period)

    @property
    def back(self) -> int:
        """How many periods back the comparison lies; 0: against the target."""
        if self.compare == "last-year":
            return A_YEAR[self.period.kind]
        return 1 if self.compare == "last-period" else 0

    @property
    def reference(self) -> str:
        """What figures are compared with, in a word or two."""
        if not self.back:
            return "target"
        return "last year" if self.back == A_YEAR[self.period.kind] else "the period before"

    @property
    def defaults(self) -> dict[str, str]:
        """What a page shows where its address does not say: these stay out of addresses."""
        return {"period": self.default_period.label, "entity": self.entities[0].code}

    @property
    def members(self) -> list[Entity]:
        """The entities directly beneath the page's, by code."""
        return self.members_of(self.entity)

    def members_of(self, entity: Entity) -> list[Entity]:
        """Return the entities directly beneath another, by code."""
        return [one for one in self.entities if one.parent_id == entity.pk]

    @property
    def path(self) -> list[Entity]:
        """The entities from the root down to the page's."""
        by_key = {one.pk: one for one in self.entities}
        path = [self.entity]
        while path[0].parent_id is not None:
            path.insert(0, by_key[path[0].parent_id])
        return path

    @property
    def has_many_entities(self) -> bool:
        """Whether there are too many for a plain list to choose from."""
        return len(self.entities) > MOST_LISTED

    @property
    def entity_choices(self) -> list[Choice]:
        """The entities, each indented beneath its parent; the root is the default."""
        depth: dict[int, int] = {}
        choices = []
        for one in self.entities:
            depth[one.pk] = depth[one.parent_id] + 1 if one.parent_id in depth else 0
            value = one.code if one.parent_id else ""
            label = "\u2003" * depth[one.pk] + one.name
            choices.append(Choice(value, label, one == self.entity))
        return choices

    @property
    def period_choices(self) -> list[tuple[str, list[Choice]]]:
        """The periods that have begun by the reporting date, newest first, by length."""
        last = self.freshness.reporting_on or self.default_period.end_on
        groups = []
        for kind in KINDS:
            found = [
                Choice(
                    "" if one == self.default_period else one.label,
                    name_of(one),
                    one == self.period,
                )
                for one in reversed(self.periods)
                if one.kind == kind and (one.start_on <= last or one == self.period)
            ]
            if found:
                groups.append((f"{kind.label}s", found))
        return groups

    @property
    def compare_choices(self) -> list[Choice]:
        """What figures may be compared with."""
        words = dict(COMPARISONS)
        words["last-period"] = PERIOD_BEFORE[self.period.kind]
        if self.period.kind == "year":
            del words["last-period"]  # the year before is last year
        return [Choice(value, label, value == self.compare) for value, label in words.items()]


def name_of(period: ReportingPeriod) -> str:
    """Name a period in words."""
    return shown.period(period.kind, period.label, period.start_on)


def page_context(asked: Mapping[str, str], cascade: Cascade) -> Context | None:
    """Find what a page is about; None before there is an organisation with periods.

    What the address names and is not there raises Http404.
    """
    organisation = Organisation.objects.first()
    entities = _from_root(list(Entity.objects.order_by("code")))
    fresh = freshness()
    kinds = _kinds_told(cascade)
    periods = list(ReportingPeriod.objects.filter(kind__in=kinds).order_by("start_on"))
    if organisation is None or not entities or not periods:
        return None
    default = _default_period(periods, _usual_kind(cascade), fresh.reporting_on)
    period = _named(periods, asked.get("period", ""), "label") or default
    compare = asked.get("compare", "")
    return Context(
        organisation=organisation,
        freshness=fresh,
        entities=entities,
        entity=_named(entities, asked.get("entity", ""), "code") or entities[0],
        periods=periods,
        period=period,
        default_period=default,
        compare=compare if compare in COMPARISONS else "",
    )


Row = TypeVar("Row", Entity, ReportingPeriod)


def _named(rows: Sequence[Row], key: str, field: str) -> Row | None:
    """Return the row that the address names; None where it names none."""
    if not key:
        return None
    for row in rows:
        if getattr(row, field) == key:
            return row
    raise Http404


def _from_root(entities: Sequence[Entity]) -> list[Entity]:
    """Order the entities by tree, each before what lies beneath it."""
    ordered: list[Entity] = []

    def add(parent_id: int | None) -> None:
        for one in entities:
            if one.parent_id == parent_id:
                ordered.append(one)
                add(one.pk)

    add(None)
    return ordered


def _usual_kind(cascade: Cascade) -> str:
    """Return the length of period that most scored KPIs are measured at, the shorter of equals."""
    counts = Counter(
        KIND_OF_FREQUENCY[node.frequency] for node in cascade.nodes.values() if node.has_target
    )
    return (
        max(KINDS, key=lambda kind: counts[kind]).value if counts else ReportingPeriod.Kind.QUARTER
    )


def _kinds_told(cascade: Cascade) -> list[str]:
    """Return the lengths in which KPIs are measured, and the longer ones."""
    used = {KIND_OF_FREQUENCY[node.frequency] for node in cascade.nodes.values() if node.is_kpi}
    shortest = min((KINDS.index(kind) for kind in used), default=0)
    return [kind.value for kind in KINDS[shortest:]]


def _default_period(
    periods: Sequence[ReportingPeriod], kind: str, reporting_on: date | None
) -> ReportingPeriod:
    """Return the latest period of a length that has ended by the reporting date."""
    until = reporting_on or timezone.localdate()
    same = [one for one in periods if one.kind == kind] or list(periods)
    ended = [one for one in same if one.end_on <= until]
    return ended[-1] if ended else same[0]
