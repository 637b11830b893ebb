"""What holds of families of metrics: each is declared as a fact, and tried."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from .._domains import Domain
from ._law import BATCH, law
from ._trial import Broken, Trial, degree, size

FACTORS = (0.5, 4.0)
"""Powers of two scale without rounding."""
STEP = 2.0
"""As far as inputs are moved together: exact for the numbers that are drawn."""


Order = Callable[[int], Any]
"""How many things there are -> an order of them."""


def _some_order(t: Trial) -> Order:
    """The same for the same count, in whichever argument it lies."""
    seed = int(t.source((1,))[0] * 1e6)
    return lambda count: np.random.default_rng(seed).permutation(count)


def _reverse(count: int) -> Any:
    return np.arange(count)[::-1]


def _word(axis: str | int) -> str:
    """The word of an event axis, without the number of a layer."""
    return str(axis).partition(" ")[0]


def _present(t: Trial, words: tuple[str, ...]) -> list[str]:
    """Those of the words that name an axis here; classes, where labels alone name them."""
    axes = {_word(axis) for d in t.domains for axis in d.event}
    axes |= {"class"} if "num_classes" in t.variant.params else set()
    return [word for word in words if word in axes]


def _named(domain: Domain, word: str) -> bool:
    """Whether numbers of this domain name what lies along a word's axes."""
    return domain.label and (domain.within or "class") == word


def _placed(array: Any, domain: Domain, word: str, order: Order, count: int) -> Any:
    """An array with what lies along a word's axes in another order; indices and labels name the new places."""
    if array is None:
        return None
    if _named(domain, word):
        array = np.argsort(order(count))[array]
    for axis, name in enumerate(domain.event, -len(domain.event)):
        if _word(name) == word:
            array = np.take(array, order(array.shape[axis]), axis=axis)
    return array


def _reordered(t: Trial, arrays: list[Any], word: str, order: Order) -> list[Any]:
    count = size(word)
    return [_placed(a, d, word, order, count) for a, d in zip(arrays, t.domains, strict=True)]


def _unmoved(t: Trial, arrays: list[Any], words: list[str], order: Order, what: str) -> None:
    """The value is the same with what lies along each of the words' axes in another order."""
    for word in words:
        t.close(t.value(_reordered(t, arrays, word, order)), t.value(arrays), f"{what} {word}")


@law
def event_order_is_free(t: Trial) -> None:
    """Points, members or classes may change places, in all arguments alike."""
    words = _present(t, t.metric.facts.orderless)
    t.needs(bool(words), "has no event axis whose order is free")
    # no two alike: the first of two equal scores may be the choice
    arrays = t.scattered(t.chance()).draw(BATCH)
    _unmoved(t, arrays, words, _some_order(t), "order along")


@law
def event_copies_change_nothing(t: Trial) -> None:
    """Every point, or member, twice: a mean over them is the same."""
    words = _present(t, t.metric.facts.averages)
    t.needs(bool(words), "is no mean over an event axis")
    _unmoved(t, t.draw(BATCH), words, lambda count: np.tile(np.arange(count), 2), "twice along")


@law
def mirrored_is_the_same(t: Trial) -> None:
    """Images may be turned over, and coordinates named backwards."""
    words = _present(t, t.metric.facts.mirrored)
    t.needs(bool(words), "has no event axis that may be reversed")
    _unmoved(t, t.draw(BATCH), words, _reverse, "reversed")


def _changed(t: Trial, arrays: list[Any], names: tuple[str, ...], change: Any) -> list[Any]:
    """Arrays of which those of these names are changed."""
    return [change(a) if name in names and a is not None else a for name, a in zip(t.names, arrays, strict=True)]


def _unchanged(t: Trial, names: tuple[str, ...], change: Any, what: str) -> None:
    """Exempt where no argument is of these names; else they are changed, and the value is not."""
    t.needs(bool(set(names) & set(t.names)), f"its inputs may not be {what}")
    arrays = t.draw(BATCH)
    t.close(t.value(_changed(t, arrays, names, change)), t.value(arrays), what)


@law
def shifted_is_the_same(t: Trial) -> None:
    """Inputs that are moved together by one number change nothing."""
    _unchanged(t, t.metric.facts.shifts, lambda a: a + STEP, "moved together")


@law
def reflected_is_the_same(t: Trial) -> None:
    """Inputs that change sign together change nothing."""
    names = t.metric.facts.reflects
    t.needs(
        not any(d.bounded for n, d in zip(t.names, t.domains, strict=True) if n in names), "they have no other sign"
    )
    _unchanged(t, t.metric.facts.reflects, np.negative, "given another sign")


def _rotation(t: Trial, dimensions: int) -> Any:
    return np.linalg.qr(t.chance().normal(size=(dimensions, dimensions)))[0]


