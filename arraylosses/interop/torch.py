"""Losses as modules of PyTorch, and metrics as torchmetrics has them."""

from typing import Any

from .._metric import Metric as _Metric
from .._typing import Array
from ._common import checked, needed

torch = needed("torch", "torch")

__all__ = ["Loss", "Metric"]  # noqa: F822  # `Metric` by `__getattr__`


def __getattr__(name: str) -> Any:
    """`Metric` needs torchmetrics, `Loss` does not."""
    if name != "Metric":
        raise AttributeError(f"`arraylosses.interop.torch` has no `{name}`; it has Loss and Metric.")
    from ._torchmetrics import Metric

    return Metric


class Loss(torch.nn.Module):  # type: ignore[misc, name-defined]  # not followed by mypy
    """A loss as a module: ``loss(pred, target, weights=...)``.

    Parameters
    ----------
    metric : Metric
        A loss, or a metric that has a gradient.
    **params
        Of the metric, ``axis``, ``reduction`` and all others that a call takes. Each is an attribute, which may be set
        anew. Tensors, such as ``class_weights``, are buffers: they move by ``.to(device)`` and stand in the
        ``state_dict``, which is empty otherwise.

    Raises
    ------
    TypeError
        If the metric has no gradient, or a parameter is unknown.

    Examples
    --------
    >>> import torch, arraylosses as al
    >>> from arraylosses.interop.torch import Loss
    >>> loss = Loss(al.huber_loss, delta=0.5)
    >>> print(loss)
    Loss(huber_loss, delta=0.5)
    >>> print(loss(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 0.0]), weights=torch.tensor([True, False])))
    tensor(0.)
    """

    def __init__(self, metric: _Metric, /, **params: Any) -> None:
        super().__init__()
        self.metric = checked(metric)
        if metric.facts.smooth == "nowhere":
            raise TypeError(f"`{metric.__name__}` has no gradient to train by: as a metric it is `Metric`.")
        own = {name: value for name, value in params.items() if name not in metric.shared}
        metric.definition.settled(own, metric.shared)
        self.names = tuple(params)
        for name, value in params.items():
            self._hold(name, value)

    def _hold(self, name: str, value: Any) -> None:
        if isinstance(value, torch.Tensor):
            self.register_buffer(name, value)
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], torch.Tensor):
            setattr(self, name, _Several(value))
        else:
            setattr(self, name, value)

    @property
    def params(self) -> dict[str, Any]:
        """What every call is given."""
        held = {name: getattr(self, name) for name in self.names}
        return {name: tuple(x.buffers()) if isinstance(x, _Several) else x for name, x in held.items()}

    def forward(self, *arrays: Array, **more: Any) -> Array:
        """The value; ``weights`` and whatever else this call alone needs, by name."""
        return self.metric(*arrays, **{**self.params, **more})

    def extra_repr(self) -> str:
        shown = (f"{name}={_shown(getattr(self, name))}" for name in self.names)
        return ", ".join([self.metric.__name__, *shown])


class _Several(torch.nn.Module):  # type: ignore[misc, name-defined]  # as above
    """Tensors in their order, one for each layer of a network, say."""

    def __init__(self, tensors: Any) -> None:
        super().__init__()
        for i, tensor in enumerate(tensors):
            self.register_buffer(str(i), tensor)


def _shown(value: Any) -> str:
    if isinstance(value, _Several):
        return f"({', '.join(map(_shown, value.buffers()))})"
    return f"<tensor of shape {tuple(value.shape)}>" if isinstance(value, torch.Tensor) else repr(value)
