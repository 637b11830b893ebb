"""What a kernel may give: an array, booleans to be counted, weights of its own, nothing where it is undefined."""

from typing import Any

import numpy as np
import pytest

import arraylosses as al
from arraylosses._state import Mean
from arraylosses._typing import Array, Namespace

PAIR: dict[str, Any] = {"pred": al.REAL, "target": al.REAL}
PRED, TARGET = np.asarray([1.0, 2.0, 4.0]), np.asarray([1.0, 0.0, 1.0])


@al.loss(**PAIR)
def weighing_itself(xp: Namespace, pred: Array, target: Array, /) -> Mean:
    """Elements that count as much as their prediction."""
    return Mean(pred * xp.abs(pred - target), pred)


@al.loss(**PAIR)
def missing(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """Booleans are counted."""
    return pred > target


@al.loss(**PAIR)
def undefined_at_ones(xp: Namespace, pred: Array, target: Array, /) -> Array:
    """0/0 on the very numbers that stand in for hidden elements."""
    return (pred - target) / (pred - 1.0)


@al.loss(value=al.REAL)
def of_one(xp: Namespace, value: Array, /) -> Array:
    return value**2


@al.loss(first=al.REAL, second=al.REAL, third=al.REAL)
def of_three(xp: Namespace, first: Array, second: Array, third: Array, /, *, margin: float = 1.0) -> Array:
    return first - second + margin * third


@pytest.mark.parametrize("weights", [None, np.asarray([1.0, 2.0, 0.0])], ids=["unweighted", "weighted"])
def test_weights_of_its_own(weights: Any) -> None:
    own = PRED if weights is None else PRED * weights
    assert weighing_itself(PRED, TARGET, weights=weights) == pytest.approx(np.average(abs(PRED - TARGET), weights=own))
    each = weighing_itself(PRED, TARGET, weights=weights, reduction="none")
    assert each.tolist() == (own * abs(PRED - TARGET)).tolist()


def test_booleans_are_counted() -> None:
    assert missing(PRED, TARGET) == pytest.approx(2 / 3)
    assert missing(PRED, TARGET, weights=np.asarray([1.0, 3.0, 0.0])) == 0.75
    assert missing(PRED, TARGET, reduction="sum") == 2


def test_what_is_undefined_on_the_fill_is_hidden_too() -> None:
    keep = np.asarray([0.0, 1.0, 1.0])
    assert undefined_at_ones(PRED, TARGET, weights=keep) == pytest.approx(1.5)


def test_any_number_of_arrays() -> None:
    assert of_one(PRED) == 7.0
    assert of_three(PRED, TARGET, TARGET, margin=2.0, reduction="sum") == 9.0
    assert of_three(third=TARGET, first=PRED, second=TARGET) == pytest.approx(7 / 3)


def test_an_author_is_told_of_a_domain_that_does_not_fit() -> None:
    with pytest.raises(TypeError, match=r"^`of_one` takes arrays `value`; its domains are declared for `pred`\.$"):
        al.loss(pred=al.REAL)(of_one.__wrapped__)
