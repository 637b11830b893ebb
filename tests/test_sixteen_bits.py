"""All 65,536 numbers of float16 and bfloat16: each gives what its float32 value gives, bit for bit."""

from typing import Any

import numpy as np
import pytest
import torch

import arraylosses as al
from arraylosses.conformance import Trial, Variant, backend, source, variants

PATTERNS = np.arange(2**16, dtype=np.uint16)
HALF = PATTERNS.view(np.float16)
BRAIN = (PATTERNS.astype(np.uint32) << 16).view(np.float32)
"""The float32 number that each pattern of bfloat16 stands for."""


def _of_numbers(variant: Variant) -> bool:
    """A loss whose elements are numbers."""
    domains = [variant.domain(d) for d in variant.form.domains.values()]
    return "reduction" in variant.metric.shared and not any(d.event or d.label for d in domains)


VARIANTS = [v for metric in al.catalogue for v in variants(metric) if _of_numbers(v)]


def _arrays(variant: Variant, first: Any) -> list[Any]:
    """Every number of the first argument's domain, beside one member of each other domain that float16 holds."""
    t = Trial(variant, backend("numpy"), source(0))
    own, *others = t.domains
    with np.errstate(invalid="ignore"):
        inside = first[(first >= own.low) & (first <= own.high)]
    if own.condition is not None:
        inside = inside[own.condition(np, inside)]
    return [inside, *(d.members(np.full(inside.shape, 0.75), 2).astype(first.dtype) for d in others)]


def _same_bits(got: Any, want: Any) -> None:
    assert got.dtype == want.dtype == np.float32
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_float16_on_numpy(variant: Variant) -> None:
    arrays = _arrays(variant, HALF)
    got, want = (
        variant.metric(*given, reduction="none", **variant.params)
        for given in (arrays, [a.astype(np.float32) for a in arrays])
    )
    _same_bits(got, want)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_sixteen_bits_on_torch(variant: Variant, dtype: Any) -> None:
    arrays = _arrays(variant, HALF.astype(np.float32) if dtype == torch.float16 else BRAIN)
    short = [torch.from_numpy(a).to(dtype) for a in arrays]
    got, want = (
        variant.metric(*given, reduction="none", **variant.params).numpy()
        for given in (short, [a.float() for a in short])
    )
    _same_bits(got, want)
