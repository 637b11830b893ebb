"""Values of pair after pair."""

from ._library import Library
from ._metrics import Chosen
from ._progress import progress
from ._results import Item, Results
from ._two import Reading, Two, read_two


def _one(item: Item, metrics: list[Chosen], how: Reading, lib: Library) -> Two | None:
    """Fill in the values of an item; what fails is a sentence, and the rest goes on."""
    try:
        two = read_two(item.pred, item.target, how)
    except (ValueError, ImportError) as fault:
        item.faults["read"] = _about(item, fault)
        return None
    for metric in metrics:
        try:
            item.values |= metric.values(two, lib)
        except Exception as fault:  # whatever a library raises, out of memory for one, the others go on
            item.faults[metric.name] = _about(item, fault)
    return two


def _about(item: Item, fault: Exception) -> str:
    """A sentence that names a file: that of the item, where the fault names none."""
    said = " ".join(str(fault).split()) or type(fault).__name__
    return said if f"{item.pred.path}" in said or f"{item.target.path}" in said else f"`{item.pred}`: {said}"


def computed(results: Results, items: list[Item], how: Reading, lib: Library) -> list[Two]:
    """Fill in the results; what could be read, without its arrays where there are many.

    An interruption keeps what there is.
    """
    found: list[Two] = []
    with progress(len(items), "pair") as show:
        try:
            for done, item in enumerate(items, 1):
                two = _one(item, results.metrics, how, lib)
                results.items.append(item)
                found += [] if two is None else [two if len(items) == 1 else _without_arrays(two)]
                show(done)
        except KeyboardInterrupt:
            results.about["interrupted"] = f"after {len(results.items)} of {len(items)} pairs"
    return found


def _without_arrays(two: Two) -> Two:
    return Two(two.kind, None, None, two.what, two.white, two.origin, two.remarks)
