"""The laws, each a function of a trial: what every metric obeys on every library."""

import pickle
from collections.abc import Callable
from math import inf, isnan
from typing import Any

import numpy as np

from .. import _reduce
from .._stream import Stream, stream
from .._xp import library
from ._backends import installed
from ._trial import Broken, Exempt, Trial, close

Law = Callable[[Trial], None]
LAWS: dict[str, Law] = {}
BATCH = (8,)


def law(function: Law) -> Law:
    """Enter a law in the table, under its name."""
    LAWS[function.__name__] = function
    return function


def _rows(arrays: list[Any], index: Any) -> list[Any]:
    return [None if a is None else a[index] for a in arrays]


# ---- kinds of result


@law
def result_is_of_the_library(t: Trial) -> None:
    """An array of the caller's library, in the caller's floating dtype, without the axes that were reduced."""
    t.needs_reduction()
    arrays = t.draw(BATCH)
    for dtype in ("float32", "float64") if t.backend.double else ("float32",):
        cast = [a if a is None or d.label else a.astype(dtype) for a, d in zip(arrays, t.domains, strict=True)]
        with t.backend.context():
            out, first = t.raw(cast), t.backend.put(arrays[0])
            if library(out).xp is not library(first).xp:
                raise Broken(f"result of {library(out).name}, not {library(first).name}")
            if not hasattr(out, "shape") or isinstance(out, np.generic):
                raise Broken(f"result is {type(out).__name__}, not an array")
            if t.real_places() and dtype not in str(out.dtype):
                raise Broken(f"{dtype} gave {out.dtype}")


@law
def libraries_agree(t: Trial) -> None:
    """The number that NumPy gives in float64."""
    arrays = t.draw(BATCH)
    close(t.value(arrays), t.reference.value(arrays), t.tolerance, "value")


@law
def half_is_computed_in_single(t: Trial) -> None:
    """float16 in, the float32 result of the cast input out."""
    t.needs_reduction()
    t.needs(t.backend.name != "strict", "strict has no float16")
    t.needs(bool(t.real_places()), "takes labels only")
    arrays = t.draw(BATCH)
    half, single = ([a if a is None or a.dtype.kind != "f" else a.astype("float16").astype(d) for a in arrays] for d in ("float16", "float32"))
    close(t.value(half), t.value(single), 0.0, "float16")


@law
def integers_become_floating(t: Trial) -> None:
    """Whole numbers in an integer dtype, narrow ones too, give what they give as floats."""
    t.needs_reduction()
    places = [i for i in t.real_places() if t.domains[i].low > -inf or t.domains[i].members.__name__ == "real_members"]
    t.needs(bool(places), "takes labels only")
    arrays = t.draw(BATCH)
    if t.variant.form.domains[t.names[0]].labels is not None or any(d.labels for d in t.variant.form.domains.values()):
        raise Exempt("an integer dtype means labels here")
    whole = [a if a is None or d.label else np.ceil(np.abs(a)) for a, d in zip(arrays, t.domains, strict=True)]
    narrow = [a if a is None or d.label else a.astype("uint8") for a, d in zip(whole, t.domains, strict=True)]
    close(t.value(narrow), t.value(whole), t.tolerance, "uint8")


@law
def inputs_are_unchanged(t: Trial) -> None:
    """Nothing is written into what the caller owns."""
    arrays = t.draw(BATCH)
    with t.backend.context():
        given = t.put(arrays)
        before = [None if a is None else np.array(t.backend.get(a)) for a in given]
        t.metric(*given, **t.params)
        for a, b in zip(given, before, strict=True):
            if b is not None and not np.array_equal(t.backend.get(a), b, equal_nan=True):
                raise Broken("an input was written")


@law
def views_are_arrays(t: Trial) -> None:
    """Strided, reversed and transposed memory gives what contiguous memory gives."""
    t.needs(t.backend.name == "numpy", "strides are NumPy's")
    t.needs_reduction()
    arrays = t.draw((4, 6))
    strided = [None if a is None else np.asfortranarray(np.repeat(a, 2, axis=0))[::2] for a in arrays]
    close(t.metric(*strided, **t.params), t.metric(*arrays, **t.params), t.tolerance, "strided")


