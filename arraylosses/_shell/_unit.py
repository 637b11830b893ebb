"""The unit of a value under the parameters that were set: facts tell that of the defaults."""

from collections.abc import Mapping
from typing import Any

INFORMATION = {2: "bit", 10: "dit"}
"""By the base of the logarithm."""


def unit_of(unit: str, settings: Mapping[str, Any]) -> str:
    """``target**2`` of squared distances, ``target**3`` of a power 3 whose root is not taken, bits of base 2."""
    if settings.get("base") is not None:
        return INFORMATION.get(settings["base"], f"nat / log {settings['base']:g}")
    if "squared" in settings:
        return _power(unit, 2) if settings["squared"] else _power(unit, 1)
    if "p" in settings and (unit.endswith("**p") or settings.get("root") is False):
        return _power(unit, settings["p"])
    return unit


def _power(unit: str, exponent: float) -> str:
    whole = unit.partition("**")[0]
    return whole if exponent == 1 else f"{whole}**{exponent:g}"
