"""What is said of a KPI's figure: where it comes from, what it is made of, why it is missing."""

from collections.abc import Sequence
from math import isnan

from dashboards.pages.activity import not_active
from dashboards.pages.consolidation import MOST_ROWS
from dashboards.pages.formula_words import formula_words
from dashboards.pages.lacks import OwedRow, owed_rows
from dashboards.pages.measures import BAND, named
from dashboards.pages.owed import owed, waits_for
from dashboards.pages.tables import is_late, tags
from dashboards.selectors.board import Board
from dashboards.selectors.origins import Origins
from dashboards.selectors.owing import Owing
from kpialign.scoring.results import Mark

MOST_TOLD = 2


def source(board: Board, code: str, *, from_members: bool, has_own_target: bool) -> str:
    """Say where the figure comes from and whether it is approved."""
    now = board.score(code)
    if board.node(code).formula:
        said = ["calculated"]
    else:
        said = ["consolidated" if from_members else "entered"]
    if not isnan(now.value):
        is_open = Mark.VALUE_PROVISIONAL in now.marks
        said.append("from figures not approved yet" if is_open else "from approved figures")
    if from_members and not isnan(now.target) and not has_own_target:
        said.append("target summed over its members")
    if Mark.BASELINE_ASSUMED in now.marks:
        said.append("baseline assumed")
    return ", ".join([*said, *(one for one in tags(board, code) if one in {"held", "to date"})])


def missing(board: Board, code: str, owing: Owing) -> list[OwedRow]:
    """List what the figure waits for, where that is not simply the figure itself."""
    if not isnan(board.score(code).value) or not_active(board.context):
        return []
    if owing.origins:
        return owed_rows(board, [code], owing)
    return [row for row in owed_rows(board, owed(board, [code]), owing) if row.code != code]


def problem(board: Board, code: str, missing: Sequence[OwedRow]) -> str:
    """Say why there is no score although there is a figure, or no figure at all."""
    now, node = board.score(code), board.node(code)
    if isnan(now.value):
        return "" if not_active(board.context) else _why_unknown(board, code, missing)
    if isnan(now.target) or not isnan(now.score):
        return ""
    if node.direction != BAND and not isnan(now.baseline):
        return "The target is worse than the baseline, so attainment cannot be told."
    return "Without a baseline, a target of zero or less cannot be scored: it needs a baseline."


def _why_unknown(board: Board, code: str, missing: Sequence[OwedRow]) -> str:
    """Name what a figure waits for: inputs, members, rates, or whoever enters it."""
    if any(row.places for row in missing):
        told = [row.sentence for row in missing[:MOST_TOLD]]
        more = len(missing) - MOST_TOLD
        return " ".join([*told, f"And {more} more." if more > 0 else ""]).strip()
    if missing:
        return f"It waits for {waits_for(board, [row.code for row in missing])}."
    node = board.node(code)
    if node.formula:
        return "Its formula has no value with these figures."
    late = "It is due" if is_late(board) else "Not in yet"
    return f"{late}; {node.department_name} enters it."


def made_of(board: Board, code: str, origins: Origins | None) -> str:
    """Write a formula out with its figures, and in a group whose figures they are."""
    if not board.node(code).formula or isnan(board.score(code).value):
        return ""
    words = formula_words(board, code)
    if origins is None or code not in origins.by_code:
        return f"{words}." if words else ""
    names = {one.code: one.name for one in board.context.entities}
    members = [names[one] for one in origins.by_code[code].members]
    if not members:
        return f"{words}." if words else ""
    from_ = named(members) if len(members) <= MOST_ROWS else f"{len(members)} members together"
    return f"{words or 'It is calculated on the figures of the group'}, from {from_}."
