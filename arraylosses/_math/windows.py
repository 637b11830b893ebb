"""Moving averages over the last two axes."""

from math import exp
from typing import NamedTuple

from .._typing import Array, Namespace
from ._primitive import Primitive
from .elementary import mean


def gaussian_taps(size: int, sigma: float, centre: float | None = None) -> list[float]:
    """Weights of a Gaussian window, which sum to one; its centre is the middle unless it is said."""
    middle = (size - 1) / 2 if centre is None else centre
    taps = [exp(-0.5 * ((i - middle) / sigma) ** 2) for i in range(size)]
    return [t / sum(taps) for t in taps]


def uniform_taps(size: int) -> list[float]:
    return [1 / size] * size


def _weighted(taps: list[float], parts: list[Array]) -> Array:
    """Sum of parts; equal weights at the two ends share one product."""
    n = len(taps)
    out = taps[n // 2] * parts[n // 2] if n % 2 else 0.0
    for i in range(n // 2):
        j = n - 1 - i
        out = out + (taps[i] * (parts[i] + parts[j]) if taps[i] == taps[j] else taps[i] * parts[i] + taps[j] * parts[j])
    return out


def _seen(x: Array, n: int, stride: int, axis: int) -> list[Array]:
    """What each of ``n`` taps along an axis (-1 or -2) sees: one value for each window."""
    last = (x.shape[axis] - n) // stride * stride + 1
    cuts = [slice(i, i + last, stride) for i in range(n)]
    return [x[..., cut, :] if axis == -2 else x[..., cut] for cut in cuts]


def slid(xp: Namespace, x: Array, taps: list[float], stride: int, axis: int) -> Array:
    """The window over one axis."""
    if len(taps) == x.shape[axis] and taps[0] == taps[-1] == 1 / len(taps):
        return mean(xp, x, axis=axis, keepdims=True)
    return _weighted(taps, _seen(x, len(taps), stride, axis))


@Primitive
def window_average(xp: Namespace, x: Array, rows: list[float], columns: list[float], stride: int = 1) -> Array:
    """Separable window over the last two axes, where it fits wholly inside.

    Slices beat a convolution: on a CPU, XLA's is 35 times slower. One equal window as long as the axis is a mean.
    """
    return slid(xp, slid(xp, x, rows, stride, -2), columns, stride, -1)


class Moments(NamedTuple):
    """Means of two images in windows, their variances and their covariance."""

    mean_x: Array
    mean_y: Array
    xx: Array
    yy: Array
    xy: Array


def _about_the_middle(x: Array, taps: list[float], axis: int) -> tuple[Array, list[Array]]:
    """What the middle tap of each window along one axis sees, and what each tap sees less that."""
    seen = _seen(x, len(taps), 1, axis)
    middle = seen[len(taps) // 2]
    return middle, [v - middle for v in seen]


def _moments(x: Array, y: Array, taps: list[float], axis: int) -> Moments:
    """Along one axis. The middle weighs too much for means of products less products of means to cancel."""
    (middle_x, away_x), (middle_y, away_y) = (_about_the_middle(v, taps, axis) for v in (x, y))
    shift_x, shift_y = (_weighted(taps, away) for away in (away_x, away_y))

    def spread(first: list[Array], second: list[Array]) -> Array:
        return _weighted(taps, [a * b for a, b in zip(first, second, strict=True)])

    xx, yy, xy = (spread(a, b) for a, b in ((away_x, away_x), (away_y, away_y), (away_x, away_y)))
    return Moments(
        middle_x + shift_x,
        middle_y + shift_y,
        xx - shift_x * shift_x,
        yy - shift_y * shift_y,
        xy - shift_x * shift_y,
    )


def window_moments(xp: Namespace, x: Array, y: Array, rows: list[float], columns: list[float]) -> Moments:
    """In separable windows: what is within the columns, averaged, and what is between them.

    Slower than means of products, but no digits cancel: a flat window has no variance, and none is negative.
    """
    within = _moments(x, y, rows, -2)
    between = _moments(within.mean_x, within.mean_y, columns, -1)
    spread = (slid(xp, a, columns, 1, -1) + b for a, b in zip(within[2:], between[2:], strict=True))
    return Moments(between.mean_x, between.mean_y, *spread)


def _border(xp: Namespace, x: Array, width: int, axis: int, kind: str, fill: Array | float) -> Array:
    """``x`` with ``width`` more at both ends of an axis (-1 or -2)."""

    def part(start: int, stop: int) -> Array:
        return x[..., start:stop, :] if axis == -2 else x[..., start:stop]

    n = x.shape[axis]
    if not width:
        return x
    if kind == "reflect":
        before, after = (xp.flip(part(*ends), axis=axis) for ends in ((1, width + 1), (n - 1 - width, n - 1)))
    else:
        # the image may be narrower than its border
        shape = (*x.shape[:-2], width, x.shape[-1]) if axis == -2 else (*x.shape[:-1], width)
        before = after = xp.broadcast_to(xp.zeros_like(part(0, 1)) + fill, shape)
    return xp.concat([before, x, after], axis=axis)


def pad_image(
    xp: Namespace, x: Array, height: int, width: int, kind: str = "constant", fill: Array | float = 0.0
) -> Array:
    """The last two axes widened at both ends: by reflection about the border pixel, or by ``fill``."""
    return _border(xp, _border(xp, x, height, -2, kind, fill), width, -1, kind, fill)


def halved(xp: Namespace, x: Array, fill: Array | float | None = None) -> Array:
    """Means of 2 x 2 pixels. An odd side gains ``fill`` at both ends first, or loses its last pixel."""
    if fill is not None:
        x = pad_image(xp, x, x.shape[-2] % 2, x.shape[-1] % 2, fill=fill)
    return window_average(xp, x, uniform_taps(2), uniform_taps(2), stride=2)
