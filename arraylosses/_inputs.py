"""What is given: bound to its domains, checked, and made ready for a formula.

`arrange` looks at classes, shapes and dtypes only, and costs nothing on any device. `ready` looks at values: it casts,
hides what weighs nothing, and admits what lies in the domain. It runs on each block of a large array, in cache.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ._definition import Definition, Form, listed
from ._domains import Domain
from ._typing import Array, Dtype
from ._xp import Library, default_dtype, index_dtype, library, readable, size

FLOATING = "real floating"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The arguments of one call.

    Attributes
    ----------
    lib : Library
    arrays : list
        Event axes last; None for an optional one that was not given.
    domains : list of Domain
        The one of two that the dtype chose.
    names : tuple of str
    batch : tuple of int
        Shape of the elements, without event axes.
    weights : array or None
        Lines up with the leading axes of the batch.
    ignored : int or None
        A label that stands for no label.
    classes : int or None
        How many labels there are.
    bad : array or None
        Where a label out of range has been met that nobody could look at.
    """

    lib: Library
    arrays: list[Array]
    domains: list[Domain]
    names: tuple[str, ...]
    batch: tuple[int, ...]
    weights: Array | None
    ignored: int | None = None
    classes: int | None = None
    bad: Array | None = None

    def real(self) -> Iterator[Array]:
        for array, domain in zip(self.arrays, self.domains, strict=True):
            if array is not None and not domain.label:
                yield array

    def rows(self, start: int, stop: int) -> "Inputs":
        """A stretch of the first batch axis."""
        cut = slice(start, stop)
        weights = self.weights[cut] if self.weights is not None and self.weights.ndim else self.weights
        arrays = [None if a is None else a[cut] for a in self.arrays]
        length = min(stop, self.batch[0]) - start
        return replace(self, arrays=arrays, weights=weights, batch=(length, *self.batch[1:]))


# ---- binding


def bind(definition: Definition, form: Form, args: Sequence[Any], params: dict[str, Any]) -> list[Any]:
    """Arrays in the order of the domains, taken from ``args`` and then, by name, out of ``params``."""
    names = list(form.domains)
    if len(args) > len(names):
        raise TypeError(
            f"`{definition.name}` takes arrays {listed(names)}, and the rest by name; got {len(args)} arrays."
        )
    arrays = list(args)
    for name in names[len(args) :]:
        if name not in params and not form.domains[name].optional:
            raise TypeError(f"`{definition.name}` needs `{name}`.")
        arrays.append(params.pop(name, None))
    if twice := [n for n in names if n in params]:
        raise TypeError(f"`{definition.name}` got `{twice[0]}` twice.")
    return arrays


def one_library(names: Sequence[str], arrays: Sequence[Any]) -> Library:
    """The library of the arrays; TypeError where there are two, ValueError where there are two devices."""
    first: tuple[str, Any] | None = None
    for name, array in zip(names, arrays, strict=True):
        if array is None:
            continue
        if first is None:
            first = name, array
            lib = library(array)
        elif type(array) is not type(first[1]) and library(array).xp is not lib.xp:
            raise TypeError(
                f"`{first[0]}` is of {lib.name} and `{name}` of {library(array).name}; give arrays of one library."
            )
        elif lib.name in ("torch", "strict", "cupy") and array.device != first[1].device:
            raise ValueError(
                f"`{first[0]}` is on device {first[1].device} and `{name}` on {array.device}; give them on one."
            )
    return lib


# ---- shapes


def same_shape(names: Sequence[str], arrays: Sequence[Array]) -> None:
    shape = arrays[0].shape
    for name, array in zip(names, arrays, strict=True):
        if array.shape != shape:
            raise ValueError(f"`{name}` must have the shape of `{names[0]}`, {tuple(shape)}; got {tuple(array.shape)}.")


