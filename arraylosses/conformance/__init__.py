"""The conformance kit: does a metric obey the laws, on every library?

>>> import arraylosses as al
>>> from arraylosses import conformance
>>> conformance.check(al.huber_loss, "numpy")
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from .._metric import Metric
from . import _parts, _results, _slopes, _weights  # noqa: F401  # each enters its laws in the table
from ._backends import Backend, backend, installed
from ._law import LAWS, Law
from ._trial import Broken, Exempt, Source, Trial, Variant, close, variants

__all__ = [
    "LAWS",
    "Backend",
    "Broken",
    "Exempt",
    "Law",
    "Source",
    "Trial",
    "Variant",
    "backend",
    "cases",
    "check",
    "close",
    "installed",
    "source",
    "try_law",
    "variants",
]

GRID = 64
"""Numbers are drawn from 0, 1/64 ... 1: exact in every dtype, with ties, kinks and bounds among them."""


def source(seed: int) -> Source:
    """Numbers of [0, 1], the same for the same seed."""
    rng = np.random.default_rng(seed)
    return lambda shape: rng.integers(0, GRID + 1, shape) / GRID


def try_law(name: str, variant: Variant, xp: str, numbers: Source, seed: Any = "...") -> str | None:
    """Try one law; the reason where it has nothing to say. Broken says which law, and how to see it again."""
    library = backend(xp)
    if xp == "dask" and not variant.form.lazy(variant.metric.facts):
        return "needs values, as its facts say"
    try:
        LAWS[name](Trial(variant, library, numbers))
    except Exempt as reason:
        return str(reason)
    except Exception as fault:
        said = str(fault) if isinstance(fault, Broken) else f"raised {fault!r}"
        raise Broken(f"{name}, {variant.name} on {xp}: {said}\n{_snippet(name, variant, xp, seed)}") from fault
    return None


def _snippet(name: str, variant: Variant, xp: str, seed: Any) -> str:
    """Three lines that show a failure again."""
    call = f"al.{variant.metric.__name__}, {xp!r}, laws=[{name!r}], seeds=[{seed}]"
    lines = ("import arraylosses as al", "from arraylosses import conformance", f"conformance.check({call})")
    return "\n".join(f"    {line}" for line in lines)


def check(metric: Metric, xp: str, *, laws: Iterable[str] | None = None, seeds: Iterable[int] = range(3)) -> None:
    """Try a metric by the laws on one library.

    Parameters
    ----------
    metric : Metric
        Of this library, or your own.
    xp : str
        Name of a backend: 'numpy', 'torch', 'jax', 'jax-x64', 'strict', 'numpy-readonly', 'dask' or 'cupy'.
    laws : iterable of str, optional
        Names of laws; all by default.
    seeds : iterable of int
        Each draws data of its own.

    Raises
    ------
    Broken
        For the first law that does not hold.
    """
    for variant in variants(metric):
        for name in laws or LAWS:
            for seed in seeds:
                try_law(name, variant, xp, source(seed), seed)


def cases(metrics: Iterable[Metric], backends: Iterable[str]) -> Iterator[tuple[str, Variant, str]]:
    """Every law, variant and library: the product that a test run walks over."""
    for xp in backends:
        for metric in metrics:
            for variant in variants(metric):
                for name in LAWS:
                    yield name, variant, xp
