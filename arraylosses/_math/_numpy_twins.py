"""Native forms for NumPy arrays."""

from collections.abc import Callable
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from .._sizes import SIZES
from .._typing import Array, Axis, Formula, Namespace
from . import (
    _host_central,
    _numpy_ranks,
    _numpy_sums,
    _numpy_windows,
    _trees,
    central,
    distributions,
    elementary,
    entropic,
    neighbours,
    normal,
    scalings,
    softmax,
    spectrum,
    sums,
    thinning,
    triangles,
    windows,
)
from . import bins as pure_bins
from ._numpy_buckets import Buckets

TREE_FROM = 1 << 14
"""Pairs from which building a k-d tree pays."""


def absolute(xp: Namespace, x: Array) -> Array:
    return np.abs(x)


def at_most(xp: Namespace, x: Array, bound: float) -> Array:
    return np.clip(x, -np.inf, bound) if x.size >= SIZES.where else np.minimum(x, bound)


def _pairwise(x: Array, axis: Axis) -> bool:
    """Whether NumPy adds along contiguous memory, and so by halves."""
    if not x.flags.forc:
        return False
    axes = (axis,) if isinstance(axis, int) else axis
    return axes is None or (
        x.flags.c_contiguous and {a % x.ndim for a in axes} == set(range(x.ndim - len(axes), x.ndim))
    )


def total(xp: Namespace, x: Array, axis: Axis) -> Array:
    """NumPy adds float32 one by one along a strided axis: 37 % off at 2**25 rows."""
    kind = x.dtype.char
    if kind == "f" and axis is None and x.size < SIZES.lanes and x.flags.forc:
        return np.add.reduce(x, axis=None)  # what follows says the same, and takes as long as 64 numbers do
    if kind == "?":
        return np.count_nonzero(x, axis=axis)
    if kind != "f":
        return np.add.reduce(x, axis=axis)
    if _pairwise(x, axis):
        kept = 0 if axis is None else x.ndim - (1 if isinstance(axis, int) else len(axis))
        quick = prod(x.shape[kept:]) >= SIZES.lanes
        return _numpy_sums.added(x, kept) if quick else np.add.reduce(x, axis=axis)
    return np.add.reduce(x, axis=axis, dtype=np.float64).astype(np.float32)


def wide_total(xp: Namespace, x: Array, axis: Axis) -> Array:
    """Twice as fast for few numbers."""
    return np.add.reduce(x, axis=axis, dtype=np.float64) if x.dtype == np.float32 else total(xp, x, axis)


GREATEST = float(np.finfo(np.float32).max)


def float32_sum(head: float, tail: float, more: float) -> tuple[Array, Array]:
    """Two words of one number and of more; a tail of NaN, as an infinite head has it after a merge, says nothing."""
    return float32_words(head + (more if tail != tail else tail + more))


def float32_words(value: float) -> tuple[Array, Array]:
    """Two words of one number; of an infinite head the rest would be inf - inf."""
    if not abs(value) < GREATEST:
        with np.errstate(over="ignore"):
            return np.asarray(value).astype(np.float32), np.zeros((), dtype=np.float32)
    head = np.float32(value)
    return np.asarray(head), np.asarray(value - float(head), dtype=np.float32)


def two_words(xp: Namespace, x: Array, dtype: Any) -> tuple[Array, Array]:
    """8 times as fast for one number, as it is in every batch of a stream."""
    if x.ndim or x.dtype == dtype or dtype != np.float32:
        found: tuple[Array, Array] = sums.two_words.pure(xp, x, dtype)
        return found
    return float32_words(float(x))


def count_in_two_words(xp: Namespace, like: Array, n: int) -> tuple[Array, Array]:
    """8 times as fast, for the same reason."""
    if like.ndim or n >= 1 << 24:
        found: tuple[Array, Array] = sums.count_in_two_words.pure(xp, like, n)
        return found
    return np.asarray(n, dtype=like.dtype), np.asarray(0.0, dtype=like.dtype)


