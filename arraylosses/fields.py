"""Regularisers of neural fields, and the weights of samples along a ray."""

from math import log, pi
from typing import Annotated, Literal

from ._domains import IMAGE, PROBABILITY, REAL, Interval, NonNegative, Positive
from ._math import absolute, divide, mean, norm, product_before
from ._metric import function, loss
from ._typing import Array, Namespace

Penalty = Literal["squared", "absolute"]
Margin = Annotated[float, Interval("from 0 to 0.5", 0.0, 0.5)]


def _penalized(xp: Namespace, departure: Array, penalty: Penalty) -> Array:
    return departure**2 if penalty == "squared" else absolute(xp, departure)


# ---- rays


@function(
    alpha=PROBABILITY["sample"],
    equals=("NeuS's, with epsilon=1e-7",),
    reference="N. Max (1995), Optical models for direct volume rendering, IEEE TVCG 1.",
)
def volume_weights(xp: Namespace, alpha: Array, /, *, epsilon: NonNegative = 0.0) -> Array:
    r"""How much each sample along a ray contributes to its pixel.

    The colour of the pixel is the sum of the samples' colours times these weights.

    .. math:: w_i = \alpha_i \prod_{j < i} (1 - \alpha_j)

    Parameters
    ----------
    epsilon : float, default 0.0
        Added to each factor: NeuS has 1e-7, which keeps some libraries' gradients finite. Here they are without it.

    Returns
    -------
    array
        (..., sample), in the order of the samples.

    Notes
    -----
    The gradient is exact where a sample is opaque. With ``weights`` of rays, colours are compared by
    ``squared_error(colour, target, weights=valid)`` or `absolute_error`; NeuS sums over channels and divides by rays:
    ``absolute_error(colour, target, weights=mask, avg_factor=mask.sum() + 1e-5)``.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.volume_weights(np.array([0.5, 0.5, 1.0, 0.5])))
    [0.5  0.25 0.25 0.  ]
    """
    return alpha * product_before(xp, 1 - alpha + epsilon)


@function(
    alpha=PROBABILITY["sample"],
    orderless=("sample",),
    equals=("NeuS's weight_sum, with epsilon=1e-7",),
    reference="N. Max (1995), Optical models for direct volume rendering, IEEE TVCG 1.",
)
def accumulated_opacity(xp: Namespace, alpha: Array, /, *, epsilon: NonNegative = 0.0) -> Array:
    r"""Probability that a ray is stopped by one of its samples.

    .. math:: \sum_i w_i = 1 - \prod_i (1 - \alpha_i)

    Parameters
    ----------
    epsilon : float, default 0.0
        As in `volume_weights`.

    Returns
    -------
    array
        (...), without the samples.

    Notes
    -----
    As a sum of `volume_weights` it keeps the digits of a ray that is nearly transparent. The mask loss is
    ``binary_cross_entropy(accumulated_opacity(alpha), mask)``, for which NeuS and instant-nsr-pl clip the opacity to
    [1e-3, 1 - 1e-3] beforehand.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.accumulated_opacity(np.array([0.5, 0.5, 0.5])))
    0.875
    """
    return xp.sum(alpha * product_before(xp, 1 - alpha + epsilon), axis=-1)


@loss(
    opacity=PROBABILITY,
    range=(0.0, log(2)),
    smooth="almost everywhere",
    unit="nat",
    equals=("instant-nsr-pl's, with epsilon=1e-3", "scipy.stats.entropy([o, 1 - o])"),
    reference="C. E. Shannon (1948), A mathematical theory of communication.",
)
def opacity_loss(xp: Namespace, opacity: Array, /, *, epsilon: Margin | None = None) -> Array:
    r"""Entropy of whether a ray is stopped.

    Least where each ray either hits or misses: it clears away fog.

    .. math:: -o \log o - (1 - o) \log(1 - o)

    Parameters
    ----------
    epsilon : float, optional
        Opacities nearer than this to 0 or 1 count as this near, without a gradient: instant-nsr-pl has 1e-3.

    Notes
    -----
    The slope is infinite at 0 and at 1; the gradient there is 0. Small opacities keep their digits.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.opacity_loss(np.array([0.0, 0.5, 1.0]), reduction="none").round(6))
    [0.       0.693147 0.      ]
    """
    if epsilon is not None:
        opacity = xp.where(opacity < epsilon, epsilon, xp.where(opacity > 1 - epsilon, 1 - epsilon, opacity))
    certain = (opacity == 0) | (opacity == 1)
    o = xp.where(certain, 0.5, opacity)
    return xp.where(certain, 0.0, 0.0 - o * xp.log(o) - (1 - o) * xp.log1p(-o))


