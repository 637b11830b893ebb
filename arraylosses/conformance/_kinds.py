"""Inputs of other kinds: short and narrow dtypes, booleans, single elements, another device."""

from typing import Any

import numpy as np

from .._domains import zero_or_one
from .._xp import default_dtype, library
from ._backend import leaves
from ._law import BATCH, law
from ._trial import Broken, Trial


@law
def half_is_computed_in_single(t: Trial) -> None:
    """float16 in, the float32 result of the cast input out."""
    t.needs_frame()
    t.lacks("float16" in t.backend.lacks, "float16")
    t.needs(bool(t.real_places()), "takes labels only")
    half = t.as_dtype(t.draw(BATCH), "float16")
    got, want = (t.got(t.raw(arrays)) for arrays in (half, t.as_dtype(half, "float32")))
    # a compiler may round a program of another dtype otherwise; float16 itself is 8192 times as coarse
    t.close(got, want, "float16", 4 * float(np.finfo("float32").eps))


@law
def integers_become_floating(t: Trial) -> None:
    """Whole numbers in an integer dtype, a narrow one too, give what they give as floats."""
    t.needs_frame()
    t.needs(bool(t.real_places()), "takes labels only")
    t.needs(not any(d.labels for d in t.variant.form.domains.values()), "an integer dtype means labels here")
    narrow = t.as_dtype([a if a is None else np.ceil(np.abs(a)) for a in t.draw(BATCH)], "uint8")
    narrow = [a if a is None or not d.label else a.astype("int64") for a, d in zip(narrow, t.domains, strict=True)]
    with t.backend.context():
        out = t.result(narrow)
        own = str(default_dtype(library(leaves(out)[0])))
        t.close(t.got(out), t.value(t.as_dtype(narrow, own.rpartition(".")[2])), "uint8")
    kinds = {str(part.dtype) for part in leaves(out)}
    if kinds != {own}:
        raise Broken(f"uint8 gave {', '.join(sorted(kinds))}, and the library's own dtype is {own}")


@law
def bfloat_is_computed_in_single(t: Trial) -> None:
    """bfloat16 in, the float32 result of the cast input out."""
    t.needs_frame()
    t.needs(bool(t.real_places()), "takes labels only")
    t.lacks(t.backend.brain is None, "bfloat16")
    assert t.backend.brain is not None
    places, drawn = t.real_places(), t.as_dtype(t.draw(BATCH), "float32")
    with t.backend.context():
        short = [t.backend.brain(a) if i in places else a for i, a in enumerate(t.put(drawn))]
        got = t.got(t.function()(*short))
        want = t.got(t.raw([_shortened(a) if i in places else a for i, a in enumerate(drawn)]))
    # a compiler may round a program of another dtype otherwise; bfloat16 itself is 65,536 times as coarse
    t.close(got, want, "bfloat16", 4 * float(np.finfo("float32").eps))


def _shortened(a: Any) -> Any:
    """Rounded to the 8 binary digits of bfloat16, to the even one of two as near."""
    bits = np.ascontiguousarray(a, dtype="float32").view("uint32")
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype("uint32").view("float32").reshape(a.shape)


@law
def booleans_are_zero_and_one(t: Trial) -> None:
    """True and False give what 1.0 and 0.0 give."""
    t.needs_frame()
    t.needs(bool(t.real_places()), "takes labels only")
    t.needs(not any(d.labels for d in t.variant.form.domains.values()), "a boolean dtype means labels here")
    conditions = {t.domains[i].condition for i in t.real_places()}
    t.needs(conditions <= {None, zero_or_one}, "its domain has more than bounds")
    drawn = [a if i not in t.real_places() else a > 0.5 for i, a in enumerate(t.draw(BATCH))]
    t.close(t.value(drawn), t.value(t.as_dtype(drawn, "float64")), "booleans")


@law
def one_element_needs_no_axis(t: Trial) -> None:
    """An element alone, whose batch has no axis, gives what a batch of one gives."""
    t.needs_reduction()
    alone = t.draw(())
    t.close(t.value(alone), t.value([None if a is None else a[None] for a in alone]), "one element")


@law(asks="second")
def devices_are_kept(t: Trial) -> None:
    """Arrays on another device give a result on that device, and nothing is made elsewhere."""
    assert t.backend.second is not None
    arrays = t.draw(BATCH)
    given = [None if a is None else t.backend.second(a) for a in arrays]
    where = next(a.device for a in given if a is not None)
    params = {k: t.backend.second(v) if isinstance(v, np.ndarray) else v for k, v in t.variant.params.items()}
    out = t.metric(*t.grouped(given), **params)
    for part in leaves(out):
        if part.device != where:
            raise Broken(f"arrays on {where} gave a result on {part.device}")
    t.close(t.got(out), t.value(arrays), "on another device")
