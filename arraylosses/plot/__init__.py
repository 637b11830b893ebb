"""Pictures of what the metrics say, drawn by matplotlib, from arrays of any library.

Each function takes the arrays of the metric of the same idea, draws them, and returns a display: the axes, what was
drawn on them, and the data as NumPy. matplotlib is imported when the first picture is drawn.

>>> import numpy as np, arraylosses as al
>>> display = al.plot.roc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
>>> display.ax_.get_ylabel()
'true positive rate'
"""

from ._calibration import (
    CoverageDisplay,
    ReliabilityDisplay,
    SparsificationDisplay,
    coverage,
    reliability,
    sparsification,
)
from ._clouds import PointDistancesDisplay, point_distances
from ._display import Display
from ._images import ErrorMapDisplay, SsimMapDisplay, error_map, ssim_map
from ._losses import LossCurveDisplay, loss_curve
from ._scores import ConfusionDisplay, PrecisionRecallDisplay, RocDisplay, confusion, precision_recall, roc

__all__ = [
    "ConfusionDisplay",
    "CoverageDisplay",
    "Display",
    "ErrorMapDisplay",
    "LossCurveDisplay",
    "PointDistancesDisplay",
    "PrecisionRecallDisplay",
    "ReliabilityDisplay",
    "RocDisplay",
    "SparsificationDisplay",
    "SsimMapDisplay",
    "confusion",
    "coverage",
    "error_map",
    "loss_curve",
    "point_distances",
    "precision_recall",
    "reliability",
    "roc",
    "sparsification",
    "ssim_map",
]
