"""The array types of the scoring core."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
MarkArray = NDArray[np.uint8]

Grouped = TypeVar("Grouped", bound=NDArray[Any])


def grouped(array: Grouped, size: int) -> Grouped:
    """View the last axis in groups of `size`, as one axis more; writing goes through."""
    shape = (*array.shape[:-1], array.shape[-1] // size, size)
    return array.reshape(shape)  # type: ignore[return-value]  # the same type, one axis more
