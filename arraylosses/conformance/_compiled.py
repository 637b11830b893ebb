"""What is compiled, mapped, walked over, spread over devices, or only described."""

from functools import partial, reduce
from shutil import which
from typing import Any

import numpy as np

from .._sizes import sized
from ._backend import leaves
from ._law import BATCH, law, rows
from ._parts import streamed
from ._trial import Broken, Trial


def _given(arrays: list[Any]) -> list[Any]:
    return [a for a in arrays if a is not None]


@law(asks="jit")
def compiled_is_eager(t: Trial) -> None:
    """Under `jax.jit`, and under `torch.compile(fullgraph=True)` without a warning."""
    arrays, options = t.draw(BATCH), t.weighing(BATCH)
    # the eager call first: the first of all on torch learns the library, which a trace had better not do
    want, compiled = t.raw(arrays, **options), t.compiled(t.function(*options))
    with t.backend.context():
        got = compiled(*t.put([*arrays, *options.values()]))
        t.close(t.got(got), t.got(want), "compiled")
    for a, b in zip(leaves(got), leaves(want), strict=True):
        if (type(a), a.dtype) != (type(b), b.dtype):
            raise Broken(f"compiled it is {type(a).__name__} of {a.dtype}, else {type(b).__name__} of {b.dtype}")


@law
def settings_do_not_mix(t: Trial) -> None:
    """Eager calls with one setting after the other, and again, give what each gives by itself, to the bits of a call
    that looks everything up; defaults written out, what they give untold.
    """
    t.takes("axis")
    arrays, row = t.draw((3, 2)), t.draw((4,))
    calls: list[tuple[list[Any], dict[str, Any]]] = [(row, {"axis": 0}), (arrays, {"axis": 0}), (arrays, {"axis": 1})]
    if "reduction" in t.metric.shared:
        calls.append((arrays, {"axis": 0, "reduction": "sum"}))
    want = [t.reference.value(given, **setting) for given, setting in calls]
    calls.append((arrays, _written_out(t)))
    want.append(t.reference.value(arrays))
    for (given, setting), value in [*zip(calls, want, strict=True)] * 2:
        what, lead = f"with {', '.join(map(str, setting))}", int("axis" in setting)
        got = t.raw(given, **setting)
        with sized(ways=0):
            anew = t.raw(given, **setting)
        with t.backend.context():
            found, found_anew = t.got(got, lead), t.got(anew, lead)
            t.close(found, value, what)
            if not np.array_equal(found, found_anew, equal_nan=True):
                raise Broken(f"{what}: {found.tolist()}, and {found_anew.tolist()} without what is remembered")


def _written_out(t: Trial) -> dict[str, Any]:
    """The parameters of the form that are left at their defaults."""
    taken = {**t.variant.form.params, **t.metric.definition.read_params}
    return {k: v for k, v in t.settings.items() if k in taken and k not in t.variant.params}


LENGTHS = (5, 8, 13)


@law(asks="lengths", kinds=True)
def lengths_share_a_program(t: Trial) -> None:
    """One program of `torch.compile` takes batches of every length, full of ties."""
    t.needs_frame()
    given = [t.draw_coarse((n,)) for n in LENGTHS]
    want = [t.got(t.raw(arrays)) for arrays in given]  # eager first, as above
    compiled = t.compiled(t.function(), t.backend.lengths)
    for arrays, value in zip(given, want, strict=True):
        t.close(t.got(compiled(*_given(t.put(arrays)))), value, "compiled for batches of other lengths")


NATIVE = (
    "absolute_error",
    "auroc",
    "binary_cross_entropy_with_logits",
    "chamfer_distance",
    "cross_entropy",
    "f1_score",
    "gaussian_nll",
    "giou_loss",
    "r2_score",
    "ssim",
)
"""One of each kind: machine code takes a C++ compiler and many seconds a metric."""


@law(asks="native")
def native_is_eager(t: Trial) -> None:
    """Machine code by `torch.compile` with inductor."""
    t.needs(t.variant.name in NATIVE, "machine code is tried on ten metrics, one of each kind")
    t.lacks(which("g++") is None, "a C++ compiler")
    arrays = t.draw(BATCH)
    want = t.value(arrays)
    compiled = t.compiled(t.function(), t.backend.native)
    t.close(t.got(compiled(*_given(t.put(arrays)))), want, "machine code")


@law(asks="guard", kinds=True)
def nothing_moves(t: Trial) -> None:
    """A compiled call moves no array between the host and a device: under `jax.transfer_guard("disallow")`."""
    assert t.backend.guard is not None
    compiled = t.compiled(t.function())
    with t.backend.context():
        given = t.put(t.draw(BATCH))
        first = compiled(*given)
        with t.backend.guard():
            again = compiled(*given)
        t.close(t.got(again), t.got(first), "called again", 0.0)


