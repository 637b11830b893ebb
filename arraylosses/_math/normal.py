"""The normal distribution function and its inverse, to the last digits of float64 and far into both tails."""

from math import pi, sqrt

from .._typing import Array, Namespace
from ._primitive import Primitive
from .elementary import absolute
from .sums import all_of

Ratio = tuple[tuple[float, ...], tuple[float, ...]]
"""Coefficients of two polynomials, highest power first."""

CDF_CENTRE: Ratio = (
    (
        0.065682337918207449113,
        2.2352520354606839287,
        161.02823106855587881,
        1067.6894854603709582,
        18154.981253343561249,
    ),
    (1.0, 47.20258190468824187, 976.09855173777669322, 10260.932208618978205, 45507.789335026729956),
)
CDF_MIDDLE: Ratio = (
    (
        1.0765576773720192317e-8,
        0.39894151208813466764,
        8.8831497943883759412,
        93.506656132177855979,
        597.27027639480026226,
        2494.5375852903726711,
        6848.1904505362823326,
        11602.651437647350124,
        9842.7148383839780218,
    ),
    (
        1.0,
        22.266688044328115691,
        235.38790178262499861,
        1519.377599407554805,
        6485.558298266760755,
        18615.571640885098091,
        34900.952721145977266,
        38912.003286093271411,
        19685.429676859990727,
    ),
)
CDF_FAR: Ratio = (
    (
        0.02307344176494017303,
        0.21589853405795699,
        0.1274011611602473639,
        0.022235277870649807,
        0.001421619193227893466,
        2.9112874951168792e-5,
    ),
    (
        1.0,
        1.28426009614491121,
        0.468238212480865118,
        0.0659881378689285515,
        0.00378239633202758244,
        7.29751555083966205e-5,
    ),
)
"""Of W. J. Cody (1969), Rational Chebyshev approximations for the error function, Mathematics of Computation 23."""

QUANTILE_CENTRE: Ratio = (
    (
        2509.0809287301226727,
        33430.575583588128105,
        67265.770927008700853,
        45921.953931549871457,
        13731.693765509461125,
        1971.5909503065514427,
        133.14166789178437745,
        3.387132872796366608,
    ),
    (
        5226.495278852854561,
        28729.085735721942674,
        39307.89580009271061,
        21213.794301586595867,
        5394.1960214247511077,
        687.1870074920579083,
        42.313330701600911252,
        1.0,
    ),
)
QUANTILE_MIDDLE: Ratio = (
    (
        7.7454501427834140764e-4,
        0.0227238449892691845833,
        0.24178072517745061177,
        1.27045825245236838258,
        3.64784832476320460504,
        5.7694972214606914055,
        4.6303378461565452959,
        1.42343711074968357734,
    ),
    (
        1.05075007164441684324e-9,
        5.475938084995344946e-4,
        0.0151986665636164571966,
        0.14810397642748007459,
        0.68976733498510000455,
        1.6763848301838038494,
        2.05319162663775882187,
        1.0,
    ),
)
QUANTILE_FAR: Ratio = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        0.0012426609473880784386,
        0.026532189526576123093,
        0.29656057182850489123,
        1.7848265399172913358,
        5.4637849111641143699,
        6.6579046435011037772,
    ),
    (
        2.04426310338993978564e-15,
        1.4215117583164458887e-7,
        1.8463183175100546818e-5,
        7.868691311456132591e-4,
        0.0148753612908506148525,
        0.13692988092273580531,
        0.59983220655588793769,
        1.0,
    ),
)
"""Of M. J. Wichura (1988), Algorithm AS 241: The percentage points of the normal distribution, Appl. Stat. 37."""

HIDDEN = 39.0
"""Beyond it the lower tail is below the least number of float64."""


def _polynomial(x: Array, coefficients: tuple[float, ...]) -> Array:
    """By Horner's rule."""
    first, second, *rest = coefficients
    value = x * first + second
    for coefficient in rest:
        value = value * x + coefficient
    return value


