"""Numbers computed by other people's implementations, run through one adapter on every array library.

``python -m tests.golden [--xp LIBRARY] [--float32] [--json] [--partial] FILE...``; README.md describes the files.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests._runs import Library, Outcome, Skip, adapted, attempt, chosen, difference, library, parser, refusal, report

from .adapters import FUNCTIONS

Case = Mapping[str, Any]

BEYOND_FLOAT32 = ("*cancellation", "large_*", "near_saturated*", "far_tail")
"""Cases, by name, that float32 has not the digits for."""
FLOAT32_RTOL, FLOAT32_ATOL = 2e-5, 1e-6
PICTURES = ("pred", "target", "image")
"""Inputs of image cases that are intensities: whole numbers stand for floating ones."""


def run(path: Path, name: str, *, float32: bool = False) -> list[Outcome]:
    """The outcomes of all cases of a file in one library."""
    lib = library(name)
    stored = json.loads(path.read_text())
    with lib.session(not float32):
        return [
            Outcome(
                path.stem, name, case["function"], case["id"], *attempt(_check, lib, stored["domain"], case, float32)
            )
            for case in stored["cases"]
        ]


def _check(lib: Library, domain: str, case: Case, float32: bool) -> str:
    """What is wrong with a case, or nothing."""
    call = adapted(FUNCTIONS, case["function"])
    if float32 and any(fnmatch(case["case"], pattern) for pattern in BEYOND_FLOAT32):
        raise Skip("float32 has not the digits.")
    pictures = PICTURES if domain == "image" else ()
    arrays = {k: lib.put(_array(v, float32, k in pictures)) for k, v in case["inputs"].items()}
    return Trial(lib, call, {**arrays, **case["kwargs"]}, case, float32).judged()


def _array(stored: Mapping[str, Any], float32: bool, floating: bool) -> Any:
    numbers = [float(x) if isinstance(x, str) else x for x in stored["data"]]
    dtype = np.dtype(stored["dtype"])
    if floating and dtype.kind in "iu":
        dtype = np.dtype(np.float64)
    if float32 and dtype.kind == "f":
        dtype = np.dtype(np.float32)
    return np.asarray(numbers, dtype=dtype).reshape(stored["shape"])


@dataclass(frozen=True)
class Trial:
    """A case on its way through one library."""

    lib: Library
    call: Callable[..., Any]
    given: dict[str, Any]
    case: Case
    float32: bool

    def judged(self) -> str:
        """What is wrong, or nothing."""
        expected = self.case["expected"]
        if "raises" in expected:
            return refusal(self.outputs, [expected["raises"]])
        return "; ".join(filter(None, [*self.values(expected), *self.gradients()]))

    def outputs(self, **changed: Any) -> dict[str, Any]:
        """Results by name, with some of the arguments replaced; a single one has no name."""
        value = self.call(**{**self.given, **changed})
        named = value._asdict() if hasattr(value, "_asdict") else value
        return named if isinstance(named, dict) else {"": named}

    def values(self, expected: Case) -> Iterator[str]:
        got = self.outputs()
        for name, want in expected.get("outputs", {"": expected}).items():
            yield self.unlike(name, got[name], want) if name in got else f"no output `{name}`"

    def gradients(self) -> Iterator[str]:
        if self.lib.gradient is None:
            return
        for name, want in self.case.get("grad_of_sum", {}).items():
            got = self.lib.gradient(partial(self.summed, name), self.given[name])
            yield self.unlike(f"gradient by {name}", got, want)

    def summed(self, name: str, x: Any) -> Any:
        """The sum of all results as a function of one argument."""
        return sum(self.lib.xp.sum(v) for v in self.outputs(**{name: x}).values())

    def unlike(self, name: str, got: Any, want: Mapping[str, Any]) -> str:
        """What is wrong with one array."""
        array = self.lib.get(got)
        if list(array.shape) != want["shape"]:
            return f"{name} shape {list(array.shape)}, want {want['shape']}".strip()
        problem = difference(array, _array(want, False, False), *self.tolerance)
        return problem and f"{name} {problem}".strip()

    @property
    def tolerance(self) -> tuple[float, float]:
        rtol, atol = self.case["rtol"], self.case["atol"]
        return (max(rtol, FLOAT32_RTOL), max(atol, FLOAT32_ATOL)) if self.float32 else (rtol, atol)


def main(argv: list[str] | None = None) -> int:
    """The program; its exit status."""
    options = parser("python -m tests.golden", __doc__)
    options.add_argument("--float32", action="store_true", help="give and compare float32 arrays")
    given = options.parse_args(argv)
    runs = [(path, name) for path in given.files for name in chosen(given)]
    return report([o for path, name in runs for o in run(path, name, float32=given.float32)], given)
