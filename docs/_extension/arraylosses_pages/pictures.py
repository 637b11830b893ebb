"""The pictures of the cards: value and gradient of losses of single numbers."""

from collections.abc import Iterable
from pathlib import Path

from .facts import Card


def drawn(folder: Path, cards: Iterable[Card]) -> dict[str, str]:
    return {}
