"""Native forms for arrays of JAX; JAX is imported where it is called."""

from collections.abc import Callable
from functools import partial
from math import nan, prod
from typing import Any

import numpy as np

from .._sizes import SIZES
from .._typing import Array, Formula, Namespace
from . import distributions, neighbours, ranks, spectrum, sums, windows

FULL = (np.float32, np.float64)
"""Dtypes whose range and digits tables of exponentials need."""

COORDINATES = 8
"""Up to so many are written out."""

LOOP_FROM = 16
"""Stretches from which JAX is given a loop."""


def conv2d(xp: Namespace, x: Array, weight: Array, bias: Array, *, stride: int = 1, padding: int = 0) -> Array:
    from jax.lax import conv_general_dilated

    around = ((padding, padding), (padding, padding))
    return conv_general_dilated(x, weight, (stride, stride), around) + xp.reshape(bias, (1, -1, 1, 1))


def either(xp: Namespace, holds: Array, usual: Any, rare: Callable[[], Any]) -> Any:
    from jax import lax

    return lax.cond(holds, lambda: usual, rare)


def stop_gradient(xp: Namespace, x: Array) -> Array:
    from jax.lax import stop_gradient

    return stop_gradient(x)


def gradient_and_product(xp: Namespace, value: Formula, points: Array) -> tuple[Array, Array]:
    from jax import grad, linearize

    gradient, push = linearize(grad(lambda x: value(x).sum()), points)
    return gradient, push(gradient)


def normal_mass(xp: Namespace, x: Array) -> Array:
    """4 times as fast."""
    from jax.scipy.special import erf

    found: Array = erf(x * 0.5**0.5)
    return found


def walked(xp: Namespace, step: Formula, carry: Any, rows: Any) -> Any:
    """One step is compiled, not one for each row."""
    from jax import lax

    return lax.scan(lambda before, row: step(xp, before, row), carry, rows)


def divergence(xp: Namespace, pred: Array, target: Array) -> Array:
    """Of float32 3 times as fast, 6 times with its gradient."""
    if not pred.dtype == target.dtype == np.float32:
        pure: Array = distributions.divergence.pure(xp, pred, target)
        return pure
    from . import _jax_distributions as jax

    return jax.divergence(pred, target)


def sum_of_divergences(xp: Namespace, pred: Array, target: Array, *, wide: bool = False, mean: bool = False) -> Array:
    """Twice as fast, where the mean is not small."""
    if wide or not pred.dtype == target.dtype == np.float32:
        pure: Array = distributions.sum_of_divergences.pure(xp, pred, target, wide=wide, mean=mean)
        return pure
    from . import _jax_distributions as jax

    whole = jax.sum_of_divergences(pred, target)
    return whole / (prod(pred.shape[:-1]) or nan) if mean else whole


def by_rows(xp: Namespace, points: Array, find: Formula, rows: int, axis: int = -1) -> Array:
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


def _apart(xp: Namespace, points: Array, others: Array, present: Array | None) -> Array:
    """Squared distances (..., n, m), coordinate by coordinate: XLA makes them while it looks for the least."""
    columns = [points[..., :, None, k] - others[..., None, :, k] for k in range(points.shape[-1])]
    square = sum((gap * gap for gap in columns[1:]), columns[0] * columns[0])
    return square if present is None else xp.where(xp.expand_dims(present, axis=-2), square, xp.inf)