# ---- values of a signed distance


@loss(
    sdf=REAL,
    range=(0.0, 1.0),
    smooth="almost everywhere",
    reflects=("sdf",),
    equals=("instant-nsr-pl's",),
    reference="X. Long et al. (2022), SparseNeuS: fast generalizable neural surface reconstruction, arXiv:2206.05737.",
)
def sparsity_loss(xp: Namespace, sdf: Array, /, *, scale: Positive = 1.0) -> Array:
    r"""Exponential of the negative distance from the surface.

    It pushes free samples away from the surface, and so removes surfaces that no image sees.

    .. math:: e^{-\tau |s|}

    Parameters
    ----------
    scale : float, default 1.0
        How fast it falls with the distance.

    Notes
    -----
    The subgradient at the surface is 0. It only tends to its best value, 0, far away.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.sparsity_loss(np.array([0.0, -1.0, 1.0]), reduction="none").round(6))
    [1.       0.367879 0.367879]
    """
    return xp.exp(-scale * absolute(xp, sdf))


@loss(
    sdf=REAL,
    smooth="almost everywhere",
    unit="sdf",
    convex=("sdf",),
    reflects=("sdf",),
    scales=("sdf",),
    equals=("Geo-NeuS's, for one column of values",),
    reference="Q. Fu et al. (2022), Geo-Neus: geometry-consistent neural implicit surfaces, arXiv:2205.15848.",
)
def sdf_surface_loss(xp: Namespace, sdf: Array, /) -> Array:
    r"""Distance from the surface, at points known to lie on it.

    .. math:: |s|

    Notes
    -----
    The subgradient at 0 is 0. Geo-NeuS divides by the length of the first axis, whatever the others:
    ``avg_factor=sdf.shape[0]``.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.sdf_surface_loss(np.array([-0.25, 0.75])))
    0.5
    """
    return absolute(xp, sdf)


@loss(
    sdf=REAL,
    unit="1/sdf",
    reflects=("sdf",),
    equals=("RegSDF's minimal surface loss, as its paper has it",),
    reference="J. Zhang et al. (2022), Critical regularizations for neural surface reconstruction, arXiv:2206.03087.",
)
def minimal_surface_loss(xp: Namespace, sdf: Array, /, *, epsilon: Positive) -> Array:
    r"""Smoothed density of the surface, whose mean over space measures its area.

    A surface that is stretched over what no image sees shrinks.

    .. math:: \delta_\varepsilon(s) = \frac{1}{\pi} \frac{\varepsilon}{\varepsilon^2 + s^2}

    Parameters
    ----------
    epsilon : float
        Width of the smoothed delta function, a length.

    Notes
    -----
    At most ``1 / (pi * epsilon)``, on the surface. It only tends to its best value, 0, far away.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.minimal_surface_loss(np.array([0.0, 0.1]), epsilon=0.1, reduction="none").round(6))
    [3.183099 1.591549]
    """
    widths = sdf / epsilon
    return 1 / (pi * epsilon) / (1 + widths * widths)


# ---- derivatives of a field


