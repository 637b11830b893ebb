"""Directional distances: surfaces compared by where they lie as seen from points around them."""

from ._domains import INDEX, REAL, Count, NonNegative, Positive
from ._math import absolute, nearest_several, norm, pick_rows, stop_gradient
from ._metric import loss
from ._typing import Array, Namespace
from .meshes import surface_gap
from .points import need_points

REFERENCE = "S. Ren, J. Hou (2024), Measuring the discrepancy between 3D geometric models, arXiv:2401.09736."


def cloud_gap(xp: Namespace, name: str, cloud: Array, query: Array, k: int, epsilon: float) -> Array:
    """From a cloud to each query (..., q, d): the mean over its nearest points, by the inverse of squared distance."""
    m = cloud.shape[-2]
    if k > m:
        raise ValueError(f"`k` must be at most {m}, the number of points of `{name}`; got {k}.")
    index = nearest_several(xp, query, stop_gradient(xp, cloud), k)
    flat = pick_rows(xp, cloud, xp.reshape(index, (*index.shape[:-2], index.shape[-2] * k)))
    gap = xp.expand_dims(query, axis=-2) - xp.reshape(flat, (*index.shape, cloud.shape[-1]))
    weight = 1 / (stop_gradient(xp, xp.sum(gap * gap, axis=-1)) + epsilon)
    weight = weight / xp.sum(weight, axis=-1, keepdims=True)
    # from the nearest one on: equal neighbours give their gap exactly, and no kink is met by rounding
    first = gap[..., :1, :]
    return first[..., 0, :] + xp.sum(xp.expand_dims(weight, axis=-1) * (gap - first), axis=-2)


def discrepancy(xp: Namespace, source: Array, target: Array, beta: float, offset: float = 0.0) -> Array:
    """Mean over queries of the difference of two gaps (..., q, d), in length and by coordinate."""
    lengths = norm(xp, source + offset), norm(xp, target + offset)
    error = absolute(xp, lengths[0] - lengths[1]) + xp.sum(absolute(xp, source - target), axis=-1)
    if isinstance(beta, (int, float)) and beta == 0:
        return xp.mean(error, axis=-1)
    return xp.mean(error * xp.exp(-beta * stop_gradient(xp, error)), axis=-1)


@loss(
    source=REAL["n coordinate"],
    target=REAL["m coordinate"],
    query=REAL["query coordinate"],
    regular=False,
    steady=False,
    smooth="almost everywhere",
    unit="target",
    lazy=False,
    held=("the queries", "the weights of neighbours", "the weights of queries"),
    shifts=("source", "target", "query"),
    orderless=("n", "m", "query"),
    averages=("query",),
    scales=("source", "target", "query", "1/beta", "epsilon**2", "offset"),
    equals=("DDM_P2P of rsy6318/DDM, at its queries",),
    reference=REFERENCE,
)
def dirdist_point_clouds(
    xp: Namespace,
    source: Array,
    target: Array,
    query: Array,
    /,
    *,
    k: Count = 5,
    beta: NonNegative = 3.0,
    epsilon: Positive = 1e-8,
    offset: NonNegative = 0.0,
) -> Array:
    r"""Difference of the directions in which two clouds lie, seen from the same points.

    It compares the surfaces that two clouds are samples of, so that they may be sampled differently. Good queries are
    the target's points with a little noise, several of each, and then the source's points.

    .. math:: \frac1Q \sum_q e_q \exp(-\beta e_q), \quad
        e_q = \bigl| \lVert v_q \rVert - \lVert w_q \rVert \bigr| + \lVert v_q - w_q \rVert_1

    Parameters
    ----------
    k : int, default 5
        Neighbours of a query that make up the direction v of a cloud, weighted by the inverse of squared distance.
    beta : float, default 3.0
        How fast queries that disagree lose weight; 0 counts all alike.
    epsilon : float, default 1e-8
        Added to the squared distances, for queries on a point.
    offset : float, default 0.0
        Added to each coordinate of a direction before its length is taken; the authors' code has 1e-10, which shows in
        gradients at queries on a point.

    Raises
    ------
    ValueError
        If a cloud has fewer points than `k`, or there are no queries.

    Notes
    -----
    With a `beta` the value of clouds that are far apart falls to 0: it is for refining what is nearly right, and is no
    metric. It is not symmetric where the queries are not. The gradient is 0 where directions agree.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> source, target, query = np.array([[0.0, 0.0]]), np.array([[0.0, 1.0]]), np.array([[0.0, 3.0]])
    >>> print(al.dirdist_point_clouds(source, target, query, k=1, beta=0.0))
    2.0
    """
    need_points(query=query)
    query = stop_gradient(xp, query)
    gaps = [cloud_gap(xp, n, c, query, k, epsilon) for n, c in (("source", source), ("target", target))]
    return discrepancy(xp, gaps[0], gaps[1], beta, offset)


