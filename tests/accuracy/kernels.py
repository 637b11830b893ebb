"""Element-wise metrics with their definitions in mpmath, and the inputs that are hard for them.

A definition takes one element: numbers of mpmath, or lists of them; a label is an integer. It shares nothing with the
metric's own text.
"""

from typing import Any

from mpmath import mp, mpf

from . import inputs
from .kernel import Exact, Kernel, Known

# ---- definitions


def softplus(x: Any) -> Any:
    return mp.log1p(mp.exp(x))


def _logistic(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def huber(pred: Any, target: Any) -> Any:
    error = abs(pred - target)
    return error**2 / 2 if error <= 1 else error - mpf(1) / 2


def log_cosh(pred: Any, target: Any) -> Any:
    error = abs(pred - target)
    return error + mp.log1p(mp.expm1(-2 * error) / 2)


def bce_with_logits(x: Any, y: Any) -> Any:
    return y * softplus(-x) + (1 - y) * softplus(x)


def _surprise(p: Any, y: Any) -> Any:
    yes = -y * mp.log(p) if y else mpf(0)
    return yes - ((1 - y) * mp.log1p(-p) if y != 1 else mpf(0))


def focal(p: Any, y: Any) -> Any:
    return (p * (1 - y) + (1 - p) * y) ** 2 * _surprise(p, y)


def focal_with_logits(x: Any, y: Any) -> Any:
    return (_logistic(x) * (1 - y) + _logistic(-x) * y) ** 2 * bce_with_logits(x, y)


def _others(z: Any, k: int) -> Any:
    """What the other classes weigh beside one."""
    return mp.fsum(mp.exp(x - z[k]) for j, x in enumerate(z) if j != k)


def cross_entropy(z: Any, label: int) -> Any:
    return mp.log1p(_others(z, label))


def soft_cross_entropy(z: Any, share: Any) -> Any:
    return mp.fsum(w * cross_entropy(z, k) for k, w in enumerate(share))


def softmax_focal(z: Any, label: int) -> Any:
    others = _others(z, label)
    return (others / (1 + others)) ** 2 * mp.log1p(others)


def categorical(p: Any, label: int) -> Any:
    return -mp.log(p[label])


def categorical_focal(p: Any, label: int) -> Any:
    return (1 - p[label]) ** 2 * -mp.log(p[label])


def kl_terms(p: Any, y: Any) -> list[Any]:
    return [b * mp.log(b / a) if b else mpf(0) for a, b in zip(p, y, strict=True)]


def js_terms(p: Any, y: Any) -> list[Any]:
    middle = [(a + b) / 2 for a, b in zip(p, y, strict=True)]
    return [x / 2 for x in kl_terms(middle, p) + kl_terms(middle, y)]


def gaussian_nll(mean: Any, variance: Any, target: Any) -> Any:
    return mp.fsum(nll_terms(mean, variance, target))


def nll_terms(mean: Any, variance: Any, target: Any) -> list[Any]:
    return [mp.log(variance) / 2, (target - mean) ** 2 / variance / 2]


def log_variance_terms(mean: Any, log_variance: Any, target: Any) -> list[Any]:
    return [log_variance / 2, mp.exp(-log_variance) * (target - mean) ** 2 / 2]


def log_prob_terms(mean: Any, std: Any, target: Any) -> list[Any]:
    return [-(((target - mean) / std) ** 2) / 2, -mp.log(std), -mp.log(2 * mp.pi) / 2]


def cdf(mean: Any, std: Any, target: Any) -> Any:
    return mp.erfc((mean - target) / std / mp.sqrt(2)) / 2


def quantile(mean: Any, std: Any, level: Any) -> Any:
    """By Newton's steps from a start of 15 digits."""
    from scipy.special import ndtri

    z = mpf(float(ndtri(float(level))))
    for _ in range(5):
        density = mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)
        z = z - (mp.erfc(-z / mp.sqrt(2)) / 2 - level) / density
    return mean + std * z


def _length(g: Any) -> Any:
    return mp.sqrt(mp.fsum(x * x for x in g))


def _overlap(a: Any, b: Any) -> tuple[Any, Any]:
    """Intersection and union of two boxes."""
    sides = [max(mpf(0), min(a[i + 2], b[i + 2]) - max(a[i], b[i])) for i in (0, 1)]
    areas = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    common = sides[0] * sides[1]
    return common, areas[0] + areas[1] - common


def _hull(a: Any, b: Any) -> list[Any]:
    return [max(a[i + 2], b[i + 2]) - min(a[i], b[i]) for i in (0, 1)]


def iou(a: Any, b: Any) -> Any:
    common, union = _overlap(a, b)
    return 1 - common / union


def giou(a: Any, b: Any) -> Any:
    hull = mp.fprod(_hull(a, b))
    return iou(a, b) + (hull - _overlap(a, b)[1]) / hull


