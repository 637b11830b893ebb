"""A row of the table, and the one way to make it of several calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import numpy as np

from .clock import Call, Clock, Timing

OURS = "arraylosses"


@dataclass(frozen=True)
class Result:
    """What was measured, in ``unit``.

    Attributes
    ----------
    name, unit : str
    ours, spread : float
        The median, and the distance between the quartiles as a share of it.
    peer, theirs, peer_spread : str, float, float
        The fastest peer.
    ratio : float
        Times as fast as the fastest peer, or the share of a limit that was reached; above 1 ours is faster.
    over : float
        How far above the bare formula, in the frame's rows.
    elements : float
        How much data, for the exponent with which cost grows.
    exponent : float
        The slope between the two largest sizes, on logarithmic axes.
    first : float
        Seconds that our first call took, which compiles.
    others : dict
        Every peer, and what it needed.
    bare : float
        The time of a plain formula that stands beside the peers: it checks, weighs and refuses nothing.
    digits : dict
        Who loses how much at a confident right answer: relative errors, ours among them.
    share : float
        Of the device's memory bandwidth.
    note, error : str, bool
    commit, date, on : str
        Which version was measured, when, and on which processor or card.
    """

    name: str
    unit: str
    ours: float | None = None
    spread: float | None = None
    peer: str = ""
    theirs: float | None = None
    peer_spread: float | None = None
    ratio: float | None = None
    over: float | None = None
    elements: float | None = None
    exponent: float | None = None
    first: float | None = None
    others: dict[str, float] = field(default_factory=dict)
    bare: float | None = None
    digits: dict[str, float] = field(default_factory=dict)
    share: float | None = None
    note: str = ""
    error: bool = False
    commit: str = ""
    date: str = ""
    on: str = ""


@dataclass(frozen=True)
class Row:
    """A name that ``--only`` matches, and the measurement, which makes its data when it is run."""

    name: str
    run: Callable[[str], Result]


@dataclass(frozen=True)
class Scope:
    """What is run: small arrays in haste, or all; and where."""

    quick: bool = False
    device: str = "cpu"

    @property
    def clock(self) -> Clock:
        return Clock(rounds=3, seconds=5e-4) if self.quick else Clock()


def numbers(value: Any) -> Any:
    """A result of any library as NumPy's."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if hasattr(value, "get"):  # of CuPy
        value = value.get()
    return np.asarray(value, dtype=np.float64)


def present(calls: Mapping[str, Call], ours: Any) -> tuple[dict[str, Any], list[str]]:
    """The values of ours and of the peers, and why there is none of some."""
    values, absent = {OURS: numbers(ours)}, []
    for name in (name for name in calls if name != OURS):
        try:
            values[name] = numbers(calls[name]())
        except ModuleNotFoundError as missing:
            absent.append(f"without {missing.name}")
        except Exception as fault:
            absent.append(f"{name} raised {type(fault).__name__}")
    return values, absent


def disagreement(values: Mapping[str, Any], tolerance: float) -> str:
    """Which peers give another value than ours; empty where none does."""
    ours = values[OURS]
    scale = float(np.max(np.abs(ours), initial=1e-30))
    shapes = [f"{name} has shape {v.shape}" for name, v in values.items() if v.shape != ours.shape]
    gaps = {} if shapes else {name: float(np.max(np.abs(v - ours))) / scale for name, v in values.items()}
    # not `gap > tolerance`, which NaN passes
    return "; ".join(shapes + [f"{name} off by {gap:.1e}" for name, gap in gaps.items() if not gap <= tolerance])


def compared(
    name: str, calls: Mapping[str, Call], tolerance: float, clock: Clock, beside: frozenset[str] = frozenset()
) -> Result:
    """Values first, then time against the fastest peer that is not one of those beside."""
    start = perf_counter()
    ours = calls[OURS]()
    first = perf_counter() - start
    values, absent = present(calls, ours)
    note = ", ".join(absent)
    if len(values) < 2:
        return Result(name, "ms", note=f"skipped: {note or 'no peer'}")
    if wrong := disagreement(values, tolerance):
        return Result(name, "ms", note=f"VALUES DISAGREE: {wrong}", error=True)
    timings = clock.alternate({n: calls[n] for n in values})
    return replace(against_fastest(name, "ms", timings, beside & timings.keys()), first=first, note=note)


def against_fastest(
    name: str, unit: str, timings: Mapping[str, Timing], beside: frozenset[str] = frozenset()
) -> Result:
    """In a unit of time, of what was timed in seconds."""
    scale = {"ms": 1e3, "us": 1e6}[unit]
    ours = timings[OURS]
    others = {n: scale * t.median for n, t in timings.items() if n != OURS}
    peers = others.keys() - beside or others.keys()
    peer = min(peers, key=lambda n: others[n])
    theirs = timings[peer]
    return Result(
        name,
        unit,
        scale * ours.median,
        ours.spread,
        peer,
        others[peer],
        theirs.spread,
        theirs.ratio(ours),
        others=others,
        bare=min((others[n] for n in others.keys() - peers), default=None),
    )
