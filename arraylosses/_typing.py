"""The few types that signatures are written in."""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal, TypeAlias

Array: TypeAlias = Any
"""An array of any library that the array API standard describes; no static type covers them all."""

Dtype: TypeAlias = Any
Namespace: TypeAlias = ModuleType
State: TypeAlias = Any
"""A named tuple of arrays (see `arraylosses._state`)."""

Axis: TypeAlias = int | tuple[int, ...] | None
Reduction: TypeAlias = Literal["mean", "sum", "none"]
Average: TypeAlias = Literal["micro", "macro", "weighted"] | None
Formula: TypeAlias = Callable[..., Any]
