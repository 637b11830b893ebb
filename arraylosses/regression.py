"""Losses and metrics of real-valued predictions."""

from math import inf, log

from ._definition import OF_DIFFERENCES, statistic
from ._domains import PROBABILITY, REAL, Count, NonNegative, Positive
from ._math import (
    absolute,
    cumulative_sum,
    divide,
    huber,
    power_of_two_scale,
    smooth_l1,
    sqrt,
    squared_difference,
    stop_gradient,
    sum_of_absolutes,
    sum_of_huber,
    sum_of_smooth_l1,
    sum_of_squares,
    tie_ranks,
    total,
)
from ._metric import loss, metric
from ._state import Buffer, Fit, JointHistogram, Mean, Moments, Samples
from ._typing import Array, Namespace


@loss(
    pred=REAL,
    target=REAL,
    summed=sum_of_squares,
    symmetric=True,
    unit="target**2",
    monotone=True,
    convex=("pred", "target"),
    **OF_DIFFERENCES,
    also=("mse", "mean_squared_error", "l2_loss"),
    equals=("sklearn.metrics.mean_squared_error", "torch.nn.functional.mse_loss", "optax.squared_error"),
    reference="C. F. Gauss (1809), Theoria motus corporum coelestium, article 179.",
)
def squared_error(xp: Namespace, pred: Array, target: Array, /) -> Array:
    r"""Square of the difference.

    Take it where large errors should count for more than in proportion; its best constant prediction is the mean.

    .. math:: \ell(e) = e^2

    Notes
    -----
    The mean over valid rays of instant-nsr-pl, which sums over channels, is ``squared_error(pred, target,
    weights=valid, avg_factor=xp.sum(valid))``; without `avg_factor` channels are averaged too.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.squared_error(np.array([1.0, 2.0]), np.array([0.0, 4.0])))
    2.5
    """
    return squared_difference(xp, pred, target)


@loss(
    pred=REAL,
    target=REAL,
    summed=sum_of_absolutes,
    symmetric=True,
    smooth="almost everywhere",
    unit="target",
    triangle=True,
    monotone=True,
    convex=("pred", "target"),
    **OF_DIFFERENCES,
    also=("mae", "mean_absolute_error", "l1_loss"),
    equals=("sklearn.metrics.mean_absolute_error", "torch.nn.functional.l1_loss"),
    reference="R. J. Boscovich (1757), De litteraria expeditione per pontificiam ditionem.",
)
def absolute_error(xp: Namespace, pred: Array, target: Array, /) -> Array:
    r"""Absolute difference.

    Take it where outliers should not rule; its best constant prediction is the median.

    .. math:: \ell(e) = |e|

    Notes
    -----
    The subgradient at 0 is 0 on every library (a bare ``abs`` has 1 there on JAX).

    Divisors of others: NeuS's colour loss, which sums over channels and divides by the rays of a mask (n, 1), is
    ``absolute_error(pred, target, weights=mask, avg_factor=xp.sum(mask) + 1e-5)`` with ``mask`` of shape (n,); mmdet's
    weighted mean, which divides by the count, is ``avg_factor=pred.size``.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.absolute_error(np.array([1.0, 2.0]), np.array([0.0, 4.0])))
    1.5
    """
    return absolute(xp, pred - target)


@loss(
    pred=REAL,
    target=REAL,
    summed=sum_of_huber,
    symmetric=True,
    unit="target**2",
    monotone=True,
    convex=("pred", "target"),
    shifts=("pred", "target"),
    reflects=("pred", "target"),
    scales=("pred", "target", "delta"),
    equals=("torch.nn.functional.huber_loss", "optax.huber_loss"),
    reference="P. J. Huber (1964), Robust estimation of a location parameter, Annals of Mathematical Statistics 35.",
)
def huber_loss(xp: Namespace, pred: Array, target: Array, /, *, delta: Positive = 1.0) -> Array:
    r"""Half the squared error near zero, and the absolute error beyond ``delta``.

    Take it where errors are mostly small and sometimes wild.

    .. math:: \ell(e) = \tfrac12 \min(|e|, \delta)^2 + \delta \max(|e| - \delta, 0)

    Parameters
    ----------
    delta : float, default 1.0
        Width of the quadratic part, in the unit of the target.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.huber_loss(np.array([0.5, 3.0]), np.zeros(2), reduction="none"))
    [0.125 2.5  ]
    """
    return huber(xp, pred, target, delta)


