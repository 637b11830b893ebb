"""Several metrics in one pass are each what it is by itself, and what they remember alike is remembered once."""

import pickle
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import arraylosses as al

RNG = np.random.default_rng(7)
PAIR = RNG.normal(size=(2, 60))
LABELS = RNG.integers(0, 4, (2, 60))
SCORES = RNG.normal(size=(60, 4)), LABELS[1]
CHANCES = RNG.random(60), RNG.integers(0, 2, 60) * 1.0

ERRORS = {
    "mae": al.absolute_error,
    "mse": al.squared_error,
    "rmse": al.root_mean_squared_error,
    "psnr": al.psnr,
    "r2": al.r2_score,
    "pearson": al.pearson_corrcoef,
    "spearman": al.spearman_corrcoef,
}
DECISIONS = {
    "accuracy": al.accuracy,
    "precision": al.precision,
    "recall": al.recall,
    "f1": al.f1_score,
    "kappa": al.cohen_kappa,
    "confusion": al.confusion_matrix,
    "counts": al.confusion_counts,
}
CASES: list[tuple[dict[str, Any], Any, dict[str, Any], int]] = [
    (ERRORS, PAIR, {"data_range": 2.0}, 5),
    (DECISIONS, LABELS, {"num_classes": 4}, 1),
    (DECISIONS, SCORES, {"class_axis": -1}, 1),
    ({k: DECISIONS[k] for k in ("accuracy", "precision", "f1", "counts")}, CHANCES, {}, 2),
    ({"auroc": al.auroc, "average precision": al.average_precision, "roc": al.roc_curve}, CHANCES, {}, 1),
    ({"ece": al.expected_calibration_error, "curve": al.reliability_curve}, CHANCES, {"bins": 5}, 1),
]


def parts(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple) else [value]


def batches(arrays: Any) -> list[Any]:
    cuts = [0, 1, 7, 7, 40, 60]
    return [tuple(a[i:j] for a in arrays) for i, j in pairwise(cuts)]


@pytest.mark.parametrize(("metrics", "arrays", "params", "states"), CASES)
def test_each_is_what_it_is_by_itself(metrics: Any, arrays: Any, params: Any, states: int) -> None:
    together = al.stream(metrics, **params)
    state = together.init(*(a[:2] for a in arrays))
    assert len(state) == states
    weights = RNG.integers(0, 3, 60) * 1.0
    for *batch, w in batches([*arrays, weights]):
        state = together.update(state, *batch, weights=w)
    for name, value in together.compute(state).items():
        known = {k: v for k, v in params.items() if k in metrics[name].definition.params}
        alone = metrics[name](*arrays, weights=weights, **known)
        for a, b in zip(parts(value), parts(alone), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize(("metrics", "arrays", "params", "states"), CASES)
def test_states_merge_in_any_order(metrics: Any, arrays: Any, params: Any, states: int) -> None:
    s = al.stream(metrics, **params)
    empty = s.init(*(a[:2] for a in arrays))
    several = [s.update(empty, *batch) for batch in batches(arrays)]
    forth, back = empty, empty
    for one, other in zip(several, reversed(several), strict=True):
        forth, back = s.merge(forth, one), s.merge(other, back)
    for name, value in s.compute(forth).items():
        for a, b in zip(parts(value), parts(s.compute(back)[name]), strict=True):
            np.testing.assert_array_equal(a, b, err_msg=name)


def test_a_nan_score_shows_in_all_that_share_a_table() -> None:
    s = al.stream({k: DECISIONS[k] for k in ("accuracy", "f1", "kappa")}, class_axis=-1)
    scores = SCORES[0].copy()
    scores[3, 1] = np.nan
    state = s.update(s.init(scores, LABELS[1]), scores, LABELS[1])
    assert all(np.isnan(value) for value in s.compute(state).values())


def test_what_is_gathered_otherwise_is_not_shared() -> None:
    s = al.stream(
        {
            "at a half": al.f1_score,
            "at a third": al.stream(al.f1_score, threshold=1 / 3),
            "by row": al.stream(al.f1_score, axis=(0, 1)),
        }
    )
    assert list(s.init(*(a.reshape(6, 10) for a in CHANCES))) == ["at a half", "at a third", "by row"]


def test_labels_to_ignore_are_ignored_by_all_or_by_none() -> None:
    kappa = al.stream(al.cohen_kappa, num_classes=4, ignore_index=0)
    s = al.stream({"kappa": kappa, "accuracy": al.accuracy})
    state = s.update(s.init(*LABELS), *LABELS)
    assert float(s.compute(state)["accuracy"]) == float(al.accuracy(*LABELS))


def test_a_collection_is_a_key_and_can_be_sent() -> None:
    s = al.stream(ERRORS, data_range=2.0)
    other = pickle.loads(pickle.dumps(s))
    assert s == other
    assert hash(s) == hash(other)
    assert s != al.stream(ERRORS, data_range=3.0)
    assert "'psnr': stream(psnr, data_range=2.0)" in repr(s)


def test_a_collection_is_compiled_and_scanned() -> None:
    jax = pytest.importorskip("jax")
    s = al.stream({"rmse": al.root_mean_squared_error, "mae": al.absolute_error, "mse": al.squared_error})
    x = jax.numpy.asarray(PAIR.reshape(2, 6, 10), dtype="float32")
    state, _ = jax.lax.scan(lambda c, batch: (s.update(c, *batch), None), s.init(*x[:, 0]), tuple(x))
    for name, value in jax.jit(s.compute)(state).items():
        np.testing.assert_allclose(value, np.asarray(s.streams[name].metric(*PAIR)), rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda: al.stream({}), ValueError, "`metric` must have at least one metric; got an empty dict."),
        (lambda: al.stream({"a": 3}), TypeError, "`metric` must be a loss or a metric; got 3."),
        (
            lambda: al.stream({"a": al.absolute_error, "b": al.r2_score}, delta=1.0),
            TypeError,
            "none of the metrics takes `delta`.",
        ),
        (
            lambda: al.stream({"a": al.absolute_error, "b": al.r2_score}).compute({"a": None}),
            TypeError,
            "a state of these metrics is a dict of `a` and `b`; got `a`.",
        ),
        (
            lambda: al.stream({"a": al.absolute_error}).merge([], []),
            TypeError,
            "a state of these metrics is a dict of `a`; got list.",
        ),
    ],
)
def test_sentences(call: Any, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == sentence
