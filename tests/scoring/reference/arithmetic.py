"""The functions and operators of formulas on exact numbers; None is missing."""

import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation, Overflow, localcontext
from fractions import Fraction

Number = Fraction | None

LARGEST, SMALLEST = Fraction(2) ** 1024, Fraction(2) ** -1075
DIGITS = 400  # bits kept of a number that has grown too long to carry on exactly


def short(value: Fraction) -> Number:
    """Give a finite number back, cut to 120 digits if it is longer; missing if it is not finite."""
    if abs(value) >= LARGEST:
        return None
    if abs(value) < SMALLEST:
        return Fraction(0)
    if value.denominator.bit_length() < 4 * DIGITS:
        return value
    shift = DIGITS - (value.numerator.bit_length() - value.denominator.bit_length())
    scale = Fraction(2) ** shift
    return Fraction(round(value * scale)) / scale


def decimal(value: Fraction) -> Decimal:
    """A number to 60 digits."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def by_decimal(function: Callable[[Decimal], Decimal], value: Fraction) -> Number:
    """Apply a function that is not rational, to 60 digits."""
    with localcontext() as context:
        context.prec = 60
        try:
            result = function(decimal(value))
        except (InvalidOperation, Overflow, ZeroDivisionError):
            return None
        return short(Fraction(result)) if result.is_finite() and abs(result) < 10**309 else None


def power(base: Fraction, exponent: Fraction) -> Number:
    """Raise one number to another."""
    if base == 0:
        return Fraction(1) if exponent == 0 else Fraction(0) if exponent > 0 else None
    if exponent.denominator == 1 and abs(exponent) <= 64:
        return short(base**exponent.numerator)
    if base < 0 and exponent.denominator != 1:
        return None
    return by_decimal(lambda x: x ** decimal(exponent), base)


def half_away(value: Fraction, places: int) -> Fraction:
    """Round half away from zero."""
    scale = Fraction(10) ** places
    size = math.floor(abs(value) * scale + Fraction(1, 2)) / scale
    return size if value >= 0 else -size


def compare(sign: str, left: Fraction, right: Fraction) -> Fraction:
    """Compare two numbers: 1 or 0."""
    holds = {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[sign]
    return Fraction(int(holds))


def binary(sign: str, left: Fraction, right: Fraction) -> Number:
    """Calculate one operation."""
    if sign == "/":
        return short(left / right) if right else None
    if sign == "^":
        return power(left, right)
    return short({"+": left + right, "-": left - right, "*": left * right}[sign])


def function(name: str, values: list[Fraction]) -> Number:
    """Calculate a function whose arguments are all there."""
    first = values[0]
    if name == "round":
        return half_away(first, int(values[1]))
    if name in {"sqrt", "ln", "log10"}:
        by_name = {"sqrt": Decimal.sqrt, "ln": Decimal.ln, "log10": Decimal.log10}
        return by_decimal(by_name[name], first)
    if name == "exp":
        return None if first > 800 else by_decimal(Decimal.exp, first)
    if name == "avg":
        return short(sum(values, Fraction(0)) / len(values))
    if name == "sum":
        return short(sum(values, Fraction(0)))
    return {"min": min(values), "max": max(values), "abs": abs(first)}[name]
