"""What a parameter may be, read from the annotation that types it, and the one sentence for what it may not be."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import numpy as np

from ._domains import AlongLast, Domain, ImpliedRange, Interval, Ladder, Several


def listed(names: Iterable[str]) -> str:
    """Names in backticks, as a sentence lists them."""
    quoted = [f"`{n}`" for n in names]
    if not quoted:
        return "no parameters"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _bare(annotation: Any) -> Any:
    """The annotation without ``| None``."""
    if get_origin(annotation) in (Union, UnionType):
        left = [a for a in get_args(annotation) if a is not NoneType]
        return left[0] if len(left) == 1 else annotation
    return annotation


def _whole(value: Any) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool)


def _number(value: Any) -> bool:
    """A number, or an array that is one: a traced number passes."""
    return (isinstance(value, Real) and not isinstance(value, bool)) or getattr(value, "shape", None) == ()


def _sequence(name: str, value: Any, rule: Several) -> tuple[Any, ...]:
    """The numbers, as a tuple."""
    kind = f"{rule.interval.name}, or two of them" if rule.pair else f"a sequence of {rule.interval.name} numbers"
    found = (value, value) if rule.pair and _whole(value) else value
    if not isinstance(found, (tuple, list)) or not found or (rule.pair and len(found) != 2):
        raise TypeError(f"`{name}` must be {kind}; got {value!r}.")
    numbers = tuple(x.item() if isinstance(x, np.generic) else x for x in found)
    for x in numbers:
        if not (_whole(x) if rule.whole else isinstance(x, Real)):
            raise TypeError(f"`{name}` must be {kind}; got {value!r}.")
        if float(x) not in rule.interval:
            raise ValueError(f"`{name}` must be {kind}; got {value!r}.")
    return numbers


def _ladder(name: str, value: Any) -> Any:
    """The levels as they are given: a tuple of numbers, or how many."""
    what = f"`{name}` must be ascending numbers of [0, 1], or how many (at least 2) of equal spacing; got {value!r}."
    if _whole(value):
        if value < 2:
            raise ValueError(what)
        return value
    if not isinstance(value, (tuple, list)) or not all(isinstance(x, Real) for x in value):
        raise TypeError(what)
    levels = tuple(map(float, value))
    ascend = all(a < b for a, b in pairwise(levels))
    if not levels or not ascend or not 0 <= levels[0] <= levels[-1] <= 1:
        raise ValueError(what)
    return levels


@dataclass(frozen=True)
class Rule:
    """What one parameter may be.

    Attributes
    ----------
    kind : type or None
        Of a plain value: int, float, bool or tuple (of two whole numbers); None where anything goes.
    interval : Interval or None
        Where a number must lie.
    choices : tuple
        The words it may be.
    array : Domain or None
        Of an array with axes of its own.
    spread : bool
        A number, or an array along the last axis of the data.
    several : Several or None
        Of a sequence of numbers.
    ladder : bool
        Ascending levels of [0, 1], or how many.
    optional : bool
        Whether it may be None.
    """

    kind: type | None = None
    interval: Interval | None = None
    choices: tuple[Any, ...] = ()
    array: Domain | None = None
    spread: bool = False
    several: Several | None = None
    ladder: bool = False
    optional: bool = False

    @classmethod
    def of(cls, annotation: Any) -> "Rule":
        optional = NoneType in get_args(annotation)
        bare = _bare(annotation)
        if get_origin(bare) is Literal:
            return cls(choices=get_args(bare), optional=optional)
        if get_origin(bare) is not Annotated:
            kind = tuple if get_origin(bare) is tuple else bare if bare in (int, float, bool) else None
            return cls(kind, optional=optional)
        kind, meta = get_args(bare)[:2]
        if isinstance(meta, Domain):
            return cls(array=meta, optional=optional)
        if isinstance(meta, AlongLast):
            return cls(spread=True, optional=True)
        if isinstance(meta, Several):
            return cls(several=meta, optional=optional)
        if isinstance(meta, Ladder):
            return cls(ladder=True, optional=optional)
        return cls(kind, interval=meta, optional=optional)

    @property
    def implied(self) -> bool:
        return isinstance(self.interval, ImpliedRange)

    def settled(self, name: str, value: Any) -> Any:
        """The value, a NumPy scalar as the Python number it is; the one sentence where it is not right."""
        if value is None and self.optional:
            return None
        if isinstance(value, np.generic):
            # a float64 scalar beside a float32 array would make it float64
            value = value.item()
        if self.several is not None:
            return _sequence(name, value, self.several)
        if self.ladder:
            return _ladder(name, value)
        if self.choices and value not in self.choices:
            words = [*map(repr, self.choices), *(["None"] if self.optional else [])]
            raise ValueError(f"`{name}` must be {', '.join(words[:-1])} or {words[-1]}; got {value!r}.")
        if self.kind is not None:
            self._refuse_kind(name, value)
        if self.interval is not None and isinstance(value, Real) and float(value) not in self.interval:
            raise ValueError(f"`{name}` must be {self.interval.name}; got {value}.")
        return value

    def _refuse_kind(self, name: str, value: Any) -> None:
        if value is None and self.interval is not None:
            raise ValueError(f"`{name}` must be {self.interval.name}; got None.")
        if self.kind is int and not _whole(value):
            raise TypeError(f"`{name}` must be a whole number; got {value!r}.")
        if self.kind is float and not _number(value):
            raise TypeError(f"`{name}` must be a number; got {value!r}.")
        if self.kind is bool and not isinstance(value, bool):
            raise TypeError(f"`{name}` must be True or False; got {value!r}.")
        if self.kind is tuple and not (isinstance(value, tuple) and len(value) == 2 and all(map(_whole, value))):
            raise TypeError(f"`{name}` must be 2 whole numbers; got {value!r}.")
