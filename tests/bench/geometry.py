"""Point clouds and surfaces."""

from typing import Any

import numpy as np

from .case import Case, Formula, Maker, Size, joined, plain

CLOUDS: tuple[Size, ...] = (2_000, 16_000, 100_000)
BLOCK = 2**24
"""Distances that a block of a table holds."""


def clouds(rng: Any, n: int) -> list[Any]:
    return list(rng.random((2, n, 3), dtype=np.float32))


def torus(rng: Any, n: int) -> list[Any]:
    """Points about a torus of 5000 triangles."""
    sides = 50
    turn, tube = (2 * np.pi * x.ravel() / sides for x in np.mgrid[:sides, :sides])
    far = 1 + 0.4 * np.cos(tube)
    vertices = np.stack([far * np.cos(turn), far * np.sin(turn), 0.4 * np.sin(tube)], axis=-1)
    corner = np.arange(sides**2).reshape(sides, sides)
    right, above = np.roll(corner, -1, 0), np.roll(corner, -1, 1)
    across = np.roll(right, -1, 1)
    faces = [np.stack(three, -1).reshape(-1, 3) for three in ((corner, right, above), (right, across, above))]
    points = vertices[rng.integers(0, sides**2, n)] + 0.1 * rng.standard_normal((n, 3))
    return [points.astype(np.float32), vertices.astype(np.float32), np.concatenate(faces)]


# ---- nearest points


def table(xp: Any, a: Any, b: Any) -> Any:
    """|x|^2 - 2 x.y + |y|^2."""
    return (a * a).sum(1)[:, None] - 2 * a @ b.T + (b * b).sum(1)


def chamfer(xp: Any, a: Any, b: Any) -> Any:
    square = table(xp, a, b)
    return square.min(1).mean() + square.min(0).mean()


def hausdorff(xp: Any, a: Any, b: Any) -> Any:
    square = table(xp, a, b)
    return xp.sqrt(xp.maximum(square.min(1).max(), square.min(0).max()))


def by_tree(workers: int, read: Formula) -> Maker:
    """From the distances of each to its nearest, both ways."""

    def make() -> Formula:
        from scipy.spatial import cKDTree

        def call(a: Any, b: Any) -> Any:
            return read(*(cKDTree(y).query(x, workers=workers)[0] for x, y in ((a, b), (b, a))))

        return call

    return make


def mean_squares(there: Any, back: Any) -> Any:
    return (there**2).mean() + (back**2).mean()


def farthest(there: Any, back: Any) -> Any:
    """Not by Python's `max`, which reads what is traced."""
    far, near = there.max(), back.max()
    return (far + near + abs(far - near)) / 2


def directed() -> Formula:
    from scipy.spatial.distance import directed_hausdorff

    return lambda a, b: max(directed_hausdorff(a, b)[0], directed_hausdorff(b, a)[0])


def nearest(a: Any, b: Any, rows: int) -> tuple[Any, Any]:
    """Indices of the nearest, both ways, by so many rows of the table at a time."""
    import torch

    there, back = [], torch.zeros(b.shape[0], dtype=torch.int64, device=a.device)
    least = torch.full_like(b[:, 0], torch.inf)
    for start in range(0, a.shape[0], rows):
        distance = torch.cdist(a[start : start + rows], b, compute_mode="donot_use_mm_for_euclid_dist")
        there.append(distance.argmin(1))
        value, index = distance.min(0)
        nearer = value < least
        least, back = torch.where(nearer, value, least), torch.where(nearer, index + start, back)
    return torch.cat(there), back


