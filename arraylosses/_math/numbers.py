"""Python's numbers in the place of arrays of no axes, for what is merged where it lies on the host.

An operation on one takes a twentieth of a microsecond, on an array of no axes half of one with NumPy, and two with
torch.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .._typing import Array, Dtype, Namespace
from ._primitive import Primitive
from .sums import two_words


def _where(condition: bool, one: float, other: float) -> float:
    return one if condition else other


def _minimum(x: float, y: float) -> float:
    """NaN where either is, as the standard has it."""
    return x if x < y or x != x else y


NUMBERS: Any = SimpleNamespace(
    __name__="numbers",
    where=_where,
    minimum=_minimum,
    abs=abs,
    ones_like=lambda x: 1.0,
    result_type=lambda *numbers: float,
    finfo=lambda dtype: SimpleNamespace(bits=64),
)
"""What merging asks of a namespace. The numbers must be such that nothing is divided by 0: Python refuses to."""


@Primitive
def as_numbers(xp: Namespace, *arrays: Array) -> list[float] | None:
    """The arrays as Python's numbers, where that costs little and loses nothing; elsewhere None."""
    return None


@Primitive
def few(xp: Namespace, most: int, *arrays: Array) -> tuple[list[Any], Callable[[Any], Array]] | None:
    """NumPy arrays in the memory of these, and what makes of a result of theirs an array of the library; None where
    they lie elsewhere, are more numbers than ``most``, none of them real, or derivatives may be asked for.
    """
    return None


@Primitive
def words_of(xp: Namespace, numbers: list[float], dtype: Dtype) -> list[tuple[Array, Array]]:
    """Two words of this dtype of each number."""
    head, tail = two_words(xp, xp.asarray(numbers, dtype=xp.float64), dtype)
    return [(head[i, ...], tail[i, ...]) for i in range(len(numbers))]
