"""Fourier transforms along the last axis."""

from math import pi

from .._typing import Array, Namespace
from .._xp import index_dtype
from ._primitive import Primitive
from .sums import arange_like


@Primitive
def half_spectrum(xp: Namespace, x: Array) -> Array:
    """A real series' transform over its length: real parts at frequencies from 0 to half, then imaginary ones."""
    n = x.shape[-1]
    time = arange_like(xp, n, x, index_dtype(xp))
    # turns are counted in whole numbers: a large angle would lose digits
    turns = (xp.expand_dims(time[: n // 2 + 1], axis=1) * time) % n
    angle = xp.astype(turns, x.dtype) * (2 * pi / n)
    waves = xp.concat([xp.cos(angle), -xp.sin(angle)], axis=0)
    return xp.squeeze(xp.matmul(waves, xp.expand_dims(x, axis=-1) / n), axis=-1)


def by_fft(xp: Namespace, x: Array) -> Array:
    """The fft extension of the standard: n log n, where the definition is n squared."""
    both = xp.fft.rfft(x, axis=-1, norm="forward")
    return xp.concat([xp.real(both), xp.imag(both)], axis=-1)
