"""What comes out, and of what kind."""

from math import inf, isfinite, isnan
from typing import Any

import numpy as np

from .._domains import BINARY, MASS, REAL, Domain
from .._xp import library
from ._backend import leaves
from ._law import BATCH, law, rows
from ._own import Own
from ._trial import LEAST, SINGLE, Broken, Trial, degree

CONFIDENT = 64.0
"""A score by which another outcome has a chance of 1e-28."""
WHOLES = frozenset({"height", "ray", "node"})
"""Axes of what is averaged, or shared out, before it is compared."""
NEARLY = 2.0**-60
"""What is lost beside 1 in float64 too."""

# ---- kinds of result


@law(kinds=True)
def result_is_of_the_library(t: Trial) -> None:
    """An array of the caller's library, in the caller's floating dtype."""
    t.needs_frame()
    arrays = t.draw(BATCH)
    for trial in t.widths:
        for dtype in ("float32", "float64") if trial.backend.double else ("float32",):
            with trial.backend.context():
                out, first = trial.result(t.as_dtype(arrays, dtype)), trial.backend.put(arrays[0])
                for part in leaves(out):
                    _of_the_kind(part, first, dtype if t.real_places() else "")


def _of_the_kind(out: Any, given: Any, dtype: str) -> None:
    if library(out).xp is not library(given).xp:
        raise Broken(f"result of {library(out).name}, not {library(given).name}")
    if isinstance(out, np.generic):
        raise Broken(f"result is the scalar {type(out).__name__}, not an array")
    if dtype not in str(out.dtype):
        raise Broken(f"{dtype} gave {out.dtype}")


@law
def libraries_agree(t: Trial) -> None:
    """The number that NumPy gives in float64."""
    arrays = t.draw(BATCH)
    for trial in t.widths:
        trial.close(trial.value(arrays), t.reference.value(arrays), "value")


@law
def inputs_are_unchanged(t: Trial) -> None:
    """Nothing is written into what the caller owns."""
    arrays = t.draw(BATCH)
    with t.backend.context():
        given = t.put(arrays)
        before = [None if a is None else np.array(t.backend.get(a)) for a in given]
        t.call(*given)
        for a, b in zip(given, before, strict=True):
            if b is not None and not np.array_equal(t.backend.get(a), b, equal_nan=True):
                raise Broken("an input was written")


@law(asks="memory")
def views_are_arrays(t: Trial) -> None:
    """Strided, reversed, transposed and broadcast memory gives the bits that contiguous memory gives."""
    t.needs_reduction()
    exact = None if isinstance(t.metric, Own) else 0.0
    arrays = t.draw((4, 6))
    views = {
        "strided": [None if a is None else np.asfortranarray(np.repeat(a, 2, axis=0))[::2] for a in arrays],
        "reversed": [None if a is None else np.array(a[::-1])[::-1] for a in arrays],
    }
    views["broadcast"] = [None if a is None else np.broadcast_to(a[:1], a.shape) for a in arrays]
    for way, given in views.items():
        flat = [None if a is None else np.array(a, order="C") for a in given]
        for options in ({}, {"reduction": "none"}) if "reduction" in t.metric.shared else ({},):
            t.close(t.got(t.function(**options)(*given)), t.value(flat, **options), f"{way} {options}", exact)


@law(asks="memory")
def read_only_is_enough(t: Trial) -> None:
    """Memory that may not be written is taken, and left as it is."""
    arrays = t.draw(BATCH)
    sealed = [None if a is None else np.array(a) for a in arrays]
    for a in sealed:
        if a is not None:
            a.flags.writeable = False
    t.close(t.got(t.call(*sealed)), t.value(arrays), "read-only", 0.0)


# ---- shapes


@law
def axis_is_a_loop(t: Trial) -> None:
    """``axis`` reduces each row as if it stood alone."""
    t.takes("axis")
    arrays = t.draw((3, *BATCH))
    alone = [t.value(rows(arrays, i)) for i in range(3)]
    t.close(t.value(arrays, axis=1), np.stack(alone), "axis=1")
    columns = [t.value(rows(arrays, (slice(None), i))) for i in range(3)]
    t.close(t.value(arrays, axis=0)[:3], np.stack(columns), "axis=0")


@law(kinds=True)
def unequal_shapes_are_refused(t: Trial) -> None:
    """Nothing is broadcast: (n,) against (n, 1) is a ValueError."""
    arrays = t.draw(BATCH)
    given = [i for i, a in enumerate(arrays) if a is not None]
    t.needs(len(given) > 1, "takes one array")
    for place in given:
        wrong = list(arrays)
        wrong[place] = np.expand_dims(arrays[place], 1)
        try:
            out = t.raw(wrong)
        except ValueError:
            continue
        raise Broken(
            f"`{t.names[place]}` of shape {wrong[place].shape} was broadcast to a result of shape {t.got(out).shape}"
        )


