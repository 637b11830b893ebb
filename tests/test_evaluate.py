"""Data that comes in batches gives the number of the whole, whatever brings it; and what breaks off loses nothing."""

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses import _evaluate

RNG = np.random.default_rng(11)
PRED, TARGET = RNG.normal(size=(2, 100))
ERRORS = {"rmse": al.root_mean_squared_error, "mae": al.absolute_error, "spearman": al.spearman_corrcoef}
WANTED = {name: float(metric(PRED, TARGET)) for name, metric in ERRORS.items()}


def cut(*arrays: Any) -> Iterator[tuple[Any, ...]]:
    for i, j in pairwise([0, 30, 31, 31, 64, 100]):
        yield tuple(a[i:j] for a in arrays)


def close(values: dict[str, Any]) -> None:
    assert values.keys() == WANTED.keys()
    for name, value in values.items():
        assert float(value) == pytest.approx(WANTED[name], rel=1e-12), name


# ---- where batches come from


def test_of_a_generator() -> None:
    close(al.evaluate(ERRORS, cut(PRED, TARGET)))


def test_of_a_list_of_dicts() -> None:
    close(al.evaluate(ERRORS, [{"target": t, "pred": p} for p, t in cut(PRED, TARGET)]))


def test_of_arrays_that_are_cut() -> None:
    close(al.evaluate(ERRORS, PRED, TARGET, batch_size=7))
    close(al.evaluate(al.stream(ERRORS), PRED, TARGET))


def test_weights_come_with_their_batch() -> None:
    weights = RNG.random(100)
    named = ({"pred": p, "target": t, "weights": w} for p, t, w in cut(PRED, TARGET, weights))
    found = al.evaluate(al.absolute_error, named)
    assert float(found) == pytest.approx(float(al.absolute_error(PRED, TARGET, weights=weights)))


def test_of_one_array() -> None:
    shares = RNG.dirichlet(np.ones(3), 50)
    assert float(al.evaluate(al.entropy, shares, batch_size=8)) == pytest.approx(float(al.entropy(shares)))


def test_of_a_file_that_is_mapped(tmp_path: Path) -> None:
    names = []
    for name, array in (("pred", PRED), ("target", TARGET)):
        np.save(tmp_path / f"{name}.npy", array)
        names.append(tmp_path / f"{name}.npy")
    close(al.evaluate(ERRORS, *(np.load(name, mmap_mode="r") for name in names), batch_size=9))


def test_changes_that_no_file_has_are_kept(tmp_path: Path) -> None:
    np.save(tmp_path / "pred.npy", TARGET)
    mapped = np.load(tmp_path / "pred.npy", mmap_mode="c")
    mapped[:] = PRED
    close(al.evaluate(ERRORS, mapped, TARGET, batch_size=9))
    np.testing.assert_array_equal(mapped, PRED)


def test_of_a_torch_data_loader() -> None:
    torch = pytest.importorskip("torch")
    from torch.utils.data import DataLoader, TensorDataset

    pairs = TensorDataset(torch.from_numpy(PRED), torch.from_numpy(TARGET))
    close(al.evaluate(ERRORS, DataLoader(pairs, batch_size=16)))


def test_no_graph_is_kept() -> None:
    torch = pytest.importorskip("torch")
    given = torch.from_numpy(PRED).requires_grad_()
    value = al.evaluate(al.absolute_error, given, torch.from_numpy(TARGET), batch_size=9)
    assert not value.requires_grad
    assert torch.is_grad_enabled()


def test_of_dask_chunk_by_chunk() -> None:
    dask = pytest.importorskip("dask.array")
    pred, target = (dask.from_array(x, chunks=23) for x in (PRED, TARGET))
    close(al.evaluate(ERRORS, pred, target))


def test_jax_compiles_once_a_shape() -> None:
    jax = pytest.importorskip("jax")
    pred, target = (jax.numpy.asarray(x, dtype="float32") for x in (PRED, TARGET))
    metrics = al.stream({"rmse": al.root_mean_squared_error, "huber": al.huber_loss}, delta=0.75)
    found = al.evaluate(metrics, pred, target, batch_size=10)
    assert _evaluate._compiled(metrics)._cache_size() == 1
    assert float(found["rmse"]) == pytest.approx(WANTED["rmse"], rel=1e-6)


def test_samples_are_not_copied_at_each_batch() -> None:
    gathered = _evaluate._Gathered(al.stream(al.spearman_corrcoef))
    for i in range(64):
        gathered.take((PRED[i : i + 1], TARGET[i : i + 1]), {})
        assert len(gathered.parts) == (i + 1).bit_count()
    np.testing.assert_array_equal(gathered.state.pred, PRED[:64])


def test_nothing_at_all_is_an_empty_mean() -> None:
    assert np.isnan(al.evaluate(al.absolute_error, PRED[:0], TARGET[:0]))


