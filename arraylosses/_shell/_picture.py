"""The picture of a comparison, by `arraylosses.plot`."""

from importlib import import_module
from pathlib import Path
from typing import Any

from .._files import Kind
from ._two import Two
from ._usage import Usage


def refuse_undrawn(kind: Kind) -> None:
    """A sentence about what has no picture."""
    if kind not in ("image", "points"):
        raise Usage(f"`--plot` draws images and clouds; got {'columns' if kind == 'table' else 'arrays'}.")


def draw(two: Two, title: str, file: Path) -> None:
    """Where two images differ, or how far each point is from the other cloud."""
    figure = _images(two) if two.kind == "image" else _plot().point_distances(two.pred, two.target).figure_
    figure.suptitle(title)
    figure.savefig(file, dpi=150, bbox_inches="tight")


def _plot() -> Any:
    """Imported when a picture is asked for: it needs matplotlib."""
    return import_module("..plot", __package__)


def _images(two: Two) -> Any:
    """The error of each pixel; beside it the similarity about each, where the range is known and a window fits."""
    from matplotlib.figure import Figure

    height, width = two.pred.shape[-2:]
    figure = Figure(figsize=(11.0, min(max(1.0 + 4.0 * height / width, 4.2), 10.0)), layout="constrained")
    left, right = figure.subplots(1, 2)
    _plot().error_map(two.pred, two.target, ax=left)
    try:
        _plot().ssim_map(two.pred, two.target, data_range=two.fill("data_range"), ax=right)
    except ValueError as why:
        right.set_axis_off()
        right.text(0.5, 0.5, f"no map of SSIM:\n{why}", ha="center", va="center", wrap=True)
    return figure
