"""Losses on torch in one step of autograd: the slope is made with the value, from the same exponentials.

Composed of torch's own operations a loss writes ten arrays and reads them again on the way back; and `torch.where`
waits on a guess for each element. Here values and slopes are made block by block, in place, while they are in cache.
A second derivative, a trace, a transformation or another device is given the pure definition.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import isfinite, pi
from typing import Any

import numpy as np
import torch
from torch.nn.functional import softplus

from .._sizes import SIZES
from .._torch_where import VALUES, untransformed
from . import _numpy_twins, distributions
from ._host_central import Host
from ._torch_sums import mean_of

Wanted = tuple[bool, ...]
"""By which tensors a slope is wanted; empty where by none."""
Slopes = tuple[Any, ...]
Joint = Callable[..., tuple[Any, Slopes]]
"""(tensors, wanted) -> the value, None where it cannot say, and if wanted its slopes by the first of the tensors.

Where a sum is asked for, the value may be the sum as a number.
"""

NARROW = torch.float32
ONE = torch.ones(())
"""What torch would make of a number of Python's in every call."""
FLOATING = (torch.float32, torch.float64)


def alone(x: Any) -> bool:
    """A tensor that nothing traces, transforms or spreads."""
    return not torch.compiler.is_compiling() and untransformed() and type(x) in VALUES


def plain(x: Any, *others: Any) -> bool:
    """Values in host memory, of which nothing but a gradient by the first may be asked."""
    if torch.compiler.is_compiling() or not untransformed():
        return False
    for a in others:  # statements, for a generator would take longer than what it asks
        if not (type(a) in VALUES and a.is_cpu) or a.requires_grad:
            return False
    return type(x) in VALUES and x.is_cpu and x.dtype in FLOATING


def unwatched(x: Any, *others: Any) -> bool:
    """Values in host memory, of which no derivative at all may be asked: what is done with them leaves no trace."""
    return plain(x, *others) and not (torch.is_grad_enabled() and x.requires_grad)


HOST = Host(
    "torch_moments",
    torch.sub,
    lambda x, y: float(torch.dot(x, y)),
    lambda x: float(x.sum()),
    lambda n, dtype: torch.empty(n, dtype=dtype),
)


@dataclass
class _Made:
    """What a loss has made of its arguments; the slopes are handed over to whoever asks first."""

    joint: Joint
    pure: Callable[..., torch.Tensor]
    events: int
    wanted: Wanted
    value: Any
    slopes: Slopes
    over: int

    def slopes_for(self, tensors: tuple[torch.Tensor, ...]) -> Slopes:
        slopes, self.slopes = self.slopes, ()
        return slopes or _in_blocks(self.joint, self.events, tensors, self.wanted, self.over > 0)[1]


class _Step(torch.autograd.Function):  # type: ignore[misc]  # torch is untyped here
    @staticmethod
    def forward(ctx: Any, made: _Made, *tensors: torch.Tensor) -> Any:
        ctx.made = made
        ctx.save_for_backward(*tensors)
        value, made.value = made.value, None  # a result that its own node holds would be garbage only a collector finds
        return value

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Any, ...]:
        tensors, (gradient,), made = ctx.saved_tensors, gradients, ctx.made
        if torch.is_grad_enabled():  # the gradient is to be differentiated itself
            wanted = [x for x, asked in zip(tensors, made.wanted, strict=True) if asked]
            again = iter(_slopes(made.pure(*tensors), wanted, gradient))
            return None, *(next(again) if asked else None for asked in made.wanted)
        if made.over > 1:
            gradient = gradient / made.over
        found = [s if s is None else s.mul_(_spread(gradient, s)) for s in made.slopes_for(tensors)]
        return None, *found, *(None for _ in tensors[len(found) :])


def _spread(gradient: torch.Tensor, slope: torch.Tensor) -> torch.Tensor:
    """One for each event as one for each of its elements."""
    return gradient if gradient.ndim == slope.ndim else gradient[(..., *(None,) * (slope.ndim - gradient.ndim))]


