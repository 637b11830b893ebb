"""`where` without a branch, for NumPy arrays and for torch tensors on the CPU.

The libraries' own waits on a guess for each element: on a mask that cannot be guessed it takes 20 times as long as a
product (NumPy 2.4, torch 2.13). Here the bits of the one are the bits of the other, where the mask is 1, changed by
what tells them apart: ``y ^ ((x ^ y) * mask)``.
"""

from collections.abc import Callable
from math import copysign
from types import ModuleType
from typing import Any

import numpy as np

from ._sizes import SIZES
from ._typing import Array, Namespace

BITS: dict[Any, type] = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}
"""By dtype, for its name takes 2 us to make; that of another order of bytes is none of these."""

Select = Callable[[Any, Any, Any], Any]
"""(mask, array or number, array or number): the first where the mask is true, else the second."""


def with_own(xp: Namespace, **functions: Callable[..., Any]) -> Namespace:
    """A namespace that differs in these alone."""
    found = ModuleType(xp.__name__, xp.__doc__)
    found.__dict__.update(vars(xp), **functions)
    return found


def alike(mask: Any, x: Any, y: Any, kind: Any) -> Any:
    """The array of the two that says how the result will be; None where they are not of one shape and dtype."""
    if type(mask) is not kind or mask.ndim == 0:
        return None
    first = x if type(x) is kind else y
    other = y if first is x else x
    if type(first) is not kind or first.shape != mask.shape:
        return None
    if type(other) is kind:
        return first if other.dtype == first.dtype and other.shape == mask.shape else None
    return first if type(other) in (float, int) else None


def zero(x: Any, kind: type) -> bool:
    """The number whose bits are all 0, which -0 is not."""
    return type(x) is not kind and x == 0 and copysign(1.0, x) > 0


# ---- NumPy


def _bits(x: Any, like: Array, kind: type) -> Any:
    return (x if isinstance(x, np.ndarray) else like.dtype.type(x)).view(kind)


def _chosen(mask: Array, x: Any, y: Any, like: Array, kind: type) -> Array:
    if zero(y, np.ndarray):
        return np.multiply(_bits(x, like, kind), mask)
    if zero(x, np.ndarray):
        return np.multiply(_bits(y, like, kind), ~mask)
    other = _bits(y, like, kind)
    apart: Array = _bits(x, like, kind) ^ other
    np.multiply(apart, mask, out=apart)
    np.bitwise_xor(apart, other, out=apart)
    return apart


def numpy_where(plain: Select) -> Select:
    """For arrays of at least `Sizes.where` elements; everything else goes to ``plain``."""

    def where(condition: Array, x1: Any, x2: Any, /) -> Array:
        if getattr(condition, "size", 0) >= SIZES.where and condition.dtype == np.bool_:
            like = alike(condition, x1, x2, np.ndarray)
            kind = None if like is None else BITS.get(like.dtype)
            if kind is not None:
                return _chosen(condition, x1, x2, like, kind).view(like.dtype)
        return plain(condition, x1, x2)

    return where
