"""The one table of native twins: primitive -> library -> native form.

A twin is here because the standard has no way, or because it was measured to be at least 1.5 times as fast on the
library it is for. The conformance laws run each against its pure definition, values and gradients.
"""

from typing import Any

from .._typing import Array, Formula, Namespace
from . import _jax_twins as jax
from . import (
    _numpy_sums,
    central,
    convolution,
    derivatives,
    differences,
    divergence,
    elementary,
    entropic,
    logits,
    neighbours,
    normal,
    ranks,
    softmax,
    spectrum,
    sums,
    thinning,
    triangles,
    windows,
)
from . import _numpy_twins as numpy
from . import _torch_twins as torch
from ._primitive import Primitive


def dask_pick(xp: Namespace, x: Array, index: Array) -> Array:
    """Dask has no take_along_axis."""
    return xp.sum(xp.where(sums.one_hot(xp, index, x.shape[-1]), x, 0.0), axis=-1)


TWINS: dict[Primitive, dict[str, Formula]] = {
    elementary.stop_gradient: {"torch": torch.stop_gradient, "jax": jax.stop_gradient},
    elementary.absolute: {"numpy": numpy.absolute, "torch": torch.absolute, "cupy": numpy.absolute},
    elementary.at_most: {"numpy": numpy.at_most},
    elementary.softplus: {"torch": torch.softplus},
    elementary.largest: {"numpy": numpy.largest, "torch": torch.largest},
    elementary.either: {"numpy": numpy.either, "torch": torch.either, "jax": jax.either},
    central.second_moments: {"numpy": numpy.second_moments, "torch": torch.second_moments},
    central.spread_and_error: {"numpy": numpy.spread_and_error, "torch": torch.spread_and_error},
    ranks.ordered: {"numpy": numpy.ordered, "torch": torch.ordered},
    ranks.spread_of_pairs: {"numpy": numpy.spread_of_pairs, "torch": torch.spread_of_pairs},
    ranks.ascending: {"numpy": numpy.ascending, "torch": torch.ascending},
    sums.inner: {"numpy": numpy.inner},
    elementary.extremes: {"torch": torch.extremes},
    divergence.divergence: {"torch": torch.divergence},
    logits.logit_surprise: {"torch": torch.logit_surprise},
    logits.focal_surprise: {"torch": torch.focal_surprise},
    softmax.label_surprise: {"numpy": numpy.label_surprise, "torch": torch.label_surprise},
    differences.squared_difference: {"torch": torch.squared_difference},
    differences.huber: {"torch": torch.huber},
    differences.smooth_l1: {"torch": torch.smooth_l1},
    differences.sum_of_squares: {"numpy": _numpy_sums.sum_of_squares},
    differences.sum_of_absolutes: {"numpy": _numpy_sums.sum_of_absolutes},
    differences.sum_of_huber: {"numpy": _numpy_sums.sum_of_huber},
    differences.sum_of_smooth_l1: {"numpy": _numpy_sums.sum_of_smooth_l1},
    convolution.conv2d: {"torch": torch.conv2d, "jax": jax.conv2d},
    convolution.max_pool2d: {"torch": torch.max_pool2d},
    sums.total: {"numpy": numpy.total, **dict.fromkeys(("torch", "jax", "cupy"), sums.added)},
    sums.in_float64: {"jax": jax.in_float64},
    sums.cumulative_sum: {"numpy": numpy.cumulative_sum, "torch": torch.cumulative_sum},
    sums.cumulative_product: {"torch": torch.cumulative_product},
    sums.tally: {"numpy": numpy.tally, "torch": torch.tally, "jax": jax.tally},
    sums.pick: {"dask": dask_pick},
    sums.argmax: {"jax": jax.argmax},
    spectrum.half_spectrum: {
        "torch": torch.half_spectrum,
        **dict.fromkeys(("numpy", "jax", "cupy", "dask"), spectrum.by_fft),
    },
    derivatives.gradient_and_product: {"torch": torch.gradient_and_product, "jax": jax.gradient_and_product},
    normal.normal_cdf: {"numpy": numpy.normal_cdf, "torch": torch.normal_cdf},
    normal.normal_quantile: {"numpy": numpy.normal_quantile, "torch": torch.normal_quantile},
    windows.window_average: {"numpy": numpy.window_average, "torch": torch.window_average},
    entropic.prices: {"jax": jax.prices},
    neighbours.by_rows: {"jax": jax.by_rows},
    neighbours.table_by_rows: {"numpy": numpy.table_by_rows, "torch": torch.table_by_rows},
    neighbours.nearest_distance: {
        "numpy": numpy.nearest_distance,
        "torch": torch.on_the_host(neighbours.nearest_distance, numpy.nearest_distance, keeps=False),
    },
    neighbours.nearest_square: {
        "numpy": numpy.nearest_square,
        "torch": torch.on_the_host(neighbours.nearest_square, numpy.nearest_square, keeps=False),
        "jax": jax.nearest_square,
    },
    neighbours.nearest: {
        "numpy": numpy.nearest,
        "torch": torch.on_the_host(neighbours.nearest, numpy.nearest),
        "jax": jax.nearest,
    },
    neighbours.nearest_several: {
        "numpy": numpy.nearest_several,
        "torch": torch.on_the_host(neighbours.nearest_several, numpy.nearest_several),
    },
    thinning.thinned: {
        "numpy": numpy.thinned,
        "torch": torch.on_the_host(thinning.thinned, numpy.thinned),
        "jax": jax.thinned,
    },
    triangles.nearest_triangle: {
        "numpy": numpy.nearest_triangle,
        "torch": torch.on_the_host(triangles.nearest_triangle, numpy.nearest_triangle),
    },
}


def install(table: dict[Primitive, dict[str, Any]] = TWINS) -> None:
    for primitive, twins in table.items():
        primitive.twins.update(twins)
