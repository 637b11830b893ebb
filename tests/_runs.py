"""What the programs that run stored cases share: array libraries, adapters, comparing and reporting."""

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from inspect import BoundArguments, signature
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import arraylosses as al


class NotYet(Exception):
    """What the public API cannot serve yet; the message says what is missing."""


class Skip(Exception):
    """A case that says nothing about this library or dtype."""


# ---- array libraries


@dataclass(frozen=True)
class Library:
    """An array library: how arrays go in and come out, and how it differentiates.

    Attributes
    ----------
    name : str
    xp : module
        Its namespace, as the array API standard describes it.
    put, get : callable
        From a NumPy array, and to one.
    gradient, hessian : callable or None
        ``(function, array) -> array``, of the summed result.
    lacks : tuple of str
        Dtypes that it does not know.
    session : callable
        ``(wide) -> context`` in which float64 is float64, and labels alone give float64 if ``wide``.
    """

    name: str
    xp: Any
    put: Callable[[Any], Any]
    get: Callable[[Any], Any]
    gradient: Callable[..., Any] | None = None
    hessian: Callable[..., Any] | None = None
    lacks: tuple[str, ...] = ()
    session: Callable[[bool], AbstractContextManager[Any]] = nullcontext


def _numpy() -> Library:
    import array_api_compat.numpy as xp

    return Library("numpy", xp, np.copy, np.asarray, lacks=("bfloat16",))


def _strict() -> Library:
    import array_api_strict as xp

    return Library("strict", xp, xp.asarray, np.asarray, lacks=("bfloat16", "float16"))


def _torch() -> Library:
    import array_api_compat.torch as xp
    import torch

    def put(array: Any) -> Any:
        if array.dtype.name == "bfloat16":  # torch reads no such NumPy array
            return torch.asarray(array.astype(np.float32)).to(torch.bfloat16)
        return torch.asarray(array.copy())

    def get(tensor: Any) -> Any:
        return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).detach().numpy()

    def gradient(function: Callable[[Any], Any], x: Any) -> Any:
        x = x.detach().clone().requires_grad_()
        return torch.autograd.grad(function(x).sum(), x)[0]

    def hessian(function: Callable[[Any], Any], x: Any) -> Any:
        return torch.autograd.functional.hessian(lambda v: function(v).sum(), x)

    @contextmanager
    def session(wide: bool) -> Iterator[None]:
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64 if wide else before)
        try:
            yield
        finally:
            torch.set_default_dtype(before)

    return Library("torch", xp, put, get, gradient, hessian, session=session)


def _jax() -> Library:
    import jax
    import jax.numpy as xp

    def gradient(function: Callable[[Any], Any], x: Any) -> Any:
        return jax.grad(lambda v: function(v).sum())(x)

    def hessian(function: Callable[[Any], Any], x: Any) -> Any:
        return jax.hessian(lambda v: function(v).sum())(x)

    return Library("jax", xp, xp.asarray, np.asarray, gradient, hessian, session=lambda wide: jax.enable_x64(True))


MAKERS = {"numpy": _numpy, "torch": _torch, "jax": _jax, "strict": _strict}
MODULES = {"strict": "array_api_strict"}
INSTALLED = tuple(name for name in MAKERS if find_spec(MODULES.get(name, name)))


@cache
def library(name: str) -> Library:
    """The library of this name, imported on first use."""
    return MAKERS[name]()


# ---- adapters


def bound(call: Callable[..., Any], given: Mapping[str, Any]) -> BoundArguments:
    """The arguments of a call; NotYet if it does not take them."""
    try:
        return signature(call).bind(**given)
    except TypeError as error:
        name = getattr(call, "__name__", repr(call))
        raise NotYet(f"`{name}` with {', '.join(map(str, given))}: {error}") from None


class Renamed:
    """A public metric under the names that the cases use, for arrays and options alike.

    ``Renamed(al.squared_error, logits="pred")``; a name that is not mentioned is the same in both.
    """

    def __init__(self, metric: Any, /, adjust: Callable[..., dict[str, Any]] = dict, **names: str) -> None:
        self.metric = metric
        self.adjust = adjust
        self.names = names

    def bound(self, given: Mapping[str, Any]) -> BoundArguments:
        renamed = {self.names.get(name, name): value for name, value in given.items()}
        return bound(self.metric, self.adjust(**renamed))

    def __call__(self, **given: Any) -> Any:
        to = self.bound(given)
        return self.metric(*to.args, **to.kwargs)

    def stream(self, **options: Any) -> "Accumulator":
        """The same, to be given in parts."""
        return Accumulator(self, options)


