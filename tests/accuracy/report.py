"""The tables of errors, splits and sums, and the page that holds them."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from importlib.metadata import version
from math import inf, isnan, nan
from pathlib import Path

import numpy as np

from tests._runs import INSTALLED, library

from .exhaustive import worst
from .kernel import Kernel
from .measure import MEASURED, STEP_DIGITS, errors, slope_on, slopes, value_on, values
from .peers import PEERS
from .splits import LIBRARIES as SPLIT_BY
from .splits import Split, split
from .sums import Summed, summed

DTYPES = ("float32", "float64")
PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
STORED = PAGE.with_suffix(".json")


@dataclass(frozen=True)
class Measured:
    """The largest errors of a kernel on a library, or of a peer.

    Attributes
    ----------
    metric, inputs, dtype, by : str
        What was measured, on which inputs, and who computed it.
    value, slope : float
        Units in the last place; NaN where it was not measured.
    """

    metric: str
    inputs: str
    dtype: str
    by: str
    value: float
    slope: float = nan


def _largest(found: list[float]) -> float:
    return max(found, default=nan)


def _ours(number: int, kernel: Kernel, dtype: str, name: str) -> Measured:
    data, lib = kernel.inputs(dtype), library(name)
    with lib.session(False):
        value = _largest(errors(value_on(kernel, lib, data), values(number, dtype), dtype))
        slope = nan
        if kernel.slope_goal is not None and lib.gradient is not None:
            slope = _largest(errors(slope_on(kernel, lib, data), slopes(number, dtype), dtype))
    return Measured(kernel.name, kernel.inputs.__name__, dtype, name, value, slope)


def _theirs(number: int, kernel: Kernel, dtype: str) -> Iterator[Measured]:
    for name, peer in PEERS.get(kernel.name, {}).items():
        with np.errstate(all="ignore"):
            got = peer(*kernel.inputs(dtype))
        value = _largest(errors(got, values(number, dtype), dtype))
        yield Measured(kernel.name, kernel.inputs.__name__, dtype, f"{name}'s", value)


def measured(pattern: str = "*") -> Iterator[Measured]:
    """Every kernel of this name, in both dtypes, on every library, and the peers."""
    for number, kernel in enumerate(MEASURED):
        for dtype in DTYPES if fnmatchcase(kernel.name, pattern) else ():
            yield from (_ours(number, kernel, dtype, name) for name in INSTALLED)
            yield from _theirs(number, kernel, dtype)


def beyond(found: list[Measured]) -> list[Measured]:
    """Ours that do not keep to the goal, or to what is known of them."""
    kernels = {(k.name, k.inputs.__name__): k for k in MEASURED}
    return [m for m in found if m.by in INSTALLED and over(m, kernels[m.metric, m.inputs])]


def over(m: Measured, kernel: Kernel) -> bool:
    known = kernel.known if kernel.known is not None and m.by in kernel.known.by else None
    goals = (known.limit, known.limit) if known else (kernel.goal, kernel.slope_goal or inf)
    return m.value > goals[0] or m.slope > goals[1]


# ---- the page


def _shown(x: float) -> str:
    if isnan(x):
        return ""
    return "wrong" if x == inf else f"{x:.1f}" if x < 1000 else f"{x:.0e}".replace("e+0", "e").replace("e+", "e")


def _both(m: Measured | None) -> str:
    return "" if m is None else " / ".join(filter(None, (_shown(m.value), _shown(m.slope))))


def _line(kernel: Kernel, dtype: str, found: dict[str, Measured]) -> str:
    peers = ", ".join(f"{name[:-2]} {_shown(m.value)}" for name, m in found.items() if name.endswith("'s"))
    goal = f"{kernel.goal}" + (f" / {kernel.slope_goal}" if kernel.slope_goal is not None else "")
    ours = " | ".join(_both(found.get(name)) for name in LIBRARIES)
    note = f" [^{REASONS[kernel.known.reason]}]" if kernel.known else ""
    name = f"`{kernel.name}`{note}, {kernel.inputs.__name__.replace('_', ' ')}"
    return f"| {name} | {dtype} | {ours} | {goal} | {peers} |"


LIBRARIES = ("numpy", "torch", "jax", "strict")
REASONS = {reason: i for i, reason in enumerate(dict.fromkeys(k.known.reason for k in MEASURED if k.known), 1)}
PACKAGES = (
    *("numpy", "torch", "jax", "array-api-strict", "scipy", "optax"),
    *("scikit-learn", "scikit-image", "torchmetrics"),
)


@dataclass(frozen=True)
class Found:
    """All that the page tells."""

    errors: list[Measured]
    splits: list[Split]
    sums: list[Summed]

    @classmethod
    def stored(cls) -> "Found":
        kept = json.loads(STORED.read_text(encoding="utf-8"))
        errors, splits, sums = (
            [of(**row) for row in kept[name]]
            for name, of in (("errors", Measured), ("splits", Split), ("sums", Summed))
        )
        return cls(errors, splits, sums)


def _crossed(rows: list[tuple[str, str, str]], corner: str, columns: tuple[str, ...]) -> str:
    """Cells, each by its row and its column, as a table."""
    cells = {row[:2]: row[2] for row in rows}
    lines = [[corner, *columns], ["---"] * (1 + len(columns))]
    lines += [[name, *(cells.get((name, by), "") for by in columns)] for name in dict.fromkeys(r[0] for r in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _splits(found: list[Split]) -> str:
    rows = [(f"`{s.metric}`", s.by, f"{s.same} of {s.runs}" + _farthest(s)) for s in found]
    return _crossed(rows, "metric", (*SPLIT_BY, "torchmetrics"))


def _farthest(s: Split) -> str:
    return f", {_shown(s.worst)} off" if s.worst else ""


def _sums(found: list[Summed]) -> str:
    rows = [(s.layout, s.by, _shown(s.error)) for s in found]
    return _crossed(rows, "mean over", tuple(dict.fromkeys(s.by for s in found)))


def page(found: Found, about: str) -> str:
    """The page, in Markdown."""
    return HEAD.format(about=about, digits=STEP_DIGITS) + TAIL.format(
        errors=_errors(found.errors), splits=_splits(found.splits), sums=_sums(found.sums)
    )


def _errors(found: list[Measured]) -> str:
    rows: dict[tuple[str, str, str], dict[str, Measured]] = {}
    for m in found:
        rows.setdefault((m.metric, m.inputs, m.dtype), {})[m.by] = m
    kernels = {(k.name, k.inputs.__name__): k for k in MEASURED}
    lines = [_line(kernels[metric, inputs], dtype, by) for (metric, inputs, dtype), by in rows.items()]
    notes = [f"[^{i}]: {reason[0].upper()}{reason[1:]}." for reason, i in REASONS.items()]
    return "\n".join(lines) + "\n\n" + "\n".join(notes)


HEAD = """# Accuracy

