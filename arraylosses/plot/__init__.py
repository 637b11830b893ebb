"""Pictures of what the metrics say, drawn by matplotlib, from arrays of any library."""

from ._clouds import PointDistancesDisplay, point_distances
from ._images import ErrorMapDisplay, SsimMapDisplay, error_map, ssim_map
from ._losses import LossCurveDisplay, loss_curve

__all__ = [
    "ErrorMapDisplay",
    "LossCurveDisplay",
    "PointDistancesDisplay",
    "SsimMapDisplay",
    "error_map",
    "loss_curve",
    "point_distances",
    "ssim_map",
]
