"""All metrics and their facts as data: what pages, tests and the command line walk over."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import cached_property
from importlib import import_module
from typing import Any

from ._definition import Facts
from ._metric import Function, Metric
from ._names import HOMES
from ._table import aligned


class Catalogue:
    """Metrics by name, in the order of their names.

    Examples
    --------
    >>> import arraylosses as al
    >>> al.catalogue["mse"] is al.squared_error
    True
    >>> print(al.catalogue.filter(subject="ranking"))
    name                    kind    subject  best  range   smooth
    auroc                   metric  ranking  1     [0, 1]  nowhere
    average_precision       metric  ranking  1     [0, 1]  nowhere
    precision_recall_curve  metric  ranking  -     -       nowhere
    roc_curve               metric  ranking  -     -       nowhere
    """

    def __init__(self, metrics: Iterable[Metric] | None = None) -> None:
        self._given = None if metrics is None else tuple(metrics)

    @cached_property
    def metrics(self) -> tuple[Metric, ...]:
        """Loaded on first use, from the public names."""
        if self._given is not None:
            return self._given
        return tuple(sorted((m for _, m in _public() if isinstance(m, Metric)), key=lambda m: m.__name__))

    def __iter__(self) -> Iterator[Metric]:
        return iter(self.metrics)

    def __len__(self) -> int:
        return len(self.metrics)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    def __getitem__(self, name: str) -> Metric:
        found = self.find(name)
        if found is None:
            raise KeyError(f"there is no metric `{name}`{self.suggestion(name, ())}")
        return found

    def find(self, name: str) -> Metric | None:
        """The metric of this name, or of this other name."""
        return next((m for m in self if name == m.__name__ or name in m.facts.also), None)

    def suggestion(self, name: str, more: Iterable[str]) -> str:
        """The end of a sentence about an unknown name."""
        known = [*more, *(n for m in self for n in (m.__name__, *m.facts.also))]
        spelled = {k.lower(): k for k in known}
        near = get_close_matches(name.lower(), spelled, 1)
        return f"; did you mean `{spelled[near[0]]}`?" if near else "."

    def filter(
        self, *, subject: str | None = None, kind: str | None = None, differentiable: bool | None = None
    ) -> "Catalogue":
        """The metrics of one subject, kind ('loss', 'metric', 'function'), or with (without) a derivative."""
        return Catalogue(
            m
            for m in self
            if subject in (None, subject_of(m))
            and kind in (None, m.kind)
            and differentiable in (None, m.facts.smooth != "nowhere")
        )

    def __repr__(self) -> str:
        return aligned([("name", "kind", "subject", "best", "range", "smooth"), *map(_row, self)])


def subject_of(metric: Callable[..., Any]) -> str:
    """The file that a metric or a function stands in."""
    return metric.__module__.rpartition(".")[2]


def _row(metric: Metric) -> tuple[str, ...]:
    facts = metric.facts
    smooth = "-" if isinstance(metric, Function) else facts.smooth
    return metric.__name__, metric.kind, subject_of(metric), *best_and_range(facts), smooth


def best_and_range(facts: Facts, digits: int = 6) -> tuple[str, str]:
    """As text, for a table."""
    best = "-" if facts.best is None else f"{facts.best:g}"
    return best, "-" if facts.range is None else "[{:.{n}g}, {:.{n}g}]".format(*facts.range, n=digits)


def plain_functions() -> dict[str, Callable[..., Any]]:
    """What subjects have beside metrics, of callables or of a network's weights, by name."""
    return {name: found for name, found in _public() if not isinstance(found, Metric)}


def _public() -> Iterator[tuple[str, Any]]:
    """Every name of a subject, and what it stands for."""
    for home in HOMES:
        if not home.startswith("_"):
            subject = import_module(f".{home}", __package__)
            yield from ((name, getattr(subject, name)) for name in HOMES[home].split())


catalogue = Catalogue()