@law
def event_axes_may_lie_anywhere(t: Trial) -> None:
    """The axis of the classes, of the labels, or of height and width, where the caller says."""
    layout = t.variant.form.layout
    t.needs(layout is not None, "has no event axes that may move")
    assert layout is not None
    arrays = t.draw(BATCH)
    width = 2 if layout == "spatial_axes" else 1
    moved = [
        np.moveaxis(a, tuple(range(-width, 0)), tuple(range(width))) if len(d.event) == width else a
        for a, d in zip(arrays, t.domains, strict=True)
    ]
    params = {**t.params, layout: (0, 1) if width == 2 else 0}
    with t.backend.context():
        out = t.got(t.metric(*t.put(moved), **params))
    t.close(out, t.value(arrays), layout)


# ---- facts


@law
def nan_is_not_lost(t: Trial) -> None:
    """NaN in, NaN out: beside masses that are none of them 0, for a point of mass 0 is absent."""
    t.needs(bool(t.real_places()), "takes labels only")
    masses = any(d.name == MASS.name for d in t.domains)
    for place in t.real_places():
        arrays = t.draw(BATCH, inner=masses)
        spoilt = np.array(arrays[place])
        spoilt[(0,) * spoilt.ndim] = np.nan
        arrays[place] = spoilt
        if not np.isnan(t.value(arrays)).any():
            raise Broken(f"a NaN in `{t.names[place]}` was lost")


@law
def values_lie_in_the_range(t: Trial) -> None:
    t.needs(t.metric.facts.range is not None, "not one number")
    assert t.metric.facts.range is not None
    low, high = t.metric.facts.range
    value = t.value(t.draw(BATCH))
    slack = 1e-6 * max(1.0, abs(low) if low > -inf else 1.0)
    if not isnan(float(value)) and not low - slack <= value <= high + slack:
        raise Broken(f"{value} lies outside [{low}, {high}]")


def _perfect(t: Trial) -> list[Any]:
    """Arguments whose prediction is the truth."""
    t.needs(list(t.variant.form.domains)[:2] == ["pred", "target"], "has no prediction beside a target")
    pred, target = map(t.variant.domain, list(t.variant.form.domains.values())[:2])
    if pred.name == REAL.name and (target.name == BINARY.name or target.label):
        return _confident(t)
    alike = pred.name == target.name or {pred.name, target.name} == {"probabilities", "0 or 1"}
    t.needs(alike and len(pred.event) == len(target.event), "prediction and target differ in kind")
    _, truth, *rest = t.grouped(t.draw(BATCH, inner=True))
    # a soft label is no truth: cross entropy is least at it, but not 0
    truth = np.round(truth) if target.name == "probabilities" else truth
    if target.labels is not None and target.event:
        truth = (truth == truth.max(-1, keepdims=True)) * 1.0
    return t.one_by_one([truth, truth, *([rest[1], rest[1]] if _weighs_points(t) else rest)])


def _confident(t: Trial) -> list[Any]:
    """Scores that leave no doubt of the labels."""
    score, target, *rest = t.draw(BATCH)
    t.needs(t.domains[0].event == t.domains[1].event or t.domains[0].event == ("class",), "a score stands for more")
    if t.domains[0].event == t.domains[1].event:
        return [(2 * target - 1) * CONFIDENT, target, *rest]
    hot = target[..., None] == np.arange(score.shape[-1])
    return [hot * CONFIDENT, target, *rest]


def _weighs_points(t: Trial) -> bool:
    """Whether each point of two clouds has a weight, which changes places with them."""
    optional = any(d.optional for d in t.domains[2:])
    return t.names[2:] == ["pred_weights", "target_weights"] and (t.variant.optional or not optional)


@law
def truth_is_best(t: Trial) -> None:
    """A prediction equal to the target has the best value, where it has one at all."""
    best = t.metric.facts.best
    t.needs(best is not None, "has no best value")
    t.needs("zero_division" not in t.metric.definition.params, "0/0 has a stated value")
    value = t.value(_perfect(t))
    if not np.isnan(value):
        t.close(value, best, "truth")


@law
def symmetric_as_stated(t: Trial) -> None:
    t.needs(t.metric.facts.symmetric, "not symmetric")
    t.needs(t.domains[0].name == t.domains[1].name, "scores are not labels")
    arrays = t.draw(BATCH)
    first, second, *rest = t.grouped(arrays)
    swapped = t.one_by_one([second, first, *(reversed(rest) if _weighs_points(t) else rest)])
    t.close(t.value(swapped), t.value(arrays), "arguments changed places")


