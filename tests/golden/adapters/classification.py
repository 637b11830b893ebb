"""Classification and information."""

from collections.abc import Callable
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import Renamed

from ._common import TORCH_LOG_FLOOR, Array, Word, per_element


def binary_cross_entropy(pred: Array, target: Array, weight: Array | None = None, reduction: Word = "mean") -> Array:
    """torch's, whose logarithms stop at -100."""
    options: dict[str, Any] = {"weight": weight, "reduction": reduction, "log_floor": TORCH_LOG_FLOOR}
    return per_element(al.binary_cross_entropy, pred, target, **options)


def binary_cross_entropy_with_logits(
    logits: Array, target: Array, pos_weight: Any = None, weight: Array | None = None, reduction: Word = "mean"
) -> Array:
    """torch's."""
    options: dict[str, Any] = {"weight": weight, "reduction": reduction, "pos_weight": pos_weight}
    return per_element(al.binary_cross_entropy_with_logits, logits, target, **options)


def cross_entropy(
    logits: Array,
    target: Array | None = None,
    target_probs: Array | None = None,
    class_weight: Array | None = None,
    **options: Any,
) -> Array:
    """Of labels or of distributions: the dtype of the target tells which."""
    goal = target if target_probs is None else target_probs
    return al.cross_entropy(logits, goal, class_weights=class_weight, **options)


def of_distributions(loss: Any) -> Callable[..., Array]:
    """How far q is from p, of each pair."""

    def value(p: Array, q: Array, axis: int = -1, **options: Any) -> Array:
        return loss(q, p, class_axis=axis, reduction="none", **options)

    return value


def entropy(p: Array, axis: int = -1, **options: Any) -> Array:
    """Of each distribution."""
    return al.entropy(p, class_axis=axis, reduction="none", **options)


def kl_divergence_from_log_probs(log_q: Array, p: Array, reduction: Word = "mean") -> Array:
    """torch's, whose 'mean' is over the classes too, and whose 'none' has a value for each."""
    q = array_namespace(log_q).exp(log_q)
    return al.kl_divergence(q, p) if reduction == "batchmean" else al.relative_entropy(q, p, reduction=reduction)


def information_content(p: Array, **options: Any) -> Array:
    """Of each probability."""
    return al.information_content(p, reduction="none", **options)


def sigmoid_focal_loss(logits: Array, target: Array, alpha: float | None = 0.25, **options: Any) -> Array:
    """torchvision's and mmdet's."""
    return per_element(al.focal_loss_with_logits, logits, target, alpha=alpha, **options)


def focal_loss_with_probs(probs: Array, target: Array, alpha: float | None = 0.25, **options: Any) -> Array:
    """mmdet's of probabilities."""
    return per_element(al.focal_loss, probs, target, alpha=alpha, log_floor=TORCH_LOG_FLOOR, **options)


def categorical_focal_with_probs(probs: Array, target_onehot: Array, alpha: float, **options: Any) -> Array:
    """keras's, whose alpha weighs all classes alike."""
    return alpha * al.categorical_focal_loss(probs, target_onehot, **options)


def balanced_cross_entropy(probs: Array, target: Array, alpha: Any, reduction: Word = "mean") -> Array:
    """By element, focal loss without focus."""
    if reduction != "mean":
        return al.focal_loss(probs, target, gamma=0.0, alpha=alpha, log_floor=TORCH_LOG_FLOOR, reduction=reduction)
    share = None if alpha == "balanced" else alpha
    return al.balanced_cross_entropy(probs, target, alpha=share, log_floor=TORCH_LOG_FLOOR)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "balanced_cross_entropy": balanced_cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "categorical_cross_entropy": Renamed(al.categorical_cross_entropy, probs="pred", target_onehot="target"),
    "categorical_focal_with_probs": categorical_focal_with_probs,
    "cross_entropy": cross_entropy,
    "distribution_cross_entropy": of_distributions(al.categorical_cross_entropy),
    "entropy": entropy,
    "focal_loss_with_probs": focal_loss_with_probs,
    "information_content": information_content,
    "js_divergence": of_distributions(al.js_divergence),
    "kl_divergence": of_distributions(al.kl_divergence),
    "kl_divergence_from_log_probs": kl_divergence_from_log_probs,
    "nll_loss": Renamed(al.nll_loss, log_probs="pred", class_weight="class_weights"),
    "sigmoid_focal_loss": sigmoid_focal_loss,
    "softmax_focal_loss": Renamed(al.softmax_focal_loss, logits="pred", alpha="class_weights"),
}