def diou(a: Any, b: Any) -> Any:
    apart = mp.fsum((a[i] + a[i + 2] - b[i] - b[i + 2]) ** 2 for i in (0, 1)) / 4
    return iou(a, b) + apart / mp.fsum(x * x for x in _hull(a, b))


def ciou(a: Any, b: Any) -> Any:
    angles = [mp.atan((c[2] - c[0]) / (c[3] - c[1])) for c in (a, b)]
    v = 4 / mp.pi**2 * (angles[0] - angles[1]) ** 2
    return diou(a, b) + (v * v / (iou(a, b) + v) if v else mpf(0))


# ---- fields


def opacity(o: Any) -> Any:
    return mpf(0) if o in (0, 1) else -o * mp.log(o) - (1 - o) * mp.log1p(-o)


def accumulated(alpha: Any) -> Any:
    """Taken apart, for one minus a product of 0.99999 is known to 60 digits and no more."""
    left, value = mpf(1), mpf(0)
    for a in alpha:
        value, left = value + a * left, left * (1 - a)
    return value


def light_before(alpha: Any) -> list[list[Any]]:
    """What reaches a sample, less what the later ones take of it."""
    found, left = [], mpf(1)
    for a in alpha:
        found.append([left])
        left *= 1 - a
    return found


def minimal_surface(s: Any) -> Any:
    width = mpf(0.5)
    return width / mp.pi / (width**2 + s * s)


def directions_apart(g: Any, h: Any) -> Any:
    return _length([a / _length(g) - b / _length(h) for a, b in zip(g, h, strict=True)])


def divergence_terms(g: Any, hessian: Any) -> list[Any]:
    return [a * h * b / _length(g) ** 2 for a, row in zip(g, hessian, strict=True) for h, b in zip(row, g, strict=True)]


def ensemble_terms(mean: Any, variance: Any, target: Any) -> list[Any]:
    middle = mp.fsum(mean) / len(mean)
    whole = mp.fsum(v + (m - middle) ** 2 for v, m in zip(variance, mean, strict=True)) / len(mean)
    return nll_terms(middle, whole, target)


def crps_terms(mean: Any, std: Any, target: Any) -> list[Any]:
    z = abs(target - mean) / std
    density = mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)
    return [std * z * mp.erf(z / mp.sqrt(2)), 2 * std * density, -std / mp.sqrt(mp.pi)]


def member_terms(x: Any, y: Any) -> list[Any]:
    m = len(x)
    near = [abs(a - y) / m for a in x]
    return [mp.fsum(near), -mp.fsum(abs(a - b) for a in x for b in x) / (2 * m * m)]


# ---- summands


def _total(terms: Exact) -> Exact:
    return lambda *given: mp.fsum(terms(*given))


def share_over(p: Any, y: Any) -> list[Any]:
    """The gradient by a probability weighs both labels."""
    return [y / p, (1 - y) / (1 - p) if p != 1 else mp.inf]


def share_of_label(x: Any, y: Any) -> list[Any]:
    """The gradient by a logit is the predicted share less the label's."""
    return [y, _logistic(x)]


def share_of_classes(z: Any, share: Any) -> list[list[Any]]:
    return [[w, 1 / (1 + _others(z, k))] for k, w in enumerate(share)]


def kl_parts(p: Any, y: Any) -> list[Any]:
    """The excess of the one over the other is summed, and cancels where both sum to one."""
    return [*(b - a for a, b in zip(p, y, strict=True))]


def one(*given: Any) -> list[Any]:
    return [mpf(1)]


def ones_of_directions(g: Any) -> list[list[Any]]:
    """The gradient is 2 (|g| - 1) times a direction."""
    return [[mpf(1)]] * len(g)


def ones(a: Any, b: Any) -> list[list[Any]]:
    """What a part of the loss changes by when a side moves by its own length."""
    sides = [abs(c[i + 2] - c[i]) for c in (a, b) for i in (0, 1)]
    return [[1 / min(sides)]] * 4


DIFFERENCE = Known(
    "half a unit of the difference of two logits is, after the exponential, half as many units as it is large", 2000
)
TAIL = Known("far in the tail the rounding of z weighs z * z units", 800, ("torch", "jax"))
SINH = Known("JAX's sinh is off by 4 units", 6, ("jax",))
LOG1P = Known("JAX's log1p in float64 is off by 125 units near -0.41", 170, ("jax",))
LENGTHS = Known("two vectors are made unit vectors first, for their squares may be out of range", 6, ("jax",))
HORNER = Known("a ratio of polynomials of degree 7, in float32", 5, ("jax", "strict"))

