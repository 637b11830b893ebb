"""A trial: a metric in one of its forms, a library, and data drawn from the declared domains."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from math import nan
from typing import Any

import numpy as np

from .._definition import Form
from .._domains import Domain, zero_or_one
from .._metric import Function, Metric
from ._backend import Backend
from ._backends import backend
from ._own import Own

Source = Callable[[tuple[int, ...]], Any]
"""A shape -> that many numbers of [0, 1]."""

SIZES = {
    "class": 3,
    "label": 3,
    "height": 11,
    "width": 12,
    "n": 6,
    "m": 5,
    "coordinate": 3,
    "pixel": 6,
    "sample": 5,
    "channel": 3,
    "member": 4,
    "ray": 16,
}
OTHER_SIZE = 4
LAYERS = 2
"""How many arrays a sequence of them has."""
CLASSES = 3
EXAMPLES = {
    "num_classes": CLASSES,
    "capacity": 64,
    "bins": 8,
    "sketch_size": 64,
    "data_range": 1.0,
    "level": 0.9,
    "in_format": "xyxy",
    "out_format": "xywh",
    "regularization": 1.0,
    "operator": np.asarray([[4, 2, 1, 1], [2, 4, 2, 0], [0, 2, 4, 2], [1, 1, 2, 4]]) / 8,
    "radius": 4.0,
    "threshold": 1.5,
    "patch": 4,
}
SMALLER: dict[str, dict[str, Any]] = {
    "ms_ssim": {"size": 3, "level_weights": (0.4, 0.6)},
    "sinkhorn_distance": {"iterations": 8, "regularization": 160.0},
    "sinkhorn_divergence": {"iterations": 8, "regularization": 160.0},
}
"""Options of metrics whose defaults ask for larger data than a trial draws, or for more time."""


CURVE = 128
"""More points than any curve of a trial has."""

LARGEST = 8.0
"""More than any real number that a trial draws."""
LEAST = 1e-3
"""Deviations of smaller values are measured by this."""

DOUBLE, SINGLE = 1e-9, 2e-4
"""Relative tolerance of a computation in float64, and in float32."""


def size(word: str) -> int:
    """The length of an event axis; of a later layer of a sequence, a smaller one."""
    name, _, layer = word.partition(" ")
    size = SIZES.get(name, OTHER_SIZE)
    return max(1, size - int(layer)) if layer.isdigit() else size


class Exempt(Exception):
    """A law that has nothing to say of a metric, and the fact that is why."""


class Lacking(Exempt):
    """A law that a library cannot be asked, and what it lacks."""


class Broken(AssertionError):
    """A law that does not hold: its name, and how to see it."""


@dataclass(frozen=True, eq=False)
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

    def params_on(self, library: Backend) -> dict[str, Any]:
        """Of arrays, those of the library."""
        return {k: library.put(v) if isinstance(v, np.ndarray) else v for k, v in self.params.items()}

    def grouped(self, arrays: Sequence[Any]) -> Sequence[Any]:
        """Arrays one by one as arguments, some of which are sequences of them."""
        return self.form.grouped(arrays, LAYERS) if self.form.repeated else arrays


@lru_cache(maxsize=32, typed=True)
def _function(variant: Variant, library: Backend, named: tuple[str, ...], **options: Any) -> Callable[..., Any]:
    """The metric as a function of arrays one by one, the last of which are options of these names.

    It is the same function for the same options: a library compiles it once, for all laws and draws.
    """
    options = {**variant.params_on(library), **options}

    def function(*arrays: Any) -> Any:
        count = len(arrays) - len(named)
        given = dict(zip(named, arrays[count:], strict=True))
        return variant.metric(*variant.grouped(arrays[:count]), **{**options, **given})

    return function


def _params(metric: Metric, form: Form, given: bool) -> dict[str, Any]:
    """What must be given, by the rules of the parameters; a seed, where it draws an array that is not given."""
    definition = metric.definition
    needed = {k for k, r in definition.rules.items() if r.implied} | {form.selector} - {None}
    needed |= {k for k, p in definition.params.items() if p.default is p.empty}
    if "num_classes" in form.params:
        needed.add("num_classes")
    if "seed" in definition.params and not given:
        needed.add("seed")
    wanted = {k: -1 if k.endswith("_axis") else EXAMPLES.get(k, 1) for k in sorted(filter(None, needed))}
    return wanted | SMALLER.get(metric.__name__, {})


def variants(metric: Metric) -> Iterator[Variant]:
    """Every way to call a metric."""
    for form in metric.definition.forms:
        labelled = any(d.labels is not None for d in form.domains.values())
        optional = any(d.optional for d in form.domains.values())
        for labels in (False, True) if labelled else (False,):
            for given in (False, True) if optional else (False,):
                yield Variant(metric, form, labels, given, _params(metric, form, given))


@dataclass
class Notes:
    """What is remembered of a cell from one example to the next.

    Attributes
    ----------
    ulps : float
        Largest deviation met so far, in units of rounding; NaN before anything was compared.
    compiled : callable or None
        What was compiled for an earlier example: a law compiles one thing.
    """

    ulps: float = nan
    compiled: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Trial:
    """A variant on a library, with a source of numbers."""

    variant: Variant
    backend: Backend
    source: Source
    notes: Notes = field(default_factory=Notes)

    @property
    def metric(self) -> Metric:
        return self.variant.metric

    @property
    def params(self) -> dict[str, Any]:
        return self.variant.params_on(self.backend)

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters of a call, those left at their defaults too."""
        known = self.metric.definition.params
        return {k: p.default for k, p in known.items() if p.default is not p.empty} | self.variant.params

    @property
    def flat(self) -> Form:
        """The form, with sequences of arrays written out."""
        form = self.variant.form
        return form.written_out(LAYERS) if form.repeated else form

    @property
    def names(self) -> list[str]:
        return list(self.flat.domains)

    @property
    def domains(self) -> list[Domain]:
        return [self.variant.domain(d) for d in self.flat.domains.values()]

    @property
    def reference(self) -> "Trial":
        """The same on NumPy."""
        return self.elsewhere("numpy")

    def elsewhere(self, name: str) -> "Trial":
        """The same on another library."""
        return replace(self, backend=backend(name))

    @property
    def widths(self) -> "list[Trial]":
        """The same in each width that the library computes in, where that is a mode of it."""
        return [self, self.elsewhere(self.backend.wide)] if self.backend.wide else [self]

    # ---- data

    def draw(self, batch: tuple[int, ...], inner: bool = False) -> list[Any]:
        """Members of the domains, of this batch shape; with ``inner``, none on a boundary."""
        return [self._member(d, batch, inner) for d in self.domains]

    def rounded(self, steps: int) -> "Trial":
        """The same, drawing from so many equal steps of [0, 1]: full of ties and kinks."""
        return replace(self, source=lambda shape: np.round(self.source(shape) * steps) / steps)

    def draw_coarse(self, batch: tuple[int, ...]) -> list[Any]:
        """Members drawn from three numbers, bounds among them."""
        return self.rounded(2).draw(batch)

    def chance(self) -> Any:
        """A generator of its own, seeded by the source: for numbers that are no multiples of a step."""
        return np.random.default_rng(int(self.source((1,))[0] * 1e6))

    def scattered(self, rng: Any) -> "Trial":
        """The same, drawing numbers of which no two are alike: off the kinks, where rounding may choose a side."""
        return replace(self, source=rng.random)

    def _member(self, domain: Domain, batch: tuple[int, ...], inner: bool) -> Any:
        if domain.optional and not self.variant.optional:
            return None
        event = tuple(e if isinstance(e, int) else size(e) for e in domain.event)
        numbers = self.source((*batch, *event))
        classes = size(domain.within) if domain.within else CLASSES
        return domain.members(0.05 + 0.9 * numbers if inner else numbers, classes)

    def weights(self, batch: tuple[int, ...]) -> Any:
        """Weights, none of them 0."""
        return 0.25 + self.source(batch)

    def weighing(self, batch: tuple[int, ...]) -> dict[str, Any]:
        """The same as an option, where the metric takes it."""
        weights = self.weights(batch)
        return {"weights": weights} if "weights" in self.metric.shared else {}

    def given_places(self) -> list[int]:
        """Which arguments are given."""
        return [i for i, d in enumerate(self.domains) if self.variant.optional or not d.optional]

    def real_places(self) -> list[int]:
        """Which of them are real numbers."""
        return [i for i in self.given_places() if not self.domains[i].label]

    def smooth_places(self) -> list[int]:
        """Which of them may move a little: what is 0 or 1 may not."""
        return [i for i in self.real_places() if self.domains[i].condition is not zero_or_one]

    def first_smooth_place(self) -> int:
        """The first of them, for what need not be tried of each."""
        places = self.smooth_places()
        self.needs(bool(places), "none of its arguments may move a little")
        return places[0]

    def as_dtype(self, arrays: list[Any], dtype: str) -> list[Any]:
        """Real arguments in another dtype; labels as they are."""
        return [a if a is None or d.label else a.astype(dtype) for a, d in zip(arrays, self.domains, strict=True)]

    # ---- calls

    def put(self, arrays: list[Any]) -> list[Any]:
        return [None if a is None else self.backend.put(a) for a in arrays]

    def grouped(self, arrays: Sequence[Any]) -> Sequence[Any]:
        """Arrays one by one as arguments, some of which are sequences of them."""
        return self.variant.grouped(arrays)

    def one_by_one(self, arguments: Sequence[Any]) -> list[Any]:
        """Arguments, with sequences of arrays written out."""
        return [x for a in arguments for x in (a if isinstance(a, tuple) else (a,))]

    def function(self, *named: str, **options: Any) -> Callable[..., Any]:
        """The metric as a function of arrays one by one, and after them of options of these names."""
        return _function(self.variant, self.backend, named, **options)

    def call(self, *arrays: Any, **options: Any) -> Any:
        """The metric, of arrays of the library one by one."""
        return self.metric(*self.grouped(arrays), **{**self.params, **options})

    def _applied(self, how: Callable[..., Any], arrays: list[Any], options: dict[str, Any]) -> Any:
        """What is made of the metric as a function, of these arrays and of those among the options."""
        named = [k for k, v in options.items() if isinstance(v, np.ndarray)]
        others = {k: v for k, v in options.items() if k not in named}
        with self.backend.context():
            return how(self.function(*named, **others), [*arrays, *(options[k] for k in named)])

    def raw(self, arrays: list[Any], **options: Any) -> Any:
        """The result as the library gives it, operation by operation."""
        return self._applied(lambda function, given: function(*self.put(given)), arrays, options)

    def result(self, arrays: list[Any], **options: Any) -> Any:
        """The same, compiled for all draws where the library had better."""
        return self._applied(lambda function, given: self.backend.once(function)(*self.put(given)), arrays, options)

    def value(self, arrays: list[Any], **options: Any) -> Any:
        """The result in NumPy."""
        out = self.result(arrays, **options)
        with self.backend.context():
            return self.got(out, 0 if options.get("axis") is None else 1)

    def slopes(self, arrays: list[Any], places: list[int] | None = None, **options: Any) -> dict[int, Any]:
        """Gradients of the summed result by the arguments that may move, or some, in NumPy, by their places."""
        places = self.smooth_places() if places is None else places
        self.needs(bool(places), "none of its arguments may move a little")
        found = self._applied(partial(self.needs_gradient(), places=places), arrays, options)
        return dict(zip(places, found, strict=True))

    def got(self, out: Any, lead: int = 0) -> Any:
        """A result, in NumPy; of several arrays, one after the other along the last axis.

        The first ``lead`` axes number results. A curve over thresholds, which fills up with copies of its last point,
        is compared at one length, whatever it was drawn from.
        """
        if not isinstance(out, tuple):
            return self.backend.get(out)
        parts = [np.asarray(self.backend.get(part)) for part in out]
        deepest = max(lead + 1, *(part.ndim for part in parts))
        parts = [p if p.ndim == deepest else p[..., None] for p in parts]
        if "threshold" in getattr(out, "_fields", ()):
            parts = [np.pad(p, [(0, 0)] * lead + [(0, CURVE - p.shape[-1])], "edge") for p in parts]
        return np.concatenate(parts, axis=-1)

    def each(self, arrays: list[Any], **options: Any) -> Any:
        """The values of a loss's elements; of another metric, its value."""
        if "reduction" in self.metric.shared:
            options["reduction"] = "none"
        return self.value(arrays, **options)

    # ---- what may be asked of it

    def needs(self, holds: bool, reason: str) -> None:
        if not holds:
            raise Exempt(reason)

    def lacks(self, absent: bool, what: str) -> None:
        """Lacking where the library has not what the law needs."""
        if absent:
            raise Lacking(f"{self.backend.name} lacks {what}")

    def takes(self, option: str) -> None:
        """Exempt where the metric takes no such option of the frame."""
        self.needs_reduction()
        self.needs(option in self.metric.shared, f"takes no `{option}`")

    def needs_reduction(self) -> None:
        self.needs(not isinstance(self.metric, Function), "a function is not reduced")

    def needs_frame(self) -> None:
        """Exempt where the metric is a plain function, which promises nothing of dtypes and keeps no state."""
        self.needs_reduction()
        self.needs(not isinstance(self.metric, Own), "a plain function: this is a promise of the frame")

    def needs_loss(self) -> None:
        self.needs("reduction" in self.metric.shared, "only a loss has values of elements")

    def needs_gradient(self) -> Callable[..., Any]:
        self.needs(self.metric.facts.smooth != "nowhere", "nowhere differentiable")
        if self.backend.grad is None:
            raise Lacking(f"{self.backend.name} has no derivatives")
        return self.backend.grad

    def compiled(self, function: Callable[..., Any], how: Callable[..., Any] | None = None) -> Callable[..., Any]:
        """A function of arrays, compiled once for all examples of a cell; by ``how``, or else by the library's jit."""
        if self.notes.compiled is None:
            make = how or self.backend.jit
            assert make is not None
            self.notes.compiled = make(function)
        return self.notes.compiled

    @property
    def tolerance(self) -> float:
        return DOUBLE if self.backend.double else SINGLE

    def floor(self, size: float) -> float:
        """The least size that a deviation is measured by, for inputs of so many times their usual size.

        A value of either sign, in the unit of its inputs, is a difference of parts as large as they are.
        """
        facts = self.metric.facts
        power = degree(facts.unit, self.settings) if facts.scales else 0.0
        signed = facts.range is not None and facts.range[0] < 0
        return LARGEST * size**power if signed and power > 0 else LEAST

    def close(self, got: Any, want: Any, what: str, tolerance: float | None = None, size: float = 1.0) -> None:
        """Broken unless two results are equal, to the library's rounding or the tolerance.

        The deviation is noted, but where a tolerance says that the inputs allow for more than rounding.
        """
        got, want = np.asarray(got), np.asarray(want)
        close(got, want, self.tolerance if tolerance is None else tolerance, what, self.floor(size))
        single = not self.backend.double or np.float32 in (got.dtype, want.dtype)
        if not tolerance:
            self.notes.ulps = float(np.fmax(self.notes.ulps, deviation(got, want) / EPSILON[single]))


