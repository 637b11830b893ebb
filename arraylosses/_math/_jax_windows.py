"""Moving averages of JAX images whose derivative XLA does not make over and over.

The gradient of a slice is a padded array. XLA makes what it pads where it is asked for: one pass of eleven taps after
the other, each pixel's is made 121 times. A product of matrices is made once.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as xp
import numpy as np

from .._sizes import SIZES
from .windows import slid


def _bands(taps: tuple[float, ...], tile: int) -> tuple[Any, Any]:
    """What the pixels of a tile, and those of the next one, add to each window that begins in it."""
    place = np.arange(2 * tile)[:, None] - np.arange(tile)
    inside = (place >= 0) & (place < len(taps))
    both = np.where(inside, np.asarray(taps)[np.where(inside, place, 0)], 0.0)
    return both[:tile], both[tile:]


def _by_matrices(x: Any, taps: tuple[float, ...]) -> Any:
    """The window over the last axis."""
    tile = SIZES.tile
    while tile < len(taps) - 1:
        tile *= 2
    length = x.shape[-1] - len(taps) + 1
    count = -(-length // tile)
    filler = [(0, 0)] * (x.ndim - 1) + [(0, (count + 1) * tile - x.shape[-1])]
    tiles = xp.reshape(xp.pad(x, filler), (*x.shape[:-1], count + 1, tile))
    here, beyond = (xp.asarray(band, dtype=x.dtype) for band in _bands(taps, tile))
    product = partial(xp.matmul, precision="highest")
    found = product(tiles[..., :-1, :], here) + product(tiles[..., 1:, :], beyond)
    return xp.reshape(found, (*x.shape[:-1], count * tile))[..., :length]


@partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def windowed(x: Any, rows: tuple[float, ...], columns: tuple[float, ...]) -> Any:
    """The window over the last two axes, where it fits wholly inside."""
    return slid(xp, slid(xp, x, list(rows), 1, -2), list(columns), 1, -1)


def _moved(rows: tuple[float, ...], columns: tuple[float, ...], x: tuple[Any], way: tuple[Any]) -> tuple[Any, Any]:
    return windowed(*x, rows, columns), _by_matrices(slid(xp, way[0], list(rows), 1, -2), columns)


windowed.defjvp(_moved)
