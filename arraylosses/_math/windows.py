"""Moving averages over the last two axes."""

from math import exp

from .._typing import Array, Namespace
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


def _slid(xp: Namespace, x: Array, taps: list[float], stride: int, axis: int) -> Array:
    """The window over one axis (-1 or -2)."""
    n = len(taps)
    length = x.shape[axis]
    if n == length and taps[0] == taps[-1] == 1 / n:
        return mean(xp, x, axis=axis, keepdims=True)
    last = (length - n) // stride * stride + 1
    cuts = [slice(i, i + last, stride) for i in range(n)]
    return _weighted(taps, [x[..., cut, :] if axis == -2 else x[..., cut] for cut in cuts])


def window_average(xp: Namespace, x: Array, rows: list[float], columns: list[float], stride: int = 1) -> Array:
    """Separable window over the last two axes, where it fits wholly inside.

    Slices beat a convolution: on a CPU, XLA's is 35 times slower. One equal window as long as the axis is a mean.
    """
    return _slid(xp, _slid(xp, x, rows, stride, -2), columns, stride, -1)


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
