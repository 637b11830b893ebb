"""What the adapters ask of a package, and of a metric."""

from typing import Any

from .._collection import Streams
from .._extras import needed as _needed
from .._metric import Function, Metric
from .._parameters import listed
from .._stream import Stream


def needed(adapter: str, package: str, project: str = "") -> Any:
    """The module that an adapter is for; the command that installs it where it is missing."""
    name = project or package.partition(".")[0]
    return _needed(package, f"`arraylosses.interop.{adapter}` needs {name}", name)


def checked(metric: Metric, *, value: str = "") -> Metric:
    """A loss or a metric; with ``value``, of one number, and it says what needs one."""
    if not isinstance(metric, Metric) or isinstance(metric, Function):
        raise TypeError(f"`metric` must be a loss or a metric of arraylosses; got {metric!r}.")
    if value and metric.facts.range is None:
        raise TypeError(f"{value} is one number, and `{metric.__name__}` gives several.")
    return metric


def of_two(metric: Metric, *, value: str) -> Metric:
    """A metric of a prediction and a target, whose value is one number."""
    metric = checked(metric, value=value)
    needs = [name for name, domain in metric.definition.domains.items() if not domain.optional]
    if needs != ["pred", "target"]:
        raise TypeError(f"{value} takes a prediction and a target, and `{metric.__name__}` takes {listed(needs)}.")
    return metric


def refuse_growing(chosen: Stream | Streams, where: str) -> None:
    """A sentence about a metric that keeps every sample, where shapes must not change."""
    for one in chosen.streams.values() if isinstance(chosen, Streams) else (chosen,):
        definition = one.metric.definition
        if definition.form_for(one.params).grows:
            fixed = [f.selector for f in definition.forms if f.selector and not f.grows]
            remedy = f"give {' or '.join(f'`{name}`' for name in fixed)}" if fixed else "take `arraylosses.evaluate`"
            raise TypeError(f"`{definition.name}` keeps every sample, and {where} needs a state of one size: {remedy}.")


def refuse_empty(state: Any, chosen: Stream | Streams) -> None:
    """A sentence about a value that is asked for before there was a batch."""
    if state is None:
        raise ValueError(f"{chosen!r} has had no batch: update it before its value is computed.")
