"""What one metric is in terms of another: two formulas, written apart, give one number."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np

from .._metric import Metric
from .._names import HOMES
from ._law import BATCH, law
from ._trial import EXAMPLES, Trial

Relation = Callable[..., Any]


@dataclass(frozen=True)
class Identity:
    """With ``params``, a metric's values are ``relation`` of those of another of the same arrays.

    Attributes
    ----------
    other : str
        The other metric.
    relation : callable
        (values of the other, \\*arrays) -> values.
    params, others : dict
        Parameters of the one and of the other.
    change : callable
        Arrays -> what the other takes.
    forms : tuple of str, optional
        The forms of which it is true, by what selects them; of all by default.
    each : bool
        Whether the relation wants the other's values of elements, where the one has none.
    """

    other: str
    relation: Relation = lambda value, *arrays: value
    params: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)
    change: Callable[..., tuple[Any, ...]] = lambda *arrays: arrays
    forms: tuple[str | None, ...] | None = None
    each: bool = False


BINS: Any = EXAMPLES["bins"]


def half(value: Any, *arrays: Any) -> Any:
    return value / 2


def rest_of_one(value: Any, *arrays: Any) -> Any:
    return 1 - value


def negative(value: Any, *arrays: Any) -> Any:
    return -value


def root(value: Any, *arrays: Any) -> Any:
    return np.sqrt(value)


def decibels(value: Any, *arrays: Any) -> Any:
    with np.errstate(divide="ignore"):
        return -10 * np.log10(value)


def less_entropy(value: Any, pred: Any, target: Any) -> Any:
    """What a divergence lacks of a cross entropy."""
    return value + np.sum(target * np.log(target), axis=-1)


def with_constant(value: Any, *arrays: Any) -> Any:
    return value + np.log(2 * np.pi) / 2


def as_std(mean: Any, variance: Any, target: Any) -> tuple[Any, ...]:
    return mean, np.sqrt(variance), target


def as_log_variance(mean: Any, log_variance: Any, target: Any) -> tuple[Any, ...]:
    return mean, np.exp(log_variance), target


def as_probability(logit: Any, target: Any) -> tuple[Any, ...]:
    return 1 / (1 + np.exp(-logit)), target


def as_shares(logits: Any, target: Any) -> tuple[Any, ...]:
    power = np.exp(logits - logits.max(-1, keepdims=True))
    return power / power.sum(-1, keepdims=True), target


def as_pair_of_scores(logit: Any, target: Any) -> tuple[Any, ...]:
    return np.stack([0 * logit, logit], axis=-1), np.stack([1 - target, target], axis=-1)


def as_points(pred: Any, target: Any) -> tuple[Any, ...]:
    """Numbers as points of a line."""
    return pred[..., None], target[..., None]


def as_single_boxes(pred: Any, target: Any) -> tuple[Any, ...]:
    """Pairs of boxes as two sets of one."""
    return pred[..., None, :], target[..., None, :]


def of_one_pair(value: Any, *arrays: Any) -> Any:
    return 1 - value[..., 0, 0]


def square(value: Any, *arrays: Any) -> Any:
    return value**2


def unexplained(value: Any, pred: Any, target: Any) -> Any:
    """Of a mean squared error, what it leaves of the variance."""
    return 1 - value / np.var(target) if np.var(target) else np.full_like(value, np.nan)


def centred(pred: Any, target: Any) -> tuple[Any, ...]:
    """The prediction less its mean error."""
    return pred - np.mean(pred - target), target


def steps(value: Any, *arrays: Any) -> Any:
    """Area under a curve of precision and recall, by steps."""
    precision, recall = value[:2]
    return np.sum(np.diff(recall) * precision[1:])


def summed(value: Any, *arrays: Any) -> Any:
    return np.sum(value, axis=-1)


def balanced(value: Any, pred: Any, target: Any) -> Any:
    """Surprise of either outcome, each weighed by the share of the other."""
    negative = np.mean(1 - target)
    return np.mean(negative * target * value[..., 0] + (1 - negative) * (1 - target) * value[..., 1])


def either(pred: Any, target: Any) -> tuple[Any, ...]:
    return (np.stack([pred, 1 - pred], axis=-1),)


def as_certain(probability: Any) -> tuple[Any, ...]:
    return probability, np.ones_like(probability)


def with_itself(opacity: Any) -> tuple[Any, ...]:
    return opacity, opacity


def first_negated(pred: Any, target: Any) -> tuple[Any, ...]:
    return -pred, target


def as_ranks(pred: Any, target: Any) -> tuple[Any, ...]:
    """How many are below, and half of those that are equal."""
    above = (np.sign(v[..., :, None] - v[..., None, :]) for v in (pred, target))
    return tuple(np.sum(sign, axis=-1) / 2 for sign in above)


def as_ranks_of_bins(pred: Any, target: Any) -> tuple[Any, ...]:
    """What shares a bin is equal."""
    return as_ranks(*(np.minimum(np.floor(v * BINS), BINS - 1) for v in (pred, target)))


def as_decided(pred: Any, target: Any) -> tuple[Any, ...]:
    """Decisions as the truth, and the truth as the prediction."""
    return target, pred if pred.dtype.kind in "iu" else (pred > 0.5) * 1.0


IDENTITIES: dict[str, tuple[Identity, ...]] = {
    "squared_error": (Identity("absolute_error", square),),
    "r2_score": (Identity("squared_error", unexplained),),
    "pearson_corrcoef": (Identity("pearson_corrcoef", negative, change=first_negated),),
    "spearman_corrcoef": (
        Identity("pearson_corrcoef", change=as_ranks, forms=(None, "capacity")),
        Identity("pearson_corrcoef", change=as_ranks_of_bins, forms=("bins",)),
    ),
    "absolute_error_quantile": (Identity("median_absolute_error", params={"level": 0.5}),),
    "information_content": (Identity("binary_cross_entropy", change=as_certain),),
    "opacity_loss": (Identity("binary_cross_entropy", change=with_itself),),
    "accumulated_opacity": (Identity("volume_weights", summed),),
    "balanced_cross_entropy": (Identity("information_content", balanced, change=either, each=True),),
    "precision": (Identity("recall", change=as_decided, forms=(None, "num_classes")),),
    "f_beta": (Identity("recall", params={"beta": 2.0**40}),),
    "auroc": (Identity("auroc", rest_of_one, change=first_negated, forms=(None,)),),
    "average_precision": (Identity("precision_recall_curve", steps),),
    "explained_variance": (Identity("squared_error", unexplained, change=centred),),
    "huber_loss": (Identity("squared_error", half, {"delta": 1024.0}), Identity("smooth_l1_loss")),
    "smooth_l1_loss": (Identity("absolute_error", params={"beta": 2.0**-60}),),
    "root_mean_squared_error": (Identity("squared_error", root),),
    "psnr": (Identity("squared_error", decibels),),
    "binary_cross_entropy_with_logits": (
        Identity("binary_cross_entropy", change=as_probability),
        Identity("cross_entropy", change=as_pair_of_scores),
    ),
    "focal_loss": (Identity("binary_cross_entropy", params={"gamma": 0.0}),),
    "focal_loss_with_logits": (
        Identity("binary_cross_entropy_with_logits", params={"gamma": 0.0}),
        Identity("focal_loss", change=as_probability),
    ),
    "softmax_focal_loss": (Identity("cross_entropy", params={"gamma": 0.0}),),
    "categorical_focal_loss": (Identity("categorical_cross_entropy", params={"gamma": 0.0}),),
    "cross_entropy": (Identity("categorical_cross_entropy", change=as_shares),),
    "kl_divergence": (Identity("categorical_cross_entropy", less_entropy),),
    "dice_loss": (Identity("dice_score", rest_of_one),),
    "soft_iou_loss": (Identity("jaccard_index", rest_of_one),),
    "ssim_loss": (Identity("ssim", rest_of_one),),
    "f1_score": (Identity("f_beta", others={"beta": 1.0}),),
    "iou_loss": (Identity("pairwise_iou", of_one_pair, change=as_single_boxes),),
    "giou_loss": (Identity("pairwise_giou", of_one_pair, change=as_single_boxes),),
    "diou_loss": (Identity("pairwise_diou", of_one_pair, change=as_single_boxes),),
    "ciou_loss": (Identity("pairwise_ciou", of_one_pair, change=as_single_boxes),),
    "gaussian_nll": (
        Identity("gaussian_log_prob", negative, {"full": True}, change=as_std),
        Identity("gaussian_nll", with_constant, {"full": True}),
    ),
    "gaussian_nll_with_log_variance": (Identity("gaussian_nll", change=as_log_variance),),
    "wasserstein_distance": (Identity("optimal_transport_distance", change=as_points),),
}
"""By the metric of which they tell."""


def _named(name: str) -> Metric:
    """A metric of the library."""
    home = next(home for home, names in HOMES.items() if name in names.split())
    return getattr(import_module(f"..{home}", __package__), name)  # type: ignore[no-any-return]  # a module's attribute


@law
def identities_hold(t: Trial) -> None:
    """What another formula says of the same arrays."""
    selector = t.variant.form.selector
    told = IDENTITIES.get(t.metric.__name__, ())
    known = [identity for identity in told if identity.forms is None or selector in identity.forms]
    t.needs(bool(known), "no other formula says the same")
    t.needs(not t.variant.optional, "the other formula has no such argument")
    for identity, trial in product(known, (t, t.rounded(4))):
        arrays = trial.draw(BATCH, inner=True)
        given = [a for a in arrays if a is not None]
        want = identity.relation(_other(t, identity, given), *given)
        t.close(t.each(arrays, **identity.params), want, f"in terms of {identity.other}")


def _other(t: Trial, identity: Identity, arrays: list[Any]) -> Any:
    """The other metric, on NumPy, of each element where it has values of elements."""
    other = _named(identity.other)
    alike = identity.each or "reduction" in t.metric.shared
    elements = {"reduction": "none"} if alike and "reduction" in other.shared else {}
    shared = {k: v for k, v in t.variant.params.items() if k in other.definition.params}
    return np.asarray(other(*identity.change(*arrays), **{**shared, **identity.others, **elements}))
