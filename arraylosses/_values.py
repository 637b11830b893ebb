"""What is given, by value: cast, hidden where it weighs nothing, and admitted to its domain.

This runs on each block of a large array, in cache, and is the last thing before a formula.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from ._definition import Definition
from ._domains import Condition, Domain, zero_or_one
from ._inputs import FLOATING, Bounds, Casts, Foreseen, Inputs
from ._math import at_ends, extremes, lies_between, stop_gradient
from ._typing import Array, Dtype, Namespace
from ._xp import Library, default_dtype, index_dtype, looked_at, readable, size


def floating_dtype(inputs: Inputs) -> Dtype:
    """The one dtype of the computation, at least float32; integers take that of the others, or the default."""
    lib, xp = inputs.lib, inputs.lib.xp
    given = [a.dtype for a in inputs.real()]
    if given and given[0] in lib.plain and given.count(given[0]) == len(given):
        return given[0]
    found = [d for d in given if xp.isdtype(d, FLOATING)]
    if not found and inputs.weights is not None and xp.isdtype(inputs.weights.dtype, FLOATING):
        found = [inputs.weights.dtype]
    if not found:
        return default_dtype(lib)
    dtype = found[0] if all(d == found[0] for d in found) else xp.result_type(*found)
    return dtype if dtype in lib.plain or xp.finfo(dtype).bits >= 32 else xp.float32


def cast(lib: Library, array: Array, dtype: Dtype) -> Array:
    return array if array.dtype == dtype else lib.xp.astype(array, dtype)


def lift(lib: Library, weights: Array, ndim: int) -> Array:
    """Weights with trailing axes of one."""
    missing = ndim - weights.ndim
    return lib.xp.reshape(weights, (*weights.shape, *(1,) * missing)) if missing > 0 else weights


def marked(lib: Library, x: Array, bad: Array | None) -> Array:
    """NaN where a label out of range went in."""
    return x if bad is None else lib.xp.where(lift(lib, bad, x.ndim), lib.xp.nan, x)


def _whole(lib: Library, weights: Array) -> bool:
    """Nothing is hidden: known at no cost in host memory, and never asked elsewhere."""
    return lib.name == "numpy" and bool(weights.all())


def _hidden(inputs: Inputs) -> Inputs:
    """What weighs nothing made `harmless`."""
    lib, weights = inputs.lib, inputs.weights
    if weights is None or _whole(lib, weights):
        return inputs
    absent = ~weights if weights.dtype == lib.xp.bool else weights == 0
    return replace(inputs, arrays=harmless(lib, inputs.domains, inputs.arrays, absent))


def harmless(lib: Library, domains: Sequence[Domain], arrays: Sequence[Array], absent: Array) -> list[Array]:
    """With a member of the domain where the weight is 0, so that no NaN comes near a value or a derivative.

    Different ones for different arguments: equal images, for instance, would have an infinite PSNR.
    """
    found: list[Array] = []
    for i, (array, domain) in enumerate(zip(arrays, domains, strict=True)):
        if array is not None:
            fill = int(domain.fill) if domain.label else domain.fill / (1 + i)
            array = lib.xp.where(lift(lib, absent, array.ndim), fill, array)
        found.append(array)
    return found


def _without_ignored(inputs: Inputs) -> Inputs:
    """A label to be ignored weighs nothing."""
    if inputs.ignored is None:
        return inputs
    lib, xp, weights = inputs.lib, inputs.lib.xp, inputs.weights
    at = inputs.names.index("target")
    if not inputs.domains[at].label:
        is_real = lib.xp.isdtype(inputs.arrays[at].dtype, FLOATING) and inputs.domains[at].condition is None
        what = "is floating" if is_real else f"must be {inputs.domains[at].right}"
        raise TypeError(f"`ignore_index` applies to integer labels; `target` {what}: give `weights` instead.")
    seen = inputs.arrays[at] != inputs.ignored
    if weights is not None:
        weights = lift(lib, weights, seen.ndim)
        seen = seen & weights if weights.dtype == xp.bool else xp.where(seen, weights, xp.zeros_like(weights))
    return replace(inputs, weights=seen)


def _classes(inputs: Inputs, domain: Domain) -> int | None:
    """How many labels there are, of classes or of places that are pointed at."""
    return inputs.sizes[domain.within] if domain.within else inputs.classes


def _labels(inputs: Inputs, name: str, domain: Domain, array: Array) -> tuple[Array, Array | None]:
    """Labels of the index dtype and in range; where they cannot be read, a mark on elements with one that is not."""
    lib, xp = inputs.lib, inputs.lib.xp
    classes = _classes(inputs, domain)
    if readable(lib, array):
        if size(array):
            host, seen = looked_at(lib, array)
            if not lies_between(host, seen, 0, inf if classes is None else classes - 1):
                low, high = map(int, extremes(host, seen))
                upper = f"from 0 to {classes - 1}" if classes is not None else "of at least 0"
                raise ValueError(f"`{name}` must be {domain.name} {upper}; got {low if low < 0 else high}.")
        return array, None
    inside = xp.clip(array, 0, None if classes is None else max(classes - 1, 0))
    events = tuple(range(-len(domain.event), 0))
    return inside, xp.any(inside != array, axis=events) if events else inside != array


def _asked(domain: Domain) -> tuple[float, float, Condition | None]:
    """What an array of real numbers is looked through for: what it lies between, and what else holds."""
    return (0.0, 1.0, zero_or_one) if domain.condition is zero_or_one else (domain.low, domain.high, domain.condition)


def _admitted(lib: Library, name: str, domain: Domain, array: Array, hint: str = "") -> Array:
    """A bounded array, its bounds made exact. Outside: ValueError where it can be read, NaN elsewhere."""
    xp = lib.xp
    seen = readable(lib, array)
    if seen:
        host, values = looked_at(lib, array)
        if lie_between(host, [values], ((0, *_asked(domain)),)):
            return array
        bad = domain.outside(host, values)
        if bad is not None and bool(host.any(bad)):
            raise ValueError(f"`{name}` must be {domain.right}; got {_example(host, values, bad)}{hint}.")
    if domain.slack:
        return _drawn_in(xp, domain, array)
    bad = None if seen else domain.outside(xp, array)
    return array if bad is None else xp.where(bad, xp.nan, array)


def _drawn_in(xp: Namespace, domain: Domain, array: Array) -> Array:
    """What lies between two bounds, or so near that it counts as one of them; what does not is NaN. Its slope is 1.

    By how far it has to be moved, in half as many steps as by four comparisons.
    """
    off = stop_gradient(xp, xp.clip(array, domain.low, domain.high) - array)
    return xp.where(xp.abs(off) > domain.slack, xp.nan, array + off)


def _example(xp: Any, array: Array, bad: Array) -> str:
    """The first member that is not one of the domain, a whole event where the condition is on events."""
    first = int(xp.argmax(xp.astype(xp.reshape(bad, (-1,)), xp.int32)))
    width = size(array) // max(size(bad), 1)
    rows = xp.reshape(array, (-1, width))
    values = [float(rows[first, j]) for j in range(width)]
    return f"{values[0]:.12g}" if width == 1 else str(tuple(values))


def _casts(inputs: Inputs, dtype: Dtype) -> Casts:
    """Labels become the index dtype, everything else that of the computation."""
    if all(a is None or a.dtype == dtype for a in inputs.arrays):
        return ()
    index = index_dtype(inputs.lib.xp)
    given = [(i, d, a) for i, (d, a) in enumerate(zip(inputs.domains, inputs.arrays, strict=True)) if a is not None]
    wanted = ((i, a.dtype, index if d.label else dtype) for i, d, a in given)
    return tuple((i, new) for i, old, new in wanted if old != new)


def recast(lib: Library, arrays: Sequence[Array], casts: Casts) -> Sequence[Array]:
    """The arrays, of the dtypes that they are computed in."""
    if not casts:
        return arrays
    found = list(arrays)
    for i, dtype in casts:
        found[i] = cast(lib, found[i], dtype)
    return found


def _converted(inputs: Inputs, casts: Casts) -> Inputs:
    return inputs.put(list(recast(inputs.lib, inputs.arrays, casts)), inputs.weights) if casts else inputs


def ready(inputs: Inputs) -> tuple[Inputs, Dtype]:
    """Cast to one floating dtype, hide what weighs nothing, admit the rest; and the dtype."""
    as_foreseen = None if inputs.foreseen is None else _as_foreseen(inputs, inputs.foreseen)
    if as_foreseen is not None:
        return as_foreseen
    lib, dtype = inputs.lib, floating_dtype(inputs)
    inputs = _hidden(_without_ignored(_converted(inputs, _casts(inputs, dtype))))
    if inputs.weights is not None and inputs.weights.dtype != dtype:
        inputs = replace(inputs, weights=cast(lib, inputs.weights, dtype))
    if any(d.label or d.bounded for d in inputs.domains):
        inputs = _in_domain(inputs)
    return inputs, dtype


def _as_foreseen(inputs: Inputs, foreseen: Foreseen) -> tuple[Inputs, Dtype] | None:
    """What `ready` gives where values can be looked at, and lie between their bounds."""
    if not all(readable(inputs.lib, inputs.arrays[i]) for i, *_ in foreseen.bounds):
        return None
    inputs = _converted(inputs, foreseen.casts)
    return (inputs, foreseen.dtype) if lie_between(inputs.lib.xp, inputs.arrays, foreseen.bounds) else None


def lie_between(xp: Namespace, arrays: Sequence[Array], bounds: Bounds) -> bool:
    """Whether arrays that can be looked at lie between their bounds; of no element nobody knows, and NaN, where there
    are bounds, lies nowhere.
    """
    for i, low, high, condition in bounds:  # statements, for a generator would take longer than what it asks
        x = arrays[i]
        if not size(x) or not (condition is None or _meets(xp, x, condition)):
            return False
        if (low > -inf or high < inf) and not lies_between(xp, x, low, high):
            return False
    return True


def _meets(xp: Namespace, x: Array, condition: Condition) -> bool:
    return at_ends(xp, x) if condition is zero_or_one else bool(xp.all(condition(xp, x)))


def foreseen(inputs: Inputs) -> Foreseen | None:
    """What `ready` does with arguments of these kinds, whatever the weights; None where it asks more than bounds."""
    if inputs.ignored is not None:
        return None
    bounds: list[tuple[int, float, float, Condition | None]] = []
    for i, (domain, array) in enumerate(zip(inputs.domains, inputs.arrays, strict=True)):
        if array is None:
            continue
        if domain.label:
            classes = _classes(inputs, domain)
            bounds.append((i, 0, inf if classes is None else classes - 1, None))
        elif domain.bounded:
            bounds.append((i, *_asked(domain)))
    dtype = floating_dtype(inputs)
    return Foreseen(dtype, tuple(bounds), _casts(inputs, dtype))


def _in_domain(inputs: Inputs) -> Inputs:
    """Labels in range and bounded arrays within their bounds."""
    arrays: list[Array] = []
    bad = None
    for name, domain, array in zip(inputs.names, inputs.domains, inputs.arrays, strict=True):
        if array is not None and domain.label:
            array, mark = _labels(inputs, name, domain, array)
            bad = mark if bad is None else bad if mark is None else bad | mark
        elif array is not None and domain.bounded:
            array = _admitted(inputs.lib, name, domain, array, inputs.hint if domain.slack else "")
        arrays.append(array)
    return inputs.put(arrays, inputs.weights, bad)


def ready_params(params: Mapping[str, Any], definition: Definition, lib: Library, dtype: Dtype) -> dict[str, Any]:
    """Array parameters in the dtype of the computation, and in their domains."""
    return {k: _ready_param(definition, lib, dtype, k, v) for k, v in params.items()}


def _ready_param(definition: Definition, lib: Library, dtype: Dtype, name: str, value: Any) -> Any:
    rule = definition.rules[name]
    if rule.array is not None and rule.array.repeated and value is not None:
        return tuple([_admitted(lib, name, rule.array, cast(lib, x, dtype)) for x in value])
    if value is None or not hasattr(value, "dtype") or not (rule.array or rule.spread):
        return value
    value = cast(lib, value, dtype)
    return value if rule.array is None else _admitted(lib, name, rule.array, value)
