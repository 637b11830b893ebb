"""How a formula becomes a metric: `@loss`, `@metric` and `@function`."""

import sys
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from inspect import Parameter, Signature, signature
from math import isnan, prod
from typing import Any

from ._definition import Definition, Facts, Form, Statistic
from ._document import document, shared_parameters
from ._domains import Domain
from ._inputs import Inputs, arrange, bind, check_beside, written_out
from ._math import divide, few, total, wide_total
from ._plans import MOST, SCALARS, Plan, alike, planned
from ._programs import Programs
from ._reduce import Asked, added_sooner, brief_size, elements, floating, pooled, resolve_axes, weighted
from ._sizes import SIZES
from ._state import Mean
from ._typing import Array, Axis, Formula, Reduction, State
from ._values import cast, lift, ready, ready_params, within
from ._xp import LIBRARIES, Library, as_array, programmed, quietly, readable

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
        self._arity = len(definition.domains)
        self._bounds = tuple(definition.domains.values())
        self._beside = {k for k, rule in definition.rules.items() if rule.array or rule.spread}
        self._fills = tuple(d.fill / (1 + i) for i, d in enumerate(self._bounds))
        self._one_form = len(definition.forms) == 1
        self._elsewhere = (*(name for name, _ in definition.selectors), "ignore_index")
        self._programs = Programs(self._with, _checks(definition))
        self._plans: dict[Any, Plan] = {}

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
        if arrays and programmed(arrays[0]):
            value = self._programs(arrays, {"weights": weights, "axis": axis, **params})
            if value is not None:
                return value
        return self._plainly(arrays, weights, axis, params)

    def _with(self, arrays: tuple[Array, ...], options: dict[str, Any]) -> Any:
        """The call, of the frame's options and the formula's together."""
        shared = [options.pop(name) for name in self.shared]
        return self._plainly(arrays, *shared, options)  # type: ignore[call-arg]  # the shared ones differ by kind

    def _plainly(self, arrays: tuple[Array, ...], weights: Any, axis: Axis, params: dict[str, Any]) -> Any:
        value = self._by_numpy(arrays, weights, params, axis, most=SIZES.few)
        if value is not None:
            return value
        short = self._short(arrays, None, params) if weights is None else None
        if short is not None:
            value = quietly(self._read_briefly, short[0], arrays, axis, short[1])
            if value is not None:
                return value
        inputs, form, params = self.inputs(arrays, weights, params)
        return quietly(self._evaluate, inputs.lib, inputs, form, axis, params)

    def _read_briefly(self, lib: Library, arrays: tuple[Array, ...], axis: Axis, params: dict[str, Any]) -> Any:
        """The value by the short way; None where a parameter asks for another, or an axis is left of what is sorted."""
        form, shape = self.definition.form, tuple(arrays[0].shape)
        if not self._one_form and any(params.get(name) is not None for name in self._elsewhere):
            return None
        gather, read = self.split(params, form)
        if axis is None and form.adds_sooner(lib, arrays[0], gather):
            state: State = Mean(form.added(lib.xp, arrays, gather), prod(shape))
        elif form.kernel:
            axes = None if axis is None else resolve_axes(axis, shape)
            state = _totals(lib, form.gather(lib.xp, *arrays, **gather), axes)
        elif axis is None and len(shape) == 1:
            state = form.gather(lib.xp, *arrays, weights=None, **gather)
        else:
            return None
        return self.read(lib, state, arrays[0].dtype, read)

    def _by_numpy(
        self, arrays: tuple[Array, ...], weights: Array | None, params: dict[str, Any], *options: Any, most: int
    ) -> Any:
        """The value of few numbers of torch's, which NumPy computes where they lie, in a half of the time or more.

        None of others, and where something is to be refused: that is said of tensors. The first option is `axis`.
        """
        found = self._few(arrays, weights, (*params.values(), *options[1:]), most)
        if found is None:
            return None
        host, back = found
        given = None if weights is None else host.pop()
        try:
            value = self._plainly(tuple(host), given, *options, params.copy())  # type: ignore[call-arg]  # as above
        except (TypeError, ValueError):
            return None
        return _each(back, value)

    def _few(self, arrays: tuple[Array, ...], weights: Array | None, options: tuple[Any, ...], most: int) -> Any:
        """Few numbers of torch's as NumPy's, and what makes tensors of results; None where an option is an array."""
        lib = LIBRARIES.get(type(arrays[0])) if arrays else None
        if lib is None or lib.name != "torch" or arrays[0].numel() > most:
            return None
        for option in options:
            if type(option) not in SCALARS:
                return None
        return few(lib.xp, most, *arrays) if weights is None else few(lib.xp, most, *arrays, weights)

    def _evaluate(self, lib: Library, inputs: Inputs, form: Form, axis: Axis, params: dict[str, Any]) -> Any:
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
        given = tuple(arrays)
        key = alike(given, weights, params)
        plan = None if key is None else self._plans.get(key)
        if plan is not None:
            return plan.of(given, weights)
        found = self._found(given, weights, params)
        plan = None if key is None else planned(found, given, weights)
        if plan is not None:
            if len(self._plans) >= MOST:
                self._plans.clear()
            self._plans[key] = plan
        return found

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

    def _short(
        self, arrays: tuple[Array, ...], weights: Array | None, params: dict[str, Any]
    ) -> tuple[Library, dict[str, Any]] | None:
        """The short way, for real arrays of one class, dtype and shape, small enough to be reduced at once; else None.

        So too where values lie outside their bounds, which the long way has a sentence for.
        """
        definition = self.definition
        if not (definition.form.brief and len(arrays) == self._arity):
            return None
        if (params or self._required) and not self._required.keys() <= params.keys() <= definition.params.keys():
            return None
        first = arrays[0]
        cls, lib = type(first), LIBRARIES.get(type(first))
        if lib is None or first.dtype not in lib.plain or not brief_size(lib, first):
            return None
        shape, dtype = first.shape, first.dtype
        for other in arrays[1:] if weights is None else (*arrays[1:], weights):
            if type(other) is not cls or other.shape != shape or other.dtype != dtype:
                return None
            if (lib.devices and other.device != first.device) or not brief_size(lib, other):
                return None
        if params:
            if not self._beside.isdisjoint(params):
                return None
            params = definition.settled(params, self.shared)
        if definition.form.bounded and not self._inside(lib, arrays):
            return None
        return lib, params

    def _inside(self, lib: Library, arrays: tuple[Array, ...]) -> bool:
        """Whether all that is bounded is seen to lie between its bounds."""
        return all(
            readable(lib, arrays[i]) and within(lib.xp, self._bounds[i], arrays[i])
            for i in self.definition.form.bounded
        )

    def gathered_briefly(self, lib: Library, arrays: tuple[Array, ...], params: dict[str, Any]) -> State | None:
        """The state of a batch by the short way, to be added to what is remembered; None where there is none."""
        form = self.definition.form
        gives_numbers = form.kernel and self._one_form and not hasattr(form.kept, "_fields")
        short = self._short(arrays, None, params) if gives_numbers else None
        if short is None or arrays[0].ndim == 0 or form.adds_sooner(lib, arrays[0], params, wide=True):
            return None
        values = form.gather(lib.xp, *arrays, **{k: v for k, v in short[1].items() if k in form.params})
        if isinstance(values, tuple) or values.dtype not in (arrays[0].dtype, lib.xp.bool):
            return None
        return Mean(wide_total(lib.xp, values, None), prod(values.shape))

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
        if arrays and programmed(arrays[0]):
            options = {"weights": weights, "axis": axis, "reduction": reduction, "avg_factor": avg_factor, **params}
            value = self._programs(arrays, options)
            if value is not None:
                return value
        return self._plainly(arrays, weights, axis, reduction, avg_factor, params)

    def _plainly(  # type: ignore[override]  # each kind has the options of its own
        self,
        arrays: tuple[Array, ...],
        weights: Array | None,
        axis: Axis,
        reduction: str,
        avg_factor: Any,
        params: dict[str, Any],
    ) -> Any:
        form = self.definition.form
        if form.brief and not form.subtracts:  # sums of differences are one kernel of torch's
            value = self._by_numpy(arrays, weights, params, axis, reduction, avg_factor, most=SIZES.brief)
            if value is not None:
                return value
        short = self._short(arrays, weights, params) if avg_factor is None and reduction in REDUCTIONS else None
        if short is not None:
            value = quietly(self._briefly, short[0], arrays, weights, axis, reduction, short[1])
            if value is not None:
                return value
        added = reduction != "none" and weights is None and axis is None
        if form.summed is None or not added:  # what torch adds in one step is not handed on
            value = self._by_numpy(arrays, weights, params, axis, reduction, avg_factor, most=SIZES.few)
            if value is not None:
                return value
        _check_reduction(reduction, avg_factor)
        inputs, form, params = self.inputs(arrays, weights, params)
        return quietly(self._reduced, inputs.lib, inputs, form, axis, reduction, avg_factor, params)

    def _reduced(
        self,
        lib: Library,
        inputs: Inputs,
        form: Form,
        axis: Axis,
        reduction: str,
        avg_factor: Any,
        params: dict[str, Any],
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
        if inputs.bad is not None:
            value = lib.xp.where(inputs.bad, lib.xp.nan, value)
        return as_array(cast(lib, value, dtype))

    def read(self, lib: Library, state: State, dtype: Any, params: dict[str, Any]) -> Any:
        state = floating(lib, state, dtype)
        if isnan(self.facts.empty):
            return _finished(state.total / state.weight)
        weight = lib.xp.zeros_like(state.total) + state.weight
        return _finished(divide(lib.xp, state.total, weight, empty=self.facts.empty))

    def _briefly(
        self,
        lib: Library,
        arrays: tuple[Array, ...],
        weights: Array | None,
        axis: Axis,
        reduction: str,
        params: dict[str, Any],
    ) -> Any:
        xp, absent = lib.xp, None
        if weights is None and reduction != "none" and axis is None:
            form = self.definition.form
            if form.adds_sooner(lib, arrays[0], params):
                return form.added(xp, arrays, params, mean=reduction == "mean")
        if weights is not None and not (lib.name == "numpy" and weights.all()):
            absent = weights == 0
            arrays = tuple(xp.where(absent, fill, a) for fill, a in zip(self._fills, arrays, strict=True))
        values = self.definition.source(xp, *arrays, **params)
        if isinstance(values, tuple) or values.dtype != arrays[0].dtype:
            return None  # weights of its own, or booleans to be counted: the long way knows
        if weights is not None:
            values = (values if absent is None else xp.where(absent, 0.0, values)) * weights
        axes = None if axis is None else resolve_axes(axis, tuple(values.shape))
        if reduction == "none":
            return as_array(values)
        value = total(xp, values, axes)
        if reduction == "mean":
            n = prod(values.shape) if axes is None else prod([values.shape[a] for a in axes])
            weight = (n or float("nan")) if weights is None else total(xp, weights, axes)
            value = value / weight
        return as_array(value)


class Function(Metric):
    """Arrays in, arrays out: checked and made floating, never reduced, never streamed."""

    kind = "function"
    shared = ()

    def __call__(self, *arrays: Array, **params: Any) -> Any:
        if arrays and programmed(arrays[0]):
            value = self._programs(arrays, params)
            if value is not None:
                return value
        return self._plainly(arrays, params)

    def _plainly(self, arrays: tuple[Array, ...], params: dict[str, Any]) -> Any:  # type: ignore[override]  # as above
        inputs, form, params = self.inputs(arrays, None, params)
        return quietly(self._applied, inputs.lib, inputs, form, params)

    def _applied(self, lib: Library, inputs: Inputs, form: Form, params: dict[str, Any]) -> Any:
        inputs, dtype = ready(inputs)
        value = elements(form, inputs, ready_params(params, self.definition, lib, dtype))
        if inputs.bad is not None:
            value = _marked(lib, value, inputs.bad)
        return _finished(value)


def _totals(lib: Library, leaves: Any, axes: tuple[int, ...] | None) -> State:
    """The state of a kernel's leaves, one for each element."""
    if isinstance(leaves, tuple):
        return type(leaves)(*(total(lib.xp, x, axes) for x in leaves))
    shape = leaves.shape
    return Mean(total(lib.xp, leaves, axes), prod(shape) if axes is None else prod([shape[a] for a in axes]))


def _marked(lib: Library, value: Any, bad: Array) -> Any:
    """NaN where a label out of range went in."""
    if isinstance(value, tuple):
        return type(value)(*(_marked(lib, leaf, bad) for leaf in value))
    return lib.xp.where(lift(lib, bad, value.ndim), lib.xp.nan, value)


def _each(change: Callable[[Any], Any], value: Any) -> Any:
    """A result changed, or each of a named tuple of them."""
    return type(value)(*map(change, value)) if isinstance(value, tuple) else change(value)


def _finished(value: Any) -> Any:
    """0-d arrays, never scalars, in a named tuple too."""
    return _each(as_array, value)


def _check_reduction(reduction: str, avg_factor: Any) -> None:
    if reduction not in REDUCTIONS:
        raise ValueError(f"`reduction` must be 'mean', 'sum' or 'none'; got {reduction!r}.")
    if avg_factor is not None and reduction == "sum":
        raise ValueError("`avg_factor` divides a mean; got it with reduction='sum'.")


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
