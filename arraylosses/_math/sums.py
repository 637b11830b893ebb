"""Sums by axis, by running total and by segment, and the gathers that go with them."""

from math import nan, prod
from typing import Any, NamedTuple

from .._typing import Array, Axis, Dtype, Formula, Namespace
from .._xp import device_of, index_dtype, library_named, widest
from ._primitive import Primitive


def arange_like(xp: Namespace, n: int, like: Array, dtype: Dtype) -> Array:
    """0, 1, ... n - 1 beside ``like``."""
    return xp.arange(n, dtype=dtype, **device_of(xp, like))


def added(xp: Namespace, x: Array, axis: Axis) -> Array:
    """Sum in the array's own dtype, which is well where a library adds in a tree or in lanes; booleans are counted."""
    return xp.sum(xp.astype(x, index_dtype(xp)) if x.dtype == xp.bool else x, axis=axis)


@Primitive
def total(xp: Namespace, x: Array, axis: Axis) -> Array:
    """Sum over ``axis``; booleans are counted, exactly.

    In float64 where that is at hand: a library may add rows of float32 one by one, as NumPy does.
    """
    if x.dtype == xp.float32:
        return xp.astype(xp.sum(x, axis=axis, dtype=xp.float64), xp.float32)
    return added(xp, x, axis)


@Primitive
def inner(xp: Namespace, x: Array, y: Array) -> Array:
    """Sum of products along the last axis."""
    return total(xp, x * y, -1)


class Product(NamedTuple):
    """Two arrays of one shape, whose product a kernel gives, to be added without being written where that is sooner."""

    left: Array
    right: Array

    def written(self) -> Array:
        return self.left * self.right

    def total(self, xp: Namespace, axis: Axis) -> Array:
        """The sum over all axes, by `inner` where a library has a quicker one."""
        if axis is None and library_named(xp) in inner.natives:
            return inner(xp, *(self if self.left.ndim == 1 else (xp.reshape(x, (-1,)) for x in self)))
        return total(xp, self.written(), axis)


def wide(xp: Namespace, x: Any) -> Any:
    """float32 as float64, where there is one: what is made of it does not show in how many parts it was made."""
    return x if x is None or x.dtype != xp.float32 else xp.astype(x, widest(xp, x))


@Primitive
def wide_total(xp: Namespace, x: Array, axis: Axis) -> Array:
    """`total` that is not rounded to float32 again; whole numbers of booleans."""
    return xp.sum(x, axis=axis, dtype=widest(xp, x)) if x.dtype == xp.float32 else total(xp, x, axis)


def all_of(xp: Namespace, x: Array, wide: bool, mean: bool) -> Array:
    """Sum of all, or their mean; in float64, where no split may show."""
    value = wide_total(xp, x, None) if wide else total(xp, x, None)
    return value / (prod(x.shape) or nan) if mean else value


@Primitive
def two_words(xp: Namespace, x: Array, dtype: Dtype) -> tuple[Array, Array]:
    """A whole number, or a float64: as a number of this dtype, and what that does not hold of it."""
    if x.dtype == dtype:
        return x, xp.zeros_like(x)
    head = xp.astype(x, dtype)
    rest = xp.astype(x - xp.astype(head, x.dtype), dtype)
    # of an infinite head the rest is inf - inf
    return head, xp.where(xp.isfinite(head), rest, 0.0)


@Primitive
def count_in_two_words(xp: Namespace, like: Array, n: int) -> tuple[Array, Array]:
    """A whole number, which may have more digits than one floating word."""
    low = n % (1 << 20) if n >= 1 << 24 else 0
    zero = xp.zeros_like(like)
    return zero + float(n - low), zero + float(low)


def joined_words(one: tuple[Array, Array], other: tuple[Array, Array]) -> tuple[Array, Array]:
    """Exact sum of the heads (Knuth's two-sum); what it rounds off joins the tails."""
    (a, a_tail), (b, b_tail) = one, other
    head = a + b
    back = head - a
    lost = (a - (head - back)) + (b - back)
    return head, (a_tail + b_tail) + lost


def words_like(xp: Namespace, x: Any, like: Array) -> tuple[Array, Array]:
    """Two words of a whole number of Python's, or of an array as `two_words` takes it, of the dtype of ``like``."""
    found: tuple[Array, Array] = count_in_two_words(xp, like, x) if isinstance(x, int) else two_words(xp, x, like.dtype)
    return found