# ---- shapes


@law
def axis_is_a_loop(t: Trial) -> None:
    """``axis`` reduces each row as if it stood alone."""
    t.needs_reduction()
    arrays = t.draw((3, *BATCH))
    rows = [t.value(_rows(arrays, i)) for i in range(3)]
    close(t.value(arrays, axis=1), np.stack(rows), t.tolerance, "axis=1")
    columns = [t.value(_rows(arrays, (slice(None), i))) for i in range(BATCH[0])]
    close(t.value(arrays, axis=0), np.stack(columns), t.tolerance, "axis=0")


@law
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
        raise Broken(f"`{t.names[place]}` of shape {wrong[place].shape} was broadcast to a result of shape {out.shape}")


@law
def event_axes_may_lie_anywhere(t: Trial) -> None:
    """The axis of the classes, of the labels, or of height and width, where the caller says."""
    layout = t.variant.form.layout
    t.needs(layout is not None, "has no event axes that may move")
    assert layout is not None
    arrays = t.draw(BATCH)
    width = 2 if layout == "spatial_axes" else 1
    moved = [np.moveaxis(a, tuple(range(-width, 0)), tuple(range(width))) if len(d.event) == width else a for a, d in zip(arrays, t.domains, strict=True)]
    params = {**t.params, layout: (0, 1) if width == 2 else 0}
    with t.backend.context():
        out = t.backend.get(t.metric(*t.put(moved), **params))
    close(out, t.value(arrays), t.tolerance, layout)


# ---- weights


@law
def no_weights_are_unit_weights(t: Trial) -> None:
    t.needs_reduction()
    arrays = t.draw(BATCH)
    close(t.value(arrays, weights=np.ones(BATCH)), t.value(arrays), t.tolerance, "weights of 1")


@law
def integer_weights_are_copies(t: Trial) -> None:
    t.needs_reduction()
    arrays = t.draw(BATCH)
    copies = np.array([1, 2, 3, 1, 0, 2, 1, 4])
    whole = t.value(_rows(arrays, np.repeat(np.arange(8), copies)))
    close(t.value(arrays, weights=copies.astype(float)), whole, t.tolerance, "weights as copies")


@law
def weights_have_no_scale(t: Trial) -> None:
    t.needs_reduction()
    t.needs(t.metric.facts.unit != "weight", "its unit is the weight")
    arrays, weights = t.draw(BATCH), t.weights(BATCH)
    close(t.value(arrays, weights=4 * weights), t.value(arrays, weights=weights), t.tolerance, "weights times 4")


@law
def a_mask_is_a_weight(t: Trial) -> None:
    t.needs_reduction()
    arrays = t.draw(BATCH)
    mask = np.array([1, 0, 1, 1, 0, 1, 1, 1], dtype=bool)
    close(t.value(arrays, weights=mask), t.value(_rows(arrays, mask)), t.tolerance, "mask")


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
    t.needs_reduction()
    arrays = t.draw(BATCH)
    want = t.value(_rows(arrays, KEEP))
    for weights in (KEEP, KEEP.astype(float)):
        close(t.value(_poisoned(t, arrays), weights=weights), want, t.tolerance, "hidden NaN")


@law
def weightless_has_no_gradient(t: Trial) -> None:
    """What weighs nothing reaches no derivative either."""
    grad = t.needs_gradient()
    arrays = _poisoned(t, t.draw(BATCH, inner=True))
    with t.backend.context():
        weights = t.backend.put(KEEP.astype(float))
        for place in t.real_places():
            slope = grad(t.partial(weights=weights), arrays, place)
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
    close(t.value(marked, ignore_index=-100), t.value(_rows(arrays, KEEP)), t.tolerance, "ignore_index")


@law
def nothing_gives_the_stated_value(t: Trial) -> None:
    """Where nothing weighs, the value that the facts name."""
    t.needs_reduction()
    t.needs(t.metric.facts.range is not None, "not one number")
    arrays = t.draw(BATCH)
    want = t.metric.facts.empty
    if t.metric.facts.best is not None and "zero_division" in t.metric.definition.params:
        want = 0.0
    close(t.value(arrays, weights=np.zeros(BATCH)), want, 0.0, "weightless")
    close(t.value(_rows(arrays, slice(0, 0))), want, 0.0, "empty")


