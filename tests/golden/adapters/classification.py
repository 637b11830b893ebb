"""Classification and information."""

from collections.abc import Callable
from math import prod
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import NotYet

from ._common import TORCH_LOG_FLOOR, Array, Word, in_base, per_element


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
    base: float | None = None,
    **options: Any,
) -> Array:
    """Of labels or of distributions: the dtype of the target tells which."""
    goal = target if target_probs is None else target_probs
    return in_base(al.cross_entropy(logits, goal, class_weights=class_weight, **options), base)


def kl_divergence(p: Array, q: Array, base: float | None = None, axis: int = -1) -> Array:
    """D(p || q) of each pair."""
    return in_base(al.kl_divergence(q, p, class_axis=axis, reduction="none"), base)


def kl_divergence_from_log_probs(log_q: Array, p: Array, reduction: Word = "mean") -> Array:
    """torch's, whose 'mean' is over the classes too."""
    ways: dict[str, dict[str, Any]] = {
        "batchmean": {},
        "mean": {"avg_factor": prod(p.shape)},
        "sum": {"reduction": "sum"},
    }
    if reduction not in ways:
        raise NotYet(f"`kl_divergence` has one value a distribution; {reduction!r} asks for one a class.")
    return al.kl_divergence(array_namespace(log_q).exp(log_q), p, **ways[reduction])


def information_content(p: Array, base: float | None = None) -> Array:
    """The surprise that an event of this probability has happened."""
    certain = array_namespace(p).ones_like(p)
    return in_base(al.binary_cross_entropy(p, certain, reduction="none"), base)


def sigmoid_focal_loss(logits: Array, target: Array, alpha: float | None = 0.25, **options: Any) -> Array:
    """torchvision's and mmdet's."""
    return per_element(al.focal_loss_with_logits, logits, target, alpha=alpha, **options)


def focal_loss_with_probs(probs: Array, target: Array, alpha: float | None = 0.25, **options: Any) -> Array:
    """mmdet's of probabilities."""
    return per_element(al.focal_loss, probs, target, alpha=alpha, log_floor=TORCH_LOG_FLOOR, **options)


def balanced_cross_entropy(probs: Array, target: Array, alpha: Any, reduction: Word = "mean") -> Array:
    """Focal loss without focus; 'balanced' weighs positives by the share of negatives."""
    if alpha == "balanced":
        alpha = 1 - array_namespace(target).mean(target)
    return al.focal_loss(probs, target, gamma=0.0, alpha=alpha, log_floor=TORCH_LOG_FLOOR, reduction=reduction)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "balanced_cross_entropy": balanced_cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "cross_entropy": cross_entropy,
    "focal_loss_with_probs": focal_loss_with_probs,
    "information_content": information_content,
    "kl_divergence": kl_divergence,
    "kl_divergence_from_log_probs": kl_divergence_from_log_probs,
    "sigmoid_focal_loss": sigmoid_focal_loss,
}
