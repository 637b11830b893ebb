"""Small adversarial inputs with exact answers, run through one adapter on every array library.

``python -m tests.torture [--xp LIBRARY] [--heavy] [--json] [--partial] FILE...``; README.md describes the files.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests._runs import (
    Library,
    NotYet,
    Outcome,
    Skip,
    adapted,
    attempt,
    chosen,
    difference,
    library,
    parser,
    refusal,
    report,
)

from .adapter import FUNCS, STREAM

Case = Mapping[str, Any]

ROUNDING = {"float16": 1e-3, "bfloat16": 1e-2, "float64": 2.3e-16}
"""Unit of the last digit by dtype; float32's for all others."""

ROWS: dict[str, tuple[tuple[str, ...], ...]] = {
    "auce": (("mean", "std", "target"),),
    "chamfer": (("x",), ("y",)),
    "cross_entropy": (("logits", "target"),),
    "emd": (("a", "cost"),),
    "wasserstein_1d": (("u", "u_weights"), ("v", "v_weights")),
}
"""Inputs whose rows belong together, and may be put in another order; all of them where none are named."""


def run(path: Path, name: str, *, heavy: bool = False) -> list[Outcome]:
    """The outcomes of all cases of a file in one library."""
    lib = library(name)
    with lib.session(False):
        return [
            Outcome(path.stem, name, case["function"], case["id"], *attempt(_check, lib, case, heavy))
            for case in json.loads(path.read_text())["cases"]
        ]


def _check(lib: Library, case: Case, heavy: bool) -> str:
    """What is wrong with a case, or nothing."""
    call = adapted(FUNCS, case["function"])
    if "heavy" in case["tags"] and not heavy:
        raise Skip("heavy.")
    raw = {name: _array(stored, case["dtype"]) for name, stored in case["inputs"].items()}
    for array in raw.values():
        if array.dtype.name in lib.lacks:
            raise Skip(f"{lib.name} has no {array.dtype}.")
    return Trial(lib, call, case["function"], raw, case["kwargs"], case["dtype"]).judged(case["expect"])


def _array(stored: Any, dtype: str) -> Any:
    """Nested numbers, or one of the short forms."""
    if not isinstance(stored, dict):
        return _cast(_decoded(stored), dtype)
    dtype = stored.get("dtype", dtype)
    if "full" in stored:
        shape, number = stored["full"]
        return np.full(shape, number, dtype=_dtype(dtype))
    if "concat" in stored:
        return np.concatenate([_array({**part, "dtype": dtype}, dtype) for part in stored["concat"]])
    return _cast(_decoded(stored["data"]), dtype)


def _decoded(stored: Any) -> Any:
    if isinstance(stored, list):
        return [_decoded(x) for x in stored]
    return float(stored) if isinstance(stored, str) else stored


def _dtype(name: str) -> Any:
    if name != "bfloat16":
        return np.dtype(name)
    import ml_dtypes  # comes with JAX

    return np.dtype(ml_dtypes.bfloat16)


def _cast(numbers: Any, name: str) -> Any:
    dtype = _dtype(name)
    # floats are rounded from float64, as they were for the exact answers
    return np.asarray(numbers, dtype=dtype if dtype.kind in "iub" else np.float64).astype(dtype)


# ---- one case


