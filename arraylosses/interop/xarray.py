"""Metrics of labelled arrays: dimensions by name, coordinates kept."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from .._domains import Domain
from .._inputs import bind
from .._metric import Metric
from .._parameters import listed
from ._common import checked, needed

xr = needed("xarray", "xarray")

__all__ = ["named"]

Dims: TypeAlias = tuple[Hashable, ...]
VALUE = "a value on coordinates"


def named(metric: Metric, /) -> Callable[..., Any]:
    """A metric of ``xarray`` objects: ``named(metric)(pred, target, dim="time", weights=...)``.

    Parameters
    ----------
    metric : Metric
        A loss or a metric whose value is one number.

    Returns
    -------
    callable
        Of the metric's arrays, as DataArrays or as Datasets of the same variables, with

        - ``dim``: the dimension or dimensions that are used up; all by default, none by ``()``.
        - ``weights``: a DataArray, along all dimensions of the elements or along some of them.
        - the metric's parameters. An axis is a dimension: ``class_axis="band"``, ``spatial_axes=("y", "x")``. An axis
          that has no parameter is the dimension of its name in the docstring, such as ``n`` and ``coordinate``.

        It gives the same kind of object, with the dimensions and coordinates that are left. Dimensions are matched by
        name, in any order, and all arrays must have those of the first. Arrays of Dask stay lazy where the metric can.

    Raises
    ------
    TypeError
        If the value is no one number.
    ValueError
        If a dimension is missing, or coordinates differ.

    Examples
    --------
    >>> import numpy as np, xarray as xr, arraylosses as al
    >>> from arraylosses.interop.xarray import named
    >>> rmse = named(al.root_mean_squared_error)
    >>> target = xr.DataArray(np.zeros((2, 3)), dims=("time", "lat"), coords={"lat": [-30, 0, 30]})
    >>> pred = target + xr.DataArray([3.0, 4.0, 5.0], dims="lat", coords={"lat": [-30, 0, 30]})
    >>> print(rmse(pred, target, dim="time").to_series().to_dict())
    {-30: 3.0, 0: 4.0, 30: 5.0}
    """
    return partial(_applied, checked(metric, value=VALUE))


def _applied(
    metric: Metric, *arrays: Any, dim: Hashable | Iterable[Hashable] = None, weights: Any = None, **params: Any
) -> Any:
    settled, dims = _placed(params)
    form = metric.definition.form_for(settled)
    bound = zip(form.domains.items(), bind(metric.definition, form, arrays, settled), strict=True)
    given = {name: (domain, x) for (name, domain), x in bound if x is not None}
    if all(isinstance(x, xr.Dataset) for _, x in given.values()):
        sets = {name: x for name, (_, x) in given.items()}
        return _by_variable(metric, sets, {**params, "dim": dim, "weights": weights})
    _refuse_others({"weights": weights} | {name: x for name, (_, x) in given.items()})
    events = {name: _event(metric, name, domain, x, dims) for name, (domain, x) in given.items()}
    return _on_dimensions(partial(metric, **settled), {k: x for k, (_, x) in given.items()}, events, dim, weights)


def _on_dimensions(
    metric: Callable[..., Any], arrays: Mapping[str, Any], events: Mapping[str, Dims], dim: Any, weights: Any
) -> Any:
    batch = _batch(arrays, events)
    used = _used(dim, batch)
    given, core = dict(arrays), {name: (*used, *event) for name, event in events.items()}
    if weights is not None:
        first = next(iter(arrays))
        given["weights"] = _spread(weights, arrays[first].isel(dict.fromkeys(events[first], 0), drop=True))
        core["weights"] = used
    call = partial(_called, metric, tuple(given), len(batch) - len(used), len(batch))
    return xr.apply_ufunc(call, *given.values(), input_core_dims=[*core.values()], join="exact", dask="allowed")


def _called(metric: Callable[..., Any], names: Sequence[str], left: int, batch: int, *arrays: Any) -> Any:
    """The metric of plain arrays: what is used up lies behind what is left, and the axes of one element at the end."""
    value = metric(**dict(zip(names, arrays, strict=True)), axis=tuple(range(left, batch)))
    if value.ndim != left:
        raise ValueError(f"{VALUE} is one number; got an array of shape {tuple(value.shape)}.")
    return value


def _by_variable(metric: Metric, sets: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
    first, *others = sets.values()
    for other in others:
        if set(other.data_vars) != set(first.data_vars):
            both = " and ".join(_listed(x.data_vars) for x in (first, other))
            raise ValueError(f"Datasets must have the same variables; got {both}.")
    named = {name: {k: x[name] for k, x in sets.items()} for name in first.data_vars}
    return xr.Dataset({name: _applied(metric, **arrays, **options) for name, arrays in named.items()})


def _refuse_others(arrays: Mapping[str, Any]) -> None:
    for name, x in arrays.items():
        if not isinstance(x, xr.DataArray | None):
            raise TypeError(f"`{name}` must be a DataArray, as the others are; got {type(x).__name__}.")


def _placed(params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str | int, Hashable]]:
    """The parameters, with axes where they will lie; and the dimensions that were named, by the words of the axes."""
    settled = dict(params)
    dims: dict[str | int, Hashable] = {}
    if "axis" in params:
        raise TypeError("`axis` is called `dim` here, and names dimensions.")
    for name, value in params.items():
        if name == "spatial_axes":
            if not isinstance(value, (list, tuple)) or len(value) != 2:
                raise TypeError(f"`spatial_axes` must be two dimensions; got {value!r}.")
            settled[name] = (-2, -1)
            dims |= dict(zip(("height", "width"), value, strict=True))
        elif name.endswith("_axis"):
            settled[name] = -1
            dims[name.removesuffix("_axis")] = value
    return settled, dims


def _event(metric: Metric, name: str, domain: Domain, x: Any, dims: Mapping[str | int, Hashable]) -> Dims:
    """The dimensions of one element of an argument, in the metric's order."""
    taken = domain.labels if domain.labels and x.dtype.kind in "iub" else domain
    for length in (word for word in taken.event if isinstance(word, int)):
        raise TypeError(f"`{name}` of `{metric.__name__}` has an axis of {length} without a name: give plain arrays.")
    found = tuple(dims.get(word, word) for word in taken.event)
    for missing in set(found) - set(x.dims):
        raise ValueError(f"`{name}` of `{metric.__name__}` needs the dimension `{missing}`; it has {_listed(x.dims)}.")
    return found


