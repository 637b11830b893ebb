"""Derivatives of a function that the caller gives."""

from .._typing import Array, Formula, Namespace
from .._xp import library
from ._primitive import Primitive


@Primitive
def gradient_and_product(xp: Namespace, value: Formula, points: Array) -> tuple[Array, Array]:
    """Gradient by ``points`` of a function of arrays, summed, and its Hessian times this gradient.

    The standard does not differentiate.
    """
    name = library(points).name
    raise TypeError(f"`points` must be of a library that differentiates, torch or jax; got an array of {name}.")
