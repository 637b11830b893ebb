"""Native forms for torch tensors."""

from collections.abc import Callable
from functools import partial
from inspect import Parameter, signature
from math import isfinite, prod
from typing import Any

import numpy as np
from torch import from_numpy
from torch.compiler import is_compiling
from torch.func import grad, vjp
from torch.nn import functional
from torch.special import ndtri

from .._sizes import SIZES
from .._typing import Array, Axis, Formula, Namespace
from .._xp import library, readable
from . import (
    _host_central,
    _numpy_ranks,
    _numpy_twins,
    bins,
    central,
    differences,
    distributions,
    elementary,
    entropic,
    logits,
    neighbours,
    normal,
    numbers,
    ranks,
    scalings,
    softmax,
    spectrum,
    sums,
    thinning,
    triangles,
    windows,
)
from . import _torch_fused as torch
from . import _torch_graph as graph
from . import _torch_sums as sums_of
from ._primitive import Primitive


def normal_cdf(xp: Namespace, x: Array) -> Array:
    """40 times as fast; ``torch.special.ndtr`` itself has no digits in the lower tail."""
    return 0.5 * (x * -(0.5**0.5)).erfc()


def normal_mass(xp: Namespace, x: Array) -> Array:
    """Twice as fast."""
    return (x * 0.5**0.5).erf()


def normal_quantile(xp: Namespace, p: Array) -> Array:
    """13 times as fast."""
    return ndtri(p)


def normal_score(xp: Namespace, mean: Array, std: Array, target: Array) -> Array:
    """1.7 times as fast, 3 times with its gradients."""
    pure = partial(normal.normal_score.pure, xp)
    given = mean, std, target
    return torch.fused(torch.normal_score, pure, *given) if all(map(torch.plain, given)) else pure(*given)


def half_spectrum(xp: Namespace, x: Array) -> Array:
    """torch transforms no empty batch."""
    return spectrum.half_spectrum.pure(xp, x) if 0 in x.shape else spectrum.by_fft(xp, x)


def stop_gradient(xp: Namespace, x: Array) -> Array:
    return x.detach()


def absolute(xp: Namespace, x: Array) -> Array:
    """Torch's own has subgradient 0 at 0."""
    return x.abs()


def positive_part(xp: Namespace, x: Array) -> Array:
    """In one kernel, 4 times as fast, whose slope at 0 is 0."""
    return x.relu()


def divide(xp: Namespace, a: Array, b: Array, *, empty: Any) -> Array:
    """2 to 10 times as fast, and twice with its gradient, where b is nowhere 0."""
    if not (torch.plain(a) and torch.plain(b)):
        return elementary.divide.pure(xp, a, b, empty=empty)
    value = a / b
    if isfinite(value.detach().sum().item() if value.ndim else value.item()):
        return value
    if torch.unwatched(a, b) and isinstance(empty, (int, float)):
        return xp.where(b == 0, empty, value)
    return elementary.divide.pure(xp, a, b, empty=empty)


def squared_difference(xp: Namespace, x: Array, y: Array) -> Array:
    """One kernel there and one back, where it is no longer on the way than at work."""
    if not (x.requires_grad or is_compiling()) and x.numel() < SIZES.where:
        return (x - y) ** 2
    return functional.mse_loss(x, y, reduction="none")


def huber(xp: Namespace, x: Array, y: Array, delta: Any) -> Array:
    """5 times as fast with its gradient."""
    if not isinstance(delta, (int, float)):
        return differences.huber.pure(xp, x, y, delta)
    return functional.huber_loss(x, y, reduction="none", delta=delta)


def smooth_l1(xp: Namespace, x: Array, y: Array, beta: Any) -> Array:
    """5 times as fast with its gradient."""
    if not isinstance(beta, (int, float)):
        return differences.smooth_l1.pure(xp, x, y, beta)
    return functional.smooth_l1_loss(x, y, reduction="none", beta=beta)


def _numbers(*params: Any) -> bool:
    """Whether nothing is an array, by which a derivative may be asked for."""
    return all(isinstance(v, (int, float)) for v in params)


