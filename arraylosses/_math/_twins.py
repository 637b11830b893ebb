"""The one table of native twins: primitive -> library -> native form.

A twin is here because the standard has no way, or because it was measured to be at least 1.5 times as fast on the
library it is for. The conformance laws run each against its pure definition, values and gradients.
"""

from typing import Any

import numpy as np

from .._typing import Array, Axis, Formula, Namespace
from . import convolution, elementary, neighbours, sums
from ._primitive import Primitive

TREE_FROM = 1 << 14
"""Pairs from which building a k-d tree pays."""


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


def numpy_nearest(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """A k-d tree, where SciPy is installed, for whole clouds of finite coordinates."""
    n, m = points.shape[-2], others.shape[-2]
    if n * m < TREE_FROM or not (np.isfinite(points).all() and np.isfinite(others).all()):
        return neighbours.nearest.pure(xp, points, others, present)
    try:
        from scipy.spatial import cKDTree
    except ImportError:
        return neighbours.nearest.pure(xp, points, others, present)
    out = np.empty(points.shape[:-1], dtype=np.int64)
    for i in np.ndindex(points.shape[:-2]):
        where = np.arange(m) if present is None else np.flatnonzero(present[i])
        out[i] = where[cKDTree(others[i][where]).query(points[i])[1]] if where.size else 0
    return out


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


def torch_conv2d(xp: Namespace, x: Array, weight: Array, bias: Array, *, stride: int = 1, padding: int = 0) -> Array:
    from torch.nn.functional import conv2d

    return conv2d(x, weight, bias, stride, padding)


def torch_max_pool2d(xp: Namespace, x: Array, *, size: int, stride: int, ceil_mode: bool = False) -> Array:
    from torch.nn.functional import max_pool2d

    return max_pool2d(x, size, stride, ceil_mode=ceil_mode)


def jax_conv2d(xp: Namespace, x: Array, weight: Array, bias: Array, *, stride: int = 1, padding: int = 0) -> Array:
    from jax.lax import conv_general_dilated

    around = ((padding, padding), (padding, padding))
    return conv_general_dilated(x, weight, (stride, stride), around) + xp.reshape(bias, (1, -1, 1, 1))


def jax_stop_gradient(xp: Namespace, x: Array) -> Array:
    from jax.lax import stop_gradient

    return stop_gradient(x)


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
    convolution.conv2d: {"torch": torch_conv2d, "jax": jax_conv2d},
    convolution.max_pool2d: {"torch": torch_max_pool2d},
    sums.total: {"numpy": numpy_total},
    sums.cumulative_sum: {"numpy": numpy_cumulative_sum, "torch": torch_cumulative_sum},
    sums.tally: {"numpy": numpy_tally, "torch": torch_tally, "jax": jax_tally},
    sums.pick: {"dask": dask_pick},
    neighbours.nearest: {"numpy": numpy_nearest},
}


def install(table: dict[Primitive, dict[str, Any]] = TWINS) -> None:
    for primitive, twins in table.items():
        primitive.twins.update(twins)
