"""The page of alignment: whether the cascade deserves trust, part by part, and what mends it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan

from django.http import Http404

from dashboards.figures import shown
from dashboards.pages.alignment_words import TITLES, alignment_headline, left_out, within
from dashboards.pages.findings import RULES, FindingShown, Mending, gathered
from dashboards.pages.lowered import Counted, Culprit, Lowered, many
from dashboards.pages.relief import Relief
from dashboards.selectors.alignment import Aligned, Alignments
from dashboards.selectors.board import Board
from dashboards.selectors.context import Choice
from dashboards.selectors.findings import Looked, looked_at_on
from kpialign.scoring.alignment import COMPONENTS, NOT_YET
from kpialign.scoring.findings import Finding
from organisation.models import Department, User

MOST_SHOWN = 60
MOST_NAMED = 3
BAR = 96.0
COMES = {
    "evidence": "Whether figures bear the links out. Not computed yet.",
    "harmony": "Whether KPIs pull against each other. Not computed yet.",
}


@dataclass(frozen=True)
class Part:
    """A component: its score, how it is counted, what lowers it, and how much it weighs."""

    title: str
    text: str
    bar: str
    words: str
    weight: str
    lowered_by: Sequence[Culprit]
    more_count: int
    is_known: bool


@dataclass(frozen=True)
class RuleCount:
    """How many findings a rule has; choosing it shows those alone."""

    rule: str
    title: str
    count: int
    is_chosen: bool

    @property
    def words(self) -> str:
        """The title within a sentence."""
        return within(self.title)


@dataclass(frozen=True)
class AlignmentPage:
    """Everything that the page of alignment shows."""

    headline: str
    text: str
    about: str  # what the scope is, in words
    left_out: str  # how many parts could not be computed, and which
    parts: Sequence[Part]
    objectives: Sequence[Choice]
    departments: Sequence[Choice]
    rules: Sequence[RuleCount]
    findings: Sequence[FindingShown]
    more_count: int
    ran: str  # which rules looked through what
    keeps: Mapping[str, str]

    @property
    def is_scoped(self) -> bool:
        """Whether the page is about a part of the cascade."""
        return bool(self.keeps)


@dataclass(frozen=True)
class _Scope:
    aligned: Aligned
    about: str
    asked: Mapping[str, str]


def alignment_page(
    board: Board,
    asked: Mapping[str, str],
    user: User,
    *,
    looked: Looked,
    departments: Sequence[Department],
) -> AlignmentPage:
    """Put the page together from its board and from what was found in the cascade."""
    scope = _scope(board, Alignments(board, looked), asked, departments)
    lowered = Lowered(board, scope.aligned, _day(board))
    counted = {name: lowered.told(name) for name in COMPONENTS if name not in NOT_YET}
    relief = Relief(board, scope.aligned, scope.asked)
    groups = relief.ordered(gathered(looked.findings, board.context.entity.code))
    rule = asked.get("rule", "") if asked.get("rule", "") in RULES else ""
    chosen = [some for some in groups if rule in ("", some[0].rule)]
    mending = Mending(board, user, departments)
    return AlignmentPage(
        headline=alignment_headline(scope.aligned, counted),
        text=shown.score(scope.aligned.score),
        about=scope.about,
        left_out=left_out(scope.aligned),
        parts=[_part(scope.aligned, name, counted.get(name)) for name in COMPONENTS],
        objectives=_objectives(board, scope.asked),
        departments=_departments(departments, scope.asked),
        rules=_rules(groups, rule),
        findings=[
            replace(mending.shown(some), effect=relief.told(some)) for some in chosen[:MOST_SHOWN]
        ],
        more_count=max(len(chosen) - MOST_SHOWN, 0),
        ran=_ran(board),
        keeps=scope.asked,
    )


def _scope(
    board: Board,
    alignments: Alignments,
    asked: Mapping[str, str],
    departments: Iterable[Department],
) -> _Scope:
    """Find what the page is about: an objective, a department, or everything."""
    objective, department = asked.get("objective", ""), asked.get("department", "")
    if objective:
        node = board.cascade.nodes.get(objective)
        if node is None or node.is_kpi:
            raise Http404
        about = f"{node.name} and all that leads up to it"
        return _Scope(alignments.of_objective(objective), about, {"objective": objective})
    if department:
        names = {one.code: one.name for one in departments}
        if department not in names:
            raise Http404
        about = f"{names[department]}: its KPIs, their links, and the objectives it owns"
        return _Scope(alignments.of_department(department), about, {"department": department})
    return _Scope(alignments.of_everything(), "The whole cascade", {})


def _part(aligned: Aligned, name: str, counted: Counted | None) -> Part:
    score, weight = aligned.scores[name], aligned.weights.get(name)
    is_known = not isnan(score)
    missing = COMES[name] if counted is None else f"{counted.missing} Not counted."
    culprits = counted.culprits if counted and is_known else ()
    return Part(
        title=TITLES[name],
        text=shown.score(score),
        bar=f"{score / 100 * BAR:.1f}" if is_known else "",
        words=counted.words if counted and is_known else missing,
        weight=shown.share(weight) if weight else "",
        lowered_by=culprits[:MOST_NAMED],
        more_count=max(len(culprits) - MOST_NAMED, 0),
        is_known=is_known,
    )


def _objectives(board: Board, asked: Mapping[str, str]) -> list[Choice]:
    nodes = [node for node in board.cascade.nodes.values() if not node.is_kpi]
    chosen = asked.get("objective", "")
    return [
        Choice(node.code, node.name, node.code == chosen)
        for node in sorted(nodes, key=lambda node: node.name)
    ]


def _departments(departments: Iterable[Department], asked: Mapping[str, str]) -> list[Choice]:
    chosen = asked.get("department", "")
    return [Choice(one.code, one.name, one.code == chosen) for one in departments]


def _rules(groups: Sequence[Sequence[Finding]], chosen: str) -> list[RuleCount]:
    counts = Counter(some[0].rule for some in groups)
    return [
        RuleCount(rule, RULES.get(rule, rule), count, rule == chosen)
        for rule, count in counts.most_common()
    ]


def _day(board: Board) -> str:
    day = looked_at_on(board)
    return shown.day(day) if day else "no day yet"


def _ran(board: Board) -> str:
    """Say which rules looked through what."""
    names = ", ".join(within(title) for title in RULES.values())
    nodes = many(len(board.cascade.nodes), "node")
    return f"{len(RULES)} rules looked through {nodes}, with figures up to {_day(board)}: {names}."
