"""Order, parts, streams, and what is compiled or mapped."""

import pickle
from functools import partial
from typing import Any

import numpy as np

from .._collection import stream
from .._sizes import SIZES, sized, tiny
from .._stream import Stream
from ._backend import as_it_is, leaves
from ._law import BATCH, law, rows
from ._trial import Broken, Trial

# ---- order, parts and streams


@law
def order_is_free(t: Trial) -> None:
    t.needs_reduction()
    arrays, weights = t.draw(BATCH), t.weighing(BATCH)
    turn = np.array([3, 0, 7, 1, 6, 2, 5, 4])
    turned = {name: w[turn] for name, w in weights.items()}
    t.close(t.value(rows(arrays, turn), **turned), t.value(arrays, **weights), "order")


def streamed(t: Trial) -> Stream:
    t.needs_frame()
    return stream(t.metric, **t.params)


SPLITS = {"at once": [(0, 8)], "parts": [(0, 1), (1, 2), (2, 2), (2, 8)]}
"""Parts of one element, and of none."""


def _state(t: Trial, weights: Any, arrays: list[Any], *spans: tuple[int, int]) -> Any:
    """What is remembered of some parts."""
    s = streamed(t)

    def part(i: int, j: int) -> Any:
        return t.grouped(rows(arrays, (slice(i, j), ...)))

    made = s.init(*part(0, 1))
    for i, j in spans:
        made = s.update(made, *part(i, j), weights=weights[i:j])
    return made


def _three(t: Trial, weights: Any, arrays: list[Any]) -> tuple[Any, ...]:
    """States of three parts."""
    return tuple(_state(t, weights, arrays, span) for span in ((0, 1), (1, 2), (2, 8)))


def _grouped(t: Trial, a: Any, b: Any, c: Any) -> dict[str, Any]:
    """The value of three parts, by every grouping."""
    s = streamed(t)
    states = s.merge(s.merge(a, b), c), s.merge(a, s.merge(b, c)), s.merge(c, s.merge(b, a))
    return {f"grouping {number}": s.compute(state) for number, state in enumerate(states)}


def _ways(t: Trial, weights: Any, arrays: list[Any]) -> dict[str, Any]:
    """The value of the whole by every way to put it together."""
    found = {way: streamed(t).compute(_state(t, weights, arrays, *spans)) for way, spans in SPLITS.items()}
    return found | _grouped(t, *_three(t, weights, arrays))


def _groupings(t: Trial) -> Any:
    """The values by groupings, of parts that another program has made.

    XLA rounds a sum of products once or twice, by what it compiles with it: only in one program an element is the same.
    """
    made = t.backend.once(lambda weights, *given: _three(t, weights, list(given)))
    merged = t.backend.once(partial(_grouped, t))
    return lambda weights, *given: merged(*made(weights, *given))


@law
def parts_make_the_whole(t: Trial) -> None:
    """Any split, an empty one too, and any grouping of the merges."""
    t.needs_frame()
    arrays, weights = t.draw(BATCH), t.weights(BATCH)
    want = t.value(arrays, weights=weights)
    ways = t.compiled(lambda weights, *given: _ways(t, weights, list(given)), t.backend.once)
    with t.backend.context():
        for way, out in ways(*t.put([weights, *arrays])).items():
            t.close(t.got(out), want, way)


@law
def splits_do_not_show(t: Trial) -> None:
    """In float32, a stream gives the same bits whatever the parts and their grouping."""
    t.needs_frame()
    free = t.scattered(t.chance())  # of multiples of 1/64, any sum is exact
    arrays, weights = t.as_dtype(free.draw(BATCH), "float32"), free.weights(BATCH).astype("float32")
    bare = t.backend.once is as_it_is
    ways = t.compiled(
        lambda weights, *given: _ways(t, weights, list(given)), t.backend.once if bare else lambda _: _groupings(t)
    )
    with t.backend.context():
        found = {way: t.got(out) for way, out in ways(*t.put([weights, *arrays])).items()}
    # where an element is an array, a matrix product may round it by how many stand beside it
    if any(d.event for d in t.domains):
        found.pop("at once", None)
    first, *_ = found.values()
    for way, value in found.items():
        if not np.array_equal(first, value, equal_nan=True):
            raise Broken(f"{way}: {value.tolist()}, not {first.tolist()}")


