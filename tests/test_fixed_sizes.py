"""States of fixed size beside the exact values: never further off than is proved of them, whatever the data."""

from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arraylosses as al

from .bounds import off_by_errors, off_by_ranks

Array = Any
RNG = np.random.default_rng(20261128)
ROUNDING = 1e-9


def within(low: float = 0.0, high: float = 1.0) -> st.SearchStrategy[Array]:
    """Pairs of numbers, many of them equal, and more weights than needed."""
    numbers = st.one_of(st.integers(0, 8).map(lambda i: i / 8), st.floats(low, high, width=32))
    rows = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=60)
    return rows.map(lambda found: np.asarray(found, dtype=np.float64).T)


# ---- correlation of ranks


@given(within(), st.sampled_from([2, 3, 10, 100]))
def test_a_binned_correlation_is_within_its_bound(pair: Array, bins: int) -> None:
    exact, found = float(al.spearman_corrcoef(*pair)), float(al.spearman_corrcoef(*pair, bins=bins))
    if not np.isnan(exact) and not np.isnan(found):
        assert abs(exact - found) <= off_by_ranks(*pair, bins) + ROUNDING


def test_a_binned_correlation_comes_near() -> None:
    x = RNG.random(20_000)
    pair = x, (x + RNG.random(20_000)) / 2
    errors = [abs(float(al.spearman_corrcoef(*pair, bins=b) - al.spearman_corrcoef(*pair))) for b in (10, 100)]
    assert errors[1] < errors[0] / 20
    full = (np.arange(2560) + 0.5) / 2560
    assert off_by_ranks(full, full, 256) < 0.008


# ---- sparsification


@given(within(), st.sampled_from([2, 3, 10, 100]))
def test_a_binned_area_is_within_its_bound(pair: Array, bins: int) -> None:
    error, uncertainty = pair
    if error.max() > 0:
        exact, found = float(al.ause(error, uncertainty)), float(al.ause(error, uncertainty, bins=bins))
        assert abs(exact - found) <= off_by_errors(error, uncertainty, bins) + ROUNDING


def test_binned_areas_come_near() -> None:
    uncertainty = RNG.random(20_000)
    error = uncertainty * RNG.random(20_000)
    for options in ({}, {"penalty": "rmse"}, {"fractions": 20}):
        exact, found = (float(al.ause(error, uncertainty, **options, **o)) for o in ({}, {"bins": 1000}))
        assert found == pytest.approx(exact, abs=1e-4)
    curve, binned = (al.sparsification_curve(error, uncertainty, **o) for o in ({}, {"bins": 1000}))
    for exact, found in zip(curve, binned, strict=True):
        np.testing.assert_allclose(found, exact, atol=2e-3)


def test_samples_in_bins_are_no_wholes() -> None:
    with pytest.raises(ValueError, match=r"^`whole_samples` must be False where samples are in `bins`; got True\.$"):
        al.ause(np.ones(3), np.ones(3), bins=4, whole_samples=True)


# ---- quantiles


def rank_off(error: Array, value: float, level: float, weights: Array) -> float:
    """How far a share lies from those of the errors that are below a value, and at most so large."""
    low, high = (float(weights[kept].sum() / weights.sum()) for kept in (error < value, error <= value))
    return max(low - level, level - high, 0.0)


ORDERS = {
    "as drawn": lambda x: x,
    "ascending": np.sort,
    "descending": lambda x: np.sort(x)[::-1],
    "from both ends": lambda x: np.stack([np.sort(x), np.sort(x)[::-1]], axis=1).ravel()[: len(x)],
    "few values": lambda x: np.round(x),
    "constant": np.ones_like,
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [8, 32])
@pytest.mark.parametrize("batch", [5, 100])
def test_a_sketch_is_within_its_bound(order: str, size: int, batch: int) -> None:
    n = 2000
    error = ORDERS[order](np.abs(RNG.standard_normal(n)))
    for level in (0.1, 0.5, 0.9):
        s = al.stream(al.absolute_error_quantile, level=level, sketch_size=size)
        state = al.accumulate(s, error, np.zeros(n), batch_size=batch, progress=False)
        lost = float(np.sum(state.error)) / n
        assert rank_off(error, float(s.compute(state)), level, np.ones(n)) <= lost + ROUNDING
        assert lost <= (2 + np.log2(n / size)) / (2 * size)


@pytest.mark.parametrize("grouping", ["in a row", "as a tree", "at once"])
def test_sketches_of_workers_are_within_their_bound(grouping: str) -> None:
    error, weights = np.abs(RNG.standard_normal((20, 300))), RNG.random((20, 300)) ** 4
    s = al.stream(al.median_absolute_error, sketch_size=16)
    zeros = np.zeros(300)
    states = [s.update(s.init(e, zeros, weights=w), e, zeros, weights=w) for e, w in zip(error, weights, strict=True)]
    whole = {"in a row": lambda: reduce(s.merge, states), "as a tree": lambda: tree(s, states)}.get(
        grouping, lambda: s.merge(*states)
    )()
    assert float(whole.weight.sum()) == pytest.approx(float(weights.sum()))
    lost = float(np.sum(whole.error)) / float(weights.sum())
    assert rank_off(error.ravel(), float(s.compute(whole)), 0.5, weights.ravel()) <= lost + ROUNDING
    assert lost <= (2 + np.log2(20)) / 32


def tree(s: al.Stream, states: list[Any]) -> Any:
    while len(states) > 1:
        states = [s.merge(*pair) if len(pair) == 2 else pair[0] for pair in zip(states[::2], states[1::2], strict=True)]
        states = states if len(states) % 2 == 0 or len(states) == 1 else [*states[:-2], s.merge(*states[-2:])]
    return states[0]


def test_a_sketch_says_what_it_does_not_know() -> None:
    error = np.asarray([1.0, np.nan, 2.0])
    s = al.stream(al.median_absolute_error, sketch_size=4)
    state = s.update(s.init(error, np.zeros(3)), error, np.zeros(3))
    assert np.isnan(s.compute(s.merge(state, s.init(error, np.zeros(3)))))


def test_more_summaries_than_places_join_the_last() -> None:
    from arraylosses import _sketch

    error = np.abs(RNG.standard_normal(4000))
    places, _sketch.PLACES = _sketch.PLACES, 3
    try:
        s = al.stream(al.median_absolute_error, sketch_size=8)
        state = al.accumulate(s, error, np.zeros(4000), batch_size=10, progress=False)
        assert state.weight.shape == (3, 8)
        assert float(state.weight.sum()) == pytest.approx(4000)
        lost = float(np.sum(state.error)) / 4000
        assert rank_off(error, float(s.compute(state)), 0.5, np.ones(4000)) <= lost
    finally:
        _sketch.PLACES = places
