"""Neural fields."""

from collections.abc import Callable
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import NotYet, Renamed

from ._common import Array, Word, masked_sum, spread

PENALTIES: dict[str, Any] = {"l1": "absolute", "l2": "squared"}
NORMS: dict[str, Any] = {"entrywise_l1": "entrywise", "induced_1": "induced"}
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


def opacity_loss(opacity: Array, eps: float | None = None, reduction: Word = "mean") -> Array:
    """instant-nsr-pl's."""
    return al.opacity_loss(opacity, epsilon=eps, reduction=reduction)


def sdf_surface_loss(sdf: Array) -> Array:
    """Geo-NeuS's: divided by the length of the first axis."""
    return al.sdf_surface_loss(sdf, avg_factor=sdf.shape[0])


def directional_divergence(
    gradients: Array, hessians: Array, eps: float | None = None, normalize: bool = True, reduction: Word = "none"
) -> Array:
    """StEik's values, before their penalty: there is nothing to reduce yet."""
    if reduction != "none":
        raise NotYet("`directional_divergence` has no reduction.")
    return al.directional_divergence(gradients, hessians, epsilon=eps, normalize=normalize)


def directional_divergence_loss(
    gradients: Array, hessians: Array, eps: float | None = None, norm: Word = "l1", **options: Any
) -> Array:
    """StEik's."""
    return al.directional_divergence_loss(gradients, hessians, epsilon=eps, penalty=PENALTIES[norm], **options)


def hessian_smoothness_loss(hessians: Array, norm: Word = "entrywise_l1", reduction: Word = "mean") -> Array:
    """RegSDF's, in both readings."""
    return al.hessian_smoothness_loss(hessians, norm=NORMS[norm], reduction=reduction)


def edge_aware_smoothness_loss(disparity: Array, image: Array) -> Array:
    """monodepth2's, whose disparity has one channel."""
    return al.edge_aware_smoothness_loss(disparity[:, 0, ...], image)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "accumulated_opacity": Renamed(al.accumulated_opacity, eps="epsilon"),
    "directional_divergence": directional_divergence,
    "directional_divergence_loss": directional_divergence_loss,
    "edge_aware_smoothness_loss": edge_aware_smoothness_loss,
    "eikonal_loss": eikonal_loss,
    "eikonal_loss_masked": eikonal_loss_masked,
    "hessian_smoothness_loss": hessian_smoothness_loss,
    "mask_loss": mask_loss,
    "minimal_surface_loss": Renamed(al.minimal_surface_loss),
    "normal_smoothness_loss": Renamed(
        al.normal_smoothness_loss, gradients="gradient", gradients_neighbour="neighbour_gradient", eps="epsilon"
    ),
    "opacity_loss": opacity_loss,
    "rgb_loss": rgb_loss,
    "rgb_loss_l1_per_ray": rgb_loss_l1_per_ray,
    "rgb_loss_masked_l1": rgb_loss_masked_l1,
    "sdf_surface_loss": sdf_surface_loss,
    "sparsity_loss": Renamed(al.sparsity_loss),
    "volume_weights": Renamed(al.volume_weights, eps="epsilon"),
}