@law(asks="quick")
def quick_forms_agree(t: Trial) -> None:
    """Forms for many elements, in blocks, give the values and the gradients of the plain ones."""
    arrays = t.draw(BATCH)
    t.close(_tiny(t.value, arrays), t.value(arrays), "the value")
    if t.backend.grad is None or t.metric.facts.smooth == "nowhere":
        return
    for place, slope in (t.slopes(arrays) if t.smooth_places() else {}).items():
        # one at a time: a quick form may have a slope by the first alone
        by_place = partial(t.slopes, places=[place])
        t.close(_tiny(by_place, arrays)[place], slope, f"the gradient by argument {place}")


@law(asks="few", kinds=True)
def few_numbers_agree(t: Trial) -> None:
    """A call that NumPy makes where few numbers lie gives an array of the same library, dtype and values as its own."""
    for dtype in ("float64", "float32"):
        arrays = t.as_dtype(t.draw(BATCH), dtype)
        options = {name: value.astype(dtype) for name, value in t.weighing(BATCH).items()}
        want = t.raw(arrays, **options)
        got = t.function(*options)(*t.put([*arrays, *options.values()]))
        t.close(t.got(got), t.got(want), f"of {dtype}")
        for a, b in zip(leaves(got), leaves(want), strict=True):
            if (type(a), a.dtype, a.shape) != (type(b), b.dtype, b.shape):
                raise Broken(f"{dtype} gave {type(a).__name__} of {a.dtype}, not {type(b).__name__} of {b.dtype}")


@law(asks="quick")
def quick_forms_stream(t: Trial) -> None:
    """So do those of streams, for large batches and for the largest; and no small one is lost beside a million."""
    s, arrays = streamed(t), t.draw(BATCH)

    def value(arrays: list[Any]) -> Any:
        given = t.grouped(t.put(arrays))
        return t.got(s.compute(s.update(s.init(*given), *given)))

    want = value(arrays)
    t.close(_tiny(value, arrays), want, "the value")
    t.close(_tiny(value, arrays, many=SIZES.many), want, "the value of fewer")
    if t.metric.kind == "loss":
        _beside_many(t, s, [t.grouped(rows(t.put(t.as_dtype(arrays, "float32")), half)) for half in HALVES])


HALVES = (slice(4), slice(4, 8))


def _beside_many(t: Trial, s: Stream, halves: list[Any]) -> None:
    """The one half, doubled twenty-two times over, and then the other, one by one or all in one state."""
    one, other = halves
    many = s.update(s.init(*one), *one)
    for _ in range(22):
        many = s.merge(many, many)
    apart, few = many, s.init(*other)
    for _ in range(64):
        apart, few = s.update(apart, *other), s.update(few, *other)
    got, want = (t.got(s.compute(state)) for state in (apart, s.merge(many, few)))
    if not np.allclose(got, want, rtol=1e-6, atol=0.0, equal_nan=True):
        raise Broken(f"one by one: {got.tolist()}, not {want.tolist()}")


def _tiny(call: Any, arrays: list[Any], **sizes: int) -> Any:
    with tiny(**sizes):
        return call(arrays)


@law(asks="memory")
def blocks_make_the_whole(t: Trial) -> None:
    """Evaluation block by block gives what evaluation at once gives."""
    t.takes("axis")
    for batch, axis in (((9,), None), ((5, 4), 0), ((5, 4), 1), ((5, 4), None)):
        arrays, weights = t.draw(batch), t.weights(batch)
        want = t.value(arrays, weights=weights, axis=axis)
        with sized(bytes=sum(a.nbytes for a in arrays if a is not None) * 2 // batch[0] + 1):
            got = t.value(arrays, weights=weights, axis=axis)
        t.close(got, want, f"blocks of {batch}, axis={axis}")


@law(kinds=True)
def pickles_by_name(t: Trial) -> None:
    if pickle.loads(pickle.dumps(t.metric)) != t.metric:
        raise Broken("the metric came back another")
    t.needs_frame()
    t.needs(not any(hasattr(v, "dtype") for v in t.params.values()), "an array parameter is equal to itself only")
    s = stream(t.metric, **t.params)
    if pickle.loads(pickle.dumps(s)) != s or hash(pickle.loads(pickle.dumps(s))) != hash(s):
        raise Broken("the stream came back another")
