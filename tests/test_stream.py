"""Streams beyond the laws: counters, fixed sizes, workers, transformations, pickling."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses._math import NUMBERS, words_of
from arraylosses._state import TwoWords, widened
from arraylosses._xp import namespace

RNG = np.random.default_rng(7)
OPTIONS: dict[str, Any] = {"smooth_l1_loss": {"beta": 0.7}, "psnr": {"data_range": 1.0}}


def test_a_float32_counter_goes_past_2_to_the_24() -> None:
    """Where one float32 word stops counting, two go on."""
    s = al.stream(al.squared_error)
    one, zero = np.ones(1, "float32"), np.zeros(1, "float32")
    state = s.init(one, zero)
    large = state._replace(
        total=TwoWords(np.float32(2**24) + zero[0], zero[0]), weight=TwoWords(np.float32(2**24) + zero[0], zero[0])
    )
    for _ in range(5):
        large = s.update(large, one, zero)
    assert float(large.weight.head) + float(large.weight.tail) == 2**24 + 5


def test_a_large_batch_is_counted_exactly() -> None:
    s = al.stream(al.squared_error)
    n = 2**24 + 3
    state = s.update(
        s.init(np.zeros(1, "float32"), np.zeros(1, "float32")), np.zeros(n, "float32"), np.zeros(n, "float32")
    )
    assert float(state.weight.head) + float(state.weight.tail) == n


@pytest.mark.parametrize(
    "metric", [m for m in al.catalogue if m.definition.forms[0].subtracts], ids=lambda m: m.__name__
)
def test_batches_of_many_and_of_few_have_the_same_bits(metric: al.Metric) -> None:
    """The law of splits draws few elements; of many, losses have a sum of their own."""
    pred, target = RNG.standard_normal((2, 20_001)).astype("float32")
    s = al.stream(metric, **OPTIONS.get(metric.__name__, {}))
    found = {
        size: float(s.compute(al.accumulate(s, pred, target, batch_size=size, progress=False)))
        for size in (20_001, 7_000, 500)
    }
    assert len(set(found.values())) == 1, found


AWKWARD = [
    RNG.normal(size=(2, 7)),
    RNG.normal(size=(2, 0)),
    RNG.normal(size=(2, 1)) * 1e30,
    RNG.normal(size=(2, 5)) * 1e-30,
    RNG.normal(size=(2, 5)) + 1e6,
    np.zeros((2, 3)),
    np.array([[1.0, np.nan], [2.0, 3.0]]),
    np.array([[1.0, 5.0], [-np.inf, 3.0]]),
]


@pytest.mark.parametrize("metric", [al.pearson_corrcoef, al.r2_score], ids=lambda m: m.__name__)
def test_numbers_merge_as_arrays_do(metric: al.Metric) -> None:
    """To the bit: one state is merged as numbers of Python's, many side by side as arrays."""
    s = al.stream(metric)
    states = [s.update(s.init(*given), *given) for given in (x.astype("float32") for x in AWKWARD)]
    for a, b in product([widened(np, state) for state in states], repeat=2):
        numbers = [type(state)(*map(float, state)) for state in (a, b)]
        with np.errstate(all="ignore"):
            want = a.merge(b)
        np.testing.assert_array_equal(numbers[0].joined(NUMBERS, numbers[1]), want)


@pytest.mark.parametrize("more", [0.1, 1e39, -np.inf, np.nan])
def test_numbers_have_the_words_that_arrays_have(more: float) -> None:
    torch = pytest.importorskip("torch")
    numbers, xp = [2.0**24 + 1.25, -1e-30, more], namespace(torch.zeros(1))
    got, want = (form(xp, numbers, torch.float32) for form in (words_of, words_of.pure))
    assert all(x.dtype == torch.float32 and x.shape == () for words in got for x in words)
    np.testing.assert_array_equal(np.asarray(got), np.asarray(want))


