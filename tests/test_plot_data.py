"""Each picture shows what its metric says, and what scikit-learn and uncertainty-toolbox draw of the same data."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses import plot

from ._figures import Figure, figures  # noqa: F401  # a fixture is found by its name

RNG = np.random.default_rng(5)
LABELS = RNG.integers(0, 2, 200)
SCORES = np.clip(0.3 * LABELS + RNG.uniform(0, 0.7, 200), 0, 1)
WEIGHTS = RNG.uniform(0.5, 2, 200)
MEANS, DEVIATIONS = RNG.normal(size=200), RNG.uniform(0.5, 2, 200)
TARGETS = MEANS + 1.3 * DEVIATIONS * RNG.normal(size=200)
ERRORS = np.abs(TARGETS - MEANS)
PREDICTED, CLASSES = RNG.integers(0, 3, 200), RNG.integers(0, 3, 200)
NAMES = ["cat", "dog", "horse"]

IDEAS: dict[str, tuple[al.Metric, al.Metric, str, tuple[Any, ...], dict[str, Any]]] = {
    "roc": (al.roc_curve, al.auroc, "AUROC", (SCORES, LABELS), {}),
    "precision_recall": (al.precision_recall_curve, al.average_precision, "AP", (SCORES, LABELS), {"bins": 9}),
    "reliability": (al.reliability_curve, al.expected_calibration_error, "ECE", (SCORES, LABELS), {"bins": 7}),
    "coverage": (al.coverage_curve, al.auce, "AUCE", (MEANS, DEVIATIONS, TARGETS), {"levels": 11}),
    "sparsification": (al.sparsification_curve, al.ause, "AUSE", (ERRORS, DEVIATIONS), {"penalty": "rmse"}),
}
"""A picture of a curve -> the curve, the number in its legend, what it is called there, and what both are taken of."""


@pytest.mark.parametrize("name", IDEAS)
def test_curve_and_number_are_those_of_the_metrics(name: str) -> None:
    curve, number, word, arrays, options = IDEAS[name]
    display = getattr(plot, name)(*arrays, weights=WEIGHTS, name="model", **options)
    want = float(number(*arrays, weights=WEIGHTS, **options))
    np.testing.assert_equal(display.curve, curve(*arrays, weights=WEIGHTS, **options))
    assert getattr(display, number.__name__) == want
    assert display.line_.get_label() == f"model ({word} = {want:.3g})"


@pytest.mark.parametrize("name", IDEAS)
def test_a_curve_that_is_ready_is_drawn_without_a_number(name: str) -> None:
    curve, number, word, arrays, options = IDEAS[name]
    display = getattr(plot, name)(curve(*arrays, **options))
    np.testing.assert_equal(display.curve, curve(*arrays, **options))
    assert getattr(display, number.__name__) is None
    assert word not in display.line_.get_label()


@pytest.mark.parametrize("whose", ["curve", "number"])
@pytest.mark.parametrize("name", IDEAS)
def test_a_state_gives_the_same_picture(name: str, whose: str) -> None:
    """The curve's own, and that of a metric which remembers the same."""
    curve, number, _, arrays, options = IDEAS[name]
    s = al.stream(curve if whose == "curve" else number, **options)
    state = s.init(*arrays)
    for half in (slice(0, 90), slice(90, 200)):
        state = s.update(state, *(x[half] for x in arrays))
    read = {k: v for k, v in options.items() if k == "penalty"}
    display, want = getattr(plot, name)(state, **read), getattr(plot, name)(*arrays, **options)
    for got, expected in zip(display.curve, want.curve, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)
    assert getattr(display, number.__name__) == pytest.approx(getattr(want, number.__name__))


def test_a_state_says_how_it_was_gathered_and_not_how_it_is_read() -> None:
    """One class serves all streams that remember alike: what the first of them read is no matter."""
    first = al.stream(al.ause, penalty="rmse", bins=16)
    second = al.stream(al.sparsification_curve, bins=16)
    error, uncertainty = ERRORS / ERRORS.max(), DEVIATIONS / DEVIATIONS.max()
    state = second.update(second.init(error, uncertainty), error, uncertainty)
    assert type(state) is first.kind
    display = plot.sparsification(state)
    assert display.ause == float(al.ause(error, uncertainty, bins=16))


def test_a_state_of_class_scores() -> None:
    shares = RNG.dirichlet(np.ones(3), 50)
    s = al.stream(al.expected_calibration_error, class_axis=-1, bins=4)
    state = s.update(s.init(shares, CLASSES[:50]), shares, CLASSES[:50])
    display = plot.reliability(state)
    np.testing.assert_allclose(display.curve, al.reliability_curve(shares, CLASSES[:50], class_axis=-1, bins=4))


