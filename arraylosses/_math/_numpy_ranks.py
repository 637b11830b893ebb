"""Orders by NumPy."""

import numpy as np

from .._sizes import SIZES
from .._typing import Array, Namespace
from ._threads import each


def ascending(xp: Namespace, values: Array) -> Array:
    """Twice as fast in float32: a value and its place are one whole number, and those are sorted."""
    return _order_of_keys(values) if _have_keys(values) else np.argsort(values, axis=-1)


def stable_order(values: Array) -> Array:
    """The same, and of equals, of which -0 and 0 are two, the first before the others."""
    return _order_of_keys(values + 0.0) if _have_keys(values) else np.argsort(values, axis=-1, stable=True)


def _have_keys(values: Array) -> bool:
    return values.dtype == np.float32 and SIZES.row <= values.shape[-1] < 1 << 31 and not np.isnan(np.max(values))


def _order_of_keys(values: Array) -> Array:
    n = values.shape[-1]
    bits = values.view(np.int32)
    # of negative numbers the greater magnitude is the less
    keys = (bits ^ ((bits >> 31) & 0x7FFFFFFF)).astype(np.int64)
    keys <<= 32
    keys |= np.arange(n)
    _sort(keys)
    keys &= 0xFFFFFFFF
    return keys


def _sort(keys: Array) -> None:
    """Ascending along the last axis; of many one half by each of two threads, which are then merged."""
    if keys.ndim > 1 or keys.size < SIZES.halves:
        keys.sort(axis=-1)
        return
    each(lambda: np.ndarray.sort, np.split(keys, [keys.size // 2]), shared=True)
    keys.sort(kind="stable")  # which finds what is in order already, and merges it