@loss(
    gradient=REAL["coordinate"],
    smooth="almost everywhere",
    reflects=("gradient",),
    rotates=("gradient",),
    orderless=("coordinate",),
    equals=("IGR's, with penalty='squared'", "StEik's, with penalty='absolute'"),
    reference="A. Gropp et al. (2020), Implicit geometric regularization for learning shapes, arXiv:2002.10099.",
)
def eikonal_loss(xp: Namespace, gradient: Array, /, *, penalty: Penalty = "squared") -> Array:
    r"""Departure of a gradient's length from one.

    Zero on a field whose value is a distance.

    .. math:: \ell(g) = (\lVert g \rVert - 1)^2

    Parameters
    ----------
    penalty : {'squared', 'absolute'}
        Of the departure.

    Notes
    -----
    The length has gradient 0 at 0, and neither overflows nor underflows before its parts do. NeuS's masked form is
    ``eikonal_loss(gradient, weights=mask, avg_factor=mask.sum() + 1e-5)``.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.eikonal_loss(np.array([[3.0, 4.0], [0.6, 0.8]])))
    8.0
    """
    return _penalized(xp, norm(xp, gradient) - 1, penalty)


def _rate(xp: Namespace, gradient: Array, product: Array, normalize: bool, epsilon: float | None) -> Array:
    """``g.p``, or ``g.p / (|g|^2 + epsilon)``; by the unit vector, for |g|^2 may be out of range."""
    if not normalize:
        return xp.sum(gradient * product, axis=-1)
    length = xp.expand_dims(norm(xp, gradient), axis=-1)
    unit, relative = (divide(xp, x, length, empty=0.0) for x in (gradient, product))
    rate = xp.sum(unit * relative, axis=-1)
    if epsilon is None:
        return rate
    square = xp.sum(gradient * gradient, axis=-1)
    return rate * (square / (square + epsilon))


def _times(xp: Namespace, hessian: Array, gradient: Array) -> Array:
    return xp.sum(hessian * xp.expand_dims(gradient, axis=-2), axis=-1)


@function(
    gradient=REAL["coordinate"],
    hessian=REAL["coordinate coordinate"],
    rotates=("gradient", "hessian"),
    orderless=("coordinate",),
    equals=("StEik's, with epsilon=1e-5",),
    reference="H. Yang et al. (2023), StEik: stabilizing the optimization of neural SDFs, arXiv:2305.18414.",
)
def directional_divergence(
    xp: Namespace,
    gradient: Array,
    hessian: Array,
    /,
    *,
    normalize: bool = True,
    epsilon: Positive | None = None,
) -> Array:
    r"""Second derivative of a field along its gradient; 0 on a field whose value is a distance.

    .. math:: \frac{g^\top H g}{\lVert g \rVert^2} \quad\text{or}\quad g^\top H g

    Parameters
    ----------
    normalize : bool, default True
        The first of the two, as in the authors' code; their paper has the second.
    epsilon : float, optional
        Added to the squared length: StEik's code has 1e-5.

    Returns
    -------
    array
        (...), of either sign; 0 where the gradient is 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> gradient, hessian = np.array([3.0, 4.0]), np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> print(al.directional_divergence(gradient, hessian).round(6))
    1.64
    >>> print(al.directional_divergence(gradient, hessian, normalize=False))
    41.0
    """
    return _rate(xp, gradient, _times(xp, hessian, gradient), normalize, epsilon)


