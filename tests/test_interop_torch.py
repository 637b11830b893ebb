"""Losses are modules of PyTorch, and metrics are torchmetrics' own to torchmetrics, Lightning and DDP."""

import os
import pickle
from typing import Any

import numpy as np
import pytest

import arraylosses as al

pytest.importorskip("torch")

import torch

from arraylosses.interop.torch import Loss
from tests.test_engines import of_ranks

RNG = np.random.default_rng(5)
PRED, TARGET = (torch.from_numpy(x) for x in RNG.normal(size=(2, 64)).astype("float32"))
WEIGHTS = torch.from_numpy(RNG.uniform(size=64).astype("float32"))
LOGITS = torch.from_numpy(RNG.normal(size=(64, 3)).astype("float32"))
LABELS = torch.from_numpy(RNG.integers(3, size=64))
PARTS = [(0, 10), (10, 11), (11, 50), (50, 64)]
ERRORS = {"rmse": al.root_mean_squared_error, "mse": al.squared_error, "spearman": al.spearman_corrcoef}


def sentence(kind: type[Exception], told: str, call: Any, *args: Any, **more: Any) -> None:
    with pytest.raises(kind) as caught:
        call(*args, **more)
    assert str(caught.value) == told


# ---- losses


def test_a_module_gives_the_number_of_the_loss() -> None:
    for params in ({}, {"delta": 0.5}, {"delta": 0.5, "reduction": "none"}, {"reduction": "sum"}):
        loss = Loss(al.huber_loss, **params)
        assert torch.equal(loss(PRED, TARGET), al.huber_loss(PRED, TARGET, **params))
        assert torch.equal(loss(PRED, TARGET, weights=WEIGHTS), al.huber_loss(PRED, TARGET, weights=WEIGHTS, **params))
        assert not loss.state_dict()
    loss.reduction = "mean"
    assert torch.equal(loss(target=TARGET, pred=PRED), al.huber_loss(PRED, TARGET))


def test_tensors_are_buffers() -> None:
    class_weights = torch.tensor([1.0, 2.0, 0.5])
    loss = Loss(al.cross_entropy, class_weights=class_weights, label_smoothing=0.1)
    assert list(loss.state_dict()) == ["class_weights"]
    assert repr(loss) == "Loss(cross_entropy, class_weights=<tensor of shape (3,)>, label_smoothing=0.1)"
    want = al.cross_entropy(LOGITS, LABELS, class_weights=class_weights, label_smoothing=0.1)
    assert torch.equal(loss(LOGITS, LABELS), want)
    other = Loss(al.cross_entropy, class_weights=torch.ones(3), label_smoothing=0.1)
    other.load_state_dict(loss.state_dict())
    assert torch.equal(other(LOGITS, LABELS), want)
    assert loss.to("meta").class_weights.device.type == "meta"


def test_a_sequence_of_tensors_is_of_buffers_too() -> None:
    features = [torch.rand(2, c, 4, 4, generator=torch.Generator().manual_seed(c)) for c in (3, 5)]
    others = [x.flip(0) for x in features]
    layers = (torch.rand(3), torch.rand(5))
    loss = Loss(al.lpips_from_features, layer_weights=layers)
    assert list(loss.state_dict()) == ["layer_weights.0", "layer_weights.1"]
    assert torch.equal(loss(features, others), al.lpips_from_features(features, others, layer_weights=layers))
    assert repr(loss).startswith("Loss(\n  lpips_from_features, layer_weights=(<tensor of shape (3,)>, <tensor")


def test_a_module_trains_compiled_as_it_does_eagerly() -> None:
    def trained(compiled: bool) -> list[float]:
        torch.manual_seed(0)
        model, loss = torch.nn.Linear(3, 1), Loss(al.huber_loss, delta=0.5)

        def step(x: Any, y: Any, w: Any) -> Any:
            return loss(model(x)[:, 0], y, weights=w)

        if compiled:
            step = torch.compile(step, fullgraph=True, backend="aot_eager")
        optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
        values = []
        for _ in range(5):
            optimizer.zero_grad()
            value = step(LOGITS, TARGET, WEIGHTS)
            value.backward()
            optimizer.step()
            values.append(value.item())
        return values

    eager = trained(False)
    assert eager[-1] < eager[0]
    np.testing.assert_allclose(trained(True), eager, rtol=1e-5)