def _batch(arrays: Mapping[str, Any], events: Mapping[str, Dims]) -> Dims:
    """The dimensions of the elements, in the order of the first array."""
    lead = {name: tuple(d for d in x.dims if d not in events[name]) for name, x in arrays.items()}
    first = next(iter(lead))
    for name, dims in lead.items():
        if set(dims) != set(lead[first]):
            raise ValueError(
                f"`{name}` must have the dimensions of `{first}`, {_listed(lead[first])}; got {_listed(dims)}."
            )
    return lead[first]


def _used(dim: Any, batch: Dims) -> Dims:
    """The dimensions that are used up, of those of the elements."""
    used = batch if dim is None else tuple(dim) if isinstance(dim, (list, tuple)) else (dim,)
    if len(set(used)) != len(used):
        raise ValueError(f"`dim` must name different dimensions; got {_listed(used)}.")
    for unknown in set(used) - set(batch):
        raise ValueError(f"`dim` must be of {_listed(batch)}; got `{unknown}`.")
    return used


def _spread(weights: Any, like: Any) -> Any:
    """The weights along all dimensions of the elements, whose names they were given by."""
    for unknown in set(weights.dims) - set(like.dims):
        raise ValueError(f"`weights` must lie along dimensions of {_listed(like.dims)}; got `{unknown}`.")
    weights, like = xr.align(weights, like, join="exact", copy=False)
    spread = weights.broadcast_like(like).transpose(*like.dims)
    return spread.chunk(dict(zip(like.dims, like.chunks, strict=True))) if like.chunks else spread


def _listed(names: Iterable[Hashable]) -> str:
    return listed(map(str, names)) if any(True for _ in names) else "none"
