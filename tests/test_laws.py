"""Every law, for every metric in every form, on every library: a product of tables, hypothesis drawing the data."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import arraylosses as al
from arraylosses import conformance
from arraylosses.conformance import GRID, LAWS, Source, Variant

METRICS = [*al.catalogue, al.averaged(al.psnr, axis=-1), al.averaged(al.r2_score, axis=(-2, -1))]
BACKENDS = [name for name in conformance.installed() if name not in ("dask", "cupy")]
LONG = settings.default.max_examples > 10
DASK_LAWS = ("libraries_agree", "lazy_as_stated", "result_is_of_the_library", "a_mask_is_a_weight")
"""Each value costs Dask milliseconds of graph; these four are what differs for a lazy library."""

WIDE_LAWS = ("gradient_is_the_slope", "gradient_is_never_nan", "libraries_agree", "result_is_of_the_library")
"""What differs for JAX in 64 bits: all that the quick profile tries there; the long one tries every law."""

OTHER_LENGTHS = ("axis_is_a_loop", "integer_weights_are_copies", "a_mask_is_a_weight")
"""Laws of the frame that ask for arrays of several lengths, for each of which JAX compiles every kernel anew: the quick
profile tries them where nothing is compiled."""

COMPILED = ("compiled_is_eager", "streams_compile", "mapped_is_a_loop")
"""Laws that compile anew for each example: one of them, for a branch on values would show at once."""


def _quick(law: str, xp: str) -> bool:
    """Whether the quick profile tries a law on a library."""
    return law in WIDE_LAWS if xp == "jax-x64" else xp != "jax" or law not in OTHER_LENGTHS


def _cases() -> list[Any]:
    found = [case for case in conformance.cases(METRICS, BACKENDS) if LONG or _quick(case[0], case[2])]
    if "dask" in conformance.installed():
        found += [case for case in conformance.cases(METRICS, ["dask"]) if case[0] in DASK_LAWS]
    if "cupy" in conformance.installed():
        found += list(conformance.cases(METRICS, ["cupy"]))
    marks = {"cupy": [pytest.mark.cupy]}
    return [
        pytest.param(*case, id=f"{case[2]}-{case[0]}-{case[1].name}", marks=marks.get(case[2], [])) for case in found
    ]


def drawn(data: st.DataObject) -> Source:
    """Numbers of [0, 1] that hypothesis draws, and shrinks."""
    whole = st.integers(0, GRID)
    return lambda shape: data.draw(hnp.arrays("int64", shape, elements=whole, fill=whole)) / GRID


@pytest.mark.parametrize(("law", "variant", "xp"), _cases())
def test_law(law: str, variant: Variant, xp: str) -> None:
    examples = 1 if law in COMPILED else settings.default.max_examples

    @settings(max_examples=examples)
    @given(data=st.data())
    def hold(data: st.DataObject) -> None:
        conformance.try_law(law, variant, xp, drawn(data))

    hold()


SPOKEN_OF = ("numpy", "torch", "jax", "dask")
"""Between them, these libraries give every law something to say."""


@pytest.mark.skipif(not set(SPOKEN_OF) <= set(conformance.installed()), reason="some laws speak of absent libraries")
@pytest.mark.parametrize("law", LAWS)
def test_a_law_says_something(law: str) -> None:
    """A law that is always exempt would prove nothing."""
    tried = (
        conformance.try_law(law, variant, xp, conformance.source(0))
        for xp in SPOKEN_OF
        for metric in (al.squared_error, al.cross_entropy, al.precision, al.ssim)
        for variant in conformance.variants(metric)
    )
    assert any(reason is None for reason in tried)


def test_the_kit_without_hypothesis() -> None:
    conformance.check(al.huber_loss, "numpy", seeds=[0])


@pytest.mark.skipif("dask" not in conformance.installed(), reason="Dask is what it is about")
@pytest.mark.parametrize("metric", [al.auroc, al.spearman_corrcoef, al.chamfer_distance], ids=lambda m: m.__name__)
def test_what_is_not_lazy_refuses_dask(metric: al.Metric) -> None:
    dask = conformance.backend("dask")
    points = dask.put(np.ones((4, 3)))
    wanted = "needs values, and Dask arrays have none yet; give `.compute()` of them."
    with pytest.raises(TypeError, match=rf"^`{metric.__name__}` {re.escape(wanted)}$"):
        metric(points, points)


def test_an_unknown_library() -> None:
    with pytest.raises(ValueError, match=r"`xp` must be one of numpy, .*; got 'tensorflow'\."):
        conformance.check(al.huber_loss, "tensorflow")
