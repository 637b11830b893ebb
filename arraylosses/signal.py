"""Losses of series in time."""

from typing import Literal

from ._definition import OF_DIFFERENCES
from ._domains import REAL, NonNegative
from ._math import absolute, half_spectrum, mean
from ._metric import function, loss
from ._typing import Array, Namespace

Penalty = Literal["absolute", "squared"]


def _penalised(xp: Namespace, x: Array, penalty: Penalty) -> Array:
    return absolute(xp, x) if penalty == "absolute" else x**2


def _whole_spectrum(xp: Namespace, parts: Array, length: int) -> Array:
    """Sizes of both parts together, at all frequencies: a negative one's are those of the positive one."""
    kept = length // 2 + 1
    half = parts[..., :kept] + parts[..., kept:]
    return xp.concat([half, xp.flip(half[..., 1 : (length + 1) // 2], axis=-1)], axis=-1)


@function(
    pred=REAL["time"],
    target=REAL["time"],
    smooth="almost everywhere",
    symmetric=True,
    unit="target",
    convex=("pred", "target"),
    **OF_DIFFERENCES,
    reference="X. Yuan, Y. Qiao (2024), Diffusion-TS: interpretable diffusion for general time series generation.",
)
def fourier_errors(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    penalty: Penalty = "absolute",
    fourier_weight: NonNegative | None = None,
) -> Array:
    r"""Errors of two series at each time, plus those of their spectra at the frequency of the same number.

    What `fourier_loss` is the mean of, for a weight or a reduction of your own.

    .. math:: \ell_k = \phi(e_k) + \lambda (\phi(\operatorname{Re} E_k) + \phi(\operatorname{Im} E_k)), \quad
        E_k = \frac1T \sum_t e_t e^{-2 \pi i k t / T}

    Parameters
    ----------
    penalty : {'absolute', 'squared'}
        What is made of each error, real part and imaginary part.
    fourier_weight : float, optional
        Weight of the spectrum, lambda. None, the default, is a fifth of the square root of the length.

    Returns
    -------
    array
        (..., time).

    Notes
    -----
    Of a part of the spectrum that is exactly 0 the subgradient is 0; where rounding leaves it beside 0, a sign.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.fourier_errors(np.full(4, 2.0), np.zeros(4), fourier_weight=0.5))
    [3. 2. 2. 2.]
    """
    error = pred - target
    length = error.shape[-1]
    weight = length**0.5 / 5 if fourier_weight is None else fourier_weight
    # the transform is linear: of the difference it loses less than the difference of two
    parts = _penalised(xp, half_spectrum(xp, error), penalty)
    return _penalised(xp, error, penalty) + weight * _whole_spectrum(xp, parts, length)


@loss(
    pred=REAL["time"],
    target=REAL["time"],
    smooth="almost everywhere",
    symmetric=True,
    unit="target",
    triangle=True,
    monotone=True,
    convex=("pred", "target"),
    **OF_DIFFERENCES,
    also=("fft_loss",),
    equals=("the training loss of Diffusion-TS, _train_loss of its gaussian_diffusion.py",),
    reference="X. Yuan, Y. Qiao (2024), Diffusion-TS: interpretable diffusion for general time series generation.",
)
def fourier_loss(
    xp: Namespace,
    pred: Array,
    target: Array,
    /,
    *,
    penalty: Penalty = "absolute",
    fourier_weight: NonNegative | None = None,
) -> Array:
    r"""Error of a series in time and in frequency.

    Take it where a series should have the right rhythm as well as the right values, as generated ones should.

    .. math:: \frac1T \sum_t \phi(e_t) + \frac{\lambda}{T} \sum_k (\phi(\operatorname{Re} E_k)
        + \phi(\operatorname{Im} E_k)), \quad E_k = \frac1T \sum_t e_t e^{-2 \pi i k t / T}

    Parameters
    ----------
    penalty : {'absolute', 'squared'}
        What is made of each error, real part and imaginary part.
    fourier_weight : float, optional
        Weight of the spectrum, lambda. None, the default, is a fifth of the square root of the length.

    Notes
    -----
    All frequencies count, negative ones too, each by the sum of the sizes of both parts and not by the modulus. The
    paper writes squared norms; its code, and the default here, takes absolute values. With ``penalty='squared'`` the
    unit is the target's, squared. Single times and frequencies are `fourier_errors`.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.fourier_loss(np.full(4, 2.0), np.zeros(4), fourier_weight=0.5))
    2.25
    """
    errors = fourier_errors.__wrapped__(xp, pred, target, penalty=penalty, fourier_weight=fourier_weight)
    return mean(xp, errors, axis=-1)