@pytest.mark.parametrize("put", ["numpy", "torch", "jax.numpy"])
def test_threads_lose_nothing(put: str) -> None:
    """Eight of them, each with a state of its own, on one stream: states are values."""
    asarray = pytest.importorskip(put).asarray
    s = al.stream(al.squared_error)
    ones, zeros = (asarray(f(5, dtype="float32")) for f in (np.ones, np.zeros))

    def work(_: int) -> Any:
        state = s.init(ones, zeros)
        for _ in range(100):
            state = s.update(state, ones, zeros)
        return state

    with ThreadPoolExecutor(8) as pool:
        state = reduce(s.merge, pool.map(work, range(8)))
    assert float(state.weight.head) == 8 * 100 * 5
    assert float(s.compute(state)) == 1


@pytest.mark.parametrize("put", ["numpy", "torch", "jax.numpy", "array_api_strict"])
@pytest.mark.parametrize("batches", [([np.inf], [1.0]), ([1.0], [np.inf], [2.0]), ([3e38], [3e38], [1.0])])
def test_what_is_infinite_stays_so(put: str, batches: Any) -> None:
    asarray = pytest.importorskip(put).asarray
    s = al.stream(al.absolute_error)
    batches = [asarray(np.asarray(batch, dtype="float32")) for batch in batches]
    zero = asarray(np.zeros(1, dtype="float32"))
    state = s.init(zero, zero)
    for batch in batches:
        state = s.update(state, batch, zero)
    assert float(s.compute(state)) == np.inf
    assert float(state.weight.head) == len(batches)


# torch's own derivatives forwards are scripts of torch.jit, and warn that these are on their way out
@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_a_derivative_forwards_goes_through_a_state() -> None:
    """Numbers on the host are added by Python's arithmetic, but not where torch records a tangent."""
    torch = pytest.importorskip("torch")
    forward = torch.autograd.forward_ad
    pred, target = torch.asarray([1.0, 3.0]), torch.zeros(2)
    s = al.stream(al.squared_error)
    with forward.dual_level():
        dual = forward.make_dual(pred, torch.ones(2))
        value = s.compute(s.update(s.init(pred, target), dual, target))
        assert float(forward.unpack_dual(value).tangent) == 4.0


def test_workers_merge_in_any_order() -> None:
    pred, target = RNG.normal(size=(2, 60))
    s = al.stream(al.r2_score)
    empty = s.init(pred[:1], target[:1])
    parts = [s.update(empty, pred[i : i + 7], target[i : i + 7]) for i in range(0, 60, 7)]
    for order in (parts, parts[::-1]):
        assert np.isclose(s.compute(reduce(s.merge, order)), al.r2_score(pred, target), rtol=1e-12)


def test_a_buffer_that_overflows_is_nan() -> None:
    s = al.stream(al.auroc, capacity=4)
    score, label = RNG.random(6), np.array([0, 1, 0, 1, 0, 1])
    state = s.update(s.init(score, label), score[:3], label[:3])
    assert np.isfinite(s.compute(state))
    assert np.isnan(s.compute(s.update(state, score[3:], label[3:])))


def test_bins_bound_the_error() -> None:
    """Off by at most half the chance that a positive and a negative share a bin."""
    score, label = RNG.random(400), RNG.integers(0, 2, 400)
    bins = np.floor(score * 16)
    shared = np.mean(bins[label == 1][:, None] == bins[label == 0][None, :])
    assert abs(al.auroc(score, label, bins=16) - al.auroc(score, label)) <= 0.5 * shared


def test_streams_are_values() -> None:
    s = al.stream(al.huber_loss, delta=0.5)
    same, other = al.stream(al.huber_loss, delta=0.5), al.stream(al.huber_loss, delta=1.0)
    assert s == same
    assert hash(s) == hash(same)
    assert s != other
    assert pickle.loads(pickle.dumps(s)) == copy.deepcopy(s) == s
    assert repr(s) == "stream(huber_loss, delta=0.5)"


