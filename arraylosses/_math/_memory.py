"""Memory for blocks, which is kept for the next call.

The C library gives large pieces back to the system as soon as they are free, and a piece that is got anew is faulted in
page by page: of 1e5 elements that took longer than the sum.
"""

from typing import Any

import numpy as np

from .._typing import Array

KEPT: list[Array] = []
"""One piece for each of two threads at most; more of them, meanwhile, have their own."""


def borrowed(count: int, dtype: Any) -> tuple[Array, Array]:
    """The memory, to be given back by `kept`, and so many numbers of this dtype in it, which are not set."""
    size = count * np.dtype(dtype).itemsize
    try:
        memory = KEPT.pop()
    except IndexError:
        memory = np.empty(size, np.uint8)
    if memory.size < size:
        memory = np.empty(size, np.uint8)
    return memory, memory[:size].view(dtype)


def kept(memory: Array) -> None:
    if len(KEPT) < 2:
        KEPT.append(memory)