@law(asks="functional", wide=True)
def value_and_gradient_are_one(t: Trial) -> None:
    """Under `jax.jit(jax.value_and_grad(f))` and `torch.func.grad_and_value(f)`."""
    t.needs_gradient()
    assert t.backend.functional is not None
    arrays = t.scattered(t.chance()).draw(BATCH, inner=True)
    place = t.first_smooth_place()
    compiled = t.compiled(t.function(), partial(t.backend.functional, place=place))
    with t.backend.context():
        value, slope = map(t.backend.get, compiled(*t.put(arrays)))
    t.close(slope, t.slopes(arrays)[place], f"gradient by `{t.names[place]}`")
    t.close(value, np.sum(t.value(arrays)), "value")


@law(asks="trained")
def compiled_gradients_agree(t: Trial) -> None:
    """The gradient of a compiled call, backwards, is that of an eager one; of losses at ties and at kinks too.

    A metric of several elements may choose one among equals.
    """
    t.needs_gradient()
    assert t.backend.trained is not None
    place = t.first_smooth_place()
    alone = "reduction" in t.metric.shared
    drawn = [t.draw(BATCH), t.draw_coarse(BATCH)] if alone else [t.scattered(t.chance()).draw(BATCH, inner=True)]
    want = [t.slopes(arrays)[place] for arrays in drawn]  # eager first, as above
    compiled = t.compiled(t.function(), t.backend.trained)
    for arrays, slope in zip(drawn, want, strict=True):
        t.close(compiled(arrays, place), slope, f"gradient by `{t.names[place]}`")


@law(asks="shape", kinds=True)
def shapes_are_known_beforehand(t: Trial) -> None:
    """`jax.eval_shape` and fake tensors find the shape and dtype that a call then has."""
    assert t.backend.shape is not None
    arrays = t.draw(BATCH)
    with t.backend.context():
        found, real = t.backend.shape(t.call, arrays), t.raw(arrays)
    for a, b in zip(leaves(found), leaves(real), strict=True):
        if (tuple(a.shape), str(a.dtype)) != (tuple(b.shape), str(b.dtype)):
            raise Broken(f"{tuple(a.shape)} of {a.dtype} was expected, and {tuple(b.shape)} of {b.dtype} came")


@law(asks="shards")
def shards_make_the_whole(t: Trial) -> None:
    """States of parts, each on a device of its own under `jax.shard_map`, merge to that of the whole."""
    assert t.backend.shards is not None
    s = streamed(t)
    arrays = _given(t.draw(BATCH))

    def state(*parts: Any) -> Any:
        return s.update(s.init(*t.grouped(parts)), *t.grouped(parts))

    with t.backend.context():
        got = t.got(s.compute(reduce(s.merge, t.compiled(state, t.backend.shards)(*arrays))))
    t.close(got, t.value(arrays), "shards")


@law(asks="spread")
def spread_is_whole(t: Trial) -> None:
    """Of a torch DTensor, sharded along the first axis."""
    assert t.backend.spread is not None
    arrays = t.draw(BATCH)
    try:
        got = t.backend.spread(t.function(), arrays)
    except (RuntimeError, NotImplementedError) as absent:
        said = str(absent).partition("\n")[0]
        operator = next((word for word in said.split() if word.startswith(("aten.", "arraylosses."))), "")
        t.lacks(bool(operator) and ("DTensor" in said or "sharding" in said), f"DTensor's form of {operator} here")
        raise
    t.close(t.got(got), t.value(arrays), "sharded")


@law(asks="vmap")
def mapped_is_a_loop(t: Trial) -> None:
    """Under `jax.vmap` and `torch.func.vmap`."""
    assert t.backend.vmap is not None
    arrays = _given(t.draw((3, *BATCH)))
    with t.backend.context():
        got = t.got(t.compiled(t.function(), t.backend.vmap)(*t.put(arrays)), 1)
    t.close(got, np.stack([t.value(rows(arrays, i)) for i in range(3)]), "mapped")


@law(asks="jit")
def streams_compile(t: Trial) -> None:
    """`update` under `jax.jit` and `torch.compile` is the eager one."""
    s = streamed(t)
    arrays = _given(t.draw(BATCH))
    update = t.compiled(s.update)
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
        scanned = t.compiled(t.backend.scan(lambda state, batch: s.update(state, *t.grouped(batch))))
        got = t.got(s.compute(scanned(state, tuple(t.put(arrays)))))
    t.close(got, t.value(arrays), "scan")