def test_streams_of_averages_are_values() -> None:
    per_image = al.averaged(al.psnr, axis=(-3, -2, -1))
    assert per_image == al.averaged(al.psnr, axis=(-3, -2, -1)) == pickle.loads(pickle.dumps(per_image))
    images = RNG.random((2, 5, 3, 8, 8))
    s = al.stream(per_image, data_range=1.0)
    state = s.update(s.init(*images[:, :2]), *images[:, :2])
    state = s.update(state, *images[:, 2:])
    assert np.isclose(s.compute(state), np.mean(al.psnr(*images, data_range=1.0, axis=(1, 2, 3))))


def test_a_stream_keeps_the_other_axes() -> None:
    pred, target = RNG.normal(size=(2, 9, 4))
    s = al.stream(al.pearson_corrcoef, axis=0)
    state = s.init(pred[:1], target[:1])
    for i in range(0, 9, 4):
        state = s.update(state, pred[i : i + 4], target[i : i + 4])
    assert np.allclose(s.compute(state), al.pearson_corrcoef(pred, target, axis=0))


def test_parameters_of_the_gatherer_and_of_the_read_out() -> None:
    pred, target = RNG.integers(0, 3, (2, 40))
    s = al.stream(al.f_beta, num_classes=3, beta=2.0, average=None)
    state = s.update(s.init(pred, target), pred, target)
    assert np.allclose(s.compute(state), al.f_beta(pred, target, num_classes=3, beta=2.0, average=None))


def test_class_weights_are_part_of_a_stream() -> None:
    logits, label, weights = RNG.normal(size=(6, 3)), RNG.integers(0, 3, 6), np.array([1.0, 2.0, 3.0])
    s = al.stream(al.cross_entropy, class_weights=weights)
    assert hash(s)
    state = s.update(s.init(logits, label), logits, label)
    assert np.isclose(s.compute(state), al.cross_entropy(logits, label, class_weights=weights))


def test_every_member_of_a_batch_of_streams() -> None:
    """`vmap` over states: a stream for each of several models."""
    jax = pytest.importorskip("jax")
    s = al.stream(al.root_mean_squared_error)
    pred, target = RNG.normal(size=(2, 3, 5)).astype("float32")
    start = s.init(*map(jax.numpy.asarray, (pred[0], target[0])))
    states = jax.tree.map(lambda x: jax.numpy.stack([x] * 3), start)
    value = jax.vmap(s.compute)(jax.vmap(s.update)(states, pred, target))
    assert np.allclose(value, al.root_mean_squared_error(pred, target, axis=1), rtol=1e-5)


def _gradient_torch(function: Callable[..., Any], x: Any) -> Any:
    torch = pytest.importorskip("torch")
    return torch.func.grad(function)(torch.from_numpy(x)).numpy()


def test_torch_func_grad() -> None:
    torch = pytest.importorskip("torch")
    x, y = RNG.normal(size=(2, 6))
    slope = _gradient_torch(lambda p: al.huber_loss(p, torch.from_numpy(y)), x)
    assert np.allclose(slope, np.clip(x - y, -1, 1) / 6)


def test_a_second_compiled_call_does_not_recompile() -> None:
    torch = pytest.importorskip("torch")
    torch._dynamo.reset()
    al.huber_loss(torch.ones(4), torch.zeros(4))  # torch is met for the first time, where this test runs alone
    counter = import_module("torch._dynamo.testing").CompileCounter()
    loss = torch.compile(lambda p, t: al.huber_loss(p, t, delta=0.5), fullgraph=True, backend=counter)
    for _ in range(3):
        loss(torch.ones(4), torch.zeros(4))
    assert counter.frame_count == 1