@law
def far_from_zero_is_right(t: Trial) -> None:
    """In float32, beside an offset of 4096, what float64 gives for the same inputs."""
    t.needs_reduction()
    places = t.real_places()
    t.needs(len(places) > 1 and not any(t.domains[i].bounded for i in places), "its inputs cannot be moved together")
    moved = [a if i not in places else (a + 4096).astype("float32") for i, a in enumerate(t.draw(BATCH))]
    want = t.reference.value(t.as_dtype(moved, "float64"))
    t.close(t.value(moved), want, "offset 4096", float(64 * np.finfo("float32").eps * 4096), size=512.0)


@law
def beside_zero_is_right(t: Trial) -> None:
    """Of what is bounded by 0 and nearly there, and of scores given with confidence, each value as NumPy gives it."""
    t.takes("reduction")
    near = [d.low == 0 and d.bounded and d.condition is None and not d.label for d in t.domains]
    t.needs(any(near), "nothing of it is bounded by 0 alone")
    for steps in (1, 2):
        _each_is_right(
            t, [_beside(*each) for each in zip(t.rounded(steps).draw(BATCH), t.domains, near, strict=True)], "nearly 0"
        )


def _beside(array: Any, domain: Domain, near: bool) -> Any:
    if array is None or domain.label:
        return array
    return np.where(array == 0, NEARLY, array) if near else array if domain.bounded else CONFIDENT * array


def _each_is_right(t: Trial, arrays: list[Any], what: str, tolerance: float | None = None) -> None:
    """Each value by itself, as far as float32 has digits for it; and the sum of those of one sign."""
    want = t.reference.value(t.as_dtype(arrays, "float64"), reduction="none")
    told = (np.abs(want) > 1e-30) & (np.abs(want) < 1e3)
    if told.all() and (want > 0).all():
        whole = want.sum()
        t.close(t.value(arrays, reduction="sum") / whole, 1.0, f"{what}, the sum", tolerance)
    got, want = t.value(arrays, reduction="none")[told], want[told]
    t.close(got / np.abs(want), np.sign(want), what, tolerance)


@law
def beside_the_truth_is_right(t: Trial) -> None:
    """In float32, of predictions that are nearly the target, each value as float64 gives it."""
    t.takes("reduction")
    t.needs(len(t.domains) > 1 and t.domains[0].name == t.domains[1].name, "scores are not labels")
    t.needs(t.metric.facts.best == 0, "is not 0 at the truth")
    t.needs(WHOLES.isdisjoint(t.domains[0].event), "compares parts of a whole, which are rounded before")
    first, truth, *rest = t.draw(BATCH, inner=True)
    t.needs(first.shape == truth.shape, "several points may be near one")
    close = truth + (first - truth) * 2.0**-10
    _each_is_right(t, t.as_dtype([close, truth, *rest], "float32"), "nearly the truth", SINGLE)


@law
def any_size_is_right(t: Trial) -> None:
    """In float32, on data of 1e-15 and of 1e15 (and, of a ratio, 1e-29 and 1e29), what float64 gives for the same."""
    t.needs_reduction()
    places = t.real_places()
    t.needs(bool(places) and not any(t.domains[i].bounded for i in places), "its inputs cannot be scaled together")
    drawn, (low, high) = t.draw(BATCH), t.metric.facts.range or (-inf, inf)
    for factor in (2.0**-50, 2.0**50, 2.0**-95, 2.0**95)[: 4 if isfinite(high - low) else 2]:
        scaled = [a if i not in places else (a * factor).astype("float32") for i, a in enumerate(drawn)]
        want = t.reference.value(t.as_dtype(scaled, "float64"))
        # tiny values are compared for what they are; where summands of a unit may cancel, as far as those are right
        least = 1e-3 * factor ** degree(t.metric.facts.unit, t.settings) if t.metric.facts.scales else 1e-37
        tiny = (want != 0) & (np.abs(want) < max(1e-9, least)) & (t.floor(factor) == LEAST)
        unit = np.where(tiny, np.maximum(np.abs(want), least), 1.0)
        t.close(t.value(scaled) / unit, want / unit, f"size {factor:.0e}", SINGLE, factor)


@law(asks="idle", kinds=True)
def lazy_as_stated(t: Trial) -> None:
    """Nothing is computed before it is asked for."""
    assert t.backend.idle is not None
    arrays = t.draw(BATCH)
    with t.backend.idle():
        out = t.raw(arrays)
    t.close(t.got(out), t.reference.value(arrays), "computed later")
