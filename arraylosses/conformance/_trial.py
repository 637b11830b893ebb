"""A trial: a metric in one of its forms, a library, and data drawn from the declared domains."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._definition import Form
from .._domains import Domain
from .._metric import Function, Loss, Metric
from ._backends import Backend, backend

Source = Callable[[tuple[int, ...]], Any]
"""A shape -> that many numbers of [0, 1]."""

SIZES = {"class": 3, "label": 3, "height": 11, "width": 12, "n": 6, "m": 5, "coordinate": 3}
OTHER_SIZE = 4
CLASSES = 3
EXAMPLES = {
    "num_classes": CLASSES,
    "capacity": 64,
    "bins": 8,
    "data_range": 1.0,
    "in_format": "xyxy",
    "out_format": "xywh",
    "radius": 4.0,
    "threshold": 1.5,
}


DOUBLE, SINGLE = 1e-9, 2e-4
"""Relative tolerance of a computation in float64, and in float32."""


class Exempt(Exception):
    """A law that has nothing to say here, and why."""


class Broken(AssertionError):
    """A law that does not hold: its name, and how to see it."""


@dataclass(frozen=True)
class Variant:
    """One way to call a metric: a form, integer labels or not where both are taken, optional arrays given or not."""

    metric: Metric
    form: Form
    labels: bool = False
    optional: bool = False
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        words = [self.metric.__name__, self.form.selector, "labels" if self.labels else None]
        return "-".join([w for w in words if w] + (["optional"] if self.optional else []))

    def domain(self, declared: Domain) -> Domain:
        return declared.labels if self.labels and declared.labels is not None else declared


def _params(metric: Metric, form: Form) -> dict[str, Any]:
    """What must be given, by the rules of the parameters."""
    definition = metric.definition
    needed = {k for k, r in definition.rules.items() if r.implied} | {form.selector} - {None}
    needed |= {k for k, p in definition.params.items() if p.default is p.empty}
    if "num_classes" in form.params:
        needed.add("num_classes")
    return {k: -1 if k.endswith("_axis") else EXAMPLES.get(k, 1) for k in sorted(filter(None, needed))}


def variants(metric: Metric) -> Iterator[Variant]:
    """Every way to call a metric."""
    for form in metric.definition.forms:
        labelled = any(d.labels is not None for d in form.domains.values())
        optional = any(d.optional for d in form.domains.values())
        for labels in (False, True) if labelled else (False,):
            for given in (False, True) if optional else (False,):
                yield Variant(metric, form, labels, given, _params(metric, form))


@dataclass(frozen=True)
class Trial:
    """A variant on a library, with a source of numbers."""

    variant: Variant
    backend: Backend
    source: Source

    @property
    def metric(self) -> Metric:
        return self.variant.metric

    @property
    def params(self) -> dict[str, Any]:
        return self.variant.params

    @property
    def names(self) -> list[str]:
        return list(self.variant.form.domains)

    @property
    def domains(self) -> list[Domain]:
        return [self.variant.domain(d) for d in self.variant.form.domains.values()]

    @property
    def reference(self) -> "Trial":
        """The same on NumPy."""
        return Trial(self.variant, backend("numpy"), self.source)

    def elsewhere(self, name: str) -> "Trial":
        return Trial(self.variant, backend(name), self.source)

    # ---- data

    def draw(self, batch: tuple[int, ...], inner: bool = False) -> list[Any]:
        """Members of the domains, of this batch shape; with ``inner``, none on a boundary."""
        return [self._member(d, batch, inner) for d in self.domains]

    def draw_coarse(self, batch: tuple[int, ...]) -> list[Any]:
        """Members drawn from three numbers: full of ties, kinks and bounds."""
        coarse = Trial(self.variant, self.backend, lambda shape: np.round(self.source(shape) * 2) / 2)
        return coarse.draw(batch)

    def _member(self, domain: Domain, batch: tuple[int, ...], inner: bool) -> Any:
        if domain.optional and not self.variant.optional:
            return None
        event = tuple(e if isinstance(e, int) else SIZES.get(e, OTHER_SIZE) for e in domain.event)
        numbers = self.source((*batch, *event))
        classes = SIZES.get(domain.within, OTHER_SIZE) if domain.within else CLASSES
        return domain.members(0.05 + 0.9 * numbers if inner else numbers, classes)

    def weights(self, batch: tuple[int, ...]) -> Any:
        """Weights, none of them 0."""
        return 0.25 + self.source(batch)

    def real_places(self) -> list[int]:
        """Which arguments are real numbers and are given."""
        return [i for i, d in enumerate(self.domains) if not d.label and (self.variant.optional or not d.optional)]

    # ---- calls

    def put(self, arrays: list[Any]) -> list[Any]:
        return [None if a is None else self.backend.put(a) for a in arrays]

    def raw(self, arrays: list[Any], **options: Any) -> Any:
        """The result as the library gives it."""
        with self.backend.context():
            options = {k: self.backend.put(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
            return self.metric(*self.put(arrays), **self.params, **options)

    def value(self, arrays: list[Any], **options: Any) -> Any:
        """The result in NumPy."""
        with self.backend.context():
            return self.got(self.raw(arrays, **options))

    def got(self, out: Any) -> Any:
        """A result, in NumPy; of several arrays, these side by side or one after the other along the last axis."""
        if not isinstance(out, tuple):
            return self.backend.get(out)
        parts = [np.asarray(self.backend.get(part)) for part in out]
        if len({part.shape for part in parts}) == 1:
            return np.stack(parts, axis=-1)
        deepest = max(part.ndim for part in parts)
        return np.concatenate([p if p.ndim == max(deepest, 1) else p[..., None] for p in parts], axis=-1)

    def partial(self, **options: Any) -> Callable[..., Any]:
        """The metric as a function of arrays alone."""
        return lambda *arrays: self.metric(*arrays, **self.params, **options)

    # ---- what may be asked of it

    def needs(self, holds: bool, reason: str) -> None:
        if not holds:
            raise Exempt(reason)

    def needs_reduction(self) -> None:
        self.needs(not isinstance(self.metric, Function), "a function is not reduced")

    def needs_loss(self) -> None:
        self.needs(isinstance(self.metric, Loss), "only a loss has values of elements")

    def needs_gradient(self) -> Callable[..., Any]:
        self.needs_reduction()
        self.needs(self.metric.facts.smooth != "nowhere", "nowhere differentiable")
        if self.backend.grad is None:
            raise Exempt(f"{self.backend.name} has no derivatives")
        return self.backend.grad

    @property
    def tolerance(self) -> float:
        return DOUBLE if self.backend.double else SINGLE


def close(got: Any, want: Any, tolerance: float, what: str) -> None:
    """Equal shapes, equal places of NaN and inf, and numbers equal relative to the largest of them.

    A tolerance of 0 is exact; any other is at least what float32 leaves, where one side is float32.
    """
    if tolerance and np.float32 in (np.asarray(got).dtype, np.asarray(want).dtype):
        tolerance = max(tolerance, SINGLE)
    got, want = np.asarray(got, dtype=np.float64), np.asarray(want, dtype=np.float64)
    if got.shape != want.shape:
        raise Broken(f"{what}: shape {got.shape}, not {want.shape}")
    finite = np.isfinite(want)
    scale = float(np.max(np.abs(want[finite]), initial=1e-3))
    same = np.isclose(got, want, rtol=tolerance, atol=tolerance * scale, equal_nan=True)
    if not same.all():
        raise Broken(f"{what}: {got[~same].ravel()[:3].tolist()}, not {want[~same].ravel()[:3].tolist()}")
