"""What is given, by kind and shape: bound to its domains and checked.

Nothing here looks at a value, so it costs the same on every device and under every trace. `_values` looks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ._definition import Definition, Form
from ._domains import Condition, Domain
from ._parameters import listed
from ._typing import Array
from ._xp import Library, in_order, library

FLOATING = "real floating"


Bounds = tuple[tuple[int, float, float, Condition | None], ...]
"""Places of arrays, what they lie between, and what else is asked of them."""
Casts = tuple[tuple[int, Any], ...]
"""Places of arrays, and the dtypes that they are made of first."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What values of these kinds come to, so long as they lie between their bounds.

    Attributes
    ----------
    dtype : dtype
        Of the computation.
    bounds : tuple of (int, float, float, callable or None)
        Which arrays are to lie between which, and what else must hold.
    casts : tuple of (int, dtype)
        Which arrays are made of which dtype first.
    """

    dtype: Any
    bounds: Bounds
    casts: Casts = ()


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
    hint : str
        What to say to the caller whose labels are taken for probabilities.
    sizes : dict
        Lengths of the axes that indices point into.
    bad : array or None
        Where a label out of range has been met that nobody could look at.
    foreseen : Foreseen or None
        What a call with arguments of the same kinds and without weights has found out.
    """

    lib: Library
    arrays: list[Array]
    domains: list[Domain]
    names: tuple[str, ...]
    batch: tuple[int, ...]
    weights: Array | None
    ignored: int | None = None
    classes: int | None = None
    hint: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)
    bad: Array | None = None
    foreseen: Foreseen | None = None

    def real(self) -> Iterator[Array]:
        for array, domain in zip(self.arrays, self.domains, strict=True):
            if array is not None and not domain.label:
                yield array

    def given(self) -> Iterator[Array]:
        """All arrays that are there."""
        yield from (a for a in (*self.arrays, self.weights) if a is not None)

    def put(
        self,
        arrays: list[Array],
        weights: Array | None,
        bad: Array | None = None,
        batch: tuple[int, ...] | None = None,
    ) -> "Inputs":
        """The same with other arrays (`replace` takes ten times as long, which every call would pay)."""
        foreseen = self.foreseen if weights is None else None
        rest = self.ignored, self.classes, self.hint, self.sizes, bad, foreseen
        return Inputs(
            self.lib, arrays, self.domains, self.names, self.batch if batch is None else batch, weights, *rest
        )

    @property
    def first(self) -> Array:
        """An array that is given."""
        return next(a for a in self.arrays if a is not None)

    def cut(self, index: tuple[int | slice, ...]) -> "Inputs":
        """A block, by an index of the first batch axes."""
        arrays = [None if a is None else a[index] for a in self.arrays]
        weights = None if self.weights is None else self.weights[index[: self.weights.ndim]]
        given = ((a, d) for a, d in zip(arrays, self.domains, strict=True) if a is not None)
        array, domain = next(given)
        return self.put(arrays, weights, batch=array.shape[: array.ndim - len(domain.event)])

    def in_order(self) -> "Inputs":
        """NumPy's elements in the order of their indices: sums of other orders may round otherwise.

        Arrays of events were put in order as they came, and their axes moved since.
        """
        if self.lib.name != "numpy":
            return self
        arrays = [a if d.event else in_order(a) for a, d in zip(self.arrays, self.domains, strict=True)]
        weights = in_order(self.weights)
        if weights is self.weights and all(a is b for a, b in zip(arrays, self.arrays, strict=True)):
            return self
        return replace(self, arrays=arrays, weights=weights)


# ---- binding


def bind(definition: Definition, form: Form, args: Sequence[Any], params: dict[str, Any]) -> list[Any]:
    """Arrays in the order of the domains, taken from ``args`` and then, by name, out of ``params``."""
    names = list(form.domains)
    if len(args) > len(names):
        got = f"got {len(args)} arrays"
        raise TypeError(f"`{definition.name}` takes arrays {listed(names)}, and the rest by name; {got}.")
    arrays = [*args, *(params.pop(name, None) for name in names[len(args) :])]
    for name, array in zip(names, arrays, strict=True):
        if name in params:
            raise TypeError(f"`{definition.name}` got `{name}` twice.")
        if array is None and not form.domains[name].optional:
            raise TypeError(f"`{definition.name}` needs `{name}`.")
    return arrays


