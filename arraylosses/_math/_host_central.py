"""The sums of `central` over one axis in host memory, block by block in two buffers, added up in float64."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from .._sizes import SIZES
from .._typing import Array


def one_row(x: Array, w: Array | None) -> bool:
    """Whether the sums go over everything, of enough numbers."""
    return w is None and x.ndim == 1 and x.shape[0] >= SIZES.row


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


def _mean(host: Host, x: Array, buffer: Array) -> Array:
    """Near enough for deviations; of equal numbers it is exact, by deviations from the first."""
    parts = (host.subtract(part, x[0], out=buffer[: part.shape[0]]) for (part,) in _blocks(host, x))
    return x[0] + sum(map(host.add, parts)) / x.shape[0]


def second_moments(host: Host, x: Array, y: Array) -> tuple[Any, ...]:
    """Means, and sums of xx, xy and yy about them."""
    n = x.shape[0]
    a, b = _buffer(host, x), _buffer(host, y)
    mean_x, mean_y = _mean(host, x, a), _mean(host, y, b)
    left_x = left_y = xx = xy = yy = 0.0
    for part_x, part_y in _blocks(host, x, y):
        size = part_x.shape[0]
        u = host.subtract(part_x, mean_x, out=a[:size])
        v = host.subtract(part_y, mean_y, out=b[:size])
        left_x, left_y = left_x + host.add(u), left_y + host.add(v)
        xx, xy, yy = xx + host.dot(u, u), xy + host.dot(u, v), yy + host.dot(v, v)
    # the means are rounded: what they are off by is taken out of the sums
    return (
        mean_x + left_x / n,
        mean_y + left_y / n,
        max(xx - left_x * left_x / n, 0.0),
        xy - left_x * left_y / n,
        max(yy - left_y * left_y / n, 0.0),
    )


def spread_and_error(host: Host, pred: Array, target: Array) -> tuple[Any, ...]:
    """Mean of the target, sum of squares about it, and sum of squares of what is left of it."""
    n = target.shape[0]
    buffer = _buffer(host, target)
    mean = _mean(host, target, buffer)
    left = spread = error = 0.0
    for part, other in _blocks(host, target, pred):
        size = part.shape[0]
        rest = host.subtract(part, mean, out=buffer[:size])
        left, spread = left + host.add(rest), spread + host.dot(rest, rest)
        gap = host.subtract(other, part, out=buffer[:size])
        error += host.dot(gap, gap)
    return mean + left / n, max(spread - left * left / n, 0.0), error