def test_a_state_of_another_library() -> None:
    torch = pytest.importorskip("torch")
    scores, labels = torch.tensor(SCORES, requires_grad=True), torch.tensor(LABELS)
    s = al.stream(al.roc_curve)
    display = plot.roc(s.update(s.init(scores, labels), scores, labels))
    np.testing.assert_equal(display.curve, al.roc_curve(SCORES, LABELS))


# ---- what is drawn


def test_the_line_is_the_curve() -> None:
    roc, both = plot.roc(SCORES, LABELS), plot.precision_recall(SCORES, LABELS)
    np.testing.assert_equal(roc.line_.get_xdata(), roc.curve.false_positive_rate)
    np.testing.assert_equal(roc.line_.get_ydata(), roc.curve.true_positive_rate)
    np.testing.assert_equal(roc.chance_.get_xdata(), roc.chance_.get_ydata())
    np.testing.assert_equal(both.line_.get_xdata(), both.curve.recall)
    np.testing.assert_equal(both.line_.get_ydata(), both.curve.precision)
    np.testing.assert_allclose(both.chance_.get_ydata(), LABELS.mean())


def test_average_precision_is_the_area_below_the_steps_that_are_drawn() -> None:
    line = plot.precision_recall(SCORES, LABELS).line_
    assert line.get_drawstyle() == "steps-pre"
    area = np.sum(np.diff(line.get_xdata()) * line.get_ydata()[1:])
    assert area == pytest.approx(al.average_precision(SCORES, LABELS))


def test_reliability_counts_its_bins() -> None:
    display = plot.reliability(np.array([0.1, 0.1, 0.9, 0.9, 0.9]), np.array([0, 1, 1, 1, 0]), bins=4)
    np.testing.assert_allclose(display.bars_.get_data().values, [0.4, 0, 0, 0.6])
    np.testing.assert_allclose(display.bars_.get_data().edges, [0, 0.25, 0.5, 0.75, 1])
    assert [text.get_text() for text in display.text_] == ["2", "3"]
    np.testing.assert_allclose(display.line_.get_xdata(), [0.1, 0.9])  # bins that hold nothing have no point
    assert display.line_.get_markevery() == 1
    assert plot.reliability(SCORES, LABELS, ax=display.ax_).text_ == []
    assert plot.reliability(SCORES, LABELS, bins=21).text_ == []


def test_coverage_is_held_against_the_diagonal() -> None:
    display = plot.coverage(MEANS, DEVIATIONS, TARGETS)
    np.testing.assert_equal(display.line_.get_xdata(), display.curve.level)
    np.testing.assert_equal(display.line_.get_ydata(), display.curve.coverage)
    np.testing.assert_equal(display.reference_.get_xdata(), display.reference_.get_ydata())


def test_sparsification_is_held_against_the_oracle_and_chance() -> None:
    display = plot.sparsification(ERRORS, DEVIATIONS)
    np.testing.assert_equal(display.line_.get_ydata(), display.curve.uncertainty_curve)
    np.testing.assert_equal(display.oracle_.get_ydata(), display.curve.oracle_curve)
    assert set(display.random_.get_ydata()) == {1}
    told = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert told[1:] == ["oracle: largest errors first", "random order"]


def test_the_number_of_fractions_is_that_of_curve_and_area() -> None:
    display = plot.sparsification(ERRORS, DEVIATIONS, fractions=20, whole_samples=True)
    assert display.curve.fraction.shape == (20,)
    assert display.ause == float(al.ause(ERRORS, DEVIATIONS, fractions=20, whole_samples=True))


# ---- beside other libraries


def test_scikit_learn_draws_the_same_curves() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    ax = Figure().add_subplot()
    theirs = metrics.RocCurveDisplay.from_predictions(LABELS, SCORES, ax=ax, drop_intermediate=False)
    ours = plot.roc(SCORES, LABELS)
    np.testing.assert_allclose(theirs.fpr, ours.curve.false_positive_rate)
    np.testing.assert_allclose(theirs.tpr, ours.curve.true_positive_rate)
    assert theirs.roc_auc == pytest.approx(ours.auroc)
    theirs = metrics.PrecisionRecallDisplay.from_predictions(LABELS, SCORES, ax=ax)
    both = plot.precision_recall(SCORES, LABELS)
    np.testing.assert_allclose(theirs.recall[::-1], both.curve.recall)
    np.testing.assert_allclose(theirs.precision[::-1], both.curve.precision)
    assert theirs.average_precision == pytest.approx(both.average_precision)
    assert theirs.prevalence_pos_label == pytest.approx(both.chance_.get_ydata()[0])


