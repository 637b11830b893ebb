"""What the standard lacks: primitives, each with a definition in the pure standard."""

import sys

from ._primitive import Primitive
from ._twins import TWINS, install
from .bins import bin_of, hits_by_bin, places
from .blocks import Index, stretches
from .central import centred, products, second_moments, spread_and_error, weighted_total
from .convolution import conv2d, max_pool2d
from .derivatives import gradient_and_product
from .differences import (
    huber,
    smooth_l1,
    squared_difference,
    sum_of_absolutes,
    sum_of_huber,
    sum_of_smooth_l1,
    sum_of_squares,
    sums_of_differences,
)
from .distributions import by_logarithms, divergence, far_apart, massless
from .draws import permutation_rows
from .elementary import (
    absolute,
    at_most,
    by_elements,
    divide,
    either,
    extremes,
    in_base,
    largest,
    log_gap,
    mean,
    multiply,
    norm,
    positive_part,
    power,
    power_of_two_scale,
    softplus,
    sqrt,
    stop_gradient,
    xlogy,
)
from .entropic import Problem, plan_cost, potentials, regularized_cost
from .host import callbacks
from .logits import balance, focal_surprise, logit_parts, logit_surprise, steady_power
from .loops import walked
from .neighbours import by_rows, nearest, nearest_distance, nearest_several, nearest_square, table_by_rows
from .normal import normal_cdf, normal_mass, normal_quantile
from .numbers import NUMBERS, as_numbers, words_of
from .ranks import ascending, ordered, spread_of_pairs, sweep, tie_groups, tie_ranks, tie_spans, weight_by_value
from .softmax import class_surprise, label_surprise
from .spectrum import half_spectrum
from .sums import (
    added_to_words,
    arange_like,
    argmax,
    cumulative_product,
    cumulative_sum,
    in_float64,
    inner,
    joined_words,
    one_hot,
    pick,
    pick_rows,
    pick_several,
    product_before,
    segment_sum,
    tally,
    total,
    two_words,
    wide,
    wide_total,
    words_like,
)
from .thinning import thinned
from .transport import directions, match, plan, plan_at_cost, power_mean, quantile_gaps, root_of
from .triangles import closest, corners, nearest_triangle, triangle, vector
from .windows import gaussian_taps, halved, pad_image, uniform_taps, window_average, window_moments

install()

if "torch" in sys.modules:  # the first call of all may be a compiled one
    total.form("torch")

__all__ = [
    "NUMBERS",
    "TWINS",
    "Index",
    "Primitive",
    "Problem",
    "absolute",
    "added_to_words",
    "arange_like",
    "argmax",
    "as_numbers",
    "ascending",
    "at_most",
    "balance",
    "bin_of",
    "by_elements",
    "by_logarithms",
    "by_rows",
    "callbacks",
    "centred",
    "class_surprise",
    "closest",
    "conv2d",
    "corners",
    "cumulative_product",
    "cumulative_sum",
    "directions",
    "divergence",
    "divide",
    "either",
    "extremes",
    "far_apart",
    "focal_surprise",
    "gaussian_taps",
    "gradient_and_product",
    "half_spectrum",
    "halved",
    "hits_by_bin",
    "huber",
    "in_base",
    "in_float64",
    "inner",
    "joined_words",
    "label_surprise",
    "largest",
    "log_gap",
    "logit_parts",
    "logit_surprise",
    "massless",
    "match",
    "max_pool2d",
    "mean",
    "multiply",
    "nearest",
    "nearest_distance",
    "nearest_several",
    "nearest_square",
    "nearest_triangle",
    "norm",
    "normal_cdf",
    "normal_mass",
    "normal_quantile",
    "one_hot",
    "ordered",
    "pad_image",
    "permutation_rows",
    "pick",
    "pick_rows",
    "pick_several",
    "places",
    "plan",
    "plan_at_cost",
    "plan_cost",
    "positive_part",
    "potentials",
    "power",
    "power_mean",
    "power_of_two_scale",
    "product_before",
    "products",
    "quantile_gaps",
    "regularized_cost",
    "root_of",
    "second_moments",
    "segment_sum",
    "smooth_l1",
    "softplus",
    "spread_and_error",
    "spread_of_pairs",
    "sqrt",
    "squared_difference",
    "steady_power",
    "stop_gradient",
    "stretches",
    "sum_of_absolutes",
    "sum_of_huber",
    "sum_of_smooth_l1",
    "sum_of_squares",
    "sums_of_differences",
    "sweep",
    "table_by_rows",
    "tally",
    "thinned",
    "tie_groups",
    "tie_ranks",
    "tie_spans",
    "total",
    "triangle",
    "two_words",
    "uniform_taps",
    "vector",
    "walked",
    "weight_by_value",
    "weighted_total",
    "wide",
    "wide_total",
    "window_average",
    "window_moments",
    "words_like",
    "words_of",
    "xlogy",
]
