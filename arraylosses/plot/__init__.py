"""Pictures of what the metrics say, drawn by matplotlib, from arrays of any library."""

from ._losses import LossCurveDisplay, loss_curve

__all__ = ["LossCurveDisplay", "loss_curve"]
