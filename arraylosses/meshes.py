"""Distances to triangle meshes."""

from ._domains import INDEX, MASS, REAL
from ._math import (
    closest,
    corners,
    nearest_triangle,
    norm,
    pick_rows,
    stop_gradient,
    triangle,
    vector,
)
from ._metric import function, loss
from ._typing import Array, Namespace
from .points import PointReduction, averaged_points, need_points, present


def surface_gap(
    xp: Namespace, points: Array, vertices: Array, faces: Array, *, held: bool, name: str = "faces"
) -> Array:
    """From the nearest point of a surface to each of (..., n, 3).

    The triangle is found on values held constant. With ``held`` the place in it is constant too: of a distance, which
    is least there, that leaves the exact gradient, and one that no sliver can spoil.
    """
    if faces.shape[-2] == 0:
        raise ValueError(f"`{name}` must have at least one face; got shape {tuple(faces.shape)}.")
    fixed = stop_gradient(xp, points), stop_gradient(xp, vertices)
    faces = pick_rows(xp, faces, nearest_triangle(xp, fixed[0], *corners(xp, fixed[1], faces)))
    a, b, c = corners(xp, vertices, faces)
    inner = fixed if held else (points, vertices)
    place = closest(xp, vector(inner[0]), triangle(xp, *corners(xp, inner[1], faces)))
    second, third = (xp.expand_dims(share, axis=-1) for share in (place.second, place.third))
    return (points - a) - second * (b - a) - third * (c - a)


def surface_distance(
    xp: Namespace, points: Array, vertices: Array, faces: Array, *, squared: bool, weights: Array | None = None
) -> Array:
    """Distance of each of (..., n, 3) to a surface."""
    need_points(points=points)
    points, _ = present(xp, points, weights)
    gap = surface_gap(xp, points, vertices, faces, held=True)
    return xp.sum(gap * gap, axis=-1) if squared else norm(xp, gap)


@loss(
    points=REAL["n 3"],
    vertices=REAL["vertex 3"],
    faces=INDEX["face 3"].into("vertex"),
    point_weights=MASS["n"] | None,
    regular=False,
    twice=False,
    steady=False,
    smooth="almost everywhere",
    unit="points",
    lazy=False,
    shifts=("points", "vertices"),
    reflects=("points", "vertices"),
    rotates=("points", "vertices"),
    scales=("points", "vertices"),
    orderless=("n", "vertex", "face"),
    averages=("n", "face"),
    also=("p2s",),
    equals=("trimesh.proximity.closest_point, its distances", "pytorch3d.loss.point_face_distance, with squared=True"),
    reference="Y. Xiu et al. (2022), ICON: implicit clothed humans obtained from normals, arXiv:2112.09127.",
)
def point_to_surface_distance(
    xp: Namespace,
    points: Array,
    vertices: Array,
    faces: Array,
    point_weights: Array | None = None,
    /,
    *,
    squared: bool = False,
    point_reduction: PointReduction = "mean",
) -> Array:
    r"""Mean distance of points to a triangle mesh.

    Says how far a scan is from a reconstruction without sampling the latter; nothing is said of surface that no point
    is near.

    .. math:: \frac1n \sum_i \min_{y \in S} \lVert x_i - y \rVert

    Parameters
    ----------
    squared : bool, default False
        Squared distances, as in pytorch3d.
    point_reduction : {'mean', 'sum'}
        Over the points.

    Raises
    ------
    ValueError
        If there are no points or no faces, or the weights of the points are all 0, or a face names a vertex that is not
        there.

    Notes
    -----
    `weights` counts pairs of points and a mesh; `point_weights` counts points. A triangle without area is a segment or
    a point. First derivatives by points and vertices are exact; second ones take the nearest point's place in its
    triangle as fixed. The gradient is 0 at points on the surface.

    ICON's Chamfer distance is half the sum of two calls, each time with points of one surface and the mesh of the
    other, times 100; its P2S is the call with points of the true surface, times 100.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> vertices = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    >>> points = np.array([[0.25, 0.25, 2.0], [4.0, 0.0, 4.0]])
    >>> print(al.point_to_surface_distance(points, vertices, np.array([[0, 1, 2]])))
    3.5
    """
    distance = surface_distance(xp, points, vertices, faces, squared=squared, weights=point_weights)
    return averaged_points(xp, distance, point_weights, point_reduction)


@function(
    points=REAL["n 3"],
    vertices=REAL["vertex 3"],
    faces=INDEX["face 3"].into("vertex"),
    regular=False,
    twice=False,
    steady=False,
    lazy=False,
    shifts=("points", "vertices"),
    rotates=("points", "vertices"),
    orderless=("vertex", "face"),
)
def distances_to_surface(
    xp: Namespace, points: Array, vertices: Array, faces: Array, /, *, squared: bool = False
) -> Array:
    """Distance of each point to a triangle mesh.

    Parameters
    ----------
    squared : bool, default False
        Squared distances.

    Returns
    -------
    array
        (..., n), whose mean is `point_to_surface_distance`.

    Raises
    ------
    ValueError
        If there are no points or no faces, or a face names a vertex that is not there.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> vertices = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    >>> points = np.array([[0.25, 0.25, 2.0], [4.0, 0.0, 4.0]])
    >>> print(al.distances_to_surface(points, vertices, np.array([[0, 1, 2]])))
    [2. 5.]
    """
    return surface_distance(xp, points, vertices, faces, squared=squared)
