"""What the frame costs: importing it, and calling it on little data."""

import sys
from collections.abc import Callable, Iterator
from subprocess import run
from typing import Any

import numpy as np

import arraylosses as al

from .clock import Call, Timing, alternate
from .result import Result, Row

SMALL = 64
PROCESSES = 7
ROUNDS_OF_CALLS = 21
IMPORT_GOAL = 50.0
LIBRARIES = ("torch", "jax", "cupy", "dask", "array_api_strict", "tensorflow", "scipy", "sklearn", "pandas")
IMPORTS = {"import": "import arraylosses", "import-and-first-metric": "import arraylosses; arraylosses.squared_error"}

CLOCKED = """
import sys, time
start = time.perf_counter()
{}
print(1e3 * (time.perf_counter() - start), *(m for m in {} if m in sys.modules))
"""


def fresh(statement: str) -> tuple[float, list[str]]:
    """Milliseconds that a statement takes in a new process, and the array libraries it has loaded."""
    done = run([sys.executable, "-c", CLOCKED.format(statement, LIBRARIES)], capture_output=True, text=True, check=True)
    milliseconds, *loaded = done.stdout.split()
    return float(milliseconds), loaded


def imported(name: str) -> Result:
    statement = IMPORTS[name.rpartition("/")[2]]
    pairs = [(fresh(statement), fresh("import numpy")) for _ in range(PROCESSES)]
    ours, bare = (Timing(tuple(p[i][0] for p in pairs)) for i in (0, 1))
    loaded = pairs[0][0][1]
    note = f"LOADS {', '.join(loaded)}" if loaded else "loads no array library but NumPy"
    return against(name, "ms", ours, "numpy", bare, IMPORT_GOAL, note)


def against(name: str, unit: str, ours: Timing, peer: str, bare: Timing, goal: float, note: str = "") -> Result:
    """How far above the bare thing."""
    scale = {"ms": 1.0, "us": 1e6}[unit]
    a, b, over = (scale * x for x in (ours.median, bare.median, ours.over(bare)))
    return Result(name, unit, a, ours.spread, peer, b, ours.ratio(bare), over, goal, note)


def pair(library: str) -> list[Any]:
    arrays = list(np.random.default_rng(0).random((3, SMALL)))
    if library == "numpy":
        return arrays
    from torch import from_numpy

    return list(map(from_numpy, arrays))


def plain(p: Any, t: Any, w: Any) -> tuple[Call, Call]:
    return lambda: al.squared_error(p, t), lambda: ((p - t) ** 2).mean()


def weighted(p: Any, t: Any, w: Any) -> tuple[Call, Call]:
    return lambda: al.squared_error(p, t, weights=w), lambda: (w * (p - t) ** 2).sum() / w.sum()


def streamed(p: Any, t: Any, w: Any) -> tuple[Call, Call]:
    """Against a running sum and a running count."""
    stream = al.stream(al.squared_error)
    state = stream.init(p, t)
    total, count = ((p - t) ** 2).sum(), SMALL
    return lambda: stream.update(state, p, t), lambda: (total + ((p - t) ** 2).sum(), count + SMALL)


CALLS: dict[str, tuple[str, Callable[[Any, Any, Any], tuple[Call, Call]], float]] = {
    "squared_error/64/numpy": ("numpy", plain, 5.0),
    "squared_error/64/torch": ("torch", plain, 8.0),
    "squared_error-weighted/64/numpy": ("numpy", weighted, 15.0),
    "squared_error-weighted/64/torch": ("torch", weighted, 35.0),
    "stream.update/64/numpy": ("numpy", streamed, 60.0),
    "stream.update/64/torch": ("torch", streamed, 100.0),
}


def called(name: str) -> Result:
    library, build, goal = CALLS[name.partition("/")[2]]
    try:
        ours, bare = build(*pair(library))
    except ModuleNotFoundError as missing:
        return Result(name, "us", note=f"skipped: without {missing.name}")
    timings = alternate({"ours": ours, "bare": bare}, rounds=ROUNDS_OF_CALLS)
    return against(name, "us", timings["ours"], "bare formula", timings["bare"], goal)


def rows(quick: bool) -> Iterator[Row]:
    yield from (Row(f"frame/{name}", imported) for name in IMPORTS)
    yield from (Row(f"frame/{name}", called) for name in CALLS)
