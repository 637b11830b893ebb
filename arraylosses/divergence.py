"""How far one distribution is from another."""

from math import exp, inf, log

from ._domains import PROBABILITY, SIMPLEX, Base
from ._math import by_logarithms, divergence, divide, either, far_apart, in_base, massless, sum_of_divergences, xlogy
from ._metric import loss
from ._typing import Array, Namespace


@loss(
    pred=SIMPLEX["class"],
    target=SIMPLEX["class"],
    unit="nat",
    monotone=True,
    convex=("pred", "target"),
    orderless=("class",),
    equals=(
        "scipy.stats.entropy(target, pred)",
        "torch.nn.functional.kl_div(log(pred), target, reduction='batchmean')",
    ),
    summed=sum_of_divergences,
    reference="S. Kullback, R. A. Leibler (1951), On information and sufficiency, Annals of Math. Statistics 22.",
)
def kl_divergence(xp: Namespace, pred: Array, target: Array, /, *, base: Base | None = None) -> Array:
    r"""Extra nats for coding ``target`` with a code made for ``pred``.

    Zero for equal distributions, infinite where ``pred`` rules out what ``target`` does not; not symmetric.

    .. math:: \sum_c y_c \log \frac{y_c}{\hat y_c}

    Notes
    -----
    ``0 log 0`` is 0. Distributions are not normalised first (scipy.stats.entropy does that): what does not sum to one
    is taken as it is. Written with ``r - 1 - log(r)``, whose terms are never negative, close distributions keep every
    digit; the textbook sum is negative in half of such cases. Its terms one by one are `relative_entropy`.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(round(float(al.kl_divergence(np.array([0.5, 0.5]), np.array([1.0, 0.0]))), 6))
    0.693147
    """
    return in_base(xp, divergence(xp, pred, target), base)


@loss(
    pred=PROBABILITY,
    target=PROBABILITY,
    range=(-exp(-1), inf),
    best=None,
    unit="nat",
    convex=("pred", "target"),
    also=("rel_entr",),
    equals=("scipy.special.rel_entr(target, pred)", "torch.nn.functional.kl_div(log(pred), target)"),
    reference="S. Kullback, R. A. Leibler (1951), On information and sufficiency, Annals of Math. Statistics 22.",
)
def relative_entropy(xp: Namespace, pred: Array, target: Array, /, *, base: Base | None = None) -> Array:
    r"""One class's term of the Kullback-Leibler divergence.

    Take it to see which classes a divergence comes from; their sum over a distribution is `kl_divergence`, which is the
    one to train with. A single term may be negative, and is not least where the two are equal.

    .. math:: \ell = y \log \frac{y}{\hat y}

    Notes
    -----
    ``0 log 0`` is 0. The mean divides by all elements, as torch's ``reduction='mean'`` does, and so is no divergence.
    A ratio near 1 keeps its digits: there the logarithm is taken of what it lies beyond 1.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.relative_entropy(np.array([0.5, 0.5]), np.array([1.0, 0.0]), reduction="none").round(6))
    [0.693147 0.      ]
    """
    apart = far_apart(xp, pred, target)
    left = massless(pred, target) | apart
    known, guess = xp.where(left, 1.0, target), xp.where(left, 1.0, pred)
    ratio, excess = guess / known, (guess - known) / known
    close = (excess > -0.5) & (excess < 1.0)
    near = xp.log1p(xp.where(close, excess, 0.0))
    far = xp.log(xp.where(close | left, 1.0, ratio))
    usual = xp.where(left, 0.0, -known * xp.where(close, near, far))

    def with_those() -> tuple[Array]:
        return (usual + by_logarithms(xp, pred, target, apart),)

    return in_base(xp, either(xp, ~xp.any(apart), (usual,), with_those)[0], base)


@loss(
    pred=SIMPLEX["class"],
    target=SIMPLEX["class"],
    range=(0.0, log(2)),
    unit="nat",
    symmetric=True,
    monotone=True,
    convex=("pred", "target"),
    orderless=("class",),
    also=("jensen_shannon_divergence",),
    equals=("scipy.spatial.distance.jensenshannon(pred, target)**2",),
    reference="J. Lin (1991), Divergence measures based on the Shannon entropy, IEEE Trans. on Information Theory 37.",
)
def js_divergence(xp: Namespace, pred: Array, target: Array, /, *, base: Base | None = None) -> Array:
    r"""Mean Kullback-Leibler divergence of two distributions from the middle between them.

    Symmetric, and finite where one rules out what the other does not: at most ln 2, which is one bit. Its square root
    is a distance.

    .. math:: \tfrac12 D(\hat y \| m) + \tfrac12 D(y \| m), \quad m = \tfrac12 (\hat y + y)

    Notes
    -----
    For shares a and b of a class, with ``s = (a - b) / (a + b)``, its term is ``a + b`` times a fourth of
    ``log(1 - s**2) + s log((1 + s) / (1 - s))``. For close ones this is about ``s**2``, and every digit is kept; the
    terms of the two divergences would cancel. Where one share is 0 the slope by it is minus infinity; the gradient
    given there is finite, and leaves out the part of that share.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.js_divergence(np.array([0.5, 0.5]), np.array([1.0, 0.0]), base=2).round(6))
    0.311278
    """
    both = pred + target
    s = divide(xp, pred - target, both, empty=0.0)
    close = (s > -0.5) & (s < 0.5)
    small = xp.where(close, s, 0.0)
    near = xp.log1p(-small * small) + small * (xp.log1p(small) - xp.log1p(-small))
    # a share of the sum, twice: half of the least number would be 0
    whole = xp.where(close, 1.0, both)
    far = xlogy(xp, pred, 2 * (pred / whole)) + xlogy(xp, target, 2 * (target / whole))
    return in_base(xp, xp.sum(xp.where(close, both * near / 4, far / 2), axis=-1), base)
