"""What the standard lacks: primitives, each with a definition in the pure standard."""

from ._primitive import Primitive
from ._twins import TWINS, install
from .convolution import conv2d, max_pool2d
from .draws import permutation_rows
from .elementary import (
    absolute,
    at_most,
    divide,
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
from .neighbours import nearest
from .ranks import tie_ranks, weight_by_value
from .softmax import class_surprise, label_surprise
from .sums import arange_like, cumulative_sum, one_hot, pick, pick_rows, segment_sum, tally, total
from .windows import gaussian_taps, halved, pad_image, uniform_taps, window_average

install()

__all__ = [
    "TWINS",
    "Primitive",
    "absolute",
    "arange_like",
    "at_most",
    "class_surprise",
    "conv2d",
    "cumulative_sum",
    "divide",
    "gaussian_taps",
    "halved",
    "label_surprise",
    "log_gap",
    "max_pool2d",
    "mean",
    "multiply",
    "nearest",
    "norm",
    "one_hot",
    "pad_image",
    "permutation_rows",
    "pick",
    "pick_rows",
    "positive_part",
    "power",
    "power_of_two_scale",
    "segment_sum",
    "softplus",
    "sqrt",
    "stop_gradient",
    "tally",
    "tie_ranks",
    "total",
    "uniform_taps",
    "weight_by_value",
    "window_average",
    "xlogy",
]
