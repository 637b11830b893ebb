"""How a formula becomes a metric: `@loss`, `@metric` and `@function`."""

import sys
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from inspect import Parameter, Signature, signature
from math import inf, isnan
from typing import Any

from ._definition import Definition, Facts, Form, Statistic
from ._document import document, shared_parameters
from ._domains import Domain
from ._inputs import Inputs, arrange, bind, check_beside, written_out
from ._math import divide
from ._plans import Plan, alike, kept, planned
from ._programs import Programs
from ._reduce import Asked, added_sooner, elements, floating, may_add, most_at_once, pooled, resolve_axes, weighted
from ._sizes import SIZES
from ._state import Mean
from ._typing import Array, Axis, Formula, Reduction, State
from ._values import cast, marked, ready, ready_params
from ._ways import (
    Way,
    adding_sooner,
    by_numpy,
    dtype_of,
    each,
    gathering,
    guarded,
    nowhere,
    passable,
    quiet,
    reading,
    reducing,
    summarising,
)
from ._xp import COMPILER, LIBRARIES, Library, as_array, compilable, library, quietly

Options = tuple[Any, ...]
"""What the frame's keywords are, `weights` aside: by kind of metric in the order of its ``shared``."""

REDUCTIONS = ("mean", "sum", "none")


class Metric:
    """A formula with its facts, callable on arrays of any library.

    Made by `@loss`, `@metric` and `@function`; a plain function to its caller, with the formula in ``__wrapped__``.

    Attributes
    ----------
    definition : Definition
        What was declared.
    facts : Facts
        What is true of it.
    """

    kind = "metric"
    shared: tuple[str, ...] = ("weights", "axis")

    def __init__(self, definition: Definition) -> None:
        source = definition.source
        self.definition = definition
        self.facts = definition.facts
        self.__name__ = self.__qualname__ = definition.name
        self.__module__ = source.__module__
        self.__wrapped__ = source
        self.__signature__ = _signature(definition, self.shared)
        self.__doc__ = document(definition, self.kind, self.shared)
        self._required = _required(definition)
        self._one_form = len(definition.forms) == 1
        self.shaped = not all(form.brief for form in definition.forms)
        self._programs = Programs(self._with, _checks(definition))
        self._node = self._programs.key  # beside it: each step to it would be asked for before every compiled call
        self._plans: dict[Hashable, Plan] = {}
        self._ways: dict[Hashable, Way] = {}

    def __repr__(self) -> str:
        return f"<{self.kind} {self.__module__}.{self.__name__}>"

    def __reduce__(self) -> Any:
        return self.__name__

    @property
    def has_an_address(self) -> bool:
        """Whether pickle finds it again by its name."""
        return getattr(sys.modules.get(self.__module__), self.__name__, None) is self

    def remembers(self, form: Form) -> Hashable:
        """What tells how its states come about; the same for metrics that share one."""
        return form.gather

    def __call__(self, *arrays: Array, weights: Array | None = None, axis: Axis = None, **params: Any) -> Any:
        if COMPILER.looks_on():
            return self._as_node(arrays, {"weights": weights, "axis": axis}, params)
        return self._of(arrays, weights, (axis,), params)

    def _as_node(self, arrays: tuple[Array, ...], shared: dict[str, Any], params: dict[str, Any]) -> Any:
        """The value, by torch's compiler."""
        from ._torch_node import as_one_node

        placed = self._placed(arrays, params) if params else None
        if placed is not None:
            arrays, params = placed
        options = {**shared, **params}
        value = as_one_node(self._node, arrays, options) if COMPILER.takes(arrays) else None
        return self._with(arrays, options) if value is None else value

    def _of(self, arrays: tuple[Array, ...], weights: Array | None, options: Options, params: dict[str, Any]) -> Any:
        """The value, by the way of calls alike if there is one; the options are the frame's own, `axis` first."""
        lib = LIBRARIES.get(type(arrays[0])) if arrays else None
        key = None if lib is None else alike(lib, arrays, weights, options, params, self.shaped)
        way = None if key is None else self._ways.get(key)
        value = None if lib is None or way is None else way(lib, arrays, weights)
        return self._anew(key, arrays, weights, options, params) if value is None else value

    def _anew(
        self, key: Hashable, arrays: tuple[Array, ...], weights: Any, options: Options, params: dict[str, Any]
    ) -> Any:
        """The value of a first call, which finds the way of the next ones, and of what has no way."""
        placed = self._placed(arrays, params) if params else None
        if placed is not None:
            return self._of(placed[0], weights, options, placed[1])
        if arrays and compilable(arrays[0]):
            value = self._programs(arrays, {**dict(zip(self.shared, (weights, *options), strict=False)), **params})
            if value is not None:
                return value
        elif key is not None and SIZES.ways and key not in self._ways:
            way = kept(self._ways, key, self._way(arrays, weights, options, params))
            value = way(LIBRARIES[type(arrays[0])], arrays, weights)
            if value is not None:
                return value
        return self._at_length(arrays, weights, options, params)

    def _placed(self, arrays: tuple[Array, ...], params: dict[str, Any]) -> tuple[Any, dict[str, Any]] | None:
        """Arrays that come by name in their places, and the parameters without them; None where none does."""
        names = list(self.definition.form_for(params).domains)[len(arrays) :]
        given = [name for name in names if name in params]
        if not given or given != names[: len(given)]:
            return None
        rest = {name: value for name, value in params.items() if name not in given}
        return (*arrays, *[params[name] for name in given]), rest

    def _with(self, arrays: tuple[Array, ...], options: dict[str, Any]) -> Any:
        """The call, of the frame's options and the formula's together."""
        weights, *shared = [options.pop(name) for name in self.shared] or [None]
        return self._at_length(arrays, weights, tuple(shared), options)

    def _at_length(self, arrays: tuple[Array, ...], weights: Any, options: Options, params: dict[str, Any]) -> Any:
        self._check(*options)
        inputs, form, params = self.inputs(arrays, weights, params)
        return quietly(self._evaluate, inputs.lib, inputs, form, params, *options)

    def _check(self, axis: Axis) -> None:
        """Options that are wrong, before anything else is."""

    def _way(self, arrays: tuple[Array, ...], weights: Any, options: Options, params: dict[str, Any]) -> Way:
        """How calls alike go."""
        self._check(*options)
        (inputs, form, settled), plan = self._looked_up(arrays, weights, params.copy())
        gather, read = self.split(settled, form)
        known = replace(inputs, foreseen=None if plan is None else plan.inputs.foreseen)
        asked = Asked(self.definition, form, known, resolve_axes(options[0], inputs.batch), gather)
        way: Way = nowhere
        if passable(asked):
            # what a loss adds by itself is not cut, or cuts itself
            most = inf if may_add(asked) else most_at_once(form, known, asked.axes)
            way = guarded(asked, self._passed(asked, read, *options), most)
        if inputs.lib.name != "torch":
            return way if way is nowhere else quiet(way)
        handed = self._handed(asked, *options)
        return self._by_numpy(options, params, handed, way) if handed else way

    def _by_numpy(self, options: Options, params: dict[str, Any], handed: int, otherwise: Way) -> Way:
        """The way of torch's numbers that are handed to NumPy."""

        def call(host: tuple[Array, ...], weights: Array | None) -> Any:
            return self._of(host, weights, options, params.copy())

        def known(host: tuple[Array, ...], weights: Array | None) -> Way:
            return self._ways.get(alike(library(host[0]), host, weights, options, params, self.shaped), nowhere)

        return by_numpy(call, known, handed, otherwise)

    def _passed(self, asked: Asked, read: dict[str, Any], axis: Axis) -> Way:
        """The way of arrays that nothing has to be done to first."""
        dtype = dtype_of(asked)
        states = adding_sooner(asked, summarising(asked, gathering(asked)), value=False, mean=False)
        return reading(states, lambda lib, state: self.read(lib, state, dtype, read))

    def _handed(self, asked: Asked, axis: Axis) -> int:
        """How many numbers of torch's are handed to NumPy."""
        return SIZES.central if asked.form.central else SIZES.few

    def _evaluate(self, lib: Library, inputs: Inputs, form: Form, params: dict[str, Any], axis: Axis) -> Any:
        gather, read = self.split(params, form)
        state, dtype = pooled(self.definition, form, inputs, resolve_axes(axis, inputs.batch), gather)
        return self.read(lib, state, dtype, read)

    def read(self, lib: Library, state: State, dtype: Any, params: dict[str, Any]) -> Any:
        """The value of a state."""
        assert self.definition.read is not None
        return _finished(self.definition.read(lib.xp, floating(lib, state, dtype), **params))

    def inputs(
        self, arrays: Iterable[Array], weights: Array | None, params: dict[str, Any]
    ) -> tuple[Inputs, Form, dict[str, Any]]:
        """The arguments, bound and checked; parameters without those that say how the arrays lie."""
        return self._looked_up(tuple(arrays), weights, params)[0]

    def _looked_up(
        self, given: tuple[Array, ...], weights: Array | None, params: dict[str, Any]
    ) -> tuple[tuple[Inputs, Form, dict[str, Any]], Plan | None]:
        """`inputs`, and what is kept of them."""
        lib = LIBRARIES.get(type(given[0])) if given else None
        key = None if lib is None else alike(lib, given, weights, (), params)
        plan = None if key is None else self._plans.get(key)
        if plan is not None:
            return plan.of(given, weights), plan
        found = self._found(given, weights, params)
        plan = None if key is None else planned(found, given, weights)
        return found, None if plan is None else kept(self._plans, key, plan)

    def _found(
        self, given: tuple[Array, ...], weights: Array | None, params: dict[str, Any]
    ) -> tuple[Inputs, Form, dict[str, Any]]:
        definition = self.definition
        form = definition.forms[0] if self._one_form else definition.form_for(params)
        arrays = bind(definition, form, given, params)
        if form.repeated:
            form, arrays = written_out(form, arrays)
        params = definition.settled(params, self.shared)
        for name in self._required:
            if name not in params:
                raise TypeError(f"`{definition.name}` needs `{name}`.")
        inputs = arrange(definition, form, arrays, params, weights)
        if inputs.lib.name == "dask" and not form.lazy(definition.facts):
            raise TypeError(
                f"`{definition.name}` needs values, and Dask arrays have none yet; give `.compute()` of them."
            )
        return inputs, form, params

    def split(self, params: dict[str, Any], form: Form) -> tuple[dict[str, Any], dict[str, Any]]:
        """Parameters of the gatherer, and of the read-out. One that this form has no use for is refused."""
        read = {k: v for k, v in params.items() if k in self.definition.read_params}
        gather = {k: v for k, v in params.items() if k in form.params}
        for name in params.keys() - read.keys() - gather.keys():
            if params[name] is not None and name != "num_classes":
                raise TypeError(f"`{self.__name__}` has no use for `{name}` with arguments of this form.")
        return gather, read


