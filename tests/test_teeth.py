"""Seeded faults: each is caught by the law that is meant to catch it. A kit that cannot fail proves nothing."""

from math import inf, prod
from typing import Any

import pytest

import arraylosses as al
from arraylosses import _inputs, _metric, _reduce, _state, _values, conformance
from arraylosses._math import ranks
from arraylosses._names import HOMES
from arraylosses._typing import Array, Namespace
from arraylosses.regression import moments

from . import teeth

PAIR: dict[str, Any] = {"pred": al.REAL, "target": al.REAL}


def caught(metric: al.Metric, law: str, xp: str) -> bool:
    """Whether the law fails for one of a few draws."""
    outcomes = (cell.tried(4) for cell in conformance.cells([metric], [xp]) if cell.law.name == law)
    return any(outcome.verdict == "broken" for outcome in outcomes)


# ---- faults in the library's own text


@pytest.mark.parametrize("fault", teeth.faults(), ids=lambda fault: fault.name)
def test_a_fault_has_its_place(fault: teeth.Fault) -> None:
    """The text that it changes stands once in its file: a fault that changes nothing would prove nothing."""
    assert fault.path.read_text().count(fault.old) == 1
    assert fault.old != fault.new


def test_there_are_faults_in_every_subject() -> None:
    subjects = {home for home in HOMES if not home.startswith("_")}
    assert len(teeth.faults()) >= 60
    assert subjects <= {fault.file for fault in teeth.faults()}


def test_some_faults_are_caught() -> None:
    """A few of those that NumPy shows; ``python -m tests.teeth`` tries them all."""
    few = [fault for fault in teeth.faults() if fault.xp == "numpy"][::7]
    survivors = [fault.name for fault, law in teeth.bitten(few) if not law]
    assert len(survivors) <= 1, survivors


# ---- faults of a formula