def written_out(form: Form, arrays: Sequence[Any]) -> tuple[Form, list[Any]]:
    """Sequences of arrays as arrays one by one, and the form that takes them so."""
    layers: int | None = None
    flat: list[Any] = []
    for (name, domain), given in zip(form.domains.items(), arrays, strict=True):
        if not domain.repeated:
            flat.append(given)
            continue
        if not isinstance(given, (tuple, list)):
            raise TypeError(f"`{name}` must be a tuple or list of arrays; got {type(given).__name__}.")
        layers = len(given) if layers is None else layers
        if len(given) != layers or not layers:
            want = f"{layers} arrays, as the first sequence has" if layers else "at least one array"
            raise ValueError(f"`{name}` must have {want}; got {len(given)}.")
        flat.extend(given)
    return form.written_out(layers or 0), flat


def one_library(names: Sequence[str], arrays: Sequence[Any]) -> Library:
    """The library of the arrays; TypeError where there are two, ValueError where there are two devices."""
    first, lib = arrays[0], library(arrays[0], names[0])
    for name, array in zip(names[1:], arrays[1:], strict=True):
        if array is None:
            continue
        other = lib if type(array) is type(first) else library(array, name)
        if other.xp is not lib.xp:
            raise TypeError(f"`{names[0]}` is of {lib.name} and `{name}` of {other.name}; give arrays of one library.")
        if lib.devices and array.device != first.device:
            where = f"is on device {first.device} and `{name}` on {array.device}"
            raise ValueError(f"`{names[0]}` {where}; give arrays on one device.")
    return lib


def check_beside(lib: Library, name: str, array: Any, data: Array) -> None:
    """An array that goes with the data must be real, of their library and on their device."""
    other = library(array, name)
    if other.xp is not lib.xp:
        raise TypeError(f"`{name}` is of {other.name} and the data of {lib.name}; give arrays of one library.")
    if lib.devices and array.device != data.device:
        where = f"is on device {array.device} and the data on {data.device}"
        raise ValueError(f"`{name}` {where}; give arrays on one device.")
    if lib.xp.isdtype(array.dtype, "complex floating"):
        raise TypeError(f"`{name}` must be real; got {array.dtype}.")


# ---- shapes


def _chosen(lib: Library, name: str, domain: Domain, array: Array, labels: bool | None) -> Domain:
    """The domain that the dtype asks for, or that an argument before this one has chosen for both."""
    xp = lib.xp
    if array.dtype in lib.plain and not (domain.label or domain.labels):
        return domain
    if xp.isdtype(array.dtype, "complex floating"):
        raise TypeError(f"`{name}` must be real; got {array.dtype}: give `xp.real` and `xp.imag`, or `xp.abs`, of it.")
    if not xp.isdtype(array.dtype, ("numeric", "bool")):
        raise TypeError(f"`{name}` must be numeric; got {array.dtype}.")
    integral = not xp.isdtype(array.dtype, FLOATING)
    if domain.labels is not None and (integral if labels is None else labels):
        domain = domain.labels
    if domain.label and not integral:
        raise TypeError(f"`{name}` must be {domain.name}; got {array.dtype}.")
    return domain


def _moved(lib: Library, name: str, array: Array, layout: str, axes: tuple[int, ...]) -> Array:
    """``axes``, in their order, moved to the end (a view)."""
    n = array.ndim
    last = tuple(a % n for a in axes if -n <= a < n)
    if len(set(last)) < len(axes):
        what, got = ("an axis", axes[0]) if len(axes) == 1 else ("different axes", axes)
        raise ValueError(f"`{layout}` must name {what} of `{name}`, whose shape is {tuple(array.shape)}; got {got}.")
    if last == tuple(range(n - len(last), n)):
        return array
    return lib.xp.permute_dims(array, (*(a for a in range(n) if a not in last), *last))


def _without(event: tuple[str | int, ...]) -> str:
    """What is said of a batch shape; nothing where the caller knows no words for the axes that are left out."""
    words = [str(word) for word in event]
    if not words or not all(word.isidentifier() for word in words):
        return ""
    return f" without its {' and '.join(words)} {'axis' if len(words) == 1 else 'axes'}"


