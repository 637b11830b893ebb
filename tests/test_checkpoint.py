"""A state goes through files and on to another library, and is the same state."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses import conformance
from arraylosses.conformance._trial import Trial, variants

RNG = np.random.default_rng(5)
PRED, TARGET = RNG.normal(size=(2, 40)).astype("float32")
SHARES, LABELS = RNG.random(40).astype("float32"), RNG.integers(0, 2, 40) * np.float32(1)

KINDS: dict[str, tuple[Any, Any]] = {
    "Mean": (al.stream(al.root_mean_squared_error), (PRED, TARGET)),
    "Moments": (al.stream(al.pearson_corrcoef), (PRED, TARGET)),
    "Fit": (al.stream(al.r2_score), (PRED, TARGET)),
    "Samples": (al.stream(al.spearman_corrcoef), (PRED, TARGET)),
    "Buffer": (al.stream(al.spearman_corrcoef, capacity=64), (PRED, TARGET)),
    "Counts": (al.stream(al.f1_score), (SHARES, LABELS)),
    "ClassCounts": (al.stream(al.f1_score, num_classes=2), (LABELS.astype(int), LABELS.astype(int)[::-1])),
    "Hits": (al.stream(al.accuracy), (SHARES, LABELS)),
    "Confusion": (al.stream(al.cohen_kappa, num_classes=2), (LABELS.astype(int), LABELS.astype(int)[::-1])),
    "Histogram": (al.stream(al.expected_calibration_error, bins=4), (SHARES, LABELS)),
}
LIBRARIES = [name for name in ("numpy", "torch", "jax", "strict") if name in conformance.installed()]


def made(kind: str) -> tuple[Any, Any]:
    """A stream, and a state of it."""
    stream, arrays = KINDS[kind]
    state = stream.init(*arrays)
    for i in (0, 13):
        state = stream.update(state, *(a[i : i + 27] for a in arrays))
    return stream, state


def leaves(state: Any) -> list[Any]:
    return [x for part in state for x in (leaves(part) if isinstance(part, tuple) else [part])]


def same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    for a, b in zip(leaves(one), leaves(other), strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def every_form() -> list[Any]:
    return [v for m in al.catalogue if not isinstance(m, al.Function) for v in variants(m) if not v.labels]


@pytest.mark.parametrize("variant", every_form(), ids=lambda v: v.name)
def test_every_state_of_every_metric_is_restored(variant: Any) -> None:
    trial = Trial(variant, conformance.backend("numpy"), np.random.default_rng(0).random)
    arrays = trial.grouped(trial.draw((6,)))
    s = al.stream(variant.metric, **variant.params)
    state = s.update(s.init(*arrays), *arrays)
    same(al.state_from_dict(al.state_to_dict(state), s), state)
    same(al.convert_state(state, np), state)


@pytest.mark.parametrize("kind", KINDS)
def test_through_a_dict_and_files(kind: str, tmp_path: Path) -> None:
    stream, state = made(kind)
    saved = al.state_to_dict(state)
    assert all(name.startswith(f"{kind}.") for name in saved)
    same(al.state_from_dict(saved, stream), state)
    np.savez(tmp_path / "state.npz", **saved)
    with np.load(tmp_path / "state.npz") as file:
        same(al.state_from_dict(file, stream), state)
    same(pickle.loads(pickle.dumps(state)), state)
    text = json.dumps({name: array.tolist() for name, array in saved.items()})
    value = stream.compute(al.state_from_dict(json.loads(text), stream))
    np.testing.assert_allclose(np.asarray(value), np.asarray(stream.compute(state)), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_through_safetensors(kind: str, tmp_path: Path) -> None:
    files = pytest.importorskip("safetensors.numpy")
    stream, state = made(kind)
    files.save_file({k: np.ascontiguousarray(v) for k, v in al.state_to_dict(state).items()}, tmp_path / "state")
    same(al.state_from_dict(files.load_file(tmp_path / "state"), stream), state)


@pytest.mark.parametrize("there", LIBRARIES)
@pytest.mark.parametrize("kind", KINDS)
def test_begun_here_and_finished_there(kind: str, there: str) -> None:
    stream, arrays = KINDS[kind]
    backend = conformance.backend(there)
    with backend.context():
        late = [backend.put(a[27:]) for a in arrays]
        xp = {"numpy": np, "jax": "jax.numpy"}.get(there, late[0].__array_namespace__() if there == "strict" else there)
        xp = pytest.importorskip(xp) if isinstance(xp, str) else xp
        first = stream.update(stream.init(*arrays), *(a[:27] for a in arrays))
        want = str(leaves(stream.init(*late))[0].dtype).rpartition(".")[2]
        state = stream.update(al.convert_state(first, xp, dtype=want), *late)
        got = backend.get(stream.compute(state))
    np.testing.assert_allclose(got, np.asarray(stream.metric(*arrays, **stream.params)), rtol=1e-5)


def test_two_words_of_float32_hold_a_count_beyond_its_digits() -> None:
    state = al.stream(al.accuracy).init(LABELS.astype(int), LABELS.astype(int))
    right = state.right._replace(head=np.asarray(2.0**40 + 3))
    narrow = al.convert_state(state._replace(right=right), np, dtype="float32")
    assert narrow.right.head.dtype == np.float32
    assert float(narrow.right.wide) == 2.0**40 + 3
    assert float(al.convert_state(narrow, np, dtype="float64").right.head) == 2.0**40 + 3


def test_a_dtype_that_a_library_lacks_is_told() -> None:
    jax = pytest.importorskip("jax")
    state = al.stream(al.accuracy).init(LABELS.astype(int), LABELS.astype(int))
    with pytest.raises(ValueError, match="float64") as caught:
        al.convert_state(state, jax.numpy)
    assert str(caught.value) == "the state is of float64, and `xp` makes float32 of it: give dtype='float32'."


def test_of_several_metrics() -> None:
    s = al.stream({"a/b": al.root_mean_squared_error, "r2": al.r2_score})
    state = s.update(s.init(PRED, TARGET), PRED, TARGET)
    again = al.state_from_dict(al.state_to_dict(state), s)
    assert again.keys() == state.keys()
    for name in state:
        same(again[name], state[name])
        same(al.convert_state(state, np)[name], state[name])


def test_a_copy_shares_no_memory() -> None:
    _, state = made("Samples")
    assert not np.shares_memory(al.convert_state(state, np).pred, state.pred)


SENTENCES = [
    (al.squared_error, {}, "`saved` must have a state of stream(squared_error), Mean; got nothing."),
    (al.squared_error, {"weight": 1.0}, "`saved` must have a state of stream(squared_error), Mean; got `weight`."),
    (
        al.spearman_corrcoef,
        {"Mean.total": 1.0},
        "`saved` must have a state of stream(spearman_corrcoef), Samples; got `Mean.total`.",
    ),
    (
        al.squared_error,
        {"Mean.total.head": 1.0, "Mean.total.tail": 0.0, "Mean.weight.head": 2.0},
        "`saved` lacks `Mean.weight.tail`: it was cut off, or is of another state.",
    ),
]


@pytest.mark.parametrize(("metric", "saved", "sentence"), SENTENCES)
def test_sentences(metric: Any, saved: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match="saved") as caught:
        al.state_from_dict(saved, al.stream(metric))
    assert str(caught.value) == sentence
