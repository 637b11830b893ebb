"""Nearest triangles: trees against comparing all; the seven regions; derivatives of triangles that are hardly any."""

from typing import Any

import array_api_compat.numpy as xp
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import arraylosses as al
from arraylosses._math import _trees as trees
from arraylosses._math import corners, nearest, nearest_several, nearest_triangle, thinned
from arraylosses._xp import library

RNG = np.random.default_rng(5)
FACES = RNG.integers(0, 60, (130, 3))  # some of them name a vertex twice
assert library(FACES).name == "numpy"


def mesh(kind: str) -> tuple[Any, Any]:
    """Vertices, and points to ask for."""
    vertices, points = RNG.normal(size=(60, 3)), RNG.normal(size=(200, 3))
    if kind == "ties":
        return vertices.round(), (2 * points).round() / 2
    if kind == "slivers":
        return vertices * np.array([1.0, 1e-7, 0.0]), points
    if kind == "huge and tiny":
        return vertices * np.where(np.arange(60) < 40, 1e-3, np.where(np.arange(60) < 57, 1.0, 1e4))[:, None], points
    if kind == "centre of a sphere":
        return vertices / np.linalg.norm(vertices, axis=-1, keepdims=True), 1e-12 * points
    if kind == "far away":
        return vertices, 1e5 * points
    return (0 * vertices, points) if kind == "one point" else (vertices, points)


KINDS = ["random", "ties", "slivers", "huge and tiny", "centre of a sphere", "far away", "one point"]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_finds_what_comparing_all_finds(kind: str, dtype: str) -> None:
    for _ in range(3):
        vertices, points = (x.astype(dtype) for x in mesh(kind))
        chosen = corners(xp, vertices, FACES)
        want = nearest_triangle.pure(xp, points, *chosen)
        assert np.array_equal(trees.nearest_triangle_by_tree(points, *chosen), want)


def test_chunks_of_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "CHUNK", 50)
    vertices, points = mesh("random")
    chosen = corners(xp, vertices, FACES)
    want = nearest_triangle.pure(xp, points, *chosen)
    assert np.array_equal(trees.nearest_triangle_by_tree(points, *chosen), want)


@pytest.mark.parametrize("primitive", [nearest, nearest_several, nearest_triangle, thinned], ids=lambda p: p.__name__)
def test_without_scipy(primitive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments: dict[str, tuple[Any, ...]] = {
        "nearest": (RNG.normal(size=(150, 3)),),
        "nearest_several": (RNG.normal(size=(150, 3)), 4),
        "nearest_triangle": corners(xp, *(mesh("random")[0], FACES)),
        "thinned": (0.5,),
    }
    points, others = RNG.normal(size=(200, 3)), arguments[primitive.__name__]
    by_tree = primitive.form("numpy")(xp, points, *others)
    monkeypatch.setattr(trees, "tree_class", lambda: None)
    assert np.array_equal(primitive.form("numpy")(xp, points, *others), by_tree)


def test_points_that_are_not_finite_are_compared() -> None:
    points, target = RNG.normal(size=(200, 3)), RNG.normal(size=(200, 3))
    points[3, 1] = np.nan
    assert np.isnan(al.chamfer_distance(points, target))
    assert np.isnan(al.point_to_surface_distance(points, mesh("random")[0], FACES))
    keep = al.radius_downsample(points, radius=0.3)
    assert np.flatnonzero(np.isnan(keep)).tolist() == [3]


TRIANGLE = np.array([[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [0.0, 4.0, 0.0]])
REGIONS = {
    "inside": ([1.0, 1.0, 2.0], [1.0, 1.0, 0.0]),
    "first side": ([1.0, -3.0, 4.0], [1.0, 0.0, 0.0]),
    "second side": ([-3.0, 1.0, 4.0], [0.0, 1.0, 0.0]),
    "third side": ([4.0, 4.0, 0.0], [2.0, 2.0, 0.0]),
    "first corner": ([-1.0, -2.0, 2.0], [0.0, 0.0, 0.0]),
    "second corner": ([6.0, -1.0, 2.0], [4.0, 0.0, 0.0]),
    "third corner": ([-1.0, 6.0, 2.0], [0.0, 4.0, 0.0]),
}


@pytest.mark.parametrize("region", REGIONS)
def test_regions(region: str) -> None:
    """The gradient points away from the nearest point, and the mesh is pushed where it is."""
    point, nearest_point = map(np.array, REGIONS[region])
    given = [torch.tensor(x, requires_grad=True) for x in (point[None], TRIANGLE)]
    distance = al.point_to_surface_distance(*given, torch.tensor([[0, 1, 2]]))
    away = (point - nearest_point) / np.linalg.norm(point - nearest_point)
    assert distance.item() == pytest.approx(np.linalg.norm(point - nearest_point), rel=1e-15)
    slope, push = torch.autograd.grad(distance, given)
    np.testing.assert_allclose(slope.numpy()[0], away, atol=1e-15)
    np.testing.assert_allclose(push.numpy().sum(0), -away, atol=1e-15)
    shares = -push.numpy() @ away
    np.testing.assert_allclose(shares @ TRIANGLE, nearest_point, atol=1e-14)


DEGENERATE = {
    "on a line": [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [3.0, 3.0, 3.0]],
    "hardly off a line": [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0 + 1e-16], [0.3, 0.3 + 1e-17, 0.3]],
    "two corners alike": [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]],
    "one point": [[1.0, 2.0, 3.0]] * 3,
}


