"""The one table of native twins: primitive -> library -> native form.

A twin is here because the standard has no way, or because it was measured to be at least 1.5 times as fast on the
library it is for. The conformance laws run each against its pure definition, values and gradients.
"""

from typing import Any

import numpy as np

from .._typing import Array, Axis, Formula, Namespace
from .._xp import library, readable
from . import _trees, elementary, neighbours, sums, thinning, triangles
from ._primitive import Primitive

TREE_FROM = 1 << 14
"""Pairs from which building a k-d tree pays."""

LOOP_FROM = 16
"""Stretches from which JAX is given a loop."""


def numpy_absolute(xp: Namespace, x: Array) -> Array:
    return np.abs(x)


def numpy_at_most(xp: Namespace, x: Array, bound: float) -> Array:
    return np.minimum(x, bound)


def _pairwise(x: Array, axis: Axis) -> bool:
    """Whether NumPy adds along contiguous memory, and so by halves."""
    if not x.flags.forc:
        return False
    axes = (axis,) if isinstance(axis, int) else axis
    return axes is None or (
        x.flags.c_contiguous and {a % x.ndim for a in axes} == set(range(x.ndim - len(axes), x.ndim))
    )


def numpy_total(xp: Namespace, x: Array, axis: Axis) -> Array:
    """NumPy adds float32 one by one along a strided axis: 37 % off at 2**25 rows."""
    if x.dtype == np.bool_:
        return np.count_nonzero(x, axis=axis)
    if x.dtype != np.float32 or _pairwise(x, axis):
        return np.add.reduce(x, axis=axis)
    return np.add.reduce(x, axis=axis, dtype=np.float64).astype(np.float32)


def numpy_cumulative_sum(xp: Namespace, x: Array) -> Array:
    """In float64: NumPy's running float32 sums are 66 % off at 1e8."""
    return np.cumsum(x, axis=-1, dtype=np.float64).astype(x.dtype) if x.dtype == np.float32 else np.cumsum(x, axis=-1)


def numpy_tally(xp: Namespace, values: Array | None, index: Array, n: int) -> Array:
    """47 times as fast as sorting (1e6 into 1000)."""
    if values is None:
        return np.bincount(index, minlength=n)
    return np.bincount(index, values, n).astype(values.dtype, copy=False)


def _by_tree(n: int, m: int, *clouds: Array) -> bool:
    """Whether a k-d tree is there, pays, and takes the coordinates."""
    return n * m >= TREE_FROM and all(np.isfinite(x).all() for x in clouds) and _trees.tree_class() is not None


def _each(search: Formula, lead: tuple[int, ...], *clouds: Array | None) -> Array:
    """A search of one cloud at a time."""
    found = [search(*(None if x is None else x[i] for x in clouds)) for i in np.ndindex(lead)]
    return np.stack(found).reshape(*lead, *found[0].shape) if found else np.zeros((*lead, 0), dtype=np.int64)


