"""Images."""

from collections.abc import Callable
from math import prod
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import Renamed

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


def _images(pred: Array, reduction: Word) -> Any:
    """The axes of planes that are reduced."""
    return {"mean": None, "none": tuple(range(1, pred.ndim - 2))}[reduction]


def ssim(
    pred: Array, target: Array, win_size: int = 11, K: Any = (0.01, 0.03), reduction: Word = "mean", **options: Any
) -> Array:
    """Of images (N, C, height, width): one mean, or one of each image."""
    return al.ssim(pred, target, size=win_size, k1=K[0], k2=K[1], axis=_images(pred, reduction), **options)


def ssim_loss(pred: Array, target: Array, win_size: int = 11, reduction: Word = "mean", **options: Any) -> Array:
    """Of images (N, C, height, width): one mean, or one of each image."""
    return al.ssim_loss(pred, target, size=win_size, axis=_images(pred, reduction), **options)


def ssim_global(pred: Array, target: Array, data_range: float, sample_covariance: bool = True) -> Array:
    """One window as large as the image."""
    options: dict[str, Any] = {"data_range": data_range, "sample_covariance": sample_covariance}
    return al.ssim(pred, target, window="uniform", size=tuple(pred.shape[-2:]), **options)


def ms_ssim(
    pred: Array, target: Array, win_size: int = 11, weights: Any = None, reduction: Word = "mean", **options: Any
) -> Array:
    """Of images (N, C, height, width): one mean, or one of each image."""
    levels = {} if weights is None else {"level_weights": weights}
    return al.ms_ssim(pred, target, size=win_size, axis=_images(pred, reduction), **levels, **options)


def s3im_loss(
    pred: Array, target: Array, permutations: Array, kernel_size: int, patch_height: int, patch_width: int, stride: int
) -> Array:
    """Of all rays of a step."""
    return al.s3im_loss(pred, target, permutations, patch=(patch_height, patch_width), size=kernel_size, stride=stride)


def lpips_from_features(layers: int, eps: float, reduction: Word, **arrays: Array) -> Array:
    """Features of two images and weights, by the number of their layer."""
    pred, target, weights = (
        [arrays[f"{name}_{i}"] for i in range(layers) if f"{name}_{i}" in arrays]
        for name in ("features0", "features1", "weights")
    )
    return al.lpips_from_features(pred, target, layer_weights=weights or None, epsilon=eps, reduction=reduction)


def normal_difference(pred_normals: Array, target_normals: Array, reduction: Word = "sum") -> Array:
    """Squared differences, summed over channels and averaged over pixels, of each view or of all together."""
    axis = {"sum": None, "none": tuple(range(1, pred_normals.ndim))}[reduction]
    return al.squared_error(pred_normals, target_normals, axis=axis, avg_factor=prod(pred_normals.shape[1:-1]))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lpips_from_features": lpips_from_features,
    "lpips_scale_input": al.lpips_scale_input,
    "ms_ssim": ms_ssim,
    "normal_difference": normal_difference,
    "psnr": psnr,
    "psnr_masked": Renamed(al.psnr, mask="weights"),
    "psnr_masked_neus": psnr_masked_neus,
    "s3im_loss": s3im_loss,
    "ssim": ssim,
    "ssim_global": ssim_global,
    "ssim_loss": ssim_loss,
}
