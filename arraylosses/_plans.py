"""What was found out about arguments by kind and shape, kept for the next ones alike.

Binding, layout, kinds and shapes are a hundred small steps of Python, some 40 us; who calls again with arrays of the
same kinds and shapes, as every loop does, has them looked up. Values are looked at in every call.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ._definition import Form
from ._inputs import Inputs
from ._typing import Array
from ._values import foreseen
from ._xp import LIBRARIES

MOST = 64
"""Plans of one metric; then it begins anew."""

SCALARS = frozenset({int, float, bool, str, type(None)})
"""Kinds of parameters that say everything by being equal."""


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


def alike(arrays: Sequence[Any], weights: Any, params: dict[str, Any]) -> Hashable:
    """What decides how arguments are checked and arranged; None where they have to be looked at anew."""
    parts: list[Hashable] = [weights is None]
    for x in arrays if weights is None else (*arrays, weights):
        lib = LIBRARIES.get(type(x))
        if lib is None:
            return None
        if lib.name == "numpy":
            parts.append((type(x), x.dtype, x.shape, x.flags.c_contiguous))
        elif lib.name == "torch" and not lib.compiling():
            parts.append((type(x), x.dtype, x.shape, x.device))
        else:
            return None
    for name, value in params.items():
        if type(value) not in SCALARS:
            return None
        parts.append((name, type(value), value))
    return tuple(parts)


def planned(found: tuple[Inputs, Form, dict[str, Any]], arrays: Sequence[Any], weights: Array | None) -> Plan | None:
    """The plan of what was found out; None where an array was moved or made anew."""
    inputs, form, params = found
    absent = len(inputs.arrays) - len(arrays)
    same = inputs.weights is weights and all(a is b for a, b in zip(inputs.arrays, arrays, strict=False))
    if not same or absent < 0 or any(a is not None for a in inputs.arrays[len(arrays) :]):
        return None
    known = replace(inputs, foreseen=foreseen(inputs)) if inputs.lib.name in ("numpy", "torch") else inputs
    return Plan(known.put([], None), form, params.copy(), absent)
