"""Bad input to predictions that say how sure they are: the error, and its one sentence."""

from typing import Any

import numpy as np
import pytest

import arraylosses
from arraylosses.conformance import backend
from tests.test_errors import Call, refused, traced

pytestmark = pytest.mark.filterwarnings("error")

# without its stub, which forbids most of these calls already
al: Any = arraylosses

N = np.arange(8.0) / 8
TWO = np.ones((8, 2))
LADDER = "`levels` must be ascending numbers of [0, 1], or how many (at least 2) of equal spacing; got "

VALUES: dict[str, Call] = {
    "`std` must be non-negative numbers; got -0.125.": lambda: al.gaussian_log_prob(N, -N, N),
    "`variance` must be non-negative numbers; got -1.": lambda: al.ensemble_moments(TWO, -TWO),
    "`variance` must be non-negative numbers; got -2.": lambda: al.ensemble_nll(TWO, -2 * TWO, N),
    "`std` must be non-negative numbers; got -0.25.": lambda: al.auce(N, N - 0.25, N),
    "`std` must be non-negative numbers; got -1.": lambda: al.interval_length(N - 1, level=0.5),
    "`error` must be non-negative numbers; got -0.5.": lambda: al.ause(N - 0.5, N),
    "`probability` must be probabilities from 0 to 1; got 1.125.": lambda: al.gaussian_quantile(N, N, N + 0.25),
    "`target` must have the shape of `mean` without its member axis, (8,); got (7,).": (
        lambda: al.ensemble_nll(TWO, TWO, N[:7])
    ),
    "`variance` must have 2 along the member axis, as `mean` has; got shape (8, 1).": (
        lambda: al.ensemble_moments(TWO, TWO[:, :1])
    ),
    "`level` must be above 0 and below 1; got 1.0.": lambda: al.interval_coverage(N, N, N, level=1.0),
    "`level` must be above 0 and below 1; got 0.": lambda: al.interval_length(N, level=0),
    "`level` must be above 0 and below 1; got 95.": lambda: al.prediction_interval(N, N, level=95),
    f"{LADDER}1.": lambda: al.auce(N, N, N, levels=1),
    f"{LADDER}(0.5, 1.5).": lambda: al.coverage_curve(N, N, N, levels=(0.5, 1.5)),
    f"{LADDER}(-0.1, 0.5).": lambda: al.quantile_coverage(N, N, N, levels=(-0.1, 0.5)),
    f"{LADDER}[0.9, 0.5].": lambda: al.mean_absolute_calibration_error(N, N, N, levels=[0.9, 0.5]),
    f"{LADDER}(0.5, 0.5).": lambda: al.calibration_error(N, N, N, levels=(0.5, 0.5)),
    f"{LADDER}(0.5, nan).": lambda: al.calibration_error(N, N, N, levels=(0.5, float("nan"))),
    f"{LADDER}().": lambda: al.auce(N, N, N, levels=()),
    "`levels` must be at least 2 numbers for average='trapezoid'; got 1.": lambda: al.auce(N, N, N, levels=(0.5,)),
    "`average` must be 'trapezoid' or 'mean'; got 'simpson'.": lambda: al.auce(N, N, N, average="simpson"),
    "`level_weights` must be 11 numbers, one a level; got 2.": (
        lambda: al.calibration_error(N, N, N, level_weights=(1.0, 2.0))
    ),
    "`level_weights` must be a sequence of non-negative numbers; got (1.0, -2.0).": (
        lambda: al.calibration_error(N, N, N, levels=2, level_weights=(1.0, -2.0))
    ),
    "`whole_samples` must be False where samples have `weights`; got True.": (
        lambda: al.ause(N, N, whole_samples=True, weights=N)
    ),
    "`fractions` must be a positive whole number; got 0.": lambda: al.sparsification_curve(N, N, fractions=0),
    "`penalty` must be 'mae' or 'rmse'; got 'mse'.": lambda: al.ause(N, N, penalty="mse"),
}

