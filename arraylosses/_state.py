"""What is remembered: named tuples of arrays, and how two of them merge.

An additive state has no `merge` of its own: its leaves are summed. The others say how two become one. No state and no
formula sees `axis`: the frame puts the batch axis that is used up last. Forming a state over parts and merging gives
the state of the whole, whatever the grouping.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ._math import (
    NUMBERS,
    added_to_words,
    as_numbers,
    bin_of,
    centred,
    either,
    hits_by_bin,
    in_float64,
    joined_words,
    largest,
    power_of_two_scale,
    products,
    second_moments,
    segment_sum,
    spread_and_error,
    stop_gradient,
    total,
    two_words,
    wide,
    words_of,
)
from ._typing import Array, Dtype, Namespace, State
from ._xp import device_of, namespace, widest


class Mean(NamedTuple):
    """Additive. What an element adds: its value times its weight, and its weight."""

    total: Array
    weight: Array

    @property
    def value(self) -> Array:
        return self.total / self.weight


class Counts(NamedTuple):
    """Additive. Weight of decisions by outcome; ``unknown`` of those that are NaN, any of which makes scores NaN.

    A kernel gives booleans, and the frame counts them exactly.
    """

    tp: Array
    fp: Array
    fn: Array
    tn: Array
    unknown: Array


class ClassCounts(NamedTuple):
    """Additive. `Counts` for each class, or each of several labels, along the last axis."""

    tp: Array
    fp: Array
    fn: Array
    tn: Array
    unknown: Array


class Hits(NamedTuple):
    """Additive. Weight of right answers, of NaN ones, and of all."""

    right: Array
    unknown: Array
    whole: Array


class Confusion(NamedTuple):
    """Additive. ``count[..., i, j]``: weight of class i called j."""

    count: Array

    @classmethod
    def of(
        cls, xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None, num_classes: int
    ) -> "Confusion":
        flat = segment_sum(xp, wide(xp, weights), target * num_classes + pred, num_classes**2)
        return cls(xp.reshape(flat, (*flat.shape[:-1], num_classes, num_classes)))


class JointHistogram(NamedTuple):
    """Additive. ``count[..., i, j]``: weight of pairs of which the one is in bin i of [0, 1], the other in bin j."""

    count: Array

    @classmethod
    def of(cls, xp: Namespace, x: Array, y: Array, /, *, weights: Array | None, bins: int) -> "JointHistogram":
        pairs = bin_of(xp, x, bins) * bins + bin_of(xp, y, bins)
        flat = xp.astype(segment_sum(xp, wide(xp, weights), pairs, bins**2), widest(xp, x))
        unknown = xp.any((x != x) | (y != y), axis=-1, keepdims=True)
        flat = xp.where(unknown, xp.nan, flat)
        return cls(xp.reshape(flat, (*flat.shape[:-1], bins, bins)))


class ErrorHistogram(NamedTuple):
    """Additive. For each of equal bins of [0, 1], of the uncertainty and then of the error: weight of the samples, and
    sums of their errors and of the squares; (..., 2, bins).
    """

    weight: Array
    error: Array
    square: Array

    @classmethod
    def of(
        cls, xp: Namespace, error: Array, uncertainty: Array, /, *, weights: Array | None, bins: int
    ) -> "ErrorHistogram":
        known = xp.all((error == error) & (uncertainty == uncertainty), axis=-1, keepdims=True)
        weight = xp.where(known, xp.ones_like(error) if weights is None else weights, xp.nan)
        index = xp.stack([bin_of(xp, uncertainty, bins), bin_of(xp, error, bins)], axis=-2)

        def by_bins(x: Array) -> Array:
            return segment_sum(xp, wide(xp, xp.stack([x, x], axis=-2)), index, bins)

        return cls(by_bins(weight), by_bins(weight * error), by_bins(weight * error * error))


class Histogram(NamedTuple):
    """Additive. For each of equal bins of [0, 1]: weight of positives and of negatives, and sum of scores."""

    positive: Array
    negative: Array
    score: Array

    @classmethod
    def of(cls, xp: Namespace, score: Array, target: Array, /, *, weights: Array | None, bins: int) -> "Histogram":
        if weights is None:
            return cls(*hits_by_bin(xp, score, target, bins))
        # what is NaN has no bin: its NaN must show in the sums instead
        weight = xp.where((score == score) & (target == target), weights, xp.nan)
        hits = weight * target
        index = bin_of(xp, score, bins)
        return cls(*(segment_sum(xp, wide(xp, v), index, bins) for v in (hits, weight - hits, weight * score)))


def _weight(xp: Namespace, w: Array | None, like: Array) -> tuple[Array, Array]:
    """The whole weight of the last axis, and a divisor that is not 0."""
    if w is None:
        shape = tuple(like.shape)
        # times 1.0, not `float`, which would fix the length under torch's compiler
        weight = xp.full(shape[:-1], 1.0 * shape[-1], dtype=like.dtype, **device_of(xp, like))
    else:
        weight = total(xp, w, -1)
    return weight, xp.where(weight == 0, 1.0, weight)


def _scale_of(xp: Namespace, *deviations: Array) -> Array:
    """A power of two that keeps squares of the deviations in range; 1 for all but extreme data."""
    if deviations[0].shape[-1] == 0:
        return xp.ones_like(xp.sum(deviations[0], axis=-1))
    greatest = [largest(xp, stop_gradient(xp, d)) for d in deviations]
    return power_of_two_scale(xp, greatest[0] if len(greatest) == 1 else xp.maximum(*greatest))


def _in_range(xp: Namespace, squares: Array) -> Array:
    """Whether sums of squares have lost nothing to overflow or underflow, in float32 either."""
    return xp.all((squares >= 2.0**-80) & (squares <= 2.0**100))


def _one(xp: Namespace, squares: Array) -> Array:
    """A scale of 1, made of the data: JAX tells what all devices share from what each has."""
    return xp.where(squares >= 0, 1.0, xp.ones_like(squares))


def _pooled(xp: Namespace, a: Any, b: Any) -> tuple[Array, Array, Array]:
    """Whole weight; share of ``b`` in it; and weight of the squared distance between the two means."""
    weight = a.weight + b.weight
    share = b.weight / xp.where(weight == 0, 1.0, weight)
    return weight, share, a.weight * share


def _common(
    xp: Namespace, weights: tuple[Array, Array], scales: tuple[Array, Array], apart: Array
) -> tuple[Array, Array, Array]:
    """The scale of two states together, for data as great as theirs and as far apart; and what brings each to it."""
    a, b = scales
    a = xp.where(weights[0] == 0, b, a)  # a state of nothing has no scale
    b = xp.where(weights[1] == 0, a, b)
    scale = xp.minimum(xp.minimum(a, b), power_of_two_scale(xp, stop_gradient(xp, xp.abs(apart))))
    return scale, scale / a, scale / b


class Moments(NamedTuple):
    """Weight, means and central second moments of two variables; merged by Chan, Golub and LeVeque's update.

    Second moments are of deviations times a scale, so that data of 1e-30 or 1e30 stay in range in float32.
    """

    weight: Array
    mean_x: Array
    mean_y: Array
    xx: Array
    xy: Array
    yy: Array
    scale_x: Array
    scale_y: Array

    @classmethod
    def of(cls, xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None) -> "Moments":
        weight, divisor = _weight(xp, weights, pred)
        found = second_moments(xp, pred, target, weights, divisor)
        usual = *found, _one(xp, found[2]), _one(xp, found[4])

        def scaled() -> tuple[Array, ...]:
            (mean_x, x), (mean_y, y) = (centred(xp, v, weights, divisor) for v in (pred, target))
            scale_x, scale_y = _scale_of(xp, x), _scale_of(xp, y)
            x, y = x * xp.expand_dims(scale_x, axis=-1), y * xp.expand_dims(scale_y, axis=-1)
            return mean_x, mean_y, *products(xp, weights, (x, x), (x, y), (y, y)), scale_x, scale_y

        holds = _in_range(xp, usual[2]) & _in_range(xp, usual[4])
        return cls(weight, *either(xp, holds, usual, scaled))

    def merge(self, other: "Moments") -> "Moments":
        return self.joined(namespace(self.weight), other)

    def joined(self, xp: Namespace, other: "Moments") -> "Moments":
        """`merge`, of numbers as well as of arrays."""
        weight, share, between = _pooled(xp, self, other)
        weights = self.weight, other.weight
        apart_x, apart_y = other.mean_x - self.mean_x, other.mean_y - self.mean_y
        scale_x, ax, bx = _common(xp, weights, (self.scale_x, other.scale_x), apart_x)
        scale_y, ay, by = _common(xp, weights, (self.scale_y, other.scale_y), apart_y)
        x, y = apart_x * scale_x, apart_y * scale_y
        return Moments(
            weight,
            self.mean_x + share * apart_x,
            self.mean_y + share * apart_y,
            self.xx * ax * ax + other.xx * bx * bx + between * x * x,
            self.xy * ax * ay + other.xy * bx * by + between * x * y,
            self.yy * ay * ay + other.yy * by * by + between * y * y,
            scale_x,
            scale_y,
        )


class Fit(NamedTuple):
    """What there was to explain (spread of the target about its mean) and what a prediction left (sum of squares).

    Both of deviations times one scale, as in `Moments`.
    """

    weight: Array
    mean: Array
    spread: Array
    error: Array
    scale: Array

    @classmethod
    def of(cls, xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None) -> "Fit":
        weight, divisor = _weight(xp, weights, target)
        found = spread_and_error(xp, pred, target, weights, divisor)
        usual = *found, _one(xp, found[1])

        def scaled() -> tuple[Array, ...]:
            mean, rest = centred(xp, target, weights, divisor)
            left = pred - target
            scale = _scale_of(xp, rest, left)
            rest, left = (v * xp.expand_dims(scale, axis=-1) for v in (rest, left))
            return mean, *products(xp, weights, (rest, rest), (left, left)), scale

        holds = _in_range(xp, xp.maximum(usual[1], usual[2]))
        return cls(weight, *either(xp, holds, usual, scaled))

    def merge(self, other: "Fit") -> "Fit":
        return self.joined(namespace(self.weight), other)

    def joined(self, xp: Namespace, other: "Fit") -> "Fit":
        """`merge`, of numbers as well as of arrays."""
        weight, share, between = _pooled(xp, self, other)
        apart = other.mean - self.mean
        scale, a, b = _common(xp, (self.weight, other.weight), (self.scale, other.scale), apart)
        x = apart * scale
        spread = self.spread * a * a + other.spread * b * b + between * x * x
        return Fit(weight, self.mean + share * apart, spread, self.error * a * a + other.error * b * b, scale)


class Samples(NamedTuple):
    """Every pair, with its weight. Grows by concatenation; where shapes must not change there is `Buffer`."""

    pred: Array
    target: Array
    weight: Array

    @classmethod
    def of(cls, xp: Namespace, pred: Array, target: Array, /, *, weights: Array | None) -> "Samples":
        return cls(pred, target, xp.ones_like(pred) if weights is None else weights)

    def merge(self, other: "Samples") -> "Samples":
        xp = namespace(self.weight)
        return Samples(*(xp.concat([a, b], axis=-1) for a, b in zip(self, other, strict=True)))

    def emptied(self) -> "Samples":
        return Samples(*(x[..., :0] for x in self))


class Buffer(NamedTuple):
    """The weighing pairs, up to a fixed number of them; more make every weight, and so every answer, NaN."""

    pred: Array
    target: Array
    weight: Array

    @classmethod
    def of(cls, xp: Namespace, samples: Samples, capacity: int) -> "Buffer":
        missing = max(capacity - samples.weight.shape[-1], 0)

        def widened(x: Array) -> Array:
            filler = xp.zeros((*x.shape[:-1], missing), dtype=x.dtype, **device_of(xp, x))
            return xp.concat([x, filler], axis=-1)

        return cls(*map(widened, samples))._kept(xp, capacity)

    def _kept(self, xp: Namespace, capacity: int) -> "Buffer":
        order = xp.argsort(xp.astype(self.weight == 0, xp.int8), axis=-1, stable=True)
        pred, target, weight = (xp.take_along_axis(x, order, axis=-1) for x in self)
        lost = xp.any(weight[..., capacity:] != 0, axis=-1, keepdims=True)
        weight = xp.where(lost, xp.nan, weight[..., :capacity])
        return Buffer(pred[..., :capacity], target[..., :capacity], weight)

    def merge(self, other: "Buffer") -> "Buffer":
        xp = namespace(self.weight)
        both = Buffer(*(xp.concat([a, b], axis=-1) for a, b in zip(self, other, strict=True)))
        return both._kept(xp, self.weight.shape[-1])


class TwoWords(NamedTuple):
    """A number of twice the digits, so that no counter stops at 2**24 and no order of merging shows."""

    head: Array
    tail: Array

    @classmethod
    def of(cls, xp: Namespace, x: Array, dtype: Dtype) -> "TwoWords":
        """A whole number, or a float64, and what one word of this dtype does not hold of it."""
        return cls(*two_words(xp, x, dtype))

    def merge(self, other: "TwoWords") -> "TwoWords":
        return TwoWords(*joined_words(self, other))

    def plus(self, x: Any) -> "TwoWords":
        """This and a number that may have one word, in float64, or be a whole number of Python's."""
        return self.merge(x) if isinstance(x, TwoWords) else TwoWords(*added_to_words(namespace(self.head), *self, x))

    @property
    def value(self) -> Array:
        """Of an infinite head the rest is inf - inf, NaN, and says nothing."""
        xp = namespace(self.tail)
        return self.head + xp.where(xp.isnan(self.tail), 0.0, self.tail)

    @property
    def wide(self) -> Array:
        """Both words in one, where there is a dtype for it."""
        xp = namespace(self.head)
        return TwoWords(*(xp.astype(word, widest(xp, word)) for word in self)).value


