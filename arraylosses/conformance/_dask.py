"""Dask as a trial sees it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

import dask
import dask.array
import numpy as np
from dask.local import get_sync

from ._backend import Backend, leaves

LAWS = ("libraries_agree", "lazy_as_stated", "result_is_of_the_library", "a_mask_is_a_weight")
"""A value costs Dask milliseconds of graph; these are what differs for a lazy library."""


def put(x: Any) -> Any:
    return dask.array.from_array(np.array(x), chunks=-1)


def get(x: Any) -> Any:
    """In this thread, where NumPy can be told that 0/0 is no news."""
    with np.errstate(all="ignore"):
        return np.asarray(x.compute(scheduler="synchronous"))


def _refuse(*args: Any, **options: Any) -> None:
    raise AssertionError("the graph was computed")


def idle() -> AbstractContextManager[Any]:
    return dask.config.set(scheduler=_refuse)  # type: ignore[no-any-return]  # the library is untyped


class Program:
    """A function's graph, built once for all arrays of the same shapes.

    Building it takes ten times as long as computing.
    """

    def __init__(self, function: Callable[..., Any], arrays: tuple[Any, ...]) -> None:
        given = [None if a is None else _place(i, a) for i, a in enumerate(arrays)]
        self.out = function(*given)
        self.graph = {key: task for part in leaves(self.out) for key, task in part.__dask_graph__().items()}

    def __call__(self, arrays: tuple[Any, ...]) -> Any:
        values = {(f"given-{i}", *[0] * a.ndim): get(a) for i, a in enumerate(arrays) if a is not None}
        found = [put(self._computed(part, values)) for part in leaves(self.out)]
        return type(self.out)(*found) if isinstance(self.out, tuple) else found[0]

    def _computed(self, part: Any, values: dict[Any, Any]) -> Any:
        finish, rest = part.__dask_postcompute__()
        with np.errstate(all="ignore"):
            return finish(get_sync(self.graph | values, part.__dask_keys__()), *rest)


def _place(number: int, like: Any) -> Any:
    """Where an array goes in a graph."""
    return dask.array.from_array(np.zeros(like.shape, like.dtype), chunks=-1, name=f"given-{number}")


@lru_cache(maxsize=16)
def _programs(function: Callable[..., Any]) -> dict[Any, Program]:
    """By the shapes and dtypes of the arrays."""
    return {}


def once(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arrays: Any) -> Any:
        programs, key = _programs(function), tuple(None if a is None else (a.shape, a.dtype) for a in arrays)
        if key not in programs:
            programs[key] = Program(function, arrays)
        return programs[key](arrays)

    return call


def made() -> Backend:
    return Backend("dask", put, get, once=once, idle=idle, laws=LAWS)
