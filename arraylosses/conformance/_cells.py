"""Cells of the matrix: a law, a metric in one of its forms, a library; and what becomes of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from warnings import catch_warnings, simplefilter

from .._metric import Metric
from .._names import HOMES
from ._backends import backend, installed
from ._draws import Recorded, Seed, source
from ._law import ENOUGH, LAWS, Law
from ._outcome import Outcome, Verdict
from ._own import Own, declared
from ._trial import Broken, Exempt, Lacking, Notes, Source, Trial, Variant, variants


@dataclass(frozen=True)
class Cell:
    """A law to be tried on a metric in one of its forms, on a library.

    Attributes
    ----------
    law : Law
    variant : Variant
        The metric, and the way in which it is called.
    xp : str
        The library.
    """

    law: Law
    variant: Variant
    xp: str
    notes: Notes = field(default_factory=Notes, compare=False)

    @property
    def name(self) -> str:
        return f"{self.xp}-{self.law.name}-{self.variant.name}"

    @property
    def trial_on(self) -> str:
        """The library, or its mode of float64 where the law wants that."""
        return (self.law.wide and backend(self.xp).wide) or self.xp

    def hold(self, numbers: Source, seed: Seed | None = None) -> Exempt | None:
        """Try the law once; why it has nothing to say, if so. Broken says what was found, and how to see it again."""
        recorded = Recorded(numbers)
        library = backend(self.trial_on)
        if library.idle is not None and not self.variant.form.lazy(self.variant.metric.facts):
            return Exempt("needs values, as its facts say")
        try:
            with catch_warnings():
                # a metric of this library gives none; what a plain function does is its author's affair
                simplefilter("ignore" if isinstance(self.variant.metric, Own) else "error")
                self.law(Trial(self.variant, library, recorded, self.notes))
        except Exempt as reason:
            return reason
        except ImportError as absent:
            return Lacking(str(absent))
        except Exception as fault:
            said = str(fault) if isinstance(fault, AssertionError) else f"raised {fault!r}"
            again = self.snippet(recorded.written if seed is None else seed)
            raise Broken(f"{self.law.name}, {self.variant.name} on {self.xp}: {said}\n{again}") from fault
        return None

    def snippet(self, seed: Seed) -> str:
        """Three lines that show a failure again."""
        metric = self.variant.metric
        name = metric.__name__
        home = "arraylosses" if metric.__module__.rpartition(".")[2] in HOMES else metric.__module__
        told = metric.told if isinstance(metric, Own) else ""
        asked = f"laws=[{self.law.name!r}], forms=[{self.variant.name!r}], seeds=[{seed!r}]"
        lines = (
            f"import arraylosses as al; from {home} import {name}",
            "from arraylosses import conformance",
            f"conformance.check({name}, {self.xp!r}, {asked}{told})",
        )
        return "\n".join(f"    {line}" for line in lines)

    def tried(self, examples: int) -> Outcome:
        """What becomes of it with so many seeds; one example is enough of what says nothing."""
        began = perf_counter()
        examples = min(examples, ENOUGH) if self.law.kinds else examples
        verdict, reason, tried = _verdict(lambda seed: self.hold(source(seed), seed), examples)
        self.notes.compiled = None
        names = self.variant.metric.__name__, self.variant.name, self.xp, self.law.name
        return Outcome(*names, verdict, reason, self.notes.ulps, tried, perf_counter() - began)


def _verdict(hold: Callable[[int], Exempt | None], examples: int) -> tuple[Verdict, str, int]:
    """It holds if it held for one seed or more and broke for none."""
    said: list[Exempt | None] = []
    for seed in range(examples):
        try:
            said.append(hold(seed))
        except Broken as fault:
            return "broken", str(fault), seed + 1
        if seed == 1 and None not in said and said[0] is not None and str(said[0]) == str(said[1]):
            break
    if None in said:
        return "held", "", len(said)
    return "lacking" if isinstance(said[0], Lacking) else "undefined", str(said[0]), len(said)


def cells(metrics: Iterable[Metric], libraries: Iterable[str]) -> Iterator[Cell]:
    """The matrix: every law that speaks of the library, for every form of every metric."""
    for xp in libraries:
        library = backend(xp)
        for metric in metrics:
            for variant in variants(metric):
                for law in LAWS.values():
                    if law.speaks_of(library):
                        yield Cell(law, variant, xp)


def as_metric(metric: Any, told: dict[str, Any]) -> Metric:
    """A metric as it is; of a plain function, one with its domains declared."""
    if isinstance(metric, Metric):
        return metric
    if not callable(metric):
        raise TypeError(f"`metric` must be a metric or a function; got {metric!r}.")
    return declared(metric, **told)


def check(
    metric: Any,
    xp: str | None = None,
    /,
    *,
    laws: Iterable[str] | None = None,
    forms: Iterable[str] | None = None,
    seeds: Iterable[Seed] = range(3),
    **told: Any,
) -> None:
    """Try a metric by the laws.

    Parameters
    ----------
    metric : Metric or callable
        Of this library, or your own; a plain function with what is told of it.
    xp : str, optional
        A library: 'numpy', 'torch', 'jax', 'strict', 'dask' or 'cupy', or the path of the module of another one; by
        default all that are installed.
    laws : iterable of str, optional
        Names of laws; all by default.
    forms : iterable of str, optional
        Names of the forms in which the metric takes its arguments; all by default.
    seeds : iterable of int or str
        Each draws data of its own; a text is a draw written down.
    **told : Domain or fact
        Of a plain function; see `declared`.

    Raises
    ------
    Broken
        For the first law that does not hold; its text says how to see it again.
    ValueError
        For a library or a law that is unknown.
    TypeError
        For a function without declared domains.
    """
    tried, seeds = as_metric(metric, told), list(seeds)
    wanted, shapes = known(laws), None if forms is None else set(forms)
    for cell in cells([tried], installed() if xp is None else [xp]):
        if cell.law.name in wanted and (shapes is None or cell.variant.name in shapes):
            for seed in seeds:
                cell.hold(source(seed), seed)


def known(laws: Iterable[str] | None) -> set[str]:
    """The names of laws, of all where none are given; ValueError for one that is unknown."""
    wanted = set(LAWS if laws is None else laws)
    unknown = sorted(wanted - LAWS.keys())
    if unknown:
        raise ValueError(f"`laws` must be among {', '.join(LAWS)}; got {unknown[0]!r}.")
    return wanted