def additive(state: State) -> bool:
    return not hasattr(state, "merge")


def merge(a: State, b: State) -> State:
    """One state of two of a kind; ``b`` may be a batch, as `gathered` gives it."""
    if additive(a):
        one_word = isinstance(a[0], TwoWords) and not isinstance(b[0], TwoWords)
        return _added(a, b) if one_word else type(a)(*(_plus(x, y) for x, y in zip(a, b, strict=True)))
    if not isinstance(a[0], TwoWords):
        return a.merge(b)
    return in_float64(namespace(a[0].head), (a, b), _merged_wide)


def _added(a: State, b: State) -> State:
    """Numbers of one word each, all at once."""
    several = [word for x, y in zip(a, b, strict=True) for word in (*x, y)]
    words = added_to_words(namespace(a[0].head), *several)
    return type(a)(*map(TwoWords, words[::2], words[1::2]))


def _plus(x: Any, y: Any) -> Any:
    return x.plus(y) if isinstance(x, TwoWords) else x + y


def _merged_wide(xp: Namespace, states: tuple[State, State]) -> State:
    dtype = states[0][0].head.dtype
    if hasattr(states[0], "joined") and (numbers := _numbers(xp, states)):
        merged = numbers[0].joined(NUMBERS, numbers[1])
        return type(merged)(*(TwoWords(*words) for words in words_of(xp, list(merged), dtype)))
    a, b = (widened(xp, s) for s in states)
    return _worded(xp, a.merge(b), dtype)


