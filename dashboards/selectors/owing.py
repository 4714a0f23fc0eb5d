"""Read who owes what a board waits for: at which members, and who enters it there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

from dashboards.selectors.board import Board
from dashboards.selectors.figures_behind import entered_behind
from dashboards.selectors.origins import Origins, origins_of
from organisation.selectors import HeadRow, heads_by_department


@dataclass(frozen=True)
class Owing:
    """The heads of the departments that owe, and in a group what each missing figure lacks."""

    heads: Sequence[HeadRow] = ()
    origins: Origins | None = None


def owing(board: Board, codes: Iterable[str]) -> Owing:
    """Read it for KPIs that have no value; nothing is read where no member owes anything."""
    missing = list(codes)
    if not missing or not board.context.members:
        return Owing()
    departments = {board.node(code).department for code in missing}
    return Owing(heads_by_department(departments), group_origins(board, missing))


def group_origins(board: Board, codes: Iterable[str]) -> Origins | None:
    """Follow figures to the members of the page's entity; None where it has none."""
    context = board.context
    return origins_of(codes, context.entity, context.period) if context.members else None


def origins_behind(board: Board, code: str) -> Owing:
    """Read where one KPI's figure comes from, and who owes what while it is missing."""
    origins = group_origins(board, [code])
    if origins is None or not isnan(board.score(code).value):
        return Owing((), origins)
    behind = {code, *entered_behind(board.cascade, code)}
    return Owing(heads_by_department({board.node(one).department for one in behind}), origins)
