"""Searches of host arrays by k-d trees, which answer exactly what comparing all pairs would.

SciPy is imported where it is needed: whoever has none is served by chunks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from .._typing import Array
from .triangles import CHUNK, Triangle, chosen, closest, triangle, vector

STEADY = 0.05
"""Sine between two sides, about, from which the plane of a triangle is certain to a few roundings."""

ROUNDINGS = 64
"""How many roundings a distance may be off: a candidate is left out only where it is farther by more."""


SORTED_FROM = 1 << 12
"""Points from which it pays to put them in order first, and to ask in as many threads as there are."""


def tree_class() -> Any:
    """SciPy's k-d tree, or None where it is not installed."""
    try:
        from scipy.spatial import cKDTree
    except ImportError:
        return None
    return cKDTree


def _asked(points: Array, others: Array) -> tuple[Array, Array]:
    """Distance to the nearest, and its index. Neighbours are asked for one after the other, for they meet in cache."""
    tree = tree_class()(others, balanced_tree=False, compact_nodes=False)
    if len(points) < SORTED_FROM:
        return tree.query(points)  # type: ignore[no-any-return]  # SciPy is untyped here
    order = np.argsort(points[:, 0])
    found = tree.query(points[order], workers=-1)
    distance, index = np.empty(len(points)), np.empty(len(points), dtype=np.int64)
    distance[order], index[order] = found
    return distance, index


def nearest_in_tree(points: Array, others: Array, present: Array | None = None) -> Array:
    """Index (n,) of the nearest of those that are present."""
    if present is None:
        return _asked(points, others)[1]
    where = np.flatnonzero(present)
    return where[_asked(points, others[where])[1]] if where.size else np.zeros(len(points), np.int64)


def distance_in_tree(points: Array, others: Array, present: Array | None = None) -> Array:
    """Distance (n,) to the nearest of those that are present; infinite where there is none."""
    others = others if present is None else others[np.flatnonzero(present)]
    return _asked(points, others)[0].astype(points.dtype) if len(others) else np.full(len(points), np.inf, points.dtype)