@al.loss(**PAIR)
def guesses_by_value(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """torchmetrics' BinaryAccuracy: logits or probabilities, decided anew for each batch."""
    if float(xp.max(pred)) > 4.5:
        pred = 1 / (1 + xp.exp(-pred))
    return (pred - target) ** 2


@al.metric(moments, range=(-inf, 1.0), best=1.0)
def r2_of_raw_sums(xp: Namespace, m: Any, /) -> Array:
    """metrax' R2: sums of squares, which cancel far from zero."""
    raw = m.yy + m.weight * m.mean_y**2
    residual = m.xx - 2 * m.xy + m.yy + m.weight * (m.mean_x - m.mean_y) ** 2
    return 1 - residual / (raw - m.weight * m.mean_y**2)


@al.loss(**PAIR)
def bare_root(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """The root of a square has no slope at 0."""
    return xp.sqrt((pred - target) ** 2)


@al.loss(**PAIR)
def bare_abs(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """Subgradient 0 on torch, 1 on JAX."""
    return xp.abs(pred - target)


@al.loss(**PAIR)
def with_epsilon(xp: Namespace, pred: Array, target: Array, /) -> Array:
    return (pred - target) ** 2 + 1e-3


@al.loss(**PAIR, symmetric=True)
def lopsided(xp: Namespace, pred: Array, target: Array, /) -> Array:
    return (pred - target) ** 2 * (1 + 0.1 * pred)


@al.loss(**PAIR)
def clipped(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """The right value, and no slope beyond 1."""
    error = pred - target
    held = error if not hasattr(error, "detach") else error.detach()
    return xp.where(xp.abs(error) < 1, error, held) ** 2


@al.loss(**PAIR)
def single_precision(xp: Namespace, pred: Array, target: Array, /) -> Array:
    return xp.astype(pred - target, xp.float32) ** 2


@al.loss(**PAIR)
def in_place(xp: Namespace, pred: Array, target: Array, /) -> Array:
    pred -= target
    return pred**2


@al.loss(**PAIR)
def swallows_nan(xp: Namespace, pred: Array, target: Array, /) -> Array:
    error = (pred - target) ** 2
    return xp.where(error == error, error, 0.0)


@al.loss(**PAIR, range=(0.0, 1.0))
def beyond_its_range(xp: Namespace, pred: Array, target: Array, /) -> Array:
    return (pred - target) ** 2


@al.loss(**PAIR)
def by_its_neighbours(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """Scaled by the batch, as normalised losses are by mistake."""
    error = (pred - target) ** 2
    return error / (1 + xp.max(error))


@al.loss(**PAIR)
def settles_its_length(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """A compiler that is asked for a length as a number makes a program for each."""
    return (pred - target) ** 2 * float(pred.shape[0]) / pred.shape[0]


FORMULAS: list[tuple[al.Metric, str, str]] = [
    (guesses_by_value, "parts_make_the_whole", "numpy"),
    (guesses_by_value, "compiled_is_eager", "torch"),
    (settles_its_length, "lengths_share_a_program", "torch"),
    (r2_of_raw_sums, "far_from_zero_is_right", "numpy"),
    (bare_root, "gradient_is_never_nan", "torch"),
    (bare_abs, "gradients_agree", "torch"),
    (with_epsilon, "truth_is_best", "numpy"),
    (lopsided, "symmetric_as_stated", "numpy"),
    (clipped, "gradient_is_the_slope", "torch"),
    (single_precision, "result_is_of_the_library", "numpy"),
    (in_place, "inputs_are_unchanged", "numpy"),
    (swallows_nan, "nan_is_not_lost", "numpy"),
    (beyond_its_range, "values_lie_in_the_range", "numpy"),
    (by_its_neighbours, "elements_stand_alone", "numpy"),
    (by_its_neighbours, "blocks_make_the_whole", "numpy"),
]


@pytest.mark.parametrize(("metric", "law", "xp"), FORMULAS, ids=lambda v: getattr(v, "__name__", v))
def test_a_faulty_formula_is_caught(metric: al.Metric, law: str, xp: str) -> None:
    assert caught(metric, law, xp)


# ---- faults of the frame


def _count_not_weight(form: Any, inputs: Any, axes: Any, *others: Any) -> Any:
    """keras: the loss divides by the count, the metric of the same name by the weights."""
    state = _count_not_weight.right(form, inputs, axes, *others)
    return state._replace(weight=prod(inputs.batch[a] for a in axes))


def _no_agreement(self: Any, name: str, domain: Any, array: Any) -> None:
    """optax' huber_loss: (4, 1) against (4,) becomes (4, 4)."""
    self.batch = tuple(array.shape)


def _as_it_is(inputs: Any) -> Any:
    return inputs


def _half_of_each(a: Any, b: Any) -> Any:
    """The mean of two means."""
    return a.weight + b.weight, 0.5, 0.5 * a.weight


def _all_distinct(xp: Namespace, ordered: Array) -> Array:
    return xp.cumulative_sum(xp.ones_like(ordered, dtype=xp.int64), axis=-1) - 1


def _short_rows(self: Any, index: Any) -> Any:
    *lead, last = index
    return _short_rows.right(self, (*lead, slice(last.start, max(last.start + 1, last.stop - 1))))


def _first_dtype(inputs: Any) -> Any:
    return next(a.dtype for a in inputs.arrays if a is not None)


def _every_axis(axis: Any, batch: Any) -> Any:
    return tuple(range(len(batch)))


def _forget_the_rest(self: Any, other: Any) -> Any:
    return self


FRAME: list[tuple[Any, str, Any, al.Metric, str]] = [
    (_reduce, "_kernel_state", _count_not_weight, al.kl_divergence, "weights_have_no_scale"),
    (_inputs._Shapes, "admit", _no_agreement, al.squared_error, "unequal_shapes_are_refused"),
    (_values, "_hidden", _as_it_is, al.r2_score, "weightless_is_absent"),
    (_values, "_without_ignored", _as_it_is, al.cross_entropy, "ignored_labels_are_absent"),
    (_state, "_pooled", _half_of_each, al.r2_score, "parts_make_the_whole"),
    (_state.TwoWords, "merge", _forget_the_rest, al.accuracy, "parts_make_the_whole"),
    (ranks, "tie_groups", _all_distinct, al.spearman_corrcoef, "integer_weights_are_copies"),
    (_inputs.Inputs, "cut", _short_rows, al.kl_divergence, "blocks_make_the_whole"),
    (_values, "floating_dtype", _first_dtype, al.kl_divergence, "half_is_computed_in_single"),
    (_metric, "resolve_axes", _every_axis, al.kl_divergence, "axis_is_a_loop"),
]


@pytest.mark.parametrize(("owner", "name", "fault", "metric", "law"), FRAME, ids=[f[2].__name__ for f in FRAME])
def test_a_faulty_frame_is_caught(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, fault: Any, metric: al.Metric, law: str
) -> None:
    assert not caught(metric, law, "numpy")
    fault.__dict__["right"] = getattr(owner, name)
    monkeypatch.setattr(owner, name, fault)
    for remembered in ("_ways", "_plans"):  # what was found out before
        monkeypatch.setattr(metric, remembered, {})
    assert caught(metric, law, "numpy")
