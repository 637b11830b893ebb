"""Peak memory above the inputs."""

import tracemalloc
from collections.abc import Iterator
from functools import partial

import numpy as np

import arraylosses as al

from .cases import Formula, scipy_huber
from .clock import Call
from .result import Result, Row

FORMULAS: dict[str, tuple[str, Formula]] = {
    "squared_error": ("bare formula", lambda p, t: ((p - t) ** 2).mean()),
    "huber_loss": ("scipy", scipy_huber),
}


def peak(call: Call) -> float:
    """MiB that a call holds at most; the first call, which may fill caches, does not count."""
    call()
    tracemalloc.start()
    call()
    bytes_ = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return bytes_ / 2**20


def measured(metric: str, size: int, name: str) -> Result:
    arrays = np.random.default_rng(0).standard_normal((2, size), dtype=np.float32)
    peer, formula = FORMULAS[metric]
    try:
        ours, theirs = peak(lambda: getattr(al, metric)(*arrays)), peak(lambda: formula(*arrays))
    except ModuleNotFoundError as missing:
        return Result(name, "MiB", note=f"skipped: without {missing.name}")
    return Result(name, "MiB", ours, None, peer, theirs, ours / theirs)


def rows(quick: bool) -> Iterator[Row]:
    size = 10**6 if quick else 10**7
    yield from (Row(f"memory/{metric}/{size}/numpy", partial(measured, metric, size)) for metric in FORMULAS)
