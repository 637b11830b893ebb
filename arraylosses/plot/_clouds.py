"""Two clouds of points: how far each point is from the other cloud."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from .._values import ready
from .._xp import quietly, unrecorded
from ..points import Direction, both_ways, chamfer_distance, hausdorff_distance
from ._display import GREY, Display, named
from ._given import at_hand, on_host

SIDES = ("pred", "target")
WAYS: dict[str, Direction] = {"pred": "pred_to_target", "target": "target_to_pred"}
SHAPES = {"pred": "o", "target": "^"}


class PointDistancesDisplay(Display):
    """Points in the colour of their distance to the other cloud. Made by `point_distances`.

    Attributes
    ----------
    points : dict of str to numpy.ndarray, (n, coordinates)
        The clouds that are drawn, 'pred', 'target' or both.
    distances : dict of str to numpy.ndarray, (n,)
        From each point of a cloud to the nearest of the other, of all points, whether drawn or not.
    means : dict of str to float
        Mean distance of each cloud.
    greatest : float
        The greatest distance of all that are drawn, the Hausdorff distance of both.
    points_ : dict of str to matplotlib.collections.PathCollection
    colorbar_ : matplotlib.colorbar.Colorbar
    """

    points_: dict[str, Any]
    colorbar_: Any

    def __init__(
        self,
        points: Mapping[str, Any],
        distances: Mapping[str, Any],
        means: Mapping[str, float],
        greatest: float,
        *,
        name: str | None,
        unit: str,
        most: int,
        options: Mapping[str, Any],
    ) -> None:
        self.points, self.distances, self.means, self.greatest = dict(points), dict(distances), dict(means), greatest
        self.name, self.unit, self.most, self.options = name, unit, most, dict(options)
        self._projection = "3d" if next(iter(self.points.values())).shape[-1] == 3 else None

    def _draw(self, ax: Any) -> None:
        self.points_ = {side: self._scatter(ax, side) for side in self.points}
        label = f"distance to the other cloud ({self.unit})"
        drawn = next(iter(self.points_.values()))
        self.colorbar_ = self.figure_.colorbar(drawn, ax=ax, label=label, pad=0.1 if self._projection else 0.05)
        ax.set_aspect("equal")
        ax.locator_params(nbins=5)
        axes = "xyz"[: self.points[next(iter(self.points))].shape[-1]]
        ax.set(title=self._title, **{f"{letter}label": f"{letter} ({self.unit})" for letter in axes})
        ax.legend(markerscale=4.0 / drawn.get_sizes()[0] ** 0.5)

    def _scatter(self, ax: Any, side: str) -> Any:
        kept = self.kept(side)
        look = {"cmap": "cividis_r", "vmin": 0.0, "vmax": self.greatest, "marker": SHAPES[side]}
        look |= {"s": float(np.clip(3e4 / len(kept), 3.0, 30.0)), "edgecolors": GREY}
        look |= {"linewidths": 0.4 if len(kept) < 1000 else 0.0}  # an edge would be all there is to see of many
        look |= {"depthshade": False} if self._projection else {}
        told = named(side, side, **{"mean distance": self.means[side]})
        where, distance = self.points[side][kept].T, self.distances[side][kept]
        return ax.scatter(*where, c=distance, label=told, **{**look, **self.options})

    def kept(self, side: str) -> Any:
        """Indices of the points of a cloud that are drawn: all, or as many as may be, by lot with a fixed seed."""
        count = len(self.distances[side])
        if count <= self.most:
            return np.arange(count)
        return np.sort(np.random.default_rng(0).permutation(count)[: self.most])

    @property
    def _title(self) -> str:
        """The worst distance, and what the picture leaves out."""
        whole = {side: len(d) for side, d in self.distances.items() if len(d) > self.most}
        thinned = [f"{self.most:,} of {count:,} points of `{side}` drawn" for side, count in whole.items()]
        return "\n".join([named(self.name, "", **{"greatest distance": self.greatest}), *thinned])


def _refuse_several(arrays: Mapping[str, Any]) -> None:
    for name, array in arrays.items():
        shape = tuple(array.shape)
        wanted = f"`{name}` must be one cloud, (n, 2) or (n, 3); got shape {shape}"
        if len(shape) > 2:
            raise ValueError(f"{wanted}: give one of them, such as `{name}[0]`.")
        if len(shape) < 2 or shape[1] not in (2, 3):
            raise ValueError(f"{wanted}.")


def _distances(arrays: Mapping[str, Any], direction: Direction) -> list[Any]:
    """Of each point to the nearest of the other cloud, as the metrics of clouds find it."""
    inputs, _, _ = hausdorff_distance.inputs(tuple(arrays.values()), None, {})
    inputs, _ = ready(inputs)

    def found(lib: Any) -> Any:
        return both_ways(lib.xp, *inputs.arrays, squared=False, direction=direction)

    return [on_host(distance) for distance, _ in quietly(found, inputs.lib)]


def point_distances(
    pred: Any,
    target: Any,
    *,
    direction: Direction = "both",
    unit: str = "unit of the points",
    most: int = 20_000,
    name: str | None = None,
    ax: Any = None,
    **points: Any,
) -> PointDistancesDisplay:
    """Draw two clouds, each point in the colour of its distance to the nearest point of the other.

    Shows where a reconstruction is wrong (points of `pred` that are far from the target) and where it is incomplete
    (points of `target` that nothing is near); dark is far.

    Parameters
    ----------
    pred : array, (n, 3) or (n, 2)
        Points of any library.
    target : array, (m, 3) or (m, 2)
        Points that should be there.
    direction : {'both', 'pred_to_target', 'target_to_pred'}
        Draw both clouds, or only the one from which distances are taken.
    unit : str, default 'unit of the points'
        Of the coordinates, for the axes and the colour bar.
    most : int, default 20000
        Of more points of a cloud, so many are drawn, by lot; the title says so, and every number is of all.
    name : str, optional
        For the title, before the greatest distance.
    ax : matplotlib.axes.Axes, optional
        What to draw on, with ``projection='3d'`` for points of 3 coordinates; by default a figure of its own.
    **points
        Of ``Axes.scatter``: ``vmax=1.0`` gives several pictures one scale, ``s=2`` smaller points.

    Returns
    -------
    PointDistancesDisplay

    Raises
    ------
    ValueError
        For a cloud that is empty, or several at once, or of other than 2 or 3 coordinates.

    Examples
    --------
    >>> import numpy as np, arraylosses as al
    >>> pred, target = np.array([[0.0, 0.0], [4.0, 0.0]]), np.array([[0.0, 1.0]])
    >>> display = al.plot.point_distances(pred, target, direction="pred_to_target")
    >>> print(display.distances["pred"].round(3), round(display.greatest, 3))
    [1.    4.123] 4.123
    """
    if most < 1:
        raise ValueError(f"`most` must be a positive whole number; got {most}.")
    arrays = at_hand({"pred": pred, "target": target})
    _refuse_several(arrays)
    sides = [side for side in SIDES if direction in ("both", WAYS[side])]
    with unrecorded():
        greatest = float(on_host(hausdorff_distance(**arrays, direction=direction)))
        ways = {side: chamfer_distance(**arrays, squared=False, direction=WAYS[side]) for side in sides}
        distances = dict(zip(sides, _distances(arrays, direction), strict=True))
    means = {side: float(on_host(value)) for side, value in ways.items()}
    clouds = {side: on_host(arrays[side]) for side in sides}
    return PointDistancesDisplay(
        clouds, distances, means, greatest, name=name, unit=unit, most=most, options=points
    ).plot(ax)
