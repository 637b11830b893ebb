"""What is compared: two arrays of one kind, as NumPy has them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .._files import (
    Address,
    Alpha,
    Channels,
    FileFault,
    Image,
    Kind,
    Shape,
    read_array,
    read_column,
    read_image,
    read_shape,
)

Remark = tuple[Address, str]
"""A file, and what was done to what it holds."""


class Unfit(ValueError):
    """Two things that a metric does not fit: one sentence."""


@dataclass(frozen=True)
class Reading:
    """How files are read.

    Attributes
    ----------
    kind : Kind
    data_range : float or None
        What the caller says of images; None leaves it to their depth.
    unit_range, drop_missing : bool
    alpha, channels : str
        Those of `read_image`.
    sample : int or None
        How many points of each cloud or mesh are drawn.
    seed : int
    surface : {'target', 'pred'}
        Whose surface distances are measured to.
    """

    kind: Kind
    data_range: float | None = None
    unit_range: bool = False
    alpha: Alpha = "refuse"
    channels: Channels = "first"
    sample: int | None = None
    seed: int = 0
    surface: Literal["target", "pred"] = "target"
    drop_missing: bool = False


@dataclass(frozen=True)
class Two:
    """A prediction and its target.

    Attributes
    ----------
    kind : Kind
    pred, target : NumPy array
    what : str
        Such as "images of 3 x 64 x 48".
    white : float or None
        Of images, what white is; None where nobody has said it.
    origin : str
        Where that comes from, or why it is not known.
    remarks : tuple of (Address, str)
        What was done on the way.
    mesh : tuple
        The file whose surface is measured to, that cloud or mesh, and the points on the other side.
    """

    kind: Kind
    pred: Any
    target: Any
    what: str
    white: float | None = None
    origin: str = ""
    remarks: tuple[Remark, ...] = ()
    mesh: tuple[Address, Shape, Any] | None = None

    def fill(self, name: str) -> float:
        """The range of images, which is the only parameter that files know."""
        if self.white is None:
            raise Unfit(f"{self.origin or 'nothing says what white is'}: give `--data-range`, such as 1.0.")
        return self.white

    def surface(self, name: str) -> tuple[Any, Any, Any]:
        """Points, and the vertices and faces of a mesh."""
        if self.mesh is None:
            raise Unfit(f"`{name}` takes clouds and meshes: say so, by `--as points`.")
        address, shape, points = self.mesh
        if not shape.has_faces:
            raise FileFault(
                address,
                f"has no faces, and `{name}` measures to a surface: give a mesh, or `--surface` to say that the other "
                "is one.",
            )
        return points, shape.points, shape.faces


def read_two(pred: Address, target: Address, how: Reading) -> Two:
    """Both files; one sentence where one cannot be read, or they do not fit."""
    return READERS[how.kind](pred, target, how)


# ---- images


def _images(pred: Address, target: Address, how: Reading) -> Two:
    where = pred, target
    ours, theirs = images = [read_image(a, alpha=how.alpha, channels=how.channels) for a in where]
    _fit(where, ours.pixels.shape, theirs.pixels.shape)
    for address, image in zip(where, images, strict=True):
        _refuse_low(address, image, how.data_range)
    pixels = ours.pixels, theirs.pixels
    what = f"images of {_size(ours.pixels.shape)}"
    remarks = tuple((a, remark) for a, image in zip(where, images, strict=True) for remark in image.remarks)
    if how.unit_range:
        divided = _to_unit(where, images, how.data_range)
        return Two("image", divided[0], divided[1], what, 1.0, "each image divided by its own", remarks)
    if how.data_range is not None:
        return Two("image", *pixels, what, how.data_range, "given", remarks)
    if ours.white != theirs.white:
        depths = f"`{pred}` is of {ours.depth} and `{target}` of {theirs.depth}"
        raise Unfit(f"{depths}: give `--unit-range` to divide each by its range, or convert one of them.")
    origin = ours.depth if ours.white else f"`{pred}` is of {ours.depth}, and does not say what white is"
    return Two("image", *pixels, what, ours.white, origin, remarks)


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _fit(where: tuple[Address, Address], ours: tuple[int, ...], theirs: tuple[int, ...]) -> None:
    """Images of one size, with as many channels: nothing is resized or broadcast."""
    pred, target = where
    if ours == theirs:
        return
    if ours[-2:] != theirs[-2:]:
        told = f"`{pred}` is {ours[-1]} x {ours[-2]} pixels (width x height) and `{target}` {theirs[-1]} x {theirs[-2]}"
        raise Unfit(f"{told}: nothing is resized; give images of one size.")
    if len(ours) == len(theirs) == 3:
        told = f"`{pred}` has {_colours(ours[0])} and `{target}` {_colours(theirs[0])}"
        raise Unfit(f"{told}: nothing is broadcast; convert one of them.")
    raise Unfit(f"`{pred}` has shape {ours} and `{target}` {theirs}: nothing is broadcast; give arrays of one shape.")


def _colours(channels: int) -> str:
    return "one channel (grey)" if channels == 1 else f"{channels} channels"


def _refuse_low(address: Address, image: Image, data_range: float | None) -> None:
    """Whole numbers above what is said to be white."""
    if data_range is not None and image.pixels.dtype.kind in "iu" and (most := int(image.pixels.max())) > data_range:
        told = f"`{address}` has values up to {most}, above `--data-range {data_range:g}`"
        raise Unfit(f"{told}: leave the option out, or give `--unit-range` to divide by the range.")


def _to_unit(where: tuple[Address, Address], images: list[Image], data_range: float | None) -> list[Any]:
    """Pixels from 0 to 1: of whole numbers by their depth, of others by what is given."""
    divided = []
    for address, image in zip(where, images, strict=True):
        white = image.white or data_range
        if white is None:
            told = f"`{address}` is of {image.depth}, and does not say what white is"
            raise Unfit(f"{told}: give `--data-range`, such as 1.0.")
        divided.append(image.pixels / white)
    return divided


# ---- clouds, arrays, columns


def _clouds(pred: Address, target: Address, how: Reading) -> Two:
    where = pred, target
    shapes = [read_shape(a) for a in where]
    found = [_points(a, shape, how, i) for i, (a, shape) in enumerate(zip(where, shapes, strict=True))]
    (ours, *said), (theirs, *more) = found
    sizes = f"{len(ours):,} points" if len(ours) == len(theirs) else f"{len(ours):,} and {len(theirs):,} points"
    mesh = (pred, shapes[0], theirs) if how.surface == "pred" else (target, shapes[1], ours)
    return Two("points", ours, theirs, f"clouds of {sizes}", remarks=(*said, *more), mesh=mesh)


def _points(address: Address, shape: Shape, how: Reading, place: int) -> tuple[Any, ...]:
    """Points that are compared, and a remark if they are not simply those of the file."""
    if how.sample is not None:
        drawn = shape.sampled(address, how.sample, (how.seed, place))
        whence = "evenly from the surface" if shape.has_faces else f"from {len(shape.points):,}"
        return drawn, (address, f"{how.sample:,} points drawn {whence}, with seed {how.seed}")
    if shape.has_faces:
        return shape.points, (address, "a mesh, whose vertices are compared; `--sample N` draws points of the surface")
    return (shape.points,)


def _arrays(pred: Address, target: Address, how: Reading) -> Two:
    ours, theirs = read_array(pred), read_array(target)
    if ours.shape != theirs.shape:
        told = f"`{pred}` has shape {ours.shape} and `{target}` {theirs.shape}"
        raise Unfit(f"{told}: nothing is broadcast; give arrays of one shape.")
    return Two("array", ours, theirs, f"arrays of shape {ours.shape}", how.data_range, "given")


def _columns(pred: Address, target: Address, how: Reading) -> Two:
    where = pred, target
    columns = [read_column(a) for a in where]
    ours, theirs = (column.values for column in columns)
    if len(ours) != len(theirs):
        raise Unfit(f"`{pred}` has {len(ours):,} rows and `{target}` {len(theirs):,}: give columns of one length.")
    there = [~column.missing.reshape(len(ours), -1).any(axis=1) for column in columns]
    if not how.drop_missing:
        for address, column, whole in zip(where, columns, there, strict=True):
            if not whole.all():
                raise Unfit(column.told(address))
        return Two("table", ours, theirs, f"columns of {len(ours):,} rows", how.data_range, "given")
    return _whole_rows(where, ours, theirs, there[0] & there[1], how)


def _whole_rows(where: tuple[Address, Address], ours: Any, theirs: Any, kept: Any, how: Reading) -> Two:
    """Without the rows in which a value is missing."""
    left = int(kept.sum())
    if not left:
        raise Unfit(f"`{where[0]}` and `{where[1]}` have no row in which both are there.")
    lost = f"{len(kept) - left:,} of {len(kept):,} rows left out, where a value is missing"
    remarks = ((where[0], lost),) if left < len(kept) else ()
    return Two("table", ours[kept], theirs[kept], f"columns of {left:,} rows", how.data_range, "given", remarks)


READERS: dict[Kind, Callable[[Address, Address, Reading], Two]] = {
    "image": _images,
    "points": _clouds,
    "array": _arrays,
    "table": _columns,
}