@loss(
    gradient=REAL["coordinate"],
    hessian=REAL["coordinate coordinate"],
    smooth="almost everywhere",
    unit="hessian",
    rotates=("gradient", "hessian"),
    orderless=("coordinate",),
    equals=("StEik's dir_l1, with epsilon=1e-5", "StEik's dir_l2, with penalty='squared', epsilon=1e-5"),
    reference="H. Yang et al. (2023), StEik: stabilizing the optimization of neural SDFs, arXiv:2305.18414.",
)
def directional_divergence_loss(
    xp: Namespace,
    gradient: Array,
    hessian: Array,
    /,
    *,
    penalty: Penalty = "absolute",
    normalize: bool = True,
    epsilon: Positive | None = None,
) -> Array:
    r"""Size of the second derivative of a field along its gradient.

    It steadies the training of a distance field, where `eikonal_loss` alone can diverge. With the Hessian times the
    gradient at hand, which is far cheaper, take `directional_divergence_loss_with_product`.

    .. math:: \left| \frac{g^\top H g}{\lVert g \rVert^2} \right|

    Parameters
    ----------
    penalty : {'absolute', 'squared'}
        Of the second derivative.
    normalize : bool, default True
        Divide by the squared length of the gradient, as the authors' code does; their paper does not.
    epsilon : float, optional
        Added to the squared length: StEik's code has 1e-5.

    Notes
    -----
    Where the gradient is 0 the value is 0, and so is its gradient. The subgradient of the absolute value of 0 is 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.directional_divergence_loss(np.array([3.0, 4.0]), np.array([[-1.0, 0.0], [0.0, -2.0]])).round(6))
    1.64
    """
    return _penalized(xp, _rate(xp, gradient, _times(xp, hessian, gradient), normalize, epsilon), penalty)


@loss(
    gradient=REAL["coordinate"],
    product=REAL["coordinate"],
    smooth="almost everywhere",
    unit="product/gradient",
    rotates=("gradient", "product"),
    orderless=("coordinate",),
    equals=("StEik's dir_l1, with epsilon=1e-5", "StEik's dir_l2, with penalty='squared', epsilon=1e-5"),
    reference="H. Yang et al. (2023), StEik: stabilizing the optimization of neural SDFs, arXiv:2305.18414.",
)
def directional_divergence_loss_with_product(
    xp: Namespace,
    gradient: Array,
    product: Array,
    /,
    *,
    penalty: Penalty = "absolute",
    normalize: bool = True,
    epsilon: Positive | None = None,
) -> Array:
    r"""`directional_divergence_loss` of the Hessian times the gradient, in place of the Hessian.

    `gradient_and_hessian_product` gives both arguments for a field on torch or JAX.

    .. math:: \left| \frac{g^\top (H g)}{\lVert g \rVert^2} \right|

    Parameters
    ----------
    penalty : {'absolute', 'squared'}
        Of the second derivative.
    normalize : bool, default True
        Divide by the squared length of the gradient, as the authors' code does; their paper does not.
    epsilon : float, optional
        Added to the squared length: StEik's code has 1e-5.

    Notes
    -----
    Where the gradient is 0 the value is 0, and so is its gradient. The subgradient of the absolute value of 0 is 0.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> gradient, hessian = np.array([3.0, 4.0]), np.array([[-1.0, 0.0], [0.0, -2.0]])
    >>> print(al.directional_divergence_loss_with_product(gradient, hessian @ gradient).round(6))
    1.64
    """
    return _penalized(xp, _rate(xp, gradient, product, normalize, epsilon), penalty)


@loss(
    hessian=REAL["coordinate coordinate"],
    smooth="almost everywhere",
    unit="hessian",
    convex=("hessian",),
    reflects=("hessian",),
    scales=("hessian",),
    orderless=("coordinate",),
    equals=("RegSDF's smoothness loss, as its paper has it",),
    reference="J. Zhang et al. (2022), Critical regularizations for neural surface reconstruction, arXiv:2206.03087.",
)
def hessian_smoothness_loss(
    xp: Namespace, hessian: Array, /, *, norm: Literal["entrywise", "induced"] = "entrywise"
) -> Array:
    r"""One-norm of the second derivatives of a field; 0 on a plane.

    .. math:: \sum_{ij} |H_{ij}| \quad\text{or}\quad \max_j \sum_i |H_{ij}|

    Parameters
    ----------
    norm : {'entrywise', 'induced'}
        The first of the two, or the second: the paper does not say which it means.

    Notes
    -----
    The subgradient of a zero entry is 0; columns of equal sum share the gradient evenly.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> hessian = np.array([[1.0, -2.0], [-2.0, 0.5]])
    >>> print(al.hessian_smoothness_loss(hessian), al.hessian_smoothness_loss(hessian, norm="induced"))
    5.5 3.0
    """
    columns = xp.sum(absolute(xp, hessian), axis=-2)
    return xp.sum(columns, axis=-1) if norm == "entrywise" else xp.max(columns, axis=-1)


