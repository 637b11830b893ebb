"""Values of many items, what they come to, and the two files that keep them."""

import csv
import json
import re
from dataclasses import asdict, dataclass, field, replace
from math import isfinite, isnan
from pathlib import Path
from typing import Any

from .._definition import Facts
from .._files import Address
from ._metrics import Chosen
from ._pool import Pool
from ._usage import Usage


@dataclass(frozen=True)
class Fault:
    """Why there is no value: a sentence, and the file that it is about where the sentence does not name it."""

    said: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.said}" if self.where else self.said


@dataclass
class Item:
    """One pair: its values by name, and a fault for each that there is none of, or for "read"."""

    name: str
    pred: Address
    target: Address
    values: dict[str, float] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """Of one value over the items that have it; and of the elements of all items together, where that is something."""

    count: int
    mean: float
    least: float
    greatest: float
    pooled: float | None = None


@dataclass
class Results:
    """Of a whole run."""

    metrics: list[Chosen]
    items: list[Item] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, Chosen]:
        """Names of values, in their order, and whose they are."""
        found: dict[str, Chosen] = {}
        for chosen in self.metrics:
            names = [n for item in self.items for n in item.values if n == chosen.name or _whole(n) == chosen.name]
            found |= dict.fromkeys(names or [chosen.name], chosen)
        return found

    def sentences(self) -> list[str]:
        """The faults of all items, one line for those that are alike."""
        where: dict[str, list[str]] = {}
        for fault in (fault for item in self.items for fault in item.faults.values()):
            where.setdefault(fault.said, []).append(fault.where)
        return [f"{_files(files)}{said}" for said, files in where.items()]

    def summary(self) -> dict[str, Summary]:
        """Over the items, each of which counts once."""
        found = {name: [i.values[name] for i in self.items if name in i.values] for name in self.columns}
        pooled = {name: pool.value for name, pool in self.pools.items()}
        return {name: replace(_summed_up(v), pooled=pooled.get(name)) for name, v in found.items() if v}


def _files(names: list[str]) -> str:
    """Whose fault it is, as the beginning of a sentence."""
    if not names[0]:
        return ""
    return f"{names[0]}: " if len(names) == 1 else f"{names[0]} and {len(names) - 1:,} more: "


def _whole(name: str) -> str:
    """The metric that a part belongs to."""
    return name.rpartition(".")[0]


def _summed_up(values: list[float]) -> Summary:
    if any(map(isnan, values)):
        return Summary(len(values), float("nan"), float("nan"), float("nan"))
    return Summary(len(values), sum(values) / len(values), min(values), max(values))


# ---- conditions


@dataclass(frozen=True)
class Condition:
    """What makes the exit code 1: ``psnr<30`` of the mean, ``min(psnr)<30`` of the least of all items."""

    of: str
    name: str
    sign: str
    bound: float

    def holds(self, summary: dict[str, Summary]) -> str:
        """A sentence if it does; of a value that is NaN, or missing, it does."""
        name = self.name if self.name in summary else next((n for n in summary if _whole(n) == self.name), "")
        if not name:
            return f"--fail-if {self}: there is no value of `{self.name}`."
        found = getattr(summary[name], {"min": "least", "max": "greatest"}.get(self.of, self.of or "mean"))
        value = float("nan") if found is None else found
        fails = value < self.bound if self.sign[0] == "<" else value > self.bound
        if not (fails or isnan(value) or ("=" in self.sign and value == self.bound)):
            return ""
        return f"--fail-if {self} holds: it is {value:.6g}."

    def __str__(self) -> str:
        name = f"{self.of}({self.name})" if self.of else self.name
        return f"{name}{self.sign}{self.bound:g}"


CONDITION = re.compile(r"(?:(min|max|mean|pooled)\((\S+)\)|(\S+?))(<=|>=|<|>)([-+]?[\d.]+(?:[eE][-+]?\d+)?)")


def condition(text: str, metrics: list[Chosen]) -> Condition:
    """As it is written on the command line."""
    found = CONDITION.fullmatch(text.replace(" ", ""))
    if not found:
        raise Usage(f"`--fail-if` must be such as `psnr<30` or `min(psnr)<=30`; got `{text}`.")
    of, inner, outer, sign, bound = found.groups()
    name = inner or outer
    known = {alias: c.name for c in metrics for alias in (c.name, c.canonical)}
    whole = name if name in known else _whole(name)
    if whole not in known:
        told = ", ".join(f"`{c.name}`" for c in metrics)
        raise Usage(f"`--fail-if {text}`: `{name}` is not among the metrics, {told}.")
    return Condition(of or "", name.replace(whole, known[whole], 1), sign, float(bound))


# ---- files


def _written(value: float) -> float | str:
    """As a number, or as a word where JSON has no number; ``float`` of either is the value."""
    return value if isfinite(value) else str(value)


def as_json(results: Results) -> str:
    """Everything, with all digits."""
    metrics = {
        c.name: {"metric": c.canonical, "parameters": c.params, "unit": c.unit, "better": better_of(c.facts)}
        for c in results.metrics
    }
    items = [
        {
            "name": item.name,
            "pred": str(item.pred),
            "target": str(item.target),
            "values": {name: _written(value) for name, value in item.values.items()},
            "faults": {name: str(fault) for name, fault in item.faults.items()},
        }
        for item in results.items
    ]
    summary = {
        name: {k: None if v is None else _written(v) for k, v in asdict(s).items()}
        for name, s in results.summary().items()
    }
    whole = results.about | {"metrics": metrics, "summary": summary, "items": items}
    return json.dumps(whole, indent=2, allow_nan=False, default=str) + "\n"


def write_csv(results: Results, path: Path) -> None:
    """One row for each item."""
    columns = list(results.columns)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["item", "pred", "target", *columns, "fault"])
        for item in results.items:
            values = (repr(item.values[name]) if name in item.values else "" for name in columns)
            writer.writerow([item.name, item.pred, item.target, *values, " ".join(map(str, item.faults.values()))])


def better_of(facts: Facts) -> str:
    """Which way is better; nothing where there is no best value."""
    higher = facts.higher_is_better
    return "" if higher is None else "higher" if higher else "lower"
