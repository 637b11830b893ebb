"""What several rows say together: exponents, and geometric means."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import exp, log

from .result import Result

FAMILIES = {
    "numpy": "numpy",
    "torch": "torch",
    "torch-grad": "torch",
    "torch-compiled": "torch",
    "torch-compiled-grad": "torch",
    "jax-jit": "jax-jit",
    "jax-grad": "jax-jit",
    "cupy": "cupy",
}
"""Of the places where there are peers; an eager call of JAX is compared with ours under jit."""
ALONE = ("frame", "limit", "memory")


@dataclass(frozen=True)
class Mean:
    """The geometric mean of the ratios of so many rows."""

    family: str
    value: float
    rows: int


def parted(name: str) -> tuple[str, str, str]:
    """Metric, size and place of a row against peers."""
    metric, size, place = name.split("/")
    return metric, size, place


def is_comparison(r: Result) -> bool:
    return r.name.partition("/")[0] not in ALONE


def family(r: Result) -> str | None:
    """Rows of a GPU are a family of their own."""
    if not is_comparison(r):
        return None
    place, _, device = parted(r.name)[2].partition("@")
    found = FAMILIES.get(place)
    return f"{found}@{device}" if found and device else found


def geometric(ratios: Iterable[float]) -> float:
    logs = [log(ratio) for ratio in ratios]
    return exp(sum(logs) / len(logs))


def means(results: Iterable[Result]) -> list[Mean]:
    ratios: dict[str, list[float]] = {}
    for r in results:
        if (of := family(r)) and r.ratio:
            ratios.setdefault(of, []).append(r.ratio)
    return [Mean(of, geometric(several), len(several)) for of, several in ratios.items()]


def slope(first: Result, second: Result) -> float | None:
    """How the cost grows: 1 where twice as much takes twice as long."""
    if not (first.ours and second.ours and first.elements and second.elements):
        return None
    return log(second.ours / first.ours) / log(second.elements / first.elements)


def with_exponents(results: Iterable[Result]) -> list[Result]:
    """Each with the slope between the two largest sizes of its metric and place."""
    rows = list(results)
    series: dict[tuple[str, str], list[Result]] = {}
    for r in rows:
        if is_comparison(r) and r.ours and r.elements:
            metric, _, place = parted(r.name)
            series.setdefault((metric, place), []).append(r)
    slopes = {r.name: exponent(several) for several in series.values() for r in several}
    return [replace(r, exponent=slopes.get(r.name)) for r in rows]


def exponent(several: list[Result]) -> float | None:
    largest = sorted(several, key=lambda r: r.elements or 0)[-2:]
    return slope(*largest) if len(largest) == 2 else None


def merged(kept: Iterable[Result], anew: Iterable[Result]) -> list[Result]:
    """The rows of both, each in its old place; those measured anew replace the others."""
    rows = {r.name: r for r in kept} | {r.name: r for r in anew}
    return list(rows.values())
