"""Somebody's own loss: a plain function, with the domains of its arrays declared."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import update_wrapper
from inspect import Parameter, Signature, signature
from typing import Any

from .. import _domains
from .._definition import Definition, Facts, Form
from .._domains import Domain
from .._metric import Function, Metric
from .._parameters import listed
from .._xp import namespace

SHARED = ("weights", "axis", "reduction", "avg_factor")


class Own(Metric):
    """A plain function as a metric, so that the laws can be tried on it. Made by `declared`.

    Nothing is done to what goes in and what comes out: it is the function that is tried, not the frame.
    """

    kind = "own"

    def __init__(self, function: Callable[..., Any], weights: str, definition: Definition) -> None:
        self.function = function
        self.definition = definition
        self.facts = definition.facts
        self.weights = weights
        named = signature(function).parameters
        self.needs_weights = weights in named and named[weights].default is Parameter.empty
        self.shared = tuple(name for name in SHARED if (weights if name == "weights" else name) in named)
        update_wrapper(self, function)

    def __reduce__(self) -> Any:
        return _made, (type(self), self.function, self.weights, dict(self.definition.domains), self.facts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and other.function is self.function

    def __hash__(self) -> int:
        return hash(self.function)

    def __call__(self, *arrays: Any, **options: Any) -> Any:
        if "weights" in options:
            options[self.weights] = options.pop("weights")
        elif self.needs_weights:
            options[self.weights] = self._of_one(arrays[0])
        return self.function(*arrays, **options)

    def _of_one(self, array: Any) -> Any:
        """Weights of 1, where the function cannot do without any."""
        events = len(next(iter(self.definition.domains.values())).event)
        first = array[(..., *[0] * events)]
        return namespace(first).ones_like(first)

    @property
    def told(self) -> str:
        """What was declared, as it is written in a call."""
        said = [f", {name}={_spelled(domain)}" for name, domain in self.definition.domains.items()]
        facts = ((f.name, repr(getattr(self.facts, f.name)), repr(f.default)) for f in fields(Facts))
        said += [f", {name}={value}" for name, value, default in facts if value != default]
        said += [f", weights={self.weights!r}"] if self.weights != "weights" else []
        said += [", reduces=False"] if isinstance(self, OwnOfElements) else []
        return "".join(said)


class OwnOfElements(Own, Function):
    """The same of a function that gives a value for each element, and reduces nothing."""


def _spelled(domain: Domain) -> str:
    """A domain as its author writes it."""
    plain = replace(domain, event=(), optional=False, labels=None, within="")
    public = ((k, d) for k, d in vars(_domains).items() if isinstance(d, Domain))
    name = next((k for k, d in public if replace(d, event=()) == plain), domain.name)
    axes = f'["{" ".join(map(str, domain.event))}"]' if domain.event else ""
    return f"al.{name}{axes}" + (" | None" if domain.optional else "")


def _all_told(function: Callable[..., Any], weights: str, domains: dict[str, Domain]) -> None:
    """A sentence about an argument of which nothing is declared, or a domain of none."""
    named = signature(function).parameters
    needed = [k for k, p in named.items() if p.default is Parameter.empty and p.kind is not Parameter.VAR_KEYWORD]
    missing = [name for name in needed if name not in {*domains, weights, *SHARED}]
    if missing:
        raise TypeError(
            f"`{function.__name__}` takes {listed(needed)}, and no domain is declared for {listed(missing)}: "
            f"give one, such as {missing[0]}=al.REAL."
        )
    absent = [name for name in domains if name not in named]
    if absent:
        takes = f"`{function.__name__}` takes {listed(list(named))}"
        raise TypeError(f"{takes}; a domain is declared for {listed(absent)}.")


def _made(kind: type[Own], function: Callable[..., Any], weights: str, domains: dict[str, Domain], facts: Facts) -> Own:
    """The function with a definition."""
    _all_told(function, weights, domains)

    def gather(xp: Any, /, *arrays: Any) -> Any:
        return function(*arrays)

    first = Parameter("xp", Parameter.POSITIONAL_ONLY)
    gather.__signature__ = Signature(  # type: ignore[attr-defined]  # PEP 362
        [first, *(Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in domains)]
    )
    return kind(function, weights, Definition(function.__name__, (Form(domains, gather),), None, facts, gather))


def declared(function: Callable[..., Any], /, *, weights: str = "weights", reduces: bool = True, **told: Any) -> Own:
    """A plain function, with what is true of it, for the laws.

    Parameters
    ----------
    function : callable
        ``(pred, target, ...) -> array``, written for the standard: it takes arrays of any library.
    weights : str
        Its parameter that says what each element weighs: a mask is one.
    reduces : bool
        Whether it gives one number, or one for each element.
    **told : Domain or fact
        A domain for each array, such as ``pred=al.REAL``; facts, such as ``symmetric=True``, are laws then.

    Returns
    -------
    Metric
        For `check`, `cases` and the command line.

    Raises
    ------
    TypeError
        Where an argument that must be given has no domain, or a domain no argument.

    Examples
    --------
    >>> import arraylosses as al
    >>> from arraylosses import conformance
    >>> def taxicab(pred, target):
    ...     return abs(pred - target).mean()
    >>> conformance.declared(taxicab, pred=al.REAL, target=al.REAL, symmetric=True).facts.symmetric
    True
    """
    domains = {name: value for name, value in told.items() if isinstance(value, Domain)}
    facts = Facts(**{name: value for name, value in told.items() if name not in domains})
    return _made(Own if reduces else OwnOfElements, function, weights, domains, facts)
