"""Values of pair after pair."""

from ._library import Library
from ._progress import progress
from ._results import Fault, Item, Results
from ._two import Reading, Two, Unfit, read_two


def _one(item: Item, results: Results, how: Reading, lib: Library) -> Two | None:
    """Fill in the values of an item; what fails is a sentence, and the rest goes on."""
    try:
        two = read_two(item.pred, item.target, how)
    except (ValueError, ImportError) as why:
        item.faults["read"] = _fault(item, "", why)
        return None
    for metric in results.metrics:
        try:
            item.values |= metric.values(two, lib)
            if metric.name in results.pools:
                results.pools[metric.name].add(two, lib)
        except Unfit as why:
            item.faults[metric.name] = _fault(item, "", why)
        except Exception as why:  # whatever a library raises, out of memory for one, the others go on
            item.faults[metric.name] = _fault(item, metric.name, why)
    return two


def _fault(item: Item, name: str, why: Exception) -> Fault:
    """One line, which says what failed, unless it names a file and so needs no more."""
    said = " ".join(str(why).split()) or type(why).__name__
    if any(str(address.path) in said for address in (item.pred, item.target)):
        return Fault(said)
    return Fault(f"{name}: {said}" if name else said, f"`{item.pred}`")


def computed(results: Results, items: list[Item], how: Reading, lib: Library) -> list[Two]:
    """Fill in the results; what could be read, without its arrays where there are many.

    An interruption keeps what there is.
    """
    found: list[Two] = []
    with progress(len(items), "pair") as show:
        try:
            for done, item in enumerate(items, 1):
                two = _one(item, results, how, lib)
                results.items.append(item)
                found += [] if two is None else [two if len(items) == 1 else _without_arrays(two)]
                show(done)
        except KeyboardInterrupt:
            results.about["interrupted"] = f"after {len(results.items)} of {len(items)} pairs"
    return found


def _without_arrays(two: Two) -> Two:
    return Two(two.kind, None, None, two.what, two.white, two.origin, two.remarks)
