"""What the frame costs: importing it, and calling it on little data, beside what others cost."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from subprocess import run
from typing import Any

import numpy as np

import arraylosses as al

from .clock import Call, Clock, Timing
from .peers import by_name, made
from .places import on_jax_arrays, tensors
from .result import OURS, Result, Row, Scope, against_fastest

SMALL = 64
ROUNDS_OF_CALLS = 21
BARE = "bare formula"
LIBRARIES = ("torch", "jax", "cupy", "dask", "array_api_strict", "tensorflow", "scipy", "sklearn", "pandas")
IMPORTS = {"import": "import arraylosses", "import-and-first-metric": "import arraylosses; arraylosses.squared_error"}
BARE_IMPORT = "numpy"
OTHERS = {"scikit-learn": "sklearn.metrics", "torchmetrics": "torchmetrics.functional", "optax": "optax"}

CLOCKED = """
import sys, time
start = time.perf_counter()
{}
print(1e3 * (time.perf_counter() - start), *(m for m in {} if m in sys.modules))
"""


def fresh(statement: str) -> tuple[float, list[str]]:
    """Seconds that a statement takes in a new process, and the array libraries it has loaded.

    Its bytecode stays for the next one, as that of an installed package is there.
    """
    keeps = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = run([sys.executable, "-c", CLOCKED.format(statement, LIBRARIES)], capture_output=True, text=True, env=keeps)
    if done.returncode:
        raise ModuleNotFoundError(done.stderr.strip().rpartition("\n")[2])
    milliseconds, *loaded = done.stdout.split()
    return float(milliseconds) / 1e3, loaded


def imported(scope: Scope, name: str) -> Result:
    ours = IMPORTS[name.rpartition("/")[2]]
    loaded = fresh(ours)[1]
    statements = {OURS: ours, BARE_IMPORT: "import numpy", **installed()}
    rounds = [{who: fresh(statement)[0] for who, statement in statements.items()} for _ in range(scope.clock.rounds)]
    timings = {who: Timing(tuple(one[who] for one in rounds)) for who in statements}
    note = f"LOADS {', '.join(loaded)}" if loaded else "loads no array library but NumPy"
    return replace(above(name, "ms", timings, BARE_IMPORT), note=note)


def installed() -> dict[str, str]:
    """The imports of others that succeed."""
    found = {}
    for who, module in OTHERS.items():
        try:
            fresh(f"import {module}")
        except ModuleNotFoundError:
            continue
        found[who] = f"import {module}"
    return found


def above(name: str, unit: str, timings: Mapping[str, Timing], bare: str) -> Result:
    """How far above the bare thing; the peer is another package, where there is one."""
    scale = {"ms": 1e3, "us": 1e6}[unit]
    packages = {who: t for who, t in timings.items() if who != bare}
    found = against_fastest(name, unit, packages if len(packages) > 1 else timings)
    others = {**found.others, bare: scale * timings[bare].median}
    return replace(found, over=scale * timings[OURS].over(timings[bare]), others=others)


# ---- calls

Calls = dict[str, Call]


def drawn(library: str) -> list[Any]:
    arrays = list(np.random.default_rng(0).random((3, SMALL)))
    if library == "numpy":
        return arrays
    return tensors(arrays, "cpu") if library == "torch" else on_jax_arrays(arrays, "cpu")


def plain(library: str) -> Calls:
    """And the packages' functions, which a caller would take instead."""
    p, t, _ = drawn(library)
    packages, _ = made(by_name("squared_error").rivals(library, SMALL))
    others = {who: partial(f, p, t) for who, f in packages.items() if who in OTHERS}
    return {OURS: lambda: al.squared_error(p, t), BARE: lambda: ((p - t) ** 2).mean(), **others}


def weighted(library: str) -> Calls:
    p, t, w = drawn(library)
    return {OURS: lambda: al.squared_error(p, t, weights=w), BARE: lambda: (w * (p - t) ** 2).sum() / w.sum()}


def streamed(library: str) -> Calls:
    """Against a running sum and a running count."""
    p, t, _ = drawn(library)
    stream = al.stream(al.squared_error)
    state = stream.init(p, t)
    total, count = ((p - t) ** 2).sum(), SMALL
    return {
        OURS: lambda: stream.update(state, p, t),
        BARE: lambda: (total + ((p - t) ** 2).sum(), count + SMALL),
    }


CALLED: dict[str, tuple[Callable[[str], Calls], tuple[str, ...]]] = {
    "squared_error": (plain, ("numpy", "torch", "jax")),
    "squared_error-weighted": (weighted, ("numpy", "torch")),
    "stream.update": (streamed, ("numpy", "torch")),
}


def called(build: Callable[[str], Calls], library: str, name: str) -> Result:
    try:
        calls = build(library)
    except ModuleNotFoundError as missing:
        return Result(name, "us", note=f"skipped: without {missing.name}")
    return above(name, "us", Clock(rounds=ROUNDS_OF_CALLS).alternate(calls), BARE)


def rows(scope: Scope) -> Iterator[Row]:
    yield from (Row(f"frame/{name}", partial(imported, scope)) for name in IMPORTS)
    for name, (build, libraries) in CALLED.items():
        for library in libraries:
            yield Row(f"frame/{name}/{SMALL}/{library}", partial(called, build, library))
