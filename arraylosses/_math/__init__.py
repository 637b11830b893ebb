"""What the standard lacks: primitives, each with a definition in the pure standard."""

from ._primitive import Primitive
from ._twins import TWINS, install
from .elementary import (
    absolute,
    at_most,
    divide,
    log_gap,
    mean,
    multiply,
    norm,
    positive_part,
    power_of_two_scale,
    softplus,
    sqrt,
    stop_gradient,
    xlogy,
)
from .neighbours import by_rows, nearest, nearest_several
from .ranks import tie_ranks, weight_by_value
from .softmax import class_surprise, label_surprise
from .sums import arange_like, cumulative_sum, one_hot, pick, pick_rows, segment_sum, tally, total
from .thinning import permutation, thinned
from .triangles import closest, corners, nearest_triangle, triangle, vector
from .windows import gaussian_taps, pad_image, uniform_taps, window_average

install()

__all__ = [
    "TWINS",
    "Primitive",
    "absolute",
    "arange_like",
    "at_most",
    "by_rows",
    "class_surprise",
    "closest",
    "corners",
    "cumulative_sum",
    "divide",
    "gaussian_taps",
    "label_surprise",
    "log_gap",
    "mean",
    "multiply",
    "nearest",
    "nearest_several",
    "nearest_triangle",
    "norm",
    "one_hot",
    "pad_image",
    "permutation",
    "pick",
    "pick_rows",
    "positive_part",
    "power_of_two_scale",
    "segment_sum",
    "softplus",
    "sqrt",
    "stop_gradient",
    "tally",
    "thinned",
    "tie_ranks",
    "total",
    "triangle",
    "uniform_taps",
    "vector",
    "weight_by_value",
    "window_average",
    "xlogy",
]
