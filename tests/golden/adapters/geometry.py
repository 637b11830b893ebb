"""Points and meshes."""

from collections.abc import Callable
from functools import partial
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import Renamed

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
        options["direction"] = "pred_to_target"
    clouds = pred, target, present(pred, pred_lengths), present(target, target_lengths)
    value = al.chamfer_distance(*clouds, weights=weights, reduction=batch_reduction or "none", **options)
    return value / 2 if half else value


def point_cloud_fscore(pred: Array, target: Array, threshold: float) -> Any:
    """Of each pair of clouds."""
    return al.point_cloud_fscore(pred, target, threshold=threshold, axis=())


def radius_downsample(points: Array, radius: float) -> Array:
    """The points that are kept."""
    return points[al.radius_downsample(points, radius=radius) > 0]


def dirdist_point_clouds(
    source: Array, target: Array, query: Array, weighted: bool = True, beta: float = 3.0, **options: Any
) -> Array:
    """The authors' directions have an offset."""
    options |= {"beta": beta if weighted else 0.0, "offset": 1e-10}
    return al.dirdist_point_clouds(source, target, query, **options)


def point_to_surface_distance(
    points: Array, vertices: Array, faces: Array, reduction: Word = "mean", squared: bool = False
) -> Array:
    function = {"mean": al.point_to_surface_distance, "none": al.distances_to_surface}[reduction]
    return function(points, vertices, faces, squared=squared)


def icon_chamfer_p2s(
    target_points: Array,
    pred_points: Array,
    pred_vertices: Array,
    pred_faces: Array,
    target_vertices: Array,
    target_faces: Array,
    scale: float,
) -> dict[str, Array]:
    """Points of either surface against the other."""
    there = scale * al.point_to_surface_distance(target_points, pred_vertices, pred_faces)
    back = scale * al.point_to_surface_distance(pred_points, target_vertices, target_faces)
    return {"chamfer": (there + back) / 2, "p2s": there}


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "chamfer_distance": chamfer_distance,
    "dirdist_mesh_points": al.dirdist_mesh_points,
    "dirdist_meshes": al.dirdist_meshes,
    "dirdist_point_clouds": dirdist_point_clouds,
    "dtu_chamfer": Renamed(al.dtu_chamfer, max_dist="max_distance"),
    "icon_chamfer_p2s": icon_chamfer_p2s,
    "lcd_adversarial_loss": Renamed(al.lcd_adversarial_loss, sigma_r="sigma"),
    "lcd_attention_weights": partial(al.lcd_attention_weights, epsilon=1e-8),
    "learnable_chamfer_distance": al.learnable_chamfer_distance,
    "point_cloud_fscore": point_cloud_fscore,
    "point_to_surface_distance": point_to_surface_distance,
    "radius_downsample": radius_downsample,
}
