"""Equal bins of [0, 1]: which a number is in, and what is in each of them."""

from .._typing import Array, Namespace
from .._xp import index_dtype, widest
from ._primitive import Primitive
from .sums import segment_sum, wide


def bin_of(xp: Namespace, x: Array, bins: int) -> Array:
    """Which of equal bins of [0, 1] a number is in: floor(x * bins), and 1 in the last; NaN in the first.

    In every dtype the same, where comparing with edges is not.
    """
    return xp.astype(xp.clip(xp.where(x == x, x, 0.0) * bins, 0.0, bins - 1.0), index_dtype(xp))


@Primitive
def places(xp: Namespace, steps: Array, x: Array) -> Array:
    """How many of ascending steps (L,) lie below each of ``x`` (..., n)."""
    return xp.reshape(xp.searchsorted(steps, xp.reshape(x, (-1,))), x.shape)


@Primitive
def hits_by_bin(xp: Namespace, score: Array, target: Array, bins: int) -> tuple[Array, Array, Array]:
    """Positives and negatives, in one count of whole numbers, and sums of scores, (..., bins), of scores (..., n).

    What is NaN has no bin: all are NaN.
    """
    known = (score == score) & (target == target)
    index = bin_of(xp, score, bins) * 2 + xp.astype(xp.where(known, target, 0.0), index_dtype(xp))
    count = xp.astype(segment_sum(xp, None, index, 2 * bins), widest(xp, score))
    added = segment_sum(xp, wide(xp, xp.where(known, score, xp.nan)), index, 2 * bins)
    count, added = (xp.reshape(x, (*x.shape[:-1], bins, 2)) for x in (count, added))
    added = xp.sum(added, axis=-1)
    lost = xp.any(added != added, axis=-1, keepdims=True)
    negative, positive = (xp.where(lost, xp.nan, count[..., i]) for i in (0, 1))
    return positive, negative, added
