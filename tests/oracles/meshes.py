"""Meshes, and directional distances: Ericson's seven regions by branches, a point and a triangle at a time."""

from typing import Any

import numpy as np

import arraylosses as al

from ._common import Array, Claim, Formula, Given, reduced

RNG = np.random.default_rng(20250108)
VERTICES, OTHER_VERTICES = RNG.normal(size=(2, 7, 3)), RNG.normal(size=(2, 6, 3))
FACES, OTHER_FACES = (np.array([[RNG.permutation(n)[:3] for _ in range(5)] for _ in range(2)]) for n in (7, 6))
POINTS, QUERY, CLOUD = RNG.normal(size=(2, 9, 3)), RNG.normal(size=(2, 8, 3)), RNG.normal(size=(2, 7, 3))
POINT_WEIGHTS = RNG.uniform(0.1, 2.0, (2, 9)) * (RNG.random((2, 9)) > 0.3)
W = np.array([0.5, 2.0])


def closest(p: Array, a: Array, b: Array, c: Array) -> Array:
    """C. Ericson (2005), Real-time collision detection, section 5.1.5."""
    ab, ac, ap, bp, cp = b - a, c - a, p - a, p - b, p - c
    d1, d2, d3, d4, d5, d6 = ab @ ap, ac @ ap, ab @ bp, ac @ bp, ab @ cp, ac @ cp
    if d1 <= 0 and d2 <= 0:
        return a
    if d3 >= 0 and d4 <= d3:
        return b
    if d6 >= 0 and d5 <= d6:
        return c
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    if vc <= 0 and d1 >= 0 and d3 <= 0:
        return a + d1 / (d1 - d3) * ab
    if vb <= 0 and d2 >= 0 and d6 <= 0:
        return a + d2 / (d2 - d6) * ac
    if va <= 0 and d4 - d3 >= 0 and d5 - d6 >= 0:
        return b + (d4 - d3) / ((d4 - d3) + (d5 - d6)) * (c - b)
    return a + (vb * ab + vc * ac) / (va + vb + vc)


def gaps(points: Array, vertices: Array, faces: Array) -> Array:
    """From the nearest point of a mesh to each point."""
    out = []
    for p in points:
        found = [p - closest(p, *vertices[face]) for face in faces]
        out.append(min(found, key=lambda g: float(g @ g)))
    return np.array(out)


def distances(points: Array, vertices: Array, faces: Array, squared: bool = False) -> Array:
    found = [np.linalg.norm(gaps(*one), axis=-1) for one in zip(points, vertices, faces, strict=True)]
    return np.square(found) if squared else np.array(found)


def to_surface(*mesh: Array, point_weights: Any = None, squared: bool = False, point_reduction: str = "mean") -> Array:
    distance = distances(*mesh, squared=squared)
    weight = np.ones(distance.shape) if point_weights is None else point_weights
    total = (distance * weight).sum(-1)
    return total / weight.sum(-1) if point_reduction == "mean" else total


def directions(cloud: Array, query: Array, k: int, epsilon: float) -> Array:
    out = []
    for q in query:
        near = cloud[np.argsort(((cloud - q) ** 2).sum(-1))[:k]]
        weight = 1 / (((near - q) ** 2).sum(-1) + epsilon)
        out.append(weight @ (q - near) / weight.sum())
    return np.array(out)


def discrepancy(v: Array, w: Array, beta: float, offset: float = 0.0) -> Any:
    lengths = np.linalg.norm(v + offset, axis=-1) - np.linalg.norm(w + offset, axis=-1)
    error = abs(lengths) + abs(v - w).sum(-1)
    return (error * np.exp(-beta * error)).mean()


def of_clouds(*clouds: Array, k: int = 5, beta: float = 3.0, epsilon: float = 1e-8, offset: float = 0.0) -> Array:
    each = zip(*clouds, strict=True)
    return np.array(
        [discrepancy(directions(s, q, k, epsilon), directions(t, q, k, epsilon), beta, offset) for s, t, q in each]
    )


def of_meshes(*meshes: Array, beta: float = 0.0) -> Array:
    each = zip(*meshes, strict=True)
    return np.array([discrepancy(gaps(q, v, f), gaps(q, w, g), beta) for v, f, w, g, q in each])


def of_mesh_and_points(*given: Array, k: int = 5, beta: float = 0.0, epsilon: float = 1e-8) -> Array:
    each = zip(*given, strict=True)
    return np.array([discrepancy(gaps(q, v, f), directions(t, q, k, epsilon), beta) for v, f, t, q in each])


ORACLES: dict[str, Formula] = {
    "point_to_surface_distance": lambda *a, **o: reduced(to_surface, *a, **o),
    "distances_to_surface": distances,
    "dirdist_point_clouds": lambda *a, **o: reduced(of_clouds, *a, **o),
    "dirdist_meshes": lambda *a, **o: reduced(of_meshes, *a, **o),
    "dirdist_mesh_points": lambda *a, **o: reduced(of_mesh_and_points, *a, **o),
}

CALLS: dict[str, Given] = {
    "point_to_surface_distance": [
        (
            (POINTS, VERTICES, FACES),
            [
                {},
                {"squared": True, "weights": W},
                {"point_weights": POINT_WEIGHTS, "reduction": "none"},
                {"point_weights": POINT_WEIGHTS, "point_reduction": "sum", "reduction": "sum"},
            ],
        )
    ],
    "distances_to_surface": [((POINTS, VERTICES, FACES), [{}, {"squared": True}])],
    "dirdist_point_clouds": [
        ((POINTS, CLOUD, QUERY), [{}, {"k": 3, "beta": 0.0, "weights": W}, {"epsilon": 0.1, "offset": 0.2}])
    ],
    "dirdist_meshes": [
        ((VERTICES, FACES, OTHER_VERTICES, OTHER_FACES, QUERY), [{}, {"beta": 0.5, "weights": W, "reduction": "none"}])
    ],
    "dirdist_mesh_points": [
        ((VERTICES, FACES, CLOUD, QUERY), [{}, {"k": 2, "beta": 0.5, "epsilon": 0.1, "weights": W}])
    ],
}

CLAIMS: dict[str, Claim] = {
    "distances of every point": (
        lambda: al.distances_to_surface(POINTS, VERTICES, FACES).mean(),
        lambda: al.point_to_surface_distance(POINTS, VERTICES, FACES),
    ),
}