KINDS: dict[str, Call] = {
    f"{LADDER}0.5.": lambda: al.auce(N, N, N, levels=0.5),
    f"{LADDER}('a', 'b').": lambda: al.auce(N, N, N, levels=("a", "b")),
    f"{LADDER}True.": lambda: al.auce(N, N, N, levels=True),
    "`prediction_interval` needs `level`.": lambda: al.prediction_interval(N, N),
    "`interval_coverage` needs `level`.": lambda: al.interval_coverage(N, N, N),
    "`level` must be a number; got (0.5, 0.9).": lambda: al.interval_coverage(N, N, N, level=(0.5, 0.9)),
    "`level_weights` must be a sequence of non-negative numbers; got 1.0.": (
        lambda: al.calibration_error(N, N, N, level_weights=1.0)
    ),
}


@pytest.mark.parametrize("sentence", VALUES)
def test_value_errors(sentence: str) -> None:
    refused(ValueError, sentence, VALUES[sentence])


@pytest.mark.parametrize("sentence", KINDS)
def test_type_errors(sentence: str) -> None:
    refused(TypeError, sentence, KINDS[sentence])


def test_nan_where_nobody_can_look() -> None:
    for value in (al.gaussian_log_prob, al.auce, al.calibration_error):
        assert np.isnan(traced(value, N, -N, N))


@pytest.mark.parametrize("library", ["numpy", "torch", "strict", "jax-x64"])
def test_predictions_without_deviation(library: str) -> None:
    """The interval is the mean alone, and the distribution a step."""
    b = backend(library)
    with b.context():
        mean, std, target = map(b.put, (np.zeros(4), np.zeros(4), np.array([-1.0, 0.0, 0.0, 2.0])))
        assert b.get(al.interval_coverage(mean, std, target, level=0.9)) == 0.5
        assert b.get(al.gaussian_cdf(mean, std, target)).tolist() == [0.0, 0.5, 0.5, 1.0]
        assert b.get(al.gaussian_log_prob(mean, std, target, reduction="none")).tolist() == [
            -np.inf,
            np.inf,
            np.inf,
            -np.inf,
        ]
        edge = b.put(np.array([0.0, 0.25, 0.5, 1.0]))
        assert b.get(al.gaussian_quantile(mean, std, edge)).tolist() == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("library", ["numpy", "torch", "strict", "jax-x64"])
def test_a_row_of_nothing_is_a_curve_of_nan(library: str) -> None:
    b = backend(library)
    with b.context():
        nothing = b.put(np.zeros(0))
        curves = (
            al.sparsification_curve(nothing, nothing, fractions=3),
            al.sparsification_curve(nothing, nothing, fractions=3, whole_samples=True),
            al.coverage_curve(nothing, nothing, nothing, levels=3),
        )
        assert [np.isnan(b.get(curve[1])).tolist() for curve in curves] == [[True] * 3] * 3


def test_uncertainties_that_tie_leave_in_proportion() -> None:
    """A constant uncertainty says nothing: its curve is flat, and in whatever order the samples stand."""
    error = np.array([4.0, 0.0, 1.0, 3.0])
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        curve = al.sparsification_curve(error[order], np.ones(4))
        np.testing.assert_allclose(curve.uncertainty_curve, 1.0, rtol=1e-15)


def test_few_samples_have_an_area() -> None:
    """The published scripts keep nothing of 60 samples at the last fractions; an exact fraction is never empty."""
    error, uncertainty = np.random.default_rng(0).random((2, 60))
    assert np.isnan(al.ause(error, uncertainty, whole_samples=True))
    assert 0 < al.ause(error, uncertainty) < 1


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e7])
def test_ensembles_far_from_zero(offset: float) -> None:
    """A mean of squares less a squared mean would have no digits left here, in float32."""
    members = np.array([0.0, 1.0, 2.0, 5.0], "float32") + np.float32(offset)
    moments = al.ensemble_moments(members, np.full(4, 0.5, "float32"))
    assert float(moments.epistemic) == 3.5
    assert float(moments.variance) == 4.0