def test_modules_are_pickled() -> None:
    loss = pickle.loads(pickle.dumps(Loss(al.cross_entropy, class_weights=torch.ones(3))))
    assert torch.equal(loss(LOGITS, LABELS), al.cross_entropy(LOGITS, LABELS, class_weights=torch.ones(3)))
    torch.testing.assert_close(loss(LOGITS, LABELS), al.cross_entropy(LOGITS, LABELS))


def test_what_is_no_loss_is_told() -> None:
    sentence(TypeError, "`accuracy` has no gradient to train by: as a metric it is `Metric`.", Loss, al.accuracy)
    told = "`metric` must be a loss or a metric of arraylosses; got <function arraylosses.boxes.pairwise_iou>."
    sentence(TypeError, told, Loss, al.pairwise_iou)
    told = "`huber_loss` takes no `delat`; it takes `delta`, `weights`, `axis`, `reduction` and `avg_factor`."
    sentence(TypeError, told, Loss, al.huber_loss, delat=1.0)
    sentence(ValueError, "`delta` must be positive; got -1.0.", Loss, al.huber_loss, delta=-1.0)
    loss = Loss(al.huber_loss)
    sentence(ValueError, "`target` must have the shape of `pred`, (64, 1); got (64,).", loss, PRED[:, None], TARGET)
    sentence(TypeError, "`huber_loss` needs `target`.", loss, PRED)


# ---- metrics


@pytest.fixture(name="metric_of")
def _metric_of() -> Any:
    pytest.importorskip("torchmetrics")
    from arraylosses.interop.torch import Metric

    return Metric


def test_batches_give_the_number_of_the_whole(metric_of: Any) -> None:
    for metric, params in [(al.r2_score, {}), (al.spearman_corrcoef, {}), (al.huber_loss, {"delta": 0.5})]:
        m, more = metric_of(metric, **params), {} if metric is al.spearman_corrcoef else {"weights": WEIGHTS}
        for _ in range(2):
            for start, stop in PARTS:
                m.update(PRED[start:stop], TARGET[start:stop], **{k: w[start:stop] for k, w in more.items()})
            torch.testing.assert_close(m.compute(), metric(PRED, TARGET, **more, **params))
            assert m.update_count == 4
            m.reset()
    assert metric_of(al.r2_score).higher_is_better is True
    assert metric_of(al.huber_loss).higher_is_better is False
    assert metric_of(al.r2_score).is_differentiable is True
    assert metric_of(al.accuracy).is_differentiable is False
    assert repr(metric_of(al.huber_loss, delta=0.5)) == "Metric(stream(huber_loss, delta=0.5))"


def test_forward_gives_the_batch_and_keeps_all(metric_of: Any) -> None:
    for settings in ({}, {"dist_sync_on_step": True}):
        m = metric_of(al.root_mean_squared_error, **settings)
        for start, stop in PARTS:
            got = m(PRED[start:stop], TARGET[start:stop])
            torch.testing.assert_close(got, al.root_mean_squared_error(PRED[start:stop], TARGET[start:stop]))
        torch.testing.assert_close(m.compute(), al.root_mean_squared_error(PRED, TARGET))


def test_forward_has_a_gradient_and_the_state_none(metric_of: Any) -> None:
    given = PRED.clone().requires_grad_()
    m = metric_of(al.squared_error)
    m(given, TARGET).backward()
    torch.testing.assert_close(given.grad, 2 * (PRED - TARGET) / 64)
    m(given, TARGET)
    assert not m.state.total.head.requires_grad


def test_several_metrics_share_a_pass(metric_of: Any) -> None:
    m = metric_of(ERRORS)
    for start, stop in PARTS:
        m.update(PRED[start:stop], TARGET[start:stop])
    assert list(m.state) == ["rmse", "spearman"]
    values = m.compute()
    for name, metric in ERRORS.items():
        torch.testing.assert_close(values[name], metric(PRED, TARGET))
    assert m.higher_is_better is None
    assert m.is_differentiable is None


