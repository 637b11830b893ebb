"""The choice of `_where` for torch: with a gradient, for tensors on the CPU that nothing traces or transforms."""

from collections.abc import Hashable, Sequence
from typing import Any

import array_api_compat.torch as xp
import torch
from torch._C import _len_torch_dispatch_stack
from torch._C._functorch import peek_interpreter_stack
from torch.autograd import forward_ad
from torch.compiler import is_compiling

from ._sizes import SIZES
from ._where import Select, alike, with_own, zero

BITS = {torch.float32: torch.int32, torch.float64: torch.int64}


def untransformed() -> bool:
    """Whether tensors are values, and only gradients backwards are recorded."""
    return peek_interpreter_stack() is None and forward_ad._current_level < 0 and _len_torch_dispatch_stack() == 0


VALUES = (torch.Tensor, torch.nn.Parameter)


def kinds(arrays: Sequence[Any]) -> Hashable:
    """`Library.kinds`: what is recorded, where each lies, and what labels become; under the compiler nobody asks."""
    if not untransformed():
        return None
    # labels alone take the dtype that is the default
    found: list[Any] = [torch.is_grad_enabled(), torch.get_default_dtype()]
    for x in arrays:
        if type(x) not in VALUES:
            return None
        found += x.dtype, x.is_cpu or x.device, x.requires_grad
    return tuple(found)


def _bits(x: Any, like: torch.Tensor, kind: torch.dtype) -> Any:
    if isinstance(x, torch.Tensor):
        return x.view(kind)
    return int(torch.tensor(x, dtype=like.dtype).view(kind))


def _chosen(mask: torch.Tensor, x: Any, y: Any, like: torch.Tensor) -> torch.Tensor:
    kind = BITS[like.dtype]
    if zero(y, torch.Tensor):
        return (_bits(x, like, kind) * mask).view(like.dtype)
    if zero(x, torch.Tensor):
        return (_bits(y, like, kind) * ~mask).view(like.dtype)
    other = _bits(y, like, kind)
    return (_bits(x, like, kind) ^ other).mul_(mask).bitwise_xor_(other).view(like.dtype)


class _Choice(torch.autograd.Function):  # type: ignore[misc]  # torch is untyped here
    """The gradient goes where the value came from; its own gradient does so by the same choice."""

    @staticmethod
    def forward(ctx: Any, mask: torch.Tensor, x: Any, y: Any) -> torch.Tensor:
        ctx.save_for_backward(mask)
        return _chosen(mask, x, y, x if isinstance(x, torch.Tensor) else y)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Any, ...]:
        (mask,), (gradient,) = ctx.saved_tensors, gradients
        _, by_x, by_y = ctx.needs_input_grad
        return (
            None,
            _choose(mask, gradient, 0.0) if by_x else None,
            _choose(mask, 0.0, gradient) if by_y else None,
        )


def _choose(mask: torch.Tensor, x: Any, y: Any) -> torch.Tensor:
    if torch.is_grad_enabled() and any(getattr(v, "requires_grad", False) for v in (x, y)):
        chosen: torch.Tensor = _Choice.apply(mask, x, y)
        return chosen
    return _chosen(mask, x, y, x if isinstance(x, torch.Tensor) else y)


def torch_where(plain: Select) -> Select:
    """For tensors of at least `Sizes.where` elements; everything else goes to ``plain``."""

    def where(condition: Any, x1: Any, x2: Any, /) -> Any:
        if is_compiling() or type(condition) is not torch.Tensor or condition.numel() < SIZES.where:
            return plain(condition, x1, x2)
        like = alike(condition, x1, x2, torch.Tensor) if condition.dtype == torch.bool else None
        if like is None or like.dtype not in BITS:
            return plain(condition, x1, x2)
        if like.device.type != "cpu" or not untransformed():
            return plain(condition, x1, x2)
        return _choose(condition, x1, x2)

    return where


def take_along_axis(x: torch.Tensor, indices: torch.Tensor, /, *, axis: int = -1) -> torch.Tensor:
    """Of arrays alike but along the axis, as all are here: torch's own fixes every size under its compiler."""
    return torch.gather(x, axis, indices)


NAMESPACE = with_own(xp, where=torch_where(xp.where), take_along_axis=take_along_axis)
"""Made where it is imported, which a tracer of torch's carries out; it cannot make a module itself."""
