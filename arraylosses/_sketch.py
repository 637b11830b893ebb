"""A summary of fixed size from which any quantile is read, with a bound on how far off it is.

Where samples do not fit any more, two summaries are put into one and thinned: of all their samples in order, those
stay that lie in the middle of equal shares of the weight. A rank is off by half a share then, never by more, whatever
the data. Summaries are merged as a counter carries, so that no sample is thinned more often than the logarithm of
their count: with k numbers at a place, the ranks of n samples are off by (2 + log2(n / k)) / 2k of the weight at most.
What was lost in fact is kept beside them.
"""

from typing import NamedTuple

from ._math import arange_like, ascending, cumulative_sum, divide, either, segment_sum, walked
from ._typing import Array, Namespace
from ._xp import device_of, namespace

PLACES = 20
"""Of the counter: full after 2**20 summaries; later ones join the last."""


class Summary(NamedTuple):
    """Values (..., k) and their weights, 0 where there is none; and how far off a rank may be, in weight (...)."""

    value: Array
    weight: Array
    error: Array


def _nothing(xp: Namespace, like: Summary) -> Summary:
    """No samples: made of the data, for JAX tells what all devices share from what each has."""
    return Summary(*(xp.where(x == x, 0.0, xp.zeros_like(x)) for x in like))


def _choose(xp: Namespace, holds: Array, a: Summary, b: Summary) -> Summary:
    """Row by row, the one or the other."""
    row = xp.expand_dims(holds, axis=-1)
    return Summary(
        xp.where(row, a.value, b.value), xp.where(row, a.weight, b.weight), xp.where(holds, a.error, b.error)
    )


def _beside(xp: Namespace, a: Summary, b: Summary) -> Summary:
    """Both in one of twice the size."""
    value, weight = (xp.concat([x, y], axis=-1) for x, y in ((a.value, b.value), (a.weight, b.weight)))
    return Summary(value, weight, a.error + b.error)


def _held(xp: Namespace, s: Summary) -> Array:
    """How many samples weigh something."""
    return xp.sum(xp.astype(s.weight != 0, xp.int32), axis=-1)


def _widened(xp: Namespace, x: Array, size: int, axis: int) -> Array:
    """Zeros behind it along an axis, up to a size."""
    shape = list(x.shape)
    shape[axis] = size - shape[axis]
    return xp.concat([x, xp.zeros(tuple(shape), dtype=x.dtype, **device_of(xp, x))], axis=axis)


def _packed(xp: Namespace, s: Summary, size: int) -> Summary:
    """What weighs, in a summary that holds it."""
    order = xp.argsort(xp.astype(s.weight == 0, xp.int8), axis=-1, stable=True)[..., :size]
    value, weight = (xp.take_along_axis(x, order, axis=-1) for x in (s.value, s.weight))
    return Summary(value, weight, s.error)


def _thinned(xp: Namespace, s: Summary, size: int, turn: Array) -> Summary:
    """Samples in the middle of equal shares of the weight.

    Of two that a middle lies between, the one or the other by turns: always the lower would drift.
    """
    order = ascending(xp, s.value)
    value, weight = (xp.take_along_axis(x, order, axis=-1) for x in (s.value, s.weight))
    running = cumulative_sum(xp, weight)
    whole = running[..., -1:]
    # how many middles each sample has reached; a middle has the first sample that reaches it
    shares = divide(xp, running, whole, empty=0.0) * size
    reached = xp.where(turn > 0, xp.ceil(shares - 0.5), xp.floor(shares + 0.5))
    reached = xp.clip(xp.where(reached == reached, reached, 0.0), 0.0, float(size))
    count = cumulative_sum(xp, segment_sum(xp, None, xp.astype(reached, xp.int32), size + 1))
    place = xp.clip(count[..., :size], None, value.shape[-1] - 1)
    share = xp.broadcast_to(whole / size, place.shape)
    return Summary(xp.take_along_axis(value, place, axis=-1), share, s.error + 0.5 * share[..., 0])


