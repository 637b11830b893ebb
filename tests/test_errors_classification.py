"""Bad input to losses of classes, divergences, curves and series: the error, and its one sentence."""

from typing import Any

import numpy as np
import pytest
import torch

import arraylosses
from tests.test_errors import Call, refused, replaced, traced

pytestmark = pytest.mark.filterwarnings("error")

# without its stub, which forbids most of these calls already
al: Any = arraylosses

N = np.arange(8.0) / 8
LABELS = np.arange(8) % 3
BINARY = np.arange(8) % 2
SHARES = np.full((8, 3), 1 / 3)
LOGS = np.log(SHARES)
DISTRIBUTIONS = (al.kl_divergence, al.js_divergence, al.categorical_cross_entropy, al.categorical_focal_loss)
OF_LABELS = (al.categorical_cross_entropy, al.categorical_focal_loss, al.nll_loss, al.softmax_focal_loss)
IN_BASE = (al.entropy, al.information_content)
IN_BASE_OF_TWO = (
    al.kl_divergence,
    al.js_divergence,
    al.relative_entropy,
    al.categorical_cross_entropy,
    al.cross_entropy,
)


@pytest.mark.parametrize("metric", DISTRIBUTIONS, ids=lambda m: m.__name__)
@pytest.mark.parametrize("value", [-0.5, 1.25])
def test_shares_outside(metric: Any, value: float) -> None:
    wrong = replaced(SHARES, 2, value)
    for place, name in enumerate(("pred", "target")):
        arrays = [SHARES, SHARES]
        arrays[place] = wrong
        sentence = f"`{name}` must be distributions, each share from 0 to 1; got {value:g}."
        refused(ValueError, sentence, lambda arrays=arrays: metric(*arrays))


VALUES: dict[str, Call] = {
    "`probability` must be distributions, each share from 0 to 1; got 1.5.": (
        lambda: al.entropy(replaced(SHARES, 0, 1.5))
    ),
    "`probability` must be probabilities from 0 to 1; got -0.1.": (
        lambda: al.information_content(replaced(N, 3, -0.1))
    ),
    "`pred` must be probabilities from 0 to 1; got 2.": lambda: al.relative_entropy(replaced(N, 3, 2.0), N),
    "`target` must be probabilities from 0 to 1; got -1.": (lambda: al.balanced_cross_entropy(N, replaced(N, 0, -1.0))),
    "`target` must be 0 or 1; got 0.5.": lambda: al.roc_curve(N, replaced(BINARY * 1.0, 0, 0.5)),
    "`target` must be 0 or 1; got 2.": lambda: al.precision_recall_curve(N, LABELS),
    "`pred` must be probabilities from 0 to 1; got 3.": (lambda: al.roc_curve(replaced(N, 1, 3.0), BINARY, bins=4)),
    "`pred` must be probabilities from 0 to 1; got 7.": (lambda: al.reliability_curve(replaced(N, 1, 7.0), BINARY)),
    "`labels` must be integer labels from 0 to 1; got 2.": lambda: al.class_weights(LABELS, num_classes=2),
    "`labels` must be integer labels from 0 to 2; got -4.": (
        lambda: al.class_weights(replaced(LABELS, 0, -4), num_classes=3)
    ),
    "`labels` must have at least 1 along the sample axis; got shape (0,).": (
        lambda: al.class_weights(LABELS[:0], num_classes=3)
    ),
    "`pred` must have at least 1 along the time axis; got shape (4, 0).": (
        lambda: al.fourier_loss(np.ones((4, 0)), np.ones((4, 0)))
    ),
    "`target` must have 8 along the time axis, as `pred` has; got shape (7,).": lambda: al.fourier_loss(N, N[:7]),
    "`class_weights` must have shape (3,); got (2,).": (lambda: al.nll_loss(LOGS, LABELS, class_weights=np.ones(2))),
    "`class_weights` must be non-negative numbers; got -1.": (
        lambda: al.softmax_focal_loss(LOGS, LABELS, class_weights=np.asarray([1.0, -1.0, 1.0]))
    ),
    "`beta` must be non-negative; got -1.0.": lambda: al.smooth_l1_loss(N, N, beta=-1.0),
    "`gamma` must be non-negative; got -1.0.": lambda: al.softmax_focal_loss(LOGS, LABELS, gamma=-1.0),
    "`alpha` must be between 0 and 1; got 2.0.": lambda: al.balanced_cross_entropy(N, BINARY, alpha=2.0),
    "`log_floor` must be at most 0; got 1.0.": lambda: al.categorical_cross_entropy(SHARES, LABELS, log_floor=1.0),
    "`fourier_weight` must be non-negative; got -0.5.": lambda: al.fourier_errors(N, N, fourier_weight=-0.5),
    "`penalty` must be 'absolute' or 'squared'; got 'l1'.": lambda: al.fourier_loss(N, N, penalty="l1"),
    "`bins` must be a positive whole number; got 0.": lambda: al.roc_curve(N, BINARY, bins=0),
}


@pytest.mark.parametrize("sentence", VALUES)
def test_values(sentence: str) -> None:
    refused(ValueError, sentence, VALUES[sentence])


@pytest.mark.parametrize("metric", OF_LABELS, ids=lambda m: m.__name__)
@pytest.mark.parametrize("label", [-1, 3])
def test_labels_out_of_range(metric: Any, label: int) -> None:
    """A sentence where they can be read; elsewhere NaN for that element alone."""
    pred = LOGS if metric in (al.nll_loss, al.softmax_focal_loss) else SHARES
    wrong = replaced(LABELS, 4, label)
    refused(ValueError, f"`target` must be integer labels from 0 to 2; got {label}.", lambda: metric(pred, wrong))
    value = traced(metric, pred, wrong, reduction="none")
    assert np.flatnonzero(np.isnan(value)).tolist() == [4]


