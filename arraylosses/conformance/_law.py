"""The table of laws, which the files of laws fill."""

from collections.abc import Callable
from typing import Any

from ._trial import Trial

Law = Callable[[Trial], None]
LAWS: dict[str, Law] = {}
BATCH = (8,)
"""Shape of the elements in most laws: fixed, for JAX compiles anew for each shape."""


def law(function: Law) -> Law:
    """Enter a law in the table, under its name."""
    LAWS[function.__name__] = function
    return function


def rows(arrays: list[Any], index: Any) -> list[Any]:
    """Some of the elements."""
    return [None if a is None else a[index] for a in arrays]