def _condensed(xp: Namespace, s: Summary, size: int, turn: Array) -> Summary:
    """The same in a summary of this size: without loss where it holds them."""
    if s.value.shape[-1] <= size:
        return Summary(_widened(xp, s.value, size, -1), _widened(xp, s.weight, size, -1), s.error)
    fits = _held(xp, s) <= size
    packed = _packed(xp, s, size)

    def thinned() -> tuple[Array, ...]:
        return tuple(_choose(xp, fits, packed, _thinned(xp, s, size, turn)))

    return Summary(*either(xp, xp.all(fits), tuple(packed), thinned))


def _added(
    xp: Namespace, a: Summary, b: Summary, carry: Summary, full: tuple[Array, Array], turn: Array
) -> tuple[Summary, Summary, Array]:
    """At one place of two counters: what stays there, what is carried on, and whether that is anything."""
    size = a.value.shape[-1]
    in_a, (in_b, in_carry) = _held(xp, a) != 0, full
    three = in_a & in_b & in_carry
    # of three, the first stays; else the two that may be full are put into one
    rest = _choose(xp, in_carry, carry, _choose(xp, in_a, b, carry))
    pair = _beside(xp, _choose(xp, in_a & ~three, a, b), rest)
    one = _condensed(xp, pair, size, turn)
    stays = (_held(xp, pair) <= size) & ~three
    nothing = _nothing(xp, a)
    left = _choose(xp, three, a, _choose(xp, stays, one, nothing))
    return left, _choose(xp, stays, nothing, one), ~stays


def _place(
    xp: Namespace, carry: tuple[Array, ...], row: tuple[Array, ...]
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """The step from one place to the next; most have nothing to add."""
    a, b, c = Summary(*row[:3]), Summary(*row[3:6]), Summary(*carry[:3])
    full, turn = (row[6], carry[3]), row[7]

    def added() -> tuple[Array, ...]:
        left, on, is_full = _added(xp, a, b, c, full, turn)
        return *left, *on, is_full

    out = either(xp, ~xp.any(full[0] | full[1]), (*a, *carry), added)
    return tuple(out[3:]), tuple(out[:3])


AXES = (-2, -2, -1)
"""Of the places, in each array of a sketch."""


class Sketch(NamedTuple):
    """Summaries of k samples at the places of a counter: values and weights (..., places, k).

    And of each place the weight (..., places) that was lost: no rank is off by more than the sum of it.
    """

    value: Array
    weight: Array
    error: Array

    @classmethod
    def of(cls, xp: Namespace, value: Array, /, *, weights: Array | None, size: int) -> "Sketch":
        """Of samples (..., n). A NaN makes every weight, and so every answer, NaN."""
        known = value == value
        weight = xp.ones_like(value) if weights is None else weights
        weight = xp.where(xp.all(known, axis=-1, keepdims=True), weight, xp.nan)
        value = xp.where(known, value, 0.0)
        none = xp.zeros_like(xp.sum(value, axis=-1))
        first = _condensed(xp, Summary(value, weight, none), size, none)
        return cls(*(_widened(xp, xp.expand_dims(x, axis=a), PLACES, a) for x, a in zip(first, AXES, strict=True)))

    def merge(self, other: "Sketch") -> "Sketch":
        xp = namespace(self.value)
        a, b = (tuple(xp.moveaxis(x, axis, 0) for x, axis in zip(s, AXES, strict=True)) for s in (self, other))
        full = xp.any(b[1] != 0, axis=-1)
        turn = arange_like(xp, PLACES, a[0], a[0].dtype) % 2
        start = _nothing(xp, Summary(*(x[0, ...] for x in a)))
        carry, out = walked(xp, _place, (*start, start.weight[..., 0] != 0), (*a, *b, full, turn))
        last = _beside(xp, Summary(*(x[-1, ...] for x in out)), Summary(*carry[:3]))
        ends = _condensed(xp, last, self.value.shape[-1], turn[0])
        whole = (xp.concat([x[:-1, ...], y[None, ...]], axis=0) for x, y in zip(out, ends, strict=True))
        return Sketch(*(xp.moveaxis(x, 0, axis) for x, axis in zip(whole, AXES, strict=True)))

    @property
    def samples(self) -> tuple[Array, Array]:
        """Values and weights (..., n) of all places."""
        xp = namespace(self.value)
        value, weight = (xp.reshape(x, (*x.shape[:-2], x.shape[-2] * x.shape[-1])) for x in self[:2])
        return value, weight
