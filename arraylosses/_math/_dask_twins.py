"""Native forms for Dask arrays."""

from .._typing import Array, Namespace
from . import spectrum, sums

half_spectrum = spectrum.by_fft


def pick(xp: Namespace, x: Array, index: Array) -> Array:
    """Dask has no take_along_axis."""
    return xp.sum(xp.where(sums.one_hot(xp, index, x.shape[-1]), x, 0.0), axis=-1)


def pick_several(xp: Namespace, x: Array, index: Array) -> Array:
    """For the same reason."""
    return pick(xp, xp.expand_dims(x, axis=-2), index)
