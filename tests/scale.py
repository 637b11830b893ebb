"""``python -m tests.scale``: what states weigh, cost and hold, measured, into ``docs/scale.md`` and its JSON."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from subprocess import run
from time import perf_counter
from typing import Any

import numpy as np

import arraylosses as al
from arraylosses import conformance
from arraylosses._metric import Function
from arraylosses.conformance._trial import Trial, Variant, variants

from . import bounds
from .bench.markdown import table
from .bench.memory import FORGET, resident
from .bench.report import machine, number

ROOT = Path(__file__).parents[1]
STORED, PAGE = ROOT / "docs" / "scale.json", ROOT / "docs" / "scale.md"
RNG = np.random.default_rng(1)


def seconds(call: Callable[[], Any], rounds: int = 7) -> float:
    """The median of several calls, after one that does not count."""
    call()
    found = []
    for _ in range(rounds):
        start = perf_counter()
        call()
        found.append(perf_counter() - start)
    return median(found)


def in_float32(n: int) -> tuple[Any, Any]:
    pred, target = RNG.standard_normal((2, n), dtype=np.float32)
    return pred, target


# ---- what a state weighs


def weight_of(state: Any) -> int:
    return sum(x.nbytes for x in al.state_to_dict(state).values())


def state_of(variant: Variant, n: int) -> Any:
    """After ``n`` float32 elements."""
    trial = Trial(variant, conformance.backend("numpy"), np.random.default_rng(0).random)
    arrays = trial.grouped(trial.as_dtype(trial.draw((n,)), "float32"))
    given = {k: v for k, v in variant.params.items() if not k.endswith("_axis") or variant.form.selector == k}
    s = al.stream(variant.metric, **given)
    return s.update(s.init(*arrays), *arrays)


def weights() -> Iterator[dict[str, Any]]:
    """Of every metric in every form: bytes that stay, and bytes for each element more."""
    for metric in al.catalogue:
        for variant in () if isinstance(metric, Function) else variants(metric):
            if not (variant.labels or variant.optional):
                few, many = (state_of(variant, n) for n in (70, 140))
                grows = (weight_of(many) - weight_of(few)) / 70
                fixed = weight_of(few) - 70 * grows
                kind = type(few).__name__
                yield {"metric": variant.name, "kind": kind, "bytes": fixed, "each": grows}


# ---- what a merge costs

MERGED: dict[str, tuple[Any, int]] = {
    "Mean": (al.stream(al.absolute_error), 3),
    "Fit": (al.stream(al.r2_score), 3),
    "Moments": (al.stream(al.pearson_corrcoef), 3),
    "Samples of 1000": (al.stream(al.spearman_corrcoef), 1000),
    "Sketch, 1024 numbers a place": (al.stream(al.median_absolute_error, sketch_size=1024), 10_000),
}
WORKERS = 10_000


def merges() -> Iterator[dict[str, Any]]:
    """States of 10,000 workers, one after the other and at once."""
    for kind, (s, n) in MERGED.items():
        arrays = in_float32(n)
        state = s.update(s.init(*arrays), *arrays)
        few = [state] * 200
        single = seconds(lambda s=s, state=state: s.merge(state, state))
        together = seconds(lambda s=s, state=state: s.merge(*[state] * WORKERS), 3) if n < 1000 else None
        at_once = seconds(lambda s=s, few=few: s.merge(*few)) / 200
        yield {
            "kind": kind,
            "bytes": weight_of(state),
            "one": 1e6 * single,
            "each": 1e6 * at_once,
            "all": together and 1e3 * together,
        }


# ---- batches

OVERHEAD = ("numpy", "torch", "jax")


def by_turns(*calls: Callable[[], Any]) -> list[float]:
    """Medians of 41 rounds of ten calls each, one after the other: what slows the machine slows them alike."""
    rounds = [[seconds(lambda c=c: [c() for _ in range(10)], 1) / 10 for c in calls] for _ in range(41)]
    return [median(each) for each in zip(*rounds, strict=True)]


def overheads() -> Iterator[dict[str, Any]]:
    """What `update` costs above the metric itself, on 64 elements."""
    for name in OVERHEAD:
        if name not in conformance.installed():
            continue
        backend = conformance.backend(name)
        arrays = [backend.put(x) for x in in_float32(64)]
        for metric in (al.squared_error, al.pearson_corrcoef, al.f1_score):
            given = [abs(x) > 0.5 for x in arrays] if metric is al.f1_score else arrays
            given = [backend.put(np.asarray(x, dtype="float32")) for x in given]
            s = al.stream(metric)
            state, update = s.init(*given), s.update
            if name == "jax":
                import jax

                update = jax.jit(s.update)
            spent = by_turns(partial(update, state, *given), partial(metric, *given))
            yield {"where": name, "metric": metric.__name__, "update": 1e6 * spent[0], "metric_us": 1e6 * spent[1]}


def growth() -> Iterator[dict[str, Any]]:
    """`evaluate` of so many batches of 1000 elements."""
    batch = in_float32(1000)
    for metric in (al.root_mean_squared_error, al.spearman_corrcoef):
        for count in (10, 100, 1000):
            spent = seconds(lambda m=metric, c=count: al.evaluate(m, (batch for _ in range(c))), 3)
            yield {"metric": metric.__name__, "batches": count, "ms": 1e3 * spent, "each": 1e6 * spent / count}


def compilations() -> int:
    """Programs that 20 batches of one shape make JAX compile."""
    import jax

    from arraylosses import _evaluate

    s = al.stream({"rmse": al.root_mean_squared_error, "r2": al.r2_score})
    pred, target = (jax.numpy.asarray(x) for x in in_float32(2000))
    al.evaluate(s, pred, target, batch_size=100)
    return int(_evaluate._compiled(s)._cache_size())


# ---- digits


def digits(batches: int = 10_000, size: int = 100_000) -> dict[str, Any]:
    """A mean of 1e9 float32 numbers far from zero, batch by batch, against the mean of the same in float64."""
    s = al.stream(al.absolute_error)
    block = np.abs(RNG.standard_normal(size, dtype=np.float32)) + np.float32(1000)
    zero = np.zeros_like(block)
    state, exact = s.init(block, zero), 0.0
    for i in range(batches):
        batch = block * np.float32(1 + i / batches)
        state = s.update(state, batch, zero)
        exact += float(batch.sum(dtype=np.float64))
    value = float(s.compute(state))
    return {"elements": batches * size, "error": abs(value / (exact / (batches * size)) - 1)}


# ---- a file larger than what is held

FILE = 2_000_000_000
"""Bytes of each of two files."""


def mapped(folder: Path) -> dict[str, Any]:
    """RMSE and MAE of two files that are mapped, beside reading them once."""
    names = [folder / "pred.npy", folder / "target.npy"]
    for name in names:
        file = np.lib.format.open_memmap(name, mode="w+", dtype=np.float32, shape=(FILE // 4,))
        for i in range(0, FILE // 4, 1 << 22):
            file[i : i + (1 << 22)] = RNG.standard_normal(len(file[i : i + (1 << 22)]), dtype=np.float32)
        file.flush()
        del file
    told = run(
        [sys.executable, "-c", f"from tests.scale import walked; walked({[str(n) for n in names]})"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found


METRICS = {"rmse": al.root_mean_squared_error, "mae": al.absolute_error}


def walked(names: list[str]) -> None:
    """In a process of its own: seconds of reading and of evaluating, turn by turn, and the memory above the import."""
    al.evaluate(METRICS, *in_float32(1000))
    FORGET.write_text("5")
    before = resident("VmRSS")
    evaluated(names)
    told = {"bytes": 2 * FILE, "MiB": resident("VmHWM") - before}
    print(json.dumps(told | {where: in_turns(names, where == "disk") for where in PLACES}))


PLACES = {
    "written": "in the system's cache, as they were written there",
    "disk": "on the disk alone, as what is larger than memory",
    "memory": "in the system's cache, as they were read into it from the disk",
}
"""Where the files lie, in the order in which they come to lie there; what is read ahead is held in larger pages."""


def in_turns(names: list[str], from_disk: bool) -> dict[str, float]:
    """Medians of six rounds, each begun by another; of the two ways to read, the faster one."""
    calls = [read_mapped, read_copied, evaluated]
    spent: dict[str, list[float]] = {call.__name__: [] for call in calls}
    for _ in range(6):
        calls = calls[1:] + calls[:1]
        for call in calls:
            if from_disk:
                put_out(names)
            start = perf_counter()
            call(names)
            spent[call.__name__].append(perf_counter() - start)
    mapped, copied, ours = map(median, spent.values())
    return {"read": min(mapped, copied), "evaluated": ours}


def put_out(names: list[str]) -> None:
    """Of the system's cache: what is larger than memory cannot lie in it."""
    for name in names:
        with Path(name).open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def opened(names: list[str]) -> list[Any]:
    return [np.load(name, mmap_mode="r") for name in names]