def numpy_nearest(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """A k-d tree for whole clouds."""
    if not _by_tree(points.shape[-2], others.shape[-2], points, others):
        return neighbours.nearest.pure(xp, points, others, present)
    return _each(_trees.nearest_in_tree, points.shape[:-2], points, others, present)


def numpy_nearest_several(xp: Namespace, points: Array, others: Array, k: int) -> Array:
    """A k-d tree for whole clouds."""
    if not _by_tree(points.shape[-2], others.shape[-2], points, others):
        return neighbours.nearest_several.pure(xp, points, others, k)
    return _each(lambda cloud, target: _trees.several_in_tree(cloud, target, k), points.shape[:-2], points, others)


def numpy_thinned(xp: Namespace, points: Array, radius: float) -> Array:
    """A k-d tree: 1e5 points in seconds, where passes over the cloud take minutes."""
    if not _by_tree(points.shape[-2], points.shape[-2], points):
        return thinning.thinned.pure(xp, points, radius)
    return _each(lambda cloud: _trees.thinned_by_tree(cloud, radius), points.shape[:-2], points)


def numpy_nearest_triangle(xp: Namespace, points: Array, a: Array, b: Array, c: Array) -> Array:
    """k-d trees of the centroids, by their size."""
    if not _by_tree(points.shape[-2], a.shape[-2], points, a, b, c):
        return triangles.nearest_triangle.pure(xp, points, a, b, c)
    return _each(_trees.nearest_triangle_by_tree, points.shape[:-2], points, a, b, c)


def on_the_host(primitive: Primitive, native: Formula) -> Formula:
    """A search by NumPy, of torch tensors that lie in host memory and are not traced: no copy is made of them."""

    def search(xp: Namespace, points: Array, *others: Any) -> Array:
        lib = library(points)
        if not readable(lib, points):
            return primitive.pure(xp, points, *others)
        host = (x.numpy() if hasattr(x, "numpy") else x for x in (points, *others))
        return xp.asarray(native(np, *host))

    return search


def torch_stop_gradient(xp: Namespace, x: Array) -> Array:
    return x.detach()


def torch_absolute(xp: Namespace, x: Array) -> Array:
    """Torch's own has subgradient 0 at 0."""
    return x.abs()


def torch_softplus(xp: Namespace, x: Array) -> Array:
    """Above 40 the linear branch is exact in both dtypes; the default, 20, loses digits of float64."""
    from torch.nn.functional import softplus

    return softplus(x, threshold=40.0)


def torch_cumulative_sum(xp: Namespace, x: Array) -> Array:
    """array-api-compat's own looks its namespace up, which warns under torch.compile."""
    return x.cumsum(-1)


def torch_tally(xp: Namespace, values: Array | None, index: Array, n: int) -> Array:
    """Summed in float64 where the device has it: a scatter adds one by one."""
    if values is None:
        return index.new_zeros(n).scatter_add(0, index, index.new_ones(index.shape))
    wide = values if values.device.type == "mps" else values.double()
    return wide.new_zeros(n).scatter_add(0, index, wide).to(values.dtype)


def jax_stop_gradient(xp: Namespace, x: Array) -> Array:
    from jax.lax import stop_gradient

    return stop_gradient(x)


def jax_by_rows(xp: Namespace, points: Array, find: Formula, rows: int, axis: int = -1) -> Array:
    """Many stretches are one step of a loop: written out, thousands would be compiled."""
    from jax import lax

    n, d = points.shape[-2:]
    count = n // rows
    if count < LOOP_FROM:
        return neighbours.by_rows.pure(xp, points, find, rows, axis)
    parts = xp.reshape(points[..., : count * rows, :], (*points.shape[:-2], count, rows, d))
    out = xp.moveaxis(lax.map(find, xp.moveaxis(parts, -3, 0)), 0, axis - 1)
    out = xp.reshape(out, (*points.shape[:-2], count * rows, *out.shape[out.ndim + axis + 1 :]))
    return out if count * rows == n else xp.concat([out, find(points[..., count * rows :, :])], axis=axis)


def jax_thinned(xp: Namespace, points: Array, radius: float) -> Array:
    """A loop of one step: written out, as many steps as points would be compiled."""
    from jax import lax

    place = xp.arange(points.shape[-2])

    def step(i: Any, left: Array) -> Array:
        gap = points - lax.dynamic_slice_in_dim(points, i, 1, axis=points.ndim - 2)
        near = xp.sum(gap * gap, axis=-1) <= radius * radius
        return left & ~(lax.dynamic_slice_in_dim(left, i, 1, axis=left.ndim - 1) & near & (place > i))

    return lax.fori_loop(0, points.shape[-2], step, xp.ones(points.shape[:-1], dtype=bool))


def jax_tally(xp: Namespace, values: Array | None, index: Array, n: int) -> Array:
    dtype = index.dtype if values is None else values.dtype
    return xp.zeros(n, dtype=dtype).at[index].add(1 if values is None else values)


def dask_pick(xp: Namespace, x: Array, index: Array) -> Array:
    """Dask has no take_along_axis."""
    return xp.sum(xp.where(sums.one_hot(xp, index, x.shape[-1]), x, 0.0), axis=-1)


TWINS: dict[Primitive, dict[str, Formula]] = {
    elementary.stop_gradient: {"torch": torch_stop_gradient, "jax": jax_stop_gradient},
    elementary.absolute: {"numpy": numpy_absolute, "torch": torch_absolute, "cupy": numpy_absolute},
    elementary.at_most: {"numpy": numpy_at_most},
    elementary.softplus: {"torch": torch_softplus},
    sums.total: {"numpy": numpy_total},
    sums.cumulative_sum: {"numpy": numpy_cumulative_sum, "torch": torch_cumulative_sum},
    sums.tally: {"numpy": numpy_tally, "torch": torch_tally, "jax": jax_tally},
    sums.pick: {"dask": dask_pick},
    neighbours.by_rows: {"jax": jax_by_rows},
    neighbours.nearest: {"numpy": numpy_nearest, "torch": on_the_host(neighbours.nearest, numpy_nearest)},
    neighbours.nearest_several: {
        "numpy": numpy_nearest_several,
        "torch": on_the_host(neighbours.nearest_several, numpy_nearest_several),
    },
    thinning.thinned: {
        "numpy": numpy_thinned,
        "torch": on_the_host(thinning.thinned, numpy_thinned),
        "jax": jax_thinned,
    },
    triangles.nearest_triangle: {
        "numpy": numpy_nearest_triangle,
        "torch": on_the_host(triangles.nearest_triangle, numpy_nearest_triangle),
    },
}


def install(table: dict[Primitive, dict[str, Any]] = TWINS) -> None:
    for primitive, twins in table.items():
        primitive.twins.update(twins)
