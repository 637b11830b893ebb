"""The second thread that NumPy's blocks are shared with: order, errors, warnings, forks and the end of a process."""

import os
import subprocess
import sys
from collections.abc import Callable
from threading import Barrier, current_thread
from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses._math import _threads
from arraylosses._sizes import SIZES, tiny

RNG = np.random.default_rng(11)
two_cores = pytest.mark.skipif(_threads.cores() < 2, reason="a second thread is asked for where there is a second core")


@pytest.fixture(autouse=True)
def every_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other packages, asked before in this process, may have shared the cores out."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)


@two_cores
def test_two_threads_share_blocks_and_keep_their_order() -> None:
    both, seen = Barrier(2, timeout=60), set()

    def worker() -> Callable[[int], int]:
        def call(block: int) -> int:
            if block < 2:
                both.wait()
            seen.add(current_thread().ident)
            return block

        return call

    assert _threads.each(worker, range(20), shared=True) == list(range(20))
    assert len(seen) == 2


@two_cores
def test_an_error_on_the_second_thread_is_an_error() -> None:
    both = Barrier(2, timeout=60)

    def worker() -> Callable[[int], None]:
        def call(block: int) -> None:
            both.wait()
            raise MemoryError(str(block))

        return call

    with pytest.raises(MemoryError):
        _threads.each(worker, range(2), shared=True)


def test_nobody_is_warned_on_either_thread() -> None:
    x = np.full(5000, np.inf, dtype="float32")
    s = al.stream(al.squared_error)
    with tiny(threads=1):
        assert np.isnan(s.compute(s.update(s.init(x, x), x, x)))


def test_a_process_may_keep_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert _threads.cores() == 1


def told(script: str) -> str:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


SUM = """
import os, atexit, numpy as np, arraylosses as al
x = np.ones(1 << 22, dtype="float32")
s = al.stream(al.squared_error)
def ask():
    return float(s.compute(s.update(s.init(x, x), x, 0 * x)))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_fork_adds_as_its_parent_does() -> None:
    """Threads do not live through it: a pool that did would be waited for without end."""
    script = SUM + "print(ask(), flush=True)\npid = os.fork()\npid and os.waitpid(pid, 0)\nprint(ask(), flush=True)"
    assert told(script).split() == ["1.0"] * 3


def test_a_process_that_ends_adds_alone() -> None:
    """No thread is begun then."""
    assert told(SUM + "atexit.register(lambda: print(ask()))").split() == ["1.0"]


@pytest.mark.parametrize("metric", [al.squared_error, al.absolute_error, al.huber_loss, al.smooth_l1_loss])
@pytest.mark.parametrize("size", [SIZES.many + 5, SIZES.threads + 4095])
def test_many_are_added_as_few_are(metric: Any, size: int) -> None:
    """But for a hundred-millionth: of many, 4096 at a time are added in float32."""
    pred, target = RNG.standard_normal((2, size), dtype="float32")
    s, found = al.stream(metric), []
    for cuts in ([slice(None)], [slice(i, i + 100_003) for i in range(0, size, 100_003)]):
        state = s.init(pred, target)
        for cut in cuts:
            state = s.update(state, pred[cut], target[cut])
        found.append(float(state.total.head) + float(state.total.tail))
    assert found[0] == pytest.approx(found[1], rel=1e-8, abs=0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [300, 20_001, 1 << 21])
def test_losses_of_one_difference_are_those_of_each(dtype: str, size: int) -> None:
    """To the bit: a collection walks once over the differences of its losses."""
    metrics: dict[str, Any] = {
        "rmse": al.root_mean_squared_error,
        "huber": al.stream(al.huber_loss, delta=0.7),
        "mae": al.absolute_error,
        "smooth": al.stream(al.smooth_l1_loss, beta=0.5),
        "pearson": al.pearson_corrcoef,
    }
    pred, target = RNG.standard_normal((2, size)).astype(dtype)
    together = al.evaluate(metrics, pred, target)
    for name, metric in metrics.items():
        assert together[name] == al.evaluate(metric, pred, target), name