@loss(
    pred=REAL,
    target=REAL,
    summed=sum_of_smooth_l1,
    symmetric=True,
    smooth="almost everywhere",
    unit="target",
    monotone=True,
    convex=("pred", "target"),
    shifts=("pred", "target"),
    reflects=("pred", "target"),
    scales=("pred", "target", "beta"),
    equals=("torch.nn.functional.smooth_l1_loss",),
    reference="R. Girshick (2015), Fast R-CNN, arXiv:1504.08083.",
)
def smooth_l1_loss(xp: Namespace, pred: Array, target: Array, /, *, beta: NonNegative = 1.0) -> Array:
    r"""Absolute error whose corner at zero is rounded off, over a width of ``beta``.

    `huber_loss` divided by its width: beyond it the slope is 1 whatever the width, so that large errors weigh the same.

    .. math:: \ell(e) = \begin{cases} e^2 / 2 \beta & |e| < \beta \\ |e| - \beta / 2 & \text{otherwise} \end{cases}

    Parameters
    ----------
    beta : float, default 1.0
        Width of the quadratic part, in the unit of the target; 0 is the absolute error.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.smooth_l1_loss(np.array([0.5, 3.0]), np.zeros(2), beta=2.0, reduction="none"))
    [0.0625 2.    ]
    """
    return smooth_l1(xp, pred, target, beta)


@loss(
    pred=REAL,
    target=REAL,
    symmetric=True,
    monotone=True,
    convex=("pred", "target"),
    shifts=("pred", "target"),
    reflects=("pred", "target"),
    also=("log_cosh", "log_cosh_loss"),
    equals=("optax.losses.log_cosh", "torchmetrics.functional.log_cosh_error, for errors below 88"),
    reference="P. J. Green (1990), Bayesian reconstructions from emission tomography data, IEEE T. Medical Imaging 9.",
)
def log_cosh_error(xp: Namespace, pred: Array, target: Array, /) -> Array:
    r"""Logarithm of the hyperbolic cosine of the difference.

    Half its square near zero, the absolute error less log 2 far away. Take it for `huber_loss` with a width of 1 and
    derivatives of every order.

    .. math:: \ell(e) = \log \cosh e

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.log_cosh_error(np.array([0.001, 100.0]), np.zeros(2), reduction="none"))
    [4.99999917e-07 9.93068528e+01]
    """
    error = pred - target
    near = absolute(xp, error) < 2
    # log(cosh e) of a small e loses it in the 1 of the cosine; of a large one the cosine overflows
    half = xp.sinh(xp.where(near, error, 0.0) / 2)
    far = xp.where(near, 2.0, absolute(xp, error))
    return xp.where(near, xp.log1p(2 * half * half), far - log(2) + xp.log1p(xp.exp(-2 * far)))


@metric(
    squared_error,
    pred=REAL,
    target=REAL,
    symmetric=True,
    unit="target",
    triangle=True,
    monotone=True,
    convex=("pred", "target"),
    **OF_DIFFERENCES,
    also=("rmse",),
    equals=("sklearn.metrics.root_mean_squared_error",),
    reference="C. F. Gauss (1809), Theoria motus corporum coelestium, article 179.",
)
def root_mean_squared_error(xp: Namespace, error: Mean, /) -> Array:
    r"""Square root of the mean squared error.

    In the unit of the target, unlike `squared_error`. It is read from the mean over everything: the mean of the roots
    of several groups is ``averaged(root_mean_squared_error, axis=...)``.

    .. math:: \sqrt{\textstyle\sum_i w_i e_i^2 / \sum_i w_i}

    Notes
    -----
    The subgradient at a perfect prediction is 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.root_mean_squared_error(np.array([3.0, 1.0, 1.0, 5.0]), np.zeros(4)))
    3.0
    """
    return sqrt(xp, error.value)


