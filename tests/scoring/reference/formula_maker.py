"""Formulas made up at random, every function nested in every other."""

import random
from dataclasses import dataclass

COMPARISONS = ("=", "==", "<>", "!=", "<", "<=", ">", ">=")
NUMBERS = ("0.5", "2", "7.25", "1e3", "100", "0", "1", "12.5")


@dataclass(frozen=True)
class Inputs:
    """What a formula may refer to: any of `codes`, and in `ytd` only those of `to_date`.

    In a `rational` one everything can be calculated in fractions.
    """

    codes: list[str]
    to_date: list[str]
    rational: bool = False


def code_text(rng: random.Random, code: str) -> str:
    """Write a reference, bare where that is allowed."""
    if code.isidentifier() and code.isascii() and rng.random() < 0.4:
        return code
    return f"[{code}]"


def leaf(rng: random.Random, inputs: Inputs) -> str:
    """A reference, seldom a number or `days()`."""
    what = rng.random()
    if what < 0.82:
        return code_text(rng, rng.choice(inputs.codes))
    return "days()" if what < 0.88 else rng.choice(NUMBERS)


def expression(rng: random.Random, inputs: Inputs, depth: int) -> str:
    """An expression of at most so many levels."""
    if depth == 0 or rng.random() < 0.12:
        return leaf(rng, inputs)
    make = rng.choices(
        (operation, comparison, plain_call, branch, coalesced, timed, one_argument),
        (40, 4, 12, 10, 10, 16, 8),
    )[0]
    return make(rng, inputs, depth - 1)


def operation(rng: random.Random, inputs: Inputs, depth: int) -> str:
    """Two expressions and an operator, in parentheses."""
    left, right = expression(rng, inputs, depth), expression(rng, inputs, depth)
    sign = rng.choices("+-*/^", (4, 4, 3, 6, 1))[0]
    if sign == "^":
        exponents = ("2", "0", "(-1)", "1") if inputs.rational else ("2", "0.5", "0", "(-1)", "1")
        return f"(({left}) ^ {rng.choice(exponents)})"
    minus = "-" if rng.random() < 0.05 else ""
    space = rng.choice((" ", ""))
    return f"({minus}{left}{space}{sign}{space}({right}))" if minus else f"({left} {sign} {right})"


def comparison(rng: random.Random, inputs: Inputs, depth: int) -> str:
    """Two expressions compared."""
    left, right = expression(rng, inputs, depth), expression(rng, inputs, depth)
    return f"({left} {rng.choice(COMPARISONS)} {right})"


def plain_call(rng: random.Random, inputs: Inputs, depth: int) -> str:
    """A function of any number of arguments."""
    parts = [expression(rng, inputs, depth) for _ in range(rng.randint(1, 3))]
    return f"{rng.choice(('sum', 'avg', 'min', 'max'))}({', '.join(parts)})"


def branch(rng: random.Random, inputs: Inputs, depth: int) -> str:
    """An `if`."""
    condition = comparison(rng, inputs, min(depth, 1))
    parts = [expression(rng, inputs, depth) for _ in range(2)]
    return f"if({condition[1:-1]}, {', '.join(parts)})"


def coalesced(rng: random.Random, inputs: Inputs, depth: int) -> str:
    """A `coalesce`."""
    parts = [expression(rng, inputs, depth) for _ in range(rng.randint(1, 3))]
    return f"coalesce({', '.join(parts)})"


def timed(rng: random.Random, inputs: Inputs, depth: int) -> str:
    """A time function."""
    name = rng.choice(("prev", "year_ago", "ytd", "rolling_sum", "rolling_avg"))
    if name == "ytd" and inputs.to_date:
        return f"ytd({code_text(rng, rng.choice(inputs.to_date))})"
    inner = expression(rng, inputs, depth)
    if name.startswith("rolling"):
        return f"{name}({inner}, {rng.randint(1, 4)})"
    name = "prev" if name == "ytd" else name
    return f"{name}({inner}, {rng.randint(1, 2)})" if rng.random() < 0.4 else f"{name}({inner})"


def one_argument(rng: random.Random, inputs: Inputs, depth: int) -> str:
    """A function of one number, or `round`."""
    names = ("abs", "round") if inputs.rational else ("abs", "sqrt", "ln", "log10", "exp", "round")
    name = rng.choice(names)
    inner = expression(rng, inputs, depth)
    if name == "round":
        return f"round({inner}, {rng.randint(0, 4)})"
    return f"exp(({inner}) / 1e3)" if name == "exp" else f"{name}({inner})"


def formula(rng: random.Random, inputs: Inputs) -> str:
    """A formula: often a plain ratio, else anything."""
    if rng.random() < 0.4:
        first, second = (code_text(rng, rng.choice(inputs.codes)) for _ in range(2))
        return rng.choice(
            (f"{first} / {second} * 100", f"{first} - {second}", f"{first} / {second} * days()")
        )
    return expression(rng, inputs, rng.randint(1, 3))
