"""A row of the table, and the one way to make it of several calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .clock import Call, Timing, alternate

OURS = "arraylosses"


@dataclass(frozen=True)
class Result:
    """What was measured, in ``unit``; ``ratio`` is ours over the fastest peer's."""

    name: str
    unit: str
    ours: float | None = None
    spread: float | None = None
    peer: str = ""
    theirs: float | None = None
    ratio: float | None = None
    over: float | None = None
    goal: float | None = None
    note: str = ""
    error: bool = False


@dataclass(frozen=True)
class Row:
    """A name that ``--only`` matches, and the measurement, which makes its data when it is run."""

    name: str
    run: Callable[[str], Result]


def numbers(value: Any) -> Any:
    """A result of any library as NumPy's."""
    if hasattr(value, "detach"):
        value = value.detach()
    return np.asarray(value, dtype=np.float64)


def present(calls: Mapping[str, Call]) -> tuple[dict[str, Any], list[str]]:
    """The values of the calls, and the names of those whose library is not installed."""
    values: dict[str, Any] = {}
    absent = []
    for name, call in calls.items():
        try:
            values[name] = numbers(call())
        except ModuleNotFoundError as missing:
            absent.append(str(missing.name))
    return values, absent


def disagreement(values: Mapping[str, Any], tolerance: float) -> str:
    """Which peers give another value than ours; empty where none does."""
    ours = values[OURS]
    scale = float(np.max(np.abs(ours), initial=1e-30))
    shapes = [f"{name} has shape {v.shape}" for name, v in values.items() if v.shape != ours.shape]
    gaps = {} if shapes else {name: float(np.max(np.abs(v - ours))) / scale for name, v in values.items()}
    # not `gap > tolerance`, which NaN passes
    return "; ".join(shapes + [f"{name} off by {gap:.1e}" for name, gap in gaps.items() if not gap <= tolerance])


def compared(name: str, calls: Mapping[str, Call], tolerance: float) -> Result:
    """Values first, then time against the fastest peer."""
    values, absent = present(calls)
    note = f"without {', '.join(absent)}" if absent else ""
    if len(values) < 2:
        return Result(name, "ms", note=f"skipped: {note or 'no peer'}")
    if wrong := disagreement(values, tolerance):
        return Result(name, "ms", note=f"VALUES DISAGREE: {wrong}", error=True)
    return against_fastest(name, alternate({n: calls[n] for n in values}), note)


def against_fastest(name: str, timings: dict[str, Timing], note: str) -> Result:
    ours = timings.pop(OURS)
    peer = min(timings, key=lambda n: timings[n].median)
    theirs = timings[peer]
    return Result(name, "ms", 1e3 * ours.median, ours.spread, peer, 1e3 * theirs.median, ours.ratio(theirs), note=note)