def _normal(xp: Namespace, gradient: Array, epsilon: float) -> Array:
    return divide(xp, gradient, xp.expand_dims(norm(xp, gradient), axis=-1) + epsilon, empty=0.0)


@loss(
    gradient=REAL["coordinate"],
    neighbour_gradient=REAL["coordinate"],
    range=(0.0, 2.0),
    symmetric=True,
    steady=False,
    smooth="almost everywhere",
    reflects=("gradient", "neighbour_gradient"),
    rotates=("gradient", "neighbour_gradient"),
    orderless=("coordinate",),
    equals=("UNISURF's, with epsilon=1e-5",),
    reference="M. Oechsle, S. Peng, A. Geiger (2021), UNISURF, arXiv:2104.10078.",
)
def normal_smoothness_loss(
    xp: Namespace, gradient: Array, neighbour_gradient: Array, /, *, epsilon: NonNegative = 0.0
) -> Array:
    r"""Distance between the unit normals at a surface point and at one beside it.

    .. math:: \left\lVert \frac{g}{\lVert g \rVert} - \frac{g'}{\lVert g' \rVert} \right\rVert

    Parameters
    ----------
    epsilon : float, default 0.0
        Added to each length: UNISURF has 1e-5.

    Notes
    -----
    A gradient of 0 has the normal 0, held so. The gradient is 0 where the normals are equal. The points beside are the
    caller's: UNISURF moves each coordinate by a uniform number of [-0.005, 0.005].

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> print(al.normal_smoothness_loss(np.array([2.0, 0.0]), np.array([-1.0, 0.0])))
    2.0
    """
    return norm(xp, _normal(xp, gradient, epsilon) - _normal(xp, neighbour_gradient, epsilon))


# ---- depth


def _edge(xp: Namespace, disparity: Array, image: Array) -> Array:
    """Mean of the steps of a disparity, each the less the greater the step of the image beside it."""
    contrast = mean(xp, absolute(xp, image), axis=-3)
    return mean(xp, absolute(xp, disparity) * xp.exp(-contrast), axis=(-2, -1))


@loss(
    disparity=REAL["height width"],
    image=IMAGE["channel height width"],
    smooth="almost everywhere",
    unit="disparity",
    convex=("disparity",),
    shifts=("disparity",),
    reflects=("disparity",),
    scales=("disparity",),
    orderless=("channel",),
    mirrored=("height", "width"),
    equals=("monodepth2's get_smooth_loss",),
    reference="C. Godard et al. (2019), Digging into self-supervised monocular depth estimation, arXiv:1806.01260.",
)
def edge_aware_smoothness_loss(xp: Namespace, disparity: Array, image: Array, /) -> Array:
    r"""Steps of a disparity between neighbouring pixels, forgiven where the image has an edge.

    One value for each image.

    .. math::
        \overline{|\partial_x d| \, e^{-\overline{|\partial_x I|}}} +
        \overline{|\partial_y d| \, e^{-\overline{|\partial_y I|}}}

    Notes
    -----
    Steps of the image are averaged over its channels, products over the pixels. Steps of the disparity of zero have
    subgradient 0. monodepth2 first divides the disparity by its mean over the image.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> disparity, image = np.array([[0.0, 1.0], [0.0, 1.0]]), np.zeros((3, 2, 2))
    >>> print(al.edge_aware_smoothness_loss(disparity, image))
    1.0
    """
    across = _edge(xp, disparity[..., 1:] - disparity[..., :-1], image[..., 1:] - image[..., :-1])
    down = _edge(xp, disparity[..., 1:, :] - disparity[..., :-1, :], image[..., 1:, :] - image[..., :-1, :])
    return across + down
