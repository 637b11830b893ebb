"""What a row compares: a metric, arrays, and its peers by the library that takes them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from math import prod
from typing import Any

import arraylosses as al

Formula = Callable[..., Any]
Maker = Callable[[], Formula]
"""Imports what a formula needs and gives it: a package that is absent is missed here, and no compiler sees imports."""
Peers = Mapping[str, Mapping[str, Maker]]
"""Library of the arrays -> peer -> what makes a function of the arrays."""
Size = int | tuple[int, ...]
PLAIN = frozenset({"formula", "logaddexp"})


@dataclass(frozen=True)
class Confident:
    """A right answer given with confidence, where digits are easily lost, and the loss in float64."""

    arrays: list[Any]
    value: float


@dataclass(frozen=True)
class Case:
    """One metric.

    Attributes
    ----------
    metric : str
    data : callable
        Arrays from a generator and a size.
    peers : mapping
    sizes, quick : tuple of sizes, size
        The least of the sizes, unless said, is what is tried in haste.
    options : dict
        Of ours.
    variant : str
        What tells two cases of one metric apart.
    trained : bool
        Whether anyone differentiates it.
    compiled : bool
        Whether its rows under torch.compile have goals of their own; a first call there takes up to two minutes.
    tolerance, gradient_tolerance : float
        Of the values and of the gradients, by their largest.
    at_most : mapping
        Peers that end, and fit in memory, up to so many elements only.
    values_only : frozenset of str
        Peers whose value is ours, and whose gradient is that of another function.
    bare : bool
        Whether the plain formula on NumPy is a peer; else it stands beside packages that check what they are given.
    confident : Confident, optional
    streams : bool
        Whether it is bound by memory: one reading of the inputs is the limit.
    """

    metric: str
    data: Formula
    peers: Peers
    sizes: tuple[Size, ...]
    quick: Size = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""
    trained: bool = True
    compiled: bool = False
    tolerance: float = 2e-4
    gradient_tolerance: float = 0.0
    at_most: Mapping[str, int] = field(default_factory=dict)
    values_only: frozenset[str] = frozenset()
    bare: bool = False
    confident: Confident | None = None
    streams: bool = False

    @property
    def name(self) -> str:
        return "-".join(filter(None, (self.metric, self.variant)))

    def ours(self) -> Formula:
        metric, options = getattr(al, self.metric), self.options
        return lambda *arrays: metric(*arrays, **options)

    def rivals(self, library: str, size: Size, gradient: bool = False) -> dict[str, Maker]:
        """The peers on a library that can do with so much."""
        left_out = {n for n, most in self.at_most.items() if elements(size) > most}
        left_out |= self.values_only if gradient else set()
        return {n: make for n, make in self.peers.get(library, {}).items() if n not in left_out}

    def beside(self, library: str, names: Iterable[str]) -> frozenset[str]:
        """Which of the rivals are timed, and not taken for the fastest."""
        formulas = frozenset(names) & PLAIN if library == "numpy" and not self.bare else frozenset()
        return formulas if set(names) - formulas else frozenset()

    def allowed(self, gradient: bool) -> float:
        return max(self.tolerance, self.gradient_tolerance) if gradient else self.tolerance

    def chosen(self, quick: bool) -> tuple[Size, ...]:
        return (self.quick or self.sizes[0],) if quick else self.sizes


def elements(size: Size) -> int:
    return size if isinstance(size, int) else prod(size)


def label(size: Size) -> str:
    return str(size) if isinstance(size, int) else "x".join(map(str, size))


# ---- peers


def of(path: str, *, target_first: bool = False, mean: bool = False, **options: Any) -> Maker:
    """A function of two arrays by its path, such as 'optax.huber_loss'."""

    def make() -> Formula:
        home, _, name = path.rpartition(".")
        function = getattr(import_module(home), name)

        def call(pred: Any, target: Any) -> Any:
            value = function(target, pred, **options) if target_first else function(pred, target, **options)
            return value.mean() if mean else value

        return call

    return make


NAMESPACES = {"numpy": "numpy", "torch": "torch", "jax": "jax.numpy", "cupy": "cupy"}


def in_namespace(formula: Formula, library: str) -> Maker:
    def make() -> Formula:
        xp = import_module(NAMESPACES[library])
        return lambda *arrays: formula(xp, *arrays)

    return make


def plain(formula: Formula, *libraries: str, name: str = "formula") -> Peers:
    """A textbook formula, whose first argument is a namespace; what NumPy runs, CuPy runs."""
    also = ("cupy",) if "numpy" in libraries else ()
    return {library: {name: in_namespace(formula, library)} for library in (*libraries, *also)}


def sklearn(name: str, **options: Any) -> Peers:
    return {"numpy": {"scikit-learn": of(f"sklearn.metrics.{name}", target_first=True, **options)}}


def torch(name: str, **options: Any) -> Peers:
    return {"torch": {"torch": of(f"torch.nn.functional.{name}", **options)}}


def torchmetrics(name: str, **options: Any) -> Peers:
    return {"torch": {"torchmetrics": of(f"torchmetrics.functional.{name}", **options)}}


def optax(name: str, **options: Any) -> Peers:
    return {"jax": {"optax": of(f"optax.{name}", mean=True, **options)}}


def joined(*tables: Peers) -> Peers:
    """Peers of several tables, library by library."""
    libraries = {library: None for table in tables for library in table}
    return {lib: {k: v for table in tables for k, v in table.get(lib, {}).items()} for lib in libraries}


# ---- sizes

ELEMENTS: tuple[Size, ...] = (10**2, 10**5, 10**7)
MILLION: tuple[Size, ...] = (10**4, 10**5, 10**6)