KERNELS = (
    Kernel("absolute_error", lambda p, t: abs(p - t), inputs.differences, 2),
    Kernel("squared_error", lambda p, t: (p - t) ** 2, inputs.differences, 2),
    Kernel("huber_loss", huber, inputs.differences, 2),
    Kernel("smooth_l1_loss", huber, inputs.differences, 2),
    Kernel("log_cosh_error", log_cosh, inputs.differences, known=SINH),
    Kernel("binary_cross_entropy", _surprise, inputs.probabilities_of_labels, known=LOG1P),
    Kernel("binary_cross_entropy", _surprise, inputs.probabilities_of_shares, slope_summands=share_over, known=LOG1P),
    Kernel("binary_cross_entropy_with_logits", bce_with_logits, inputs.scores_of_labels),
    Kernel("binary_cross_entropy_with_logits", bce_with_logits, inputs.scores_of_shares, slope_summands=share_of_label),
    Kernel("focal_loss", focal, inputs.probabilities_of_labels, 64, slope_goal=64, known=LOG1P),
    Kernel("focal_loss_with_logits", focal_with_logits, inputs.scores_of_labels, 64, slope_goal=64),
    Kernel("cross_entropy", cross_entropy, inputs.logits_of_labels, known=DIFFERENCE),
    Kernel("cross_entropy", soft_cross_entropy, inputs.logits_of_shares, slope_summands=share_of_classes),
    Kernel("softmax_focal_loss", softmax_focal, inputs.logits_of_labels, 64, slope_goal=64, known=DIFFERENCE),
    Kernel("categorical_cross_entropy", categorical, inputs.shares_of_labels),
    Kernel("categorical_focal_loss", categorical_focal, inputs.shares_of_labels, 64, slope_goal=64),
    Kernel("information_content", lambda p: -mp.log(p), inputs.probabilities, 2),
    Kernel("entropy", _total(lambda p: [-x * mp.log(x) if x else mpf(0) for x in p]), inputs.shares, slope_goal=None),
    Kernel("kl_divergence", _total(kl_terms), inputs.pairs_of_shares, 64, summands=kl_parts),
    Kernel("relative_entropy", lambda p, y: y * mp.log(y / p), inputs.pairs_of_probabilities, 64),
    Kernel("js_divergence", _total(js_terms), inputs.pairs_of_shares, 64, slope_goal=64),
    Kernel("gaussian_nll", gaussian_nll, inputs.with_variance, summands=nll_terms),
    Kernel(
        "gaussian_nll_with_log_variance",
        _total(log_variance_terms),
        inputs.with_log_variance,
        summands=log_variance_terms,
    ),
    Kernel("gaussian_log_prob", _total(log_prob_terms), inputs.with_variance, summands=log_prob_terms),
    Kernel("crps_gaussian", _total(crps_terms), inputs.with_variance, summands=crps_terms, slope_goal=None),
    Kernel("crps_ensemble", _total(member_terms), inputs.members, summands=member_terms, slope_goal=None),
    Kernel("gaussian_cdf", cdf, inputs.standard_scores, known=TAIL),
    Kernel("gaussian_quantile", quantile, inputs.standard_levels, slope_goal=None, known=HORNER),
    Kernel(
        "eikonal_loss",
        lambda g: (_length(g) - 1) ** 2,
        inputs.vectors,
        summands=one,
        slope_summands=ones_of_directions,
    ),
    Kernel("opacity_loss", opacity, inputs.probabilities, slope_goal=None, known=LOG1P),
    Kernel("accumulated_opacity", accumulated, inputs.rays, slope_summands=light_before),
    Kernel("sparsity_loss", lambda s: mp.exp(-abs(s)), inputs.distances),
    Kernel("sdf_surface_loss", abs, inputs.distances, 2),
    Kernel("minimal_surface_loss", minimal_surface, inputs.distances, options={"epsilon": 0.5}),
    Kernel("hessian_smoothness_loss", lambda h: mp.fsum(abs(x) for row in h for x in row), inputs.matrices),
    Kernel("normal_smoothness_loss", directions_apart, inputs.pairs_of_vectors, summands=one, slope_goal=None),
    Kernel(
        "directional_divergence_loss",
        lambda g, h: abs(mp.fsum(divergence_terms(g, h))),
        inputs.vectors_with_matrices,
        summands=divergence_terms,
        slope_goal=None,
        known=LENGTHS,
    ),
    Kernel("ensemble_nll", _total(ensemble_terms), inputs.ensembles, summands=ensemble_terms, slope_goal=None),
    Kernel(
        "interval_length",
        lambda std: 2 * std * quantile(mpf(0), mpf(1), mpf(0.95)),
        inputs.deviations,
        options={"level": 0.9},
    ),
    Kernel("lcd_adversarial_loss", lambda x: -mp.log(x + mpf(0.001)), inputs.losses, summands=one),
    Kernel("iou_loss", iou, inputs.pairs_of_boxes, summands=one, slope_summands=ones),
    Kernel("giou_loss", giou, inputs.pairs_of_boxes, summands=one, slope_summands=ones),
    Kernel("diou_loss", diou, inputs.pairs_of_boxes, summands=one, slope_summands=ones),
    Kernel("ciou_loss", ciou, inputs.pairs_of_boxes, summands=one, slope_goal=None),
)
