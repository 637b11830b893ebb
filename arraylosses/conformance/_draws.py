"""Where the numbers of a trial come from, and how a draw is written down, to be seen again."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from math import prod
from typing import Any, TypeAlias
from zlib import compress, decompress

import numpy as np

from ._trial import Source

Seed: TypeAlias = int | str
"""The seed of a random draw, or a draw written down."""

GRID = 64
"""Numbers are drawn from 0, 1/64 ... 1: exact in every dtype, with ties, kinks and bounds among them."""


class Recorded:
    """A source that remembers what it gave."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.given: list[Any] = []

    def __call__(self, shape: tuple[int, ...]) -> Any:
        numbers = self.source(shape)
        self.given.append(np.ravel(numbers))
        return numbers

    @property
    def written(self) -> str:
        """The draw as text; of few different numbers, a short one."""
        numbers = np.concatenate(self.given) if self.given else np.zeros(0)
        return urlsafe_b64encode(compress((numbers * GRID).astype("uint8").tobytes(), 9)).decode()


def _read(written: str) -> Source:
    """What was written down, number after number; zeros after its end."""
    numbers = np.frombuffer(decompress(urlsafe_b64decode(written)), "uint8") / GRID
    start = 0

    def source(shape: tuple[int, ...]) -> Any:
        nonlocal start
        taken = numbers[start : start + prod(shape)]
        start += prod(shape)
        return np.pad(taken, (0, prod(shape) - taken.size)).reshape(shape)

    return source


def source(seed: Seed) -> Source:
    """Numbers of [0, 1], the same for the same seed."""
    if isinstance(seed, str):
        return _read(seed)
    rng = np.random.default_rng(seed)
    return lambda shape: rng.integers(0, GRID + 1, shape) / GRID
