"""Timing of calls that take turns, so that what slows the machine slows them alike."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

Call = Callable[[], Any]
Sample = Callable[[Call, int], float]
"""Seconds a call takes, as the mean of so many calls."""


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


def by_wall(call: Call, times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        call()
    return (perf_counter() - start) / times


@dataclass(frozen=True)
class Clock:
    """How long is measured, and by what.

    ``seconds`` is what one sample lasts at least, far above the clock's own steps.
    """

    rounds: int = 7
    seconds: float = 2e-3
    sample: Sample = by_wall

    def repetitions(self, call: Call) -> int:
        """How many calls make a sample.

        The slower of two samples does not count: it was disturbed, or it was the first, which imports and compiles.
        """
        times = 1
        while (seconds := min(self.sample(call, times), self.sample(call, times)) * times) < self.seconds:
            times = max(2 * times, int(times * self.seconds / max(seconds, 1e-7)))
        return times

    def alternate(self, calls: Mapping[str, Call]) -> dict[str, Timing]:
        """Each call timed in every round, in an order that turns."""
        names = list(calls)
        times = {name: self.repetitions(calls[name]) for name in names}
        samples: dict[str, list[float]] = {name: [] for name in names}
        gc.collect()
        gc.disable()
        try:
            for i in range(self.rounds):
                for name in names[i % len(names) :] + names[: i % len(names)]:
                    samples[name].append(self.sample(calls[name], times[name]))
        finally:
            gc.enable()
        return {name: Timing(tuple(s)) for name, s in samples.items()}
