"""From the vocabulary of the torture cases to calls of the public API; see `tests.golden.adapters`.

`FUNCS` and `STREAM` have the form that README.md asks for.
"""

from collections.abc import Callable
from typing import Any

import arraylosses as al
from tests._runs import Renamed
from tests.golden.adapters.detection import score_of


def _one_task(**given: Any) -> dict[str, Any]:
    """'binary' is what the absence of classes says."""
    return {k: v for k, v in given.items() if (k, v) != ("average", "binary")} if "average" in given else given


def opacity(alpha: Any, form: str = "binary_entropy") -> Any:
    """Mean entropy of a yes with this probability."""
    losses = {"binary_entropy": al.opacity_loss}
    return losses[form](alpha)


def dice(prob: Any, target: Any, smooth: float = 0.0) -> Any:
    """A loss, with one constant above and below the fraction bar."""
    return al.dice_loss(prob, target, numerator_smoothing=smooth, denominator_smoothing=smooth)


def auce(mean: Any, std: Any, target: Any, levels: Any) -> Any:
    """The mean gap at the levels."""
    return al.auce(mean, std, target, levels=[float(p) for p in levels], average="mean")


FUNCS: dict[str, Callable[..., Any]] = {
    "accuracy": Renamed(al.accuracy),
    "auce": auce,
    "average_precision": Renamed(al.average_precision, score="pred"),
    "ause": Renamed(al.ause),
    "bce": Renamed(al.binary_cross_entropy, prob="pred"),
    "bce_with_logits": Renamed(al.binary_cross_entropy_with_logits, logits="pred"),
    "ciou": score_of(al.pairwise_ciou),
    "chamfer": Renamed(al.chamfer_distance, x="pred", y="target"),
    "cross_entropy": Renamed(al.cross_entropy, logits="pred", weight="class_weights"),
    "dice": dice,
    "diou": score_of(al.pairwise_diou),
    "ece": Renamed(al.expected_calibration_error, confidence="pred", correct="target", n_bins="bins"),
    "emd": Renamed(al.transport_cost, a="pred", b="target"),
    "eikonal": Renamed(al.eikonal_loss, gradients="gradient"),
    "fbeta": Renamed(al.f_beta, _one_task),
    "focal": Renamed(al.focal_loss_with_logits, logits="pred"),
    "gaussian_nll": Renamed(al.gaussian_nll, var="variance"),
    "giou": score_of(al.pairwise_giou),
    "huber": Renamed(al.huber_loss),
    "iou": score_of(al.pairwise_iou),
    "js": Renamed(al.js_divergence, p="pred", q="target"),
    "kl": Renamed(al.kl_divergence, p="target", q="pred"),
    "l1": Renamed(al.absolute_error),
    "l2": Renamed(al.squared_error),
    "log_cosh": Renamed(al.log_cosh_error),
    "lovasz_hinge": Renamed(al.lovasz_hinge, logits="pred"),
    "lovasz_softmax": Renamed(al.lovasz_softmax, prob="pred"),
    "nll": Renamed(al.nll_loss, log_prob="pred"),
    "opacity": opacity,
    "pearson": Renamed(al.pearson_corrcoef),
    "precision": Renamed(al.precision, _one_task),
    "psnr": Renamed(al.psnr),
    "r2": Renamed(al.r2_score),
    "recall": Renamed(al.recall, _one_task),
    "roc_auc": Renamed(al.auroc, score="pred"),
    "smooth_l1": Renamed(al.smooth_l1_loss),
    "spearman": Renamed(al.spearman_corrcoef),
    "ssim": Renamed(al.ssim),
    "wasserstein_1d": Renamed(
        al.wasserstein_distance, u="pred", v="target", u_weights="pred_weights", v_weights="target_weights"
    ),
}

STREAM = {name: call.stream for name, call in FUNCS.items() if isinstance(call, Renamed)}