def test_scikit_learn_draws_the_same_reliability() -> None:
    calibration = pytest.importorskip("sklearn.calibration")
    ax = Figure().add_subplot()
    theirs = calibration.CalibrationDisplay.from_predictions(LABELS, SCORES, n_bins=8, ax=ax)
    ours = plot.reliability(SCORES, LABELS, bins=8)
    np.testing.assert_allclose(theirs.prob_pred, ours.line_.get_xdata())
    np.testing.assert_allclose(theirs.prob_true, ours.line_.get_ydata())


@pytest.mark.parametrize("normalize", [None, "true", "pred", "all"])
def test_scikit_learn_draws_the_same_confusion(normalize: Any) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    theirs = metrics.ConfusionMatrixDisplay.from_predictions(
        CLASSES, PREDICTED, normalize=normalize, ax=Figure().add_subplot()
    )
    ours = plot.confusion(PREDICTED, CLASSES, num_classes=3, normalize=normalize)
    np.testing.assert_allclose(ours.matrix, theirs.confusion_matrix)
    for got, want in zip(ours.text_.flat, theirs.text_.flat, strict=True):
        assert float(got.get_text()) == pytest.approx(float(want.get_text()), abs=0.006)


def test_uncertainty_toolbox_draws_the_same_coverage() -> None:
    toolbox = pytest.importorskip("uncertainty_toolbox.metrics_calibration")
    levels = tuple(np.linspace(0, 1, 21))
    expected, observed = toolbox.get_proportion_lists_vectorized(
        MEANS, DEVIATIONS, TARGETS, num_bins=21, prop_type="interval"
    )
    ours = plot.coverage(MEANS, DEVIATIONS, TARGETS, levels=levels)
    np.testing.assert_allclose(ours.line_.get_xdata(), expected)
    np.testing.assert_allclose(ours.line_.get_ydata(), observed)
    assert ours.auce == pytest.approx(toolbox.miscalibration_area(MEANS, DEVIATIONS, TARGETS, num_bins=21), abs=1e-3)


# ---- confusion


def test_a_matrix_or_a_state_gives_the_same_confusion() -> None:
    want = plot.confusion(PREDICTED, CLASSES, num_classes=3, normalize="pred").matrix
    counts = al.confusion_matrix(PREDICTED, CLASSES, num_classes=3)
    s = al.stream(al.confusion_matrix, num_classes=3)
    state = s.update(s.init(PREDICTED, CLASSES), PREDICTED, CLASSES)
    np.testing.assert_allclose(plot.confusion(counts, normalize="pred").matrix, want)
    np.testing.assert_allclose(plot.confusion(counts.astype(int), normalize="pred").matrix, want)
    np.testing.assert_allclose(plot.confusion(state, normalize="pred").matrix, want)


def test_true_classes_stand_down_and_predicted_ones_across() -> None:
    display = plot.confusion(PREDICTED, CLASSES, num_classes=3, labels=NAMES)
    assert (display.ax_.get_ylabel(), display.ax_.get_xlabel()) == ("true class", "predicted class")
    assert [t.get_text() for t in display.ax_.get_xticklabels()] == NAMES
    assert [t.get_text() for t in display.ax_.get_yticklabels()] == NAMES
    down, across = 2, 0
    assert display.text_[down, across].get_position() == (across, down)
    assert display.text_[down, across].get_text() == str(np.sum((CLASSES == 2) & (PREDICTED == 0)))


def test_numbers_are_legible_on_every_shade() -> None:
    """The ratio of luminances is what the accessibility guidelines ask of text, 4.5, throughout the colours."""
    display = plot.confusion(np.arange(400.0).reshape(20, 20))
    for cell in display.text_.flat:
        across, down = cell.get_position()
        shade = display.image_.cmap(display.image_.norm(display.matrix[down, across]))
        light, dark = sorted([_luminance(shade), _luminance(_rgb(cell.get_color()))], reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 4.5


def _rgb(name: str) -> Any:
    return import_module("matplotlib.colors").to_rgb(name)


def _luminance(shade: Any) -> float:
    encoded = np.asarray(shade[:3])
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_many_classes_leave_the_numbers_out() -> None:
    assert plot.confusion(np.eye(20)).text_.shape == (20, 20)
    assert plot.confusion(np.eye(21)).text_ is None


def test_the_colour_bar_says_what_is_shown() -> None:
    for normalize, told in {None: "weight", "true": "share of the true class", "all": "share of everything"}.items():
        display = plot.confusion(PREDICTED, CLASSES, num_classes=3, normalize=normalize)
        assert display.colorbar_.ax.get_ylabel() == told
