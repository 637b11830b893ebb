"""What independent implementations are compared with, and how other libraries are asked."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeAlias

import numpy as np
import pytest
import torch

Array: TypeAlias = Any
Formula = Callable[..., Any]
Options = list[dict[str, Any]]
Given = list[tuple[tuple[Array, ...], Options]]
"""(arrays, one set of options a call), several times."""
Claim = tuple[Callable[[], Any], Callable[[], Any]]
"""Ours and theirs, to be equal."""


def reduced(
    elements: Formula,
    *arrays: Array,
    weights: Array | None = None,
    axis: Any = None,
    reduction: str = "mean",
    avg_factor: float | None = None,
    **options: Any,
) -> Any:
    """What is asked of the elements, the long way."""
    values = np.asarray(elements(*arrays, **options), dtype=float)
    w = np.ones(values.shape) if weights is None else np.broadcast_to(weights.T, values.shape[::-1]).T
    if reduction == "none":
        return values * w
    total = np.sum(values * w, axis=axis)
    return total if reduction == "sum" else total / (avg_factor or np.sum(w, axis=axis))


def by_torch(function: Formula, *arrays: Any, **options: Any) -> Array:
    put = {k: torch.from_numpy(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    return function(*map(torch.as_tensor, arrays), reduction="none", **put).numpy()


def each(options: Options, **more: Any) -> Options:
    return [{**o, **more} for o in options]


def tensors(function: Formula, *arrays: Any, **options: Any) -> Any:
    """A function of torch tensors, of NumPy arrays."""
    put = {k: torch.from_numpy(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    return function(*map(torch.from_numpy, arrays), **put).numpy()


def torchmetrics(name: str, *arrays: Array, **options: Any) -> Any:
    return tensors(attrgetter(name)(pytest.importorskip("torchmetrics.functional")), *arrays, **options)


def optax(name: str, *arrays: Array, **options: Any) -> Any:
    return np.asarray(getattr(pytest.importorskip("optax"), name)(*(a.astype("float32") for a in arrays), **options))
