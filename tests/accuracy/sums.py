"""How far off is a mean of a hundred million float32 numbers?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import arraylosses as al
from tests._runs import library

from .inputs import SEED

COUNT = 10**8
LIBRARIES = ("numpy", "torch", "jax")
LAYOUTS: dict[str, tuple[tuple[int, ...], Any]] = {
    "all, (n,)": ((-1,), None),
    "all, (n / 4, 4)": ((-1, 4), None),
    "axis 0 of (n / 4, 4)": ((-1, 4), 0),
    "axis 1 of (4, n / 4)": ((4, -1), 1),
}
"""A shape, and the axis that is averaged."""


@dataclass(frozen=True)
class Summed:
    """The relative error of a mean.

    Attributes
    ----------
    layout, by : str
        Which elements were averaged, and who computed it.
    error : float
        In roundings of float32.
    """

    layout: str
    by: str
    error: float


def _right(x: Any, axis: Any) -> Any:
    """Summed in float64, by chunks."""
    if axis is None:
        return sum(float(part.sum(dtype=np.float64)) for part in np.array_split(x.ravel(), 100)) / x.size
    return x.sum(axis=axis, dtype=np.float64) / x.shape[axis]


def _error(got: Any, want: Any) -> float:
    return float(np.max(np.abs(np.asarray(got, dtype=np.float64) - want) / want)) * 2.0**23


def summed(count: int = COUNT, libraries: tuple[str, ...] = LIBRARIES) -> Iterator[Summed]:
    """The mean absolute error of numbers of [0, 1) from 0, and NumPy's own mean beside it."""
    numbers = np.random.default_rng(SEED).random(count, dtype=np.float32)
    for layout, (shape, axis) in LAYOUTS.items():
        x = numbers.reshape(shape)
        want = _right(x, axis)
        yield Summed(layout, "NumPy's own mean", _error(x.mean(axis=axis), want))
        for name in libraries:
            lib = library(name)
            put = lib.put(x)
            yield Summed(layout, name, _error(lib.get(al.absolute_error(put, 0 * put, axis=axis)), want))