def _by_stretches(xp: Namespace, others: Array, present: Array | None, find: Callable[..., Array]) -> Array:
    """``find`` of each stretch of the others, in a loop: results side by side along a new first axis.

    The last one is filled up with the first point, which a search in order finds before.
    """
    from jax import lax

    m, width = others.shape[-2], SIZES.jax_row
    if m <= width:
        return find(others, present)[None]
    count = -(-m // width)
    place = xp.arange(count * width)
    place = xp.reshape(xp.where(place < m, place, 0), (count, width))

    def one(at: Array) -> Array:
        return find(xp.take(others, at, axis=-2), None if present is None else xp.take(present, at, axis=-1))

    return lax.map(one, place)


def _least(points: Array, others: Array, present: Array | None) -> Array:
    import jax.numpy as xp

    found = _by_stretches(xp, others, present, lambda *part: xp.min(_apart(xp, points, *part), axis=-1))
    return xp.min(found, axis=0)


def nearest(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """4 times as fast: in one search, whose pairs are nowhere written down."""
    if points.shape[-1] > COORDINATES:
        found: Array = neighbours.nearest.pure(xp, points, others, present)
        return found
    several = _by_stretches(xp, others, present, lambda *part: xp.argmin(_apart(xp, points, *part), axis=-1))
    return several[0] if len(several) == 1 else _nearest_of(xp, points, others, present, several)


def _nearest_of(xp: Namespace, points: Array, others: Array, present: Array | None, several: Array) -> Array:
    """The nearest of those that each stretch has found."""
    places = xp.moveaxis(several, 0, -1) + SIZES.jax_row * xp.arange(several.shape[0])
    # beyond the last of them there is the first again
    found = xp.where(places < others.shape[-2], places, 0)
    flat = xp.reshape(found, (*found.shape[:-2], -1))
    gap = points[..., None, :] - xp.reshape(sums.pick_rows(xp, others, flat), (*found.shape, points.shape[-1]))
    square = xp.sum(gap * gap, axis=-1)
    if present is not None:
        square = xp.where(xp.reshape(xp.take_along_axis(present, flat, axis=-1), found.shape), square, xp.inf)
    return sums.pick(xp, found, xp.argmin(square, axis=-1))


def _least_distance(points: Array, others: Array, present: Array | None) -> Array:
    """The root of the least square; where squares would overflow, vanish or be 0, from who has it."""
    import jax.numpy as xp

    square = _least(points, others, present)
    usual = xp.all((square > 1e-30) & (square < 1e30))
    return either(xp, usual, xp.sqrt(square), lambda: neighbours.nearest_distance.pure(xp, points, others, present))


def _with_slope(quick: Formula, slope: Formula) -> Formula:
    """A formula with a derivative of its own, made once."""
    import jax

    if quick.__name__ not in JITTED:
        JITTED[quick.__name__] = form = jax.custom_jvp(quick)
        form.defjvp(slope)
    return JITTED[quick.__name__]


def _found(pure: Formula, quick: Formula, points: Array, others: Array, present: Array | None) -> Array:
    """By the quick form; the derivative is that of the pure one, which has to know the neighbour."""
    import jax
    import jax.numpy as xp

    if points.shape[-1] > COORDINATES:
        return pure(xp, points, others, present)
    form = _with_slope(quick, lambda values, ways: jax.jvp(partial(pure, xp, present=values[2]), values[:2], ways[:2]))
    found: Array = form(points, others, present)
    return found


def nearest_square(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """Twice as fast where no derivative is wanted: a least distance is sooner found than who has it."""
    return _found(neighbours.nearest_square.pure, _least, points, others, present)


def nearest_distance(xp: Namespace, points: Array, others: Array, present: Array | None = None) -> Array:
    """4 times as fast, for the same reason."""
    return _found(neighbours.nearest_distance.pure, _least_distance, points, others, present)


def _bits(xp: Namespace, x: Array) -> Array:
    """Whole numbers in the order of float32: of the negative the greater magnitude is the less, and NaN comes last."""
    from jax import lax

    bits = lax.bitcast_convert_type(xp.where(x == 0, xp.float32(0), x), np.int32)
    return xp.where(x != x, np.int32(0x7FFFFFFF), bits ^ ((bits >> 31) & 0x7FFFFFFF))


def _packed_order(xp: Namespace, x: Array) -> Array:
    from jax import lax

    n = x.shape[-1]
    keys = (_bits(xp, x).astype(np.int64) << 32) | xp.arange(n, dtype=np.int64)
    return (lax.sort(keys, is_stable=False) & 0xFFFFFFFF).astype(np.int32)


def ascending(xp: Namespace, values: Array) -> Array:
    """3 times as fast in float32: a value and its place are one whole number, which XLA sorts without a comparison of
    floats, and without carrying the places along."""
    if values.dtype != np.float32 or values.ndim == 0:
        return ranks.ascending.pure(xp, values)
    order: Array = in_float64(xp, stop_gradient(xp, values), _packed_order)
    return order.astype(xp.result_type(int))


def _unpacked(x: Array) -> Array:
    import jax.numpy as xp
    from jax import lax

    bits = lax.sort(_bits(xp, x), is_stable=False)
    return lax.bitcast_convert_type(bits ^ ((bits >> 31) & 0x7FFFFFFF), np.float32)


def _slope_of_sorted(values: tuple[Any, ...], ways: tuple[Any, ...]) -> Any:
    import jax.numpy as xp

    order = ascending(xp, values[0])
    return tuple(xp.take_along_axis(x[0], order, axis=-1) for x in (values, ways))


def ordered(xp: Namespace, x: Array) -> Array:
    """4 times as fast in float32, as whole numbers."""
    if x.dtype != np.float32:
        return ranks.ordered.pure(xp, x)
    found: Array = _with_slope(_unpacked, _slope_of_sorted)(x)
    return found


def thinned(xp: Namespace, points: Array, radius: float) -> Array:
    """A loop of one step: written out, as many steps as points would be compiled."""
    from jax import lax

    place = xp.arange(points.shape[-2])

    def step(i: Any, left: Array) -> Array:
        gap = points - lax.dynamic_slice_in_dim(points, i, 1, axis=points.ndim - 2)
        near = xp.sum(gap * gap, axis=-1) <= radius * radius
        return left & ~(lax.dynamic_slice_in_dim(left, i, 1, axis=left.ndim - 1) & near & (place > i))

    return lax.fori_loop(0, points.shape[-2], step, xp.ones(points.shape[:-1], dtype=bool))


def tally(xp: Namespace, values: Array | None, index: Array, n: int) -> Array:
    if values is None:
        return xp.zeros(n, dtype=index.dtype).at[index].add(1)
    return sums.in_float64(xp, (values, index), _scattered, n, values.dtype)


def _scattered(xp: Namespace, arrays: Any, n: int, dtype: Any) -> Array:
    """A scatter adds one by one: in float32, 10,000 elements are 100 units off."""
    values, index = arrays
    wide = sums.wide(xp, values)
    return xp.zeros(n, dtype=wide.dtype).at[index].add(wide).astype(dtype)


JITTED: dict[str, Formula] = {}


def _switched_on(xp: Namespace, arrays: Any, formula: Formula, *options: Any) -> Any:
    import jax

    with jax.enable_x64(True):
        return formula(xp, arrays, *options)


def in_float64(xp: Namespace, arrays: Any, formula: Formula, *options: Any) -> Any:
    """Switched on for one compiled program: outside one, JAX reads the float64 of a derivative as two float32."""
    import jax

    if xp.result_type(float) == xp.float64:
        return formula(xp, arrays, *options)
    static = (0, *range(2, 3 + len(options)))
    return jax.jit(_switched_on, static_argnums=static)(xp, arrays, formula, *options)


def columns(xp: Namespace, x: Array) -> tuple[Array, ...]:
    """2 to 5 times as fast with its gradient: that of an index is a padded array, which XLA fills column by column."""
    from jax import lax

    parts = lax.split(x, (1,) * x.shape[-1], axis=x.ndim - 1)
    return tuple(lax.squeeze(part, (x.ndim - 1,)) for part in parts)


def argmax(xp: Namespace, x: Array) -> Array:
    """Of int32 also where float64 is switched on: an int64 would outlive the switch, with a warning."""
    from jax import lax

    return lax.argmax(x, x.ndim - 1, np.int32)


def prices(xp: Namespace, cost: Array, *others: Any) -> Array:
    """2.4 to 4 times as fast, and 1.3 to 1.7 times with its gradient; compiled once for its shapes, for unrolled a
    hundred steps take XLA half a minute.
    """
    import jax

    from . import _jax_scalings

    tables = cost.dtype in FULL and 0 not in cost.shape and cost.shape[-2] * cost.shape[-1] >= SIZES.summed
    way = _jax_scalings.prices if tables else _jax_scalings.by_logarithms
    if way.__name__ not in JITTED:
        JITTED[way.__name__] = jax.jit(way, static_argnums=5)
    return JITTED[way.__name__](cost, *others)


def window_average(xp: Namespace, x: Array, rows: list[float], columns: list[float], stride: int = 1) -> Array:
    """8 times as fast with its gradient."""
    if stride != 1 or (len(rows), len(columns)) == tuple(x.shape[-2:]):
        pure: Array = windows.window_average.pure(xp, x, rows, columns, stride)
        return pure
    from ._jax_windows import windowed

    return windowed(x, tuple(rows), tuple(columns))


total = sums.added
half_spectrum = spectrum.by_fft