def _added(primitive: Primitive) -> Formula:
    """A sum of differences, or their mean, in one kernel there and one back; of many, where no gradient is wanted, in
    memory that is kept.
    """
    loss = sums_of.LOSSES[primitive.pure.__name__]

    def add(xp: Namespace, x: Array, y: Array, *, wide: bool = False, mean: bool = False, **params: Any) -> Array:
        given = params.values()
        if not params or _numbers(*given):
            if (wide or x.numel() > SIZES.torch_terms) and torch.unwatched(x, y):
                return sums_of.added(loss.terms(*given), x, y, wide, mean)
            if not wide:
                return loss.at_once(x, y, mean, *given)
        pure: Array = primitive.pure(xp, x, y, wide=wide, mean=mean, **params)
        return pure

    return add


sum_of_squares = _added(differences.sum_of_squares)
sum_of_absolutes = _added(differences.sum_of_absolutes)
sum_of_huber = _added(differences.sum_of_huber)
sum_of_smooth_l1 = _added(differences.sum_of_smooth_l1)


def logit_surprise(xp: Namespace, logit: Array, label: Array) -> Array:
    """6 times as fast with its gradient; compiled, 1.2 to 1.3 times."""
    pure = partial(logits.logit_surprise.pure, xp)
    if not torch.plain(logit, label):
        return graph.logit_surprise(pure, logit, label)
    return torch.fused(torch.logit_surprise, pure, logit, label)


def focal_surprise(xp: Namespace, logit: Array, label: Array, gamma: Any, alpha: Any) -> Array:
    """5 times as fast with its gradient."""
    pure = partial(logits.focal_surprise.pure, xp, gamma=gamma, alpha=alpha)
    if not (_numbers(gamma, 0.0 if alpha is None else alpha) and gamma >= 1):
        return pure(logit, label)
    if not torch.plain(logit, label):
        return graph.focal_surprise(gamma, alpha)(pure, logit, label)
    return torch.fused(partial(torch.focal_surprise, gamma=gamma, alpha=alpha), pure, logit, label)


def label_surprise(xp: Namespace, scores: Array, label: Array) -> Array:
    """4 times as fast with its gradient."""
    pure = partial(softmax.label_surprise.pure, xp)
    if not torch.plain(scores, label):
        return graph.label_surprise(pure, scores, label)
    return torch.fused(torch.label_surprise, pure, scores, label, events=scores.ndim)


def divergence(xp: Namespace, pred: Array, target: Array) -> Array:
    """Of float32 4 to 5 times as fast, and up to 11 times with its gradient."""
    pure = partial(distributions.divergence.pure, xp)
    if not (torch.plain(pred, target) and pred.dtype == target.dtype == torch.NARROW):
        return pure(pred, target)
    return torch.fused(torch.divergence, pure, pred, target, events=1)


def _fused(
    primitive: Primitive, kernel: str, fits: Formula, *, events: int = 0, walks: bool = False, few: str = ""
) -> Formula:
    """The sum of what `_torch_fused` makes with its slopes, or its mean: the values themselves are not kept.

    It takes 0.3 to 0.5 of the time of adding divergences up, and up to a fourth less than adding others.
    ``fits(torch, *tensors, **params)`` says whether it may; ``walks``, that the kernel makes blocks of its own; ``few``
    names what adds few values in operations that autograd knows, or None, for a step of ours takes longer than these.
    """
    usual = {k: p.default for k, p in signature(primitive.pure).parameters.items() if k not in ("wide", "mean")}
    defaults = {k: v for k, v in usual.items() if v is not Parameter.empty}

    def add(xp: Namespace, *tensors: Array, wide: bool = False, mean: bool = False, **params: Any) -> Array:
        first, pure = tensors[0], partial(primitive.pure, xp, wide=wide, mean=mean, **params)
        if defaults:
            params = defaults | params
        if wide or not (first.numel() and fits(torch, *tensors, **params)):
            return pure(*tensors)
        value = getattr(torch, few)(*tensors, mean) if few and first.numel() <= SIZES.alone else None
        if value is not None:
            return value
        count = (prod(first.shape[:-events]) if events else first.numel()) if mean else 1
        joint = partial(getattr(torch, kernel), **params) if params else getattr(torch, kernel)
        return torch.fused(joint, pure, *tensors, events=first.ndim if walks else events, over=count)

    return add


def _plain(torch: Any, *tensors: Array) -> bool:
    return bool(torch.plain(*tensors))


def _all_plain(torch: Any, *tensors: Array) -> bool:
    return all(map(torch.plain, tensors))


