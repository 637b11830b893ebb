"""The metrics that a comparison is asked for, with their parameters."""

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from inspect import signature
from math import prod
from typing import Any

import numpy as np

from .._catalogue import catalogue, subject_of
from .._definition import Facts
from .._files import Kind
from .._metric import Function, Metric
from .._xp import fetched
from ..perceptual import lpips, lpips_from_features
from ._library import Library
from ._two import Two, Unfit
from ._unit import unit_of
from ._usage import Usage

DEFAULTS: dict[Kind, tuple[str, ...]] = {
    "image": ("psnr", "ssim"),
    "points": ("chamfer_distance", "hausdorff_distance"),
    "array": ("mae", "rmse", "r2_score"),
    "table": ("mae", "rmse", "r2_score"),
}
"""What is computed where no metric is named."""

SURFACE = ["points", "vertices", "faces"]
LIMITS = {
    "earth_movers_distance": 4000,
    "optimal_transport_distance": 500,
    "sinkhorn_distance": 1500,
    "sinkhorn_divergence": 750,
}
"""Points of a cloud, at random, that took 5, 2, 6 and 5 seconds of one core; the time grows by their square or cube."""


@dataclass(frozen=True)
class Chosen:
    """A metric under the name that it was asked for by."""

    name: str
    call: Callable[..., Any]
    facts: Facts
    params: dict[str, Any]
    takes: frozenset[str]
    needs: tuple[str, ...] = ()
    arrays: list[str] = field(default_factory=list)
    limit: int | None = None

    @property
    def canonical(self) -> str:
        return str(self.call.__name__)

    @property
    def unit(self) -> str:
        """Of its values, by its parameters."""
        known = getattr(self.call, "definition", None)
        defaults = {name: p.default for name, p in known.params.items()} if known else {}
        return unit_of(self.facts.unit, defaults | self.params)

    @property
    def on_surface(self) -> bool:
        """Whether it measures from points to a mesh."""
        return self.arrays == SURFACE

    def values(self, two: Two, library: Library) -> dict[str, float]:
        """The number, or the numbers that it consists of, by name."""
        self._refuse_many(two)
        result = self.call(*(library.put(x) for x in self._arrays(two)), **self.filled(two))
        library.seen(result)
        if not isinstance(result, tuple):
            return {self.name: self._number(result)}
        parts = zip(getattr(result, "_fields", ()), result, strict=True)
        return {f"{self.name}.{part}": self._number(value) for part, value in parts}

    def filled(self, two: Two) -> dict[str, Any]:
        """The parameters, with what the files know."""
        return self.params | {name: two.fill(name) for name in self.needs}

    def _arrays(self, two: Two) -> tuple[Any, ...]:
        if self.on_surface:
            return two.surface(self.name)
        return two.pred, two.target

    def _number(self, value: Any) -> float:
        if prod(value.shape) != 1:
            raise Unfit(f"`{self.name}` gives an array of shape {tuple(value.shape)} here, and not one number.")
        return float(fetched(value).reshape(()))

    def _refuse_many(self, two: Two) -> None:
        """Points of which some would take minutes."""
        count = max(len(two.pred), len(two.target))
        if self.limit is not None and two.kind == "points" and count > self.limit:
            raise Unfit(
                f"`{self.name}` of {count:,} points takes long, and more than {self.limit:,} are refused: "
                f"give `--sample {self.limit}`, or `--no-limit`."
            )


@dataclass(frozen=True)
class Perceptual(Chosen):
    """`lpips`, which takes the weights of a network beside images from 0 to 1."""

    weights: Callable[[Any], dict[str, Any]] = dict

    def values(self, two: Two, library: Library) -> dict[str, float]:
        pred, target = (library.put((x / two.fill("data_range")).astype(np.float32)) for x in (two.pred, two.target))
        result = self.call(pred, target, normalize=True, **self.weights(pred), **self.params)
        library.seen(result)
        return {self.name: self._number(result)}


# ---- names

Parameter = tuple[str, str, Any]
"""Of which metric, or of all that take it; its name; its value."""


def chosen(
    names: list[str], kind: Kind, given: list[str], filled: dict[str, Any], weights: str | None, limited: bool
) -> list[Chosen]:
    """The metrics of these names, or the usual ones of this kind of data."""
    _refuse_misfits(names, kind)
    wanted = list(dict.fromkeys(names or DEFAULTS[kind] + (("point_cloud_fscore",) if "threshold" in filled else ())))
    params = [one for text in given for one in _addressed(_parameter(text), wanted)]
    found = [_one(name, params, filled, weights, limited) for name in wanted]
    _refuse_unused(params, found)
    return found


def _addressed(parameter: Parameter, wanted: list[str]) -> list[Parameter]:
    """Under the name that the metric was asked for by, so that one metric may stand twice, with other parameters."""
    whose, key, value = parameter
    if whose in ("", *wanted):
        return [parameter]
    meant = [name for name in wanted if whose in catalogue and catalogue.find(whose) is catalogue.find(name)]
    if not meant:
        raise Usage(f"`-p {whose}.{key}`: `{whose}` is not among the metrics, {_listed(wanted)}.")
    return [(name, key, value) for name in meant]