# ---- reductions


@law
def reductions_agree(t: Trial) -> None:
    """'none' holds the elements; 'sum' adds them; 'mean' divides by what they weigh, or by `avg_factor`."""
    t.needs_loss()
    arrays, weights = t.draw(BATCH), t.weights(BATCH)
    each, whole = (t.value(arrays, weights=weights, reduction=r) for r in ("none", "sum"))
    close(whole, each.sum(), t.tolerance, "sum of the elements")
    close(t.value(arrays, weights=weights, avg_factor=2.0), whole / 2, t.tolerance, "avg_factor")
    close(t.value(arrays, weights=weights), whole / weights.sum(), t.tolerance, "mean")


@law
def elements_stand_alone(t: Trial) -> None:
    """An element's value does not depend on its neighbours."""
    t.needs_loss()
    arrays = t.draw(BATCH)
    each = t.value(arrays, reduction="none")
    alone = [t.value(_rows(arrays, slice(i, i + 1)), reduction="none")[0] for i in range(3)]
    close(each[:3], np.stack(alone), t.tolerance, "element alone")


# ---- order, parts and streams


@law
def order_is_free(t: Trial) -> None:
    t.needs_reduction()
    arrays, weights = t.draw(BATCH), t.weights(BATCH)
    turn = np.array([3, 0, 7, 1, 6, 2, 5, 4])
    close(t.value(_rows(arrays, turn), weights=weights[turn]), t.value(arrays, weights=weights), t.tolerance, "order")


def _stream(t: Trial) -> Stream:
    t.needs_reduction()
    return stream(t.metric, **t.params)


def _state(t: Trial, s: Stream, arrays: list[Any], weights: Any, spans: list[tuple[int, int]]) -> Any:
    state = s.init(*t.put(_rows(arrays, slice(0, 3))))
    for i, j in spans:
        state = s.update(state, *t.put(_rows(arrays, slice(i, j))), weights=t.backend.put(weights[i:j]))
    return state


@law
def parts_make_the_whole(t: Trial) -> None:
    """Any split, an empty one too, and any grouping of the merges."""
    s = _stream(t)
    arrays, weights = t.draw(BATCH), t.weights(BATCH)
    want = t.value(arrays, weights=weights)
    with t.backend.context():
        for spans in ([(0, 8)], [(0, 3), (3, 3), (3, 4), (4, 8)], [(0, 1), (1, 8)]):
            close(t.backend.get(s.compute(_state(t, s, arrays, weights, spans))), want, t.tolerance, f"parts {spans}")
        a, b, c = (_state(t, s, arrays, weights, [span]) for span in ((0, 3), (3, 4), (4, 8)))
        for state in (s.merge(s.merge(a, b), c), s.merge(a, s.merge(b, c)), s.merge(c, s.merge(b, a))):
            close(t.backend.get(s.compute(state)), want, t.tolerance, "grouping")


@law
def blocks_make_the_whole(t: Trial) -> None:
    """Evaluation block by block gives what evaluation at once gives."""
    t.needs_reduction()
    t.needs(t.backend.name == "numpy", "only host arrays are walked in blocks")
    for batch, axis in (((9,), None), ((5, 4), 0), ((5, 4), 1), ((5, 4), None)):
        arrays, weights = t.draw(batch), t.weights(batch)
        want = t.value(arrays, weights=weights, axis=axis)
        sizes = _reduce.BLOCK_BYTES, _reduce.PLAIN_BLOCK_BYTES
        _reduce.BLOCK_BYTES = _reduce.PLAIN_BLOCK_BYTES = sum(a.nbytes for a in arrays if a is not None) * 2 // batch[0] + 1
        try:
            got = t.value(arrays, weights=weights, axis=axis)
        finally:
            _reduce.BLOCK_BYTES, _reduce.PLAIN_BLOCK_BYTES = sizes
        close(got, want, t.tolerance, f"blocks of {batch}, axis={axis}")


