"""The errors of a kernel on a library, in units in the last place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from mpmath import mp, mpf

import arraylosses as al
from tests._runs import Library

from .composites import COMPOSITES
from .kernel import Kernel
from .kernels import KERNELS

MEASURED = (*KERNELS, *COMPOSITES)
DIGITS = 60
STEP = 170
"""Decimal places of the step of a central difference: its square is below the least float64."""
STEP_DIGITS = 2 * STEP + 310 + DIGITS
"""The difference of two values that are alike to a step times the least float64 has this many digits less."""


@dataclass(frozen=True)
class Truth:
    """Numbers to 60 digits, and by what size the error of each is measured."""

    number: list[Any]
    unit: list[Any]


def _number(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return [_number(v) for v in x]
    return int(x) if np.issubdtype(type(x), np.integer) else mpf(float(x))


def rows(data: tuple[Any, ...]) -> Iterator[list[Any]]:
    """The arguments of each element, exactly."""
    return ([_number(x) for x in row] for row in zip(*data, strict=True))


def _largest(parts: Any, value: Any) -> Any:
    return max([abs(value), *map(abs, parts)])


Place = tuple[int, ...]
"""Where a number stands in a list of lists; () of a number itself."""


def _places(x: Any) -> list[Place]:
    return [(k, *rest) for k, part in enumerate(x) for rest in _places(part)] if isinstance(x, list) else [()]


def _at(x: Any, place: Place) -> Any:
    return _at(x[place[0]], place[1:]) if place else x


def _moved(x: Any, place: Place, step: Any) -> Any:
    if not place:
        return x + step
    return [_moved(part, place[1:], step) if k == place[0] else part for k, part in enumerate(x)]


def _derivative(exact: Callable[..., Any], row: list[Any], place: Place) -> Any:
    """By one number of the first argument; NaN where a step leaves the domain."""
    first, *rest = row
    at = abs(_at(first, place))
    with mp.workdps(STEP_DIGITS):
        step = (min(at, mpf(1)) if at else mpf(1)) * mpf(10) ** -STEP
        try:
            ahead, behind = (exact(_moved(first, place, s), *rest) for s in (step, -step))
        except (ValueError, ZeroDivisionError):
            return mp.nan
        found = (ahead - behind) / (2 * step)
        return mp.nan if isinstance(found, mp.mpc) else found


def _slopes(kernel: Kernel, row: list[Any]) -> list[Any]:
    return [_derivative(kernel.exact, row, place) for place in _places(row[0])]


def _slope_units(kernel: Kernel, row: list[Any], slopes: list[Any]) -> list[Any]:
    parts = [[]] * len(slopes)
    if kernel.slope_summands is not None:
        parts = kernel.slope_summands(*row)
        parts = parts if isinstance(row[0], list) else [parts]
    return [_largest(p, s) for p, s in zip(parts, slopes, strict=True)]


@cache
def values(number: int, dtype: str) -> Truth:
    """The right values of a kernel by its number, for inputs of a dtype."""
    kernel, found = MEASURED[number], Truth([], [])
    with mp.workdps(DIGITS):
        for row in rows(kernel.inputs(dtype)):
            value = kernel.exact(*row)
            found.number.append(value)
            found.unit.append(_largest(kernel.summands(*row) if kernel.summands else [], value))
    return found


@cache
def slopes(number: int, dtype: str) -> Truth:
    """Its gradients by the first argument."""
    kernel, found = MEASURED[number], Truth([], [])
    with mp.workdps(DIGITS):
        for row in rows(kernel.inputs(dtype)):
            by_place = _slopes(kernel, row)
            found.number.extend(by_place)
            found.unit.extend(_slope_units(kernel, row, by_place))
    return found


def _spacing(size: Any, dtype: str) -> Any:
    """What one unit in the last place is, of a number of this size."""
    limits = np.finfo(dtype)
    size = max(size, mpf(float(limits.tiny)))
    return mpf(2) ** (int(mp.floor(mp.log(size, 2))) - limits.nmant)


def _error(got: float, want: Any, size: Any, dtype: str) -> float:
    """Units in the last place. Near the least normal number anything is 0, for XLA and CUDA flush what is below it."""
    limits = np.finfo(dtype)
    if mp.isnan(want):
        return 0.0
    if abs(want) > mpf(float(limits.max)):
        return 0.0 if np.isinf(got) or abs(got) >= float(limits.max) * (1 - 1e-6) else np.inf
    if not np.isfinite(got):
        return np.inf
    if max(abs(mpf(got)), abs(want)) < 4 * mpf(float(limits.tiny)):
        return 0.0
    return float(abs(mpf(got) - want) / _spacing(size, dtype))


def errors(got: Any, right: Truth, dtype: str) -> list[float]:
    given = np.asarray(got, dtype=np.float64).ravel().tolist()
    with mp.workdps(DIGITS):
        return [_error(g, w, u, dtype) for g, w, u in zip(given, right.number, right.unit, strict=True)]


def elements(kernel: Kernel) -> Callable[..., Any]:
    """The metric, case by case."""
    metric = getattr(al, kernel.name)
    by_case = {"reduction": "none"} if "reduction" in metric.shared else {"axis": 1} if "axis" in metric.shared else {}
    return partial(metric, **by_case, **kernel.options)


def value_on(kernel: Kernel, library: Library, data: tuple[Any, ...]) -> Any:
    return library.get(elements(kernel)(*map(library.put, data)))


def slope_on(kernel: Kernel, library: Library, data: tuple[Any, ...]) -> Any:
    first, *rest = map(library.put, data)
    assert library.gradient is not None
    return library.get(library.gradient(lambda x: elements(kernel)(x, *rest), first))
