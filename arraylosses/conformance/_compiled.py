"""What is compiled, and what is mapped."""

from typing import Any

import numpy as np

from ._law import BATCH, law, rows
from ._parts import streamed
from ._trial import Trial


def _given(arrays: list[Any]) -> list[Any]:
    return [a for a in arrays if a is not None]


@law(asks="jit")
def compiled_is_eager(t: Trial) -> None:
    """Under `jax.jit`, and under `torch.compile(fullgraph=True)` without a warning."""
    arrays, options = t.draw(BATCH), t.weighing(BATCH)
    compiled = t.compiled("call", lambda options, *a: t.call(*a, **options))
    with t.backend.context():
        put = {k: t.backend.put(v) for k, v in options.items()}
        got = t.got(compiled(put, *_given(t.put(arrays))))
    t.close(got, t.value(arrays, **options), "compiled")


@law(asks="vmap")
def mapped_is_a_loop(t: Trial) -> None:
    """Under `jax.vmap` and `torch.func.vmap`."""
    assert t.backend.vmap is not None
    arrays = _given(t.draw((3, *BATCH)))
    with t.backend.context():
        got = t.got(t.backend.vmap(t.partial())(*t.put(arrays)), 1)
    t.close(got, np.stack([t.value(rows(arrays, i)) for i in range(3)]), "mapped")


@law(asks="jit")
def streams_compile(t: Trial) -> None:
    """`update` under `jax.jit` and `torch.compile` is the eager one."""
    s = streamed(t)
    arrays = _given(t.draw(BATCH))
    update = t.compiled("update", s.update)
    with t.backend.context():
        given = t.grouped(t.put(arrays))
        got = t.got(s.compute(update(s.init(*given), *given)))
    t.close(got, t.value(arrays), "compiled update")


@law(asks="scan")
def streams_scan(t: Trial) -> None:
    """A whole pass over the data under `jax.lax.scan`, where the state keeps its shape."""
    assert t.backend.scan is not None
    s = streamed(t)
    arrays = _given(t.draw((4, *BATCH)))
    with t.backend.context():
        state = s.init(*t.grouped(t.put(rows(arrays, 0))))
        t.needs(not hasattr(state, "emptied"), "its state grows, or a fixed number of samples by `capacity`")
        scanned = t.compiled("scan", t.backend.scan(lambda state, batch: s.update(state, *t.grouped(batch))))
        got = t.got(s.compute(scanned(state, tuple(t.put(arrays)))))
    t.close(got, t.value(arrays), "scan")
