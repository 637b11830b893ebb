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
from .entropic import Problem, plan_cost, potentials, regularized_cost
from .neighbours import nearest
from .ranks import tie_ranks, weight_by_value
from .softmax import class_surprise, label_surprise
from .sums import arange_like, cumulative_sum, one_hot, pick, pick_rows, segment_sum, tally, total
from .transport import directions, match, plan, power_mean, quantile_gaps, root_of
from .windows import gaussian_taps, pad_image, uniform_taps, window_average

install()

__all__ = [
    "TWINS",
    "Primitive",
    "Problem",
    "absolute",
    "arange_like",
    "at_most",
    "class_surprise",
    "cumulative_sum",
    "directions",
    "divide",
    "gaussian_taps",
    "label_surprise",
    "log_gap",
    "match",
    "mean",
    "multiply",
    "nearest",
    "norm",
    "one_hot",
    "pad_image",
    "pick",
    "pick_rows",
    "plan",
    "plan_cost",
    "positive_part",
    "potentials",
    "power_mean",
    "power_of_two_scale",
    "quantile_gaps",
    "regularized_cost",
    "root_of",
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