@pytest.mark.parametrize("kind", DEGENERATE)
def test_triangles_without_area(kind: str) -> None:
    """They are segments and points, and no derivative is NaN."""
    vertices, points = np.array(DEGENERATE[kind]), RNG.normal(size=(20, 3))
    first, last = vertices[0], vertices[np.argmax(((vertices - vertices[0]) ** 2).sum(-1))]
    side = last - first
    along = np.clip((points - first) @ side / max(side @ side, 1e-300), 0, 1)
    want = np.linalg.norm(points - first - along[:, None] * side, axis=-1)
    np.testing.assert_allclose(al.distances_to_surface(points, vertices, np.array([[0, 1, 2]])), want, rtol=1e-13)
    given = [torch.tensor(x, requires_grad=True) for x in (points, vertices)]
    face = torch.tensor([[0, 1, 2]])
    for value in (
        al.point_to_surface_distance(*given, face),
        al.dirdist_meshes(given[1], face, given[1] + 1.0, face, given[0].detach()),
    ):
        assert all(
            torch.isfinite(g).all() for g in torch.autograd.grad(value, given, allow_unused=True) if g is not None
        )


def test_a_loop_of_jax_is_a_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many chunks, compiled as one step."""
    from arraylosses._math import neighbours, triangles

    monkeypatch.setattr(neighbours, "CHUNK", 3 * 5 * 2)
    monkeypatch.setattr(triangles, "CHUNK", 130 * 2)
    vertices, points = (x.astype("float32") for x in mesh("random"))
    points, others = points[:37], vertices[:5]
    distance = jax.jit(al.point_to_surface_distance)(*map(jnp.asarray, (points, vertices, FACES)))
    assert float(distance) == pytest.approx(float(al.point_to_surface_distance(points, vertices, FACES)), rel=1e-5)
    chamfer = jax.jit(al.chamfer_distance)(*map(jnp.asarray, (points, others)))
    assert float(chamfer) == pytest.approx(float(al.chamfer_distance(points, others)), rel=1e-5)
    seen = jax.jit(al.dirdist_point_clouds)(*map(jnp.asarray, (others, others + 1, points)))
    assert float(seen) == pytest.approx(float(al.dirdist_point_clouds(others, others + 1, points)), rel=1e-5)


def test_a_seed_draws_one_order_on_every_library() -> None:
    points = RNG.normal(size=(40, 3))
    keep = al.radius_downsample(points, radius=1.0, seed=3)
    assert not np.array_equal(keep, al.radius_downsample(points, radius=1.0))
    for put in (torch.asarray, jnp.asarray):
        assert np.array_equal(np.asarray(al.radius_downsample(put(points), radius=1.0, seed=3)), keep)
