"""Segmentation."""

from collections.abc import Callable
from typing import Any

import arraylosses as al
from tests._runs import Renamed

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "dice_coefficient": Renamed(al.f1_score),
}