def _numbers(xp: Namespace, states: tuple[State, State]) -> list[State] | None:
    """Both states with Python's numbers for leaves, where they lie on the host."""
    words = [word for state in states for leaf in state for word in (leaf if isinstance(leaf, TwoWords) else (leaf,))]
    found = as_numbers(xp, *words)
    if found is None:
        return None
    rest = iter(found)
    return [type(s)(*(_number(leaf, rest) for leaf in s)) for s in states]


def _number(leaf: Any, numbers: Iterator[float]) -> float:
    head = next(numbers)
    tail = next(numbers) if isinstance(leaf, TwoWords) else 0.0
    return head if tail != tail else head + tail


def widened(xp: Namespace, state: State) -> State:
    """Leaves in float64, where there is one; both words in one, of all leaves at once where they look alike."""
    if not isinstance(state[0], TwoWords):
        return type(state)(*(wide(xp, x) for x in state))
    if len(state) < 3 or len({x.head.shape for x in state}) > 1:
        return type(state)(*(x.wide for x in state))
    words = TwoWords(*(xp.stack(list(word)) for word in zip(*state, strict=True)))
    values = words.wide
    # of NumPy's these are numbers, with which it calculates five times as fast as with arrays of one
    return type(state)(*(values[i] if values.ndim == 1 else values[i, ...] for i in range(len(state))))


def _worded(xp: Namespace, state: State, dtype: Dtype) -> State:
    if len({x.shape for x in state}) > 1:
        return type(state)(*(TwoWords.of(xp, x, dtype) for x in state))
    head, tail = two_words(xp, xp.stack(list(state)), dtype)
    return type(state)(*(TwoWords(head[i, ...], tail[i, ...]) for i in range(len(state))))
