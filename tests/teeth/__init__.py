"""Seeded faults: small changes of the library's own text, each to be caught by a law.

Nothing here imports the library: a fault is put into a file before a fresh process loads it.
"""

import sys
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from types import CodeType
from typing import Any

HERE = Path(__file__).parent
PACKAGE = HERE.parent.parent / "arraylosses"
SEEDS = 5
SLOW = ("native_is_eager", "gradients_agree")
"""Laws that take seconds for a metric; the others must do."""


@dataclass(frozen=True)
class Fault:
    """A change of one file, and where it should show.

    Attributes
    ----------
    kind : str
        What was done.
    file : str
        Of the package, without ``.py``.
    old, new : str
        The text, which stands there once, and what stands there instead.
    metrics : str
        Names of the metrics that must show it, with blanks between them.
    xp : str
        The library on which it is looked for.
    """

    kind: str
    file: str
    old: str
    new: str
    metrics: str
    xp: str = "numpy"

    @property
    def name(self) -> str:
        return f"{self.file}: {self.kind} ({self.metrics.partition(' ')[0]})"

    @property
    def path(self) -> Path:
        return PACKAGE / f"{self.file}.py"


def faults() -> list[Fault]:
    """All of them, in the order of their being written down."""
    with (HERE / "faults.toml").open("rb") as file:
        return [Fault(**told) for told in tomllib.load(file)["fault"]]


class _Changed(SourceFileLoader):
    """Loads a module with a fault in it."""

    def __init__(self, fullname: str, fault: Fault) -> None:
        super().__init__(fullname, str(fault.path))
        self.fault = fault

    def get_code(self, fullname: str) -> CodeType:
        text = self.fault.path.read_text(encoding="utf-8")
        assert text.count(self.fault.old) == 1, self.fault.name
        return compile(text.replace(self.fault.old, self.fault.new), self.path, "exec")


class _Finder(MetaPathFinder):
    """Finds the one module that is changed."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.module = f"arraylosses.{fault.file.replace('/', '.')}"

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path) if fullname == self.module else None
        if spec is not None:
            spec.loader = _Changed(fullname, self.fault)
        return spec


def caught_by(fault: Fault) -> str:
    """The first law that breaks, or nothing; for a process that has not loaded the library."""
    assert not any(name.startswith("arraylosses") for name in sys.modules)
    sys.meta_path.insert(0, _Finder(fault))
    from arraylosses import catalogue, conformance

    conformance.prepare()
    for cell in conformance.cells([catalogue[name] for name in fault.metrics.split()], [fault.xp]):
        if cell.law.name not in SLOW and cell.tried(SEEDS).verdict == "broken":
            return cell.law.name
    return ""


def bitten(chosen: Sequence[Fault], workers: int | None = None) -> Iterator[tuple[Fault, str]]:
    """Each fault with the law that catches it, in processes of their own."""
    tried = [f for f in chosen if find_spec({"strict": "array_api_strict"}.get(f.xp, f.xp))]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        yield from zip(tried, pool.map(caught_by, tried), strict=True)
