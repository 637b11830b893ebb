"""How much there is to be learnt from an event, or from a distribution of events."""

from ._domains import PROBABILITY, SIMPLEX, Base
from ._math import in_base, xlogy
from ._metric import loss
from ._typing import Array, Namespace


@loss(
    probability=PROBABILITY,
    best=None,
    unit="nat",
    also=("self_information", "surprisal"),
    equals=("scipy.special.entr(p) / p, above 0",),
    reference="C. E. Shannon (1948), A mathematical theory of communication, Bell System Technical Journal 27.",
)
def information_content(xp: Namespace, probability: Array, /, *, base: Base | None = None) -> Array:
    r"""Surprise that an event of this probability has happened.

    0 for a certain event, infinite for an impossible one; of independent events, the sum.

    .. math:: I(p) = -\log p

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.information_content(np.array([0.5, 0.125, 1.0]), base=2, reduction="none"))
    [1. 3. 0.]
    """
    return in_base(xp, 0.0 - xp.log(probability), base)


@loss(
    probability=SIMPLEX["class"],
    best=None,
    unit="nat",
    orderless=("class",),
    also=("shannon_entropy",),
    equals=("scipy.stats.entropy of what sums to one",),
    reference="C. E. Shannon (1948), A mathematical theory of communication, Bell System Technical Journal 27.",
)
def entropy(xp: Namespace, probability: Array, /, *, base: Base | None = None) -> Array:
    r"""Expected surprise of an event drawn from a distribution.

    0 where one class is certain, greatest where all are equally likely. Added to a loss it keeps predictions sharp,
    taken from it, open.

    .. math:: H(p) = -\sum_c p_c \log p_c

    Notes
    -----
    ``0 log 0`` is 0, and so is the gradient given there, where the slope is infinite. Distributions are not normalised
    first (scipy.stats.entropy does that). Of one distribution under another it is `categorical_cross_entropy`.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.entropy(np.array([0.5, 0.25, 0.25, 0.0]), base=2))
    1.5
    """
    return in_base(xp, 0.0 - xp.sum(xlogy(xp, probability, probability), axis=-1), base)
