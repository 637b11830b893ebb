"""Rows against peers: each case, at each size, in each place where there is someone to compare with."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from . import decisions, device, distributions, elementwise, geometry, images, regions, transport
from .case import Case, Formula, Maker, Size, elements, label
from .clock import Call
from .places import PLACES, on_jax
from .result import OURS, Result, Row, Scope, compared, numbers
from .targets import LARGE_FOR_EAGER

SUBJECTS: dict[str, tuple[Case, ...]] = {
    "Elementwise losses, logits and distributions": elementwise.CASES,
    "Agreement of numbers": decisions.AGREEMENT,
    "Decisions": decisions.DECISIONS,
    "Scores": decisions.SCORES,
    "Images": images.CASES,
    "Points and surfaces": geometry.CASES,
    "Transport": transport.CASES,
    "Boxes and masks": regions.CASES,
    "Uncertainty": distributions.CASES,
}
CASES = tuple(case for cases in SUBJECTS.values() for case in cases)
OWN_JIT = "own jax.jit"


def draw(case: Case, size: Size) -> list[Any]:
    drawn: list[Any] = case.data(np.random.default_rng(0), size)
    return drawn


def made(makers: Mapping[str, Maker]) -> tuple[dict[str, Formula], list[str]]:
    """The functions of those peers that are installed, and what is missing for the others."""
    found: dict[str, Formula] = {}
    absent = []
    for name, maker in makers.items():
        try:
            found[name] = maker()
        except ModuleNotFoundError as missing:
            absent.append(f"without {missing.name}")
    return found, absent


def calls(case: Case, place: str, size: Size, where: str = "cpu") -> tuple[dict[str, Call], list[str]]:
    """Ours and the peers', on the same arrays; and which peers are missing."""
    at = PLACES[place]
    arrays = draw(case, size)
    rivals, absent = made({} if place == "jax-eager" else case.rivals(at.library, size, at.gradient))
    put = {who: at.put(formula, arrays, where) for who, formula in {OURS: case.ours(), **rivals}.items()}
    if place == "jax-eager":
        put[OWN_JIT] = on_jax(case.ours(), arrays, where)
    return put, absent


VALUES = ("numpy", "torch", "jax-jit", "cupy")
"""Where digits are looked at: a compiler of seconds would lose the same ones."""


def lost_digits(case: Case, place: str, size: Size, where: str = "cpu") -> dict[str, float]:
    """Relative errors at a confident right answer."""
    if case.confident is None or place not in VALUES:
        return {}
    at = PLACES[place]
    rivals, _ = made(case.rivals(at.library, size))
    values = {who: at.put(f, case.confident.arrays, where)() for who, f in {OURS: case.ours(), **rivals}.items()}
    return {who: abs(float(numbers(v)) / case.confident.value - 1) for who, v in values.items()}


def measured(case: Case, place: str, size: Size, scope: Scope, name: str) -> Result:
    at = PLACES[place]
    try:
        put, absent = calls(case, place, size, scope.device)
    except ModuleNotFoundError as missing:
        return Result(name, "ms", note=f"skipped: without {missing.name}")
    beside = case.beside(at.library, [who for who in put if who != OURS])
    found = compared(name, put, case.allowed(at.gradient), device.clock(scope, at.library), beside)
    found = replace(
        found,
        elements=elements(size),
        digits=lost_digits(case, place, size, scope.device),
        note=", ".join(filter(None, (found.note, *absent))),
    )
    return found if scope.device == "cpu" else device.examined(found, case, put[OURS], at.library, size)


def compares(case: Case, place: str, size: Size, haste: bool) -> bool:
    at = PLACES[place]
    if place == "jax-eager":
        return bool(case.rivals("jax", size)) and (haste or elements(size) >= LARGE_FOR_EAGER)
    of_interest = (case.trained or not at.trains) and (case.compiled or not at.compiles)
    return of_interest and bool(case.rivals(at.library, size, at.gradient))


def places(scope: Scope) -> list[str]:
    """In haste nothing is compiled for seconds; a GPU has no NumPy, and the CPU no CuPy."""
    absent = "cupy" if scope.device == "cpu" else "numpy"
    return [name for name, at in PLACES.items() if name != absent and not (scope.quick and at.compiles)]


def rows(scope: Scope) -> Iterator[Row]:
    for case in CASES:
        for size in case.chosen(scope.quick):
            for place in places(scope):
                if compares(case, place, size, scope.quick):
                    name = f"{case.name}/{label(size)}/{place}" + ("" if scope.device == "cpu" else f"@{scope.device}")
                    yield Row(name, partial(measured, case, place, size, scope))


def by_name(name: str) -> Case:
    return next(case for case in CASES if case.name == name)