class Loss(Metric):
    """A metric that has a value for each element, and so a reduction."""

    kind = "loss"
    shared = ("weights", "axis", "reduction", "avg_factor")

    def __call__(
        self,
        *arrays: Array,
        weights: Array | None = None,
        axis: Axis = None,
        reduction: Reduction = "mean",
        avg_factor: Any = None,
        **params: Any,
    ) -> Any:
        if COMPILER.looks_on():
            shared = {"weights": weights, "axis": axis, "reduction": reduction, "avg_factor": avg_factor}
            return self._as_node(arrays, shared, params)
        if avg_factor is None:
            return self._of(arrays, weights, (axis, reduction, None), params)
        return self._averaged(arrays, weights, (axis, reduction, avg_factor), params)

    def _averaged(self, arrays: tuple[Array, ...], weights: Any, options: Options, params: dict[str, Any]) -> Any:
        """With an `avg_factor`; where it is a number, which may be another in every call, it is no setting of a way."""
        axis, reduction, factor = options
        if type(factor) not in (int, float) or reduction != "mean" or not arrays:
            return self._of(arrays, weights, options, params)
        value = self._of(arrays, weights, (axis, "sum", None), params)
        return quietly(_divided, library(value), value, float(factor))

    def _check(self, axis: Axis, reduction: str, avg_factor: Any) -> None:  # type: ignore[override]  # as above
        if reduction not in REDUCTIONS:
            raise ValueError(f"`reduction` must be 'mean', 'sum' or 'none'; got {reduction!r}.")
        if avg_factor is not None and reduction == "sum":
            raise ValueError("`avg_factor` divides a mean; got it with reduction='sum'.")

    def _passed(  # type: ignore[override]  # as above
        self, asked: Asked, read: dict[str, Any], axis: Axis, reduction: str, avg_factor: Any
    ) -> Way:
        if avg_factor is not None:
            return nowhere
        dtype, mean = dtype_of(asked), reduction == "mean"

        def value(lib: Library, state: State) -> Any:
            return self.read(lib, state, dtype, read) if mean else _finished(state.total)

        way = nowhere if reduction == "none" else reading(gathering(asked), value)
        if isnan(self.facts.empty):
            way = reducing(asked, reduction, way)
        return way if reduction == "none" else adding_sooner(asked, way, value=True, mean=mean)

    def _handed(self, asked: Asked, axis: Axis, reduction: str, avg_factor: Any) -> int:  # type: ignore[override]  # as above
        form = asked.form
        if form.brief:
            return 0 if form.subtracts else SIZES.brief  # sums of differences are one kernel of torch's
        # nor is handed on what torch adds in one step
        return 0 if reduction != "none" and may_add(asked) else SIZES.few

    def _evaluate(  # type: ignore[override]  # as above
        self,
        lib: Library,
        inputs: Inputs,
        form: Form,
        params: dict[str, Any],
        axis: Axis,
        reduction: str,
        avg_factor: Any,
    ) -> Any:
        axes = resolve_axes(axis, inputs.batch)
        if reduction == "none":
            return self._elements(lib, inputs, form, params)
        if avg_factor is None:
            value = added_sooner(Asked(self.definition, form, inputs, axes, params), reduction == "mean")
            if value is not None:
                return value
        state, dtype = pooled(self.definition, form, inputs, axes, params)
        if reduction == "sum":
            return _finished(state.total)
        if avg_factor is not None:
            return _finished(state.total / _divisor(lib, avg_factor, inputs, dtype))
        return self.read(lib, state, dtype, {})

    def _elements(self, lib: Library, inputs: Inputs, form: Form, params: dict[str, Any]) -> Any:
        inputs, dtype = ready(inputs)
        out = elements(form, inputs, ready_params(params, self.definition, lib, dtype))
        value = weighted(lib, out.total if isinstance(out, Mean) else out, inputs.weights)
        return as_array(cast(lib, marked(lib, value, inputs.bad), dtype))

    def read(self, lib: Library, state: State, dtype: Any, params: dict[str, Any]) -> Any:
        state = floating(lib, state, dtype)
        if isnan(self.facts.empty):
            return _finished(state.total / state.weight)
        weight = lib.xp.zeros_like(state.total) + state.weight
        return _finished(divide(lib.xp, state.total, weight, empty=self.facts.empty))


