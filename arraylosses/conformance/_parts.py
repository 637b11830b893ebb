"""Order, parts, streams, and what is compiled or mapped."""

import pickle
from typing import Any

import numpy as np

from .. import _reduce
from .._stream import Stream, stream
from ._law import BATCH, law, rows
from ._trial import Broken, Exempt, Trial, close

# ---- order, parts and streams


@law
def order_is_free(t: Trial) -> None:
    t.needs_reduction()
    arrays, weights = t.draw(BATCH), t.weights(BATCH)
    turn = np.array([3, 0, 7, 1, 6, 2, 5, 4])
    close(t.value(rows(arrays, turn), weights=weights[turn]), t.value(arrays, weights=weights), t.tolerance, "order")


def _stream(t: Trial) -> Stream:
    t.needs_reduction()
    return stream(t.metric, **t.params)


def _state(t: Trial, s: Stream, arrays: list[Any], weights: Any, spans: list[tuple[int, int]]) -> Any:
    state = s.init(*t.grouped(t.put(rows(arrays, slice(0, 3)))))
    for i, j in spans:
        state = s.update(state, *t.grouped(t.put(rows(arrays, slice(i, j)))), weights=t.backend.put(weights[i:j]))
    return state


@law
def parts_make_the_whole(t: Trial) -> None:
    """Any split, an empty one too, and any grouping of the merges."""
    s = _stream(t)
    arrays, weights = t.draw(BATCH), t.weights(BATCH)
    want = t.value(arrays, weights=weights)
    with t.backend.context():
        for spans in ([(0, 8)], [(0, 3), (3, 3), (3, 4), (4, 8)], [(0, 1), (1, 8)]):
            close(t.got(s.compute(_state(t, s, arrays, weights, spans))), want, t.tolerance, f"parts {spans}")
        a, b, c = (_state(t, s, arrays, weights, [span]) for span in ((0, 3), (3, 4), (4, 8)))
        for state in (s.merge(s.merge(a, b), c), s.merge(a, s.merge(b, c)), s.merge(c, s.merge(b, a))):
            close(t.got(s.compute(state)), want, t.tolerance, "grouping")


@law
def blocks_make_the_whole(t: Trial) -> None:
    """Evaluation block by block gives what evaluation at once gives."""
    t.needs_reduction()
    t.needs(t.backend.name == "numpy", "only host arrays are walked in blocks")
    for batch, axis in (((9,), None), ((5, 4), 0), ((5, 4), 1), ((5, 4), None)):
        arrays, weights = t.draw(batch), t.weights(batch)
        want = t.value(arrays, weights=weights, axis=axis)
        sizes = _reduce.BLOCK_BYTES, _reduce.PLAIN_BLOCK_BYTES
        _reduce.BLOCK_BYTES = _reduce.PLAIN_BLOCK_BYTES = (
            sum(a.nbytes for a in arrays if a is not None) * 2 // batch[0] + 1
        )
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
    t.needs(not any(hasattr(v, "dtype") for v in t.params.values()), "an array parameter is equal to itself only")
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
            got = t.backend.jit(lambda *a: t.call(*a, **put))(*given)
        close(t.got(got), t.value(arrays, **options), t.tolerance, "compiled")


@law
def mapped_is_a_loop(t: Trial) -> None:
    """Under `jax.vmap` and `torch.func.vmap`."""
    if t.backend.vmap is None:
        raise Exempt(f"{t.backend.name} does not map")
    arrays = [a for a in t.draw((3, *BATCH)) if a is not None]
    with t.backend.context():
        got = t.backend.vmap(t.partial())(*t.put(arrays))
        close(t.got(got, 1), np.stack([t.value(rows(arrays, i)) for i in range(3)]), t.tolerance, "mapped")


@law
def streams_compile(t: Trial) -> None:
    """`update` under `jax.jit` and `torch.compile`; on JAX under `lax.scan` too, where the state keeps its shape."""
    if t.backend.jit is None:
        raise Exempt(f"{t.backend.name} does not compile")
    s = _stream(t)
    arrays = t.draw((4, *BATCH))
    given = [a for a in arrays if a is not None]
    with t.backend.context():
        state = s.init(*t.grouped(t.put(rows(given, 0))))
        update = t.backend.jit(s.update)
        once = update(state, *t.grouped(t.put(rows(given, 0))))
        close(t.got(s.compute(once)), t.value(rows(arrays, 0)), t.tolerance, "jitted update")
        if t.backend.name.startswith("jax") and not hasattr(state, "emptied"):
            from jax import lax

            state = lax.scan(lambda st, batch: (s.update(st, *t.grouped(batch)), None), state, tuple(t.put(given)))[0]
            close(t.got(s.compute(state)), t.value(arrays), t.tolerance, "scan")
