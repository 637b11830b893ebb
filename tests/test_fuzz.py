"""Whatever is given, there is an array or an error of one sentence: no crash, no error out of another library."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import arraylosses as al
from arraylosses.conformance import Trial, backend, source, variants

BATCH = (8,)
DTYPES = ("bool", "uint8", "int8", "int32", "int64", "float16", "float32", "float64", "complex64", "str")
ODD = (0.0, -0.0, 1.0, -7.0, 0.5, 99.0, 1e-45, 1e-30, 1e30, 3e38, np.inf, -np.inf, np.nan)


def _spoilt(a: Any, value: float, place: int) -> Any:
    """With another number in one place; what an integer cannot be makes floats of them."""
    if a.dtype.kind == "U":
        return a
    whole = np.isfinite(value) and value == int(value) and abs(value) < 100
    a = np.array(a, dtype=a.dtype if a.dtype.kind in "fc" or whole else np.float64)
    if a.size:
        with np.errstate(all="ignore"):
            a[np.unravel_index(place % a.size, a.shape)] = np.asarray(value).astype(a.dtype)
    return a


def _as_dtype(a: Any, dtype: str) -> Any:
    """Text stays text, and nothing else becomes text that is no number."""
    if a.dtype.kind == "U":
        return a
    with np.errstate(all="ignore"):
        return (a.real if a.dtype.kind == "c" else a).astype(dtype)


Pick = Callable[[Sequence[Any]], Any]
"""One of several: hypothesis chooses, or atheris does."""
Change = Callable[[Any], Any]


def _number(pick: Pick) -> Change:
    value, place = pick(ODD), pick(range(51))
    return lambda a: _spoilt(a, value, place)


def _all_numbers(pick: Pick) -> Change:
    value = pick(ODD)
    return lambda a: np.full_like(a, value, dtype=np.float64)


def _dtype(pick: Pick) -> Change:
    dtype = pick(DTYPES)
    return lambda a: _as_dtype(a, dtype)


def _length(pick: Pick) -> Change:
    index = pick((np.s_[:0], np.s_[:1], np.s_[0], np.s_[..., :0], np.s_[..., :1]))
    return lambda a: a[index] if a.ndim and a.shape[0] else a


def _layout(pick: Pick) -> Change:
    return pick(
        (
            lambda a: a,
            lambda a: np.expand_dims(a, 0),
            lambda a: np.expand_dims(a, -1),
            lambda a: np.asfortranarray(a)[::-1],
        )
    )


def _change(pick: Pick) -> Change:
    return pick((_layout, _number, _all_numbers, _dtype, _length))(pick)


def nothing_crashes(metric: al.Metric, pick: Pick) -> None:
    """One call with arrays of its domains, changed at random, together and one by one."""
    t = Trial(pick(list(variants(metric))), backend("numpy"), source(pick(range(10))))
    together = _change(pick)
    arrays = [None if a is None else _change(pick)(together(a)) for a in t.draw(BATCH)]
    try:
        out = t.function()(*arrays)
    except (ValueError, TypeError) as refusal:
        said = str(refusal)
        if not said.endswith(".") or "\n" in said:
            raise AssertionError(f"`{metric.__name__}` said no sentence: {said}") from refusal
    else:
        for part in out if isinstance(out, tuple) else (out,):
            assert isinstance(part, np.ndarray)


@pytest.mark.parametrize("metric", [*al.catalogue], ids=lambda m: m.__name__)
@given(data=st.data())
def test_nothing_crashes(metric: al.Metric, data: Any) -> None:
    nothing_crashes(metric, lambda options: data.draw(st.sampled_from(options)))
