"""Read what one page is made from: its context, the cascade, and the scores over its periods."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import isnan
from zoneinfo import ZoneInfo

from django.http import Http404
from django.shortcuts import get_object_or_404

from dashboards.figures import shown
from dashboards.selectors.cascade import Cascade, NodeFacts, cascade_in_force, cascade_then
from dashboards.selectors.context import Context, page_context
from dashboards.selectors.earlier import EarlierClose, earlier_close
from dashboards.selectors.scores import (
    NodeScore,
    ScoreTable,
    stored_table,
    thresholds_of,
    with_archived,
)
from dashboards.selectors.snapshots import SnapshotHead, Snapshots
from dashboards.selectors.standing import Standing, standing_of
from kpialign.scoring.results import Mark
from kpis.models import Target
from organisation.models import Department


@dataclass(frozen=True, eq=False)
class Board:
    """Everything that a page about scores reads; the last column is the page's period."""

    context: Context
    cascade: Cascade
    standing: Standing
    illustrative: frozenset[str]  # codes of KPIs whose target in force is only an illustration
    closed: SnapshotHead | None = None  # what the page's period is read from, if it is closed
    earlier: EarlierClose | None = None

    @property
    def table(self) -> ScoreTable:
        """The scores over the page's periods."""
        return self.standing.table

    @property
    def column(self) -> int:
        """The position of the page's period."""
        return len(self.table.periods) - 1

    def score(self, code: str, back: int = 0) -> NodeScore:
        """Return a node's score in the page's period, or some periods before."""
        if (code, back) not in self._scores:
            place = self.column - back
            period_id = self.table.periods[place] if place >= 0 else -1
            self._scores[code, back] = self.table.at(code, period_id)
        return self._scores[code, back]

    @cached_property
    def _scores(self) -> dict[tuple[str, int], NodeScore]:
        """Keep what was read: the sentences, tables and charts of a page ask again and again."""
        return {}

    @property
    def closed_words(self) -> str:
        """Say when the page's period was closed, by whom; nothing while it is open."""
        if self.closed is None:
            return ""
        day = self._day(self.closed)
        return f"Closed {day} by {self.closed.closed_by}, snapshot {self.closed.number}"

    @property
    def earlier_words(self) -> str:
        """Say that the page's period was closed before, and is open again or closed anew."""
        if self.earlier is None:
            return ""
        state = "Reopened" if self.earlier.is_reopened else "Closed anew"
        return f"{state}; closed before on {self._day(self.earlier.head)}"

    def _day(self, head: SnapshotHead) -> str:
        zone = ZoneInfo(self.context.organisation.timezone)
        return shown.day(head.closed_at.astimezone(zone).date())

    def as_closed(self, code: str) -> NodeScore | None:
        """Return a node's score of an earlier close: of a reopened period, or one closed anew."""
        return self.earlier.table.at(code, self.context.period.pk) if self.earlier else None

    def node(self, code: str) -> NodeFacts:
        """Return what is told of a node."""
        return self.cascade.nodes[code]

    @cached_property
    def _entered(self) -> list[NodeScore]:
        entered = [
            one.code for one in self.cascade.nodes.values() if one.is_kpi and not one.formula
        ]
        return [self.score(code) for code in entered]

    @property
    def entered_count(self) -> int:
        """How many KPIs people enter."""
        return len(self._entered)

    @property
    def in_count(self) -> int:
        """How many of them have a figure in the page's period."""
        return sum(not isnan(one.value) for one in self._entered)

    @property
    def approved_count(self) -> int:
        """How many of them have one that rests on approved figures alone."""
        return sum(
            not isnan(one.value) and Mark.VALUE_PROVISIONAL not in one.marks
            for one in self._entered
        )

    @property
    def has_scores(self) -> bool:
        """Whether anything is scored in the page's period."""
        return any(self.score(code).is_scored for code in self.cascade.nodes)


def page_board(asked: Mapping[str, str]) -> Board | None:
    """Read the board of a page; None before there is anything to show.

    At most eight queries while nothing was ever closed; then three more, and four more where it
    was closed under an earlier version of the plan.
    """
    current = cascade_in_force()
    context = page_context(asked, current)
    if context is None or not current.nodes:
        return None
    snapshots = Snapshots()
    if context.freshness.has_snapshots:
        snapshots = Snapshots([context.entity.pk], [one.pk for one in context.history])
    closed = snapshots.head(context.entity.pk, context.period.pk)
    cascade = current
    if closed is not None:
        context = replace(context, closed_limits=closed.limits)
        cascade = _cascade_then(current, closed, snapshots)
    places = with_archived(current.places | cascade.places, snapshots)
    table = stored_table(
        context.entity,
        context.history,
        places,
        thresholds_of(context.organisation),
        snapshots=snapshots,
        archived=places.keys() - current.nodes.keys(),
    )
    return Board(
        context=context,
        cascade=cascade,
        standing=standing_of(current, context.entity, table, snapshots),
        illustrative=_illustrative(context),
        closed=closed,
        earlier=earlier_close(context.entity, context.period, places, snapshots),
    )


def _cascade_then(current: Cascade, closed: SnapshotHead, snapshots: Snapshots) -> Cascade:
    """Return the cascade of a close; the current one where nothing has changed since."""
    active = snapshots.then(closed).slots.keys()
    if closed.version_id == current.version_id and active == current.nodes.keys():
        return current
    return cascade_then(closed.version_id, active)


def board_of_node(asked: Mapping[str, str], code: str, *, is_kpi: bool) -> tuple[Board, NodeFacts]:
    """Read the board of an objective's or KPI's page, active then, or answer as absent."""
    board = page_board(asked)
    node = board.cascade.nodes.get(code) if board else None
    if board is None or node is None or node.is_kpi != is_kpi:
        raise Http404
    return board, node


def get_department_to_show(code: str) -> Department:
    """Return a department, or answer as absent; everyone who reads scores reads them all."""
    return get_object_or_404(Department.objects.select_related("head", "partner"), code=code)


def departments_by_name() -> list[Department]:
    """List the departments with their heads."""
    return list(Department.objects.select_related("head").order_by("name"))


def _illustrative(context: Context) -> frozenset[str]:
    """Find the KPIs whose targets of the period, or of those around or inside it, are made up."""
    rows = Target.objects.filter(
        entity=context.entity,
        illustrative=True,
        period__start_on__lte=context.period.end_on,
        period__end_on__gte=context.period.start_on,
    )
    return frozenset(rows.values_list("kpi__node__code", flat=True).distinct())