def _refuse_misfits(names: list[str], kind: Kind) -> None:
    """An image has the shape of several clouds, and a cloud that of an image: the number would be of nothing."""
    for name in names:
        other = implied([name])
        if {kind, other} == {"image", "points"}:
            called = {"image": "images", "points": "clouds"}
            raise Usage(f"`{name}` compares {called[str(other)]}, and these are {called[kind]}.")


def named(name: str) -> Metric:
    """A metric of the catalogue; a sentence where there is none."""
    found = catalogue.find(name)
    if found is None:
        raise Usage(f"there is no metric `{name}`{catalogue.suggestion(name, ('lpips',))}")
    return found


def implied(names: Iterable[str]) -> Kind | None:
    """The kind of data that metrics of these names take, where some of them leave no choice."""
    for name in names:
        if name == "lpips" or subject_of(named(name)) == "image":
            return "image"
        domains = list(named(name).definition.domains.items())
        if [key for key, _ in domains[:3]] == SURFACE or "coordinate" in domains[0][1].event:
            return "points"
    return None


def _parameter(text: str) -> Parameter:
    found = re.fullmatch(r"(?:(\w+)\.)?(\w+)=(.+)", text)
    if not found:
        raise Usage(f"`-p` must be `name=value` or `metric.name=value`; got `{text}`.")
    return found[1] or "", found[2], _value(found[3])


def _value(text: str) -> Any:
    """A number, a tuple of them, True, False or None; anything else is a word."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _one(name: str, params: list[Parameter], filled: dict[str, Any], weights: str | None, limited: bool) -> Chosen:
    if name == "lpips":
        return _perceptual(params, filled, weights)
    metric = named(name)
    _check_kind(name, metric)
    takes = frozenset({*metric.definition.params, *(("reduction",) if metric.kind == "loss" else ())})
    own = _own(name, params, filled, takes)
    _settle(metric, own)
    needs = tuple(n for n in ("data_range",) if n in takes and n not in own)
    arrays = [n for n, d in metric.definition.domains.items() if not d.optional]
    limit = LIMITS.get(metric.__name__) if limited else None
    return Chosen(name, metric, metric.facts, own, takes, needs, arrays, limit)


def _own(name: str, params: list[Parameter], filled: dict[str, Any], takes: frozenset[str]) -> dict[str, Any]:
    """Those parameters that are meant for this metric; what was said of it alone goes before the rest."""
    own = {key: value for key, value in filled.items() if key in takes}
    own |= {key: value for whose, key, value in params if not whose and key in takes}
    return own | {key: value for whose, key, value in params if whose == name}


def _check_kind(name: str, metric: Metric) -> None:
    """A sentence about what does not take two things, or does not give numbers."""
    takes = [n for n, d in metric.definition.domains.items() if not d.optional]
    if isinstance(metric, Function):
        raise Usage(f"`{name}` gives arrays, and `compare` shows numbers: call it in Python.")
    if len(takes) != 2 and takes != SURFACE:
        told = ", ".join(f"`{n}`" for n in takes)
        raise Usage(f"`{name}` takes {told}, and `compare` has a prediction and a target: call it in Python.")


def _settle(metric: Metric, own: dict[str, Any]) -> None:
    """Parameters checked before anything is read."""
    definition = metric.definition
    try:
        definition.settled({k: v for k, v in own.items() if k != "reduction"}, metric.shared)
    except (TypeError, ValueError) as fault:
        raise Usage(str(fault)) from None
    for name, parameter in definition.params.items():
        if parameter.default is parameter.empty and name not in own:
            how = f"`--{name} NUMBER`" if name == "threshold" else f"`-p {name}=VALUE`"
            raise Usage(f"`{metric.__name__}` needs `{name}`: give {how}.")


def _refuse_unused(params: list[Parameter], found: list[Chosen]) -> None:
    """A sentence about a parameter that is for all, and that nobody takes."""
    for whose, name, _ in params:
        if not whose and not any(name in c.takes for c in found):
            takes = _listed(dict.fromkeys(n for c in found for n in sorted(c.takes)))
            verb = "takes" if len(found) == 1 else "take"
            raise Usage(f"{_listed(c.name for c in found)} {verb} no `{name}`; there is {takes or 'nothing to set'}.")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)


# ---- lpips

WANTED = (
    "`lpips` needs the weights of its network: give `--lpips FILE`, a file that `arraylosses.load_lpips` reads; "
    "nothing is downloaded."
)


def _perceptual(params: list[Parameter], filled: dict[str, Any], file: str | None) -> Chosen:
    if file is None:
        raise Usage(WANTED)
    takes = frozenset({"trunk", "epsilon", "reduction"})
    own = _own("lpips", params, filled, takes)
    unknown = own.keys() - signature(lpips).parameters.keys()
    if unknown:
        raise Usage(f"`lpips` takes no `{unknown.pop()}`; there is {_listed(sorted(takes))}.")
    return Perceptual("lpips", lpips, lpips_from_features.facts, own, takes, weights=_weights(file))


def _weights(file: str) -> Callable[[Any], dict[str, Any]]:
    """The weights for images of a library, read once."""
    found: dict[str, Any] = {}

    def of(like: Any) -> dict[str, Any]:
        if not found:
            found.update(import_module(__name__.partition(".")[0]).load_lpips(file, like=like))
        return found

    return of
