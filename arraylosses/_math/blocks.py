"""How the elements of an array are walked over."""

from collections.abc import Iterator
from math import ceil

import numpy as np

Index = tuple[int | slice, ...]


def stretches(shape: tuple[int, ...], count: int) -> Iterator[Index]:
    """Blocks of some elements, in the order in which memory holds them: one long row is walked over too."""
    axis, inner = len(shape) - 1, 1
    while axis and inner * shape[axis] <= count:
        axis, inner = axis - 1, inner * shape[axis]
    length, step = shape[axis], max(1, count // inner)
    step = ceil(length / ceil(length / step))  # blocks alike, where a last one would be short
    for lead in np.ndindex(shape[:axis]):
        yield from ((*lead, slice(start, start + step)) for start in range(0, length, step))
