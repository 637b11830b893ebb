"""The pictures of the cards: losses of one number against it, and of some others what they say of drawn data."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

import arraylosses as al

from .facts import Card

SIZE = (3.4, 2.3)
"""Inches: the width of a card."""


def scores() -> tuple[Any, Any]:
    """Of 1000 positives and negatives that overlap."""
    rng = np.random.default_rng(0)
    target = (rng.random(1000) < 0.4) * 1.0
    noisy = 2.0 * target - 1.0 + 1.4 * rng.standard_normal(1000)
    return 1 / (1 + np.exp(-2.0 * noisy)), target


def waves() -> tuple[Any, Any]:
    y, x = np.mgrid[:64, :64] / 64
    target = 0.5 + 0.4 * np.sin(9 * x + 20 * x * y)
    return np.clip(target + 0.25 * np.cos(70 * x) * (y > 0.5), 0, 1), target


def spreads() -> tuple[Any, Any, Any]:
    """Mean, standard deviation and target of predictions that are too sure."""
    rng = np.random.default_rng(1)
    std = rng.uniform(0.3, 1.0, 400)
    return np.zeros(400), std, 1.6 * std * rng.standard_normal(400)


def labels() -> tuple[Any, Any]:
    rng = np.random.default_rng(2)
    target = rng.integers(0, 4, 120)
    return np.where(rng.random(120) < 0.7, target, rng.integers(0, 4, 120)), target


def clouds() -> tuple[Any, Any]:
    """A circle, and one that is dented."""
    turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    target = np.stack([np.cos(turn), np.sin(turn)], -1)
    return target * (1 - 0.35 * np.exp(-4 * (turn[:, None] - 1.5) ** 2)), target


def roc(ax: Any) -> None:
    al.plot.roc(*scores(), ax=ax)


def precision_recall(ax: Any) -> None:
    al.plot.precision_recall(*scores(), ax=ax)


def reliability(ax: Any) -> None:
    al.plot.reliability(*scores(), bins=8, ax=ax)
    ax.set_ylabel("share that is right")


def coverage(ax: Any) -> None:
    al.plot.coverage(*spreads(), ax=ax)


def sparsification(ax: Any) -> None:
    _, std, target = spreads()
    al.plot.sparsification(abs(target), std, ax=ax)


def similarity(ax: Any) -> None:
    al.plot.ssim_map(*waves(), data_range=1.0, ax=ax)


def confusion(ax: Any) -> None:
    al.plot.confusion(*labels(), num_classes=4, ax=ax)


def distances(ax: Any) -> None:
    shown = al.plot.point_distances(*clouds(), ax=ax)
    ax.get_legend().remove()
    shown.figure_.axes[-1].set_ylabel("distance to the other")


OF_DATA: dict[Callable[[Any], None], tuple[str, ...]] = {
    roc: ("auroc", "roc_curve"),
    precision_recall: ("average_precision", "precision_recall_curve"),
    reliability: ("expected_calibration_error", "reliability_curve"),
    coverage: ("auce", "coverage_curve"),
    sparsification: ("ause", "sparsification_curve"),
    similarity: ("ssim", "ssim_loss", "ssim_map"),
    confusion: ("confusion_matrix",),
    distances: ("chamfer_distance", "hausdorff_distance"),
}
"""What is drawn of data, and the metrics that it is about."""
DRAWING = {name: draw for draw, names in OF_DATA.items() for name in names}


def has_curve(card: Card) -> bool:
    """Whether it is a loss of single numbers, of which two at most are given by place."""
    domains = al.catalogue[card.name].definition.domains.values()
    return card.kind == "loss" and not any(d.event or d.label or d.repeated for d in domains)


def drawing(card: Card) -> Callable[[Any], Any] | None:
    if has_curve(card):
        return lambda ax: al.plot.loss_curve(card.name, ax=ax)
    return DRAWING.get(card.name)


def draw(file: Path, drawing: Callable[[Any], Any]) -> None:
    """As a picture of its own, with an id that is the same in every build."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": file.stem, "font.size": 7.5, "lines.linewidth": 1.4, "lines.markersize": 3}):
        figure = Figure(figsize=SIZE, layout="constrained")
        drawing(figure.add_subplot())
        figure.savefig(file, metadata={"Date": None})


def alternative(card: Card) -> str:
    """What the picture is, for who does not see it."""
    found = DRAWING.get(card.name)
    return f"{found.__name__.replace('_', ' ')} of drawn data" if found else f"value and gradient of {card.name}"


def drawn(folder: Path, cards: Iterable[Card]) -> dict[str, str]:
    """Name -> its picture, below docs/; each is drawn once, until the folder is emptied."""
    folder.mkdir(exist_ok=True)
    found = {}
    for card in cards:
        if (how := drawing(card)) is not None:
            file = folder / f"{card.name}.svg"
            if not file.exists():
                draw(file, how)
            found[card.name] = f"{folder.name}/{file.name}"
    return found
