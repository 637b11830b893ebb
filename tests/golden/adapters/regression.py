"""Regression."""

from collections.abc import Callable
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import Renamed

from ._common import Array, Word, given_loss, per_element


def smooth_l1_loss(pred: Array, target: Array, beta: float = 1.0, **reduced: Any) -> Array:
    """Huber's loss in units of its width; without width, the absolute error."""
    if beta == 0:
        return al.absolute_error(pred, target, **reduced)
    return al.huber_loss(pred, target, delta=beta, **reduced) / beta


def weight_reduce_loss(loss: Array, weight: Array | None = None, reduction: Word = "mean", **options: Any) -> Array:
    """mmdet's reduction of a loss."""
    return per_element(given_loss, loss, weight=weight, reduction=reduction, **options)


def valid_mean(loss: Any) -> Callable[..., Array]:
    """A mean over rows that are valid, summed over the channels of a row."""

    def mean(pred: Array, target: Array, weight: Array) -> Array:
        return loss(pred, target, weights=weight, avg_factor=array_namespace(weight).sum(weight))

    return mean


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "huber_loss": Renamed(al.huber_loss),
    "l1_loss": Renamed(al.absolute_error),
    "l1_loss_valid_mean": valid_mean(al.absolute_error),
    "mse_loss": Renamed(al.squared_error),
    "mse_loss_valid_mean": valid_mean(al.squared_error),
    "smooth_l1_loss": smooth_l1_loss,
    "weight_reduce_loss": weight_reduce_loss,
}