class Function(Metric):
    """Arrays in, arrays out: checked and made floating, never reduced, never streamed."""

    kind = "function"
    shared = ()

    def __call__(self, *arrays: Array, **params: Any) -> Any:
        if COMPILER.looks_on():
            return self._as_node(arrays, {}, params)
        return self._of(arrays, None, (), params)

    def _of(self, arrays: tuple[Array, ...], weights: Any, options: Options, params: dict[str, Any]) -> Any:
        """At length: most are taken of a few large arrays."""
        return self._anew(None, arrays, weights, options, params)

    def _check(self) -> None:  # type: ignore[override]  # as above
        """It takes no options."""

    def _evaluate(  # type: ignore[override]  # as above
        self, lib: Library, inputs: Inputs, form: Form, params: dict[str, Any]
    ) -> Any:
        inputs, dtype = ready(inputs)
        value = elements(form, inputs, ready_params(params, self.definition, lib, dtype))
        return _finished(each(lambda x: marked(lib, x, inputs.bad), value))


def _finished(value: Any) -> Any:
    """0-d arrays, never scalars, in a named tuple too."""
    return each(as_array, value)


def _divided(lib: Library, value: Array, by: float) -> Array:
    return _finished(value / by)


def _divisor(lib: Library, avg_factor: Any, inputs: Inputs, dtype: Any) -> Any:
    """What the caller divides by: a number, or a 0-d array beside the data."""
    if isinstance(avg_factor, (int, float)):
        return float(avg_factor)
    if not hasattr(avg_factor, "shape"):
        raise TypeError(f"`avg_factor` must be a number or a 0-d array; got {avg_factor!r}.")
    check_beside(lib, "avg_factor", avg_factor, inputs.arrays[0])
    if avg_factor.shape != ():
        raise ValueError(f"`avg_factor` must be a number or a 0-d array; got shape {tuple(avg_factor.shape)}.")
    return cast(lib, avg_factor, dtype)