@dataclass(frozen=True)
class Trial:
    """A case on its way through one library."""

    lib: Library
    call: Callable[..., Any]
    function: str
    raw: dict[str, Any]
    options: dict[str, Any]
    dtype: str

    @property
    def rows(self) -> list[list[str]]:
        """Inputs in groups whose rows belong together."""
        groups = ROWS.get(self.function, (tuple(self.raw),))
        return [[name for name in group if name in self.raw] for group in groups]

    def arrays(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """NumPy arrays as the library's."""
        return {name: self.lib.put(array) for name, array in raw.items()}

    def given(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments of a call, from NumPy arrays."""
        return {**self.arrays(raw), **self.options}

    def value(self, **changed: Any) -> Any:
        """The result in float64, with some of the inputs replaced."""
        return self.number(self.call(**self.given({**self.raw, **changed})))

    def number(self, value: Any) -> Any:
        return self.lib.get(value).astype(np.float64)

    def derivative(self, by: str, of: Callable[..., Any] | None) -> Any:
        """What the library's `gradient` or `hessian` makes of the call."""
        if of is None:
            raise Skip(f"{self.lib.name} does not differentiate.")
        given = self.given(self.raw)
        return self.number(of(lambda x: self.call(**{**given, by: x}), given[by]))

    def judged(self, expect: Case) -> str:
        """What is wrong, or nothing."""
        if "any_of" in expect:
            return self._any(expect["any_of"])
        if "error" in expect:
            return refusal(self.value, expect["error"])
        if "property" in expect:
            return PROPERTIES[expect["property"]](self, expect)
        got = self.derivative(expect["grad_wrt"], self.lib.gradient) if "grad_wrt" in expect else self.value()
        want = expect["value"] if isinstance(expect["value"], list) else [expect["value"]]
        return difference(got, [float(x) for x in want], expect["rtol"], expect["atol"])

    def _any(self, alternatives: list[Case]) -> str:
        outcomes = [attempt(self.judged, expect) for expect in alternatives]
        statuses = {status for status, _ in outcomes}
        details = " / ".join(detail for _, detail in outcomes)
        if "passed" in statuses:
            return ""
        if "not yet" in statuses:
            raise NotYet(details)
        if "skipped" in statuses:
            raise Skip(details)
        return details

    def unlike(self, got: Any, want: Any, expect: Case) -> str:
        """What is wrong with a value that must be the same."""
        tolerance = expect.get("rtol", 64 * ROUNDING.get(self.dtype, 1.2e-7))
        return difference(got, want, tolerance, tolerance)


# ---- properties

Property = Callable[[Trial, Case], str]


def _all(test: Callable[[Any], Any], get: Callable[[Trial, Case], Any]) -> Property:
    """A property of every number of an array."""

    def judge(trial: Trial, expect: Case) -> str:
        got = get(trial, expect)
        return "" if np.all(test(got)) else f"got {got.tolist()}"

    return judge


def _value(trial: Trial, expect: Case) -> Any:
    return trial.value()


def _gradient(trial: Trial, expect: Case) -> Any:
    return trial.derivative(expect["wrt"], trial.lib.gradient)


def _hessian(trial: Trial, expect: Case) -> Any:
    return trial.derivative(expect["wrt"], trial.lib.hessian)


def _not_nan(x: Any) -> Any:
    return ~np.isnan(x)


def value_in(trial: Trial, expect: Case) -> str:
    """Between two bounds."""
    got = trial.value()
    inside = np.all((got >= float(expect["lo"])) & (got <= float(expect["hi"])))
    return "" if inside else f"got {got.tolist()}, want {expect['lo']} to {expect['hi']}"


def _unchanged(change: Callable[[Trial, Case], list[dict[str, Any]]]) -> Property:
    """The value is the same for changed inputs."""

    def judge(trial: Trial, expect: Case) -> str:
        want = trial.value()
        problems = (trial.unlike(trial.value(**raw), want, expect) for raw in change(trial, expect))
        return next(filter(None, problems), "")

    return judge


def _swapped(trial: Trial, expect: Case) -> list[dict[str, Any]]:
    first, second = list(trial.raw)[:2]
    return [{first: trial.raw[second], second: trial.raw[first]}]


def _permuted(trial: Trial, expect: Case) -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    made: list[dict[str, Any]] = [{} for _ in range(4)]
    for changed in made:
        for names in trial.rows:
            order = rng.permutation(len(trial.raw[names[0]]))
            changed.update({name: trial.raw[name][order] for name in names})
    return made


def _moved(trial: Trial, expect: Case) -> list[dict[str, Any]]:
    return [{name: a + np.asarray(expect["shift"], a.dtype) for name, a in trial.raw.items()}]


def _scaled(trial: Trial, expect: Case) -> list[dict[str, Any]]:
    return [{name: a * np.asarray(expect["factor"], a.dtype) for name, a in trial.raw.items()}]


def _bent(trial: Trial, expect: Case) -> list[dict[str, Any]]:
    name = expect.get("arg", next(iter(trial.raw)))
    a = trial.raw[name]
    return [{name: bent.astype(a.dtype)} for bent in (np.exp(a / 4), a**3 + a, 1000 * a - 7)]


def _affine(trial: Trial, expect: Case) -> list[dict[str, Any]]:
    first, second = list(trial.raw)[:2]
    return [{first: trial.raw[first] * 8 + 3, second: trial.raw[second] * 2 - 1}]


def inputs_unmodified(trial: Trial, expect: Case) -> str:
    """A call leaves its arguments alone."""
    given = trial.given(trial.raw)
    trial.call(**given)
    changed = [n for n, a in trial.raw.items() if trial.number(given[n]).tobytes() != a.astype(np.float64).tobytes()]
    return f"changed {', '.join(changed)}" if changed else ""


def dtype_preserved(trial: Trial, expect: Case) -> str:
    """float32 gives float32, and float64 gives float64."""
    for name in ("float32", "float64"):
        raw = {k: a.astype(name) if a.dtype.kind == "f" else a for k, a in trial.raw.items()}
        got = trial.lib.get(trial.call(**trial.given(raw))).dtype
        if got != np.dtype(name):
            return f"{name} gave {got}"
    return ""


def strided_equal(trial: Trial, expect: Case) -> str:
    """Every second number of memory in column order, seen as the same array."""
    if trial.lib.name == "jax":
        raise Skip("jax has no strides.")

    def view(a: Any) -> Any:
        apart = trial.lib.put(np.stack([a.T, a.T], axis=-1))[..., 0]
        return trial.lib.xp.permute_dims(apart, tuple(range(a.ndim))[::-1])

    got = trial.call(**{name: view(a) for name, a in trial.raw.items()}, **trial.options)
    return trial.unlike(trial.number(got), trial.value(), expect)


def split_invariant(trial: Trial, expect: Case) -> str:
    """A stream over parts gives what the whole gives."""
    if trial.function not in STREAM:
        raise Skip("no streaming form.")
    names = [name for group in trial.rows for name in group]
    want = trial.value()
    for sizes in expect["splits"]:
        stream = STREAM[trial.function](**trial.options)
        for size, end in zip(sizes, np.cumsum(sizes), strict=True):
            part = {name: trial.raw[name][end - size : end] for name in names}
            stream.update(**trial.arrays({**trial.raw, **part}))
        if problem := trial.unlike(trial.number(stream.compute()), want, expect):
            return f"in parts of {sizes[:4]}: {problem}"
    return ""


PROPERTIES: dict[str, Property] = {
    "affine_invariant": _unchanged(_affine),
    "dtype_preserved": dtype_preserved,
    "finite_grad": _all(np.isfinite, _gradient),
    "finite_hessian": _all(np.isfinite, _hessian),
    "finite_value": _all(np.isfinite, _value),
    "grad_not_nan": _all(_not_nan, _gradient),
    "inputs_unmodified": inputs_unmodified,
    "monotone_invariant": _unchanged(_bent),
    "nonnegative": _all(lambda x: x >= 0, _value),
    "permutation_invariant": _unchanged(_permuted),
    "scale_invariant": _unchanged(_scaled),
    "split_invariant": split_invariant,
    "strided_equal": strided_equal,
    "symmetric": _unchanged(_swapped),
    "translation_invariant": _unchanged(_moved),
    "value_in": value_in,
}


def main(argv: list[str] | None = None) -> int:
    """The program; its exit status."""
    options = parser("python -m tests.torture", __doc__)
    options.add_argument("--heavy", action="store_true", help="run the cases of up to 256 MiB too")
    given = options.parse_args(argv)
    return report([o for path in given.files for x in chosen(given) for o in run(path, x, heavy=given.heavy)], given)
