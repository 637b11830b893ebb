"""How far one distribution is from another."""

from ._domains import SIMPLEX
from ._math import log_gap
from ._metric import loss
from ._typing import Array, Namespace


@loss(
    pred=SIMPLEX["class"],
    target=SIMPLEX["class"],
    unit="nat",
    equals=(
        "scipy.stats.entropy(target, pred)",
        "torch.nn.functional.kl_div(log(pred), target, reduction='batchmean')",
    ),
    reference="S. Kullback, R. A. Leibler (1951), On information and sufficiency, Annals of Math. Statistics 22.",
)
def kl_divergence(xp: Namespace, pred: Array, target: Array, /) -> Array:
    r"""Extra nats for coding ``target`` with a code made for ``pred``.

    Zero for equal distributions, infinite where ``pred`` rules out what ``target`` does not; not symmetric.

    .. math:: \sum_c y_c \log \frac{y_c}{\hat y_c}

    Notes
    -----
    ``0 log 0`` is 0. Distributions are not normalised first (scipy.stats.entropy does that): what does not sum to one
    is taken as it is. Written with ``r - 1 - log(r)``, whose terms are never negative, close distributions keep every
    digit; the textbook sum is negative in half of such cases.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(round(float(al.kl_divergence(np.array([0.5, 0.5]), np.array([1.0, 0.0]))), 6))
    0.693147
    """
    # a class without target mass costs nothing, whatever is predicted: both its terms are left out
    dead = target == 0
    known, guess = xp.where(dead, 1.0, target), xp.where(dead, 1.0, pred)
    ratio = guess / known
    # a target so small that the ratio overflows weighs nothing either
    dead = dead | (ratio == xp.inf)
    excess = xp.where(dead, 0.0, guess - known)
    gap = known * log_gap(xp, ratio, excess / known)
    return xp.sum(xp.where(dead, 0.0, gap), axis=-1) - xp.sum(excess, axis=-1)