def _slopes(value: torch.Tensor, wanted: list[torch.Tensor], gradient: Any = None) -> Iterable[torch.Tensor]:
    """Zeros by what a value does not depend on; with the gradient of the value, to be differentiated again."""
    if not value.requires_grad:
        return map(torch.zeros_like, wanted)
    twice = gradient is not None
    found: tuple[torch.Tensor, ...] = torch.autograd.grad(
        value if twice else value.sum(), wanted, gradient, create_graph=twice, allow_unused=True, materialize_grads=True
    )
    return found


def _in_blocks(
    joint: Joint, events: int, tensors: tuple[torch.Tensor, ...], wanted: Wanted, summed: bool
) -> tuple[Any, Slopes]:
    """So many elements at a time, by stretches of the first axis, but of no axis of the events; values, or their sum as
    a number.
    """
    first = tensors[0]
    rows = max(1, SIZES.fused_block * first.shape[0] // max(first.numel(), 1)) if first.ndim else 1
    if first.ndim <= events or rows >= first.shape[0]:
        value, slopes = joint(*tensors, wanted)
        return _added(value) if summed else value, slopes
    # filled piece by piece: torch joins on one core
    values: Any = 0.0 if summed else first.new_empty(first.shape[: first.ndim - events])
    slopes = tuple(torch.empty_like(x) if asked else None for x, asked in zip(tensors, wanted, strict=False))
    for i in range(0, first.shape[0], rows):
        value, parts = joint(*(a[i : i + rows] for a in tensors), wanted)
        if value is None:
            return None, ()
        if summed:
            values += _added(value)
        else:
            values[i : i + rows] = value
        for slope, part in zip(slopes, parts, strict=False):
            if slope is not None:
                slope[i : i + rows] = part
    return values, slopes


def _added(value: Any) -> Any:
    """The sum as a number, unless the kernel has made it so."""
    return value.sum().item() if isinstance(value, torch.Tensor) else value


def fused(
    joint: Joint,
    pure: Callable[..., torch.Tensor],
    *tensors: torch.Tensor,
    events: int = 0,
    over: int = 0,
) -> torch.Tensor:
    """The value, with the slopes that are wanted; by the pure form where one is not finite.

    ``events`` of the last axes belong together; where these are all axes, ``joint`` walks in blocks of its own. Not the
    values but their sum over a number is given, if there is one.
    """
    wanted: Wanted = tuple(x.requires_grad for x in tensors) if torch.is_grad_enabled() else ()
    wanted = wanted if True in wanted else ()
    with torch.no_grad():
        value, slopes = _in_blocks(joint, events, tensors, wanted, over > 0)
        if value is None or not isfinite(_added(value)):
            value = None
        elif over:
            value = torch.scalar_tensor(value / over, dtype=tensors[0].dtype)
    if value is None:
        return pure(*tensors)
    found: torch.Tensor = (
        _Step.apply(_Made(joint, pure, events, wanted, value, slopes, over), *tensors) if wanted else value
    )
    return found


# ---- few numbers

NAMED = {
    **dict.fromkeys(FLOATING, True),
    **dict.fromkeys((torch.bool, torch.uint8, torch.int16, torch.int32, torch.int64), False),
}
"""Dtypes that NumPy has too, and whether they are floating."""


def few(left: int, tensors: tuple[Any, ...]) -> tuple[list[Any], Callable[[Any], torch.Tensor]] | None:
    """`numbers.few`, of one floating dtype."""
    kind, recorded = None, torch.is_grad_enabled()
    for x in tensors:
        if type(x) not in VALUES or (recorded and x.requires_grad):
            return None
        left -= x.numel()
        dtype = x.dtype
        floating = NAMED.get(dtype)
        if left < 0 or floating is None or not x.is_cpu or (floating and kind not in (None, dtype)):
            return None
        kind = dtype if floating else kind
    if kind is None or torch.compiler.is_compiling() or not untransformed():
        return None
    try:
        return [x.detach().numpy() if x.requires_grad else x.numpy() for x in tensors], _given
    except (RuntimeError, TypeError):  # what is sparse, or negative by a bit that torch has for it
        return None


def _given(value: Any) -> torch.Tensor:
    """A result of NumPy's as a tensor of the same memory."""
    value = np.asarray(value)
    flags = value.flags
    found: torch.Tensor = torch.from_numpy(value if flags.c_contiguous and flags.writeable else value.copy())
    return found


# ---- numbers that are remembered


def float32_sums(heads: Iterable[Any], tails: Iterable[Any], more: Iterable[Any]) -> tuple[torch.Tensor, ...]:
    """Two words of each number and of more, by Python's own arithmetic."""
    found: list[torch.Tensor] = []
    for head, tail, x in zip(heads, tails, more, strict=True):
        words = _numpy_twins.float32_sum(head.item(), tail.item(), x if isinstance(x, int) else x.item())
        found += map(torch.from_numpy, words)
    return tuple(found)


# ---- elements that are large


def recorded(tensors: tuple[Any, ...]) -> bool:
    """Values in host memory, of which gradients backwards will be asked, and nothing else."""
    return (
        torch.is_grad_enabled()
        and all(x is not None and plain(x.detach()) for x in tensors)
        and any(x.requires_grad for x in tensors)
    )


class _Elements(torch.autograd.Function):  # type: ignore[misc]  # torch is untyped here
    """A value for each element, whose slopes are made with it."""

    @staticmethod
    def forward(ctx: Any, kernel: Any, value: torch.Tensor, slopes: list[Any], *tensors: torch.Tensor) -> Any:
        ctx.kernel, ctx.slopes = kernel, slopes
        ctx.save_for_backward(*tensors)
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Any, ...]:
        tensors, (gradient,) = ctx.saved_tensors, gradients
        if torch.is_grad_enabled():  # the gradient is to be differentiated itself
            wanted = [x for x in tensors if x.requires_grad]
            found = iter(_slopes(ctx.kernel(*tensors), wanted, gradient))
            return None, None, None, *(next(found) if x.requires_grad else None for x in tensors)
        return None, None, None, *(s if s is None else s * _spread(gradient, s) for s in ctx.slopes)


