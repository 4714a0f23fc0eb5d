"""The pages on which periods are reviewed, closed and reopened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dashboards.pages.years import YearRows, by_year
from dashboards.selectors.closings import EntityState, PeriodLine, Standing, may_close
from dashboards.selectors.context import name_of
from kpialign.styles import moment
from kpis.models import PeriodState, ReportingPeriod
from kpis.selectors.checklist import Gap
from kpis.selectors.reopenings import Request, waiting_requests
from organisation.models import User
from organisation.permissions import can_close, can_confirm_reopening

MOST_GAPS = 200
State = PeriodState.State


@dataclass(frozen=True)
class RequestRow:
    """A request that waits, and what this person may do about it."""

    request: Request
    when: str
    may_confirm: bool
    may_withdraw: bool
    is_own: bool


@dataclass(frozen=True)
class StateRow:
    """How the period stands for one entity."""

    state: EntityState
    told: str  # who changed it and when
    gap_count: int
    is_chosen: bool

    @property
    def indent(self) -> str:
        """The class that moves the name to the right, as deep as the entity lies."""
        return f"depth-{min(self.state.depth, 5)}"


@dataclass(frozen=True)
class PeriodPage:
    """Everything that the page of a period shows to one person."""

    standing: Standing
    name: str
    headline: str
    whom: str
    freezes: Sequence[str]
    gaps: Sequence[Gap]
    rows: Sequence[StateRow]
    requests: Sequence[RequestRow]
    reopened: Sequence[Request]
    may_close: bool
    has_ended: bool

    @property
    def can_review(self) -> bool:
        """Whether anything may be put into review."""
        return self.may_close and self.standing.has(State.OPEN.value)

    @property
    def can_open(self) -> bool:
        """Whether anything may go back to open."""
        return self.may_close and self.standing.has(State.IN_REVIEW.value)

    @property
    def can_ask(self) -> bool:
        """Whether there is something to reopen for which nobody asked yet."""
        asked = {one.pk for request in self.standing.requests for one in request.entities}
        closed = [one for one in self.standing.chosen if one.state == State.CLOSED]
        return self.may_close and any(one.entity.pk not in asked for one in closed)

    @property
    def can_close(self) -> bool:
        """Whether the page offers the close: something is left, and no member stands before."""
        closing = self.standing.closing
        return self.may_close and bool(closing) and not self.standing.members_open

    @property
    def more_gaps(self) -> int:
        """How many gaps are not listed."""
        return len(self.standing.gaps) - len(self.gaps)


def period_page(standing: Standing, user: User, today: date) -> PeriodPage:
    """Put the page together for somebody who reads periods."""
    counts = standing.gap_counts
    return PeriodPage(
        standing=standing,
        name=name_of(standing.period),
        headline=headline(standing),
        whom=standing.entity.name if standing.entity else "all entities",
        freezes=_freezes(standing),
        gaps=standing.gaps[:MOST_GAPS],
        rows=[
            StateRow(
                one,
                _changed(one, standing.reopened),
                counts.get(one.entity.pk, 0),
                one.entity == standing.entity,
            )
            for one in standing.entities
        ],
        requests=[_request(one, user) for one in standing.requests],
        reopened=[
            one
            for one in standing.reopened
            if standing.entity is None or standing.entity in one.entities
        ],
        may_close=may_close(user, standing.entity),
        has_ended=standing.period.end_on < today,
    )


def headline(standing: Standing) -> str:
    """Say in a sentence how the period stands."""
    name = name_of(standing.period)
    whom = f" for {standing.entity.name}" if standing.entity else ""
    states = standing.chosen
    closed = sum(one.state == State.CLOSED for one in states)
    if not states:
        return f"{name}: nobody is active{whom}"
    if closed == len(states):
        return f"{name} is closed{whom}"
    if standing.members_open:
        return f"{name} stays open{whom} until its members are closed"
    if standing.gaps:
        gaps = "1 gap" if len(standing.gaps) == 1 else f"{len(standing.gaps)} gaps"
        return f"{name}: {gaps} before it can be closed{whom}"
    if closed:
        return f"{name} is closed for {closed} of {len(states)} entities; the others can be closed"
    return f"{name} can be closed{whom}: every figure is in and approved"


def _freezes(standing: Standing) -> list[str]:
    """Name what a close would freeze."""
    closing = standing.closing
    if not closing:
        return []
    periods = {period.pk: period for one in closing for period in one.periods}
    names = [name_of(one) for one in _in_order(periods.values())]
    places = "1 entity" if len(closing) == 1 else f"{len(closing)} entities, members first"
    figures = "1 figure" if standing.figure_count == 1 else f"{standing.figure_count} figures"
    return [
        f"{', '.join(names)} for {places}",
        f"the scores of every node, with the {figures} they rest on, targets, rates and thresholds",
        f"cascade {standing.version or 'version'} with its weights and definitions: "
        "the next edit begins a version of its own",
    ]


def _in_order(periods: Iterable[ReportingPeriod]) -> list[ReportingPeriod]:
    kinds = [kind.value for kind in ReportingPeriod.Kind]
    return sorted(periods, key=lambda one: (kinds.index(one.kind), one.start_on))


def _changed(state: EntityState, reopened: Sequence[Request]) -> str:
    """Say who changed the state and when; nothing where nobody ever did."""
    row = state.changed
    if row is None:
        return ""
    when = moment(row.changed_at)
    for one in reopened:
        if row.state == State.OPEN and one.settled_at == row.changed_at:
            return f"{one.asked_by} asked, {row.changed_by} confirmed, {when}: {one.reason}"
    told = f"{row.changed_by or 'the system'}, {when}"
    return f"{told}: {row.why}" if row.why else told


def _request(one: Request, user: User) -> RequestRow:
    is_own = one.asked_by == user
    return RequestRow(
        request=one,
        when=moment(one.asked_at),
        may_confirm=can_confirm_reopening(user) and not is_own,
        may_withdraw=is_own or all(can_close(user, entity) for entity in one.entities),
        is_own=is_own,
    )


@dataclass(frozen=True)
class PeriodListPage:
    """The list of periods: which one is closed next, and how all of them stand."""

    headline: str
    following: ReportingPeriod | None
    following_name: str
    years: Sequence[YearRows]
    requests: Sequence[RequestRow]


def period_list_page(
    lines: Sequence[PeriodLine], following: ReportingPeriod | None, user: User
) -> PeriodListPage:
    """Put the list together."""
    name = name_of(following) if following else ""
    headline = f"{name} is next to be closed" if following else "No period waits to be closed"
    return PeriodListPage(
        headline=headline if lines else "No period has figures yet",
        following=following,
        following_name=name,
        years=by_year(lines, following),
        requests=[_request(one, user) for one in waiting_requests()],
    )