class _Shapes:
    """Agreement of batch shapes and of the sizes of equal words, over the arguments of one call."""

    def __init__(self, scores: str) -> None:
        self.batch: tuple[int, ...] | None = None
        self.sizes: dict[str, tuple[int, str, tuple[int, ...]]] = {}
        self.first = ""
        self.left_out: tuple[str | int, ...] = ()
        self.scores = scores

    def admit(self, name: str, domain: Domain, shape: tuple[int, ...], given: tuple[int, ...]) -> None:
        """A shape with event axes last; messages show it as it was given."""
        k = len(domain.event)
        if len(shape) < k:
            raise ValueError(f"`{name}` must have at least {k} {'axis' if k == 1 else 'axes'}; got shape {given}.")
        lead, tail = shape[: len(shape) - k], shape[len(shape) - k :]
        for word, length in zip(domain.event, tail, strict=True):
            self._event(name, word, length, given, domain.unequal if word == domain.event[0] else "")
        for word, length in zip(domain.event, tail, strict=True):
            # a cloud may have no points, but a point has coordinates and a pixel has channels
            needed = word == domain.event[-1] or str(word).startswith("channel")
            if not length and needed and not (domain.image or domain.optional):
                raise ValueError(f"`{name}` must have at least 1 along the {word} axis; got shape {given}.")
        if self.batch is None:
            self.batch = lead
            self.first, self.left_out = name, domain.event
        elif lead != self.batch:
            self._refuse(name, lead, shape, given)

    def _event(self, name: str, word: str | int, length: int, given: tuple[int, ...], advice: str = "") -> None:
        if isinstance(word, int):
            if length != word:
                raise ValueError(f"`{name}` must have {word} along its last axis; got shape {given}.")
            return
        want, whose, shape = self.sizes.setdefault(word, (length, name, given))
        if length == want:
            return
        if (
            not word.isidentifier()
        ):  # an axis that `averaged` has made one of the event: the caller knows no word for it
            raise ValueError(f"`{name}` must have the shape of `{whose}`, {shape}; got {given}.")
        if whose == name:
            raise ValueError(f"`{name}` must have {word} axes of equal length; got shape {given}.")
        raise ValueError(
            f"`{name}` must have {want} along the {word} axis, as `{whose}` has; got shape {given}{advice}."
        )

    def _refuse(self, name: str, lead: tuple[int, ...], shape: tuple[int, ...], given: tuple[int, ...]) -> None:
        if lead != shape:
            raise ValueError(
                f"`{name}` must have the leading shape {self.batch}, as `{self.first}` has; got shape {given}."
            )
        hint = self.scores if self.batch is not None and self.batch[: len(shape)] == shape else ""
        whose = f"`{self.first}`{_without(self.left_out)}"
        raise ValueError(f"`{name}` must have the shape of {whose}, {self.batch}; got {given}{hint}.")


def check_weights(lib: Library, weights: Array, batch: tuple[int, ...], like: Array) -> None:
    check_beside(lib, "weights", weights, like)
    shape = tuple(weights.shape)
    if shape != batch[: len(shape)] or len(shape) > len(batch):
        raise ValueError(f"`weights` must have the leading shape of the elements, {batch}; got {shape}.")


def _arranged(
    form: Form, lib: Library, args: Sequence[Any], shapes: _Shapes, params: dict[str, Any]
) -> tuple[list[Array], list[Domain]]:
    """Arrays with their event axes last, each with its domain; takes the layout out of ``params``."""
    place = params.pop(form.layout, None) if form.layout else None
    axes = place if isinstance(place, tuple) else None if place is None else (place,)
    arrays: list[Array] = []
    domains: list[Domain] = []
    labels: bool | None = None
    for (name, declared), array in zip(form.domains.items(), args, strict=True):
        domain = declared if array is None else _chosen(lib, name, declared, array, labels)
        if array is not None:
            labels = domain.label if declared.labels is not None else labels
            given = tuple(array.shape)
            array = in_order(array) if domain.event else array
            if axes is not None and len(domain.event) == len(axes):
                array = _moved(lib, name, array, form.layout or "", axes)
            shapes.admit(name, domain, tuple(array.shape), given)
        arrays.append(array)
        domains.append(domain)
    return arrays, domains


def arrange(
    definition: Definition, form: Form, args: Sequence[Any], params: dict[str, Any], weights: Array | None
) -> Inputs:
    """Check library, device, dtypes and shapes, and move event axes last; takes layout out of ``params``."""
    names = tuple(form.domains)
    lib = one_library(names, args)
    shapes = _Shapes(definition.hint("class_axis"))
    arrays, domains = _arranged(form, lib, args, shapes, params)
    batch = shapes.batch or ()
    if weights is not None:
        check_weights(lib, weights, batch, arrays[0])
    _imply_range(definition, domains, arrays, params)
    _check_arrays(definition, lib, shapes, arrays[0], params)
    classes = _classes(shapes, params)
    hint = definition.hint("num_classes") if "num_classes" not in params else ""
    sizes = {d.within: shapes.sizes[d.within][0] for d in domains if d.within}
    return Inputs(lib, arrays, domains, names, batch, weights, params.pop("ignore_index", None), classes, hint, sizes)


