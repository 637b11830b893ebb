"""Rows against peers: each case on NumPy, on torch with and without its gradient, and on JAX under jit."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from . import more
from .cases import CASES, Case, Formula
from .clock import Call
from .result import OURS, Result, Row, compared


def on_numpy(formula: Formula, arrays: list[Any]) -> Call:
    return lambda: formula(*arrays)


def on_torch(formula: Formula, arrays: list[Any]) -> Call:
    from torch import from_numpy, no_grad

    given = list(map(from_numpy, arrays))
    with_values = no_grad()(formula)
    return lambda: with_values(*given)


def with_gradient(formula: Formula, arrays: list[Any]) -> Call:
    """The value forwards, then the gradient by the prediction."""
    from torch import autograd, from_numpy

    pred, *rest = map(from_numpy, arrays)
    pred = pred.clone().requires_grad_()
    return lambda: autograd.grad(formula(pred, *rest), pred)[0]


def on_jax(formula: Formula, arrays: list[Any]) -> Call:
    import jax

    given = [jax.numpy.asarray(a.astype(np.int32) if a.dtype == np.int64 else a) for a in arrays]
    compiled = jax.jit(formula)
    return lambda: compiled(*given).block_until_ready()


def compiled(formula: Formula, arrays: list[Any]) -> Call:
    """By torch.compile, with the machine code of this machine."""
    from torch import compile, from_numpy, no_grad

    given = list(map(from_numpy, arrays))
    made = compile(lambda *a: formula(*a), dynamic=False)
    with_values = no_grad()(made)
    return lambda: with_values(*given)


PLACES: dict[str, tuple[str, Callable[[Formula, list[Any]], Call]]] = {
    "numpy": ("numpy", on_numpy),
    "torch": ("torch", on_torch),
    "torch-grad": ("torch", with_gradient),
    "torch-compiled": ("torch", compiled),
    "jax-jit": ("jax", on_jax),
}


def measured(case: Case, place: str, size: int, name: str) -> Result:
    library, put = PLACES[place]
    arrays = case.data(np.random.default_rng(0), size)
    try:
        calls = {
            who: put(formula, arrays)
            for who, formula in {OURS: case.ours(library), **case.peers.get(library, {})}.items()
        }
    except ModuleNotFoundError as missing:
        return Result(name, "ms", note=f"skipped: without {missing.name}")
    return compared(name, calls, case.tolerance)


def rows(quick: bool) -> Iterator[Row]:
    for case in (*CASES, *more.CASES):
        for size in case.quick if quick else case.sizes:
            for place in PLACES:
                if case.gradient or place not in ("torch-grad", "torch-compiled"):
                    name = f"{case.name}/{size}/{place}"
                    yield Row(name, partial(measured, case, place, size))