@loss(
    source_vertices=REAL["source_vertex 3"],
    source_faces=INDEX["source_face 3"].into("source_vertex"),
    target_vertices=REAL["target_vertex 3"],
    target_faces=INDEX["target_face 3"].into("target_vertex"),
    query=REAL["query 3"],
    steady=False,
    smooth="almost everywhere",
    unit="target_vertices",
    lazy=False,
    held=("the queries", "the weights of queries"),
    shifts=("source_vertices", "target_vertices", "query"),
    orderless=("source_vertex", "source_face", "target_vertex", "target_face", "query"),
    averages=("query",),
    scales=("source_vertices", "target_vertices", "query", "1/beta"),
    equals=("DDM_M2M of rsy6318/DDM, at its queries and with exact nearest points",),
    reference=REFERENCE,
)
def dirdist_meshes(
    xp: Namespace,
    source_vertices: Array,
    source_faces: Array,
    target_vertices: Array,
    target_faces: Array,
    query: Array,
    /,
    *,
    beta: NonNegative = 0.0,
) -> Array:
    r"""Difference of the directions in which two meshes lie, seen from the same points.

    As `dirdist_point_clouds`, with the nearest point of a surface in the place of several points of a cloud. Good
    queries are samples of the target with a little noise, and the centres of the source's faces.

    .. math:: \frac1Q \sum_q e_q \exp(-\beta e_q), \quad
        e_q = \bigl| \lVert v_q \rVert - \lVert w_q \rVert \bigr| + \lVert v_q - w_q \rVert_1

    Parameters
    ----------
    beta : float, default 0.0
        How fast queries that disagree lose weight; 0 counts all alike.

    Raises
    ------
    ValueError
        If a mesh has no faces or a face names a vertex that is not there, or there are no queries.

    Notes
    -----
    Nearest points are exact; the authors' kernel is not on open meshes. The gradient is 0 where directions agree.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> vertices, faces = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.array([[0, 1, 2]])
    >>> lifted, query = vertices + np.array([0.0, 0.0, 1.0]), np.array([[0.25, 0.25, 3.0]])
    >>> print(al.dirdist_meshes(vertices, faces, lifted, faces, query))
    2.0
    """
    need_points(query=query)
    query = stop_gradient(xp, query)
    source = surface_gap(xp, query, source_vertices, source_faces, held=False, name="source_faces")
    target = surface_gap(xp, query, target_vertices, target_faces, held=False, name="target_faces")
    return discrepancy(xp, source, target, beta)


@loss(
    source_vertices=REAL["vertex 3"],
    source_faces=INDEX["face 3"].into("vertex"),
    target_points=REAL["m 3"],
    query=REAL["query 3"],
    regular=False,
    steady=False,
    smooth="almost everywhere",
    unit="target_points",
    lazy=False,
    held=("the queries", "the weights of neighbours", "the weights of queries"),
    shifts=("source_vertices", "target_points", "query"),
    orderless=("vertex", "face", "m", "query"),
    averages=("query",),
    scales=("source_vertices", "target_points", "query", "1/beta", "epsilon**2"),
    equals=("DDM_M2P of rsy6318/DDM, at its queries and with exact nearest points",),
    reference=REFERENCE,
)
def dirdist_mesh_points(
    xp: Namespace,
    source_vertices: Array,
    source_faces: Array,
    target_points: Array,
    query: Array,
    /,
    *,
    k: Count = 5,
    beta: NonNegative = 0.0,
    epsilon: Positive = 1e-8,
) -> Array:
    r"""Difference of the directions in which a mesh and a cloud lie, seen from the same points.

    For fitting a mesh to a scan; see `dirdist_point_clouds` and `dirdist_meshes`.

    .. math:: \frac1Q \sum_q e_q \exp(-\beta e_q), \quad
        e_q = \bigl| \lVert v_q \rVert - \lVert w_q \rVert \bigr| + \lVert v_q - w_q \rVert_1

    Parameters
    ----------
    k : int, default 5
        Neighbours of a query that make up the direction of the cloud, weighted by the inverse of squared distance.
    beta : float, default 0.0
        How fast queries that disagree lose weight; 0 counts all alike.
    epsilon : float, default 1e-8
        Added to the squared distances, for queries on a point.

    Raises
    ------
    ValueError
        If the mesh has no faces or a face names a vertex that is not there, the cloud has fewer points than `k`, or
        there are no queries.

    Notes
    -----
    The gradient is 0 where directions agree.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> vertices, faces = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.array([[0, 1, 2]])
    >>> points, query = np.array([[0.25, 0.25, 1.0]]), np.array([[0.25, 0.25, 3.0]])
    >>> print(al.dirdist_mesh_points(vertices, faces, points, query, k=1))
    2.0
    """
    need_points(query=query)
    query = stop_gradient(xp, query)
    source = surface_gap(xp, query, source_vertices, source_faces, held=False, name="source_faces")
    return discrepancy(xp, source, cloud_gap(xp, "target_points", target_points, query, k, epsilon), beta)
