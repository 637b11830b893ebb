"""Sums of torch's differences, block by block in one piece of memory that is kept."""

from collections.abc import Callable, Iterable
from functools import partial
from math import ceil

import numpy as np
import torch

from .._sizes import SIZES
from ._memory import borrowed, kept
from .blocks import stretches

Terms = Callable[..., torch.Tensor]
"""(two blocks, ``out=`` a third) -> what is to be added, in the third."""


def magnitude(x: torch.Tensor, y: torch.Tensor, *, out: torch.Tensor) -> torch.Tensor:
    return torch.sub(x, y, out=out).abs_()


TERMS: dict[str, Callable[..., Terms]] = {
    "sum_of_squares": lambda: partial(torch.ops.aten.mse_loss.out, reduction=0),
    "sum_of_absolutes": lambda: magnitude,
    "sum_of_huber": lambda delta=1.0: partial(torch.ops.aten.huber_loss.out, reduction=0, delta=delta),
    "sum_of_smooth_l1": lambda beta=1.0: partial(torch.ops.aten.smooth_l1_loss.out, reduction=0, beta=beta),
}
"""Primitive -> what makes its terms of its parameters."""


def _magnitudes(x: torch.Tensor, y: torch.Tensor, mean: bool) -> torch.Tensor:
    sizes = (x - y).abs()
    return sizes.mean() if mean else sizes.sum()


def _kernel(name: str, **defaults: float) -> Callable[..., torch.Tensor]:
    """One of torch's losses, as its numbers 1 and 2 name the mean and the sum; past the wrapper in its Python."""
    kernel = getattr(torch.ops.aten, name).default
    return lambda x, y, mean, **params: kernel(x, y, 1 if mean else 2, *(defaults | params).values())


AT_ONCE: dict[str, Callable[..., torch.Tensor]] = {
    "sum_of_squares": _kernel("mse_loss"),
    "sum_of_absolutes": _magnitudes,
    "sum_of_huber": _kernel("huber_loss", delta=1.0),
    "sum_of_smooth_l1": _kernel("smooth_l1_loss", beta=1.0),
}
"""Primitive -> (two tensors, whether their mean is wanted, its parameters), to be differentiated as well."""


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