def by_elements(kernel: Callable[..., Any], tensors: tuple[torch.Tensor, ...], batch: int) -> Any:
    """The kernel's values, with the graph of a few elements at a time; as it is, where it gives more than a value."""
    shape = tensors[0].shape[:batch]
    rows = [x.detach().reshape(-1, *x.shape[batch:]) for x in tensors]
    several = max(1, SIZES.images * rows[0].shape[0] // max(rows[0].numel(), 1))
    slopes = [torch.empty_like(x) if t.requires_grad else None for x, t in zip(rows, tensors, strict=True)]
    values = []
    for i in range(0, rows[0].shape[0], several):
        part = slice(i, i + several)
        leaves = [x[part].requires_grad_(t.requires_grad) for x, t in zip(rows, tensors, strict=True)]
        with torch.enable_grad():
            value = kernel(*leaves)
        if not isinstance(value, torch.Tensor) or value.shape != leaves[0].shape[:1]:
            return kernel(*tensors)
        found = iter(_slopes(value, [x for x in leaves if x.requires_grad]))
        for slope in slopes:
            if slope is not None:
                slope[part] = next(found)
        values.append(value.detach())
    whole = torch.cat(values).reshape(shape)
    made = [s if s is None else s.reshape(t.shape) for s, t in zip(slopes, tensors, strict=True)]
    return _Elements.apply(kernel, whole, made, *tensors)


# ---- logits of a yes


def _against(sign: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Whether a logit says yes, less the label, exactly for labels 0 and 1; at a logit of 0 the slope, 0.5 - label."""
    return (sign * 0.5).add_(0.5).sub_(label)


def _hard(label: torch.Tensor) -> bool:
    """Whether each label of a domain that ends at 0 and 1 is one of them: no product with what it lacks is left."""
    row = label.reshape(-1)
    if row.shape[0] <= SIZES.alone:
        known = row.numpy()
        return bool(known.dot(1.0 - known) == 0.0)
    return float(torch.dot(row, 1.0 - row)) == 0.0


def _flipped(x: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """``x`` of a no, ``-x`` of a yes."""
    return torch.addcmul(x, x, label, value=-2.0)


def logit_surprise(x: torch.Tensor, label: torch.Tensor, wanted: Wanted) -> tuple[torch.Tensor, Slopes]:
    """Cross entropy of logits; of a yes or a no it is one function of the logit against it, which has all digits."""
    if not _hard(label):
        return _surprise_of_share(x, label, wanted)
    against = _flipped(x, label)
    return _surprise(against), (_flipped(against.sigmoid_(), label),) if wanted else ()


def few_surprises(x: torch.Tensor, label: torch.Tensor, mean: bool) -> torch.Tensor | None:
    """Their sum or mean in operations that autograd knows, which have all digits, of yeses and noes alone."""
    if not _hard(label):
        return None
    found = _surprise(x * torch.add(ONE, label, alpha=-2.0))  # `_flipped` takes one infinity from another
    return mean_of(found) if mean else found.sum()


def _surprise(against: torch.Tensor) -> torch.Tensor:
    """``log(1 + exp(x))``, which from 40 on is x in float64 too."""
    found: torch.Tensor = softplus(against, threshold=40.0)
    return found


def _surprise_of_share(x: torch.Tensor, label: torch.Tensor, wanted: Wanted) -> tuple[torch.Tensor, Slopes]:
    """``|against| size + log(1 + exp(-size))``, in which nothing cancels."""
    sign, size = x.sign(), x.abs()
    against, small = _against(sign, label), size.neg().exp_()
    if not wanted:
        return size.mul_(against.abs_()).add_(small.log1p_()), ()
    value = size.mul_(against.abs()).add_(small.log1p())
    small.div_(small + 1.0)
    return value, (against.sub_(small.mul_(sign)),)


def focal_surprise(
    x: torch.Tensor, label: torch.Tensor, wanted: Wanted, *, gamma: float, alpha: float | None
) -> tuple[torch.Tensor, Slopes]:
    """``balance wrong**gamma surprise``, for a gamma of at least 1."""
    if not _hard(label):
        return _focal_of_share(x, label, wanted, gamma, alpha)
    against = _flipped(x, label)
    surprise, wrong = _surprise(against), against.sigmoid()
    factor = wrong.square() if gamma == 2.0 else wrong.pow(gamma)
    if alpha is not None:
        factor.mul_((label * (2.0 * alpha - 1.0)).add_(1.0 - alpha))
    if not wanted:
        return surprise.mul_(factor), ()
    right = against.neg_().sigmoid_()
    slope = right.mul_(surprise).mul_(gamma).add_(wrong).mul_(factor)
    return surprise.mul_(factor), (_flipped(slope, label),)


def _focal_of_share(
    x: torch.Tensor, label: torch.Tensor, wanted: Wanted, gamma: float, alpha: float | None
) -> tuple[torch.Tensor, Slopes]:
    sign, size = x.sign(), x.abs()
    against, small = _against(sign, label), size.neg().exp_()
    share = against.abs()
    surprise = size.mul_(share).add_(small.log1p())
    whole = small + 1.0
    # share + (1 - share) small, over the whole
    wrong = (1.0 - share).mul_(small).add_(share).div_(whole)
    lower = wrong if gamma == 2.0 else wrong.pow(gamma - 1.0)
    factor = lower if alpha is None else lower * (label * (2.0 * alpha - 1.0)).add_(1.0 - alpha)
    if not wanted:
        return surprise.mul_(factor).mul_(wrong), ()
    small.div_(whole)
    # slopes of the probability to be wrong, and of the surprise
    of_wrong = (label * -2.0).add_(1.0).mul_(small).div_(whole).mul_(surprise).mul_(gamma)
    of_surprise = against.sub_(sign.mul_(small)).mul_(wrong)
    return surprise.mul_(factor).mul_(wrong), (of_wrong.add_(of_surprise).mul_(factor),)


# ---- logits of classes


def label_surprise(x: torch.Tensor, label: torch.Tensor, wanted: Wanted) -> tuple[torch.Tensor, Slopes]:
    """Surprise of a label under logits (..., classes); the slope is the shares of the classes."""
    at = label.unsqueeze(-1)
    if not wanted:
        return _by_logarithms(x, at).squeeze(-1), ()
    value, slope = _by_shares(x, at)
    return value.squeeze(-1), (slope,)


def sum_of_label_surprise(x: torch.Tensor, label: torch.Tensor, wanted: Wanted) -> tuple[Any, Slopes]:
    """Their sum, in which small values need no digits that the others have not."""
    if wanted:
        return label_surprise(x, label, wanted)
    return sum([_sum_taken(*part) for part in _logarithms(x, label.unsqueeze(-1))]), ()


SURE, LOST = 0.36, 1e-30
"""Shares from which a value is less than 1, and below which it is no longer in the share."""


def _by_shares(x: torch.Tensor, at: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The logarithm of the label's share; of rows that are sure or lost, where these are few, and else of all, by the
    shares of the others.
    """
    shares = x.softmax(-1)
    own = shares.gather(-1, at)
    least, most = own.aminmax() if own.numel() else (own.new_tensor(1.0), own.new_tensor(0.0))
    told = least.item() >= LOST and most.item() <= SURE
    rare = None if told else ((own > SURE) | (own < LOST)).squeeze(-1)
    # of a small table to take some rows out would cost as much
    if rare is not None and (x.numel() <= SIZES.fused_rows or 2 * int(rare.sum()) > rare.numel()):
        return _by_others(x, at, shares)
    value, slope = own.log().neg_(), shares.scatter_(-1, at, own - 1.0)
    if rare is not None:
        rows, labels = x[rare], at[rare]
        value[rare], slope[rare] = _by_others(rows, labels, rows.softmax(-1))
    return value, slope


def _by_others(x: torch.Tensor, at: torch.Tensor, shares: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """With the digits of small values, which are in the shares of the others; in blocks of rows that stay in cache."""
    if x.numel() <= SIZES.fused_rows:
        return _less_the_own(x, at, shares), shares
    classes = x.shape[-1]
    rows = max(1, SIZES.fused_rows // classes)
    flat, labels, slopes = x.reshape(-1, classes), at.reshape(-1, 1), shares.reshape(-1, classes)
    parts = zip(flat.split(rows), labels.split(rows), slopes.split(rows), strict=True)
    value = torch.cat([_less_the_own(*part) for part in parts])
    return value.reshape(at.shape), slopes.reshape(x.shape)


def _less_the_own(x: torch.Tensor, at: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
    """The value; the share of the label becomes its slope."""
    # the greatest share is 1 over the sum of all exponentials, relative to the greatest
    far = (x.amax(-1, keepdim=True) - x.gather(-1, at)).sub_(shares.amax(-1, keepdim=True).log_())
    others = shares.scatter_(-1, at, 0.0).sum(-1, keepdim=True).neg_()
    shares.scatter_(-1, at, others)
    return torch.where(far < 1.0, others.log1p().neg_(), far)


def _by_logarithms(x: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    """The quicker way; values below 1, whose digits it loses, by shares."""
    values = [_taken(*part) for part in _logarithms(x, at)]
    return torch.cat(values).reshape(at.shape) if len(values) > 1 else values[0]


def _logarithms(x: torch.Tensor, at: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Logarithms of shares, the logits and labels; of many rows block by block, in one table that each overwrites."""
    if x.numel() <= 2 * SIZES.fused_rows:
        yield torch.log_softmax(x, -1), x, at
        return
    rows = max(1, 2 * SIZES.fused_rows // x.shape[-1])
    flat, labels = x.reshape(-1, x.shape[-1]), at.reshape(-1, 1)
    table = torch.empty_like(flat[:rows])
    for part, label in zip(flat.split(rows), labels.split(rows), strict=True):
        yield torch.log_softmax(part, -1, out=table[: part.shape[0]]), part, label


def _sum_taken(logarithms: torch.Tensor, x: torch.Tensor, at: torch.Tensor) -> float:
    """By logarithms alone, if the mean is a value of which these have all digits."""
    whole = -float(logarithms.gather(-1, at).sum())
    return whole if whole >= at.numel() else float(_taken(logarithms, x, at).sum())


def _taken(logarithms: torch.Tensor, x: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
    value = logarithms.gather(-1, at).neg_()
    near = value < 1.0
    if near.any():
        near = near.squeeze(-1)
        rows, own = x[near], at[near]
        value[near] = _by_others(rows, own, rows.softmax(-1))[0]
    return value


# ---- prices of transport


def exponents(
    price: torch.Tensor, log_weight: torch.Tensor, cost: torch.Tensor, temperature: torch.Tensor, rows: int
) -> torch.Tensor:
    """Logarithms of sums of exponentials, so many rows at a time and in place.

    A transposed cost is taken as it lies in memory.
    """
    along = -1
    if cost.mT.is_contiguous():
        along, price, log_weight = 0, price.unsqueeze(-1), log_weight.unsqueeze(-1)
    found = []
    for i in range(0, cost.shape[0], rows):
        block = cost[i : i + rows] if along else cost.mT[:, i : i + rows]
        x = (price - block).div_(temperature).add_(log_weight)
        top = x.amax(along, keepdim=True)
        top = torch.where(top.isfinite(), top, 0.0)
        found.append(x.sub_(top).exp_().sum(along).log_().add_(top.squeeze(along)))
    return torch.cat(found)


def exponentials(cost: torch.Tensor) -> Callable[..., torch.Tensor]:
    """`scalings.exponentials`, all in one place."""
    place = torch.empty_like(cost[(0,) * (cost.ndim - 2)])

    def table_of(at_left: torch.Tensor, at_right: torch.Tensor, cost: torch.Tensor, hot: torch.Tensor) -> torch.Tensor:
        return torch.sub(at_right, cost, out=place).add_(at_left.unsqueeze(-1)).div_(hot).exp_()

    return table_of


# ---- ensembles


def spread_of_pairs(x: torch.Tensor, wanted: Wanted) -> tuple[Any, Slopes]:
    """By the sorted, where no two are equal: equals share their slopes."""
    m = x.shape[-1]
    ordered, order = x.sort(-1)
    if bool((ordered[..., 1:] == ordered[..., :-1]).any()):
        return None, ()
    place = torch.arange(1 - m, m, 2, dtype=x.dtype).div_(m)
    value = ordered.mul_(place).sum(-1)
    return value, (torch.empty_like(x).scatter_(-1, order, place.expand(x.shape)),) if wanted else ()


# ---- distributions


def divergence(pred: torch.Tensor, target: torch.Tensor, wanted: Wanted) -> tuple[torch.Tensor, Slopes]:
    """Kullback-Leibler divergence of float32, by logarithms of ratios; of pairs that are close, in float64."""
    ratio = target / pred
    value = ratio.log().mul_(target).sum(-1)
    if value.numel() and value.amin().item() < distributions.CLOSE:
        near = value < distributions.CLOSE
        value[near] = _small_gaps(pred[near], target[near].double()).to(pred.dtype)
    return value, (ratio.neg_(),) if wanted else ()


def sum_of_divergences(pred: torch.Tensor, target: torch.Tensor, wanted: Wanted) -> tuple[Any, Slopes]:
    """Of divergences whose mean is not small beside what the close ones among them lose."""
    ratio = target / pred
    whole = torch.dot(ratio.log().view(-1), target.reshape(-1)).item()
    if whole < distributions.CLOSE * (ratio.numel() // ratio.shape[-1]):
        return divergence(pred, target, wanted)
    return whole, (ratio.neg_(),) if wanted else ()


def _small_gaps(pred: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """``d - log(1 + d)``, which has digits enough there; of a share that is nearly 0, by its own logarithm."""
    excess = pred - target
    ratio = excess / target
    gap, lost = ratio.log1p(), ratio < distributions.LOST - 1
    if lost.any():
        gap = torch.where(lost, (pred / target).log(), gap)
    return ratio.sub_(gap).mul_(target).sub_(excess).sum(-1)


def normal_score(
    mean: torch.Tensor, std: torch.Tensor, target: torch.Tensor, wanted: Wanted
) -> tuple[torch.Tensor, Slopes]:
    """``rest side + std density``, of which side and density are the slopes."""
    value = target - mean
    z = (value / std).mul_(0.5**0.5)
    side = z.erf().copysign_(value)  # a deviation may be -0
    density = z.square_().neg_().exp_().mul_((2 / pi) ** 0.5).sub_(pi**-0.5)
    value.mul_(side).addcmul_(std, density)
    if not wanted:
        return value, ()
    made = side.neg, lambda: density, lambda: side
    return value, tuple(slope() if asked else None for slope, asked in zip(made, wanted, strict=True))
