"""A formula with its figures put in: "50.0 = 500 / 900"."""

import re
from collections.abc import Callable, Mapping
from math import isnan

from dashboards.figures import shown
from dashboards.figures.shown import Unit
from dashboards.pages.measures import units_of
from dashboards.selectors.board import Board
from kpialign.scoring.formula import FormulaError, parse
from kpialign.scoring.formula.functions import SIGNATURES
from kpialign.scoring.results import Mark

LONGEST = 160  # characters of a sum that still reads in one go
PART = re.compile(
    r"\[(?P<code>[A-Za-z0-9._-]+)\]|(?P<name>[A-Za-z_]\w*)(?P<call>\s*\()?"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<sign><=|>=|<>|!=|==|[-+*/^=<>(),])"
)
SIGNS = {"*": shown.TIMES, "-": shown.MINUS, "==": "=", "!=": "<>"}
Written = Callable[[str], str]


def formula_words(board: Board, code: str) -> str:
    """Write a KPI's formula with the page's figures; empty where it looks at other periods too."""
    node, now = board.node(code), board.score(code)
    partial = bool(now.marks & (Mark.TO_DATE | Mark.HELD))
    if not node.formula or isnan(now.value) or partial or uses_time(node.formula):
        return ""
    inputs = board.cascade.uses(code)
    if set(inputs) != codes_in(node.formula):
        return ""  # one of them is archived: its figure is on no board
    values = {one: board.score(one).value for one in inputs}
    days = (board.context.period.end_on - board.context.period.start_on).days + 1
    units = units_of(board, [code, *inputs])
    told = written_out(node.formula, _writer(units, values, result=units[code]), days)
    return f"{shown.figure(now.value, units[code]).text} = {told}" if told else ""


def codes_in(formula: str) -> set[str]:
    """Name the KPIs that a formula refers to."""
    return set(parse(formula).codes)


def uses_time(formula: str) -> bool:
    """Whether a formula looks at other periods than the one asked for."""
    try:
        return bool(formula) and parse(formula).uses_time
    except FormulaError:
        return False


def _writer(units: Mapping[str, Unit], values: Mapping[str, float], *, result: Unit) -> Written:
    """Write figures; units fall away where all inputs share one and the result has another."""
    used = {units[one] for one in values}
    scaled = any(unit.divisor != 1 for unit in (*used, result))
    cancels = len({(unit.suffix, unit.divisor) for unit in used}) == 1 and result.divisor == 1
    with_units = scaled and not cancels

    def write(code: str) -> str:
        if code not in values:
            return shown.UNKNOWN
        figure = shown.figure(values[code], units[code])
        text = str(figure) if with_units else figure.text
        return f"({text})" if text.startswith(shown.MINUS) else text

    return write


def written_out(formula: str, write: Written, days: int) -> str:
    """Put figures into a formula; empty where that reads worse than the formula itself.

    >>> written_out("([a-1] + 2) / b^days()", {"a-1": "500", "b": "900"}.__getitem__, 90)
    '(500 + 2) / 900 ^ 90'
    >>> written_out("max(a, 2)", {"a": "1"}.__getitem__, 90)
    'max(1, 2)'
    """
    told: list[str] = []
    after_operand = False
    for found in PART.finditer(re.sub(r"\bdays\s*\(\s*\)", str(days), formula)):
        if found["call"] and found["name"] in SIGNATURES:
            told.append(f"{found['name']}(")
            after_operand = False
        elif found["code"] or found["name"]:
            told.append(write(found["code"] or found["name"]))
            told += [" ("] if found["call"] else []
            after_operand = not found["call"]
        elif found["number"]:
            told.append(found["number"])
            after_operand = True
        else:
            told.append(_sign(found["sign"], after_operand=after_operand))
            after_operand = found["sign"] == ")"
    text = "".join(told)
    return text if len(text) <= LONGEST else ""


def _sign(sign: str, *, after_operand: bool) -> str:
    """Set a sign: with space around it between two figures, close to the one it turns."""
    if sign in "()":
        return sign
    if sign == ",":
        return ", "
    told = SIGNS.get(sign, sign)
    return f" {told} " if after_operand else told