@law
def pickles_by_name(t: Trial) -> None:
    if pickle.loads(pickle.dumps(t.metric)) != t.metric:
        raise Broken("the metric came back another")
    t.needs_reduction()
    s = stream(t.metric, **t.params)
    if pickle.loads(pickle.dumps(s)) != s or hash(pickle.loads(pickle.dumps(s))) != hash(s):
        raise Broken("the stream came back another")


# ---- compiled and mapped


@law
def compiled_is_eager(t: Trial) -> None:
    """Under `jax.jit`, and under `torch.compile(fullgraph=True)` without a warning."""
    if t.backend.jit is None:
        raise Exempt(f"{t.backend.name} does not compile")
    arrays, weights = t.draw(BATCH), t.weights(BATCH)
    options = {} if not t.metric.shared else {"weights": weights}
    with t.backend.context():
        put = {k: t.backend.put(v) for k, v in options.items()}
        given = [a for a in t.put(arrays) if a is not None]
        got = t.backend.jit(t.partial(**put))(*given) if len(given) == len(arrays) else None
        if got is None:
            got = t.backend.jit(lambda *a: t.metric(*a, **t.params, **put))(*given)
        close(t.backend.get(got), t.value(arrays, **options), t.tolerance, "compiled")


@law
def mapped_is_a_loop(t: Trial) -> None:
    """Under `jax.vmap` and `torch.func.vmap`."""
    if t.backend.vmap is None:
        raise Exempt(f"{t.backend.name} does not map")
    arrays = [a for a in t.draw((3, *BATCH)) if a is not None]
    with t.backend.context():
        got = t.backend.vmap(t.partial())(*t.put(arrays))
        close(t.backend.get(got), np.stack([t.value(_rows(arrays, i)) for i in range(3)]), t.tolerance, "mapped")


@law
def streams_compile(t: Trial) -> None:
    """`update` under `jax.jit` and `torch.compile`; on JAX under `lax.scan` too, where the state keeps its shape."""
    if t.backend.jit is None:
        raise Exempt(f"{t.backend.name} does not compile")
    s = _stream(t)
    arrays = t.draw((4, *BATCH))
    given = [a for a in arrays if a is not None]
    with t.backend.context():
        state = s.init(*t.put(_rows(given, 0)))
        update = t.backend.jit(s.update)
        once = update(state, *t.put(_rows(given, 0)))
        close(t.backend.get(s.compute(once)), t.value(_rows(arrays, 0)), t.tolerance, "jitted update")
        if t.backend.name.startswith("jax") and not hasattr(state, "emptied"):
            from jax import lax

            state = lax.scan(lambda st, batch: (s.update(st, *batch), None), state, tuple(t.put(given)))[0]
            close(t.backend.get(s.compute(state)), t.value(arrays), t.tolerance, "scan")


# ---- derivatives


@law
def gradient_is_the_slope(t: Trial) -> None:
    """Automatic differentiation gives the finite difference, in float64 and off the kinks."""
    grad = t.needs_gradient()
    t.needs(t.backend.double, "finite differences need float64")
    rng = np.random.default_rng(int(t.source((1,))[0] * 1e6))
    steady = Trial(t.variant, t.backend, rng.random)
    arrays = steady.draw(BATCH, inner=True)
    for place in t.real_places():
        way = rng.normal(size=arrays[place].shape)
        ahead, behind = ([a if i != place else a + h * way for i, a in enumerate(arrays)] for h in (1e-6, -1e-6))
        numeric = (t.value(ahead) - t.value(behind)) / 2e-6
        with t.backend.context():
            slope = (grad(t.partial(), arrays, place) * way).sum()
        close(slope, numeric, 2e-5, f"gradient by `{t.names[place]}`")


@law
def gradient_is_never_nan(t: Trial) -> None:
    """On the closed domain, at ties, kinks and bounds, wherever the value is finite."""
    grad = t.needs_gradient()
    arrays = t.draw(BATCH)
    if not np.isfinite(t.value(arrays)):
        raise Exempt("the value is not finite here")
    with t.backend.context():
        for place in t.real_places():
            slope = grad(t.partial(), arrays, place)
            if np.isnan(slope).any():
                raise Broken(f"gradient by `{t.names[place]}` is NaN")


