"""Moving averages of NumPy images in bands of rows, which stay in cache, and in place."""

import numpy as np

from .._sizes import SIZES
from .._typing import Array


def _slid(x: Array, taps: list[float], axis: int, out: Array, spare: Array) -> None:
    """The window over an axis (0 or 1) of a band, into ``out``; equal weights at the two ends share one product."""
    n, length = len(taps), out.shape[axis]
    parts = [x[i : i + length] if axis == 0 else x[:, i : i + length] for i in range(n)]
    np.multiply(parts[n // 2], taps[n // 2], out=out)
    for i in range(n // 2):
        j = n - 1 - i
        if taps[i] == taps[j] and j != n // 2:
            np.add(parts[i], parts[j], out=spare)
            _add(out, spare, taps[i], spare)
        else:
            _add(out, parts[i], taps[i], spare)
            if j != n // 2:
                _add(out, parts[j], taps[j], spare)


def _add(out: Array, part: Array, tap: float, spare: Array) -> None:
    np.multiply(part, tap, out=spare)
    np.add(out, spare, out=out)


def windowed(x: Array, rows: list[float], columns: list[float]) -> Array:
    """The window over the last two axes, where it fits wholly inside."""
    height, width = x.shape[-2] - len(rows) + 1, x.shape[-1] - len(columns) + 1
    out = np.empty((*x.shape[:-2], height, width), dtype=x.dtype)
    band = min(height, max(1, SIZES.numpy_block // x.shape[-1]))
    wide, wide_spare = np.empty((2, band, x.shape[-1]), dtype=x.dtype)
    spare = np.empty((band, width), dtype=x.dtype)
    for lead in np.ndindex(x.shape[:-2]):
        for i in range(0, height, band):
            place = out[lead][i : i + band]
            n = len(place)
            _slid(x[lead][i : i + n + len(rows) - 1], rows, 0, wide[:n], wide_spare[:n])
            _slid(wide[:n], columns, 1, place, spare[:n])
    return out