class Accumulator:
    """A stream that keeps its own state: ``update(**arrays)`` any number of times, then ``compute()``."""

    def __init__(self, renamed: Renamed, options: Mapping[str, Any]) -> None:
        self.renamed = renamed
        self.options = options
        self.stream: Any = None
        self.state: Any = None

    def update(self, **given: Any) -> None:
        to = self.renamed.bound({**given, **self.options})
        if self.stream is None:
            self.stream = al.stream(self.renamed.metric, **to.kwargs)
            self.state = self.stream.init(*to.args)
        self.state = self.stream.update(self.state, *to.args)

    def compute(self) -> Any:
        return self.stream.compute(self.state)


def adapted(table: Mapping[str, Callable[..., Any]], function: str) -> Callable[..., Any]:
    """The entry of a function that cases name: a callable of arrays and options by name."""
    if function not in table:
        raise NotYet(f"`{function}` has no entry in the table.")
    call = table[function]
    if isinstance(call, Renamed):
        return call

    def checked(**given: Any) -> Any:
        to = bound(call, given)
        return call(*to.args, **to.kwargs)

    return checked


# ---- comparing


def difference(got: Any, want: Any, rtol: float, atol: float) -> str:
    """What is wrong with a value; nothing if NaN meets NaN and the rest is within the tolerance."""
    got, want = (np.asarray(v, dtype=np.float64).ravel() for v in (got, want))
    if got.size != want.size:
        return f"{got.size} numbers, want {want.size}"
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.isfinite(want) & (np.abs(got - want) <= atol + rtol * np.abs(want))
    wrong = np.flatnonzero(~(near | (got == want) | (np.isnan(got) & np.isnan(want))))
    if not wrong.size:
        return ""
    i = wrong[0]
    return f"{float(got[i])!r}, want {float(want[i])!r} (at {i}, {wrong.size} of {got.size} wrong)"


def refusal(call: Callable[[], Any], errors: Iterable[str]) -> str:
    """What is wrong with a call that must raise one of these, or a subclass."""
    try:
        value = call()
    except NotYet:
        raise
    except Exception as error:
        named = {cls.__name__ for cls in type(error).__mro__}
        return "" if named & set(errors) else f"raised {type(error).__name__}: {error}"
    return f"no error; got {value}"


# ---- outcomes

STATUSES = ("passed", "failed", "not yet", "skipped")


class Outcome(NamedTuple):
    """What became of one case in one library."""

    file: str
    library: str
    function: str
    id: str
    status: str
    detail: str


def attempt(check: Callable[..., str], *args: Any) -> tuple[str, str]:
    """Status and detail of a check that says what is wrong, or nothing."""
    try:
        problem = check(*args)
    except NotYet as reason:
        return "not yet", str(reason)
    except Skip as reason:
        return "skipped", str(reason)
    except Exception as error:
        return "failed", f"raised {type(error).__name__}: {error}"
    return ("failed", problem) if problem else ("passed", "")


def parser(prog: str, description: str | None) -> ArgumentParser:
    """The options that both programs have."""
    made = ArgumentParser(prog=prog, description=(description or "").partition("\n")[0])
    made.add_argument("files", nargs="+", type=Path, metavar="FILE")
    made.add_argument("--xp", action="append", default=[], metavar="LIBRARY", help=f"of {', '.join(MAKERS)}; several")
    made.add_argument("--json", action="store_true", help="print the outcomes as JSON")
    made.add_argument("--partial", action="store_true", help="do not count as an error what is not served yet")
    return made


def chosen(options: Namespace) -> tuple[str, ...]:
    """The libraries asked for; all that are installed by default."""
    names = tuple(name for given in options.xp for name in given.split(","))
    if unknown := [name for name in names if name not in MAKERS]:
        raise SystemExit(f"there is no library `{unknown[0]}`; there are {', '.join(MAKERS)}.")
    return names or INSTALLED


def report(outcomes: list[Outcome], options: Namespace) -> int:
    """Print the outcomes; the exit status."""
    counts = Counter(outcome.status for outcome in outcomes)
    if options.json:
        print(json.dumps({"counts": counts, "outcomes": [o._asdict() for o in outcomes]}, indent=1))
    else:
        print("\n".join([*_lines(outcomes), *_failures(outcomes)]))
    return int(counts["failed"] > 0 or (counts["not yet"] > 0 and not options.partial))


def _lines(outcomes: list[Outcome]) -> list[str]:
    """One line a function and library, and one for all of them."""
    groups: dict[tuple[str, ...], Counter[str]] = {}
    for outcome in outcomes:
        for key in (outcome[:3], ("all", "", "")):
            groups.setdefault(key, Counter())[outcome.status] += 1
    groups["all", "", ""] = groups.pop(("all", "", ""), Counter())
    rows: list[tuple[str, ...]] = [("file", "library", "function", *STATUSES)]
    rows += [(*key, *(str(count[status]) for status in STATUSES)) for key, count in groups.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def _failures(outcomes: list[Outcome]) -> list[str]:
    return [f"FAILED {o.library} {o.file} {o.id}: {o.detail}" for o in outcomes if o.status == "failed"]
