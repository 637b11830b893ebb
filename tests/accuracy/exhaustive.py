"""Every float32 number: ``python -m tests.accuracy --every NAME``, against float64 of the same inputs, on NumPy."""

from collections.abc import Iterator
from typing import Any

import numpy as np

import arraylosses as al
from arraylosses.conformance import Trial, Variant, backend, source, variants

CHUNK = 2**22
PATTERNS = 2**32


def _variant(name: str) -> Variant:
    """The form of a loss whose elements are numbers."""
    metric = al.catalogue.find(name)
    if metric is None or "reduction" not in metric.shared:
        raise SystemExit(f"there is no loss `{name}`.")
    variant = next(variants(metric))
    if any(d.event for d in variant.form.domains.values()):
        raise SystemExit(f"the elements of `{name}` are arrays: only numbers are tried one by one.")
    return variant


def _chunks(variant: Variant) -> Iterator[list[Any]]:
    """Every number of the first argument's domain, beside one member of each other domain."""
    own, *others = Trial(variant, backend("numpy"), source(0)).domains
    for start in range(0, PATTERNS, CHUNK):
        first = np.arange(start, start + CHUNK, dtype=np.uint32).view(np.float32)
        with np.errstate(invalid="ignore"):
            first = first[(first >= own.low) & (first <= own.high) & np.isfinite(first)]
        yield [first, *(d.members(np.full(first.shape, 0.75), 2).astype(np.float32) for d in others)]


def _units(got: Any, want: Any) -> Any:
    """Units in the last place of float32; what float32 cannot hold, or flushes, is right if it is near that."""
    limits = np.finfo(np.float32)
    out = (np.abs(want) > limits.max) & ~np.isfinite(got)
    tiny = np.maximum(np.abs(got), np.abs(want)) < 4 * limits.tiny
    with np.errstate(all="ignore"):
        apart = np.abs(got - want) / np.spacing(np.maximum(np.abs(want), limits.tiny).astype(np.float32))
    return np.where(out | tiny, 0.0, apart)


def worst(name: str) -> tuple[float, float]:
    """The largest error, in units in the last place, and where it is."""
    variant, found = _variant(name), (0.0, 0.0)
    for arrays in _chunks(variant):
        got, want = (
            variant.metric(*given, reduction="none", **variant.params).astype(np.float64)
            for given in (arrays, [a.astype(np.float64) for a in arrays])
        )
        if got.size:
            units = _units(got, want)
            at = int(np.argmax(units))
            found = max(found, (float(units[at]), float(arrays[0][at])))
    return found
