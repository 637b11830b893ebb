"""What a trial must know of an array library."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from .._typing import Array


def as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


@dataclass(frozen=True, eq=False)
class Backend:
    """An array library as a trial sees it. What it cannot do is None, and the laws of it do not speak of the library.

    Attributes
    ----------
    name : str
    put : callable
        A NumPy array as one of the library's, of the same dtype where it has it.
    get : callable
        Back to NumPy.
    double : bool
        Whether it computes in float64.
    wide : str
        Name of the mode in which it does, where that is not the usual one.
    once : callable
        Makes of a function what is called for every draw: compiles it, where single operations are dear.
    grad : callable or None
        ``(function, arrays, places) -> arrays``: gradients of the sum of the result by some of the arguments.
    curve : callable or None
        ``(function, arrays, place, way) -> array``: the change of the gradient by one argument along ``way``.
    functional : callable or None
        ``(function, place) -> function``: the value and the gradient, made by the library's transformations.
    trained : callable or None
        ``function -> (arrays, place) -> array``: compiled, and its gradient made backwards.
    jit, lengths, native, vmap, scan : callable or None
        Compile a function of arrays; for leading axes of any length; to machine code; map it over the leading axis;
        walk it over the leading axis.
    shape : callable or None
        ``(function, arrays) -> results`` whose shape and dtype are known, without computing anything.
    shards : callable or None
        ``function -> (*arrays) -> results``: of each part of the arrays, on a device of its own.
    spread : callable or None
        ``(function, arrays) -> result``: of arrays whose elements are spread over processes, brought together.
    guard, idle : callable or None
        A context in which moving arrays, or computing anything, breaks the law.
    memory : bool
        Whether arrays are views of host memory.
    quick : bool
        Whether it has forms of its own for many elements.
    few : bool
        Whether a call on few numbers is left to NumPy; the other laws try the library's own forms on them too.
    second, brain : callable or None
        A NumPy array as one of the library's on another device; an array of the library in bfloat16.
    lacks : tuple of str
        Dtypes that it does not have.
    laws : tuple of str or None
        The only laws that are tried, where a value costs milliseconds.
    context : callable
        Entered around everything that the library does.
    """

    name: str
    put: Callable[[Any], Array]
    get: Callable[[Array], Any]
    double: bool = True
    wide: str = ""
    once: Callable[..., Any] = as_it_is
    grad: Callable[..., Any] | None = None
    curve: Callable[..., Any] | None = None
    functional: Callable[..., Any] | None = None
    trained: Callable[..., Any] | None = None
    jit: Callable[..., Any] | None = None
    lengths: Callable[..., Any] | None = None
    native: Callable[..., Any] | None = None
    vmap: Callable[..., Any] | None = None
    scan: Callable[..., Any] | None = None
    shape: Callable[..., Any] | None = None
    shards: Callable[..., Any] | None = None
    spread: Callable[..., Any] | None = None
    guard: Callable[[], AbstractContextManager[Any]] | None = None
    idle: Callable[[], AbstractContextManager[Any]] | None = None
    memory: bool = False
    quick: bool = False
    few: bool = False
    second: Callable[[Any], Array] | None = None
    brain: Callable[[Array], Array] | None = None
    lacks: tuple[str, ...] = ()
    laws: tuple[str, ...] | None = None
    context: Callable[[], AbstractContextManager[Any]] = nullcontext


def leaves(value: Any) -> tuple[Any, ...]:
    """The arrays of a result."""
    return value if isinstance(value, tuple) else (value,)


def summed(add: Callable[..., Any], value: Any) -> Any:
    """One number of a result, or of all parts of a curve."""
    return sum(map(add, value)) if isinstance(value, tuple) else add(value)


def placed(arrays: list[Any], place: int, other: Any) -> list[Any]:
    """Arrays with another in one place."""
    return [*arrays[:place], other, *arrays[place + 1 :]]
