"""The ends of a domain, and what lies beyond it."""

from collections.abc import Iterator
from math import inf
from typing import Any

import numpy as np

from .._domains import Domain
from ._backend import placed
from ._law import BATCH, law
from ._trial import SINGLE, Broken, Trial

SCORES = 24.0
"""Makes scores so large that their exponentials are no float32."""


@law
def members_have_a_value(t: Trial) -> None:
    """Nothing in the domain gives NaN, bounds and ties included, but what the facts call undefined."""
    t.needs(not t.metric.facts.undefined, f"undefined for {t.metric.facts.undefined}")
    for arrays in (t.draw_coarse(BATCH), t.draw(BATCH)):
        if np.isnan(t.value(arrays)).any():
            raise Broken("members of the domain gave NaN")


def _scores(t: Trial) -> list[int]:
    """Which arguments are real numbers without bounds."""
    return [i for i in t.real_places() if not t.domains[i].bounded]


@law
def large_scores_are_right(t: Trial) -> None:
    """In float32, on numbers whose exponentials overflow, what float64 gives for the same inputs."""
    t.needs_frame()
    places = _scores(t)
    t.needs(bool(places), "its inputs are bounded")
    large = [a * SCORES if i in places else a for i, a in enumerate(t.draw(BATCH))]
    large = t.as_dtype(large, "float32")
    t.close(t.value(large), t.reference.value(t.as_dtype(large, "float64")), "large scores", SINGLE, SCORES)


@law
def an_infinite_score_is_a_limit(t: Trial) -> None:
    """Beside a label, a score of infinity is as good or as bad as can be, and no NaN."""
    places = _scores(t)
    apart = places == [0] and not t.domains[0].event and t.names[1:2] == ["target"]
    t.needs(apart and t.domains[1].high == 1.0, "no single score beside a label")
    _, target, *rest = t.draw(BATCH)
    right = np.where(target > 0.5, np.inf, -np.inf)
    if np.isnan(t.value([right, np.round(target), *rest])).any():
        raise Broken("an infinite score gave NaN")


@law
def what_lies_outside_is_told(t: Trial) -> None:
    """Beyond the domain, a label or a number, there is a ValueError, or NaN where values cannot be looked at, whatever
    was called before and however many lie within.
    """
    places = [i for i in t.given_places() if t.domains[i].bounded or t.domains[i].label]
    t.needs(bool(places), "its inputs have no bounds")
    for place in places:
        arrays = t.draw(BATCH, inner=True)
        t.value(arrays)
        for beyond in _beyond(t.domains[place], arrays[place]):
            for lies in (beyond, np.concatenate([arrays[place][:-1], beyond[-1:]])):
                _must_be_told(t, placed(arrays, place, lies), t.names[place])


def _beyond(domain: Domain, array: Any) -> Iterator[Any]:
    """A little below the domain, and above it where it has a bound; corners of boxes exchanged."""
    if domain.label:
        yield np.full_like(array, -1)
        return
    below = np.full_like(array, -7.0 if domain.low == -inf else domain.low - 0.5)
    if domain.event[-1:] == (4,):
        below[..., :2] = 7.0
    yield below
    if domain.high < inf:
        yield np.full_like(array, domain.high + 0.5)


def _must_be_told(t: Trial, arrays: list[Any], name: str) -> None:
    try:
        value = t.value(arrays)
    except ValueError:
        return
    if not np.isnan(value).any():
        raise Broken(f"`{name}` beyond its domain gave {np.ravel(value)[:3].tolist()}")
