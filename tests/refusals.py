"""``python -m tests.refusals``: what each metric does with what does not fit, into ``docs/refusals.md``.

A cell is an error, or a value that says that something is wrong: NaN, or nothing for nothing. A number would be silent.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np

import arraylosses as al
from arraylosses.conformance import Trial, backend, source, variants

PAGE = Path(__file__).parents[1] / "docs" / "refusals.md"
BATCH = (8,)
Arrays = list[Any]
Case = Callable[[Trial], Iterator[Any]]
"""A trial -> results of calls that do not fit; none where there is no such call."""


def _given(t: Trial) -> list[int]:
    """The arguments whose arrays are given."""
    return [i for i, d in enumerate(t.domains) if not d.optional or t.variant.optional]


def _misfits(t: Trial, batch: tuple[int, ...], change: Callable[[int, Any], Any]) -> Iterator[Any]:
    """Each array changed in turn, where there are several."""
    places = _given(t)
    for place in places if len(places) > 1 else ():
        arrays = t.draw(batch)
        arrays[place] = change(place, arrays[place])
        yield from _called(t, arrays)


def _called(t: Trial, arrays: Arrays) -> Iterator[Any]:
    yield lambda: t.raw(arrays)


def column(t: Trial) -> Iterator[Any]:
    return _misfits(t, BATCH, lambda place, a: np.expand_dims(a, 1))


def row(t: Trial) -> Iterator[Any]:
    return _misfits(t, (3, *BATCH), lambda place, a: a[:1])


def single(t: Trial) -> Iterator[Any]:
    return _misfits(t, BATCH, lambda place, a: a[0])


def longer(t: Trial) -> Iterator[Any]:
    return _misfits(t, BATCH, lambda place, a: np.concatenate([a, a[:1]]))


def other_library(t: Trial) -> Iterator[Any]:
    """One of array-api-strict's beside NumPy's."""
    for place in _given(t) if len(_given(t)) > 1 else ():
        arrays = t.draw(BATCH)
        arrays[place] = backend("strict").put(arrays[place])
        yield partial(t.function(), *arrays)


def other_device(t: Trial) -> Iterator[Any]:
    """Of array-api-strict, which has several."""
    strict = t.elsewhere("strict")
    second = strict.backend.second
    assert second is not None
    for place in _given(t) if len(_given(t)) > 1 else ():
        arrays = strict.put(t.draw(BATCH))
        arrays[place] = second(np.asarray(arrays[place]._array))
        yield partial(strict.function(), *arrays)


def other_kind(t: Trial, dtype: Any) -> Iterator[Any]:
    for place in _given(t):
        arrays = t.draw(BATCH)
        arrays[place] = arrays[place].astype(dtype)
        yield from _called(t, arrays)


def empty(t: Trial) -> Iterator[Any]:
    yield from _called(t, t.draw((0,)))


def spoilt(t: Trial) -> Iterator[Any]:
    for place in t.real_places():
        arrays = t.draw(BATCH, inner=True)
        arrays[place][(0,) * arrays[place].ndim] = np.nan
        yield from _called(t, arrays)


def unknown_label(t: Trial) -> Iterator[Any]:
    for place in _given(t):
        if t.domains[place].label:
            arrays = t.draw(BATCH)
            arrays[place][(0,) * arrays[place].ndim] = 99
            yield from _called(t, arrays)


def outside(t: Trial) -> Iterator[Any]:
    """A probability of -7, a negative variance, a box whose second corner is below the first."""
    for place in t.real_places():
        if t.domains[place].bounded:
            arrays = t.draw(BATCH, inner=True)
            arrays[place] = np.full_like(arrays[place], -7.0)
            if t.domains[place].event[-1:] == (4,):
                arrays[place][..., :2] = 7.0
            yield from _called(t, arrays)


CASES: dict[str, Case] = {
    "(n,) beside (n, 1)": column,
    "(1, n) beside (m, n)": row,
    "() beside (n,)": single,
    "n beside n + 1": longer,
    "another library": other_library,
    "another device": other_device,
    "complex": lambda t: other_kind(t, complex),
    "text": lambda t: other_kind(t, str),
    "nothing": empty,
    "NaN": spoilt,
    "label out of range": unknown_label,
    "outside the domain": outside,
}


def outcome(t: Trial, call: Callable[[], Any]) -> str:
    """The name of an error, 'NaN', 'empty', or 'a number'."""
    try:
        with catch_warnings():
            simplefilter("error")
            value = t.got(call())
    except (ValueError, TypeError) as refusal:
        return type(refusal).__name__
    value = np.asarray(value)
    if value.size == 0:
        return "empty"
    return "NaN" if np.isnan(value.astype(float)).any() else "a number"


def cell(t: Trial, case: str) -> str:
    found = [outcome(t, call) for call in CASES[case](t)]
    if case == "nothing" and found == ["a number"]:
        return _of_nothing(t)
    return ", ".join(dict.fromkeys(found))


def _of_nothing(t: Trial) -> str:
    """The value that the facts state; of counts, zeros."""
    facts = t.metric.facts
    stated = 0.0 if facts.range is None else facts.empty
    return f"{stated:g}, as stated" if np.all(t.value(t.draw((0,))) == stated) else "a number"


def table() -> dict[str, list[str]]:
    """Metric -> what each case of CASES comes to, in the form that needs no selector."""
    found = {}
    for metric in al.catalogue:
        t = Trial(next(variants(metric)), backend("numpy"), source(0))
        found[metric.__name__] = [cell(t, case) for case in CASES]
    return found


HEAD = """# Refusals

What does each metric do with arrays that do not fit? This page is written by `python -m tests.refusals`; a test holds
it to the code.

A refusal is a `ValueError` or a `TypeError` with one sentence: what was given, what is right. Where a value cannot be
refused, the result is NaN. Nothing is broadcast, promoted or moved silently: no cell is a number. "nothing" is a batch
of no elements, "text" an array of strings, "outside the domain" a probability of -7, a negative variance or a box
whose second corner lies below the first; an empty cell means that the metric takes no such argument. On an
accelerator, and under a compiler, values cannot be looked at, and what is refused for a value is NaN there. NumPy,
first form of each metric.

Beside this table calls are made up, by hypothesis in the tests, and by atheris, which coverage leads: in an hour
(`python -m nox -s fuzz`, 2026-11-25) 6.6 million calls gave an array or a sentence, each of them.

"""


def page(found: dict[str, list[str]]) -> str:
    counts = Counter(c for cells in found.values() for c in cells if c)
    lines = ["| metric | " + " | ".join(CASES) + " |", "| --- |" + " --- |" * len(CASES)]
    lines += [f"| `{name}` | " + " | ".join(cells) + " |" for name, cells in found.items()]
    together = ["| what | cells |", "| --- | --- |", *(f"| {what} | {count} |" for what, count in counts.most_common())]
    return HEAD + "\n".join([*together, "", *lines]) + "\n"


def main() -> int:
    PAGE.write_text(page(table()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
