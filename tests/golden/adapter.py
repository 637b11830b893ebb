"""From the vocabulary of the cases to calls of the public API.

An entry composes public calls: a name, an option, a reshape, a factor, `avg_factor`. None restates a formula; what
cannot be said in this way is not served yet.
"""

from collections.abc import Callable
from math import log, prod
from typing import Any

from array_api_compat import array_namespace

import arraylosses as al
from tests._runs import NotYet, Renamed

Array = Any
Word = Any
"""One of the words that an option may be: a string out of a file, which no type can narrow."""

TORCH_LOG_FLOOR = -100.0
"""Where torch, and mmdet after it, stop the logarithm of a probability."""


# ---- what entries have in common


def spread(array: Array, like: Array) -> Array:
    """An array as the cases write it, with axes of one, in the shape of another."""
    return array if array.shape == like.shape else array_namespace(array).broadcast_to(array, like.shape)


def per_element(
    loss: Any, *arrays: Array, weight: Array | None = None, reduction: Word = "mean", **options: Any
) -> Array:
    """A loss as torch and mmdet reduce it: a weighted mean divides by the count, not by the sum of the weights."""
    if weight is None:
        return loss(*arrays, reduction=reduction, **options)
    if reduction == "mean" and options.get("avg_factor") is None:
        options["avg_factor"] = prod(arrays[0].shape)
    return loss(*arrays, weights=spread(weight, arrays[0]), reduction=reduction, **options)


def in_base(value: Array, base: float | None) -> Array:
    """Nats in units of another logarithm."""
    return value if base is None else value / log(base)


@al.loss(value=al.REAL, range=None, best=None)
def given_loss(xp: Any, value: Array, /) -> Array:
    """A loss that the caller has computed: only its reduction is ours."""
    return value


# ---- regression


def smooth_l1_loss(pred: Array, target: Array, beta: float = 1.0, **reduced: Any) -> Array:
    """Huber's loss in units of its width; without width, the absolute error."""
    if beta == 0:
        return al.absolute_error(pred, target, **reduced)
    return al.huber_loss(pred, target, delta=beta, **reduced) / beta


def weight_reduce_loss(loss: Array, weight: Array | None = None, reduction: Word = "mean", **options: Any) -> Array:
    """mmdet's reduction of a loss."""
    return per_element(given_loss, loss, weight=weight, reduction=reduction, **options)


def valid_mean(loss: Any) -> Callable[..., Array]:
    """A mean over rows that are valid, summed over the channels of a row."""

    def mean(pred: Array, target: Array, weight: Array) -> Array:
        return loss(pred, target, weights=weight, avg_factor=array_namespace(weight).sum(weight))

    return mean


# ---- classification


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


# ---- decisions


def _averaging(**given: Any) -> dict[str, Any]:
    return {k: None if k == "average" and v == "none" else v for k, v in given.items()}


def by_class(metric: Any) -> Renamed:
    """A metric of labels."""
    return Renamed(metric, _averaging, pred_labels="pred", target_labels="target")


def confusion_counts(pred: Array, target: Array) -> dict[str, Array]:
    """The four cells of a yes-or-no table."""
    table = al.confusion_matrix(pred, target, num_classes=2)
    return {"tn": table[0, 0], "fp": table[0, 1], "fn": table[1, 0], "tp": table[1, 1]}


# ---- boxes


def corners(boxes: Array, form: Word) -> Array:
    """Boxes by two corners."""
    return boxes if form == "xyxy" else al.box_convert(boxes, in_format=form, out_format="xyxy")


def giou_loss(pred: Array, target: Array, format: Word = "xyxy", eps: float = 0.0, **options: Any) -> Array:
    """torchvision's, within the tolerance of the cases: 0/0 is 0 here by definition, there by ``eps``."""
    return al.giou_loss(corners(pred, format), corners(target, format), **options)


def box_iou(boxes1: Array, boxes2: Array, pairwise: bool = False, format: Word = "xyxy") -> Array:
    """Of each box with each, or row by row."""
    a, b = corners(boxes1, format), corners(boxes2, format)
    return al.pairwise_iou(a, b) if pairwise else al.pairwise_iou(a[..., None, :], b[..., None, :])[..., 0, 0]


def generalized_box_iou(boxes1: Array, boxes2: Array, pairwise: bool = False, format: Word = "xyxy") -> Array:
    """The value whose loss is one minus it, of each box with each, or row by row."""
    a, b = corners(boxes1, format), corners(boxes2, format)
    if pairwise:
        a, b = array_namespace(a).broadcast_arrays(a[..., :, None, :], b[..., None, :, :])
    return 1 - al.giou_loss(a, b, reduction="none")


# ---- fields

