"""The one table of native twins: primitive -> the libraries that have a form of their own.

A twin is here because the standard has no way, or because it was measured to be at least 1.5 times as fast on the
library it is for. It stands under the primitive's name in the library's module, which is loaded when an array of the
library is first met. The conformance laws run each against its pure definition, values and gradients.
"""

from . import (
    bins,
    central,
    convolution,
    derivatives,
    differences,
    distributions,
    elementary,
    entropic,
    logits,
    loops,
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
from ._primitive import Primitive

TWINS: dict[Primitive, tuple[str, ...]] = {
    elementary.stop_gradient: ("torch", "jax"),
    elementary.absolute: ("numpy", "torch", "cupy"),
    elementary.at_most: ("numpy",),
    elementary.softplus: ("torch",),
    elementary.largest: ("numpy", "torch"),
    elementary.by_elements: ("torch",),
    elementary.either: ("numpy", "torch", "jax"),
    bins.hits_by_bin: ("numpy",),
    central.second_moments: ("numpy", "torch"),
    central.spread_and_error: ("numpy", "torch"),
    ranks.ordered: ("numpy", "torch", "jax"),
    ranks.spread_of_pairs: ("numpy", "torch"),
    ranks.ascending: ("numpy", "torch", "jax"),
    sums.inner: ("numpy",),
    elementary.extremes: ("numpy", "torch"),
    distributions.divergence: ("numpy", "torch", "jax"),
    logits.logit_surprise: ("torch",),
    logits.focal_surprise: ("torch",),
    softmax.label_surprise: ("numpy", "torch"),
    differences.squared_difference: ("torch",),
    differences.huber: ("torch",),
    differences.smooth_l1: ("torch",),
    differences.sum_of_squares: ("numpy",),
    differences.sum_of_absolutes: ("numpy",),
    differences.sum_of_huber: ("numpy",),
    differences.sum_of_smooth_l1: ("numpy",),
    convolution.conv2d: ("torch", "jax"),
    convolution.max_pool2d: ("torch",),
    sums.total: ("numpy", "torch", "jax", "cupy"),
    sums.wide_total: ("numpy",),
    sums.two_words: ("numpy",),
    sums.count_in_two_words: ("numpy",),
    sums.added_to_words: ("numpy", "torch"),
    sums.in_float64: ("jax",),
    sums.cumulative_sum: ("numpy", "torch"),
    sums.cumulative_product: ("torch",),
    sums.tally: ("numpy", "torch", "jax"),
    sums.pick: ("dask",),
    sums.pick_several: ("dask",),
    sums.argmax: ("jax",),
    spectrum.half_spectrum: ("numpy", "torch", "jax", "cupy", "dask"),
    derivatives.gradient_and_product: ("torch", "jax"),
    normal.normal_cdf: ("numpy", "torch"),
    normal.normal_mass: ("numpy", "torch", "jax"),
    normal.normal_quantile: ("numpy", "torch"),
    windows.window_average: ("numpy", "torch"),
    entropic.prices: ("numpy", "torch", "jax"),
    entropic.soft_minimum: ("numpy", "torch"),
    loops.walked: ("jax",),
    neighbours.by_rows: ("jax",),
    neighbours.table_by_rows: ("numpy", "torch"),
    neighbours.nearest_distance: ("numpy", "torch", "jax"),
    neighbours.nearest_square: ("numpy", "torch", "jax"),
    neighbours.nearest: ("numpy", "torch", "jax"),
    neighbours.nearest_several: ("numpy", "torch"),
    thinning.thinned: ("numpy", "torch", "jax"),
    triangles.nearest_triangle: ("numpy", "torch"),
}


def install(table: dict[Primitive, tuple[str, ...]] = TWINS) -> None:
    for primitive, libraries in table.items():
        primitive.natives = libraries
