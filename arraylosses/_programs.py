"""Calls as one program each: on arrays of JAX outside its transformations, and where torch's compiler looks on.

Operation by operation JAX writes every temporary and starts every kernel by itself, and a loss takes up to ten times as
long as under the caller's own `jax.jit`. So each metric keeps a program for each setting of its parameters; JAX keeps
one of those for each shape. What a transformation asks for is not compiled here: it sees what the caller has written.

torch's compiler would walk through the frame, and ask before every call whether a hundred of its attributes still are
what they were. It is given the metric as one node of its graph instead (`_torch_node`), and compiles what that does.
"""

import sys
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

from ._math import callbacks
from ._xp import NODES, compilable, settled

MOST = 32
"""Settings that are compiled. Who changes a number at every step would wait for a compiler at every step."""

Call = Callable[..., Any]
_keys = map(str, count())


class Programs:
    """Of one metric.

    Attributes
    ----------
    call : callable
        ``(arrays, options)``, operation by operation.
    checks : bool
        Whether values may lie outside a domain. A program answers NaN then; a call tells what is wrong.
    kept : dict
        Setting -> program; None for one that calls the host, which must not wait for itself.
    key : str
        What torch's compiler knows it by: a string, for numbers it may hold open.
    """

    def __init__(self, call: Call, checks: bool) -> None:
        self.call = call
        self.checks = checks
        self.kept: dict[Any, Any] = {}
        self.key = next(_keys)
        NODES[self.key] = self

    def __call__(self, arrays: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """The value; None where the call has to be made operation by operation."""
        moving = {k: v for k, v in options.items() if hasattr(v, "dtype")}
        if not all(map(compilable, (*arrays, *moving.values()))):
            return None
        fixed = tuple((k, type(v), v) for k, v in options.items() if k not in moving)
        key = len(arrays), tuple(moving), fixed
        try:
            program = self.kept[key]
        except KeyError:
            program = self._made(key, arrays, moving, {k: v for k, _, v in fixed})
        except TypeError:  # a list among the parameters
            return None
        if program is None:
            return None
        value = program(*arrays, *moving.values())
        return None if _refused(value, self.checks) else value

    def _made(self, key: Any, arrays: tuple[Any, ...], moving: dict[str, Any], fixed: dict[str, Any]) -> Any:
        if len(self.kept) >= MOST:
            return None
        several, names = len(arrays), tuple(moving)

        def program(*given: Any) -> Any:
            return self.call(given[:several], {**dict(zip(names, given[several:], strict=True)), **fixed})

        before = callbacks()
        compiled = sys.modules["jax"].jit(program)
        try:
            compiled.trace(*arrays, *moving.values())
        except Exception:  # the call itself says it without frames of JAX's
            return None
        self.kept[key] = compiled if callbacks() == before else None
        return self.kept[key]


def _refused(value: Any, checks: bool) -> bool:
    """Whether a value must not be given: under a trace it is none yet, and a NaN on the host may stand for an error."""
    if isinstance(value, tuple):
        return any(_refused(part, checks) for part in value)
    if not compilable(value):
        return True
    return checks and settled((value,)) and bool(np.isnan(np.asarray(value)).any())
