"""Points and meshes."""

from collections.abc import Callable
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import NotYet

from ._common import Array, Word


def present(points: Array, lengths: Array | None) -> Array | None:
    """Padded clouds' lengths as weights of 0 and 1."""
    if lengths is None:
        return None
    xp = array_namespace(points)
    return xp.astype(xp.arange(points.shape[-2])[None, :] < lengths[:, None], points.dtype)


def chamfer_distance(
    pred: Array,
    target: Array,
    pred_lengths: Array | None = None,
    target_lengths: Array | None = None,
    weights: Array | None = None,
    batch_reduction: Word = "mean",
    single_directional: bool = False,
    half: bool = False,
    **options: Any,
) -> Array:
    """pytorch3d's."""
    if single_directional:
        raise NotYet("`chamfer_distance` adds both directions.")
    clouds = pred, target, present(pred, pred_lengths), present(target, target_lengths)
    value = al.chamfer_distance(*clouds, weights=weights, reduction=batch_reduction or "none", **options)
    return value / 2 if half else value


def learnable_chamfer_distance(
    pred: Array, target: Array, pred_weights: Array, target_weights: Array, reduction: Word = "mean"
) -> Array:
    """Half the sum of both directions; the weights of a cloud hold its divisor."""
    options: dict[str, Any] = {"squared": False, "point_reduction": "sum", "reduction": reduction}
    return al.chamfer_distance(pred, target, pred_weights, target_weights, **options) / 2


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "chamfer_distance": chamfer_distance,
    "learnable_chamfer_distance": learnable_chamfer_distance,
}
