"""What findings say on pages: gathered by node, in words, with the form that mends each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from dashboards.pages.measures import named
from dashboards.rows import StatusMark
from dashboards.selectors.board import Board
from dashboards.selectors.context import name_of
from kpialign.scoring.alignment import is_dead_weight
from kpialign.scoring.findings import Finding, Severity
from kpialign.scoring.status import Status
from kpis.models import ReportingPeriod
from organisation.models import Department, User
from organisation.permissions import can_edit_cascade, can_enter_actuals

ERROR = StatusMark(Status.OFF_TRACK, "Error", "bad", "m-bad")
WARNING = StatusMark(Status.AT_RISK, "Warning", "risk", "m-risk")
RULES = {
    "formula_error": "Formula cannot be read",
    "target_worse_than_baseline": "Target worse than baseline",
    "band_reversed": "Band reversed",
    "missing_rate": "Exchange rate missing",
    "unlinked": "Serves no objective",
    "no_financial_path": "No path to a financial result",
    "overload": "Too many KPIs",
    "dead_weight": "Weight that counts for nothing",
    "green_drivers_red_result": "Drivers good, result bad",
    "stale": "Figure missing",
    "no_target": "No target",
    "target_gap": "Target missing for some periods",
    "needs_baseline": "Target needs a baseline",
    "all_or_nothing": "All or nothing",
    "not_in_group": "Not consolidated",
}
RATES, TARGETS = "shape_rates", "shape_targets"
MENDED_BY = {
    "formula_error": ("shape_kpi", "Correct the formula"),
    "target_worse_than_baseline": (TARGETS, "Correct the target"),
    "band_reversed": (TARGETS, "Correct the band"),
    "missing_rate": (RATES, "Enter the rates"),
    "unlinked": ("shape_kpi", "Link or archive it"),
    "no_financial_path": ("shape_kpi", "Link it"),
    "overload": ("shape_children", "Choose among its KPIs"),
    "dead_weight": ("shape_children", "Change the weights"),
    "green_drivers_red_result": ("shape_children", "Change its drivers"),
    "no_target": (TARGETS, "Set a target"),
    "target_gap": (TARGETS, "Set targets"),
    "needs_baseline": (TARGETS, "Give a baseline"),
    "all_or_nothing": (TARGETS, "Change the baseline"),
    "not_in_group": ("shape_kpi", "Choose how it consolidates"),
}


@dataclass(frozen=True)
class Mend:
    """A link to what mends a finding."""

    label: str
    url: str


@dataclass(frozen=True)
class FindingShown:
    """One thing found about a node or department, in all places where it was found."""

    rule: str
    title: str
    mark: StatusMark
    code: str
    name: str
    kind: str  # kpi, objective or department: the page that it is about
    message: str
    where: str
    fix: str
    owner: str
    mend: Mend | None
    count: int  # places in which it was found
    effect: str = ""  # what mending it would give, where the page tells


class Mending:
    """Who may mend what: links to forms for whoever has them."""

    def __init__(self, board: Board, user: User, departments: Iterable[Department]) -> None:
        """Ask once what the person may."""
        self._board = board
        self._edits = can_edit_cascade(user)
        self._enters = {one.code for one in departments if can_enter_actuals(user, one)}
        self._departments = {one.code: one for one in departments}
        self._currencies = {one.code: one.currency for one in board.context.entities}

    def shown(self, found: Sequence[Finding]) -> FindingShown:
        """Tell of findings of one rule about one node."""
        first = found[0]
        node = self._board.cascade.nodes.get(first.node)
        owner = self._departments.get(first.node)
        kind = "department" if node is None else "kpi" if node.is_kpi else "objective"
        head = str(owner.head) if owner and owner.head else ""
        return FindingShown(
            rule=first.rule,
            title=RULES.get(first.rule, first.rule),
            mark=ERROR if first.severity == Severity.ERROR else WARNING,
            code=first.node,
            name=node.name if node else owner.name if owner else first.node,
            kind=kind,
            message=first.message,
            where=_where(self._board, found),
            fix=first.fix,
            owner=(node.owner or node.department_name) if node else head,
            mend=self._mend(first, kind),
            count=len(found),
        )

    def _mend(self, finding: Finding, kind: str) -> Mend | None:
        if finding.rule == "stale":
            return self._entry(finding)
        if not self._edits or kind == "department":
            return None
        name, label = MENDED_BY.get(finding.rule, ("", ""))
        code = self._light_parent(finding.node) if finding.rule == "dead_weight" else finding.node
        link = link_to(name, label, *([] if name == RATES else [code]))
        asked = self._asked(name, finding)
        return replace(link, url=f"{link.url}?{asked}") if link and asked else link

    def _asked(self, name: str, finding: Finding) -> str:
        """Name what a form of figures is to open: where and in which year something was found."""
        place = {
            TARGETS: {"entity": finding.entity},
            RATES: {"currency": self._currencies.get(finding.entity, "")},
        }.get(name)
        if place is None:
            return ""
        asked = {**place, "year": self._year(finding.period)}
        return urlencode({key: value for key, value in asked.items() if value})

    def _year(self, label: str) -> str:
        """Return the fiscal year around a period."""
        periods = self._board.context.periods
        days = [one.start_on for one in periods if one.label == label]
        years = [one for one in periods if one.kind == "year"]
        return next((one.label for one in years for day in days if _holds(one, day)), "")

    def _entry(self, finding: Finding) -> Mend | None:
        node = self._board.cascade.nodes.get(finding.node)
        department = node.department if node else ""
        if department not in self._enters:
            return None
        found = link_to("entry_sheet", "Enter the figure", department)
        return Mend(found.label, f"{found.url}?period={finding.period}") if found else None

    def _light_parent(self, code: str) -> str:
        """Return the parent under which a node weighs next to nothing."""
        cascade = self._board.cascade
        for link in cascade.parents(code):
            whole = sum(one.weight for one in cascade.children(link.parent))
            if is_dead_weight(link.weight / whole):
                return link.parent
        return code


def _holds(period: ReportingPeriod, day: date) -> bool:
    return period.start_on <= day <= period.end_on


def link_to(name: str, label: str, *parts: str) -> Mend | None:
    """Link to a page by its name; None where there is no such page."""
    try:
        return Mend(label, reverse(name, args=parts)) if name else None
    except NoReverseMatch:
        return None


def gathered(found: Iterable[Finding], entity: str) -> list[list[Finding]]:
    """Put findings of one rule about one node together, those of the page's entity first."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for one in found:
        words = "" if one.entity else one.message
        groups.setdefault((one.rule, one.node, words), []).append(one)
    return [sorted(some, key=lambda one: one.entity != entity) for some in groups.values()]


def by_node(groups: Iterable[Sequence[Finding]]) -> dict[str, list[Sequence[Finding]]]:
    """Map each node to what was found about it."""
    nodes: dict[str, list[Sequence[Finding]]] = {}
    for some in groups:
        nodes.setdefault(some[0].node, []).append(some)
    return nodes


def _where(board: Board, found: Sequence[Finding]) -> str:
    """Say at which entities and in which periods something was found."""
    entities = _named(found, "entity", {one.code: one.name for one in board.context.entities})
    names = {one.label: name_of(one) for one in board.context.periods}
    periods = _named(found, "period", names)
    told = [
        _few(entities, "entities") if len(board.context.entities) > 1 else "",
        _few(periods, "periods"),
    ]
    return ", ".join(one for one in told if one)


def _named(found: Sequence[Finding], field: str, names: Mapping[str, str]) -> list[str]:
    codes = dict.fromkeys(getattr(one, field) for one in found)
    return [names.get(code, code) for code in codes if code]


def _few(names: list[str], many: str) -> str:
    return named(names) if len(names) <= 2 else f"{len(names)} {many}"  # noqa: PLR2004  what a line holds