PENALTIES: dict[str, Any] = {"l1": "absolute", "l2": "squared"}
COLOUR_LOSSES: dict[str, Callable[..., Array]] = {
    "l1": al.absolute_error,
    "mse": al.squared_error,
    "smooth_l1": smooth_l1_loss,
}


def eikonal_loss(gradients: Array, norm: Word = "l2", reduction: Word = "mean") -> Array:
    """IGR's and StEik's."""
    return al.eikonal_loss(gradients, penalty=PENALTIES[norm], reduction=reduction)


def masked_sum(mask: Array, eps: float) -> Array:
    """NeuS's divisor of a masked mean."""
    return array_namespace(mask).sum(mask) + eps


def eikonal_loss_masked(gradients: Array, mask: Array, eps: float = 0.0) -> Array:
    """NeuS's."""
    return al.eikonal_loss(gradients, weights=mask, avg_factor=masked_sum(mask, eps))


def rgb_loss_masked_l1(pred: Array, target: Array, mask: Array, eps: float = 0.0) -> Array:
    """NeuS's: a sum over channels, a mean over rays."""
    return al.absolute_error(pred, target, weights=spread(mask, pred), avg_factor=masked_sum(mask, eps))


def rgb_loss_l1_per_ray(pred: Array, target: Array) -> Array:
    """UNISURF's: divided by the rays of one member of the batch."""
    return al.absolute_error(pred, target, avg_factor=pred.shape[1])


def rgb_loss(pred: Array, target: Array, valid: Array, kind: str) -> Array:
    """A mean over the rays that hit something."""
    return COLOUR_LOSSES[kind](pred, target, weights=valid)


def clipped(share: Array, eps: float) -> Array:
    """An opacity as NeuS gives it to torch."""
    return array_namespace(share).clip(share, eps, 1 - eps)


def mask_loss(opacity: Array, mask: Array, eps: float = 0.0, reduction: Word = "mean") -> Array:
    """Cross entropy of the opacity of a ray with whether it hits."""
    return al.binary_cross_entropy(clipped(opacity, eps), mask, reduction=reduction)


def opacity_loss(opacity: Array, eps: float = 0.0, reduction: Word = "mean") -> Array:
    """Cross entropy of the opacity of a ray with itself."""
    share = clipped(opacity, eps)
    return al.binary_cross_entropy(share, share, reduction=reduction)


def sdf_surface_loss(sdf: Array) -> Array:
    """Distance of surface points from the surface, divided by the length of the first axis."""
    return al.absolute_error(sdf, array_namespace(sdf).zeros_like(sdf), avg_factor=sdf.shape[0])


# ---- points


def present(points: Array, lengths: Array | None) -> Array | None:
    """Padded clouds' lengths as weights of 0 and 1."""
    if lengths is None:
        return None
    xp = array_namespace(points)
    return xp.astype(xp.arange(points.shape[-2])[None, :] < lengths[:, None], points.dtype)


def chamfer_distance(
    pred: Array,
    target: Array,
    pred_lengths: Array | None = None,
    target_lengths: Array | None = None,
    weights: Array | None = None,
    batch_reduction: Word = "mean",
    single_directional: bool = False,
    half: bool = False,
    **options: Any,
) -> Array:
    """pytorch3d's."""
    if single_directional:
        raise NotYet("`chamfer_distance` adds both directions.")
    clouds = pred, target, present(pred, pred_lengths), present(target, target_lengths)
    value = al.chamfer_distance(*clouds, weights=weights, reduction=batch_reduction or "none", **options)
    return value / 2 if half else value


def learnable_chamfer_distance(
    pred: Array, target: Array, pred_weights: Array, target_weights: Array, reduction: Word = "mean"
) -> Array:
    """Half the sum of both directions; the weights of a cloud hold its divisor."""
    options: dict[str, Any] = {"squared": False, "point_reduction": "sum", "reduction": reduction}
    return al.chamfer_distance(pred, target, pred_weights, target_weights, **options) / 2


# ---- images


def psnr(pred: Array, target: Array, data_range: float, reduction: Word = "mean") -> Array:
    """Of all images together, or of each."""
    axis = {"mean": None, "none": tuple(range(1, pred.ndim))}[reduction]
    return al.psnr(pred, target, data_range=data_range, axis=axis)


def psnr_masked_neus(pred: Array, target: Array, mask: Array, eps: float = 0.0) -> Array:
    """NeuS's: the peak signal-to-noise ratio of one error, as large as theirs over the masked pixels."""
    divisor = masked_sum(mask, eps) * pred.shape[-1]
    error = al.squared_error(pred, target, weights=spread(mask, pred), avg_factor=divisor)
    xp = array_namespace(pred)
    return al.psnr(xp.sqrt(error), xp.zeros_like(error), data_range=1.0)