def _narrow(torch: Any, *tensors: Array) -> bool:
    return torch.plain(*tensors) and all(x.dtype == torch.NARROW for x in tensors)


def _steep(torch: Any, *tensors: Array, gamma: Any, alpha: Any) -> bool:
    return _numbers(gamma, 0.0 if alpha is None else alpha) and gamma >= 1 and torch.plain(*tensors)


sum_of_logit_surprise = _fused(logits.sum_of_logit_surprise, "logit_surprise", _plain, few="few_surprises")
sum_of_focal_surprise = _fused(logits.sum_of_focal_surprise, "focal_surprise", _steep)
sum_of_label_surprise = _fused(softmax.sum_of_label_surprise, "sum_of_label_surprise", _plain, events=1, walks=True)
sum_of_divergences = _fused(distributions.sum_of_divergences, "sum_of_divergences", _narrow, events=1)
sum_of_normal_scores = _fused(normal.sum_of_normal_scores, "normal_score", _all_plain)


def as_numbers(xp: Namespace, *arrays: Array) -> list[float] | None:
    """For one state, of which nobody asks a derivative."""
    if any(x.ndim for x in arrays) or not torch.unwatched(*arrays):
        return None
    return [x.item() for x in arrays]


def few(xp: Namespace, most: int, *arrays: Array) -> Any:
    """A call that is composed of many operations takes up to twice as long as NumPy's."""
    return torch.few(most, arrays)


def words_of(xp: Namespace, values: list[float], dtype: Any) -> list[tuple[Array, Array]]:
    """4 times as fast by NumPy, whose memory the words lie in."""
    if dtype != xp.float32 or not all(abs(x) < _numpy_twins.GREATEST for x in values):
        found: list[tuple[Array, Array]] = numbers.words_of.pure(xp, values, dtype)
        return found

    wide = np.asarray(values)
    head = wide.astype(np.float32)
    tail = (wide - head).astype(np.float32)
    return list(zip(from_numpy(head).unbind(), from_numpy(tail).unbind(), strict=True))


def added_to_words(xp: Namespace, *several: Any) -> tuple[Array, ...]:
    """1.8 times as fast for float32, for a float64 holds both words; 3 times and more for numbers on the host."""
    heads, tails, more = several[::3], several[1::3], several[2::3]
    if heads[0].dtype != xp.float32 or heads[0].device.type == "mps":
        pure: tuple[Array, ...] = sums.added_to_words.pure(xp, *several)
        return pure

    if not any(x.ndim for x in heads) and torch.unwatched(*(x for x in several if not isinstance(x, int))):
        return torch.float32_sums(heads, tails, more)
    found: list[Array] = []
    for head, tail, x in zip(heads, tails, more, strict=True):
        # of an infinite head that was merged the tail is NaN, and says nothing
        value = head.double() + tail.nan_to_num(0.0) + x
        head = value.float()
        # of an infinite head the rest is inf - inf
        found += head, (value - head).float().nan_to_num(0.0, 0.0, 0.0)
    return tuple(found)


def largest(xp: Namespace, x: Array) -> Array:
    """In one pass, of one row."""
    if x.ndim != 1:
        return elementary.largest.pure(xp, x)
    low, high = x.aminmax()
    return xp.maximum(high, -low)


def second_moments(xp: Namespace, x: Array, y: Array, w: Array | None, weight: Array) -> tuple[Array, ...]:
    """Twice as fast, where no gradient is wanted."""
    if not (_host_central.one_row(x, w) and torch.unwatched(x, y)):
        found: tuple[Array, ...] = central.second_moments.pure(xp, x, y, w, weight)
        return found
    return tuple(xp.asarray(v, dtype=x.dtype) for v in _host_central.second_moments(torch.HOST, x, y))


def spread_and_error(xp: Namespace, pred: Array, target: Array, w: Any, weight: Array) -> tuple[Array, ...]:
    """Twice as fast, where no gradient by the target is wanted."""
    if not (_host_central.one_row(target, w) and torch.plain(pred, target)):
        pure: tuple[Array, ...] = central.spread_and_error.pure(xp, pred, target, w, weight)
        return pure
    alone = torch.unwatched(pred, target)
    mean, spread, error = _host_central.spread_and_error(torch.HOST, pred if alone else None, target)
    mean, spread = (xp.asarray(v, dtype=target.dtype) for v in (mean, spread))
    return mean, spread, xp.asarray(error, dtype=target.dtype) if alone else sum_of_squares(xp, pred, target)