def _chosen(lib: Library, name: str, domain: Domain, array: Array) -> Domain:
    """The domain that the dtype asks for."""
    xp = lib.xp
    if xp.isdtype(array.dtype, "complex floating"):
        raise TypeError(f"`{name}` must be real; got {array.dtype}: give `xp.real` and `xp.imag`, or `xp.abs`, of it.")
    integral = not xp.isdtype(array.dtype, FLOATING)
    if integral and domain.labels is not None:
        return domain.labels
    if domain.label and not integral:
        raise TypeError(f"`{name}` must be {domain.name}; got {array.dtype}.")
    return domain


def _moved(lib: Library, name: str, array: Array, axes: tuple[int, ...]) -> Array:
    """``axes``, in their order, moved to the end (a view)."""
    n = array.ndim
    if any(not -n <= a < n for a in axes):
        raise ValueError(f"`{name}` has no axes {axes}; its shape is {tuple(array.shape)}.")
    last = tuple(a % n for a in axes)
    if last == tuple(range(n - len(last), n)):
        return array
    return lib.xp.permute_dims(array, (*(a for a in range(n) if a not in last), *last))


class _Shapes:
    """Agreement of batch shapes and of the sizes of equal words, over the arguments of one call."""

    def __init__(self) -> None:
        self.batch: tuple[int, ...] | None = None
        self.sizes: dict[str, tuple[int, str]] = {}
        self.whose = ""

    def admit(self, name: str, domain: Domain, array: Array) -> None:
        k = len(domain.event)
        shape = tuple(array.shape)
        if len(shape) < k:
            raise ValueError(f"`{name}` must have at least {k} axes; got shape {shape}.")
        lead, tail = shape[: len(shape) - k], shape[len(shape) - k :]
        for word, length in zip(domain.event, tail, strict=True):
            self._event(name, word, length, shape)
        if self.batch is None:
            self.batch, self.whose = lead, name
        elif lead != self.batch:
            self._refuse(name, lead, shape)

    def _event(self, name: str, word: str | int, length: int, shape: tuple[int, ...]) -> None:
        if isinstance(word, int):
            if length != word:
                raise ValueError(f"`{name}` must have {word} along its last axis; got shape {shape}.")
            return
        want, whose = self.sizes.setdefault(word, (length, name))
        if length != want:
            raise ValueError(f"`{name}` must have {want} along the {word} axis, as `{whose}` has; got shape {shape}.")

    def _refuse(self, name: str, lead: tuple[int, ...], shape: tuple[int, ...]) -> None:
        if lead == shape:
            raise ValueError(f"`{name}` must have the shape of `{self.whose}`, {self.batch}; got {shape}.")
        raise ValueError(
            f"`{name}` must have the leading shape {self.batch}, as `{self.whose}` has; got shape {shape}."
        )


def _placement(form: Form, params: dict[str, Any]) -> tuple[int, ...] | None:
    """Where the caller says that the event axes lie; None where they lie last."""
    if form.layout is None or form.layout not in params:
        return None
    place = params.pop(form.layout)
    return place if isinstance(place, tuple) else (place,)


def check_weights(lib: Library, weights: Array, batch: tuple[int, ...], like: Array) -> None:
    if library(weights).xp is not lib.xp:
        raise TypeError(
            f"`weights` is of {library(weights).name} and the data of {lib.name}; give arrays of one library."
        )
    shape = tuple(weights.shape)
    if shape != batch[: len(shape)] or len(shape) > len(batch):
        raise ValueError(f"`weights` must have the leading shape of the elements, {batch}; got {shape}.")
    if lib.xp.isdtype(weights.dtype, "complex floating"):
        raise TypeError(f"`weights` must be real; got {weights.dtype}.")
    if lib.name in ("torch", "strict", "cupy") and weights.device != like.device:
        raise ValueError(
            f"`weights` is on device {weights.device} and the data on {like.device}; give arrays on one device."
        )


