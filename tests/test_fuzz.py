"""Whatever is given, there is an array or an error of one sentence: no crash, no error out of another library."""

from collections.abc import Callable
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


Change = Callable[[Any], Any]
CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.just(lambda a: a),
    st.builds(lambda v, i: lambda a: _spoilt(a, v, i), st.sampled_from(ODD), st.integers(0, 50)),
    st.builds(lambda v: lambda a: np.full_like(a, v, dtype=np.float64), st.sampled_from(ODD)),
    st.builds(lambda d: lambda a: _as_dtype(a, d), st.sampled_from(DTYPES)),
    st.sampled_from([np.s_[:0], np.s_[:1], np.s_[0], np.s_[..., :0], np.s_[..., :1]]).map(
        lambda index: lambda a: a[index] if a.ndim and a.shape[0] else a
    ),
    st.just(lambda a: np.expand_dims(a, 0)),
    st.just(lambda a: np.expand_dims(a, -1)),
    st.just(lambda a: np.asfortranarray(a)[::-1]),
)


@pytest.mark.parametrize("metric", [*al.catalogue], ids=lambda m: m.__name__)
@given(data=st.data())
def test_nothing_crashes(metric: al.Metric, data: Any) -> None:
    forms = list(variants(metric))
    t = Trial(data.draw(st.sampled_from(forms)), backend("numpy"), source(data.draw(st.integers(0, 9))))
    together = data.draw(CHANGES)
    arrays = [None if a is None else data.draw(CHANGES)(together(a)) for a in t.draw(BATCH)]
    try:
        out = t.function()(*arrays)
    except (ValueError, TypeError) as refusal:
        said = str(refusal)
        assert said.endswith(".")
        assert "\n" not in said
    else:
        for part in out if isinstance(out, tuple) else (out,):
            assert isinstance(part, np.ndarray)
