"""Errors by their order: what half of them, or nine in ten, stay below."""

from typing import Any

from ._definition import OF_DIFFERENCES
from ._domains import REAL, Count, Fraction
from ._math import absolute, ascending, cumulative_sum, total
from ._metric import metric
from ._sketch import Sketch
from ._state import Buffer, Samples
from ._typing import Array, Namespace
from .regression import paired_samples

absolute_errors = paired_samples.of("capacity", None)
"""Every pair, as rank correlations remember them; or the errors in a sketch."""


@absolute_errors.form("sketch_size", pred=REAL, target=REAL)
def error_sketch(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, sketch_size: Count) -> Sketch:
    """A summary of the errors: a state of fixed size."""
    return Sketch.of(xp, absolute(xp, pred - target), weights=weights, size=sketch_size)


def _errors(xp: Namespace, s: Samples | Buffer | Sketch) -> tuple[Array, Array]:
    """Errors and their weights, NaN where an error is."""
    if isinstance(s, Sketch):
        return s.samples
    error = absolute(xp, s.pred - s.target)
    unknown = xp.any(error != error, axis=-1, keepdims=True)
    return error, xp.where(unknown, xp.nan, s.weight)


def quantile(xp: Namespace, value: Array, weight: Array, level: float) -> Array:
    """The value that a share of the weight does not exceed; where two lie about it, the middle between them."""
    if value.shape[-1] == 0:
        return xp.sum(value, axis=-1) + xp.nan
    order = ascending(xp, value)
    value, weight = (xp.take_along_axis(x, order, axis=-1) for x in (value, weight))
    running = cumulative_sum(xp, weight)
    whole = running[..., -1:]
    below = total(xp, (running < level * whole) | (running <= 0), -1)
    upto = total(xp, running <= level * whole, -1)
    last = value.shape[-1] - 1
    places = (xp.clip(i, None, last) for i in (below, xp.where(upto > last, below, upto)))
    low, high = (xp.take_along_axis(value, xp.expand_dims(i, axis=-1), axis=-1)[..., 0] for i in places)
    return xp.where(whole[..., 0] > 0, low + 0.5 * xp.where(high == low, 0.0, high - low), xp.nan)


OF_ORDER: dict[str, Any] = {
    "smooth": "almost everywhere",
    "regular": False,
    "steady": False,
    "lazy": False,
    "symmetric": True,
    "unit": "target",
    "monotone": True,
    **OF_DIFFERENCES,
}
"""Facts of a quantile of absolute errors."""


@metric(
    absolute_errors,
    **OF_ORDER,
    equals=("numpy.quantile(abs(pred - target), level, method='averaged_inverted_cdf')",),
    reference="R. J. Hyndman, Y. Fan (1996), Sample quantiles in statistical packages, The American Statistician 50.",
)
def absolute_error_quantile(xp: Namespace, s: Samples | Buffer | Sketch, /, *, level: Fraction) -> Array:
    r"""The absolute difference that a share ``level`` of the elements does not exceed.

    Take it to say how large errors are without those who are beyond all measure: 0.9 and 0.95 are common for surfaces.

    Parameters
    ----------
    level : float
        From 0, the least error, to 1, the greatest.
    sketch_size : int, optional
        Keep a summary instead, of so many numbers at each of 20 places: a state of fixed size.

    Notes
    -----
    Where the share is reached exactly, the middle between that error and the next, as a median has it. Weights count as
    copies. NaN where an error is. `median_absolute_error` is that of 0.5.

    From a summary of k numbers a place, the rank of the value is off by ``(2 + log2(n / k)) / 2k`` of n elements at
    most: 1.1 % for 1024 numbers and 1e9 elements. The state's ``error`` is the weight by which it is, at most, in fact.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.absolute_error_quantile(np.arange(11.0), np.zeros(11), level=0.9))
    9.0
    """
    return quantile(xp, *_errors(xp, s), level)


@metric(
    absolute_errors,
    **OF_ORDER,
    equals=("sklearn.metrics.median_absolute_error",),
    reference="C. F. Gauss (1816), Bestimmung der Genauigkeit der Beobachtungen.",
)
def median_absolute_error(xp: Namespace, s: Samples | Buffer | Sketch, /) -> Array:
    r"""The absolute difference that half of the elements do not exceed.

    Take it where up to half of the elements may be outliers, which do not move it far.

    .. math:: \operatorname{median} |\hat y - y|

    Parameters
    ----------
    sketch_size : int, optional
        Keep a summary instead, of so many numbers at each of 20 places: a state of fixed size. How far off it may be
        says `absolute_error_quantile`.

    Notes
    -----
    Of an even number of elements, the middle between the two in the middle. Weights count as copies. NaN where an error
    is.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.median_absolute_error(np.array([1.0, 2.0, 300.0]), np.zeros(3)))
    2.0
    """
    return quantile(xp, *_errors(xp, s), 0.5)
