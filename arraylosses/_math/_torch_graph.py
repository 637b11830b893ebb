"""Losses on torch in a graph of its compiler, which fuses what it is given: a value by formula, and a slope by formula.

A slope that is derived from the pure definition repeats each of its choices, and a sum over other classes a mask of all
of them. Where anything else than one gradient may be asked for, the pure definition is what the compiler sees.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch.autograd import forward_ad

from ._torch_fused import FLOATING
from .elementary import multiply
from .logits import balance


def followed(x: torch.Tensor, *others: torch.Tensor) -> bool:
    """Whether the compiler follows operations on tensors, of which at most a gradient by the first is asked for."""
    return (
        torch.compiler.is_compiling()
        and not torch.compiler.is_dynamo_compiling()
        and torch._C._functorch.peek_interpreter_stack() is None
        and forward_ad._current_level < 0
        and x.dtype in FLOATING
        and not any(other.requires_grad for other in others)
    )


class _Step(torch.autograd.Function):  # type: ignore[misc]  # torch is untyped here
    @staticmethod
    def forward(ctx: Any, known: "Known", pure: Any, *tensors: torch.Tensor) -> torch.Tensor:
        ctx.known, ctx.pure = known, pure
        ctx.save_for_backward(*tensors)
        return known.value(*tensors)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[Any, ...]:
        tensors, (gradient,) = ctx.saved_tensors, gradients
        if torch.is_grad_enabled():  # the gradient is to be differentiated itself
            (found,) = torch.autograd.grad(ctx.pure(*tensors), tensors[0], gradient, create_graph=True)
        else:
            found = ctx.known.slope(*tensors, gradient)
        return None, None, found, *(None for _ in tensors[1:])


@dataclass(frozen=True)
class Known:
    """A loss of tensors.

    Attributes
    ----------
    value : callable
    slope : callable
        ``(*tensors, gradient of the value)``: the gradient by the first of the tensors.
    """

    value: Callable[..., torch.Tensor]
    slope: Callable[..., torch.Tensor]

    def __call__(self, pure: Callable[..., torch.Tensor], *tensors: torch.Tensor) -> torch.Tensor:
        if not followed(*tensors):
            return pure(*tensors)
        wanted = torch.is_grad_enabled() and tensors[0].requires_grad
        found: torch.Tensor = _Step.apply(self, pure, *tensors) if wanted else self.value(*tensors)
        return found


# ---- logits of a yes


def _surprise(x: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    size, share = x.abs(), _against(x, label)
    # `multiply`, of which nobody asks a derivative
    return torch.where(share == 0, 0.0, share * size) + torch.log1p(torch.exp(-size))


def _against(x: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """The share of the label that is against the sign of the logit."""
    return torch.where(x > 0, 1 - label, label)


def _slope_of_surprise(x: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """In which nothing cancels; at 0 that of negative logits, 0.5 - label."""
    small = torch.exp(-x.abs())
    rest = small / (1 + small)
    return torch.where(x > 0, (1 - label) - rest, rest - label)


logit_surprise = Known(_surprise, lambda x, label, gradient: _slope_of_surprise(x, label) * gradient)


def _wrong(x: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """The probability to be wrong, a sum of positive terms."""
    share, small = _against(x, label), torch.exp(-x.abs())
    return (share + (1 - share) * small) / (1 + small)


def _focal(x: torch.Tensor, label: torch.Tensor, gamma: float, alpha: float | None) -> torch.Tensor:
    return _wrong(x, label) ** gamma * _surprise(x, label) * balance(alpha, label)


def _slope_of_focal(
    x: torch.Tensor, label: torch.Tensor, gradient: torch.Tensor, gamma: float, alpha: float | None
) -> torch.Tensor:
    small, wrong = torch.exp(-x.abs()), _wrong(x, label)
    steepness = small / ((1 + small) * (1 + small))  # of the probability, which an infinite surprise does not move
    of_wrong = multiply(torch, steepness, _surprise(x, label)) * (1 - 2 * label) * gamma
    slope = (of_wrong + _slope_of_surprise(x, label) * wrong) * wrong ** (gamma - 1)
    return slope * balance(alpha, label) * gradient


def focal_surprise(gamma: float, alpha: float | None) -> Known:
    """For a gamma of at least 1."""
    return Known(partial(_focal, gamma=gamma, alpha=alpha), partial(_slope_of_focal, gamma=gamma, alpha=alpha))


# ---- logits of classes


def _others(each: torch.Tensor, same: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How many others are the label's equals, and the sum of terms of all but these.

    So the label's own term stays out by its value, and no element is asked for its place.
    """
    equals = torch.where(same, 1.0, 0.0).sum(-1, keepdim=True) - 1.0
    return equals, torch.where(same, 0.0, each).sum(-1, keepdim=True)


def _surprise_of_label(x: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    own, most = x.gather(-1, label.unsqueeze(-1)), x.amax(-1, keepdim=True)
    equals, rest = _others(torch.exp(x - most), x == own)
    far = most - own
    value = far + torch.log1p(rest + equals * torch.exp(-far) + torch.expm1(-far))
    # limits are put in at the end: looked at before the sums they would cost a pass
    value = torch.where(far == torch.inf, torch.inf, value)
    return torch.where(own == torch.inf, torch.log1p(equals), value).squeeze(-1)


def _slope_of_label(x: torch.Tensor, label: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """The shares of the classes; less 1 at the label, where it is the share of all others."""
    own, most = x.gather(-1, label.unsqueeze(-1)), x.amax(-1, keepdim=True)
    each = torch.where(x == most, 1.0, torch.exp(x - most))
    equals, rest = _others(each, x == own)
    mine = torch.where(own == most, 1.0, torch.exp(own - most))
    others = rest + equals * mine
    at = torch.arange(x.shape[-1], dtype=torch.int32, device=x.device)
    labelled = label.to(torch.int32).unsqueeze(-1) == at
    return torch.where(labelled, -others, each) * (gradient.unsqueeze(-1) / (others + mine))


label_surprise = Known(_surprise_of_label, _slope_of_label)