@pytest.mark.parametrize("base", [-2.0, 0, 0.5, 1])
def test_bases(base: float) -> None:
    sentence = f"`base` must be above 1; got {base}."
    for metric in IN_BASE:
        refused(ValueError, sentence, lambda metric=metric: metric(SHARES, base=base))
    for metric in IN_BASE_OF_TWO:
        refused(ValueError, sentence, lambda metric=metric: metric(SHARES, SHARES, base=base))


TYPES: dict[str, Call] = {
    "`base` must be a number; got 'bits'.": lambda: al.entropy(SHARES, base="bits"),
    "`target` must be integer labels; got float64.": lambda: al.nll_loss(LOGS, LABELS * 1.0),
    "`labels` must be integer labels; got float64.": lambda: al.class_weights(N, num_classes=3),
    "`class_weights` needs `num_classes`.": lambda: al.class_weights(LABELS),
}


@pytest.mark.parametrize("sentence", TYPES)
def test_types(sentence: str) -> None:
    refused(TypeError, sentence, TYPES[sentence])


def test_outside_and_unreadable_is_nan() -> None:
    """Under a trace nothing is looked at."""
    wrong = replaced(SHARES, 2, 1.5)
    for metric, count in ((al.entropy, 1), (al.js_divergence, 2), (al.categorical_cross_entropy, 2)):
        assert np.isnan(traced(metric, *[wrong] * count))
    assert np.isnan(traced(al.class_weights, np.asarray([0, 5]), num_classes=3)).all()


def test_a_score_of_nan_leaves_no_curve() -> None:
    curve = al.roc_curve(replaced(N, 3, np.nan), BINARY)
    assert all(np.isnan(part).all() for part in curve)


def test_a_class_alone_has_no_rate() -> None:
    curve = al.roc_curve(N, np.zeros(8))
    assert np.isnan(curve.true_positive_rate).all()
    assert curve.false_positive_rate[-1] == 1
    assert np.isnan(al.precision_recall_curve(N, np.zeros(8)).recall).all()


def test_a_curve_of_nothing() -> None:
    for curve in (al.roc_curve(N[:0], BINARY[:0]), al.roc_curve(N, BINARY, weights=np.zeros(8))):
        assert np.isnan(curve.true_positive_rate).all()


def test_a_traced_base() -> None:
    x = torch.full((4,), 0.25, dtype=torch.float64)
    assert float(al.entropy(x, base=torch.tensor(2.0))) == pytest.approx(2.0)


def test_a_nan_shows_where_its_class_has_no_mass() -> None:
    pred, target = np.asarray([0.5, 0.5, np.nan]), np.asarray([0.5, 0.5, 0.0])
    for metric in (al.kl_divergence, al.categorical_cross_entropy, al.categorical_focal_loss, al.js_divergence):
        assert np.isnan(metric(pred, target))
    for metric in (al.nll_loss, al.categorical_cross_entropy, al.categorical_focal_loss):
        assert np.isnan(metric(pred, np.asarray(0)))


def test_a_class_without_weight_may_be_impossible() -> None:
    """Its surprise is infinite, and counts for nothing."""
    weights = np.asarray([0.0, 1.0, 1.0])
    pred, target = np.asarray([[-np.inf, 0.0, -np.inf]] * 2), np.asarray([0, 1])
    for metric in (al.nll_loss, al.cross_entropy, al.softmax_focal_loss):
        assert metric(pred, target, class_weights=weights) == 0


def test_a_side_that_is_absent() -> None:
    """The other weighs nothing, even where it is infinite; but a NaN shows."""
    pred = np.asarray([0.0, 0.5])
    assert al.balanced_cross_entropy(pred, np.ones(2)) == 0
    assert np.isinf(al.balanced_cross_entropy(pred, np.asarray([1.0, 0.0])))
    for target in (np.zeros(2), np.ones(2), np.asarray([0.0, 1.0])):
        assert np.isnan(al.balanced_cross_entropy(replaced(pred, 0, np.nan), target))


def test_close_distributions_keep_their_digits() -> None:
    mpmath = pytest.importorskip("mpmath")
    p, q = np.asarray([0.25, 0.75]), np.asarray([0.25 + 2.0**-30, 0.75 - 2.0**-30])
    with mpmath.workdps(60):
        x, y = ([mpmath.mpf(float(v)) for v in w] for w in (p, q))
        middle = [(a + b) / 2 for a, b in zip(x, y, strict=True)]
        halves = (a * mpmath.log(a / m) for w in (x, y) for a, m in zip(w, middle, strict=True))
        want = float(sum(halves) / 2)
        term = float(y[0] * mpmath.log(y[0] / x[0]))
    assert float(al.js_divergence(p, q)) == pytest.approx(want, rel=4e-15, abs=0)
    assert float(al.relative_entropy(p[:1], q[:1])) == pytest.approx(term, rel=4e-15, abs=0)


def test_a_confident_right_answer_keeps_its_digits() -> None:
    """In float32: 2.06e-9 cubed, where 1 - p rounds to 0."""
    logits = np.asarray([[20.0, 0.0]], dtype=np.float32)
    assert float(al.softmax_focal_loss(logits, np.asarray([0]))) == pytest.approx(2.0611536e-9**3, rel=1e-5)
