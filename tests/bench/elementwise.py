"""Losses of one number at a time, of logits, and of distributions."""

from math import exp, log1p
from typing import Any

import numpy as np

from .case import ELEMENTS, MILLION, Case, Confident, Formula, joined, optax, plain, sklearn, torch, torchmetrics

# ---- data


def real(rng: Any, n: int) -> list[Any]:
    return list(rng.standard_normal((2, n), dtype=np.float32))


def distinct(rng: Any, n: int) -> Any:
    """Numbers of -3 to 3 of which no two are equal, nor opposite: at ties each code picks a gradient of its own."""
    return (6 / n * (rng.permutation(n) + 1 / 6) - 3).astype(np.float32)


def logits(rng: Any, n: int) -> list[Any]:
    return [rng.standard_normal(n, dtype=np.float32), rng.integers(0, 2, n).astype(np.float32)]


def class_logits(rng: Any, size: tuple[int, int]) -> list[Any]:
    return [rng.standard_normal(size, dtype=np.float32), rng.integers(0, size[1], size[0])]


def shares(rng: Any, n: int) -> list[Any]:
    drawn = rng.random((2, n // 10, 10), dtype=np.float32) + np.float32(0.05)
    return list(drawn / drawn.sum(-1, keepdims=True))


# ---- formulas


def mean_square(xp: Any, p: Any, t: Any) -> Any:
    return ((p - t) ** 2).mean()


def mean_absolute(xp: Any, p: Any, t: Any) -> Any:
    return xp.abs(p - t).mean()


def huber(xp: Any, p: Any, t: Any) -> Any:
    d = xp.abs(p - t)
    return xp.where(d < 1, 0.5 * d * d, d - 0.5).mean()


def scipy_huber() -> Formula:
    from scipy.special import huber

    one = np.float32(1.0)
    return lambda pred, target: huber(one, pred - target).mean()


def logit_entropy(xp: Any, x: Any, t: Any) -> Any:
    """The stable form that every framework's page gives."""
    return (xp.clip(x, 0.0, None) - x * t + xp.log1p(xp.exp(-xp.abs(x)))).mean()


def by_logaddexp(xp: Any, x: Any, t: Any) -> Any:
    return (xp.logaddexp(xp.zeros_like(x), x) - t * x).mean()


def focal(xp: Any, x: Any, t: Any) -> Any:
    """The paper's, on the stable cross entropy."""
    entropy = xp.clip(x, 0.0, None) - x * t + xp.log1p(xp.exp(-xp.abs(x)))
    p = 1 / (1 + xp.exp(-x))
    return ((p * (1 - t) + (1 - p) * t) ** 2 * entropy).mean()


def torch_focal() -> Formula:
    """torchvision's, without its factor alpha."""
    from torch.nn.functional import binary_cross_entropy_with_logits as entropy

    def call(score: Any, label: Any) -> Any:
        p = score.sigmoid()
        loss = entropy(score, label, reduction="none")
        return (loss * (1 - (p * label + (1 - p) * (1 - label))) ** 2).mean()

    return call


def scipy_logit_entropy() -> Formula:
    from scipy.special import log_expit

    return lambda x, t: -(t * log_expit(x) + (1 - t) * log_expit(-x)).mean()


def scipy_focal() -> Formula:
    from scipy.special import expit, log_expit

    def call(x: Any, t: Any) -> Any:
        wrong = t * expit(-x) + (1 - t) * expit(x)
        return -(wrong**2 * (t * log_expit(x) + (1 - t) * log_expit(-x))).mean()

    return call


def label_entropy(xp: Any, x: Any, label: Any) -> Any:
    top = x.max(-1, keepdims=True)
    norm = xp.log(xp.exp(x - top).sum(-1)) + top[:, 0]
    return (norm - xp.take_along_axis(x, label[:, None], -1)[:, 0]).mean()


def scipy_entropy() -> Formula:
    from scipy.special import log_softmax

    return lambda x, label: -np.take_along_axis(log_softmax(x, axis=-1), label[:, None], -1).mean()


def divergence(xp: Any, p: Any, t: Any) -> Any:
    """Of a target from a prediction, both without zeros."""
    return (t * xp.log(t / p)).sum(-1).mean()


def scipy_divergence() -> Formula:
    from scipy.special import rel_entr

    return lambda p, t: rel_entr(t, p).sum(-1).mean()


def torch_divergence() -> Formula:
    from torch.nn.functional import kl_div

    return lambda p, t: kl_div(p.log(), t, reduction="batchmean")


# ---- cases

TAIL = log1p(exp(-20.0))
"""The cross entropy of a logit of 20 for what is there, or of -20 for what is not."""
ABSENT = [np.asarray([-20.0], dtype=np.float32), np.asarray([0.0], dtype=np.float32)]
FIRST = [np.asarray([[20.0, 0.0]], dtype=np.float32), np.asarray([0])]

HUBER = plain(huber, "numpy", "jax")

CASES = (
    Case(
        "squared_error",
        real,
        joined(
            plain(mean_square, "numpy", "jax"),
            sklearn("mean_squared_error"),
            torch("mse_loss"),
            torchmetrics("mean_squared_error"),
            optax("squared_error"),
        ),
        ELEMENTS,
        bare=True,
        streams=True,
        compiled=True,
    ),
    Case(
        "absolute_error",
        real,
        joined(
            plain(mean_absolute, "numpy", "jax"),
            sklearn("mean_absolute_error"),
            torch("l1_loss"),
            torchmetrics("mean_absolute_error"),
        ),
        ELEMENTS,
        bare=True,
        streams=True,
        compiled=True,
    ),
    Case(
        "huber_loss",
        real,
        joined(HUBER, {"numpy": {"scipy": scipy_huber}}, torch("huber_loss"), optax("huber_loss")),
        ELEMENTS,
        bare=True,
        streams=True,
        compiled=True,
    ),
    Case(
        "smooth_l1_loss",
        real,
        joined(HUBER, {"numpy": {"scipy": scipy_huber}}, torch("smooth_l1_loss"), optax("huber_loss")),
        ELEMENTS,
        bare=True,
        streams=True,
        compiled=True,
    ),
    Case(
        "binary_cross_entropy_with_logits",
        logits,
        joined(
            plain(logit_entropy, "numpy", "jax"),
            plain(by_logaddexp, "numpy", name="logaddexp"),
            {"numpy": {"scipy": scipy_logit_entropy}},
            torch("binary_cross_entropy_with_logits"),
            optax("sigmoid_binary_cross_entropy"),
        ),
        MILLION,
        confident=Confident(ABSENT, TAIL),
        streams=True,
        compiled=True,
    ),
    Case(
        "focal_loss_with_logits",
        logits,
        joined(
            plain(focal, "numpy", "jax"),
            {"numpy": {"scipy": scipy_focal}, "torch": {"torchvision's formula": torch_focal}},
            optax("sigmoid_focal_loss", gamma=2.0),
        ),
        MILLION,
        confident=Confident(ABSENT, TAIL / (1 + exp(20.0)) ** 2),
        streams=True,
        compiled=True,
    ),
    Case(
        "cross_entropy",
        class_logits,
        joined(
            plain(label_entropy, "numpy", "jax"),
            {"numpy": {"scipy": scipy_entropy}},
            torch("cross_entropy"),
            optax("softmax_cross_entropy_with_integer_labels"),
        ),
        ((128, 1000), (1024, 1000), (8192, 1000)),
        quick=(16, 1000),
        compiled=True,
        confident=Confident(FIRST, TAIL),
    ),
    Case(
        "kl_divergence",
        shares,
        joined(
            plain(divergence, "numpy", "torch", "jax"),
            {"numpy": {"scipy": scipy_divergence}, "torch": {"torch": torch_divergence}},
            torchmetrics("kl_divergence", target_first=True),
        ),
        MILLION,
        # it normalises both first
        values_only=frozenset({"torchmetrics"}),
    ),
)
