"""Decisions."""

from collections.abc import Callable
from typing import Any

import arraylosses as al
from tests._runs import Renamed


def _averaging(**given: Any) -> dict[str, Any]:
    return {k: None if k == "average" and v == "none" else v for k, v in given.items()}


def by_class(metric: Any) -> Renamed:
    """A metric of labels."""
    return Renamed(metric, _averaging, pred_labels="pred", target_labels="target")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "accuracy": Renamed(al.accuracy),
    "confusion_counts": Renamed(al.confusion_counts),
    "f1_score": Renamed(al.f1_score, scores="pred"),
    "fbeta_score": Renamed(al.f_beta),
    "multiclass_accuracy": by_class(al.accuracy),
    "multiclass_f1_score": by_class(al.f1_score),
    "multiclass_precision": by_class(al.precision),
    "multiclass_recall": by_class(al.recall),
    "precision": Renamed(al.precision),
    "recall": Renamed(al.recall),
}