@law
def rotated_is_the_same(t: Trial) -> None:
    """Points and directions may be turned, and mirrored, in space."""
    names = t.metric.facts.rotates
    t.needs(bool(names), "space has directions for it")
    arrays = t.draw(BATCH)
    turn = _rotation(t, next(a.shape[-1] for n, a in zip(t.names, arrays, strict=True) if n in names))

    def rotated(name: str, domain: Domain, a: Any) -> Any:
        if name not in names or a is None:
            return a
        return turn.T @ a @ turn if domain.event[-2:] == ("coordinate", "coordinate") else a @ turn

    moved = [rotated(*given) for given in zip(t.names, t.domains, arrays, strict=True)]
    t.close(t.value(moved), t.value(arrays), "turned")


@law
def only_ranks_count(t: Trial) -> None:
    """A strictly increasing map of these inputs changes nothing."""
    places = [t.names.index(name) for name in t.metric.facts.ranks if name in t.names]
    t.needs(bool(places) and not any(t.domains[i].bounded for i in places), "its values count, not their ranks alone")
    arrays = t.draw(BATCH)
    mapped = _changed(t, arrays, t.metric.facts.ranks, lambda a: a**3 + a)
    # the thresholds of a curve are scores, and are mapped with them
    t.needs(not isinstance(t.raw(arrays), tuple), "its result holds the values themselves")
    t.close(t.value(mapped), t.value(arrays), "mapped")


@law
def units_scale_the_value(t: Trial) -> None:
    """Inputs in other units give the same value, in other units."""
    facts, values = t.metric.facts, t.settings
    t.needs(bool(facts.scales), "its inputs have no unit, or not one alone")
    within = [d for n, d in zip(t.names, t.domains, strict=True) if n in map(_carrier, facts.scales)]
    t.needs(not any(d.high < np.inf for d in within), "its inputs are shares of a whole in this form")
    arrays = t.draw(BATCH)
    power = degree(facts.unit, values)
    for factor in FACTORS:
        units = {_carrier(told): factor ** _power(told) for told in facts.scales}
        params = {k: values[k] * unit for k, unit in units.items() if values.get(k) is not None}
        scaled = [_scaled(a, units.get(name)) for name, a in zip(t.names, arrays, strict=True)]
        t.close(t.value(scaled, **params), t.value(arrays) * factor**power, f"units times {factor}")


def _scaled(array: Any, unit: float | None) -> Any:
    return array if array is None or unit is None else array * unit


def _carrier(told: str) -> str:
    """What carries a unit: 'epsilon' of 'epsilon**2', 'beta' of '1/beta'."""
    return told.removeprefix("1/").partition("**")[0]


def _power(told: str) -> float:
    return -1.0 if told.startswith("1/") else float(told.partition("**")[2] or 1)


# ---- inequalities


def _at_most(t: Trial, low: Any, high: Any, what: str) -> None:
    """Broken unless one is nowhere above the other by more than rounding."""
    finite = np.abs(np.concatenate([np.ravel(low), np.ravel(high)]))
    slack = t.tolerance * max(1.0, float(np.max(finite[np.isfinite(finite)], initial=0.0)))
    over = np.ravel(low > high + slack)
    if over.any():
        raise Broken(f"{what}: {np.ravel(low)[over][:3].tolist()} is above {np.ravel(high)[over][:3].tolist()}")


@law
def triangle_inequality(t: Trial) -> None:
    """The way over a third is no shorter."""
    t.needs(t.metric.facts.triangle, "not a distance that is shortest straight")
    a, b, *rest = t.draw(BATCH)
    c = t.draw(BATCH)[1]
    t.needs(all(r is None for r in rest), "weights of points are of two sets, not of three")
    ab, bc, ac = (t.each([x, y, *rest]) for x, y in ((a, b), (b, c), (a, c)))
    _at_most(t, ac, ab + bc, "the straight way")


@law
def worse_is_no_better(t: Trial) -> None:
    """A prediction on its way from the truth straight to another never becomes better."""
    t.needs(t.metric.facts.monotone, "not stated of it")
    pred, target, *rest = t.draw(BATCH)
    t.needs(t.domains[0].name == t.domains[1].name, "prediction and target differ in kind")
    steps = [t.each([target + s * (pred - target), target, *rest]) for s in (0.0, 0.25, 0.5, 1.0)]
    for near, far in pairwise(steps):
        better, worse = (far, near) if t.metric.facts.higher_is_better else (near, far)
        _at_most(t, better, worse, "nearer the truth")


@law
def convex_as_stated(t: Trial) -> None:
    """Midway between two inputs the value is at most the mean of theirs."""
    names = t.metric.facts.convex
    t.needs(bool(set(names) & set(t.names)), "not convex")
    one, other = t.draw(BATCH), t.draw(BATCH)
    other = [b if name in names else a for name, a, b in zip(t.names, one, other, strict=True)]
    middle = [a if name not in names else (a + b) / 2 for name, a, b in zip(t.names, one, other, strict=True)]
    _at_most(t, t.each(middle), (t.each(one) + t.each(other)) / 2, "midway")
