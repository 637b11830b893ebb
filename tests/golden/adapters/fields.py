"""Neural fields."""

from collections.abc import Callable
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al

from ._common import Array, Word, masked_sum, spread

PENALTIES: dict[str, Any] = {"l1": "absolute", "l2": "squared"}
COLOUR_LOSSES: dict[str, Callable[..., Array]] = {
    "l1": al.absolute_error,
    "mse": al.squared_error,
    "smooth_l1": al.smooth_l1_loss,
}


def eikonal_loss(gradients: Array, norm: Word = "l2", reduction: Word = "mean") -> Array:
    """IGR's and StEik's."""
    return al.eikonal_loss(gradients, penalty=PENALTIES[norm], reduction=reduction)


def eikonal_loss_masked(gradients: Array, mask: Array, eps: float = 0.0) -> Array:
    """NeuS's."""
    return al.eikonal_loss(gradients, weights=mask, avg_factor=masked_sum(mask, eps))


def rgb_loss_masked_l1(pred: Array, target: Array, mask: Array, eps: float = 0.0) -> Array:
    """NeuS's: a sum over channels, a mean over rays."""
    return al.absolute_error(pred, target, weights=spread(mask, pred), avg_factor=masked_sum(mask, eps))


def rgb_loss_l1_per_ray(pred: Array, target: Array) -> Array:
    """UNISURF's: divided by the rays of one member of the batch."""
    return al.absolute_error(pred, target, avg_factor=pred.shape[1])


def rgb_loss(pred: Array, target: Array, valid: Array, kind: str) -> Array:
    """A mean over the rays that hit something."""
    return COLOUR_LOSSES[kind](pred, target, weights=valid)


def clipped(share: Array, eps: float) -> Array:
    """An opacity as NeuS gives it to torch."""
    return array_namespace(share).clip(share, eps, 1 - eps)


def mask_loss(opacity: Array, mask: Array, eps: float = 0.0, reduction: Word = "mean") -> Array:
    """Cross entropy of the opacity of a ray with whether it hits."""
    return al.binary_cross_entropy(clipped(opacity, eps), mask, reduction=reduction)


def opacity_loss(opacity: Array, eps: float = 0.0, reduction: Word = "mean") -> Array:
    """Cross entropy of the opacity of a ray with itself."""
    share = clipped(opacity, eps)
    return al.binary_cross_entropy(share, share, reduction=reduction)


def sdf_surface_loss(sdf: Array) -> Array:
    """Distance of surface points from the surface, divided by the length of the first axis."""
    return al.absolute_error(sdf, array_namespace(sdf).zeros_like(sdf), avg_factor=sdf.shape[0])


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "eikonal_loss": eikonal_loss,
    "eikonal_loss_masked": eikonal_loss_masked,
    "mask_loss": mask_loss,
    "opacity_loss": opacity_loss,
    "rgb_loss": rgb_loss,
    "rgb_loss_l1_per_ray": rgb_loss_l1_per_ray,
    "rgb_loss_masked_l1": rgb_loss_masked_l1,
    "sdf_surface_loss": sdf_surface_loss,
}
