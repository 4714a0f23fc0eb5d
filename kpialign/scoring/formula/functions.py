"""What the functions and operators of formulas do to arrays; missing in, missing out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kpialign.scoring.arrays import FloatArray

Operation = Callable[..., FloatArray]


@dataclass(frozen=True)
class Signature:
    """How many arguments a function takes; `most` None: any number."""

    least: int
    most: int | None


SIGNATURES: dict[str, Signature] = {
    "sum": Signature(1, None),
    "avg": Signature(1, None),
    "min": Signature(1, None),
    "max": Signature(1, None),
    "abs": Signature(1, 1),
    "sqrt": Signature(1, 1),
    "ln": Signature(1, 1),
    "log10": Signature(1, 1),
    "exp": Signature(1, 1),
    "round": Signature(2, 2),
    "if": Signature(3, 3),
    "coalesce": Signature(1, None),
    "prev": Signature(1, 2),
    "year_ago": Signature(1, 2),
    "ytd": Signature(1, 1),
    "rolling_sum": Signature(2, 2),
    "rolling_avg": Signature(2, 2),
    "days": Signature(0, 0),
}


def _total(*values: FloatArray) -> FloatArray:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _mean(*values: FloatArray) -> FloatArray:
    return _total(*values) / len(values)


def _least(*values: FloatArray) -> FloatArray:
    least = values[0]
    for value in values[1:]:
        least = np.minimum(least, value)
    return least


def _greatest(*values: FloatArray) -> FloatArray:
    greatest = values[0]
    for value in values[1:]:
        greatest = np.maximum(greatest, value)
    return greatest


def _power(base: FloatArray, exponent: FloatArray) -> FloatArray:
    # numpy says nan ** 0 == 1 and 1 ** nan == 1; a missing figure stays missing here.
    known = ~(np.isnan(base) | np.isnan(exponent))
    return np.where(known, np.power(base, exponent), np.nan)


def round_half_away(value: FloatArray, digits: int) -> FloatArray:
    """Round half away from zero, a half being what is one to the last bits of a decimal.

    >>> round_half_away(np.array([2.5, -2.5, 2.675, 2.4]), 0).tolist()
    [3.0, -3.0, 3.0, 2.0]
    >>> round_half_away(np.array([2.675, 1.005]), 2).tolist()
    [2.68, 1.01]
    >>> round_half_away(np.array([1250.0]), -2).tolist()
    [1300.0]
    """
    scale = 10.0 ** abs(digits)
    scaled = np.abs(value) * scale if digits >= 0 else np.abs(value) / scale
    whole = np.floor(scaled)
    up = scaled - whole >= 0.5 - 2.0 * np.spacing(scaled)
    rounded = np.copysign(whole + up, value)
    result = rounded / scale if digits >= 0 else rounded * scale
    # A number this large has no decimals left to round, and scaling it may overflow.
    return np.where(np.isfinite(scaled), result, value)


def _compare(operation: Callable[[FloatArray, FloatArray], np.ndarray]) -> Operation:
    def compared(left: FloatArray, right: FloatArray) -> FloatArray:
        known = ~(np.isnan(left) | np.isnan(right))
        return np.where(known, operation(left, right).astype(np.float64), np.nan)

    return compared


OPERATIONS: dict[str, Operation] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": _power,
    "negative": np.negative,
    "=": _compare(np.equal),
    "==": _compare(np.equal),
    "<>": _compare(np.not_equal),
    "!=": _compare(np.not_equal),
    "<": _compare(np.less),
    "<=": _compare(np.less_equal),
    ">": _compare(np.greater),
    ">=": _compare(np.greater_equal),
    "sum": _total,
    "avg": _mean,
    "min": _least,
    "max": _greatest,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "ln": np.log,
    "log10": np.log10,
    "exp": np.exp,
}
