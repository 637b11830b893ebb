"""Images."""

from collections.abc import Callable
from math import prod
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import NotYet, Renamed

from ._common import Array, Word, masked_sum, spread


def psnr(pred: Array, target: Array, data_range: float, reduction: Word = "mean") -> Array:
    """Of all images together, or of each."""
    axis = {"mean": None, "none": tuple(range(1, pred.ndim))}[reduction]
    return al.psnr(pred, target, data_range=data_range, axis=axis)


def psnr_masked_neus(pred: Array, target: Array, mask: Array, eps: float = 0.0) -> Array:
    """NeuS's: the peak signal-to-noise ratio of one error, as large as theirs over the masked pixels."""
    divisor = masked_sum(mask, eps) * pred.shape[-1]
    error = al.squared_error(pred, target, weights=spread(mask, pred), avg_factor=divisor)
    xp = array_namespace(pred)
    return al.psnr(xp.sqrt(error), xp.zeros_like(error), data_range=1.0)


def ssim(
    pred: Array, target: Array, win_size: int = 11, K: Any = (0.01, 0.03), reduction: Word = "mean", **options: Any
) -> Array:
    """Of images (N, C, height, width): one mean, or one of each image."""
    axis = {"mean": None, "none": tuple(range(1, pred.ndim - 2))}[reduction]
    return al.ssim(pred, target, size=win_size, k1=K[0], k2=K[1], axis=axis, **options)


def ssim_loss(pred: Array, target: Array, **options: Any) -> Array:
    """One minus the similarity."""
    return 1 - ssim(pred, target, **options)


def ssim_global(pred: Array, target: Array, data_range: float, sample_covariance: bool = True) -> Array:
    """One window as large as the image."""
    height, width = pred.shape[-2:]
    if height != width:
        raise NotYet("a window of `ssim` is square.")
    options: dict[str, Any] = {"data_range": data_range, "sample_covariance": sample_covariance}
    return al.ssim(pred, target, window="uniform", size=height, **options)


def normal_difference(pred_normals: Array, target_normals: Array, reduction: Word = "sum") -> Array:
    """Squared differences, summed over channels and averaged over pixels, of each view or of all together."""
    axis = {"sum": None, "none": tuple(range(1, pred_normals.ndim))}[reduction]
    return al.squared_error(pred_normals, target_normals, axis=axis, avg_factor=prod(pred_normals.shape[1:-1]))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "normal_difference": normal_difference,
    "psnr": psnr,
    "psnr_masked": Renamed(al.psnr, mask="weights"),
    "psnr_masked_neus": psnr_masked_neus,
    "ssim": ssim,
    "ssim_global": ssim_global,
    "ssim_loss": ssim_loss,
}