def added_to_words(xp: Namespace, *several: Any) -> tuple[Array, ...]:
    """3 times as fast for one number of float32: a float64 holds both words."""
    if any(head.ndim or head.dtype != np.float32 for head in several[::3]):
        return tuple(map(np.asarray, sums.added_to_words.pure(xp, *several)))
    found: list[Array] = []
    for head, tail, x in zip(several[::3], several[1::3], several[2::3], strict=True):
        found += float32_sum(float(head), float(tail), float(x))
    return tuple(found)


def as_numbers(xp: Namespace, *arrays: Array) -> list[float] | None:
    """For one state; many side by side are merged as arrays."""
    return None if any(x.ndim for x in arrays) else [float(x) for x in arrays]


def inner(xp: Namespace, x: Array, y: Array) -> Array:
    """Twice as fast, in rows as `_numpy_sums` adds them."""
    # less than a row of float64 is added by halves, as its states always were: the rounding shows in their merges
    narrow = x.dtype == np.float32 and x.ndim == 1
    if x.dtype.kind != "f" or (x.shape[-1] < SIZES.row and not narrow):
        return sums.inner.pure(xp, x, y)
    return _numpy_sums.inner(x, y)


def extremes(xp: Namespace, x: Array) -> tuple[Array, Array]:
    """Twice as fast for few numbers."""
    return np.minimum.reduce(x, axis=None), np.maximum.reduce(x, axis=None)


WORDS: dict[Any, type] = {
    np.dtype(kind): word
    for word, kinds in {np.uint32: (np.float32, np.int32), np.uint64: (np.float64, np.int64)}.items()
    for kind in kinds
}
"""Whole numbers in which those from 0 on have the order of the numbers whose bits they are, and all below 0 and NaN are
greater than these."""

FLOATS = {f"torch.{kind}": kind for kind in WORDS if kind.kind == "f"}
"""Those that torch orders quicker by their bits, by its names."""


@lru_cache(maxsize=64)
def bits(bound: float, dtype: Any) -> int:
    """Of a bound that is not negative, as a number of this dtype."""
    if dtype.kind == "i":
        return int(min(bound, np.iinfo(dtype).max))
    return int(np.asarray(bound, dtype=dtype).view(WORDS[dtype]))


def lies_between(xp: Namespace, x: Array, low: float, high: float) -> bool:
    """From 0 on in one pass, 2 to 3 times as fast."""
    word = WORDS.get(x.dtype) if low == 0 <= high else None
    if word is not None and int(np.maximum.reduce(x.view(word), axis=None)) <= bits(high, x.dtype):
        return True
    found: bool = elementary.lies_between.pure(xp, x, low, high)  # of -0 too
    return found


def divide(xp: Namespace, a: Array, b: Array, *, empty: Any) -> Array:
    """4 to 20 times as fast by one number."""
    if b.ndim or b == 0:
        found: Array = elementary.divide.pure(xp, a, b, empty=empty)
        return found
    return a / b


def largest(xp: Namespace, x: Array) -> Array:
    """Without an array of magnitudes."""
    return np.maximum(np.max(x, axis=-1), -np.min(x, axis=-1))


def _numpy_sum(x: Array) -> float:
    return float(_numpy_sums.added(x, 0))


def _numpy_dot(x: Array, y: Array) -> float:
    return float(_numpy_sums.inner(x, y))


NUMPY = _host_central.Host("numpy_block", np.subtract, _numpy_dot, _numpy_sum, np.empty)


def second_moments(xp: Namespace, x: Array, y: Array, w: Array | None, weight: Array) -> tuple[Array, ...]:
    """Twice as fast."""
    if _host_central.few(x, y, w):
        return tuple(np.asarray(v, dtype=x.dtype) for v in _host_central.few_moments(x, y))
    if not _host_central.one_row(x, w):
        found: tuple[Array, ...] = central.second_moments.pure(xp, x, y, w, weight)
        return found
    return tuple(np.asarray(v, dtype=x.dtype) for v in _host_central.second_moments(NUMPY, x, y))


