"""From the text of a formula to its steps, without recursion."""

from dataclasses import dataclass, replace

from lark import Token, Tree

from kpialign.scoring.formula.errors import FormulaError
from kpialign.scoring.formula.functions import SIGNATURES
from kpialign.scoring.formula.grammar import Parsed, read
from kpialign.scoring.formula.limits import MAX_PERIODS, MAX_REFERENCES, check_text
from kpialign.scoring.formula.steps import (
    Call,
    Days,
    Formula,
    Leave,
    Number,
    Reference,
    Shift,
    Step,
    Window,
)

MAX_DIGITS = 15


@dataclass(frozen=True)
class Place:
    """Where a part of a formula stands."""

    required: bool = True
    timed: bool = False
    periods: int = 0
    years: int = 0


Work = tuple[Parsed, Place] | Step


class Reading:
    """The steps of one formula while its tree is walked."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.steps: list[Step] = []
        self.references: list[Reference] = []
        self.uses_time = False
        self.reach = (0, 0)

    def walk(self, tree: Parsed) -> None:
        """Visit a tree, arguments before what is done with them."""
        stack: list[Work] = [(tree, Place())]
        while stack:
            work = stack.pop()
            if isinstance(work, tuple):
                stack.extend(reversed(self._visit(*work)))
            else:
                self.steps.append(work)

    def _visit(self, part: Parsed, place: Place) -> list[Work]:
        if isinstance(part, Token):
            return [self._leaf(part, place)]
        if part.data == "group":
            return [(part.children[0], place)]
        if part.data == "negative":
            return self._negative(part, place)
        if part.data == "call":
            return self._call(part, place)
        left, operator, right = part.children
        step = Call(str(operator), 2, _column(operator))
        return [(left, place), (right, place), step]

    def _negative(self, part: Tree[Token], place: Place) -> list[Work]:
        sign, operand = part.children
        if isinstance(operand, Tree) and operand.data == "power":
            raise FormulaError("'-' before '^' needs parentheses, as in -(2^2)", _column(sign))
        return [(operand, place), Call("negative", 1, _column(sign))]

    def _leaf(self, token: Token, place: Place) -> Step:
        if token.type == "NUMBER":
            return Number(_number(token))
        return self._reference(token, place, to_date=False)

    def _reference(self, token: Token, place: Place, *, to_date: bool) -> Reference:
        if len(self.references) == MAX_REFERENCES:
            raise FormulaError(f"more than {MAX_REFERENCES} references to KPIs", _column(token))
        reference = Reference(
            code=str(token).strip("[]"),
            column=_column(token),
            required=place.required,
            timed=place.timed,
            to_date=to_date,
        )
        self.references.append(reference)
        return reference

    def _call(self, part: Tree[Token], place: Place) -> list[Work]:
        name, *arguments = part.children
        assert isinstance(name, Token)
        _check_call(name, len(arguments))
        if name in ("prev", "year_ago", "rolling_sum", "rolling_avg"):
            return self._time_function(name, arguments, place)
        if name == "ytd":
            return self._year_to_date(arguments[0], place)
        if name == "days":
            return [Days(timed=place.timed)]
        if name == "round":
            digits = _whole(arguments[1], -MAX_DIGITS, MAX_DIGITS, "decimals")
            return [(arguments[0], place), Call("round", 1, _column(name), digits)]
        return [*_arguments(name, arguments, place), Call(str(name), len(arguments), _column(name))]

    def _time_function(self, name: Token, arguments: list[Parsed], place: Place) -> list[Work]:
        count = 1
        if arguments[1:]:
            count = _whole(arguments[1], 1, MAX_PERIODS, "periods")
        step: Step
        if name == "prev":
            step, periods, years = Shift(count, 0), count, 0
        elif name == "year_ago":
            step, periods, years = Shift(0, count), 0, count
        else:
            step, periods, years = Window(count, averages=name == "rolling_avg"), count - 1, 0
        inner = replace(
            self._timed(place), periods=place.periods + periods, years=place.years + years
        )
        self.reach = (max(self.reach[0], inner.periods), max(self.reach[1], inner.years))
        return [(arguments[0], inner), step, *self._leaving(place)]

    def _year_to_date(self, argument: Parsed, place: Place) -> list[Work]:
        while isinstance(argument, Tree) and argument.data == "group":
            argument = argument.children[0]
        if not isinstance(argument, Token) or argument.type == "NUMBER":
            raise FormulaError("ytd() takes one code", _first_column(argument))
        reference = self._reference(argument, self._timed(place), to_date=True)
        return [reference, *self._leaving(place)]

    def _timed(self, place: Place) -> Place:
        self.uses_time = True
        return replace(place, required=False, timed=True)

    @staticmethod
    def _leaving(place: Place) -> list[Work]:
        return [] if place.timed else [Leave()]


def parse(text: str) -> Formula:
    """Read a formula.

    >>> parse("[net.profit] / revenue * 100").codes
    ('net.profit', 'revenue')
    >>> parse("2 * (3 +")
    Traceback (most recent call last):
    ...
    kpialign.scoring.formula.errors.FormulaError: column 9: the formula ends too early
    """
    check_text(text)
    reading = Reading()
    reading.walk(read(text))
    return Formula(
        text=text,
        steps=tuple(reading.steps),
        references=tuple(reading.references),
        uses_time=reading.uses_time,
        reach=reading.reach,
    )


def _check_call(name: Token, count: int) -> None:
    signature = SIGNATURES.get(name)
    if signature is None:
        raise FormulaError(
            f"there is no function '{name}'; there are {', '.join(SIGNATURES)}", _column(name)
        )
    if count < signature.least or (signature.most is not None and count > signature.most):
        least, most = signature.least, signature.most
        accepted = f"{least}" if least == most else f"{least} or {most}"
        if most is None:
            accepted = f"at least {least}"
        raise FormulaError(f"{name}() takes {accepted} arguments, not {count}", _column(name))


def _arguments(name: Token, arguments: list[Parsed], place: Place) -> list[Work]:
    optional = replace(place, required=False)
    places = [optional if name == "coalesce" else place] * len(arguments)
    if name == "if":
        places = [place, optional, optional]
    return list(zip(arguments, places, strict=True))


def _number(token: Token) -> float:
    value = float(token)
    if value == float("inf"):
        raise FormulaError("the number is too large", _column(token))
    return value


def _whole(part: Parsed, least: int, most: int, what: str) -> int:
    sign = 1
    token = part
    if isinstance(token, Tree) and token.data == "negative":
        sign, token = -1, token.children[1]
    if isinstance(token, Token) and token.type == "NUMBER" and token.isdigit():
        value = sign * int(token)
        if least <= value <= most:
            return value
    raise FormulaError(
        f"the number of {what} is a whole number written out, {least} to {most}", _column(part)
    )


def _column(token: Parsed) -> int:
    return (token.start_pos or 0) + 1 if isinstance(token, Token) else _first_column(token)


def _first_column(part: Parsed) -> int:
    while isinstance(part, Tree):
        if not part.children:
            return 1
        part = part.children[0]
    return (part.start_pos or 0) + 1
