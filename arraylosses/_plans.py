"""What was found out about arguments by kind and shape, kept for the next ones alike.

Binding, layout, kinds and shapes are a hundred small steps of Python, some 40 us; who calls again with arrays of the
same kinds and shapes, as every loop does, has them looked up. Values are looked at in every call.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ._definition import Form
from ._inputs import Inputs
from ._sizes import SIZES
from ._typing import Array
from ._values import foreseen
from ._xp import Library

SCALARS = frozenset({int, float, bool, str, type(None)})
"""Kinds of parameters that say everything by being equal."""
PLAIN: set[tuple[type, ...]] = set()
"""Kinds that came together, all of them such ones: to look for these takes a third of asking each."""


@dataclass(frozen=True)
class Plan:
    """Attributes
    ----------
    inputs : Inputs
        Without the arrays.
    form : Form
    params : dict
        Without those that say how the arrays lie.
    absent : int
        How many optional arguments at the end were not given.
    """

    inputs: Inputs
    form: Form
    params: dict[str, Any]
    absent: int

    def of(self, arrays: Sequence[Array], weights: Array | None) -> tuple[Inputs, Form, dict[str, Any]]:
        return self.inputs.put([*arrays, *[None] * self.absent], weights), self.form, self.params.copy()


def alike(
    lib: Library,
    arrays: Sequence[Any],
    weights: Any,
    options: tuple[Any, ...],
    params: Mapping[str, Any],
    shaped: bool = True,
) -> Hashable:
    """What decides how a call goes; None where it has to be looked at anew.

    Where all arrays have the shape of the elements, and so one shape, it matters to nothing what that is, unless
    ``shaped``.
    """
    given = arrays if weights is None else (*arrays, weights)
    kinds = lib.kinds(given)
    if kinds is None:
        return None
    values = (*options, *params.values()) if params else options
    types = tuple(map(type, values))
    if types not in PLAIN:
        if not SCALARS.issuperset(types):
            types = tuple(map(_types, values))
            if None in types:
                return None
        elif len(PLAIN) < 1 << 10:
            PLAIN.add(types)
    shape: Any = given[0].shape
    if shaped:
        shape = tuple([x.shape for x in given])
    else:
        for x in given[1:]:
            if x.shape != shape:
                return None
        shape = len(shape)
    return SIZES.setting, weights is None, kinds, shape, values, types, tuple(params) if params else ()


def _types(value: Any) -> Any:
    """Of a scalar, or of a tuple of them; else None."""
    kind = type(value)
    if kind is tuple:
        types = tuple(map(type, value))
        return types if SCALARS.issuperset(types) else None
    return kind if kind in SCALARS else None


def kept(found: dict[Hashable, Any], key: Hashable, one: Any) -> Any:
    """One more; of so many all others are forgotten."""
    if len(found) >= SIZES.ways:
        found.clear()
    found[key] = one
    return one


def planned(found: tuple[Inputs, Form, dict[str, Any]], arrays: Sequence[Any], weights: Array | None) -> Plan | None:
    """The plan of what was found out; None where an array was moved or made anew."""
    inputs, form, params = found
    absent = len(inputs.arrays) - len(arrays)
    same = inputs.weights is weights and all(a is b for a, b in zip(inputs.arrays, arrays, strict=False))
    if not same or absent < 0 or any(a is not None for a in inputs.arrays[len(arrays) :]):
        return None
    known = replace(inputs, foreseen=foreseen(inputs)) if inputs.lib.name in ("numpy", "torch") else inputs
    return Plan(known.put([], None), form, params.copy(), absent)
