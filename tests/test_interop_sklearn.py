"""scikit-learn scores estimators by our metrics, in its order of arguments and with its signs."""

import pickle
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

import arraylosses as al

pytest.importorskip("sklearn")

import sklearn
from sklearn import metrics as peers
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multioutput import MultiOutputClassifier

from arraylosses.interop.sklearn import score, scorer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = X @ np.asarray([1.0, -2.0, 0.5]) + RNG.normal(size=60)
TWO = (Y > 0).astype(int)
THREE = np.digitize(Y, [-1.0, 1.0])
OUTPUTS = np.stack([Y, 10 * Y**2], axis=1)
WEIGHTS = RNG.uniform(0.1, 2.0, size=60)


@pytest.mark.parametrize(
    ("ours", "peer"),
    [
        (al.root_mean_squared_error, peers.root_mean_squared_error),
        (al.absolute_error, peers.mean_absolute_error),
        (al.r2_score, peers.r2_score),
        (al.median_absolute_error, peers.median_absolute_error),
    ],
)
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_a_score_is_the_number_of_its_peer(ours: al.Metric, peer: Any, weights: Any) -> None:
    got = score(ours)(Y, Y + 0.1 * X[:, 0], sample_weight=weights)
    if ours is al.median_absolute_error and weights is not None:
        want = float(ours(Y + 0.1 * X[:, 0], Y, weights=weights))  # its weighted median is another one
    else:
        want = peer(Y, Y + 0.1 * X[:, 0], sample_weight=weights)
    assert type(got) is float
    assert got == pytest.approx(want, rel=1e-12)


def test_cross_validation_is_that_of_the_peer() -> None:
    ours = cross_val_score(Ridge(), X, Y, scoring=scorer(al.root_mean_squared_error))
    np.testing.assert_allclose(ours, cross_val_score(Ridge(), X, Y, scoring="neg_root_mean_squared_error"), rtol=1e-12)
    ours = cross_val_score(Ridge(), X, Y, scoring=scorer(al.r2_score))
    np.testing.assert_allclose(ours, cross_val_score(Ridge(), X, Y, scoring="r2"), rtol=1e-12)


def test_a_grid_search_takes_what_is_better_whatever_the_sign() -> None:
    grid = {"alpha": [0.1, 1e4]}
    for metric in (al.huber_loss, al.r2_score):
        assert GridSearchCV(Ridge(), grid, scoring=scorer(metric)).fit(X, Y).best_params_ == {"alpha": 0.1}


@pytest.mark.parametrize(
    ("ours", "peer", "response", "labels"),
    [
        (al.auroc, "roc_auc", "decision_function", TWO),
        (al.average_precision, "average_precision", "decision_function", TWO),
        (al.binary_cross_entropy, "neg_log_loss", "predict_proba", TWO),
        (al.categorical_cross_entropy, "neg_log_loss", "predict_proba", THREE),
        (al.accuracy, "accuracy", None, TWO),
        (al.accuracy, "accuracy", None, THREE),
        (al.f1_score, "f1", None, TWO),
    ],
)
def test_a_classifier_is_asked_for_what_the_metric_takes(ours: Any, peer: str, response: Any, labels: Any) -> None:
    got = cross_val_score(LogisticRegression(), X, labels, scoring=scorer(ours, response_method=response))
    np.testing.assert_allclose(got, cross_val_score(LogisticRegression(), X, labels, scoring=peer), rtol=1e-9)


def test_parameters_of_the_metric_are_passed() -> None:
    got = cross_val_score(LogisticRegression(), X, THREE, scoring=scorer(al.f1_score, num_classes=3))
    np.testing.assert_allclose(got, cross_val_score(LogisticRegression(), X, THREE, scoring="f1_macro"), rtol=1e-12)
    assert scorer(al.huber_loss, delta=0.5)._kwargs == {"delta": 0.5}


def test_several_outputs_are_taken_together_or_averaged() -> None:
    model = LinearRegression().fit(X, OUTPUTS)
    pred = model.predict(X)
    together = scorer(al.root_mean_squared_error)(model, X, OUTPUTS, sample_weight=WEIGHTS)
    assert together == -float(al.root_mean_squared_error(pred, OUTPUTS, weights=WEIGHTS))
    average = scorer(al.root_mean_squared_error, multioutput="uniform_average")(model, X, OUTPUTS)
    assert average == pytest.approx(-peers.root_mean_squared_error(OUTPUTS, pred), rel=1e-12)
    assert average != pytest.approx(scorer(al.root_mean_squared_error)(model, X, OUTPUTS), rel=1e-3)