def ascending(xp: Namespace, values: Array) -> Array:
    """3 times as fast by NumPy, of tensors that lie in host memory."""
    if not readable(library(values), values):
        return ranks.ascending.pure(xp, values)
    return xp.asarray(_numpy_ranks.ascending(xp, values.detach().numpy()))


def either(xp: Namespace, holds: Array, usual: Any, rare: Callable[[], Any]) -> Any:
    if not readable(library(holds), holds):
        return elementary.either.pure(xp, holds, usual, rare)
    return usual if holds else rare()


def by_elements(xp: Namespace, *arrays: Any, kernel: Formula, params: dict[str, Any], batch: int) -> Any:
    """With gradients in a third of the memory: the graph of one image at a time."""
    formula = partial(kernel, xp, **params)
    wanted = torch.recorded(arrays) and not any(getattr(v, "requires_grad", False) for v in params.values())
    if not wanted or arrays[0].numel() < SIZES.images:
        return formula(*arrays)
    return torch.by_elements(formula, arrays, batch)


def lies_between(xp: Namespace, x: Array, low: float, high: float) -> bool:
    """Many from 0 on by their bits, which are whole numbers of the same order: twice as fast."""
    if x.requires_grad:
        x = x.detach()
    if low == 0 <= high and x.numel() >= SIZES.where:
        kind = _numpy_twins.FLOATS.get(str(x.dtype))
        if kind is not None:
            least, most = x.view(xp.int32 if kind.itemsize == 4 else xp.int64).aminmax()
            if least.item() >= 0 and most.item() <= _numpy_twins.bits(high, kind):
                return True
    least, most = x.aminmax()  # of -0 too
    return bool(least.item() >= low and most.item() <= high)


def extremes(xp: Namespace, x: Array) -> tuple[Array, Array]:
    """In one pass; to be looked at, which of what has a gradient warns."""
    low, high = x.detach().aminmax()
    return low, high


