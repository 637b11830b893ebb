"""Losses and metrics of Keras, on each of its backends that is installed: one process each, for it has one backend."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import arraylosses as al

# it is not imported here: that would settle the backend of this process
pytestmark = pytest.mark.skipif(find_spec("keras") is None, reason="keras is not installed")

BACKENDS = [name for name in ("torch", "jax", "tensorflow") if find_spec(name)]
RNG = np.random.default_rng(3)
X = RNG.normal(size=(32, 3)).astype("float32")
Y = RNG.normal(size=(32, 1)).astype("float32")
LABELS = RNG.integers(3, size=32)
WEIGHTS = RNG.uniform(size=32).astype("float32")
CLASS_WEIGHTS = np.asarray([1.0, 2.0, 0.5], dtype="float32")


# ---- in a process with a backend


def said(call: Any, *args: Any, **more: Any) -> str:
    try:
        call(*args, **more)
    except Exception as why:
        return f"{type(why).__name__}: {why}"
    return "nothing"


def linear(outputs: int = 1) -> Any:
    import keras

    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(outputs)])


def regression() -> dict[str, Any]:
    """Trained and evaluated with weights, in batches of which the last is shorter."""
    from arraylosses.interop.keras import Loss, Metric

    model = linear()
    metrics = [Metric(al.r2_score), Metric(al.spearman_corrcoef, capacity=40)]
    weighted = [Metric(al.root_mean_squared_error, name="rmse")]
    model.compile(loss=Loss(al.huber_loss, delta=0.5), optimizer="sgd", metrics=metrics, weighted_metrics=weighted)
    history = model.fit(X, Y, sample_weight=WEIGHTS, batch_size=10, epochs=3, shuffle=False, verbose=0).history
    values = model.evaluate(X, Y, sample_weight=WEIGHTS, batch_size=10, return_dict=True, verbose=0)
    again = model.evaluate(X, Y, sample_weight=WEIGHTS, batch_size=32, return_dict=True, verbose=0)
    return {
        "losses": history["loss"],
        "values": values,
        "loss": again["loss"],
        "pred": model.predict(X, verbose=0).tolist(),
    }


def classification(folder: str) -> dict[str, Any]:
    """Trained, saved, loaded, and evaluated again."""
    import keras

    from arraylosses.interop.keras import Loss, Metric

    model = linear(3)
    model.compile(
        loss=Loss(al.cross_entropy, class_weights=CLASS_WEIGHTS),
        optimizer="adam",
        metrics=[Metric(al.f1_score, class_axis=-1), Metric(al.cross_entropy, class_weights=CLASS_WEIGHTS)],
    )
    model.fit(X, LABELS, batch_size=10, epochs=2, verbose=0)
    path = f"{folder}/{keras.backend.backend()}.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    found = [m.evaluate(X, LABELS, batch_size=10, return_dict=True, verbose=0) for m in (model, loaded)]
    return {"values": found[0], "loaded": found[1], "pred": model.predict(X, verbose=0).tolist()}


def by_hand() -> dict[str, Any]:
    """Called without a model: with a mask, stateless, reset, and made anew of its configuration."""
    import keras

    from arraylosses.interop.keras import Loss, Metric

    pred, target = keras.ops.convert_to_tensor(X), keras.ops.convert_to_tensor(X[::-1].copy())
    mask = keras.ops.convert_to_tensor(np.arange(96).reshape(32, 3) % 2 == 0)
    weights = keras.ops.convert_to_tensor(WEIGHTS)
    loss = Loss(al.absolute_error, reduction="sum")
    plain, weighted = loss(target, pred), loss(target, pred, weights)
    pred._keras_mask = mask
    masked, both = loss(target, pred), loss(target, pred, weights)
    metric = Metric.from_config(Metric(al.huber_loss, name="h", delta=0.5).get_config())
    metric.update_state(target, pred)
    first = float(metric.result())
    metric.reset_state()
    variables = metric.stateless_update_state([v.value for v in metric.variables], target, pred)
    stateless, untouched = float(metric.stateless_result(variables)), float(metric.result())
    other = Loss.from_config(Loss(al.huber_loss, delta=0.25).get_config())
    counts = Metric(al.f1_score, num_classes=3)
    labels = keras.ops.convert_to_tensor(LABELS)
    counts.update_state(labels, keras.ops.flip(labels))
    return {
        "counts": float(counts.result()),
        "sums": [float(x) for x in (plain, weighted, masked, both)],
        "metric": [first, stateless, untouched],
        "config": metric.get_config(),
        "loss": [other.name, float(other(target, pred))],
    }


def sentences() -> list[str]:
    from arraylosses.interop.keras import Loss, Metric

    model = linear()
    model.compile(loss=Loss(al.squared_error), optimizer="sgd")
    other = linear()
    other.compile(loss="mse", optimizer="sgd", metrics=[Metric(al.absolute_error)])
    columns = Metric(al.absolute_error, axis=0)
    columns.update_state(X, X)
    return [
        said(Loss, al.accuracy),
        said(Loss, al.ssim),
        said(Loss, al.gaussian_nll),
        said(Loss, al.huber_loss, delat=1.0),
        said(Loss, "hubr_loss"),
        said(Metric, al.auroc),
        said(Metric, al.confusion_matrix),
        said(Metric, al.pairwise_iou),
        said(Metric, Loss),
        said(Metric.from_config, {"metric": "mine", "name": "mine"}),
        said(Metric(al.r2_score).result),
        said(columns.update_state, X[:, :2], X[:, :2]),
        said(model.fit, X, Y[:, 0], verbose=0),
        said(other.fit, X, Y[:, 0], verbose=0),
    ]


def examples() -> list[int]:
    import doctest

    from arraylosses.interop import keras as adapter

    return list(doctest.testmod(adapter))


def report(folder: str) -> None:
    found = {
        "regression": regression(),
        "classification": classification(folder),
        "by_hand": by_hand(),
        "sentences": sentences(),
        "examples": examples(),
    }
    print("\n" + json.dumps(found))


# ---- and what it must say


@pytest.fixture(scope="module", name="reports", params=BACKENDS)
def _reports(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = str(tmp_path_factory.mktemp("keras"))
    code = f"from tests.test_interop_keras import report; report({folder!r})"
    root = str(Path(__file__).parents[1])
    env = os.environ | {"KERAS_BACKEND": request.param, "PYTHONPATH": root}
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code], env=env, cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_regression_is_trained_and_evaluated(reports: Any) -> None:
    found = reports["regression"]
    assert found["losses"][-1] < found["losses"][0]
    pred = np.asarray(found["pred"], dtype="float32")
    assert found["loss"] == pytest.approx(float(al.huber_loss(pred, Y, delta=0.5, weights=WEIGHTS)), rel=1e-5)
    assert found["values"] | {"loss": None} == {
        "loss": None,
        "r2_score": pytest.approx(float(al.r2_score(pred, Y)), rel=1e-5),
        "spearman_corrcoef": pytest.approx(float(al.spearman_corrcoef(pred, Y)), rel=1e-5),
        "rmse": pytest.approx(float(al.root_mean_squared_error(pred, Y, weights=WEIGHTS)), rel=1e-5),
    }


def test_a_classifier_is_trained_saved_and_loaded(reports: Any) -> None:
    found = reports["classification"]
    pred = np.asarray(found["pred"], dtype="float32")
    entropy = float(al.cross_entropy(pred, LABELS, class_weights=CLASS_WEIGHTS))
    assert found["values"]["f1_score"] == pytest.approx(float(al.f1_score(pred, LABELS, class_axis=-1)), rel=1e-5)
    assert found["values"]["cross_entropy"] == pytest.approx(entropy, rel=1e-5)
    assert found["loaded"] == pytest.approx(found["values"], rel=1e-5)


def test_what_is_called_by_hand(reports: Any) -> None:
    found = reports["by_hand"]
    target, mask = X[::-1].copy(), np.arange(96).reshape(32, 3) % 2 == 0
    weights = (None, WEIGHTS, mask, mask * WEIGHTS[:, None])
    want = [float(al.absolute_error(X, target, weights=w, reduction="sum")) for w in weights]
    assert found["counts"] == pytest.approx(float(al.f1_score(LABELS[::-1], LABELS, num_classes=3)), rel=1e-6)
    assert found["sums"] == pytest.approx(want, rel=1e-5)
    masked = float(al.huber_loss(X, target, weights=mask, delta=0.5))
    assert found["metric"][:2] == pytest.approx([masked, masked], rel=1e-6)
    assert np.isnan(found["metric"][2]), "a stateless update leaves the variables alone"
    assert found["config"] == {"metric": "huber_loss", "name": "h", "dtype": "float32", "delta": 0.5}
    assert found["loss"] == ["huber_loss", pytest.approx(float(al.huber_loss(X, target, weights=mask, delta=0.25)))]


def test_the_examples_give_what_they_say(reports: Any) -> None:
    failed, tried = reports["examples"]
    assert tried > 0
    assert failed == 0


def test_what_does_not_fit_is_told(reports: Any) -> None:
    *plain, loss_shape, metric_shape = reports["sentences"]
    assert plain == [
        "TypeError: `accuracy` has no gradient to train by: as a metric it is `Metric`.",
        "TypeError: `ssim` is better the higher it is, and `fit` would make it low.",
        "TypeError: a loss takes a prediction and a target, and `gaussian_nll` takes `mean`, `variance` and `target`.",
        "TypeError: `huber_loss` takes no `delat`; it takes `delta`, `weights`, `axis`, `reduction` and `avg_factor`.",
        "KeyError: 'there is no metric `hubr_loss`; did you mean `huber_loss`?'",
        "TypeError: `auroc` keeps every sample, and Keras needs a state of one size: give `bins` or `capacity`.",
        "TypeError: a metric of Keras is one number, and `confusion_matrix` gives several.",
        "TypeError: `metric` must be a loss or a metric of arraylosses; got <function arraylosses.boxes.pairwise_iou>.",
        "TypeError: `metric` must be a loss or a metric of arraylosses; got <class 'arraylosses.interop.keras.Loss'>.",
        "KeyError: 'there is no metric `mine`.'",
        "ValueError: stream(r2_score) has had no batch: update it before its value is computed.",
        "ValueError: only states of one shape merge; got (3,) and (2,).",
    ]
    for told in (loss_shape, metric_shape):
        assert "`target` must have the shape of `pred`, (32, 1); got (32,)." in told
