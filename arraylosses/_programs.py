"""Calls on arrays of JAX, outside its transformations, as one compiled program each.

Operation by operation JAX writes every temporary and starts every kernel by itself, and a loss takes up to ten times as
long as under the caller's own `jax.jit`. So each metric keeps a program for each setting of its parameters; JAX keeps
one of those for each shape. What a transformation asks for is not compiled here: it sees what the caller has written.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ._math import callbacks
from ._xp import compilable, settled

MOST = 32
"""Settings that are compiled. Who changes a number at every step would wait for a compiler at every step."""

Call = Callable[..., Any]


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
    """

    def __init__(self, call: Call, checks: bool) -> None:
        self.call = call
        self.checks = checks
        self.kept: dict[Any, Any] = {}

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
        count, names = len(arrays), tuple(moving)

        def program(*given: Any) -> Any:
            return self.call(given[:count], {**dict(zip(names, given[count:], strict=True)), **fixed})

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