def spread_and_error(xp: Namespace, pred: Array, target: Array, w: Any, weight: Array) -> tuple[Array, ...]:
    """Twice as fast."""
    if _host_central.few(target, pred, w):
        return tuple(np.asarray(v, dtype=target.dtype) for v in _host_central.few_spread(pred, target))
    if not _host_central.one_row(target, w):
        pure: tuple[Array, ...] = central.spread_and_error.pure(xp, pred, target, w, weight)
        return pure
    return tuple(np.asarray(v, dtype=target.dtype) for v in _host_central.spread_and_error(NUMPY, pred, target))


def either(xp: Namespace, holds: Array, usual: Any, rare: Callable[[], Any]) -> Any:
    return usual if holds else rare()


def label_surprise(xp: Namespace, logits: Array, label: Array) -> Array:
    """In one array of the logits' size, and without a mask of it."""
    at = label[..., None]
    most = logits.max(axis=-1, keepdims=True)
    if not np.isfinite(most).all():
        return softmax.label_surprise.pure(xp, logits, label)
    # relative to the greatest of all: the label's own term, which stays out, is then exp(-top)
    top = (most - np.take_along_axis(logits, at, axis=-1))[..., 0]
    shares = logits - most
    np.exp(shares, out=shares)
    np.put_along_axis(shares, at, 0.0, axis=-1)
    return np.asarray(top + np.log1p(np.add.reduce(shares, axis=-1) + np.expm1(-top)))