def _checks(definition: Definition) -> bool:
    """Whether a value may be refused: of an argument, or of a parameter that is an array."""
    domains = [d for form in definition.forms for d in form.domains.values()]
    return any(d.label or d.labels or d.bounded for d in domains) or any(r.array for r in definition.rules.values())


def _required(definition: Definition) -> dict[str, None]:
    """Parameters that must be given, in their order, as a set of keys."""
    return {k: None for k, p in definition.params.items() if p.default is Parameter.empty}


def _signature(definition: Definition, shared: tuple[str, ...]) -> Signature:
    """What the caller sees: arrays by position or name, the rest by name."""
    either, named = Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY
    arrays = [
        Parameter(name, either, default=None if domain.optional else Parameter.empty)
        for name, domain in definition.domains.items()
    ]
    own = [p.replace(kind=named) for p in definition.params.values()]
    own.sort(key=lambda p: p.default is not Parameter.empty)
    returns = signature(definition.read or definition.source).return_annotation
    return Signature([*arrays, *own, *shared_parameters(shared)], return_annotation=returns)


# ---- decorators


def _declared(declared: dict[str, Any]) -> tuple[dict[str, Domain], Facts]:
    domains = {k: v for k, v in declared.items() if isinstance(v, Domain)}
    return domains, Facts(**{k: v for k, v in declared.items() if k not in domains})


