"""Regression."""

from collections.abc import Callable
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import Renamed

from ._common import Array, Word, given_loss, per_element

PENALTIES: dict[str, Any] = {"l1": "absolute", "l2": "squared"}


def fft_loss(
    pred: Array,
    target: Array,
    norm: Word = "l1",
    ff_weight: float | None = None,
    sample_weight: Array | None = None,
    reduction: Word = "mean",
) -> Array:
    """Diffusion-TS's, of (batch, time, feature); weights of samples are no divisor."""
    options: dict[str, Any] = {"penalty": PENALTIES[norm], "fourier_weight": ff_weight, "time_axis": 1}
    if reduction == "none":
        return array_namespace(pred).permute_dims(al.fourier_errors(pred, target, **options), (0, 2, 1))
    if sample_weight is not None:
        options |= {"weights": sample_weight, "avg_factor": pred.shape[0] * pred.shape[2]}
    return al.fourier_loss(pred, target, **options)


def weight_reduce_loss(loss: Array, weight: Array | None = None, reduction: Word = "mean", **options: Any) -> Array:
    """mmdet's reduction of a loss."""
    return per_element(given_loss, loss, weight=weight, reduction=reduction, **options)


def valid_mean(loss: Any) -> Callable[..., Array]:
    """A mean over rows that are valid, summed over the channels of a row."""

    def mean(pred: Array, target: Array, weight: Array) -> Array:
        return loss(pred, target, weights=weight, avg_factor=array_namespace(weight).sum(weight))

    return mean


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "fft_loss": fft_loss,
    "huber_loss": Renamed(al.huber_loss),
    "l1_loss": Renamed(al.absolute_error),
    "l1_loss_valid_mean": valid_mean(al.absolute_error),
    "mse_loss": Renamed(al.squared_error),
    "mse_loss_valid_mean": valid_mean(al.squared_error),
    "smooth_l1_loss": Renamed(al.smooth_l1_loss),
    "weight_reduce_loss": weight_reduce_loss,
}