def several_in_tree(points: Array, others: Array, k: int) -> Array:
    """Indices (n, k) of the nearest; of equals the first, for which as many are asked for as equal the last."""
    tree, m = tree_class()(others), len(others)
    out = np.empty((len(points), k), dtype=np.int64)
    rows, asked = np.arange(len(points)), min(k + 1, m)
    while len(rows):
        tied = []
        for part in np.array_split(rows, len(rows) * asked // CHUNK + 1):
            distance, index = tree.query(points[part], np.arange(1, asked + 1))
            order = np.lexsort((index, distance))[:, :k]
            out[part] = np.take_along_axis(index, order, axis=-1)
            tied.append(part[distance[:, k - 1] == distance[:, -1]])
        rows, asked = np.concatenate(tied) if asked < m else rows[:0], min(2 * asked, m)
    return out


def thinned_by_tree(points: Array, radius: float) -> Array:
    """Which of (n, d) are left, where each in its turn takes away all later ones within the radius."""
    tree, left = tree_class()(points), np.ones(len(points), dtype=bool)
    for i, point in enumerate(points):
        if left[i]:
            near = np.asarray(tree.query_ball_point(point, radius * (1 + 1e-5)), dtype=np.int64)
            near = near[near > i]
            gap = points[near] - point
            left[near[np.sum(gap * gap, axis=-1) <= radius * radius]] = False
    return left


# ---- surfaces


@dataclass(frozen=True)
class Discs:
    """For each triangle a disc in its plane that holds it; a ball, of normal 0, where the plane is uncertain."""

    centre: Array
    normal: Array
    radius: Array

    @classmethod
    def of(cls, corners: tuple[Array, ...]) -> "Discs":
        a, b, c = (np.asarray(corner, dtype=np.float64) for corner in corners)
        centre = (a + b + c) / 3
        radius = np.sqrt(np.max([np.sum((corner - centre) ** 2, axis=-1) for corner in (a, b, c)], axis=0))
        sides = [(corner - a) / np.where(radius == 0, 1.0, radius)[:, None] for corner in (b, c)]
        normal = np.asarray(np.cross(sides[0], sides[1]))
        length = np.sqrt(np.sum(normal**2, axis=-1, keepdims=True))
        return cls(centre, np.where(length > STEADY, normal / np.maximum(length, STEADY), 0.0), radius)

    def least(self, points: Array, face: Array) -> tuple[Array, Array]:
        """Distances to points that no point of a triangle falls short of; and the numbers they are made of."""
        gap = points - self.centre[face]
        above = np.sum(gap * self.normal[face], axis=-1)
        square, radius = np.sum(gap * gap, axis=-1), self.radius[face]
        beside = np.maximum(np.sqrt(np.maximum(square - above * above, 0.0)) - radius, 0.0)
        return np.sqrt(above * above + beside * beside), np.sqrt(square) + radius

    def layers(self) -> Iterator[tuple[Any, Array, float]]:
        """Trees of centres, their triangles and largest radius, by powers of two of the radius.

        In one tree, a single large triangle would make every small one worth a look.
        """
        size = np.frexp(self.radius)[1]
        for s in np.unique(size):
            faces = np.flatnonzero(size == s)
            yield tree_class()(self.centre[faces]), faces, float(self.radius[faces].max())


@dataclass
class SurfaceSearch:
    """Nearest triangle of each point, by exact distances to all those that may be nearest."""

    points: Array
    mesh: Triangle
    discs: Discs
    best: Array = field(init=False)
    face: Array = field(init=False)

    def __post_init__(self) -> None:
        self.best = np.full(len(self.points), np.inf)
        self.face = np.zeros(len(self.points), dtype=np.int64)

    def reach(self, distance: Array, size: Array) -> Array:
        """A distance, and what rounding may have added to it or to one that it is compared with."""
        return distance + ROUNDINGS * np.finfo(self.points.dtype).eps * size

    def compare(self, row: Array, face: Array) -> None:
        """Pairs of a point and a triangle; of equals the first, as if all had been compared in order."""
        least, size = self.discs.least(self.points[row], face)
        near = least <= self.reach(np.sqrt(self.best[row]), size)
        row, face = row[near], face[near]
        square = closest(np, vector(self.points[row]), chosen(self.mesh, face)).square
        order = np.lexsort((face, square, row))
        row, face, square = row[order], face[order], square[order]
        first = np.flatnonzero(np.diff(row, prepend=-1))
        row, face, square = row[first], face[first], square[first]
        better = (square < self.best[row]) | ((square == self.best[row]) & (face < self.face[row]))
        self.best[row[better]], self.face[row[better]] = square[better], face[better]

    def search(self, tree: Any, faces: Array, radius: float) -> None:
        """Ask a layer: for the nearest centre first, then for all that are near enough to matter."""
        every = np.arange(len(self.points))
        distance, index = tree.query(self.points)
        for i in range(0, len(every), CHUNK):
            self.compare(every[i : i + CHUNK], faces[index[i : i + CHUNK]])
        reach = self.reach(np.sqrt(self.best) + radius, distance + 2 * radius)
        rows = np.flatnonzero(distance <= reach)
        count = tree.query_ball_point(self.points[rows], reach[rows], return_length=True)
        # as many points at a time as have a chunk of candidates between them
        for part in np.split(rows, np.flatnonzero(np.diff(np.cumsum(count) // CHUNK)) + 1):
            found = tree.query_ball_point(self.points[part], reach[part])
            lengths = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
            index = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(lengths.sum()))
            self.compare(np.repeat(part, lengths), faces[index])


def nearest_triangle_by_tree(points: Array, a: Array, b: Array, c: Array) -> Array:
    """Index (n,) of the nearest of the triangles with corners (f, 3) to each of (n, 3)."""
    found = SurfaceSearch(points, triangle(np, a, b, c), Discs.of((a, b, c)))
    for layer in found.discs.layers():
        found.search(*layer)
    return found.face