@Primitive
def added_to_words(xp: Namespace, *several: Any) -> tuple[Array, ...]:
    """Head, tail and what is to be added to both, as `words_like` takes it, and so on: head and tail of each sum."""
    found: list[Array] = []
    for head, tail, x in zip(several[::3], several[1::3], several[2::3], strict=True):
        found += joined_words((head, tail), words_like(xp, x, head))
    return tuple(found)


@Primitive
def in_float64(xp: Namespace, arrays: Any, formula: Formula, *options: Any) -> Any:
    """``formula(xp, arrays, *options)`` where `wide` makes float64; what it gives must be of the arrays' dtypes."""
    return formula(xp, arrays, *options)


@Primitive
def cumulative_sum(xp: Namespace, x: Array) -> Array:
    """Running sums along the last axis."""
    return xp.cumulative_sum(x, axis=-1)


@Primitive
def cumulative_product(xp: Namespace, x: Array) -> Array:
    """Running products along the last axis, whose gradient is finite at zeros."""
    return xp.cumulative_prod(x, axis=-1)


def product_before(xp: Namespace, x: Array) -> Array:
    """Product of all that stand before each along the last axis; of none, 1."""
    return xp.concat([xp.ones_like(x[..., :1]), cumulative_product(xp, x[..., :-1])], axis=-1)


@Primitive
def pick(xp: Namespace, x: Array, index: Array) -> Array:
    """``x[..., index[...]]`` along the last axis; indices must be in range."""
    return xp.squeeze(xp.take_along_axis(x, xp.expand_dims(index, axis=-1), axis=-1), axis=-1)


@Primitive
def pick_several(xp: Namespace, x: Array, index: Array) -> Array:
    """``x[..., index[..., i]]`` along the last axis, for each i."""
    return xp.take_along_axis(x, index, axis=-1)


@Primitive
def columns(xp: Namespace, x: Array) -> tuple[Array, ...]:
    """The numbers of the last axis, each by itself."""
    return tuple(x[..., i] for i in range(x.shape[-1]))


@Primitive
def argmax(xp: Namespace, x: Array) -> Array:
    """Index of the first largest along the last axis."""
    return xp.argmax(x, axis=-1)


def pick_rows(xp: Namespace, x: Array, index: Array) -> Array:
    """Rows of (..., m, d) at (..., n): (..., n, d)."""
    wide = xp.broadcast_to(xp.expand_dims(index, axis=-1), (*index.shape, x.shape[-1]))
    return xp.take_along_axis(x, wide, axis=-2)


def one_hot(xp: Namespace, index: Array, n: int) -> Array:
    """Booleans (..., n), true at the index."""
    return xp.expand_dims(index, axis=-1) == arange_like(xp, n, index, index.dtype)


@Primitive
def tally(xp: Namespace, values: Array | None, index: Array, n: int) -> Array:
    """Sums of ``values`` (m,) by ``index`` (m,) into (n,); whole numbers where ``values`` is None.

    Sorted, the sums are differences of running sums at the borders of the segments, wide, for a segment may be far
    smaller than what comes before it.
    """
    order = xp.argsort(index, stable=True)
    ids = arange_like(xp, n, index, index.dtype)
    at = xp.take(index, order)
    first, last = (xp.searchsorted(at, ids, side=side) for side in ("left", "right"))
    if values is None:
        return last - first
    running = cumulative_sum(xp, wide(xp, xp.take(values, order)))
    running = xp.concat([xp.zeros((1,), dtype=running.dtype, **device_of(xp, running)), running])
    return xp.astype(xp.take(running, last) - xp.take(running, first), values.dtype)


def segment_sum(xp: Namespace, values: Array | None, index: Array, n: int) -> Array:
    """Sums of ``values`` (..., m) by ``index`` (..., m) into (..., n); counts where ``values`` is None.

    One flat problem: each row gets a range of the index of its own. A one-hot product would cost n times the work.
    """
    lead = index.shape[:-1]
    rows = prod(lead)
    index = xp.astype(index, index_dtype(xp), copy=False)
    if rows != 1:
        start = xp.reshape(arange_like(xp, rows, index, index.dtype) * n, (*lead, 1))
        index = index + start
    flat = None if values is None else xp.reshape(values, (-1,))
    return xp.reshape(tally(xp, flat, xp.reshape(index, (-1,)), rows * n), (*lead, n))
