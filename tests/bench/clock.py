"""Timing of calls that take turns, so that what slows the machine slows them alike."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

Call = Callable[[], Any]

ROUNDS = 7
SAMPLE_SECONDS = 2e-3
"""What one sample lasts at least, far above the clock's own steps."""


@dataclass(frozen=True)
class Timing:
    """Seconds a call, round by round."""

    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.samples)

    @property
    def spread(self) -> float:
        """The distance between the quartiles, as a share of the median."""
        low, middle, high = quantiles(self.samples, n=4)
        return (high - low) / middle

    def ratio(self, other: "Timing") -> float:
        """Median over the rounds: what slows a round slows both."""
        return median([a / b for a, b in zip(self.samples, other.samples, strict=True)])

    def over(self, other: "Timing") -> float:
        return median([a - b for a, b in zip(self.samples, other.samples, strict=True)])


def sample(call: Call, times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        call()
    return (perf_counter() - start) / times


def repetitions(call: Call) -> int:
    """How many calls make a sample.

    The first call is not counted, for it imports and compiles; nor the slower of two samples, which were disturbed.
    """
    call()
    times = 1
    while (seconds := min(sample(call, times), sample(call, times)) * times) < SAMPLE_SECONDS:
        times = max(2 * times, int(times * SAMPLE_SECONDS / max(seconds, 1e-7)))
    return times


def alternate(calls: Mapping[str, Call], rounds: int = ROUNDS) -> dict[str, Timing]:
    """Each call timed in every round, in an order that turns."""
    names = list(calls)
    times = {name: repetitions(calls[name]) for name in names}
    samples: dict[str, list[float]] = {name: [] for name in names}
    gc.collect()
    gc.disable()
    try:
        for i in range(rounds):
            for name in names[i % len(names) :] + names[: i % len(names)]:
                samples[name].append(sample(calls[name], times[name]))
    finally:
        gc.enable()
    return {name: Timing(tuple(s)) for name, s in samples.items()}