def soft_minimum(xp: Namespace, price: Array, log_weight: Array, cost: Array, temperature: Array) -> Array:
    """Twice as fast with its gradient, and 3 times without, in blocks of rows that stay in cache."""
    given = price, log_weight, cost, temperature
    rows = max(1, SIZES.fused_rows // max(cost.shape[-1], 1))
    if cost.ndim != 2 or cost.shape[0] <= rows or not torch.unwatched(*given):
        return -temperature * entropic.scaled(xp, *given).logsumexp(-1)
    return -temperature * torch.exponents(price, log_weight, cost, temperature, rows)


def prices(xp: Namespace, cost: Array, *others: Any) -> Array:
    """1.7 to 3.7 times as fast, by one table for many steps."""
    problem = cost, *others[:-1]
    if not (scalings.large(cost) and all(torch.plain(x.detach()) for x in problem)):
        return entropic.prices.pure(xp, cost, *others)
    table_of = torch.exponentials(cost) if torch.unwatched(*problem) else partial(scalings.exponentials, xp)
    return scalings.prices(xp, table_of, cost, *others)


def softplus(xp: Namespace, x: Array) -> Array:
    """Above 40 the linear branch is exact in both dtypes; the default, 20, loses digits of float64."""
    return functional.softplus(x, threshold=40.0)


def table_by_rows(xp: Namespace, points: Array, others: Array, find: Callable[[Array], Array]) -> Array:
    """Nothing is held but the table, and a block: of half the size, for some eight of it are made on the way."""
    if not torch.unwatched(points, others):
        return find(points)
    n, rows = points.shape[-2], max(1, SIZES.torch_block // 2 // max(others.shape[-2], 1))
    if points.ndim != 2 or rows >= n:
        return find(points)
    table = points.new_empty((n, others.shape[-2]))
    for i in range(0, n, rows):
        table[i : i + rows] = find(points[i : i + rows])
    return table


def window_average(xp: Namespace, x: Array, rows: list[float], columns: list[float], stride: int = 1) -> Array:
    """Twice as fast, and 3 times with its gradient."""
    from ._torch_windows import windowed

    whole = (len(rows), len(columns)) == tuple(x.shape[-2:])
    if stride != 1 or whole or not torch.plain(x):
        return windows.window_average.pure(xp, x, rows, columns, stride)
    return windowed(x, rows, columns)


def total(xp: Namespace, x: Array, axis: Axis) -> Array:
    """torch adds in lanes and counts booleans itself; of no axis, which means all of them to it, nothing is added."""
    if axis == ():
        return sums.added(xp, x, axis)
    return x.sum() if axis is None else x.sum(dim=axis)


def cumulative_sum(xp: Namespace, x: Array) -> Array:
    """array-api-compat's own looks its namespace up, which warns under torch.compile."""
    return x.cumsum(-1)


def cumulative_product(xp: Namespace, x: Array) -> Array:
    """For the reason of `cumulative_sum`."""
    return x.cumprod(-1)


def gradient_and_product(xp: Namespace, value: Formula, points: Array) -> tuple[Array, Array]:
    """Of functions, so that derivatives by what they close over, a network's parameters, remain to be taken."""
    gradient, pull = vjp(grad(lambda x: value(x).sum()), points)
    return gradient, pull(gradient)[0]


def tally(xp: Namespace, values: Array | None, index: Array, n: int) -> Array:
    """Summed in float64 where the device has it: a scatter adds one by one."""
    added = values
    if added is None:
        added = index.new_ones(index.shape)
    elif added.device.type != "mps":
        added = added.double()
    table = added.new_zeros(n)
    # in place where nothing looks on: a copy of a table of a million pairs takes longer than counting ten thousand
    table = table.scatter_add_(0, index, added) if torch.alone(index) else table.scatter_add(0, index, added)
    return table if values is None else table.to(values.dtype)


def conv2d(xp: Namespace, x: Array, weight: Array, bias: Array, *, stride: int = 1, padding: int = 0) -> Array:
    return functional.conv2d(x, weight, bias, stride, padding)


def max_pool2d(xp: Namespace, x: Array, *, size: int, stride: int, ceil_mode: bool = False) -> Array:
    return functional.max_pool2d(x, size, stride, ceil_mode=ceil_mode)


def on_the_host(primitive: Primitive, native: Formula, *, keeps: bool = True) -> Formula:
    """A search by NumPy, of torch tensors that lie in host memory and are not traced: no copy is made of them.

    ``keeps``: its results are choices, which have no gradient; else the pure form is asked where one is wanted.
    """

    def search(xp: Namespace, points: Array, *others: Any) -> Array:
        tensors = (points, *(x for x in others if hasattr(x, "requires_grad")))
        if not (all(readable(library(x), x) for x in tensors) if keeps else torch.unwatched(*tensors)):
            return primitive.pure(xp, points, *others)
        host = (x.detach().numpy() if hasattr(x, "numpy") else x for x in (points, *others))
        return xp.asarray(native(np, *host))

    return search


def ordered(xp: Namespace, x: Array) -> Array:
    """By NumPy; many float32 with their gradient twice as fast."""
    if torch.unwatched(x):
        return xp.asarray(np.sort(x.numpy(), axis=-1))
    if not (torch.plain(x) and x.dtype == torch.NARROW and x.shape[-1] >= SIZES.row):
        return ranks.ordered.pure(xp, x)
    return xp.take_along_axis(x, xp.asarray(_numpy_ranks.stable_order(x.detach().numpy())), axis=-1)


def spread_of_pairs(xp: Namespace, x: Array) -> Array:
    """By NumPy, where no gradient is wanted; with one, 4 times as fast as by ranks."""
    if torch.unwatched(x):
        return xp.asarray(_numpy_twins.spread_of_pairs(xp, x.numpy()))
    pure = partial(ranks.spread_of_pairs.pure, xp)
    return torch.fused(torch.spread_of_pairs, pure, x, events=1) if torch.plain(x) else pure(x)


places = on_the_host(bins.places, _numpy_twins.places)
nearest = on_the_host(neighbours.nearest, _numpy_twins.nearest)
nearest_several = on_the_host(neighbours.nearest_several, _numpy_twins.nearest_several)
nearest_distance = on_the_host(neighbours.nearest_distance, _numpy_twins.nearest_distance, keeps=False)
nearest_square = on_the_host(neighbours.nearest_square, _numpy_twins.nearest_square, keeps=False)
thinned = on_the_host(thinning.thinned, _numpy_twins.thinned)
nearest_triangle = on_the_host(triangles.nearest_triangle, _numpy_twins.nearest_triangle)