def loss(**declared: Any) -> Callable[[Formula], Loss]:
    """Make a kernel ``(xp, *arrays, /, *, parameters)`` a loss: ``@loss(pred=REAL, target=REAL, symmetric=True)``.

    ``summed`` is a primitive that gives the sum of its elements, with ``wide=True`` in float64.
    """
    summed = declared.pop("summed", None)
    domains, facts = _declared(declared)

    def decorate(kernel: Formula) -> Loss:
        return Loss(Definition(kernel.__name__, (Form(domains, kernel, summed=summed),), None, facts, kernel))

    return decorate


def _forms(gather: Loss | Statistic, domains: dict[str, Domain]) -> tuple[Form, ...]:
    forms = tuple(gather.forms) if isinstance(gather, Statistic) else gather.definition.forms
    return (*forms[:-1], replace(forms[-1], domains=domains)) if domains else forms


def metric(gather: Loss | Statistic, **declared: Any) -> Callable[[Formula], Metric]:
    """Make a read-out ``(xp, state, /, *, parameters)`` a metric of what ``gather`` remembers."""
    domains, facts = _declared(declared)

    def decorate(read: Formula) -> Metric:
        return Metric(Definition(read.__name__, _forms(gather, domains), read, facts, read))

    return decorate


def function(**declared: Any) -> Callable[[Formula], Function]:
    """Make a formula a checked function of arrays, without reduction and without states."""
    domains, facts = _declared({"range": None, "best": None, **declared})

    def decorate(formula: Formula) -> Function:
        return Function(Definition(formula.__name__, (Form(domains, formula),), None, facts, formula))

    return decorate