def test_labels_side_by_side_are_scored() -> None:
    many = np.stack([TWO, 1 - TWO, THREE == 1], axis=1).astype(int)
    model = MultiOutputClassifier(LogisticRegression()).fit(X, many)
    got = scorer(al.f1_score, label_axis=-1, response_method="predict")(model, X, many)
    assert got == pytest.approx(peers.f1_score(many, model.predict(X), average="macro"), rel=1e-12)
    shares = np.stack([each[:, 1] for each in model.predict_proba(X)], axis=1)
    got = scorer(al.binary_cross_entropy, response_method="predict_proba")(model, X, many)
    assert got == -float(al.binary_cross_entropy(shares, many))


def test_weights_are_routed() -> None:
    with sklearn.config_context(enable_metadata_routing=True):
        routed = scorer(al.absolute_error).set_score_request(sample_weight=True)
        ridge = Ridge().set_fit_request(sample_weight=False)
        got = cross_val_score(ridge, X, Y, scoring=routed, params={"sample_weight": WEIGHTS}, cv=2)
    parts = (slice(30, None), slice(None, 30)), (slice(None, 30), slice(30, None))
    want = [
        -float(al.absolute_error(Ridge().fit(X[fit], Y[fit]).predict(X[test]), Y[test], weights=WEIGHTS[test]))
        for fit, test in parts
    ]
    np.testing.assert_allclose(got, want, rtol=1e-12)


def test_lists_and_series_are_arrays_of_numbers() -> None:
    pandas = pytest.importorskip("pandas")
    assert score(al.absolute_error)([1, 2], [1, 4]) == 1.0
    assert score(al.absolute_error)(pandas.Series([1, 2]), np.asarray([1, 4])) == 1.0
    assert score(al.absolute_error)(pandas.DataFrame({"a": [1, 2]}), np.asarray([[1], [4]])) == 1.0


def test_scorers_are_copied_and_pickled() -> None:
    model = LinearRegression().fit(X, Y)
    made = scorer(al.huber_loss, delta=0.5)
    for other in (pickle.loads(pickle.dumps(made)), deepcopy(made), sklearn.base.clone(made, safe=False)):
        assert other(model, X, Y) == made(model, X, Y)
    assert repr(made) == "make_scorer(huber_loss, greater_is_better=False, response_method='predict', delta=0.5)"
    assert score(al.huber_loss) == pickle.loads(pickle.dumps(score(al.huber_loss)))
    within = score(al.averaged(al.r2_score, axis=-1))
    assert within == pickle.loads(pickle.dumps(within))


@pytest.mark.parametrize(
    ("make", "kind", "sentence"),
    [
        (
            lambda: scorer(al.pairwise_iou),
            TypeError,
            "`metric` must be a loss or a metric of arraylosses; got <function arraylosses.boxes.pairwise_iou>.",
        ),
        (
            lambda: scorer(al.confusion_matrix),
            TypeError,
            "a score is one number, and `confusion_matrix` gives several.",
        ),
        (
            lambda: scorer(al.gaussian_nll),
            TypeError,
            "a score takes a prediction and a target, and `gaussian_nll` takes `mean`, `variance` and `target`.",
        ),
        (
            lambda: scorer(al.relative_entropy, response_method="predict_proba"),
            ValueError,
            "`relative_entropy` has no best value: give greater_is_better=True or False.",
        ),
        (
            lambda: scorer(al.auroc),
            ValueError,
            "`auroc` has predictions that are real numbers and targets that are 0 or 1: give "
            "response_method='predict_proba', 'decision_function' or 'predict'.",
        ),
        (
            lambda: scorer(al.huber_loss, delat=1.0),
            TypeError,
            "`huber_loss` takes no `delat`; it takes `delta` and `multioutput`.",
        ),
        (
            lambda: score(al.f1_score)(THREE, THREE, num_classes=3, average=None),
            ValueError,
            "a score is one number; `f1_score` gave an array of shape (3,).",
        ),
        (
            lambda: score(al.accuracy)(["cat", "dog"], ["cat", "cat"]),
            TypeError,
            "`y_true` must be numbers; got <U3: `sklearn.preprocessing` encodes labels.",
        ),
        (
            lambda: score(al.absolute_error)(Y[:, None], Y),
            ValueError,
            "`target` must have the shape of `pred`, (60,); got (60, 1).",
        ),
        (
            lambda: score(al.absolute_error)(Y, Y, multioutput="raw_values"),
            ValueError,
            "`multioutput` must be 'uniform_average' or None; got 'raw_values'.",
        ),
    ],
)
def test_what_does_not_fit_is_told(make: Any, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind) as told:
        make()
    assert str(told.value) == sentence


def test_a_constant_prediction_is_scored_as_any_other() -> None:
    model = DummyRegressor().fit(X, Y)
    assert scorer(al.squared_error)(model, X, Y) == pytest.approx(-Y.var(), rel=1e-12)