def by_indices(chunked: bool, read: Formula) -> Maker:
    """A table of distances that no gradient goes through, whole or by blocks, and then the pairs alone."""

    def make() -> Formula:
        import torch

        def call(a: Any, b: Any) -> Any:
            with torch.no_grad():
                there, back = nearest(a, b, max(1, BLOCK // b.shape[0]) if chunked else a.shape[0])
            pairs = ((a, b[there]), (b, a[back]))
            return read(*(torch.linalg.vector_norm(x - y, dim=1) for x, y in pairs))

        return call

    return make


def by_scan(read: Formula) -> Maker:
    """The same in JAX."""

    def make() -> Formula:
        import jax
        import jax.numpy as jnp

        def call(a: Any, b: Any) -> Any:
            rows = max(1, BLOCK // b.shape[0])
            there = jax.lax.map(lambda x: jnp.argmin(((x - b) ** 2).sum(1)), a, batch_size=rows)
            back = jax.lax.map(lambda x: jnp.argmin(((x - a) ** 2).sum(1)), b, batch_size=rows)
            return read(*(jnp.sqrt(((x - y) ** 2).sum(1)) for x, y in ((a, b[there]), (b, a[back]))))

        return call

    return make


# ---- surfaces


def to_segment(xp: Any, x: Any, p: Any, q: Any) -> Any:
    along = q - p
    place = xp.clip(((x - p) * along).sum(-1) / (along * along).sum(-1), 0.0, 1.0)
    return ((x - p - place[..., None] * along) ** 2).sum(-1)


def to_surface(xp: Any, points: Any, vertices: Any, faces: Any) -> Any:
    """Every point with every triangle: the plane where the foot is inside, else the nearest side."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    x, normal = points[:, None], xp.linalg.cross(b - a, c - a)
    best, inside = None, True
    for p, q in ((a, b), (b, c), (c, a)):
        side = to_segment(xp, x, p, q)
        best = side if best is None else xp.minimum(best, side)
        inside = inside & ((xp.linalg.cross((q - p)[None], x - p) * normal).sum(-1) >= 0)
    height = ((x - a) * normal).sum(-1) ** 2 / (normal * normal).sum(-1)
    square = xp.where(inside, height, best)
    return xp.sqrt(square.min(1).values if hasattr(square, "detach") else square.min(1)).mean()


def trimesh() -> Formula:
    from trimesh import Trimesh
    from trimesh.proximity import closest_point

    nearest: Formula = closest_point
    return lambda points, vertices, faces: nearest(Trimesh(vertices, faces, process=False), points)[1].mean()


# ---- cases

WHOLE = {"formula": 20_000, "cdist": 20_000, "cdist by blocks": 20_000, "formula by blocks": 20_000}
"""Tables that fit in memory, and blocks of them that end within minutes."""

CASES = (
    Case(
        "chamfer_distance",
        clouds,
        joined(
            plain(chamfer, "numpy", "jax"),
            {
                "numpy": {"cKDTree": by_tree(1, mean_squares), "cKDTree, all cores": by_tree(-1, mean_squares)},
                "torch": {"cdist": by_indices(False, mean_squares), "cdist by blocks": by_indices(True, mean_squares)},
                "jax": {"formula by blocks": by_scan(mean_squares)},
            },
        ),
        CLOUDS,
        quick=500,
        tolerance=2e-3,
        at_most=WHOLE,
        # its squares cancel, and the nearest is at times another point
        values_only=frozenset({"formula"}),
    ),
    Case(
        "hausdorff_distance",
        clouds,
        joined(
            plain(hausdorff, "numpy", "jax"),
            {
                "numpy": {
                    "cKDTree": by_tree(1, farthest),
                    "cKDTree, all cores": by_tree(-1, farthest),
                    "directed_hausdorff": directed,
                },
                "torch": {"cdist": by_indices(False, farthest), "cdist by blocks": by_indices(True, farthest)},
                "jax": {"formula by blocks": by_scan(farthest)},
            },
        ),
        CLOUDS,
        quick=500,
        trained=False,
        tolerance=2e-3,
        at_most=WHOLE,
    ),
    Case(
        "point_to_surface_distance",
        torus,
        joined(plain(to_surface, "numpy", "torch", "jax"), {"numpy": {"trimesh": trimesh}}),
        (100, 1_000, 10_000),
        quick=30,
        tolerance=1e-3,
        at_most={"formula": 1_000},
    ),
)
