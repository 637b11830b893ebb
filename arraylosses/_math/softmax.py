"""Surprise of labels under logits, with the digits of small answers.

The usual ``log_softmax`` rounds a confident answer to 0: 2.06e-9 is lost beside the 1 it is subtracted from. Leaving
the largest term out of the sum, and adding it through ``log1p``, keeps it.
"""

from .._typing import Array, Namespace
from ._primitive import Primitive
from .elementary import stop_gradient
from .sums import all_of, argmax, one_hot, pick


@Primitive
def label_surprise(xp: Namespace, logits: Array, label: Array) -> Array:
    """``-log softmax(logits)[label]`` over the last axis: value and gradient to full relative precision.

    Relative to the label's own logit the label's term is exactly 1: what is left is ``log(1 + rest)``.
    """
    own = pick(xp, logits, label)
    top = stop_gradient(xp, xp.max(logits, axis=-1) - own)
    # a label of logit -inf is infinitely surprising: without this, inf - inf
    top = xp.where((top > 0) & (top < xp.inf), top, 0.0)
    gap = xp.where(one_hot(xp, label, logits.shape[-1]), -xp.inf, logits - xp.expand_dims(own, axis=-1))
    rest = xp.sum(xp.exp(gap - xp.expand_dims(top, axis=-1)), axis=-1)
    return top + xp.log1p(rest + xp.expm1(-top))


@Primitive
def sum_of_label_surprise(
    xp: Namespace, logits: Array, label: Array, *, wide: bool = False, mean: bool = False
) -> Array:
    """Of all labels, or their mean; a 0-d array, of float64 if ``wide``."""
    return all_of(xp, label_surprise(xp, logits, label), wide, mean)


def class_surprise(xp: Namespace, logits: Array) -> Array:
    """``-log softmax(logits)`` for every class of the last axis, the most probable one to full relative precision."""
    best = argmax(xp, logits)
    # picked, not `xp.max`: its gradient would be shared among ties, and they keep their own terms below
    top = xp.expand_dims(pick(xp, logits, best), axis=-1)
    others = xp.where(one_hot(xp, best, logits.shape[-1]), -xp.inf, logits - stop_gradient(xp, top))
    # the largest term is exactly 1, yet keeps its gradient: it is exp of a difference whose one side is held
    largest = xp.exp(top - stop_gradient(xp, top))
    rest = xp.sum(xp.exp(others), axis=-1, keepdims=True)
    return (stop_gradient(xp, top) - logits) + xp.log1p(rest + (largest - 1.0))