def degree(unit: str, params: Mapping[str, Any]) -> float:
    """The power of its inputs' unit that a value has: 2 of 'target**2', 0 of '1' and of what has a unit of its own."""
    above, _, below = unit.partition("/")
    if below:
        return degree(above, params) - degree(below, params)
    _, _, power = unit.partition("**")
    if power:
        return float(params.get(power, power))
    return 0.0 if unit in ("1", "nat", "dB", "weight") else 1.0


EPSILON = {False: 2.0**-52, True: 2.0**-23}
"""The rounding of float64, and of float32."""


def _unit(want: Any, floor: float = LEAST) -> float:
    """What a deviation is measured by: the largest finite value."""
    return float(np.max(np.abs(want[np.isfinite(want)]), initial=floor))


def deviation(got: Any, want: Any) -> float:
    """The largest difference of two results, relative to the largest of their values; NaN and inf have none."""
    got, want = (np.asarray(x, dtype=np.float64) for x in (got, want))
    both = np.isfinite(got) & np.isfinite(want)
    return float(np.max(np.abs(got[both] - want[both]), initial=0.0)) / _unit(want)


def close(got: Any, want: Any, tolerance: float, what: str, floor: float = LEAST) -> None:
    """Equal shapes, equal places of NaN and inf, and numbers equal relative to the largest of them.

    A tolerance of 0 is exact; any other is at least what float32 leaves, where one side is float32.
    """
    if tolerance and np.float32 in (np.asarray(got).dtype, np.asarray(want).dtype):
        tolerance = max(tolerance, SINGLE)
    got, want = np.asarray(got, dtype=np.float64), np.asarray(want, dtype=np.float64)
    if got.shape != want.shape:
        raise Broken(f"{what}: shape {got.shape}, not {want.shape}")
    same = np.isclose(got, want, rtol=tolerance, atol=tolerance * _unit(want, floor), equal_nan=True)
    if not same.all():
        raise Broken(f"{what}: {got[~same].ravel()[:3].tolist()}, not {want[~same].ravel()[:3].tolist()}")