fit = statistic(pred=REAL, target=REAL)(Fit.of)
moments = statistic(pred=REAL, target=REAL)(Moments.of)


@metric(
    fit,
    range=(-inf, 1.0),
    best=1.0,
    monotone=True,
    **OF_DIFFERENCES,
    undefined="a constant target",
    also=("coefficient_of_determination", "nash_sutcliffe_efficiency"),
    equals=("sklearn.metrics.r2_score", "torchmetrics.functional.r2_score"),
    reference="S. Wright (1921), Correlation and causation, Journal of Agricultural Research 20.",
)
def r2_score(xp: Namespace, fit: Fit, /) -> Array:
    r"""Share of the target's variance that the prediction explains.

    1 is perfect; 0 is no better than the mean of the targets; below 0 is worse than that.

    .. math:: 1 - \frac{\sum_i w_i (y_i - \hat y_i)^2}{\sum_i w_i (y_i - \bar y)^2}

    Notes
    -----
    NaN where the target is constant (scikit-learn gives 0 or 1 there). Deviations are taken from the mean before they
    are squared, so that a target far from zero keeps its digits.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.r2_score(np.array([1.0, 2.0, 2.0]), np.array([1.0, 2.0, 3.0])))
    0.5
    """
    constant = fit.spread == 0
    return xp.where(constant, xp.nan, 1 - fit.error / xp.where(constant, 1.0, fit.spread))


@statistic(pred=REAL, target=REAL)
def residual_moments(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None) -> Moments:
    """Moments of what a prediction leaves, and of the target."""
    return Moments.of(xp, pred - target, target, weights=weights)


@metric(
    residual_moments,
    range=(-inf, 1.0),
    best=1.0,
    monotone=True,
    **OF_DIFFERENCES,
    undefined="a constant target",
    also=("explained_variance_score",),
    equals=("sklearn.metrics.explained_variance_score", "torchmetrics.functional.explained_variance"),
    reference="T. O. Kvålseth (1985), Cautionary note about R², The American Statistician 39.",
)
def explained_variance(xp: Namespace, m: Moments, /) -> Array:
    r"""Share of the target's variance that is gone from the errors.

    `r2_score` of a prediction whose mean error was taken off: blind to a constant offset.

    .. math:: 1 - \frac{\operatorname{var}(y - \hat y)}{\operatorname{var}(y)}

    Notes
    -----
    NaN where the target is constant (scikit-learn gives 0 or 1 there).

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.explained_variance(np.array([11.0, 12.0, 13.5]), np.array([1.0, 2.0, 3.0])).round(6))
    0.916667
    """
    constant = m.yy == 0
    # in this order, for the square of the scales may be out of range
    scale = m.scale_y / m.scale_x
    ratio = m.xx * scale / xp.where(constant, 1.0, m.yy) * scale
    return xp.where(constant, xp.nan, 1 - ratio)


def correlation(xp: Namespace, m: Moments) -> Array:
    """Correlation from moments; NaN where either variable is constant."""
    constant = (m.xx == 0) | (m.yy == 0)
    xx, yy = (xp.where(constant, 1.0, v) for v in (m.xx, m.yy))
    # the product of the two, and in a gradient its square, stay in range
    a, b = (power_of_two_scale(xp, stop_gradient(xp, v)) for v in (xx, yy))
    ratio = m.xy * (xp.sqrt(a) * xp.sqrt(b)) / xp.sqrt((xx * a) * (yy * b))
    # rounding must not leave [-1, 1], and must not stop the gradient there
    beyond = stop_gradient(xp, xp.where(ratio * ratio > 1, xp.abs(ratio), 1.0))
    return xp.where(constant, xp.nan, ratio / beyond)


@metric(
    moments,
    range=(-1.0, 1.0),
    best=1.0,
    symmetric=True,
    **OF_DIFFERENCES,
    undefined="a constant argument",
    also=("pearson", "pearsonr"),
    equals=("scipy.stats.pearsonr", "torchmetrics.functional.pearson_corrcoef"),
    reference="K. Pearson (1895), Notes on regression and inheritance, Proceedings of the Royal Society of London 58.",
)
def pearson_corrcoef(xp: Namespace, m: Moments, /) -> Array:
    r"""Linear correlation.

    How well a straight line describes the relation; blind to a wrong scale or offset, which `r2_score` sees.

    .. math:: \frac{\operatorname{cov}(\hat y, y)}{\operatorname{sd}(\hat y) \operatorname{sd}(y)}

    Notes
    -----
    NaN where either variable is constant.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.pearson_corrcoef(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])))
    1.0
    """
    return correlation(xp, m)


