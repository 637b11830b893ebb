"""Metrics are those of Flax NNX, alone, in a MultiMetric and under jit; losses train by optax."""

from typing import Any

import numpy as np
import pytest

import arraylosses as al

pytest.importorskip("flax")

import jax
import jax.numpy as jnp
from flax import nnx

from arraylosses.interop.flax import Metric

RNG = np.random.default_rng(9)
PRED, TARGET, WEIGHTS = map(jnp.asarray, RNG.uniform(-1.0, 1.0, size=(3, 60)).astype("float32"))
WEIGHTS = abs(WEIGHTS)
LOGITS = jnp.asarray(RNG.normal(size=(60, 3)).astype("float32"))
LABELS = jnp.asarray(RNG.integers(3, size=60))
PARTS = [slice(0, 20), slice(20, 40), slice(40, 60)]
ERRORS = {"rmse": al.root_mean_squared_error, "mse": al.squared_error, "r2": al.r2_score}


@nnx.jit
def step(metric: Any, **batch: Any) -> None:
    metric.update(**batch)


@pytest.mark.parametrize("update", [lambda metric, **batch: metric.update(**batch), step], ids=["eager", "jit"])
def test_batches_give_the_number_of_the_whole(update: Any) -> None:
    metric = Metric(al.r2_score)
    for _ in range(2):
        for part in PARTS:
            update(metric, pred=PRED[part], target=TARGET[part], weights=WEIGHTS[part])
        np.testing.assert_allclose(metric.compute(), al.r2_score(PRED, TARGET, weights=WEIGHTS), rtol=1e-6)
        metric.reset()


def test_a_step_is_compiled_for_the_first_batch_and_for_the_others() -> None:
    traces = []

    @nnx.jit
    def counted(metric: Any, pred: Any) -> None:
        traces.append(pred)
        metric.update(pred=pred, target=pred)

    metric = Metric(al.absolute_error)
    for _ in range(2):
        for part in PARTS:
            counted(metric, PRED[part])
        metric.reset()
    assert len(traces) == 2


def test_several_metrics_stand_in_a_multimetric() -> None:
    several = nnx.MultiMetric(
        loss=nnx.metrics.Average(),
        accuracy=nnx.metrics.Accuracy(),
        ours=Metric(al.accuracy, argnames={"pred": "logits", "target": "labels"}, class_axis=-1),
        entropy=Metric(al.cross_entropy, argnames={"pred": "logits", "target": "labels"}),
    )
    for part in PARTS:
        step(several, values=PRED[part], logits=LOGITS[part], labels=LABELS[part])
    values = several.compute()
    np.testing.assert_allclose(values["loss"], PRED.mean(), rtol=1e-5)
    np.testing.assert_allclose(values["ours"], values["accuracy"], rtol=1e-6)
    np.testing.assert_allclose(values["entropy"], al.cross_entropy(LOGITS, LABELS), rtol=1e-6)
    several.reset()
    assert several.ours.state.get_value() is None


def test_several_metrics_share_a_pass() -> None:
    metric = Metric(ERRORS)
    for part in PARTS:
        step(metric, pred=PRED[part], target=TARGET[part])
    values = metric.compute()
    for name, one in ERRORS.items():
        np.testing.assert_allclose(values[name], one(PRED, TARGET), rtol=1e-6)


def test_a_metric_is_split_and_put_together_again() -> None:
    metric = Metric(al.auroc, bins=10)
    step(metric, pred=jax.nn.sigmoid(PRED), target=(TARGET > 0))
    graph, state = nnx.split(metric)
    assert nnx.merge(graph, jax.tree.map(lambda x: x, state)).compute() == metric.compute()


def test_samples_are_kept_outside_of_jit() -> None:
    metric = Metric(al.spearman_corrcoef)
    for part in PARTS:
        metric.update(pred=PRED[part], target=TARGET[part])
    np.testing.assert_allclose(metric.compute(), al.spearman_corrcoef(PRED, TARGET), rtol=1e-6)


