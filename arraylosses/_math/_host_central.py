"""The sums of `central` over one axis in host memory, block by block in two buffers, added up in float64."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from .._sizes import SIZES
from .._typing import Array


def one_row(x: Array, w: Array | None) -> bool:
    """Whether the sums go over everything, of enough numbers."""
    return w is None and x.ndim == 1 and x.shape[0] >= SIZES.row


def few(x: Array, y: Array, w: Array | None) -> bool:
    """Whether float64 of everything costs less than blocks, and has digits to spare."""
    return w is None and x.ndim == 1 and 0 < x.shape[0] < SIZES.moments and x.dtype == y.dtype == np.float32


class Host(NamedTuple):
    """What is asked of NumPy and of torch: differences into a buffer, and numbers of float64.

    ``block`` names the size of a block.
    """

    block: str
    subtract: Callable[..., Array]
    dot: Callable[[Array, Array], float]
    add: Callable[[Array], float]
    empty: Callable[[int, Any], Array]


def _blocks(host: Host, *arrays: Array) -> Iterator[tuple[Array, ...]]:
    step = getattr(SIZES, host.block)
    for i in range(0, arrays[0].shape[0], step):
        yield tuple(a[i : i + step] for a in arrays)


def _buffer(host: Host, like: Array) -> Array:
    return host.empty(min(getattr(SIZES, host.block), like.shape[0]), like.dtype)


def _mean(host: Host, x: Array) -> Any:
    """Near enough for deviations; of equal numbers it is exact, by deviations from the first."""
    buffer = _buffer(host, x)
    parts = (host.subtract(part, x[0], out=buffer[: part.shape[0]]) for (part,) in _blocks(host, x))
    return x[0] + sum(map(host.add, parts)) / x.shape[0]


SAMPLE = 256
"""Numbers whose mean is looked at first: off by a 16th of a deviation where they are like the others."""


def _guess(host: Host, x: Array) -> Any:
    """The mean of some, spread over all."""
    some = x[:: max(1, x.shape[0] // SAMPLE)]
    return x[0] + host.add(some - x[0]) / some.shape[0]


def _far(left: float, square: float, n: int) -> bool:
    """Whether deviations were from a number farther from the mean than they are from it themselves; or NaN."""
    return not left * left / n <= 0.5 * square


def second_moments(host: Host, x: Array, y: Array) -> tuple[Any, ...]:
    """Means, and sums of xx, xy and yy about them."""
    found, near = _moments(host, x, y, _guess(host, x), _guess(host, y))
    return found if near else _moments(host, x, y, _mean(host, x), _mean(host, y))[0]


def _moments(host: Host, x: Array, y: Array, mean_x: Any, mean_y: Any) -> tuple[tuple[Any, ...], bool]:
    """By deviations from numbers near the means, and whether they were near enough."""
    n = x.shape[0]
    a, b = _buffer(host, x), _buffer(host, y)
    left_x = left_y = xx = xy = yy = 0.0
    for part_x, part_y in _blocks(host, x, y):
        size = part_x.shape[0]
        u = host.subtract(part_x, mean_x, out=a[:size])
        v = host.subtract(part_y, mean_y, out=b[:size])
        left_x, left_y = left_x + host.add(u), left_y + host.add(v)
        xx, xy, yy = xx + host.dot(u, u), xy + host.dot(u, v), yy + host.dot(v, v)
    # what the numbers are off by is taken out of the sums
    found = (
        mean_x + left_x / n,
        mean_y + left_y / n,
        max(xx - left_x * left_x / n, 0.0),
        xy - left_x * left_y / n,
        max(yy - left_y * left_y / n, 0.0),
    )
    return found, not (_far(left_x, xx, n) or _far(left_y, yy, n))


def spread_and_error(host: Host, pred: Array | None, target: Array) -> tuple[Any, ...]:
    """Mean of the target, sum of squares about it, and sum of squares of what is left of it; 0 without a prediction."""
    found, near = _spread(host, pred, target, _guess(host, target))
    return found if near else _spread(host, pred, target, _mean(host, target))[0]


def _spread(host: Host, pred: Array | None, target: Array, mean: Any) -> tuple[tuple[Any, ...], bool]:
    """By deviations from a number near the mean, and whether it was near enough."""
    n = target.shape[0]
    buffer = _buffer(host, target)
    left = spread = error = 0.0
    for part, other in _blocks(host, target, target if pred is None else pred):
        size = part.shape[0]
        rest = host.subtract(part, mean, out=buffer[:size])
        left, spread = left + host.add(rest), spread + host.dot(rest, rest)
        if pred is not None:
            gap = host.subtract(other, part, out=buffer[:size])
            error += host.dot(gap, gap)
    found = mean + left / n, max(spread - left * left / n, 0.0), error
    return found, not _far(left, spread, n)


# ---- few numbers, which NumPy has


def _apart(x: Array) -> tuple[Any, Array]:
    """The mean, and deviations from it."""
    wide = x.astype(np.float64)
    mean = np.add.reduce(wide) / x.shape[0]
    return mean, np.subtract(wide, mean, out=wide)


def few_moments(x: Array, y: Array) -> tuple[Any, ...]:
    """`second_moments`."""
    (mean_x, u), (mean_y, v) = _apart(x), _apart(y)
    return mean_x, mean_y, u.dot(u), u.dot(v), v.dot(v)


def few_spread(pred: Array, target: Array) -> tuple[Any, ...]:
    """`spread_and_error`."""
    mean, rest = _apart(target)
    left = (pred - target).astype(np.float64)
    return mean, rest.dot(rest), left.dot(left)
