"""What entries have in common."""

from math import prod
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al

Array = Any
Word = Any
"""One of the words that an option may be: a string out of a file, which no type can narrow."""

TORCH_LOG_FLOOR = -100.0
"""Where torch, and mmdet after it, stop the logarithm of a probability."""


def spread(array: Array, like: Array) -> Array:
    """An array as the cases write it, with axes of one, in the shape of another."""
    return array if array.shape == like.shape else array_namespace(array).broadcast_to(array, like.shape)


def per_element(
    loss: Any, *arrays: Array, weight: Array | None = None, reduction: Word = "mean", **options: Any
) -> Array:
    """A loss as torch and mmdet reduce it: a weighted mean divides by the count, not by the sum of the weights."""
    if weight is None:
        return loss(*arrays, reduction=reduction, **options)
    if reduction == "mean" and options.get("avg_factor") is None:
        options["avg_factor"] = prod(arrays[0].shape)
    return loss(*arrays, weights=spread(weight, arrays[0]), reduction=reduction, **options)


@al.loss(value=al.REAL, range=None, best=None)
def given_loss(xp: Any, value: Array, /) -> Array:
    """A loss that the caller has computed: only its reduction is ours."""
    return value


def masked_sum(mask: Array, eps: float) -> Array:
    """NeuS's divisor of a masked mean."""
    return array_namespace(mask).sum(mask) + eps
