"""Weights, masks and reductions."""

from typing import Any

import numpy as np

from ._backend import as_it_is
from ._law import BATCH, law, rows
from ._trial import Broken, Trial

# ---- weights


@law
def no_weights_are_unit_weights(t: Trial) -> None:
    t.takes("weights")
    arrays = t.draw(BATCH)
    t.close(t.value(arrays, weights=np.ones(BATCH)), t.value(arrays), "weights of 1")


@law
def integer_weights_are_copies(t: Trial) -> None:
    t.takes("weights")
    arrays = t.draw(BATCH)
    copies = np.array([1, 2, 3, 1, 0, 2, 1, 4])
    whole = t.value(rows(arrays, np.repeat(np.arange(8), copies)))
    t.close(t.value(arrays, weights=copies.astype(float)), whole, "weights as copies")


@law
def weights_have_no_scale(t: Trial) -> None:
    t.takes("weights")
    t.needs(t.metric.facts.unit != "weight", "its unit is the weight")
    arrays, weights = t.draw(BATCH), t.weights(BATCH)
    t.close(t.value(arrays, weights=4 * weights), t.value(arrays, weights=weights), "weights times 4")


@law
def a_mask_is_a_weight(t: Trial) -> None:
    t.takes("weights")
    arrays = t.draw(BATCH)
    mask = np.array([1, 0, 1, 1, 0, 1, 1, 1], dtype=bool)
    t.close(t.value(arrays, weights=mask), t.value(rows(arrays, mask)), "mask")


KEEP = np.array([1, 1, 0, 1, 1, 0, 1, 1], dtype=bool)


def _poisoned(t: Trial, arrays: list[Any]) -> list[Any]:
    """NaN, or a label out of range, where KEEP is false."""
    out = []
    for a in arrays:
        a = None if a is None else np.array(a)
        if a is not None:
            a[~KEEP] = np.nan if a.dtype.kind == "f" else 99
        out.append(a)
    return out


@law
def weightless_is_absent(t: Trial) -> None:
    """What weighs nothing reaches no value, even where it is NaN or no label at all."""
    t.takes("weights")
    arrays = t.draw(BATCH)
    want = t.value(rows(arrays, KEEP))
    for weights in (KEEP, KEEP.astype(float)):
        t.close(t.value(_poisoned(t, arrays), weights=weights), want, "hidden NaN")


@law(asks="grad")
def weightless_has_no_gradient(t: Trial) -> None:
    """What weighs nothing reaches no derivative either."""
    t.takes("weights")
    t.needs_gradient()
    arrays = _poisoned(t, t.draw(BATCH, inner=True))
    for place, slope in t.slopes(arrays, weights=KEEP.astype(float)).items():
        if not np.isfinite(slope).all() or slope[~KEEP].any():
            raise Broken(f"gradient by `{t.names[place]}`: {slope.ravel()[:6].tolist()}")


@law
def ignored_labels_are_absent(t: Trial) -> None:
    t.needs("ignore_index" in t.metric.definition.params and "target" in t.names, "takes no labels")
    at = t.names.index("target")
    t.needs(t.domains[at].label, "the target is a distribution")
    arrays = t.draw(BATCH)
    marked = list(arrays)
    marked[at] = np.where(KEEP, arrays[at], -100)
    t.close(t.value(marked, ignore_index=-100), t.value(rows(arrays, KEEP)), "ignore_index")


@law
def nothing_gives_the_stated_value(t: Trial) -> None:
    """Where nothing weighs, the value that the facts name: exactly, but where a compiler divides by multiplying."""
    t.needs_frame()
    t.needs(t.metric.facts.range is not None, "not one number")
    arrays = t.draw(BATCH)
    want, exact = t.metric.facts.empty, 0.0 if t.backend.once is as_it_is else None
    t.close(t.value(arrays, weights=np.zeros(BATCH)), want, "weightless", exact)
    t.close(t.value(rows(arrays, slice(0, 0))), want, "empty", exact)


# ---- reductions


@law
def reductions_agree(t: Trial) -> None:
    """'none' holds the elements; 'sum' adds them; 'mean' divides by what they weigh, or by `avg_factor`."""
    t.needs_loss()
    arrays, weights = t.draw(BATCH), t.weights(BATCH)
    each, whole = (t.value(arrays, weights=weights, reduction=r) for r in ("none", "sum"))
    t.close(whole, each.sum(), "sum of the elements")
    t.close(t.value(arrays, weights=weights, avg_factor=2.0), whole / 2, "avg_factor")
    t.close(t.value(arrays, weights=weights), whole / weights.sum(), "mean")


MANY = 2**14
"""So many float32 numbers, added one by one, lose more than two digits."""


@law
def sums_keep_their_digits(t: Trial) -> None:
    """Along a strided axis too, a mean of many float32 elements is right to 4 roundings."""
    t.needs_loss()
    t.needs_frame()
    t.needs(not any(d.event for d in t.domains), "its elements are arrays: the sums over them are those of others")
    arrays = t.as_dtype(t.scattered(t.chance()).draw((MANY, 2)), "float32")
    each = np.asarray(t.value(arrays, reduction="none"), dtype=np.float64)
    off = np.abs(t.value(arrays, axis=0) - each.mean(axis=0)) / np.abs(each).mean(axis=0)
    if (off > 4 * 2.0**-23).any():
        raise Broken(f"a mean of {MANY} float32 numbers is off by {off.max() * 2**23:.1f} roundings")


@law
def elements_stand_alone(t: Trial) -> None:
    """An element's value does not depend on its neighbours."""
    t.needs_loss()
    arrays = t.draw(BATCH)
    each = t.value(arrays, reduction="none")
    alone = [t.value(rows(arrays, slice(i, i + 1)), reduction="none")[0] for i in range(3)]
    t.close(each[:3], np.stack(alone), "element alone")