def ssim(
    pred: Array, target: Array, win_size: int = 11, K: Any = (0.01, 0.03), reduction: Word = "mean", **options: Any
) -> Array:
    """Of images (N, C, height, width): one mean, or one of each image."""
    axis = {"mean": None, "none": tuple(range(1, pred.ndim - 2))}[reduction]
    return al.ssim(pred, target, size=win_size, k1=K[0], k2=K[1], axis=axis, **options)


def ssim_loss(pred: Array, target: Array, **options: Any) -> Array:
    """One minus the similarity."""
    return 1 - ssim(pred, target, **options)


def ssim_global(pred: Array, target: Array, data_range: float, sample_covariance: bool = True) -> Array:
    """One window as large as the image."""
    height, width = pred.shape[-2:]
    if height != width:
        raise NotYet("a window of `ssim` is square.")
    options: dict[str, Any] = {"data_range": data_range, "sample_covariance": sample_covariance}
    return al.ssim(pred, target, window="uniform", size=height, **options)


def normal_difference(pred_normals: Array, target_normals: Array, reduction: Word = "sum") -> Array:
    """Squared differences, summed over channels and averaged over pixels, of each view or of all together."""
    axis = {"sum": None, "none": tuple(range(1, pred_normals.ndim))}[reduction]
    return al.squared_error(pred_normals, target_normals, axis=axis, avg_factor=prod(pred_normals.shape[1:-1]))


# ---- uncertainty


def gaussian_nll(mean: Array, target: Array, variance: Array, eps: float | None = None, **options: Any) -> Array:
    """torch's; ``eps`` is where the variance stops."""
    return al.gaussian_nll(mean, spread(variance, mean), target, variance_floor=eps, **options)


def gaussian_log_prob(mean: Array, std: Array, x: Array) -> Array:
    """The sign that the loss turns."""
    return -al.gaussian_nll(spread(mean, x), spread(std, x) ** 2, x, full=True, reduction="none")


def gaussian_nll_log_variance(
    mean: Array, log_variance: Array, target: Array, mask: Array | None = None, reduction: Word = "mean"
) -> Array:
    """Without the factor 1/2."""
    variance = array_namespace(mean).exp(log_variance)
    return 2 * al.gaussian_nll(mean, variance, target, weights=mask, reduction=reduction)


# ---- the table

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "accuracy": Renamed(al.accuracy),
    "balanced_cross_entropy": balanced_cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "box_convert": Renamed(al.box_convert),
    "box_iou": box_iou,
    "chamfer_distance": chamfer_distance,
    "confusion_counts": confusion_counts,
    "cross_entropy": cross_entropy,
    "dice_coefficient": Renamed(al.f1_score),
    "eikonal_loss": eikonal_loss,
    "eikonal_loss_masked": eikonal_loss_masked,
    "f1_score": Renamed(al.f1_score, scores="pred"),
    "fbeta_score": Renamed(al.f_beta),
    "focal_loss_with_probs": focal_loss_with_probs,
    "gaussian_log_prob": gaussian_log_prob,
    "gaussian_nll": gaussian_nll,
    "gaussian_nll_log_variance": gaussian_nll_log_variance,
    "generalized_box_iou": generalized_box_iou,
    "giou_loss": giou_loss,
    "huber_loss": Renamed(al.huber_loss),
    "information_content": information_content,
    "kl_divergence": kl_divergence,
    "kl_divergence_from_log_probs": kl_divergence_from_log_probs,
    "l1_loss": Renamed(al.absolute_error),
    "l1_loss_valid_mean": valid_mean(al.absolute_error),
    "learnable_chamfer_distance": learnable_chamfer_distance,
    "mask_loss": mask_loss,
    "mse_loss": Renamed(al.squared_error),
    "mse_loss_valid_mean": valid_mean(al.squared_error),
    "multiclass_accuracy": by_class(al.accuracy),
    "multiclass_f1_score": by_class(al.f1_score),
    "multiclass_precision": by_class(al.precision),
    "multiclass_recall": by_class(al.recall),
    "normal_difference": normal_difference,
    "opacity_loss": opacity_loss,
    "precision": Renamed(al.precision),
    "psnr": psnr,
    "psnr_masked": Renamed(al.psnr, mask="weights"),
    "psnr_masked_neus": psnr_masked_neus,
    "recall": Renamed(al.recall),
    "rgb_loss": rgb_loss,
    "rgb_loss_l1_per_ray": rgb_loss_l1_per_ray,
    "rgb_loss_masked_l1": rgb_loss_masked_l1,
    "sdf_surface_loss": sdf_surface_loss,
    "sigmoid_focal_loss": sigmoid_focal_loss,
    "smooth_l1_loss": smooth_l1_loss,
    "ssim": ssim,
    "ssim_global": ssim_global,
    "ssim_loss": ssim_loss,
    "weight_reduce_loss": weight_reduce_loss,
}