def evaluated(names: list[str]) -> None:
    al.evaluate(METRICS, *opened(names))


STRETCH = 1 << 23
"""Bytes that are read at a time, of which the greatest number is asked for."""


def read_mapped(names: list[str]) -> None:
    """A stretch of the one file and then of the other, as who compares them has to."""
    files = opened(names)
    for start in range(0, len(files[0]), STRETCH // 4):
        for file in files:
            file[start : start + STRETCH // 4].max()


def read_copied(names: list[str]) -> None:
    """File by file, into one buffer."""
    for name in names:
        with Path(name).open("rb", buffering=0) as file:
            buffer = bytearray(STRETCH)
            while file.readinto(buffer):
                np.frombuffer(buffer, dtype=np.float32).max()


# ---- where exact order statistics end


MILLION = 1_000_000
BILLION = 1_000_000_000


def fixed_sizes() -> Iterator[dict[str, Any]]:
    """What a state of fixed size loses of a million samples, beside what it can lose at most."""
    noise = RNG.standard_normal((2, MILLION))
    x, target = 1 / (1 + np.exp(-noise[0])), (noise[0] + noise[1] > 0) * 1.0
    y, uncertainty = 1 / (1 + np.exp(-noise.sum(axis=0))), RNG.random(MILLION)
    error = uncertainty * RNG.random(MILLION)
    of_bins: list[tuple[Any, tuple[Any, Any], Any, tuple[int, ...]]] = [
        (al.auroc, (x, target), bounds.off_by_ties, (100, 1000, 10_000)),
        (al.spearman_corrcoef, (x, y), bounds.off_by_ranks, (64, 256, 1024)),
        (al.ause, (error, uncertainty), bounds.off_by_errors, (100, 1000, 10_000)),
    ]
    for metric, arrays, bound, several in of_bins:
        exact = float(metric(*arrays))
        for bins in several:
            s = al.stream(metric, bins=bins)
            state = s.update(s.init(*arrays), *arrays)
            off = abs(float(s.compute(state)) - exact)
            about = {"metric": metric.__name__, "setting": f"bins={bins}", "bytes": weight_of(state)}
            yield about | {"error": off, "bound": bound(*arrays, bins)}


def sketched(n: int, size: int) -> dict[str, Any]:
    """The rank of the median of uniform numbers, in batches of a million: the numbers are ranks themselves."""
    s = al.stream(al.median_absolute_error, sketch_size=size)
    zero = np.zeros(MILLION, dtype=np.float32)
    batches = ((RNG.random(MILLION, dtype=np.float32), zero) for _ in range(n // MILLION))
    state = al.accumulate(s, batches, progress=False)
    lost = float(np.sum(state.error, dtype=np.float64)) / n
    about = {"metric": "median_absolute_error", "setting": f"sketch_size={size}", "bytes": weight_of(state), "n": n}
    bound = (2 + float(np.log2(n / size))) / (2 * size)
    return about | {"error": abs(float(s.compute(state)) - 0.5), "lost": lost, "bound": bound}


def correlated(n: int, bins: int) -> dict[str, Any]:
    """Of two normal numbers of which one is the other and as much noise: 6 / pi arcsin(1 / sqrt(8))."""
    s, state = al.stream(al.spearman_corrcoef, bins=bins), None
    for _ in range(n // MILLION):
        noise = RNG.standard_normal((2, MILLION), dtype=np.float32)
        pair = [1 / (1 + np.exp(-v)) for v in (noise[0], noise[0] + noise[1])]
        state = s.update(s.init(*pair) if state is None else state, *pair)
    exact = 6 / np.pi * np.arcsin(0.5 / np.sqrt(2))
    about = {"metric": "spearman_corrcoef", "setting": f"bins={bins}", "bytes": weight_of(state), "n": n}
    return about | {"error": abs(float(s.compute(state)) - exact)}


def billions(n: int = BILLION) -> Iterator[dict[str, Any]]:
    """As many samples as no machine of this size holds."""
    yield from (sketched(n, size) for size in (256, 1024))
    yield correlated(n, 256)


# ---- the page


def measured() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        file = mapped(Path(folder))
    return {
        "machine": machine() | {"date": datetime.now(UTC).isoformat(timespec="seconds")},
        "weights": list(weights()),
        "merges": list(merges()),
        "overheads": list(overheads()),
        "growth": list(growth()),
        "compilations": compilations() if "jax" in conformance.installed() else None,
        "digits": digits(),
        "mapped": file,
        "fixed": list(fixed_sizes()),
        "billions": list(billions()),
    }


def size(count: float) -> str:
    """Bytes, for people."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{number(count)} {unit}"
        count /= 1000
    return f"{number(count)} TB"


def weighed(rows: list[dict[str, Any]]) -> str:
    lines = [
        [
            f"`{r['metric']}`",
            r["kind"],
            size(r["bytes"]),
            size(r["each"]) if r["each"] else "",
            size(r["bytes"] + r["each"] * 1e9),
        ]
        for r in rows
    ]
    return table(("metric", "state", "bytes", "and for each element", "after 1e9 elements"), lines)


def merged(rows: list[dict[str, Any]]) -> str:
    head = (
        "state",
        "bytes",
        "one merge, us",
        "of many at once, us each",
        "10,000 at once, ms",
        "a tree over 10,000 moves",
    )
    lines = (
        [
            r["kind"],
            size(r["bytes"]),
            number(r["one"]),
            number(r["each"]),
            number(r["all"]) if r["all"] else "",
            "all samples, log2(10,000) times" if r["kind"].startswith("Samples") else size(r["bytes"] * (WORKERS - 1)),
        ]
        for r in rows
    )
    return table(head, lines)


def batched(rows: list[dict[str, Any]]) -> str:
    lines = (
        [
            r["where"],
            f"`{r['metric']}`",
            number(r["update"]),
            number(r["metric_us"]),
            number(r["update"] - r["metric_us"]),
        ]
        for r in rows
    )
    return table(("where", "metric", "update, us", "the metric, us", "above it"), lines)


def grown(rows: list[dict[str, Any]]) -> str:
    lines = ([f"`{r['metric']}`", str(r["batches"]), number(r["ms"]), number(r["each"])] for r in rows)
    return table(("metric", "batches of 1000", "ms", "us each"), lines)


def read_beside(found: dict[str, Any]) -> str:
    lines = (
        [
            told,
            number(found[k]["read"]),
            number(found[k]["evaluated"]),
            number(found[k]["evaluated"] / found[k]["read"], ".2f"),
        ]
        for k, told in PLACES.items()
    )
    return table(("the files lie", "read, s", "evaluated, s", "times as long"), lines)


def beside_exact(rows: list[dict[str, Any]]) -> str:
    head = ("metric", "setting", "bytes", "off the exact value", "at most")
    lines = (
        [f"`{r['metric']}`", f"`{r['setting']}`", size(r["bytes"]), *(number(r[k], ".1e") for k in ("error", "bound"))]
        for r in rows
    )
    return table(head, lines)


def of_billions(rows: list[dict[str, Any]]) -> str:
    head = ("metric", "setting", "bytes", "off what is known", "lost, by its own account", "at most")
    lines = (
        [f"`{r['metric']}`", f"`{r['setting']}`", size(r["bytes"])]
        + [number(r[k], ".1e") if k in r else "" for k in ("error", "lost", "bound")]
        for r in rows
    )
    return table(head, lines)


def page(found: dict[str, Any]) -> str:
    about, file = found["machine"], found["mapped"]
    return TEXT.format(
        date=about["date"][:10],
        cpu=about["cpu"],
        cores=about["cores"],
        weights=weighed(found["weights"]),
        merges=merged(found["merges"]),
        overheads=batched(found["overheads"]),
        growth=grown(found["growth"]),
        compilations=found["compilations"],
        elements=number(found["digits"]["elements"], ".0e"),
        error=number(found["digits"]["error"], ".1e"),
        file=size(file["bytes"]),
        files=read_beside(file),
        memory=number(file["MiB"]),
        fixed=beside_exact(found["fixed"]),
        billions=of_billions(found["billions"]),
    )


TEXT = """# Beyond one batch, one process, one machine

A stream (`al.stream`) hands out states, which are named tuples of arrays, and merges them; it never communicates. How
large they are, what a merge costs, and where it ends. This page is written by `python -m tests.scale`; do not edit it.

Measured on {date}, on {cpu}, {cores} cores.

## Ways

```python
import functools

import numpy as np
import arraylosses as al

pred, target = np.random.default_rng(0).normal(size=(2, 1000))
parts = [(pred[i : i + 100], target[i : i + 100]) for i in range(0, 1000, 100)]

s = al.stream({{"mse": al.squared_error, "rmse": al.root_mean_squared_error, "r2": al.r2_score}})
al.evaluate(s, parts)  # batches: a DataLoader, a generator, a list
al.evaluate(s, pred, target, batch_size=64)  # arrays that are cut: np.load(..., mmap_mode="r"), Dask

states = [al.accumulate(s, [part]) for part in parts]  # what each worker sends: one state for mse and rmse
one = functools.reduce(s.merge, states)  # anything that reduces
all_at_once = s.merge(*states)
assert float(s.compute(one)["rmse"]) == float(s.compute(all_at_once)["rmse"])

saved = al.state_to_dict(one)  # np.savez("state.npz", **saved); safetensors; JSON by tolist()
state = al.state_from_dict(saved, s)
print(round(float(s.compute(state)["rmse"]), 6))  # -> 1.372627
```

Taken up again on another library by `al.convert_state(state, torch)`. Over ranks, devices and clusters:

```py
from arraylosses.engines.torch import all_merge  # torch.distributed: the same on every rank

s.compute(all_merge(s, state))

from arraylosses.engines.jax import all_merge  # in jax.shard_map: over an axis of the mesh

s.compute(all_merge(s, state, "data"))

from arraylosses.engines.dask import evaluate  # a state for each chunk, a tree of merges; computed when asked

evaluate(s, pred, target).compute()
```

Apache Beam asks for the same four functions under other names:

```py
class Evaluate(beam.CombineFn):
    def create_accumulator(self):
        return None  # of no batch

    def add_input(self, state, batch):
        new = al.accumulate(s, [batch])
        return new if state is None else s.merge(state, new)

    def merge_accumulators(self, states):
        return functools.reduce(s.merge, [one for one in states if one is not None])

    def extract_output(self, state):
        return s.compute(state)
```

## What a state weighs

In float32. Numbers are kept in two words each, so that 1e9 elements are counted and added as well as 1000. Where
elements add to it, the state keeps the samples: exact order statistics need them all.

{weights}

## What a merge costs

On NumPy. Who merges by pairs over 10,000 workers sends each state once: 9,999 of them, fourteen merges deep.

{merges}

## What a batch costs

64 elements: what `update` takes (under `jax.jit` on JAX), beside the metric itself.

{overheads}

Fifty microseconds were the goal. Batches alike go one way (`_ways.py`); what a batch gives is added to
both words in float64, and by Python's own arithmetic where the numbers lie on the host: two means that differ are
merged by some forty operations, each of which takes a twentieth of a microsecond of a number and one to two of an array
of no axes. Tried: the way of other metrics for losses too (a mean took 18 us on NumPy and 36 on torch in the same
hour); two words of a batch, merged with those that are remembered (29 and 82); moments as arrays side by side (51 and
245).

`evaluate` grows as the batches do:

{growth}

20 batches of one shape make JAX compile {compilations} program.

The mean of {elements} float32 numbers far from zero, in 10,000 batches: {error} off the float64 mean, relative.

## Files larger than memory

RMSE and MAE of two mapped files, {file} together, in {memory} MiB beyond the import, beside reading both once: through
the map or into one buffer, whichever was faster, and asking for the greatest of each 8 MiB.

{files}

One and a half times was the goal. Both metrics share one subtraction in blocks that stay in a core's cache, two threads
share the blocks, and rows of 4096 are added by BLAS in float32, rows in float64. From the cache four other runs on the
same day took 1.2 to 1.5 times as long as reading. Tried: every element added in float64, with which no split shows in
the bits (2.9 to 3.2 times); batches of 16 and 64 MiB instead of 128 (1.7 and 1.4); blocks of half the size; asking the
system for all pages of a batch at once, no faster.

## Where exact order statistics end

Samples of float32 weigh 12 bytes each: 12 GB for 1e9. Beside them there are states of fixed size, from which the answer
is near: histograms (`bins=`) and a sketch of quantiles (`sketch_size=`). How far off they are at most is proved in the
docstrings of the metrics; of 1e6 samples, beside the exact value:

{fixed}

Beyond some 1e8 samples, or where a state has to keep its shape (`jit`, `scan`), take them; below, the exact value. Of
1e9 samples in batches of a million, which no state of samples would hold here, beside what is known of their
distribution (whose own chance is some 2e-5 for a median's rank, and 3e-5 for the correlation):

{billions}
"""


def main() -> None:
    if "--page" not in sys.argv:
        STORED.write_text(json.dumps(measured(), indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(json.loads(STORED.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
