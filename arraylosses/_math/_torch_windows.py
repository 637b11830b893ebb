"""Moving averages of torch tensors in host memory: in place, and with a backward pass that is a moving average itself.

Recorded slice by slice, each tap would have a full image of zeros made for its gradient.
"""

from typing import Any

import torch
from torch.nn.functional import pad


def _slid(x: torch.Tensor, taps: list[float], axis: int) -> torch.Tensor:
    """The window over one axis; equal weights at the two ends share one product."""
    n = len(taps)
    length = x.shape[axis] - n + 1
    parts = [x.narrow(axis, i, length) for i in range(n)]
    out = parts[n // 2] * taps[n // 2]
    for i in range(n // 2):
        j = n - 1 - i
        if j == n // 2:
            out.add_(parts[i], alpha=taps[i])
        elif taps[i] == taps[j]:
            out.add_(parts[i] + parts[j], alpha=taps[i])
        else:
            out.add_(parts[i], alpha=taps[i]).add_(parts[j], alpha=taps[j])
    return out


class _Window(torch.autograd.Function):  # type: ignore[misc]  # torch is untyped here
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, rows: list[float], columns: list[float]) -> torch.Tensor:
        ctx.taps = rows, columns
        return _slid(_slid(x, rows, -2), columns, -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Any, ...]:
        rows, columns = ctx.taps
        down, right = len(rows) - 1, len(columns) - 1
        return windowed(pad(gradients[0], (right, right, down, down)), rows[::-1], columns[::-1]), None, None


def windowed(x: torch.Tensor, rows: list[float], columns: list[float]) -> torch.Tensor:
    """The window over the last two axes, where it fits wholly inside."""
    found: torch.Tensor = _Window.apply(x, rows, columns)
    return found
