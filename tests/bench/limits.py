"""Elementwise losses on NumPy, as a share of the speed of reading both inputs once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from .clock import Call
from .peers import by_name, draw
from .result import OURS, Result, Row, Scope, against_fastest

METRICS = ("squared_error", "absolute_error", "huber_loss", "smooth_l1_loss")
SIZE = 10**7
"""In haste too: what fits in a cache is not read from memory."""
BLOCK = 8192
"""Few enough for the first cache, and for a product that stays on one thread."""
THREADS = 2

Read = Callable[[Any, Any], None]


def by_products(p: Any, t: Any) -> None:
    for i in range(0, p.shape[0], BLOCK):
        np.dot(p[i : i + BLOCK], t[i : i + BLOCK])


def by_sums(p: Any, t: Any) -> None:
    np.add.reduce(p)
    np.add.reduce(t)


def by_maxima(p: Any, t: Any) -> None:
    np.maximum.reduce(p)
    np.maximum.reduce(t)


READS: dict[str, Read] = {"a dot product": by_products, "two sums": by_sums, "two maxima": by_maxima}


def shared(pool: ThreadPoolExecutor, read: Read, p: Any, t: Any) -> Call:
    """Each thread reads its part."""
    parts = [(a, b) for a, b in zip(np.array_split(p, THREADS), np.array_split(t, THREADS), strict=True)]
    return lambda: list(pool.map(lambda part: read(*part), parts))


def measured(metric: str, scope: Scope, name: str) -> Result:
    """Against the fastest read by one thread; how fast two read is told beside it."""
    case = by_name(metric)
    p, t = draw(case, SIZE)
    ours = case.ours()
    with ThreadPoolExecutor(THREADS) as pool:
        one: dict[str, Call] = {f"reading by {how}": partial(read, p, t) for how, read in READS.items()}
        two = {f"{how} on {THREADS} threads": shared(pool, read, p, t) for how, read in READS.items()}
        timings = scope.clock.alternate({OURS: lambda: ours(p, t), **one, **two})
    both = {how: timings.pop(how) for how in two}
    found = against_fastest(name, "ms", timings)
    others = {**found.others, **{how: 1e3 * timing.median for how, timing in both.items()}}
    return replace(found, elements=SIZE, others=others, note=speeds(p.nbytes + t.nbytes, timings, both))


def speeds(read: int, one: dict[str, Any], two: dict[str, Any]) -> str:
    seconds = [min(t.median for n, t in timings.items() if n != OURS) for timings in (one, two)]
    return f"one thread reads {read / seconds[0] / 1e9:.1f} GB/s, {THREADS} read {read / seconds[1] / 1e9:.1f} GB/s"


def rows(scope: Scope) -> Iterator[Row]:
    for metric in METRICS:
        yield Row(f"limit/{metric}/{SIZE}/numpy", partial(measured, metric, scope))
