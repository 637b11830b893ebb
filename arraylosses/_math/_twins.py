"""The one table of native twins: primitive -> library -> native form.

A twin is here because the standard has no way, or because it was measured to be at least 1.5 times as fast on the
library it is for. The conformance laws run each against its pure definition, values and gradients.
"""

from typing import Any

import numpy as np

from .._typing import Array, Axis, Formula, Namespace
from . import derivatives, elementary, entropic, neighbours, normal, spectrum, sums
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


def numpy_normal_cdf(xp: Namespace, x: Array) -> Array:
    """SciPy's, where it is installed, is 10 times as fast."""
    try:
        from scipy.special import ndtr
    except ImportError:
        return normal.normal_cdf.pure(xp, x)
    return ndtr(x)


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


def jax_stop_gradient(xp: Namespace, x: Array) -> Array:
    from jax.lax import stop_gradient

    return stop_gradient(x)


def jax_gradient_and_product(xp: Namespace, value: Formula, points: Array) -> tuple[Array, Array]:
    from jax import grad, linearize

    gradient, push = linearize(grad(lambda x: value(x).sum()), points)
    return gradient, push(gradient)


def jax_tally(xp: Namespace, values: Array | None, index: Array, n: int) -> Array:
    dtype = index.dtype if values is None else values.dtype
    return xp.zeros(n, dtype=dtype).at[index].add(1 if values is None else values)


def _scanned(xp: Namespace, schedule: Array, *constants: Array) -> Array:
    """Only the prices between the steps are kept for the gradient; what a step holds is made again."""
    import jax

    def body(found: Array, share: Array) -> tuple[Array, None]:
        return entropic.step(xp, found, constants, share), None

    first = xp.zeros_like(xp.concat([constants[1], constants[2]], axis=-1))
    found: Array = jax.lax.scan(jax.checkpoint(body), first, schedule)[0]
    return found


JITTED: dict[str, Formula] = {}


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
    sums.total: {"numpy": numpy_total},
    sums.cumulative_sum: {"numpy": numpy_cumulative_sum, "torch": torch_cumulative_sum},
    sums.cumulative_product: {"torch": torch_cumulative_product},
    sums.tally: {"numpy": numpy_tally, "torch": torch_tally, "jax": jax_tally},
    sums.pick: {"dask": dask_pick},
    spectrum.half_spectrum: {
        "torch": torch_half_spectrum,
        **dict.fromkeys(("numpy", "jax", "cupy", "dask"), fft_half_spectrum),
    },
    neighbours.nearest: {"numpy": numpy_nearest},
    derivatives.gradient_and_product: {"torch": torch_gradient_and_product, "jax": jax_gradient_and_product},
    normal.normal_cdf: {"numpy": numpy_normal_cdf, "torch": torch_normal_cdf},
    normal.normal_quantile: {"numpy": numpy_normal_quantile, "torch": torch_normal_quantile},
    entropic.prices: {"jax": jax_prices},
}


def install(table: dict[Primitive, dict[str, Any]] = TWINS) -> None:
    for primitive, twins in table.items():
        primitive.twins.update(twins)
