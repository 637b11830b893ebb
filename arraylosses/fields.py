"""Regularisers of neural fields."""

from typing import Literal

from ._domains import REAL
from ._math import absolute, norm
from ._metric import loss
from ._typing import Array, Namespace


@loss(
    gradient=REAL["coordinate"],
    smooth="almost everywhere",
    equals=("IGR's, with penalty='squared'", "StEik's, with penalty='absolute'"),
    reference="A. Gropp et al. (2020), Implicit geometric regularization for learning shapes, arXiv:2002.10099.",
)
def eikonal_loss(xp: Namespace, gradient: Array, /, *, penalty: Literal["squared", "absolute"] = "squared") -> Array:
    r"""Departure of a gradient's length from one.

    Zero on a field whose value is a distance.

    .. math:: \ell(g) = (\lVert g \rVert - 1)^2

    Parameters
    ----------
    penalty : {'squared', 'absolute'}
        Of the departure.

    Notes
    -----
    The length has gradient 0 at 0, and neither overflows nor underflows before its parts do.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.eikonal_loss(np.array([[3.0, 4.0], [0.6, 0.8]])))
    8.0
    """
    departure = norm(xp, gradient) - 1
    return departure**2 if penalty == "squared" else absolute(xp, departure)
