"""The one table of native twins: primitive -> library -> native form.

A twin is here because the standard has no way, or because it was measured to be at least 1.5 times as fast on the
library it is for. The conformance laws run each against its pure definition, values and gradients.
"""

from typing import Any

import numpy as np

from .._typing import Array, Axis, Formula, Namespace
from .._xp import library, readable
from . import (
    _trees,
    convolution,
    derivatives,
    elementary,
    entropic,
    neighbours,
    normal,
    spectrum,
    sums,
    thinning,
    triangles,
)
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


def numpy_normal_cdf(xp: Namespace, x: Array) -> Array:
    """SciPy's, where it is installed, is 10 times as fast; in float64 it is 1000 units off far in the lower tail."""
    try:
        from scipy.special import ndtr
    except ImportError:
        return normal.normal_cdf.pure(xp, x)
    found = np.asarray(ndtr(x))
    far = x < -1
    if x.dtype == np.float64 and far.any():
        found[far] = normal.lower_tail(xp, np.minimum(-x[far], normal.HIDDEN))
    return found


def numpy_normal_quantile(xp: Namespace, p: Array) -> Array:
    """SciPy's, where it is installed, is 10 times as fast."""
    try:
        from scipy.special import ndtri
    except ImportError:
        return normal.normal_quantile.pure(xp, p)
    return ndtri(p)


def torch_normal_cdf(xp: Namespace, x: Array) -> Array:
    """40 times as fast; ``torch.special.ndtr`` itself has no digits in the lower tail."""
    return 0.5 * (x * -(0.5**0.5)).erfc()


def torch_normal_quantile(xp: Namespace, p: Array) -> Array:
    """13 times as fast."""
    from torch.special import ndtri

    return ndtri(p)


def fft_half_spectrum(xp: Namespace, x: Array) -> Array:
    """The fft extension of the standard: n log n, where the definition is n squared."""
    both = xp.fft.rfft(x, axis=-1, norm="forward")
    return xp.concat([xp.real(both), xp.imag(both)], axis=-1)


def torch_half_spectrum(xp: Namespace, x: Array) -> Array:
    """torch transforms no empty batch."""
    return spectrum.half_spectrum.pure(xp, x) if 0 in x.shape else fft_half_spectrum(xp, x)


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


def torch_cumulative_product(xp: Namespace, x: Array) -> Array:
    """For the reason of `torch_cumulative_sum`."""
    return x.cumprod(-1)


def torch_gradient_and_product(xp: Namespace, value: Formula, points: Array) -> tuple[Array, Array]:
    """Of functions, so that derivatives by what they close over, a network's parameters, remain to be taken."""
    from torch.func import grad, vjp

    gradient, pull = vjp(grad(lambda x: value(x).sum()), points)
    return gradient, pull(gradient)[0]


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


def jax_gradient_and_product(xp: Namespace, value: Formula, points: Array) -> tuple[Array, Array]:
    from jax import grad, linearize

    gradient, push = linearize(grad(lambda x: value(x).sum()), points)
    return gradient, push(gradient)


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
    if values is None:
        return xp.zeros(n, dtype=index.dtype).at[index].add(1)
    return sums.in_float64(xp, (values, index), _scattered, n, values.dtype)


def _scattered(xp: Namespace, arrays: Any, n: int, dtype: Any) -> Array:
    """A scatter adds one by one: in float32, 10,000 elements are 100 units off."""
    values, index = arrays
    wide = sums.wide(xp, values)
    return xp.zeros(n, dtype=wide.dtype).at[index].add(wide).astype(dtype)


def _scanned(xp: Namespace, schedule: Array, *constants: Array) -> Array:
    """Only the prices between the steps are kept for the gradient; what a step holds is made again."""
    import jax

    def body(found: Array, share: Array) -> tuple[Array, None]:
        return entropic.step(xp, found, constants, share), None

    first = xp.zeros_like(xp.concat([constants[1], constants[2]], axis=-1))
    found: Array = jax.lax.scan(jax.checkpoint(body), first, schedule)[0]
    return found


JITTED: dict[str, Formula] = {}


def _switched_on(xp: Namespace, arrays: Any, formula: Formula, *options: Any) -> Any:
    import jax

    with jax.enable_x64(True):
        return formula(xp, arrays, *options)


def jax_in_float64(xp: Namespace, arrays: Any, formula: Formula, *options: Any) -> Any:
    """Switched on for one compiled program: outside one, JAX reads the float64 of a derivative as two float32."""
    import jax

    if xp.result_type(float) == xp.float64:
        return formula(xp, arrays, *options)
    static = (0, *range(2, 3 + len(options)))
    return jax.jit(_switched_on, static_argnums=static)(xp, arrays, formula, *options)


def jax_argmax(xp: Namespace, x: Array) -> Array:
    """Of int32 also where float64 is switched on: an int64 would outlive the switch, with a warning."""
    from jax import lax

    return lax.argmax(x, x.ndim - 1, np.int32)


def jax_prices(xp: Namespace, cost: Array, *others: Any) -> Array:
    """Compiled once for its shapes: unrolled, a hundred steps take XLA half a minute."""
    import jax

    *constants, iterations = others
    if "prices" not in JITTED:
        JITTED["prices"] = jax.jit(_scanned, static_argnums=0)
    return JITTED["prices"](xp, xp.asarray(entropic.cooling(iterations), dtype=cost.dtype), cost, *constants)


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
    sums.total: {"numpy": numpy_total, **dict.fromkeys(("torch", "jax", "cupy"), sums.added)},
    sums.in_float64: {"jax": jax_in_float64},
    sums.cumulative_sum: {"numpy": numpy_cumulative_sum, "torch": torch_cumulative_sum},
    sums.cumulative_product: {"torch": torch_cumulative_product},
    sums.tally: {"numpy": numpy_tally, "torch": torch_tally, "jax": jax_tally},
    sums.pick: {"dask": dask_pick},
    sums.argmax: {"jax": jax_argmax},
    spectrum.half_spectrum: {
        "torch": torch_half_spectrum,
        **dict.fromkeys(("numpy", "jax", "cupy", "dask"), fft_half_spectrum),
    },
    derivatives.gradient_and_product: {"torch": torch_gradient_and_product, "jax": jax_gradient_and_product},
    normal.normal_cdf: {"numpy": numpy_normal_cdf, "torch": torch_normal_cdf},
    normal.normal_quantile: {"numpy": numpy_normal_quantile, "torch": torch_normal_quantile},
    entropic.prices: {"jax": jax_prices},
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