@statistic(pred=REAL, target=REAL)
def paired_samples(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None) -> Samples:
    """Every pair."""
    return Samples.of(xp, pred, target, weights=weights)


@paired_samples.form("capacity", pred=REAL, target=REAL)
def paired_buffer(xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, capacity: Count) -> Buffer:
    """As many pairs as ``capacity``."""
    return Buffer.of(xp, Samples.of(xp, pred, target, weights=weights), capacity)


@paired_samples.form("bins", pred=PROBABILITY, target=PROBABILITY)
def paired_histogram(
    xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, bins: Count
) -> JointHistogram:
    """Pairs in the cells of a square: a state of fixed size."""
    return JointHistogram.of(xp, pred, target, weights=weights, bins=bins)


def _ranks_of_bins(xp: Namespace, weight: Array) -> Array:
    """Mean rank of the samples of each bin, as a share of all, from the middle."""
    return cumulative_sum(xp, weight) - 0.5 * weight - 0.5


def _binned_correlation(xp: Namespace, joint: JointHistogram) -> Array:
    """Of the ranks where samples of a bin are equal."""
    share = joint.count / xp.sum(joint.count, axis=(-2, -1), keepdims=True)
    of_x, of_y = xp.sum(share, axis=-1), xp.sum(share, axis=-2)
    x, y = _ranks_of_bins(xp, of_x), _ranks_of_bins(xp, of_y)
    both = xp.sum(xp.sum(share * xp.expand_dims(y, axis=-2), axis=-1) * x, axis=-1)
    spread = xp.sum(of_x * x * x, axis=-1) * xp.sum(of_y * y * y, axis=-1)
    return xp.clip(divide(xp, both, xp.sqrt(spread), empty=xp.nan), -1.0, 1.0)


@metric(
    paired_samples,
    range=(-1.0, 1.0),
    best=1.0,
    smooth="nowhere",
    symmetric=True,
    lazy=False,
    reflects=("pred", "target"),
    ranks=("pred", "target"),
    undefined="a constant argument",
    also=("spearman", "spearmanr"),
    equals=("scipy.stats.spearmanr", "torchmetrics.functional.spearman_corrcoef"),
    reference="C. Spearman (1904), The proof and measurement of association between two things.",
)
def spearman_corrcoef(xp: Namespace, s: Samples | Buffer | JointHistogram, /) -> Array:
    r"""Linear correlation of the ranks.

    How well any increasing relation describes the pairs. Equals share their mean rank; weights count as copies.

    Parameters
    ----------
    bins : int, optional
        Count the pairs in so many equal bins of [0, 1] by as many instead: a state of fixed size. What lies elsewhere
        is brought there first, by any increasing map.

    Notes
    -----
    NaN where either variable is constant, or holds a NaN.

    In bins, samples that share one have its mean rank. With ``a`` the root of :math:`\sum p^3 / (1 - \sum p^3)` over
    the shares p of the bins of the one variable, and b that of the other, the correlation is off by
    ``a + b + a b + (a**2 + b**2 + a**2 b**2) / 2`` at most: 0.008 for 256 bins that are equally full, and far less
    where ranks within a bin are free of one another.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.spearman_corrcoef(np.array([1.0, 10.0, 100.0]), np.array([1.0, 2.0, 3.0])))
    1.0
    """
    if isinstance(s, JointHistogram):
        return _binned_correlation(xp, s)
    x, y = (tie_ranks(xp, v, s.weight) for v in (s.pred, s.target))
    unknown = total(xp, (s.pred != s.pred) | (s.target != s.target), -1) > 0
    return xp.where(unknown, xp.nan, correlation(xp, Moments.of(xp, x, y, weights=s.weight)))