@pytest.mark.filterwarnings(
    "ignore:The ``compute`` method of metric Metric was called before"
)  # what merges is no update
def test_states_merge(metric_of: Any) -> None:
    one, other, none = (metric_of(al.spearman_corrcoef) for _ in range(3))
    one.update(PRED[:20], TARGET[:20])
    other.update(PRED[20:], TARGET[20:])
    none.merge_state(one)
    none.merge_state(other)
    none.merge_state(metric_of(al.spearman_corrcoef))
    torch.testing.assert_close(none.compute(), al.spearman_corrcoef(PRED, TARGET))
    one.merge_state({"state": other.state})
    torch.testing.assert_close(one.compute(), al.spearman_corrcoef(PRED, TARGET))
    stranger = metric_of(al.absolute_error)
    stranger.update(PRED, TARGET)
    told = "a state of stream(spearman_corrcoef) is none of stream(absolute_error), which remembers something else."
    sentence(TypeError, told, stranger.merge_state, one)


def test_a_collection_takes_them(metric_of: Any) -> None:
    from torchmetrics import MeanSquaredError, MetricCollection

    both = MetricCollection(
        {"ours": metric_of(al.squared_error), "theirs": MeanSquaredError(), "all": metric_of(ERRORS)}
    )
    for start, stop in PARTS:
        both.update(PRED[start:stop], TARGET[start:stop])
    values = both.compute()
    torch.testing.assert_close(values["ours"], values["theirs"])
    torch.testing.assert_close(values["ours"], values["mse"])
    copied = both.clone(prefix="val_")
    torch.testing.assert_close(copied.compute()["val_ours"], values["theirs"])
    both.reset()
    assert both["ours"].state is None


def test_metrics_are_pickled_saved_and_loaded(metric_of: Any) -> None:
    params = {"class_weights": torch.tensor([1.0, 2.0, 0.5])}
    m = metric_of({"ce": al.cross_entropy, "correct": al.stream(al.accuracy, class_axis=-1)}, **params)
    m.update(LOGITS[:20], LABELS[:20])
    assert not m.state_dict()
    m.persistent(True)
    saved = torch.nn.ModuleDict({"val": m}).state_dict()
    assert "val.ce/Mean.total.head" in saved
    fresh = torch.nn.ModuleDict({"val": metric_of(m.stream)})
    fresh.load_state_dict(saved)
    for other in (pickle.loads(pickle.dumps(m)), m.clone(), fresh["val"]):
        other.update(LOGITS[20:], LABELS[20:])
        values = other.compute()
        torch.testing.assert_close(values["ce"], al.cross_entropy(LOGITS, LABELS, **params))
        torch.testing.assert_close(values["correct"], al.accuracy(LOGITS, LABELS, class_axis=-1))


def test_states_and_parameters_move_with_the_metric(metric_of: Any) -> None:
    weights = torch.ones(3)
    m = metric_of({"a": al.cross_entropy, "b": al.stream(al.nll_loss, class_weights=weights)}, class_weights=weights)
    m.update(LOGITS, LABELS)
    assert m.double().state["a"].total.head.dtype == torch.float32
    m.to("meta")
    assert {x.device.type for x in al.state_to_dict(m.state).values()} == {"meta"}
    moved = [one.params["class_weights"] for one in m.stream.streams.values()]
    assert moved[0] is moved[1]
    assert moved[0].device.type == "meta"


def rank(place: int, world: int, port: int, to: Any) -> None:
    """Of two, the second has nothing at first."""
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    import warnings

    from torch import distributed

    from arraylosses.interop.torch import Metric

    torch.set_num_threads(1)
    distributed.init_process_group("gloo", rank=place, world_size=world)
    m, found = Metric(ERRORS), []
    cuts = [slice(0, 40), slice(40, 64)] if place == 0 else [slice(0, 0), slice(0, 64)]
    for cut in cuts:
        if cut.start < cut.stop:
            m.update(PRED[cut], TARGET[cut])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torchmetrics': computed before an update
            found.append({name: value.item() for name, value in m.compute().items()})
    told = ""
    try:
        Metric(al.r2_score).compute()
    except ValueError as why:
        told = str(why)
    own = m.update_count, m.state["spearman"].pred.shape[0]
    to.put((place, found, own, told))
    distributed.destroy_process_group()