How far is each number from the right one? This page is written by `python -m nox -s accuracy`; do not edit it.

The largest error over hard inputs, in units in the last place of the result's dtype, against the definition evaluated
to 60 digits with mpmath: tails, cancellation, kinks, and sizes from 1e-30 to 1e15 (`tests/accuracy/inputs.py`). Value /
gradient by the first argument, whose right one is a central difference of {digits} digits. A value that crosses zero is
measured by the largest of the summands it is the difference of; what lies below four times the least normal number
counts as 0, for some devices flush it. The peers computed their values from the same arrays; "wrong" is infinite or NaN
where there is a number, or a number where the right one is infinite.

{about}

## Values and gradients

| metric, inputs | dtype | numpy | torch | jax | strict | goal | peers |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
TAIL = """{errors}

## Splits

Of so many random splits of a stream of float32 numbers, whose parts were merged in random order, in how many the answer
had the bits of the whole, and how far the others were off, in units in the last place. JAX in its 32-bit mode.

{splits}

## Sums

The error of a mean of 100,000,000 float32 numbers of [0, 1), in roundings of float32 (goal: 4), whichever axis is
averaged. NumPy itself adds rows one by one.

{sums}
"""


def _about() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"Measured on {date.today()} with {versions}."


def _about_again(metrics: Iterable[str]) -> str:
    """What the page says of its run, and which metrics were measured again."""
    before = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("Measured on "))
    return f"{before} Again on {date.today()}: {', '.join(f'`{name}`' for name in sorted(metrics))}."


def _write(found: Found, about: str) -> None:
    STORED.write_text(json.dumps(asdict(found), indent=0) + "\n", encoding="utf-8")
    PAGE.write_text(page(found, about), encoding="utf-8")


def _write_again(errors: list[Measured]) -> None:
    """Some metrics, each in its old place."""
    anew = {(m.metric, m.inputs, m.dtype, m.by): m for m in errors}
    stored = Found.stored()
    rows = [anew.get((m.metric, m.inputs, m.dtype, m.by), m) for m in stored.errors]
    _write(replace(stored, errors=rows), _about_again({m.metric for m in errors}))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("--only", default="*", help="metrics whose name matches this pattern")
    parser.add_argument("--every", metavar="NAME", help="a loss of numbers, over all 2**32 of float32: minutes")
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md and docs/accuracy.json")
    return parser


def main(argv: list[str] | None = None) -> int:
    """1 if something misses its goal without a reason."""
    options = _parser().parse_args(argv)
    if options.every:
        units, at = worst(options.every)
        print(f"{options.every}: at most {units:.1f} units in the last place, at {at!r}")
        return 0
    found = []
    for m in measured(options.only):
        found.append(m)
        print(f"{m.metric:34} {m.inputs:26} {m.dtype:8} {m.by:8} {_both(m)}", flush=True)
    if options.write and options.only != "*":
        _write_again(found)
    elif options.write:
        _write(Found(found, list(split()), list(summed())), _about())
    for m in beyond(found):
        print(f"beyond its goal: {m}")
    return 1 if beyond(found) else 0
