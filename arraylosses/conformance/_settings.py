"""Parameters that are not at their defaults."""

from collections.abc import Iterator
from itertools import product
from math import inf
from typing import Any

import numpy as np

from .._domains import Interval
from .._parameters import Rule
from ._backend import as_it_is
from ._law import BATCH, law, rows
from ._trial import Broken, Trial

CONFIDENT = 128.0
"""So many times the real numbers of a trial: exponentials of them are 0 in float32."""

APART = {"bins": "whole_samples"}
"""Parameters that are refused in a form."""


FAR = 1e9
"""An end of an interval that lies farther out is none."""


def _within(interval: Interval | None, default: float | None, number: float) -> float:
    """A member of an interval near the default, or near 1 above its lower end, for a number of [0, 1]."""
    low, high = (-inf, inf) if interval is None else (interval.low, interval.high)
    if low > -FAR and high < FAR:
        return low + (0.1 + 0.8 * number) * (high - low)
    if high < FAR:
        return high - 10 * (0.5 + number)
    least = max(low, 0.0)
    size = abs(least if default is None else default - least) or 1.0
    return least + size * (0.5 + number)


def _one(of: list[Any], number: float) -> list[Any]:
    """One of them, or none of none, for a number of [0, 1]."""
    chosen = round(number * (len(of) - 1))
    return of[chosen : chosen + 1]


def _others(rule: Rule, default: Any, number: float) -> list[Any]:
    """Other values than the default: one drawn, and the closed ends of an interval."""
    if rule.choices:
        return _one([choice for choice in rule.choices if choice != default], number)
    if rule.kind is bool:
        return [not default]
    if rule.kind is not float:
        return []
    found = [_within(rule.interval, default, number), *_ends(rule, number)]
    return [value for value in found if value != default]


def _ends(rule: Rule, number: float) -> list[float]:
    """The closed ends of an interval; and of what may be any size, a power or a width below 1."""
    interval = rule.interval
    if interval is None or interval.open or rule.implied:
        return []
    below = [interval.low + number] if interval.high == inf and interval.low == 0 else []
    return below + [end for end in (interval.low, interval.high) if abs(end) < FAR]


def _moved(t: Trial) -> list[tuple[str, Any]]:
    """Each parameter of the form that may be another, with another value; one a draw where each costs a compilation."""
    moved = list(_all_moved(t))
    t.needs(bool(moved), "has no parameter that may be moved")
    return moved if t.backend.once is as_it_is else _one(moved, float(t.source((1,))[0]))


def _all_moved(t: Trial) -> Iterator[tuple[str, Any]]:
    known, settings = t.metric.definition.rules, t.settings
    taken = {**t.variant.form.params, **t.metric.definition.read_params}
    apart = APART.get(t.variant.form.selector or "")
    names = [name for name in taken if name in known and name in settings and name != apart]
    for name, number in zip(names, t.source((len(names),)), strict=True):
        for value in _others(known[name], settings[name], float(number)):
            yield name, value


def _again(arrays: list[Any], count: int) -> list[Any]:
    """The same elements in a shape of more axes, for which no earlier call has been planned."""
    lead = (*[1] * count, *BATCH)
    return [None if a is None else a.reshape(lead + a.shape[len(BATCH) :]) for a in arrays]


@law(kinds=True)
def parameters_agree(t: Trial) -> None:
    """With any parameter moved from its default, the number that NumPy gives, and not that of the call before."""
    arrays, moved = t.draw(BATCH), _moved(t)
    t.value(arrays)
    for i, (name, value) in enumerate(moved):
        want = t.reference.value(_again(arrays, i + 1), **{name: value})
        got = t.value(arrays, **{name: value})
        t.close(np.ravel(got), np.ravel(want), f"{name}={value!r}")


def _confident(t: Trial, arrays: list[Any]) -> list[Any]:
    """With real numbers so large that their exponentials vanish."""
    real = [d.low == -inf and d.high == inf and d.condition is None and not d.label for d in t.domains]
    return [a if a is None or not r else CONFIDENT * a for a, r in zip(arrays, real, strict=True)]


def _alone(t: Trial, arrays: list[Any]) -> list[list[Any]]:
    """Each element by itself: the value of several is finite where that of each is, and at bounds few are."""
    return [rows(arrays, slice(i, i + 1)) for i in range(*BATCH)] if t.backend.once is as_it_is else []


@law(asks="grad", kinds=True)
def gradient_by_parameters_is_never_nan(t: Trial) -> None:
    """With any parameter moved from its default, on the closed domain, wherever the value is finite."""
    t.needs_gradient()
    moved, coarse = _moved(t), t.draw_coarse(BATCH)
    for arrays, (name, value) in product((coarse, _confident(t, coarse), *_alone(t, coarse)), moved):
        for place, slope in t.slopes(arrays, **{name: value}).items():
            if np.isnan(slope).any() and np.isfinite(t.value(arrays, **{name: value})).all():
                raise Broken(f"gradient by `{t.names[place]}` is NaN with {name}={value!r}")
