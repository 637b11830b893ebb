"""Sums of torch's differences, block by block in one piece of memory that is kept."""

from collections.abc import Callable, Iterable
from functools import partial
from math import ceil
from typing import NamedTuple

import numpy as np
import torch

from .._sizes import SIZES
from ._memory import borrowed, kept
from .blocks import stretches

Terms = Callable[..., torch.Tensor]
"""(two blocks, ``out=`` a third) -> what is to be added, in the third."""


def magnitude(x: torch.Tensor, y: torch.Tensor, *, out: torch.Tensor) -> torch.Tensor:
    return torch.sub(x, y, out=out).abs_()


class Loss(NamedTuple):
    """How its terms are added.

    Attributes
    ----------
    at_once : callable
        ``(x, y, mean, *parameters)``, to be differentiated as well.
    terms : callable
        ``(*parameters)`` -> the terms of blocks.
    """

    at_once: Callable[..., torch.Tensor]
    terms: Callable[..., Terms]


def mean_of(terms: torch.Tensor) -> torch.Tensor:
    """Of many on the way back torch's own writes the share of each, which all have alike: a fifth longer."""
    found: torch.Tensor = terms.mean() if terms.numel() < SIZES.where else terms.sum() / terms.numel()
    return found


def _magnitudes(x: torch.Tensor, y: torch.Tensor, mean: bool) -> torch.Tensor:
    sizes = (x - y).abs()
    return mean_of(sizes) if mean else sizes.sum()


def _kernel(name: str, **usual: float) -> Loss:
    """One of torch's losses, past the wrapper in its Python; the numbers 0 to 2 name no sum, the mean and the sum."""
    kernel, kernel_out = getattr(torch._C._nn, name), getattr(torch.ops.aten, name).out

    def at_once(x: torch.Tensor, y: torch.Tensor, mean: bool, *given: float) -> torch.Tensor:
        found: torch.Tensor = kernel(x, y, 1 if mean else 2, *(given or usual.values()))
        return found

    def terms(*given: float) -> Terms:
        return partial(kernel_out, reduction=0, **dict(zip(usual, given or usual.values(), strict=True)))

    return Loss(at_once, terms)


LOSSES = {
    "sum_of_squares": _kernel("mse_loss"),
    "sum_of_absolutes": Loss(_magnitudes, lambda: magnitude),
    "sum_of_huber": _kernel("huber_loss", delta=1.0),
    "sum_of_smooth_l1": _kernel("smooth_l1_loss", beta=1.0),
}
"""By the names of the primitives."""


def _pairs(x: torch.Tensor, y: torch.Tensor) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
    """Stretches of both, as they lie in memory."""
    if not (x.is_contiguous() and y.is_contiguous()):
        return ((x[index], y[index]) for index in stretches(tuple(x.shape), SIZES.torch_terms))
    count = ceil(x.numel() / ceil(x.numel() / SIZES.torch_terms))
    return zip(x.view(-1).split(count), y.view(-1).split(count), strict=True)


def added(terms: Terms, x: torch.Tensor, y: torch.Tensor, wide: bool, mean: bool) -> torch.Tensor:
    """Block by block, and these in float64; ``wide``, every one, so that no split shows."""
    dtype, sums = torch.float64 if wide else x.dtype, []
    memory, place = borrowed(min(SIZES.torch_terms, x.numel()), np.dtype(str(x.dtype).rpartition(".")[2]))
    try:
        whole = room = torch.from_numpy(place)
        for left, right in _pairs(x, y):
            if room.shape != left.shape:
                room = whole[: left.numel()].view(left.shape)
            sums.append(terms(left, right, out=room).sum(dtype=dtype).item())
    finally:
        kept(memory)
    return torch.tensor(sum(sums) / (x.numel() if mean else 1), dtype=dtype)