def _ratio(x: Array, of: Ratio) -> Array:
    return _polynomial(x, of[0]) / _polynomial(x, of[1])


def _half_square_exp(xp: Namespace, x: Array) -> Array:
    """``exp(-x**2 / 2)`` with all its digits: the square of a 16th is exact, and what is left is small."""
    near = xp.trunc(x * 16.0) / 16.0
    return xp.exp(-0.5 * near * near) * xp.exp(-0.5 * (x - near) * (x + near))


def lower_tail(xp: Namespace, distance: Array) -> Array:
    """Probability beyond a distance of at least 0.67 from the mean, on one side."""
    far = distance > sqrt(32)
    middle = _ratio(xp.where(far, 1.0, distance), CDF_MIDDLE)
    y = xp.where(far, distance, 6.0)
    inverse = 1.0 / (y * y)
    outer = (1 / sqrt(2 * pi) - inverse * _ratio(inverse, CDF_FAR)) / y
    return _half_square_exp(xp, distance) * xp.where(far, outer, middle)


@Primitive
def normal_cdf(xp: Namespace, x: Array) -> Array:
    """Probability that a standard normal variable is at most ``x``."""
    size = xp.where(x < 0, -x, x)
    central = size <= 0.67448975
    inner = xp.where(central, x, 0.0)
    tail = lower_tail(xp, xp.where(central, 1.0, xp.where(size > HIDDEN, HIDDEN, size)))
    outside = xp.where(x < 0, tail, 1.0 - tail)
    return xp.where(central, 0.5 + inner * _ratio(inner * inner, CDF_CENTRE), outside)


@Primitive
def normal_mass(xp: Namespace, x: Array) -> Array:
    """Probability that a standard normal variable lies within ``x``, of at least 0, of its mean."""
    return 1.0 - 2.0 * normal_cdf(xp, -x)


@Primitive
def normal_score(xp: Namespace, mean: Array, std: Array, target: Array) -> Array:
    """Integral of the square by which a normal distribution function misses the target's step; of no deviation, too."""
    rest = target - mean
    certain = std == 0
    z = rest / xp.where(certain, 1.0, std)
    both = normal_mass(xp, absolute(xp, z))
    density = xp.exp(-0.5 * (z * z)) * (2 / pi) ** 0.5
    size = absolute(xp, rest)
    # without deviation both is 1 and the density 0: the value is the size, and the slope by the deviation this
    return xp.where(certain, size - std * pi**-0.5, size * both + std * (density - pi**-0.5))


@Primitive
def sum_of_normal_scores(
    xp: Namespace, mean_of: Array, std: Array, target: Array, *, wide: bool = False, mean: bool = False
) -> Array:
    """Of all targets, or their mean; a 0-d array, of float64 if ``wide``."""
    return all_of(xp, normal_score(xp, mean_of, std, target), wide, mean)


@Primitive
def normal_quantile(xp: Namespace, p: Array) -> Array:
    """The number that a standard normal variable is below with probability ``p``; NaN outside [0, 1]."""
    q = p - 0.5
    central = (q >= -0.425) & (q <= 0.425)
    rest = 0.180625 - xp.where(central, q * q, 0.0)
    tail = xp.where(q < 0, p, 1.0 - p)
    inside = tail > 0
    distance = xp.sqrt(-xp.log(xp.where(central | ~inside, 0.05, tail)))
    far = distance > 5
    middle = _ratio(xp.where(far, 0.0, distance - 1.6), QUANTILE_MIDDLE)
    outer = _ratio(xp.where(far, distance - 5.0, 0.0), QUANTILE_FAR)
    size = xp.where(inside, xp.where(far, outer, middle), xp.inf)
    size = xp.where(tail >= 0, size, xp.nan)
    return xp.where(central, q * _ratio(rest, QUANTILE_CENTRE), xp.where(q < 0, -size, size))