def test_optax_makes_a_loss_small() -> None:
    optax = pytest.importorskip("optax")
    optimizer = optax.adam(0.1)

    @jax.jit
    def train(params: Any, state: Any) -> Any:
        def loss(params: Any) -> Any:
            return al.huber_loss(LOGITS @ params["slope"] + params["offset"], TARGET, delta=0.5, weights=WEIGHTS)

        value, gradient = jax.value_and_grad(loss)(params)
        updates, state = optimizer.update(gradient, state)
        return optax.apply_updates(params, updates), state, value

    params = {"slope": jnp.ones(3), "offset": jnp.ones(())}
    state, values = optimizer.init(params), []
    for _ in range(30):
        params, state, value = train(params, state)
        values.append(float(value))
    assert values[-1] < 0.5 * values[0]
    np.testing.assert_allclose(
        al.huber_loss(jnp.asarray([3.0]), jnp.zeros(1), delta=0.5), optax.huber_loss(3.0, delta=0.5), rtol=1e-6
    )


def test_a_module_of_flax_trains() -> None:
    optax = pytest.importorskip("optax")
    model = nnx.Linear(3, 3, rngs=nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.sgd(0.5), wrt=nnx.Param)
    entropy = Metric(al.cross_entropy)

    @nnx.jit
    def train(model: Any, optimizer: Any, entropy: Any) -> None:
        def loss(model: Any) -> Any:
            logits = model(LOGITS)
            return al.cross_entropy(logits, LOGITS.argmax(-1)), logits

        (_, logits), gradient = nnx.value_and_grad(loss, has_aux=True)(model)
        entropy.update(pred=logits, target=LOGITS.argmax(-1))
        optimizer.update(model, gradient)

    values = []
    for _ in range(5):
        entropy.reset()
        train(model, optimizer, entropy)
        values.append(float(entropy.compute()))
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.8 * values[0]


def test_what_does_not_fit_is_told() -> None:
    def told(kind: type[Exception], call: Any, *args: Any, **more: Any) -> str:
        with pytest.raises(kind) as caught:
            call(*args, **more)
        return str(caught.value)

    metric = Metric(al.r2_score)
    assert (
        told(ValueError, metric.compute) == "stream(r2_score) has had no batch: update it before its value is computed."
    )
    assert told(TypeError, metric.update, pred=PRED) == "`r2_score` needs `target`."
    renamed = Metric(al.r2_score, argnames={"pred": "values"})
    assert told(TypeError, renamed.update, target=TARGET) == "`update` of stream(r2_score) needs `values`."
    assert told(TypeError, Metric, al.r2_score, argnames={"logits": "pred"}) == (
        "`argnames` must be by arguments of the metric, `pred`, `target` and `weights`; got `logits`."
    )
    assert told(TypeError, Metric, al.pairwise_iou) == (
        "`metric` must be a loss or a metric; got <function arraylosses.boxes.pairwise_iou>."
    )
    assert told(TypeError, Metric, al.stream(al.absolute_error), axis=0) == (
        "stream(absolute_error) has its parameters already; got `axis` beside it."
    )
    columns = Metric(al.absolute_error, axis=0)
    columns.update(pred=LOGITS, target=LOGITS)
    assert told(ValueError, columns.update, pred=LOGITS[:, :2], target=LOGITS[:, :2]) == (
        "only states of one shape merge; got (3,) and (2,)."
    )
    assert told(TypeError, step, Metric(al.auroc), pred=PRED, target=TARGET > 0) == (
        "`auroc` keeps every sample, and a transformation of JAX needs a state of one size: give `bins` or `capacity`."
    )
    shares = jax.nn.softmax(LOGITS)
    assert told(TypeError, step, Metric(al.lovasz_softmax), pred=shares, target=LABELS) == (
        "`lovasz_softmax` keeps every sample, and a transformation of JAX needs a state of one size: take "
        "`arraylosses.evaluate`."
    )
