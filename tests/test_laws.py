"""Every law, for every metric in every form, on every library: a product of tables, whose data are drawn."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Hashable, Iterator, Mapping
from typing import Any
from zlib import compress

import numpy as np
import pytest

import arraylosses as al
from arraylosses import conformance
from arraylosses.conformance import LAWS, Cell
from tests._profile import LONG

METRICS = [*al.catalogue, al.averaged(al.psnr, axis=-1), al.averaged(al.r2_score, axis=(-2, -1))]

COMPILED_ANEW = (
    "a_mask_is_a_weight",
    "axis_is_a_loop",
    "gradient_by_parameters_is_never_nan",
    "integer_weights_are_copies",
    "parameters_agree",
)
"""Laws that ask for arrays of several lengths or for several parameters, for each of which JAX compiles every kernel
anew: the quick profile tries them where nothing is compiled."""
COMPILED = ("jit", "lengths", "trained", "scan", "shards", "functional")
"""What laws ask for that compile a program of their own: the quick profile tries one form of each metric by them."""
STREAMED = ("streams_compile", "streams_scan")
"""Of those, laws of what a stream remembers: one metric of all that remember alike."""
OF_THE_FRAME = (
    "bfloat_is_computed_in_single",
    "booleans_are_zero_and_one",
    "curvature_is_the_slope_of_the_gradient",
    "event_axes_may_lie_anywhere",
    "half_is_computed_in_single",
    "integers_become_floating",
    "nothing_moves",
    "one_element_needs_no_axis",
    "parts_make_the_whole",
    "reductions_agree",
    "settings_do_not_mix",
    "shapes_are_known_beforehand",
    "shards_make_the_whole",
    "splits_do_not_show",
    "unequal_shapes_are_refused",
    "value_and_gradient_are_one",
)
"""Laws of what the frame does with kinds, shapes, parts and settings, and of slopes that others tell of as well, for
each of which JAX compiles a metric once more: the same there."""
OF_TORCH = (
    "compiled_gradients_agree",
    "lengths_share_a_program",
    "quick_forms_stream",
)
"""Laws that are slow on torch: the same there."""
BY_KIND = {"jax": STREAMED + OF_THE_FRAME, "torch": STREAMED + OF_TORCH}
"""By library, the laws that the quick profile tries by one metric of a kind."""
NATIVE = ("cross_entropy", "f1_score", "ssim")
"""What it has compiled to machine code, which takes a C++ compiler seconds: a loss, a count and a window."""
BY_FORM = (
    "gradient_is_the_slope",
    "libraries_agree",
    "nan_is_not_lost",
    "nothing_gives_the_stated_value",
    "result_is_of_the_library",
    "weightless_is_absent",
)
"""Laws that the quick profile tries on JAX by every form: all others by one of each metric."""
WAYS = ("parts_make_the_whole", "splits_do_not_show")
"""Laws that are slow in the pure standard: there the same."""
ZEROS = urlsafe_b64encode(compress(b"", 9)).decode()
"""A draw of nothing but the least member of each domain."""
SEEDS = (ZEROS, 0, 1)
"""What the quick profile draws: hypothesis, which shrinks what it finds, takes longer to draw than most laws to try."""
FEWER = dict.fromkeys(("dask", "jax", "strict"), SEEDS[:2])
"""Where a draw takes many times as long as on NumPy."""


def _remembered(metric: al.Metric) -> Hashable:
    """What metrics of one kind of state have in common."""
    form = metric.definition.form
    if metric.kind != "loss":
        return metric.remembers(form)
    return form.layout, form.brief and not form.bounded, form.takes_labels


FIRST = {metric: next(conformance.variants(metric)).name for metric in METRICS}
OF_A_KIND = {_remembered(metric): metric for metric in reversed(METRICS)}


def _quick(cell: Cell) -> bool:
    """Whether the quick profile tries a cell."""
    metric, law = cell.variant.metric, cell.law
    if cell.xp == "jax" and law.name in COMPILED_ANEW:
        return False
    if law.name in BY_KIND.get(cell.xp, ()) and OF_A_KIND[_remembered(metric)] is not metric:
        return False
    if law.asks == "native" and cell.variant.name not in NATIVE:
        return False
    once = {"jax": law.name not in BY_FORM, "strict": law.name in WAYS}.get(cell.xp, False)
    return not (once or law.asks in COMPILED) or cell.variant.name == FIRST[metric]


def _params(named: Mapping[str, Any]) -> list[Any]:
    marks = {"cupy": [pytest.mark.cupy]}
    return [pytest.param(c, id=name, marks=marks.get(name.partition("-")[0], [])) for name, c in named.items()]


def _cells() -> Iterator[Cell]:
    return conformance.cells(METRICS, conformance.installed())


def _forms() -> dict[str, list[Cell]]:
    """The cells of a form on a library, which pytest would otherwise spend as long on as the laws do."""
    found: dict[str, list[Cell]] = {}
    for cell in filter(_quick, _cells()):
        found.setdefault(f"{cell.xp}-{cell.variant.name}", []).append(cell)
    return found


def _broken(cell: Cell) -> list[str]:
    """What breaks a law, in the draws of the quick profile."""
    try:
        conformance.search(cell, FEWER.get(cell.xp, SEEDS))
    except conformance.Broken as fault:
        return [str(fault)]
    return []


if LONG:

    @pytest.mark.parametrize("cell", _params({c.name: c for c in _cells()}))
    def test_law(cell: Cell) -> None:
        conformance.search(cell)

else:

    @pytest.mark.parametrize("cells", _params(_forms()))
    def test_laws(cells: list[Cell]) -> None:
        found = [said for cell in cells for said in _broken(cell)]
        assert not found, "\n\n".join(found)


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
