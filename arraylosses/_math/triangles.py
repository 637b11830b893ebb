"""Triangles: the nearest point of one, and the nearest one of many.

Vectors are tuples of three arrays, one a coordinate: sums over a last axis of length three are slow everywhere.
"""

from typing import NamedTuple, TypeAlias

from .._typing import Array, Namespace
from ._primitive import Primitive
from .elementary import divide, stop_gradient
from .neighbours import by_rows, chunk_rows
from .sums import pick_rows

Vector: TypeAlias = tuple[Array, Array, Array]

CHUNK = 1 << 18
"""Pairs of a point and a triangle at a time: some twenty intermediates of this size are alive together."""

FLAT = 8.0
"""Heights of less than this many roundings of the longest side make a triangle a line."""


class Triangle(NamedTuple):
    """A corner, the sides that leave it, and one over the longest coordinate of these."""

    corner: Vector
    first: Vector
    second: Vector
    scale: Array


class Place(NamedTuple):
    """Shares of the second and the third corner in a point of a triangle, and the squared distance to it."""

    second: Array
    third: Array
    square: Array


def vector(x: Array) -> Vector:
    """The coordinates of (..., 3)."""
    return x[..., 0], x[..., 1], x[..., 2]


def minus(a: Vector, b: Vector) -> Vector:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def times(a: Vector, factor: Array) -> Vector:
    return a[0] * factor, a[1] * factor, a[2] * factor


def dot(a: Vector, b: Vector) -> Array:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def triangle(xp: Namespace, a: Array, b: Array, c: Array) -> Triangle:
    """Of three corners (..., 3)."""
    first, second = minus(vector(b), vector(a)), minus(vector(c), vector(a))
    longest = xp.abs(first[0])
    for side in (*first[1:], *second):
        longest = xp.maximum(longest, xp.abs(side))
    longest = stop_gradient(xp, longest)
    return Triangle(vector(a), first, second, divide(xp, xp.ones_like(longest), longest, empty=1.0))


def chosen(t: Triangle, index: Array) -> Triangle:
    """Some of a flat list of triangles."""
    corner, first, second = ((v[0][index], v[1][index], v[2][index]) for v in t[:3])
    return Triangle(corner, first, second, t.scale[index])


def _along(xp: Namespace, part: Array, whole: Array) -> Array:
    """How far along a side, from 0 to 1; 0 on a side without length."""
    share = divide(xp, part, whole, empty=0.0)
    return xp.where(share < 0, 0.0, xp.where(share > 1, 1.0, share))


def _candidates(xp: Namespace, gap: Vector, t: Triangle) -> list[tuple[Array, Array]]:
    """Shares of the nearest point inside, where there is one, and of the nearest of each side."""
    # shares have no size, so the triangle may be given one whose fourth power is in range
    first, second, gap = (times(v, t.scale) for v in (t.first, t.second, gap))
    normal = cross(first, second)
    area, sides = dot(normal, normal), (dot(first, first), dot(second, second), dot(first, second))
    flat = area <= (FLAT * xp.finfo(area.dtype).eps) ** 2
    u = divide(xp, dot(cross(gap, second), normal), xp.where(flat, 0.0, area), empty=-1.0)
    v = divide(xp, dot(cross(first, gap), normal), xp.where(flat, 0.0, area), empty=-1.0)
    ahead, aside = dot(gap, first), dot(gap, second)
    outside = (u < 0) | (v < 0) | (u + v > 1)
    s, r = _along(xp, ahead, sides[0]), _along(xp, aside, sides[1])
    across = minus(second, first)
    q = _along(xp, dot(minus(gap, first), across), dot(across, across))
    nothing = 0.0 * q
    return [(xp.where(outside, s, u), xp.where(outside, nothing, v)), (s, nothing), (nothing, r), (1.0 - q, q)]


def closest(xp: Namespace, point: Vector, t: Triangle) -> Place:
    """The nearest point of a triangle: inside, on a side, or a corner.

    The least of four distances, each to a point of the triangle. Where it is by rounding that one of them is taken for
    another, as in triangles that are nearly lines, no distance is wrong by more than that rounding.
    """
    gap = minus(point, t.corner)
    best: Place | None = None
    for u, v in _candidates(xp, gap, t):
        rest = minus(minus(gap, times(t.first, u)), times(t.second, v))
        square = dot(rest, rest)
        if best is None:
            best = Place(u, v, square)
        else:
            nearer = square < best.square
            best = Place(*(xp.where(nearer, new, old) for new, old in zip((u, v, square), best, strict=True)))
    assert best is not None
    return best


def corners(xp: Namespace, vertices: Array, faces: Array) -> tuple[Array, Array, Array]:
    """First, second and third corners (..., f, 3) of the faces (..., f, 3) of a mesh."""
    a, b, c = (pick_rows(xp, vertices, faces[..., i]) for i in range(3))
    return a, b, c


@Primitive
def nearest_triangle(xp: Namespace, points: Array, a: Array, b: Array, c: Array) -> Array:
    """Index of the nearest of the triangles with corners (..., f, 3) to each of ``points`` (..., n, 3).

    Of equals the first. In chunks of rows, never n x f.
    """
    mesh = triangle(xp, *(xp.expand_dims(corner, axis=-3) for corner in (a, b, c)))

    def find(part: Array) -> Array:
        return xp.argmin(closest(xp, vector(xp.expand_dims(part, axis=-2)), mesh).square, axis=-1)

    return by_rows(xp, points, find, chunk_rows(a[..., 0], CHUNK))
