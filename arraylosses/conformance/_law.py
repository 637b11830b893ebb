"""The table of laws, which the files of laws fill."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, overload

from ._backend import Backend
from ._trial import Trial

BATCH = (8,)
"""Shape of the elements in most laws: fixed, for JAX compiles anew for each shape."""


@dataclass(frozen=True)
class Law:
    """What must hold of a metric.

    Attributes
    ----------
    name : str
        A sentence in short.
    hold : callable
        Takes a trial; raises Broken where it does not hold, Exempt where it has nothing to say.
    asks : str
        What a library must be able to do for the law to speak of it, as an attribute of its `Backend`: 'grad', 'jit'.
    wide : bool
        Whether it is tried where the library computes in float64.
    kinds : bool
        Whether it depends on shapes and dtypes alone: `ENOUGH` draws are enough for it.
    """

    name: str
    hold: Callable[[Trial], None]
    asks: str = ""
    wide: bool = False
    kinds: bool = False

    def __call__(self, trial: Trial) -> None:
        self.hold(trial)

    def speaks_of(self, library: Backend) -> bool:
        """Whether the library has what the law is about."""
        tried = library.laws is None or self.name in library.laws
        return tried and (not self.asks or bool(getattr(library, self.asks)))


ENOUGH = 3
"""Draws of a law of shapes and dtypes, which numbers say nothing about."""

LAWS: dict[str, Law] = {}


@overload
def law(function: Callable[[Trial], None], /) -> Law: ...
@overload
def law(*, asks: str = "", wide: bool = False, kinds: bool = False) -> Callable[[Callable[[Trial], None]], Law]: ...
def law(function: Any = None, /, **about: Any) -> Any:
    """Enter a law in the table, under its name; with ``asks``, one of libraries that have that."""

    def enter(hold: Callable[[Trial], None]) -> Law:
        LAWS[hold.__name__] = made = Law(hold.__name__, hold, **about)
        return made

    return enter if function is None else enter(function)


def rows(arrays: list[Any], index: Any) -> list[Any]:
    """Some of the elements."""
    return [None if a is None else a[index] for a in arrays]
