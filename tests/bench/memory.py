"""Peak memory above the inputs, ours and every peer's: of three processes each, the one in the middle.

``python -m tests.bench.memory METRIC WHO PLACE SIZE`` prints the MiB of one; Linux alone tells them.
"""

import ctypes
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from subprocess import run

from arraylosses._sizes import tiny

from .case import Case, Size, elements, label
from .clock import Call
from .peers import by_name, draw, made
from .places import PLACES
from .result import OURS, Result, Row, Scope

ROOT = Path(__file__).parents[2]
STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MEASURED: dict[str, tuple[Size, tuple[str, ...]]] = {
    "squared_error": (10**7, ("numpy", "torch")),
    "absolute_error": (10**7, ("numpy", "torch")),
    "huber_loss": (10**7, ("numpy", "torch")),
    "chamfer_distance": (100_000, ("numpy", "torch", "jax-jit")),
    "pairwise_iou": (4096, ("numpy", "torch")),
    "ssim": ((8, 3, 256, 256), ("numpy", "torch", "torch-grad")),
}


def resident(which: str) -> float:
    """MiB that Linux counts under a name of its own."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(which))
    return int(line.split()[1]) / 1024


def peak(call: Call) -> float:
    """MiB that a call holds at most, above what was held before; freed memory is given back first."""
    ctypes.CDLL(None).malloc_trim(0)
    FORGET.write_text("5")
    before = resident("VmRSS")
    kept = call()
    del kept
    return max(0.0, resident("VmHWM") - before)


def one(case: Case, who: str, place: str, size: Size) -> float:
    """After smaller calls, which import and start what stays, threads among it; ours by the way of large ones too."""
    at = PLACES[place]
    makers = case.peers.get(at.library, {})
    formula = case.ours() if who == OURS else makers[who]()
    smaller = at.put(formula, draw(case, min((case.sizes[1], size), key=elements)), "cpu")
    smaller()
    if who == OURS:
        with tiny(1 << 12):  # in blocks, whose code would count as what they hold
            smaller()
    return peak(at.put(formula, draw(case, size), "cpu"))


def apart(case: Case, who: str, place: str, size: Size) -> float:
    command = [sys.executable, "-m", __spec__.name, case.name, who, place, label(size)]
    done = run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return float(done.stdout)


def measured(case: Case, place: str, size: Size, name: str) -> Result:
    if not FORGET.exists():
        return Result(name, "MiB", note="skipped: only Linux tells the peak")
    found, absent = made(case.rivals(PLACES[place].library, size))
    needed = {who: median(apart(case, who, place, size) for _ in range(3)) for who in (OURS, *found)}
    ours = needed.pop(OURS)
    result = Result(name, "MiB", ours, elements=elements(size), others=needed, note=", ".join(absent))
    if not needed:
        return result
    peer = min(needed, key=lambda who: needed[who])
    return replace(result, peer=peer, theirs=needed[peer], ratio=needed[peer] / ours if ours else None)


def rows(scope: Scope) -> Iterator[Row]:
    for metric, (size, places) in MEASURED.items():
        case = by_name(metric)
        chosen = case.chosen(True)[0] if scope.quick else size
        for place in places:
            yield Row(f"memory/{metric}/{label(chosen)}/{place}", partial(measured, case, place, chosen))


def main(metric: str, who: str, place: str, shape: str) -> None:
    several = tuple(map(int, shape.split("x")))
    print(one(by_name(metric), who, place, several if len(several) > 1 else several[0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