def arrange(
    definition: Definition, form: Form, args: Sequence[Any], params: dict[str, Any], weights: Array | None
) -> Inputs:
    """Check library, device, dtypes and shapes, and move event axes last; takes layout out of ``params``."""
    names = tuple(form.domains)
    lib = one_library(names, args)
    place = _placement(form, params)
    shapes = _Shapes()
    arrays: list[Array] = []
    domains: list[Domain] = []
    for (name, declared), array in zip(form.domains.items(), args, strict=True):
        if array is None:
            arrays.append(None)
            domains.append(declared)
            continue
        domain = _chosen(lib, name, declared, array)
        if place is not None and len(domain.event) == len(place):
            array = _moved(lib, name, array, place)
        shapes.admit(name, domain, array)
        arrays.append(array)
        domains.append(domain)
    batch = shapes.batch if shapes.batch is not None else ()
    if weights is not None:
        check_weights(lib, weights, batch, arrays[0])
    classes = shapes.sizes["class"][0] if "class" in shapes.sizes else params.get("num_classes")
    _imply_range(definition, lib, domains, arrays, params)
    _bind_arrays(definition, lib, shapes, params)
    return Inputs(lib, arrays, domains, names, batch, weights, params.pop("ignore_index", None), classes)


RANGES = {"uint8": 255.0, "uint16": 65535.0}


def _imply_range(
    definition: Definition, lib: Library, domains: list[Domain], arrays: list[Array], params: dict[str, Any]
) -> None:
    """Fill in the data range of uint8 and uint16 images; ask for it elsewhere."""
    for name, rule in definition.rules.items():
        if rule.implied and params.get(name) is None:
            images = [a for a, d in zip(arrays, domains, strict=True) if d.image]
            implied = {RANGES.get(str(a.dtype).rpartition(".")[2]) for a in images}
            if len(implied) != 1 or None in implied:
                raise TypeError(
                    f"`{definition.name}` needs `{name}`, from black to white, for {images[0].dtype} images."
                )
            params[name] = implied.pop()


def _bind_arrays(definition: Definition, lib: Library, shapes: _Shapes, params: dict[str, Any]) -> None:
    """Check array parameters against the sizes of their axes."""
    for name, rule in definition.rules.items():
        value = params.get(name)
        if rule.array is None or value is None:
            continue
        if library(value).xp is not lib.xp:
            raise TypeError(
                f"`{name}` is of {library(value).name} and the data of {lib.name}; give arrays of one library."
            )
        want = tuple(shapes.sizes[w][0] if isinstance(w, str) and w in shapes.sizes else w for w in rule.array.event)
        if tuple(value.shape) != want:
            raise ValueError(f"`{name}` must have shape {want}; got {tuple(value.shape)}.")


# ---- values


def floating_dtype(inputs: Inputs) -> Dtype:
    """The one dtype of the computation, at least float32; integers take that of the others, or the default."""
    lib, xp = inputs.lib, inputs.lib.xp
    found = [a.dtype for a in inputs.real() if xp.isdtype(a.dtype, FLOATING)]
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


def _whole(lib: Library, weights: Array) -> bool:
    """Nothing is hidden: known at no cost in host memory, and never asked elsewhere."""
    return lib.name == "numpy" and bool(weights.all())


def _hidden(inputs: Inputs) -> Inputs:
    """Put a harmless member of the domain where the weight is 0, so that no NaN comes near a value or a derivative.

    Different ones for different arguments: equal images, for instance, would have an infinite PSNR.
    """
    lib, xp, weights = inputs.lib, inputs.lib.xp, inputs.weights
    if weights is None or _whole(lib, weights):
        return inputs
    absent = ~weights if weights.dtype == xp.bool else weights == 0
    arrays: list[Array] = []
    for i, (array, domain) in enumerate(zip(inputs.arrays, inputs.domains, strict=True)):
        if array is not None:
            fill = int(domain.fill) if domain.label else domain.fill / (1 + i)
            array = xp.where(lift(lib, absent, array.ndim), fill, array)
        arrays.append(array)
    return replace(inputs, arrays=arrays)


def _without_ignored(inputs: Inputs) -> Inputs:
    """A label to be ignored weighs nothing."""
    if inputs.ignored is None:
        return inputs
    lib, xp, weights = inputs.lib, inputs.lib.xp, inputs.weights
    at = inputs.names.index("target")
    if not inputs.domains[at].label:
        raise TypeError("`ignore_index` applies to integer labels; `target` is floating: give `weights` instead.")
    seen = inputs.arrays[at] != inputs.ignored
    if weights is not None:
        weights = lift(lib, weights, seen.ndim)
        seen = seen & weights if weights.dtype == xp.bool else xp.where(seen, weights, xp.zeros_like(weights))
    return replace(inputs, weights=seen)