def _classes(shapes: _Shapes, params: dict[str, Any]) -> int | None:
    """How many labels there are: as many as scores, or as the caller says."""
    said: int | None = params.get("num_classes")
    if "class" not in shapes.sizes:
        return said
    found = shapes.sizes["class"][0]
    if said is not None and said != found:
        raise ValueError(f"`num_classes` must be {found}, the length of the class axis; got {said}.")
    return found


RANGES = {"uint8": 255.0, "uint16": 65535.0}


def _imply_range(definition: Definition, domains: list[Domain], arrays: list[Array], params: dict[str, Any]) -> None:
    """Fill in the data range of uint8 and uint16 images; ask for it elsewhere."""
    for name, rule in definition.rules.items():
        if rule.implied and params.get(name) is None:
            images = [a for a, d in zip(arrays, domains, strict=True) if d.image]
            kinds = list(dict.fromkeys(str(a.dtype).rpartition(".")[2] for a in images))
            if len(kinds) != 1 or kinds[0] not in RANGES:
                what = f"the distance from black to white, for {' and '.join(kinds)} images"
                raise TypeError(f"`{definition.name}` needs `{name}`, {what}.")
            params[name] = RANGES[kinds[0]]


def _check_arrays(definition: Definition, lib: Library, shapes: _Shapes, data: Array, params: dict[str, Any]) -> None:
    """Array parameters: of the library and on the device of the data, and as long as their axis."""
    for name, rule in definition.rules.items():
        value = params.get(name)
        if value is None or not (rule.array or rule.spread):
            continue
        if rule.spread and isinstance(value, (int, float)):
            if not value >= 0:
                raise ValueError(f"`{name}` must be non-negative; got {value}.")
            continue
        if rule.spread and not hasattr(value, "shape"):
            raise TypeError(f"`{name}` must be a number or an array; got {value!r}.")
        if rule.array is not None and rule.array.repeated:
            _check_layers(name, value, rule.array, lib, shapes, data)
        elif rule.array is not None:
            _check_array(name, value, rule.array, lib, shapes, data)
        else:
            check_beside(lib, name, value, data)
            _check_spread(name, tuple(value.shape), data)


def _check_array(name: str, value: Array, domain: Domain, lib: Library, shapes: _Shapes, data: Array) -> None:
    check_beside(lib, name, value, data)
    _check_lengths(name, domain, tuple(value.shape), shapes)


def _check_layers(name: str, value: Any, domain: Domain, lib: Library, shapes: _Shapes, data: Array) -> None:
    """A parameter of one array for each layer."""
    first = str(domain.event[0])
    layers = len([word for word in shapes.sizes if word.partition(" ")[0] == first])
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"`{name}` must be a tuple or list of arrays; got {type(value).__name__}.")
    if len(value) != layers:
        raise ValueError(f"`{name}` must have {layers} arrays, one for each layer; got {len(value)}.")
    for i, array in enumerate(value):
        _check_array(f"{name}[{i}]", array, domain.numbered(i), lib, shapes, data)


def _check_lengths(name: str, domain: Domain, shape: tuple[int, ...], shapes: _Shapes) -> None:
    """An array parameter is as long as the axes that its words name; a word that names none is free."""
    want = [shapes.sizes[w][0] if w in shapes.sizes else w for w in map(str, domain.event)]
    if len(shape) != len(want) or any(w != n for w, n in zip(want, shape, strict=True) if isinstance(w, int)):
        shown = ", ".join(map(str, want)) + ("," if len(want) == 1 else "")
        raise ValueError(f"`{name}` must have shape ({shown}); got {shape}.")


def _check_spread(name: str, shape: tuple[int, ...], data: Array) -> None:
    """One number, or one for each place along the last axis."""
    if shape not in ((), tuple(data.shape[-1:])):
        more = f" or have the length of the last axis, {data.shape[-1]}" if data.ndim else " where `pred` has no axis"
        raise ValueError(f"`{name}` must be a number{more}; got shape {shape}.")