@pytest.mark.filterwarnings("ignore:The ``compute`` method of metric Metric was called before")
def test_ranks_are_synchronised(metric_of: Any) -> None:
    first = {name: float(metric(PRED[:40], TARGET[:40])) for name, metric in ERRORS.items()}
    twice = torch.cat([PRED, PRED]), torch.cat([TARGET, TARGET])
    second = {name: float(metric(*twice)) for name, metric in ERRORS.items()}
    by_rank = sorted(of_ranks(rank, 2, timeout=180), key=lambda one: one[0])
    for _, found, _, told in by_rank:
        assert found[0] == pytest.approx(first, rel=1e-6)
        assert found[1] == pytest.approx(second, rel=1e-6)
        assert told == "`state` must be a state on at least one rank; got None on all of them."
    assert [own for _, _, own, _ in by_rank] == [(2, 64), (1, 64)], "each rank goes on with what is its own"


@pytest.mark.filterwarnings("ignore")  # Lightning's, of loaders without workers and of what it deprecates
def test_lightning_logs_them(metric_of: Any, tmp_path: Any) -> None:
    lightning = pytest.importorskip("lightning.pytorch")
    from torch.utils.data import DataLoader, TensorDataset

    class Model(lightning.LightningModule):  # type: ignore[misc, name-defined]  # of a package that may be missing
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(3, 1)
            self.loss = Loss(al.huber_loss)
            self.train_rmse = metric_of(al.root_mean_squared_error)
            self.val_rmse = metric_of(al.root_mean_squared_error)
            self.val_all = metric_of(ERRORS)

        def training_step(self, batch: Any, _: int) -> Any:
            pred = self.layer(batch[0])[:, 0]
            self.train_rmse(pred, batch[1])
            self.log("train_rmse", self.train_rmse, on_step=True, on_epoch=True)
            return self.loss(pred, batch[1])

        def validation_step(self, batch: Any, _: int) -> None:
            pred = self.layer(batch[0])[:, 0]
            self.val_rmse.update(pred, batch[1])
            self.val_all.update(pred, batch[1])
            self.log("val_rmse", self.val_rmse)

        def on_validation_epoch_end(self) -> None:
            self.log_dict(self.val_all.compute())
            self.val_all.reset()

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    loader = DataLoader(TensorDataset(LOGITS, TARGET), batch_size=10)
    model = Model()
    quiet = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    trainer = lightning.Trainer(max_epochs=2, accelerator="cpu", default_root_dir=tmp_path, **quiet)
    trainer.fit(model, loader, loader)
    logged = trainer.callback_metrics
    assert {"train_rmse_step", "train_rmse_epoch"} <= logged.keys()
    with torch.no_grad():
        pred = model.layer(LOGITS)[:, 0]
    torch.testing.assert_close(logged["val_rmse"], al.root_mean_squared_error(pred, TARGET))
    torch.testing.assert_close(logged["spearman"], al.spearman_corrcoef(pred, TARGET))
    assert model.val_rmse.state is None, "a new epoch begins with nothing"


@pytest.mark.filterwarnings("ignore:The ``compute`` method of metric Metric was called before")
def test_what_does_not_fit_is_told(metric_of: Any) -> None:
    m = metric_of(al.r2_score)
    sentence(ValueError, "stream(r2_score) has had no batch: update it before its value is computed.", m.compute)
    sentence(TypeError, "`metric` must be a loss or a metric; got Loss(huber_loss).", metric_of, Loss(al.huber_loss))
    sentence(
        TypeError,
        "`huber_loss` takes no `delat`; it takes `delta`, `weights` and `axis`.",
        metric_of,
        al.huber_loss,
        delat=1,
    )
    told = "stream(r2_score) has its parameters already; got `delta` beside it."
    sentence(TypeError, told, metric_of, al.stream(al.r2_score), delta=1.0)
    sentence(TypeError, "`update` takes tensors; got arrays of numpy.", m.update, PRED.numpy(), TARGET.numpy())
    sentence(ValueError, "`target` must have the shape of `pred`, (64,); got (10,).", m.update, PRED, TARGET[:10])
    columns = metric_of(al.absolute_error, axis=0)
    columns.update(LOGITS, LOGITS)
    told = "only states of one shape merge; got (3,) and (2,)."
    sentence(ValueError, told, columns.update, LOGITS[:, :2], LOGITS[:, :2])
    torch.testing.assert_close(columns.compute(), torch.zeros(3))
    saved = {"Mean.total.head": torch.zeros(())}
    told = "`saved` must have a state of stream(r2_score), Fit; got `Mean.total.head`."
    sentence(ValueError, told, m.load_state_dict, saved)
