"""Every law, for every metric in every form, on every library: a product of tables, hypothesis drawing the data."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

import arraylosses as al
from arraylosses import conformance
from arraylosses.conformance import LAWS, Cell

METRICS = [*al.catalogue, al.averaged(al.psnr, axis=-1), al.averaged(al.r2_score, axis=(-2, -1))]

OTHER_LENGTHS = ("axis_is_a_loop", "integer_weights_are_copies", "a_mask_is_a_weight")
"""Laws of the frame that ask for arrays of several lengths, for each of which JAX compiles every kernel anew: the quick
profile tries them where nothing is compiled."""
COMPILED = ("jit", "scan", "shards", "functional")
"""What laws ask for that compile a program of their own: the quick profile tries one form of each metric by them."""
WAYS = ("parts_make_the_whole", "splits_do_not_show")
"""Laws whose one program for all ways to split takes XLA seconds: the same there."""
LONG = settings.default.max_examples > 10


def _quick(cell: Cell) -> bool:
    """Whether the quick profile tries a cell."""
    if cell.xp == "jax" and cell.law.name in OTHER_LENGTHS:
        return False
    slow = cell.law.asks in COMPILED or (cell.xp == "jax" and cell.law.name in WAYS)
    return not slow or cell.variant.name == FIRST[cell.variant.metric]


FIRST = {metric: next(conformance.variants(metric)).name for metric in METRICS}


def _cases() -> list[Any]:
    marks = {"cupy": [pytest.mark.cupy]}
    found = conformance.cells(METRICS, conformance.installed())
    return [pytest.param(c, id=c.name, marks=marks.get(c.xp, [])) for c in found if LONG or _quick(c)]


@pytest.mark.parametrize("cell", _cases())
def test_law(cell: Cell) -> None:
    conformance.search(cell)


SPOKEN_OF = ("numpy", "torch", "jax", "strict", "dask")
"""Between them, these libraries give every law something to say."""


SPEAKERS = (
    al.absolute_error,
    al.auroc,
    al.binary_cross_entropy_with_logits,
    al.chamfer_distance,
    al.cross_entropy,
    al.precision,
    al.squared_error,
    al.ssim,
)
"""Between them, these metrics too."""


@pytest.mark.skipif(not set(SPOKEN_OF) <= set(conformance.installed()), reason="some laws speak of absent libraries")
@pytest.mark.parametrize("law", LAWS)
def test_a_law_says_something(law: str) -> None:
    """A law that is always exempt would prove nothing."""
    metrics = SPEAKERS
    tried = (cell for cell in conformance.cells(metrics, SPOKEN_OF) if cell.law.name == law)
    assert any(cell.hold(conformance.source(0)) is None for cell in tried)


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
