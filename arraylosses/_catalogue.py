"""All metrics and their facts as data: what pages, tests and the command line walk over."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cached_property
from importlib import import_module

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
        found = [
            getattr(import_module(f".{home}", __package__), name)
            for home, names in HOMES.items()
            if not home.startswith("_")
            for name in names.split()
        ]
        # beside metrics a subject may have plain functions: of callables, or of a network's weights
        return tuple(sorted((m for m in found if isinstance(m, Metric)), key=lambda m: m.__name__))

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


def subject_of(metric: Metric) -> str:
    """The file that a metric stands in."""
    return metric.__module__.rpartition(".")[2]


def _row(metric: Metric) -> tuple[str, ...]:
    facts = metric.facts
    best = "-" if facts.best is None else f"{facts.best:g}"
    span = "-" if facts.range is None else f"[{facts.range[0]:g}, {facts.range[1]:g}]"
    smooth = "-" if isinstance(metric, Function) else facts.smooth
    return metric.__name__, metric.kind, subject_of(metric), best, span, smooth


catalogue = Catalogue()