@pytest.mark.parametrize(
    ("metric", "shapes", "options", "said"),
    [
        (al.squared_error, ((3,), (4,)), {}, "`target` must have the shape of `pred`, (3,); got (4,)."),
        (al.ssim, ((8, 8), (8, 8)), {}, "`ssim` needs `data_range`, the distance from black to white"),
        (al.r2_score, ((3,), (3,)), {"base": 2}, "`r2_score` takes no `base`"),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_a_compiled_call_is_refused_in_the_same_words(
    metric: al.Metric, shapes: Any, options: dict[str, Any], said: str
) -> None:
    """Of a whole graph torch says itself that it cannot be made, and quotes them."""
    torch = pytest.importorskip("torch")
    for whole, kinds in ((True, torch._dynamo.exc.Unsupported), (False, (TypeError, ValueError))):
        torch._dynamo.reset()
        call = torch.compile(lambda *arrays: metric(*arrays, **options), fullgraph=whole, backend="aot_eager")
        with pytest.raises(kinds) as refused:
            call(*map(torch.ones, shapes))
        assert said in str(refused.value)
        assert whole or str(refused.value).startswith(said)


@pytest.mark.parametrize("delta", [0.5, 2, 3])
def test_a_parameter_that_the_compiler_holds_open(delta: float) -> None:
    """A whole number that changes from call to call is given to the graph as a symbol, and settled there."""
    torch = pytest.importorskip("torch")
    torch._dynamo.reset()
    call = torch.compile(lambda d, *arrays: al.huber_loss(*arrays, delta=d), fullgraph=True, backend="aot_eager")
    arrays = torch.linspace(0, 4, 5), torch.zeros(5)
    for d in (1, delta, 4):
        torch.testing.assert_close(call(d, *arrays), al.huber_loss(*arrays, delta=d))


def test_equal_streams_have_states_of_one_class() -> None:
    """Whether their metric was made once or twice, here or in another process."""
    one, other = (al.stream(al.averaged(al.psnr, axis=-1), data_range=1.0) for _ in range(2))
    grid = RNG.random((3, 4))
    state = one.update(one.init(grid, grid), grid, grid / 2)
    sent = pickle.loads(pickle.dumps(state))
    assert other.kind is one.kind is type(sent)
    assert float(other.compute(other.merge(state, sent))) == float(one.compute(state))


def test_states_of_a_metric_without_an_address_are_sent_as_they_are() -> None:
    @al.loss(pred=al.REAL, target=al.REAL)
    def bare(xp: Any, pred: Any, target: Any, /) -> Any:
        """Difference."""
        return pred - target

    s = al.stream(bare)
    state = s.update(s.init(np.ones(2), np.ones(2)), np.ones(2), np.zeros(2))
    assert float(s.compute(s.merge(pickle.loads(pickle.dumps(state)), state))) == 1.0


TORCH_COMES_LATER = """
import numpy as np
from arraylosses import huber_loss
huber_loss(np.ones(2), np.zeros(2))
import torch
loss = torch.compile(lambda a, b: huber_loss(a, b), fullgraph=True, backend="aot_eager")
print([float(loss(torch.ones(3), torch.zeros(3))) for _ in range(2)])
"""


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is what it is about")
def test_the_first_call_on_torch_may_be_a_compiled_one() -> None:
    found = subprocess.run([sys.executable, "-c", TORCH_COMES_LATER], capture_output=True, text=True, check=False)
    assert found.stdout == "[0.5, 0.5]\n", found.stderr


@pytest.mark.parametrize("count", [3, 4, 7])
def test_many_states_merge_at_once(count: int) -> None:
    rng = np.random.default_rng(3)
    for metric in (al.squared_error, al.pearson_corrcoef, al.r2_score, al.spearman_corrcoef):
        for params in ({}, {"axis": 0}):
            s = al.stream(metric, **params)
            batches = [rng.normal(size=(2, 5, 3)) for _ in range(count)]
            states = [s.update(s.init(*batch), *batch) for batch in batches]
            together = s.compute(s.merge(*states))
            one_by_one = s.compute(reduce(s.merge, states))
            np.testing.assert_allclose(together, one_by_one, rtol=1e-13)
