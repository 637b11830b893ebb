"""Derivatives of a field, for the losses that take them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ._inputs import FLOATING
from ._math import gradient_and_product
from ._typing import Array
from ._xp import library


class FieldDerivatives(NamedTuple):
    """Gradient of a field at points, and its Hessian there times this gradient."""

    gradient: Array
    product: Array


def gradient_and_hessian_product(field: Callable[[Array], Array], points: Array) -> FieldDerivatives:
    """Gradient of a field and its Hessian times this gradient, by automatic differentiation.

    What `eikonal_loss` and `directional_divergence_loss_with_product` take. It costs a few evaluations of the field,
    where the Hessian itself would cost as many as there are coordinates.

    Parameters
    ----------
    field : callable
        From points (..., coordinate) to one number for each, (...) or (..., 1), each of its own point alone.
    points : array
        (..., coordinate), of torch or JAX.

    Returns
    -------
    FieldDerivatives
        The named tuple of `gradient` and `product`, each (..., coordinate). Both can be differentiated again, by the
        points and by what the field depends on, such as the parameters of a network.

    Raises
    ------
    TypeError
        If the library of the points does not differentiate, or the points are not floating.
    ValueError
        If the field does not give one number for each point.

    Notes
    -----
    On torch the field is differentiated by ``torch.func``: it must not write into its own buffers, as batch
    normalisation does in training. It works within ``torch.no_grad`` and ``jax.jit``.

    Examples
    --------
    >>> import torch, arraylosses as al
    >>> points = torch.tensor([[3.0, 4.0], [0.0, 2.0]])
    >>> al.gradient_and_hessian_product(lambda x: (x**2).sum(-1), points).product
    tensor([[12., 16.],
            [ 0.,  8.]])
    """
    lib = library(points, "points")
    if not lib.xp.isdtype(points.dtype, FLOATING):
        raise TypeError(f"`points` must be floating; got {points.dtype}.")
    if points.ndim == 0:
        raise ValueError("`points` must have at least 1 axis; got shape ().")

    def value(x: Any) -> Any:
        out = field(x)
        if tuple(out.shape) not in (tuple(x.shape[:-1]), (*x.shape[:-1], 1)):
            wanted = f"`field` must give one number for each point, {tuple(x.shape[:-1])}"
            raise ValueError(f"{wanted}; got shape {tuple(out.shape)}.")
        return out

    return FieldDerivatives(*gradient_and_product(lib.xp, value, points))
