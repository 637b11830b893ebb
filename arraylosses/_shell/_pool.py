"""A metric of the elements of all pairs, as if they were one."""

from typing import Any

from .._collection import stream
from .._metric import Metric
from .._stream import Stream
from .._xp import fetched
from ._library import Library
from ._metrics import Chosen
from ._two import Two


def pools(metrics: list[Chosen]) -> dict[str, "Pool"]:
    """One for each metric that has a value for elements alone, whatever image or cloud they belong to."""
    return {chosen.name: Pool(chosen) for chosen in metrics if _elementwise(chosen)}


def _elementwise(chosen: Chosen) -> bool:
    if not isinstance(chosen.call, Metric) or chosen.facts.range is None or "reduction" in chosen.params:
        return False
    form = chosen.call.definition.form_for(chosen.params)
    # what keeps every sample would keep every pixel
    return not form.grows and not any(domain.event for domain in form.domains.values())


class Pool:
    """What is remembered of the pairs so far."""

    def __init__(self, chosen: Chosen) -> None:
        self.chosen = chosen
        self.states: dict[Stream, Any] = {}

    def add(self, two: Two, library: Library) -> None:
        """One pair more."""
        arrays = [library.put(x.reshape(-1)) for x in (two.pred, two.target)]
        metric: Metric = self.chosen.call  # type: ignore[assignment]  # `pools` has looked
        found = stream(metric, **self.chosen.filled(two))
        before = self.states[found] if found in self.states else found.init(*arrays)
        self.states[found] = found.update(before, *arrays)

    @property
    def value(self) -> float | None:
        """None where there is no pair, or where ranges differ."""
        if len(self.states) != 1:
            return None
        ((found, state),) = self.states.items()
        return float(fetched(found.compute(state)))
