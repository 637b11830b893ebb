"""What the standard lacks: primitives, each with a definition in the pure standard."""

from ._primitive import Primitive
from ._twins import TWINS, install
from .convolution import conv2d, max_pool2d
from .derivatives import gradient_and_product
from .draws import permutation_rows
from .elementary import (
    absolute,
    at_most,
    divide,
    in_base,
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
from .neighbours import by_rows, nearest, nearest_several
from .normal import normal_cdf, normal_quantile
from .ranks import sweep, tie_ends, tie_order, tie_ranks, weight_by_value
from .softmax import class_surprise, label_surprise
from .spectrum import half_spectrum
from .sums import (
    arange_like,
    argmax,
    cumulative_product,
    cumulative_sum,
    in_float64,
    one_hot,
    pick,
    pick_rows,
    product_before,
    segment_sum,
    tally,
    total,
    wide,
    wide_total,
)
from .thinning import thinned
from .transport import directions, match, plan, plan_at_cost, power_mean, quantile_gaps, root_of
from .triangles import closest, corners, nearest_triangle, triangle, vector
from .windows import gaussian_taps, halved, pad_image, uniform_taps, window_average, window_moments

install()

__all__ = [
    "TWINS",
    "Primitive",
    "Problem",
    "absolute",
    "arange_like",
    "argmax",
    "at_most",
    "by_rows",
    "class_surprise",
    "closest",
    "conv2d",
    "corners",
    "cumulative_product",
    "cumulative_sum",
    "directions",
    "divide",
    "gaussian_taps",
    "gradient_and_product",
    "half_spectrum",
    "halved",
    "in_base",
    "in_float64",
    "label_surprise",
    "log_gap",
    "match",
    "max_pool2d",
    "mean",
    "multiply",
    "nearest",
    "nearest_several",
    "nearest_triangle",
    "norm",
    "normal_cdf",
    "normal_quantile",
    "one_hot",
    "pad_image",
    "permutation_rows",
    "pick",
    "pick_rows",
    "plan",
    "plan_at_cost",
    "plan_cost",
    "positive_part",
    "potentials",
    "power",
    "power_mean",
    "power_of_two_scale",
    "product_before",
    "quantile_gaps",
    "regularized_cost",
    "root_of",
    "segment_sum",
    "softplus",
    "sqrt",
    "stop_gradient",
    "sweep",
    "tally",
    "thinned",
    "tie_ends",
    "tie_order",
    "tie_ranks",
    "total",
    "triangle",
    "uniform_taps",
    "vector",
    "weight_by_value",
    "wide",
    "wide_total",
    "window_average",
    "window_moments",
    "xlogy",
]
