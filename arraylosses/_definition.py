"""What is declared of a metric: its facts, its forms and its parameters. Everything else is derived from this."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from inspect import Parameter, signature
from math import inf, nan
from typing import Any, Literal

from ._domains import Domain
from ._math import SUMS, Primitive
from ._parameters import Rule, listed
from ._sizes import SIZES
from ._sketch import Sketch
from ._state import Buffer, Samples
from ._typing import Array, Formula
from ._xp import Library, size

HINTS = {
    "class_axis": ": scores for each class need `class_axis`",
    "num_classes": ": labels need `num_classes`",
}
Smooth = Literal["everywhere", "almost everywhere", "nowhere"]


PAIR = ("pred", "target")
OF_DIFFERENCES: dict[str, Any] = {"shifts": PAIR, "reflects": PAIR, "scales": PAIR}
"""Facts of what depends on prediction less target alone, without a constant of its own."""
OF_CLOUDS: dict[str, Any] = OF_DIFFERENCES | {"orderless": ("n", "m"), "averages": ("n", "m")}
"""The same of two sets of points."""


@dataclass(frozen=True)
class Facts:
    """What is true of a metric, as data: pages print it, and the conformance laws try it.

    Attributes
    ----------
    range : tuple of float or None
        Closed interval of the values; None where the result is not one number (a matrix, a curve).
    best : float or None
        The value of a perfect prediction; None where there is none.
    smooth : {'everywhere', 'almost everywhere', 'nowhere'}
        Where the derivative exists; 'nowhere' means that a gradient is zero or undefined throughout.
    twice : bool
        Whether the gradient has a derivative almost everywhere, which automatic differentiation finds.
    regular : bool
        Whether the slopes ahead and behind bound the gradient at a kink: not where one that points up meets one that
        points down, as in a largest of least values.
    steady : bool
        Whether every library takes the same side at a tie or kink: not where computed numbers tie, for there rounding
        chooses.
    symmetric : bool
        Whether the first two arguments may change places.
    triangle : bool
        Whether it is a distance by which no way over a third is shorter than the straight one.
    monotone : bool
        Whether a prediction that moves straight away from the target never becomes better.
    convex, shifts, reflects, ranks, rotates : tuple of str
        Arguments in which, together, the value is convex; which may be moved by one number, change sign, go through a
        strictly increasing map, or be turned in space, without a change of the value.
    scales : tuple of str
        Arguments and parameters that carry the unit of which ``unit`` is a power.
    orderless, mirrored, averages : tuple of str
        Words of event axes along which the order is free; which may be reversed; over which it is a mean, so that
        copies change nothing.
    undefined : str
        The inputs of the domain for which it is NaN.
    unit : str
        Of the value, in terms of the arguments' units.
    empty : float
        The value where nothing weighs.
    lazy : bool
        Whether Dask can describe the result without computing anything.
    held : tuple of str
        Parts held constant in the gradient.
    also : tuple of str
        Other names that resolve to the same object.
    equals : tuple of str
        Functions of other libraries that give the same number, with the options that make them.
    reference : str
        Where the definition comes from.
    """

    range: tuple[float, float] | None = (0.0, inf)
    best: float | None = 0.0
    smooth: Smooth = "everywhere"
    twice: bool = True
    regular: bool = True
    steady: bool = True
    symmetric: bool = False
    triangle: bool = False
    monotone: bool = False
    convex: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    reflects: tuple[str, ...] = ()
    ranks: tuple[str, ...] = ()
    rotates: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    orderless: tuple[str, ...] = ()
    mirrored: tuple[str, ...] = ()
    averages: tuple[str, ...] = ()
    undefined: str = ""
    unit: str = "1"
    empty: float = nan
    lazy: bool = True
    held: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    equals: tuple[str, ...] = ()
    reference: str = ""

    @property
    def higher_is_better(self) -> bool | None:
        """Whether a greater value is better; None where there is no best value."""
        if self.range is None or self.best is None:
            return None
        return self.best == self.range[1]


def _own(formula: Formula) -> dict[str, Parameter]:
    """Keyword parameters of a formula, without what the frame fills in."""
    named = signature(formula).parameters
    return {k: p for k, p in named.items() if p.kind is Parameter.KEYWORD_ONLY and k != "weights"}


def _layout(domains: Mapping[str, Domain]) -> str | None:
    """The parameter that says where the event axes lie, if the caller may choose."""
    events = {d.event for d in domains.values() if d.event and not d.optional}
    if events == {("height", "width")}:
        return "spatial_axes"
    if len(events) == 1 and len(event := events.pop()) == 1 and str(event[0]).isidentifier():
        return f"{event[0]}_axis"
    return None


@dataclass(frozen=True, eq=False)
class Form:
    """One way in which the arguments may come, and how the state is gathered from them.

    Attributes
    ----------
    domains : dict
        Of the array arguments, in order.
    gather : callable
        A kernel ``(xp, *arrays, **parameters)`` gives an array, or a named tuple of arrays, per element, which the
        frame sums; a summary ``(xp, *arrays, weights=, **parameters)`` gives the state of the last batch axis.
    selector : str or None
        The parameter whose being given selects this form.
    summed : Primitive or None
        Gives the sum over all elements ``(xp, *arrays, **parameters)``, with ``wide=True`` in float64, with
        ``mean=True`` their mean; where it has a twin, that is sooner than to add them up. What it has no parameter for
        must be left at its default.
    lean : bool
        Whether a kernel makes no array of its own: it gives its arguments, or products of them that are to be added.
    """

    domains: Mapping[str, Domain]
    gather: Formula
    selector: str | None = None
    summed: Primitive | None = None
    lean: bool = False
    kernel: bool = field(init=False)
    params: dict[str, Parameter] = field(init=False)
    layout: str | None = field(init=False)
    brief: bool = field(init=False)
    bounded: tuple[int, ...] = field(init=False)
    takes_labels: bool = field(init=False)
    repeated: bool = field(init=False)
    kept: Any = field(init=False)
    divisible: bool = field(init=False)
    grows: bool = field(init=False)
    central: bool = field(init=False)
    images: bool = field(init=False)
    subtracts: bool = field(init=False)
    unsummed: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """What every call asks is answered once (and a cached property holds a lock, which torch.compile cannot)."""
        put = object.__setattr__
        target = self.domains.get("target")
        put(self, "kernel", "weights" not in signature(self.gather).parameters)
        put(self, "params", _own(self.gather))
        put(self, "layout", _layout(self.domains))
        # samples are concatenated, not summed: walking over them in blocks would only copy them twice
        kept = signature(self.gather, eval_str=True).return_annotation
        put(self, "kept", kept)
        put(self, "divisible", kept not in (Samples, Buffer, Sketch))
        put(self, "grows", kept is Samples)
        put(self, "central", hasattr(kept, "merge") and self.divisible)
        put(self, "images", self.layout == "spatial_axes" and self.kernel)
        put(self, "subtracts", self.summed is not None and self.summed.pure.__name__ in SUMS)
        known = _own(self.summed.pure) if self.summed is not None else {}
        put(self, "unsummed", {k: p.default for k, p in self.params.items() if k not in known})
        put(self, "repeated", any(d.repeated for d in self.domains.values()))
        put(self, "brief", all(map(_brief, self.domains.values())))
        put(self, "bounded", tuple(i for i, d in enumerate(self.domains.values()) if d.bounded))
        put(self, "takes_labels", target is not None and (target.label or bool(target.labels and target.labels.label)))

    def grouped(self, flat: Sequence[Any], layers: int) -> list[Any]:
        """Arrays one by one, as the arguments that they are."""
        rest = list(flat)
        out: list[Any] = []
        for domain in self.domains.values():
            out.append(tuple(rest[:layers]) if domain.repeated else rest[0])
            del rest[: layers if domain.repeated else 1]
        return out

    def written_out(self, layers: int) -> "Form":
        """The same of arrays one by one, where arguments are sequences of so many."""
        domains: dict[str, Domain] = {}
        for name, domain in self.domains.items():
            if domain.repeated:
                domains |= {f"{name}[{i}]": domain.numbered(i) for i in range(layers)}
            else:
                domains[name] = domain

        def gather(xp: Any, /, *flat: Any, **params: Any) -> Any:
            return self.gather(xp, *self.grouped(flat, layers), **params)

        form = object.__new__(Form)  # not `replace`: what was read off the formula's signature stays true
        for name, value in {**vars(self), "domains": domains, "gather": gather, "repeated": False}.items():
            object.__setattr__(form, name, value)
        return form

    def may_add(self, lib: Library, params: Mapping[str, Any], wide: bool = False) -> bool:
        """Whether the sum over elements has a quick form on a library; for one answer, or ``wide`` to be remembered."""
        if self.summed is None or lib.name not in self.summed.natives or lib.compiling():
            return False
        if wide and not self.subtracts:
            return False
        return all(_left(value, self.unsummed[name]) for name, value in params.items() if name in self.unsummed)

    def enough(self, lib: Library, x: Array, wide: bool = False) -> bool:
        """Whether elements are so many that it is quicker."""
        if lib.name == "torch":
            return not wide or bool(x.numel() > SIZES.torch_terms)
        return (lib.name == "numpy" and not wide) or size(x) >= SIZES.summed

    def adder(self, lib: Library, params: Mapping[str, Any], **how: bool) -> Callable[..., Array]:
        """``(*arrays)`` -> the sum where it is sooner, ``mean=True`` or ``wide=True``."""
        assert self.summed is not None
        known = {k: v for k, v in params.items() if k not in self.unsummed}
        return partial(self.summed.form(lib.name), lib.xp, **known, **how)

    def added(self, lib: Library, arrays: Sequence[Array], params: Mapping[str, Any], **how: bool) -> Array:
        """The sum where it is sooner."""
        return self.adder(lib, params, **how)(*arrays)

    def lazy(self, facts: Facts) -> bool:
        """Whether Dask can describe the result: a form may have a state of fixed size where others sort."""
        return facts.lazy or (self.selector is not None and self.divisible)


def _left(value: Any, default: Any) -> bool:
    """Whether a parameter is what it is by default."""
    return value is default or (type(value) in (int, float, str, bool) and value == default)


def _brief(domain: Domain) -> bool:
    """Real arrays, all of the shape of the elements, between bounds at most: their length matters to nothing."""
    return not (domain.event or domain.optional or domain.condition or domain.label or domain.image)


class Statistic:
    """A gatherer that several metrics read: its forms, tried in the order of their being declared last to first."""

    def __init__(self, first: Form) -> None:
        self.forms = [first]

    def form(self, selector: str, **domains: Domain) -> Callable[[Formula], Formula]:
        """Declare another form, taken where the parameter ``selector`` is given."""

        def decorate(gather: Formula) -> Formula:
            self.forms.insert(0, Form(domains, gather, selector))
            return gather

        return decorate

    def of(self, *selectors: str | None) -> "Statistic":
        """With those forms alone that these parameters select, None for the one that none does."""
        chosen = Statistic(self.forms[-1])
        chosen.forms = [form for form in self.forms if form.selector in selectors]
        return chosen


def statistic(*, lean: bool = False, **domains: Domain) -> Callable[[Formula], Statistic]:
    """Declare a gatherer once for the metrics that read it: ``@statistic(pred=..., target=...)``."""
    return lambda gather: Statistic(Form(domains, gather, lean=lean))


_COARSER: dict[tuple[Hashable, Hashable], Formula] = {}


def made_of(finer: Formula, coarse: Formula, made: Formula) -> None:
    """Declare how the state that ``coarse`` gathers is made ``(xp, state)`` of what ``finer`` gathers."""
    _COARSER[finer, coarse] = made


def coarser(finer: Hashable, coarse: Hashable) -> Formula | None:
    """What makes the one state of the other, if one does."""
    return _COARSER.get((finer, coarse))


@dataclass(frozen=True, eq=False)
class Definition:
    """A metric as declared: name, forms, read-out and facts."""

    name: str
    forms: tuple[Form, ...]
    read: Formula | None
    facts: Facts
    source: Formula
    read_params: dict[str, Parameter] = field(init=False)
    params: dict[str, Parameter] = field(init=False)
    rules: dict[str, Rule] = field(init=False)
    selectors: tuple[tuple[str, Form], ...] = field(init=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "read_params", _own(self.read) if self.read else {})
        gathered = {k: p for form in reversed(self.forms) for k, p in form.params.items()}
        selectors = {f.selector for f in self.forms}
        gathered = {k: _optional(p) if k in selectors else p for k, p in gathered.items()}
        layouts = {form.layout: form.selector == form.layout for form in self.forms if form.layout}
        placed = {name: _placement(name, optional) for name, optional in layouts.items()}
        put(self, "params", {**gathered, **self.read_params, **placed, **self._ignoring()})
        put(self, "rules", {k: Rule.of(p.annotation) for k, p in self.params.items()})
        put(self, "selectors", tuple((f.selector, f) for f in self.forms if f.selector))
        for form in self.forms:
            _agree(self.name, form)

    def _ignoring(self) -> dict[str, Parameter]:
        if not any(form.takes_labels for form in self.forms):
            return {}
        return {"ignore_index": Parameter("ignore_index", Parameter.KEYWORD_ONLY, default=None, annotation=int | None)}

    @property
    def form(self) -> Form:
        """The form that is taken where no selector is given."""
        return self.forms[-1]

    @property
    def domains(self) -> Mapping[str, Domain]:
        return self.form.domains

    def form_for(self, params: Mapping[str, Any]) -> Form:
        for selector, form in self.selectors:
            if params.get(selector) is not None:
                return form
        return self.forms[-1]

    def hint(self, selector: str) -> str:
        """The end of a sentence to a caller who may have meant another form."""
        return HINTS[selector] if any(selector == name for name, _ in self.selectors) else ""

    def settled(self, params: Mapping[str, Any], shared: tuple[str, ...]) -> dict[str, Any]:
        """The parameters by their rules; a sentence about one that is unknown or out of range."""
        for name in params:
            if name not in self.rules:
                raise TypeError(f"`{self.name}` takes no `{name}`; it takes {listed([*self.params, *shared])}.")
        return {name: self.rules[name].settled(name, value) for name, value in params.items()}


def _optional(parameter: Parameter) -> Parameter:
    return parameter.replace(default=None, annotation=parameter.annotation | None)


def _placement(name: str, optional: bool) -> Parameter:
    default: Any = None if optional else (-2, -1) if name == "spatial_axes" else -1
    kind: Any = tuple[int, int] if name == "spatial_axes" else int
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind | None if optional else kind)


def _agree(name: str, form: Form) -> None:
    """The formula's arrays must be the declared ones: a mistake of the author, told at import."""
    takes = [p.name for p in signature(form.gather).parameters.values() if p.kind is not Parameter.KEYWORD_ONLY][1:]
    if takes != list(form.domains):
        raise TypeError(f"`{name}` takes arrays {listed(takes)}; its domains are declared for {listed(form.domains)}.")