@law
def gradients_agree(t: Trial) -> None:
    """One subgradient at every kink, on every library."""
    grad = t.needs_gradient()
    t.needs(t.backend.name == "torch" and "jax" in installed(), "compared once, torch with JAX")
    arrays = t.draw(BATCH)
    other = t.elsewhere("jax-x64")
    if not np.isfinite(t.value(arrays)):
        raise Exempt("the value is not finite here")
    for place in t.real_places():
        ours = grad(t.partial(), arrays, place)
        with other.backend.context():
            theirs = other.needs_gradient()(other.partial(), arrays, place)
        close(ours, theirs, 1e-9, f"gradient by `{t.names[place]}`, torch against JAX")


# ---- facts


@law
def nan_is_not_lost(t: Trial) -> None:
    """NaN in, NaN out."""
    t.needs(bool(t.real_places()), "takes labels only")
    for place in t.real_places():
        arrays = [a if a is None else np.array(a) for a in t.draw(BATCH)]
        arrays[place][(0,) * arrays[place].ndim] = np.nan
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


@law
def truth_is_best(t: Trial) -> None:
    """A prediction equal to the target has the best value."""
    best = t.metric.facts.best
    t.needs(best is not None, "has no best value")
    t.needs(t.names[:2] == ["pred", "target"], "has no prediction beside a target")
    pred, target = t.domains[:2]
    t.needs(pred.event == target.event or {*pred.event, *target.event} == {"n", "m", "coordinate"}, "prediction and target differ in kind")
    t.needs(pred.name == target.name or {pred.name, target.name} <= {"probabilities", "0 or 1", "integer labels"}, "prediction and target differ in kind")
    arrays = t.draw(BATCH, inner=True)
    arrays[0] = arrays[1]
    if target.members.__name__ == "unit_members" and not target.image:
        arrays[0] = arrays[1] = np.round(arrays[1])
    if t.variant.optional:
        arrays[2] = arrays[3]
    value = t.value(arrays)
    if not isnan(float(value)) and "zero_division" not in t.metric.definition.params:
        close(value, best, max(t.tolerance, 1e-9), "truth")


@law
def symmetric_as_stated(t: Trial) -> None:
    t.needs(t.metric.facts.symmetric, "not symmetric")
    arrays = t.draw(BATCH)
    t.needs(t.domains[0].event == t.domains[1].event or "n" in t.domains[0].event, "scores are not labels")
    t.needs(t.variant.form.selector != "class_axis", "scores are not labels")
    swapped = [arrays[1], arrays[0], *([arrays[3], arrays[2]] if t.variant.optional else arrays[2:])]
    close(t.value(swapped), t.value(arrays), t.tolerance, "arguments changed places")


@law
def far_from_zero_is_right(t: Trial) -> None:
    """In float32, beside an offset of 4096, what float64 gives for the same inputs."""
    t.needs_reduction()
    places = [i for i in t.real_places() if t.domains[i].members.__name__ in ("real_members", "unit_members") and (t.domains[i].image or t.domains[i].low == -inf)]
    t.needs(len(places) == len(t.real_places()) > 1, "its inputs have no common zero")
    moved = [a if a is None else (a + 4096.0).astype("float32") if i in places else a for i, a in enumerate(t.draw(BATCH))]
    want = t.reference.value([a if a is None or a.dtype.kind != "f" else a.astype("float64") for a in moved])
    close(t.value(moved), want, 64 * 1.2e-7 * 4096, "offset 4096")


@law
def lazy_as_stated(t: Trial) -> None:
    """Dask computes nothing before it is asked."""
    t.needs(t.backend.name == "dask", "only Dask is lazy")
    import dask

    def refuse(*args: Any, **options: Any) -> None:
        raise Broken("the graph was computed")

    arrays = t.draw(BATCH)
    with dask.config.set(scheduler=refuse):
        out = t.raw(arrays)
    close(t.backend.get(out), t.reference.value(arrays), t.tolerance, "computed later")