def table_by_rows(xp: Namespace, points: Array, others: Array, find: Callable[[Array], Array]) -> Array:
    """Nothing is held but the table, and a block: of half the size, for some eight of it are made on the way."""
    n, rows = points.shape[-2], max(1, SIZES.numpy_block // 2 // max(others.shape[-2], 1))
    if points.ndim != 2 or rows >= n:
        return find(points)
    table = np.empty((n, others.shape[-2]), dtype=points.dtype)
    for i in range(0, n, rows):
        table[i : i + rows] = find(points[i : i + rows])
    return table


def window_average(xp: Namespace, x: Array, rows: list[float], columns: list[float], stride: int = 1) -> Array:
    """Twice as fast."""
    whole = (len(rows), len(columns)) == tuple(x.shape[-2:])
    if stride != 1 or whole:
        return windows.window_average.pure(xp, x, rows, columns, stride)
    return _numpy_windows.windowed(x, rows, columns)


def ordered(xp: Namespace, x: Array) -> Array:
    """20 times as fast as by way of an order."""
    return np.sort(x, axis=-1)


def spread_of_pairs(xp: Namespace, x: Array) -> Array:
    """10 times as fast as by way of ranks."""
    m = x.shape[-1]
    place = np.arange(1 - m, m, 2, dtype=x.dtype)
    return np.asarray(np.vecdot(np.sort(x, axis=-1), place) / m)


def divergence(xp: Namespace, pred: Array, target: Array) -> Array:
    """Of float32, 5 to 14 times as fast, in cache."""
    if not (pred.dtype == target.dtype == np.float32 and pred.size):
        return distributions.divergence.pure(xp, pred, target)
    found = np.empty(pred.shape[:-1], np.float32)
    flat, rows = found.reshape(-1), max(1, 2 * SIZES.nearest // max(pred.shape[-1], 1))
    left, right = (x.reshape(-1, x.shape[-1]) for x in (pred, target))
    with np.errstate(all="ignore"):
        for i in range(0, flat.shape[0], rows):
            flat[i : i + rows] = _gaps(left[i : i + rows], right[i : i + rows])
    if not np.isfinite(found.sum()):
        return distributions.divergence.pure(xp, pred, target)
    return found


def _gaps(pred: Array, target: Array) -> Array:
    """By logarithms of ratios, and those of pairs that are close, which have no digits, in float64."""
    ratio = target / pred
    found: Array = np.vecdot(np.log(ratio, out=ratio), target)
    if found.min() < distributions.CLOSE:
        near = found < distributions.CLOSE
        found[near] = _small_gaps(pred[near], target[near].astype(np.float64))
    return found


def _small_gaps(pred: Array, target: Array) -> Array:
    """``d - log(1 + d)``, which has digits enough there; of a share that is nearly 0, by its own logarithm."""
    excess = pred - target
    ratio = excess / target
    gap = np.log1p(ratio)
    if ratio.min() < distributions.LOST - 1:
        lost = ratio < distributions.LOST - 1
        gap[lost] = np.log(pred[lost] / target[lost])
    ratio -= gap
    ratio *= target
    ratio -= excess
    return np.add.reduce(ratio, axis=-1)


def soft_minimum(xp: Namespace, price: Array, log_weight: Array, cost: Array, temperature: Array) -> Array:
    """1.5 times as fast, in one block of rows that stays in cache."""
    rows = max(1, SIZES.numpy_block // max(cost.shape[-1], 1))
    if cost.ndim != 2 or cost.shape[0] <= rows:
        return entropic.soft_minimum.pure(xp, price, log_weight, cost, temperature)
    found = [_exponents(price - cost[i : i + rows], temperature, log_weight) for i in range(0, cost.shape[0], rows)]
    value: Array = -temperature * np.concatenate(found)
    return value


def prices(xp: Namespace, cost: Array, *others: Any) -> Array:
    """3.5 to 5 times as fast, by one table for many steps."""
    if not scalings.large(cost):
        return entropic.prices.pure(xp, cost, *others)
    place = np.empty(cost.shape[-2:], cost.dtype)

    def table_of(at_left: Array, at_right: Array, cost: Array, hot: Array) -> Array:
        np.add(np.subtract(at_right, cost, out=place), at_left[:, np.newaxis], out=place)
        return np.exp(np.divide(place, hot, out=place), out=place)

    with np.errstate(over="ignore", invalid="ignore"):  # a table that leaves its range is not used
        return scalings.prices(xp, table_of, cost, *others)


def _exponents(x: Array, temperature: Array, log_weight: Array) -> Array:
    """Logarithm of the sum of exponentials along the last axis, all in place."""
    x /= temperature
    x += log_weight
    top = x.max(axis=-1, keepdims=True)
    top[~np.isfinite(top)] = 0.0
    x -= top
    return np.log(np.exp(x, out=x).sum(axis=-1)) + top[..., 0]


def cumulative_sum(xp: Namespace, x: Array) -> Array:
    """In float64: NumPy's running float32 sums are 66 % off at 1e8."""
    return np.cumsum(x, axis=-1, dtype=np.float64).astype(x.dtype) if x.dtype == np.float32 else np.cumsum(x, axis=-1)


def tally(xp: Namespace, values: Array | None, index: Array, n: int) -> Array:
    """47 times as fast as sorting (1e6 into 1000)."""
    if values is None:
        return np.bincount(index, minlength=n)
    return np.bincount(index, values, n).astype(values.dtype, copy=False)


def hits_by_bin(xp: Namespace, score: Array, target: Array, bins: int) -> tuple[Array, Array, Array]:
    """2 to 3 times as fast, of one row without NaN, in cache."""
    if score.ndim != 1 or np.isnan(np.add.reduce(score) + np.add.reduce(target)):
        found: tuple[Array, Array, Array] = pure_bins.hits_by_bin.pure(xp, score, target, bins)
        return found
    count, sums = np.zeros(2 * bins, dtype=np.intp), np.zeros(bins)
    for i in range(0, score.shape[0], SIZES.nearest):
        part, hit = score[i : i + SIZES.nearest], target[i : i + SIZES.nearest]
        index = (part * part.dtype.type(bins)).astype(np.intp)
        np.minimum(index, bins - 1, out=index)
        sums += np.bincount(index, part, bins)
        index += index
        index += hit.astype(np.intp)
        count += np.bincount(index, minlength=2 * bins)
    negative, positive = count.reshape(bins, 2).T.astype(np.float64)
    return positive, negative, sums


def places(xp: Namespace, steps: Array, x: Array) -> Array:
    """3 to 8 times as fast for many numbers."""
    buckets = Buckets.of(steps) if x.size >= SIZES.where and x.dtype == steps.dtype else None
    found: Array = pure_bins.places.pure(xp, steps, x) if buckets is None else buckets.places(x)
    return found


def _by_tree(n: int, m: int, *clouds: Array) -> bool:
    """Whether a k-d tree is there, pays, and takes the coordinates."""
    return n * m >= TREE_FROM and all(np.isfinite(x).all() for x in clouds) and _trees.tree_class() is not None


def _each(search: Formula, lead: tuple[int, ...], *clouds: Array | None) -> Array:
    """A search of one cloud at a time."""
    found = [search(*(None if x is None else x[i] for x in clouds)) for i in np.ndindex(lead)]
    return np.stack(found).reshape(*lead, *found[0].shape) if found else np.zeros((*lead, 0), dtype=np.int64)


def nearest(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """A k-d tree for whole clouds."""
    if not _by_tree(points.shape[-2], others.shape[-2], points, others):
        return neighbours.nearest.pure(xp, points, others, present)
    return _each(_trees.nearest_in_tree, points.shape[:-2], points, others, present)


def nearest_distance(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """As the tree has it, in float64."""
    if not _by_tree(points.shape[-2], others.shape[-2], points, others):
        return neighbours.nearest_distance.pure(xp, points, others, present)
    return _each(_trees.distance_in_tree, points.shape[:-2], points, others, present)


def nearest_square(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """As the tree has it, in float64."""
    if not _by_tree(points.shape[-2], others.shape[-2], points, others):
        return neighbours.nearest_square.pure(xp, points, others, present)
    return _each(lambda *clouds: _trees.distance_in_tree(*clouds) ** 2, points.shape[:-2], points, others, present)


def nearest_several(xp: Namespace, points: Array, others: Array, k: int) -> Array:
    """A k-d tree for whole clouds."""
    if not _by_tree(points.shape[-2], others.shape[-2], points, others):
        return neighbours.nearest_several.pure(xp, points, others, k)
    return _each(lambda cloud, target: _trees.several_in_tree(cloud, target, k), points.shape[:-2], points, others)


def thinned(xp: Namespace, points: Array, radius: float) -> Array:
    """A k-d tree: 1e5 points in seconds, where passes over the cloud take minutes."""
    if not _by_tree(points.shape[-2], points.shape[-2], points):
        return thinning.thinned.pure(xp, points, radius)
    return _each(lambda cloud: _trees.thinned_by_tree(cloud, radius), points.shape[:-2], points)


def nearest_triangle(xp: Namespace, points: Array, a: Array, b: Array, c: Array) -> Array:
    """k-d trees of the centroids, by their size."""
    if not _by_tree(points.shape[-2], a.shape[-2], points, a, b, c):
        return triangles.nearest_triangle.pure(xp, points, a, b, c)
    return _each(_trees.nearest_triangle_by_tree, points.shape[:-2], points, a, b, c)


def normal_cdf(xp: Namespace, x: Array) -> Array:
    """SciPy's, where it is installed, is 10 times as fast; in float64 it is 1000 units off far in the lower tail."""
    try:
        from scipy.special import ndtr
    except ImportError:
        return normal.normal_cdf.pure(xp, x)
    found = np.asarray(ndtr(x))
    far = x < -1
    if x.dtype == np.float64 and far.any():
        found[far] = normal.lower_tail(xp, np.minimum(-x[far], normal.HIDDEN))
    return found


def normal_mass(xp: Namespace, x: Array) -> Array:
    """By SciPy, where it is installed."""
    try:
        from scipy.special import erf
    except ImportError:
        return normal.normal_mass.pure(xp, x)
    return np.asarray(erf(x * 0.5**0.5))


def normal_quantile(xp: Namespace, p: Array) -> Array:
    """SciPy's, where it is installed, is 10 times as fast."""
    try:
        from scipy.special import ndtri
    except ImportError:
        return normal.normal_quantile.pure(xp, p)
    return ndtri(p)


ascending = _numpy_ranks.ascending
half_spectrum = spectrum.by_fft
sum_of_squares = _numpy_sums.sum_of_squares
sum_of_absolutes = _numpy_sums.sum_of_absolutes
sum_of_huber = _numpy_sums.sum_of_huber
sum_of_smooth_l1 = _numpy_sums.sum_of_smooth_l1
sums_of_differences = _numpy_sums.sums_of_differences
