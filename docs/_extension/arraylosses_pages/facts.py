"""What a card and a page say of a metric, from the catalogue and from what the laws found."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import arraylosses as al
from arraylosses._catalogue import subject_of

LIBRARIES = {
    "numpy": "NumPy",
    "torch": "PyTorch",
    "jax": "JAX",
    "dask": "Dask",
    "strict": "array-api-strict",
}
"""As the matrix calls them -> as people do. CuPy's arrays take the same code; no GPU tried it, so no badge says so."""

WAYS = {
    ("compiled_is_eager", "jax"): "jax.jit",
    ("mapped_is_a_loop", "jax"): "jax.vmap",
    ("value_and_gradient_are_one", "jax"): "jax.grad",
    ("streams_scan", "jax"): "lax.scan",
    ("shards_make_the_whole", "jax"): "shard_map",
    ("compiled_is_eager", "torch"): "torch.compile",
    ("mapped_is_a_loop", "torch"): "torch.func.vmap",
    ("value_and_gradient_are_one", "torch"): "autograd",
    ("spread_is_whole", "torch"): "DTensor",
    ("lazy_as_stated", "dask"): "Dask, lazy",
    ("parts_make_the_whole", "numpy"): "stream",
    ("a_mask_is_a_weight", "numpy"): "weights",
}
"""A law on a library -> the way of running that it stands for."""

MATH = re.compile(r"^\.\. math::(?P<body>.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Card:
    """What is said of one loss or metric.

    Attributes
    ----------
    name, kind, subject, summary : str
    formula : str
        TeX of the first formula of its docstring; empty where the docstring has none.
    range, arrow : str
        The interval of the values, and where the better ones lie.
    libraries, ways : tuple of str
        Those on which cells of the matrix held.
    facts : Facts
    """

    name: str
    kind: str
    subject: str
    summary: str
    formula: str
    range: str
    arrow: str
    libraries: tuple[str, ...]
    ways: tuple[str, ...]
    facts: al.Facts

    @property
    def classes(self) -> str:
        """By which the page's filter finds it."""
        return f"metric-card subject-{self.subject} kind-{self.kind}"


def formula_of(doc: str) -> str:
    """The first formula of a docstring, with its lines; '' where there is none."""
    found = MATH.search(doc.partition("\nParameters\n")[0])
    return "" if found is None else "\n".join(line.strip() for line in found["body"].strip().splitlines())


def number(value: float) -> str:
    return f"{value:g}".replace("inf", "∞")


def interval(span: tuple[float, float] | None) -> str:
    """Closed, but for an end that is infinite: a value may be infinite, yet the sign is the usual one."""
    if span is None:
        return ""
    low, high = span
    return f"{'(' if low == -inf else '['}{number(low)}, {number(high)}{')' if high == inf else ']'}"


def arrow(facts: al.Facts) -> str:
    """Up or down where the best value is an end of the range, else towards it; '' where there is no best value."""
    if facts.range is None or facts.best is None:
        return ""
    if facts.best == facts.range[1]:
        return "↑"
    return "↓" if facts.best == facts.range[0] else f"→ {number(facts.best)}"


def stored(docs: Path, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((docs / name).read_text(encoding="utf-8"))
    return found


def held_on(found: Mapping[str, Sequence[int]]) -> tuple[str, ...]:
    """The libraries on which laws held and none broke; the order of numbers is that of `tests/matrix.py`."""
    return tuple(LIBRARIES[xp] for xp in LIBRARIES if xp in found and found[xp][0] and not found[xp][3])


def ways_of(found: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(name for (law, xp), name in WAYS.items() if xp in found.get(law, ()))


def card(metric: al.Metric, held: Mapping[str, Sequence[int]], ways: Mapping[str, Sequence[str]]) -> Card:
    doc, facts = metric.__doc__ or "", metric.facts
    return Card(
        name=metric.__name__,
        kind=metric.kind,
        subject=subject_of(metric),
        summary=doc.partition("\n\n")[0].replace("\n", " "),
        formula=formula_of(doc),
        range="" if metric.kind == "function" else interval(facts.range),
        arrow="" if metric.kind == "function" else arrow(facts),
        libraries=held_on(held),
        ways=ways_of(ways),
        facts=facts,
    )


def cards(docs: Path) -> list[Card]:
    """One for each metric of the catalogue, by name."""
    held, ways = stored(docs, "conformance.json")["pairs"], stored(docs, "ways.json")["ways"]
    return [card(metric, held.get(metric.__name__, {}), ways.get(metric.__name__, {})) for metric in al.catalogue]
