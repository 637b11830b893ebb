"""Convolution and pooling of feature maps (n, channels, height, width)."""

from math import ceil

from .._typing import Array, Namespace
from ._primitive import Primitive
from .windows import pad_image


def _taps(x: Array, size: tuple[int, int], stride: int) -> list[list[Array]]:
    """What each place of a window sees: row by row, arrays of one value for each window."""
    ends = [(length - n) // stride * stride + 1 for length, n in zip(x.shape[-2:], size, strict=True)]
    rows, columns = ([slice(i, i + end, stride) for i in range(n)] for end, n in zip(ends, size, strict=True))
    return [[x[..., row, column] for column in columns] for row in rows]


@Primitive
def conv2d(xp: Namespace, x: Array, weight: Array, bias: Array, *, stride: int = 1, padding: int = 0) -> Array:
    """Cross-correlation with a kernel (out, in, height, width), of an image widened by zeros.

    A product of matrices for each row of the kernel: one for all rows would copy the image once for each of its places.
    """
    rows = _taps(pad_image(xp, x, padding, padding), (weight.shape[2], weight.shape[3]), stride)
    shape = rows[0][0].shape
    out = xp.reshape(bias, (1, -1, 1))
    for i, row in enumerate(rows):
        seen = xp.reshape(xp.concat(row, axis=1), (shape[0], -1, shape[2] * shape[3]))
        kernel = xp.reshape(xp.permute_dims(weight[:, :, i, :], (0, 2, 1)), (weight.shape[0], -1))
        out = out + xp.matmul(kernel, seen)
    return xp.reshape(out, (shape[0], weight.shape[0], *shape[2:]))


def overhang(length: int, size: int, stride: int) -> int:
    """By how much the last of the windows that cover an axis reaches over its end."""
    return ceil((length - size) / stride) * stride + size - length


def _widened(xp: Namespace, x: Array, down: int, right: int) -> Array:
    """The image with minus infinity below and at its right."""
    low = xp.broadcast_to(xp.zeros_like(x[:1, :1, :1, :1]) - xp.inf, (*x.shape[:2], down, x.shape[3]))
    x = xp.concat([x, low], axis=2) if down else x
    low = xp.broadcast_to(xp.zeros_like(x[:1, :1, :1, :1]) - xp.inf, (*x.shape[:3], right))
    return xp.concat([x, low], axis=3) if right else x


@Primitive
def max_pool2d(xp: Namespace, x: Array, *, size: int, stride: int, ceil_mode: bool = False) -> Array:
    """Maximum of each window; the first of equal pixels has the gradient, as in the libraries of networks.

    With ``ceil_mode`` a last window may reach over the border.
    """
    if ceil_mode:
        x = _widened(xp, x, *(overhang(length, size, stride) for length in x.shape[-2:]))
    first, *others = (tap for row in _taps(x, (size, size), stride) for tap in row)
    for tap in others:
        first = xp.where((tap > first) | (tap != tap), tap, first)
    return first
