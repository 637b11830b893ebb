"""Losses and metrics, each written once for every array library.

Names are loaded on first use: ``import arraylosses`` costs next to nothing. `catalogue` lists what there is.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

HOMES = {
    "boxes": "box_convert giou_loss pairwise_iou",
    "classification": (
        "binary_cross_entropy binary_cross_entropy_with_logits cross_entropy focal_loss focal_loss_with_logits"
    ),
    "decisions": "accuracy cohen_kappa confusion_matrix f1_score f_beta precision recall",
    "divergence": "kl_divergence",
    "fields": "eikonal_loss",
    "image": "psnr ssim total_variation",
    "points": "chamfer_distance",
    "probabilistic": "expected_calibration_error gaussian_nll",
    "ranking": "auroc",
    "regression": (
        "absolute_error huber_loss pearson_corrcoef r2_score root_mean_squared_error spearman_corrcoef squared_error"
    ),
    "_catalogue": "catalogue",
    "_combine": "averaged",
    "_definition": "Facts statistic",
    "_metric": "Function Loss Metric function loss metric",
    "_stream": "Stream stream",
    "_domains": "BINARY BOX Domain IMAGE LABEL MASS NONNEGATIVE PROBABILITY REAL SIMPLEX",
}
"""Subject -> the public names it defines. A name without an underscore in its subject is a metric."""

WHERE = {name: home for home, names in HOMES.items() for name in names.split()}
__all__ = sorted(WHERE)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    value = getattr(import_module(f".{WHERE[name]}", __name__), name) if name in WHERE else _other_name(name)
    globals()[name] = value
    return value


def _other_name(name: str) -> Any:
    """A metric by one of its other names; the suggestion of a near one where there is none."""
    catalogue = import_module("._catalogue", __name__).catalogue
    found = catalogue.find(name)
    if found is None:
        raise AttributeError(f"`arraylosses` has no `{name}`{catalogue.suggestion(name, __all__)}")
    return found


def __dir__() -> list[str]:
    return __all__