def _labels(inputs: Inputs, name: str, array: Array) -> tuple[Array, Array | None]:
    """Labels of the index dtype and in range; where they cannot be read, a mark on those that are not."""
    lib, xp, classes = inputs.lib, inputs.lib.xp, inputs.classes
    if readable(lib, array):
        if size(array):
            low, high = int(xp.min(array)), int(xp.max(array))
            if low < 0 or (classes is not None and high >= classes):
                wrong = low if low < 0 else high
                upper = f"from 0 to {classes - 1}" if classes is not None else "of at least 0"
                raise ValueError(f"`{name}` must be integer labels {upper}; got {wrong}.")
        return array, None
    bad = array < 0 if classes is None else (array < 0) | (array >= classes)
    return xp.where(bad, 0, array), bad


def _admitted(inputs: Inputs, name: str, domain: Domain, array: Array) -> Array:
    """A bounded array, its bounds made exact. Outside: ValueError where it can be read, NaN elsewhere."""
    lib, xp = inputs.lib, inputs.lib.xp
    bad = domain.outside(xp, array)
    if bad is None:
        return array
    if readable(lib, array):
        if bool(xp.any(bad)):
            raise ValueError(f"`{name}` must be {domain.name}{_bounds(domain)}; got {_example(xp, array, bad)}.")
    else:
        array = xp.where(bad, xp.nan, array)
    if domain.slack:
        array = xp.where(array < domain.low, domain.low, xp.where(array > domain.high, domain.high, array))
    return array


def _bounds(domain: Domain) -> str:
    return f" from {domain.low:g} to {domain.high:g}" if domain.high < float("inf") else ""


def _example(xp: Any, array: Array, bad: Array) -> str:
    """The first member that is not one of the domain, a whole event where the condition is on events."""
    first = int(xp.argmax(xp.astype(xp.reshape(bad, (-1,)), xp.int32)))
    width = size(array) // max(size(bad), 1)
    rows = xp.reshape(array, (-1, width))
    values = [float(rows[first, j]) for j in range(width)]
    return f"{values[0]:g}" if width == 1 else str(tuple(values))


def _converted(inputs: Inputs, dtype: Dtype) -> Inputs:
    """Labels in the index dtype, everything else in the one of the computation."""
    lib = inputs.lib
    index = index_dtype(lib.xp)
    arrays = [
        None if a is None else cast(lib, a, index if d.label else dtype)
        for a, d in zip(inputs.arrays, inputs.domains, strict=True)
    ]
    return replace(inputs, arrays=arrays)


def ready(inputs: Inputs) -> tuple[Inputs, Dtype]:
    """Cast to one floating dtype, hide what weighs nothing, admit the rest; and the dtype."""
    lib = inputs.lib
    dtype = floating_dtype(inputs)
    inputs = _hidden(_without_ignored(_converted(inputs, dtype)))
    arrays: list[Array] = []
    bad = None
    for name, domain, array in zip(inputs.names, inputs.domains, inputs.arrays, strict=True):
        if array is not None and domain.label:
            array, mark = _labels(inputs, name, array)
            bad = mark if bad is None else bad if mark is None else bad | mark
        elif array is not None and domain.bounded:
            array = _admitted(inputs, name, domain, array)
        arrays.append(array)
    weights = None if inputs.weights is None else cast(lib, inputs.weights, dtype)
    return replace(inputs, arrays=arrays, weights=weights, bad=bad), dtype


def ready_params(params: Mapping[str, Any], definition: Definition, lib: Library, dtype: Dtype) -> dict[str, Any]:
    """Array parameters in the dtype of the computation."""
    rules = definition.rules
    return {k: cast(lib, v, dtype) if v is not None and rules[k].array is not None else v for k, v in params.items()}