# ---- a bar


def test_a_bar_is_drawn_where_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    slow = _slowly(cut(PRED, TARGET))
    close(al.evaluate(ERRORS, slow, progress=True))
    assert "batch/s" in capsys.readouterr().err


def _slowly(batches: Iterator[Any]) -> Iterator[Any]:
    from time import sleep

    for batch in batches:
        sleep(0.4)
        yield batch


def test_no_bar_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    close(al.evaluate(ERRORS, cut(PRED, TARGET)))
    assert capsys.readouterr().err == ""


def test_without_tqdm_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tqdm", None)
    with pytest.raises(ModuleNotFoundError, match=r"`progress` needs tqdm: `pip install 'arraylosses\[progress\]'`."):
        al.evaluate(ERRORS, cut(PRED, TARGET), progress=True)
    assert find_spec("arraylosses")


# ---- what breaks off


def test_what_was_gathered_before_a_bad_batch_can_be_read() -> None:
    def batches() -> Iterator[Any]:
        yield PRED[:60], TARGET[:60]
        yield PRED[60:], TARGET[60:99]

    with pytest.raises(al.BatchError) as caught:
        al.evaluate(ERRORS, batches())
    told = caught.value
    assert str(told) == "batch 1: `target` must have the shape of `pred`, (40,); got (39,)."
    assert told.batch == 1
    found = told.stream.compute(told.state)
    assert float(found["mae"]) == pytest.approx(float(al.absolute_error(PRED[:60], TARGET[:60])))


def test_a_file_that_was_cut_off_loses_nothing_before_it() -> None:
    def batches() -> Iterator[Any]:
        yield PRED[:60], TARGET[:60]
        raise OSError("unexpected end of file")

    with pytest.raises(al.BatchError) as caught:
        al.evaluate(al.absolute_error, batches())
    assert str(caught.value) == "batch 1: it could not be read: OSError: unexpected end of file"
    assert float(caught.value.stream.compute(caught.value.state)) > 0


SENTENCES = [
    (lambda: al.evaluate(ERRORS, iter(())), ValueError, "`data` must have at least one batch; it ended at once."),
    (
        lambda: al.evaluate(ERRORS),
        TypeError,
        "`data` must be an iterable of batches, or the arrays of the metric; got nothing.",
    ),
    (
        lambda: al.evaluate(ERRORS, 3),
        TypeError,
        "`data` must be an iterable of batches, or the arrays of the metric; got int.",
    ),
    (
        lambda: al.evaluate(ERRORS, PRED, [1.0]),
        TypeError,
        "`data` must be an iterable of batches, or the arrays of the metric; got ndarray and list.",
    ),
    (
        lambda: al.evaluate(ERRORS, PRED, TARGET[1:]),
        ValueError,
        "`data` must be arrays of one length along the leading axis; got shapes (100,) and (99,).",
    ),
    (
        lambda: al.evaluate(ERRORS, PRED, TARGET, batch_size=-1),
        ValueError,
        "`batch_size` must be at least 1; got -1.",
    ),
    (
        lambda: al.evaluate(ERRORS, cut(PRED, TARGET), batch_size=3),
        TypeError,
        "`batch_size` cuts arrays; `data` comes in batches already.",
    ),
    (
        lambda: al.evaluate(al.stream(al.huber_loss), PRED, TARGET, delta=2.0),
        TypeError,
        "stream(huber_loss) has its parameters already; got `delta` beside it.",
    ),
    (
        lambda: al.evaluate(al.absolute_error, [(PRED, TARGET), (PRED.astype("float32"), TARGET.astype("float32"))]),
        al.BatchError,
        "batch 1: only states of one dtype merge; got float64 and float32.",
    ),
]


@pytest.mark.parametrize(("call", "error", "sentence"), SENTENCES)
def test_sentences(call: Any, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == sentence


def test_states_on_two_devices_are_told() -> None:
    strict = pytest.importorskip("array_api_strict")
    s = al.stream(al.absolute_error)
    here, there = (
        al.accumulate(s, *(strict.asarray(x, device=strict.Device(name)) for x in (PRED, TARGET)))
        for name in ("CPU_DEVICE", "device1")
    )
    with pytest.raises(ValueError, match="device") as caught:
        s.merge(here, there)
    one, other = (state.total.head.device for state in (here, there))
    assert str(caught.value) == f"only states on one device merge; got {one} and {other}."


def test_a_batch_of_another_library_is_told() -> None:
    strict = pytest.importorskip("array_api_strict")
    other = tuple(strict.asarray(x) for x in (PRED, TARGET))
    with pytest.raises(al.BatchError) as caught:
        al.evaluate(al.absolute_error, [(PRED, TARGET), other])
    assert str(caught.value) == "batch 1: only states of one library merge; got numpy and strict."
