"""What is true of overlap and of Lovász extensions beyond the laws that every metric obeys."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import arraylosses as al
from arraylosses.conformance import backend, installed

pytestmark = pytest.mark.filterwarnings("error")

MASKS = hnp.arrays("bool", 12)
NUMBERS = hnp.arrays("int64", 7, elements=st.integers(-2, 3)).map(lambda x: x / 2.0)
LABELS = hnp.arrays("int64", 7, elements=st.integers(0, 1))


def distance(a: Any, b: Any) -> float:
    return float(al.soft_iou_loss(a, b))


@given(a=MASKS, b=MASKS, c=MASKS)
def test_one_minus_the_jaccard_index_is_a_distance(a: Any, b: Any, c: Any) -> None:
    assert distance(a, a) == 0
    assert distance(a, b) == distance(b, a)
    assert (distance(a, b) == 0) == bool((a == b).all())
    assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-12


def test_one_minus_the_dice_score_is_none() -> None:
    a, b, c = (np.asarray(x) for x in ([1, 0], [1, 1], [0, 1]))
    assert al.dice_loss(a, c) > al.dice_loss(a, b) + al.dice_loss(b, c)


@given(a=MASKS, b=MASKS)
def test_dice_and_jaccard_tell_each_other(a: Any, b: Any) -> None:
    index = al.jaccard_index(a, b)
    np.testing.assert_allclose(al.dice_score(a, b), 2 * index / (1 + index), rtol=1e-14)


@given(pred=MASKS, target=MASKS)
def test_the_extension_is_the_jaccard_loss_at_hard_masks(pred: Any, target: Any) -> None:
    """An error of 1 for each pixel that is wrong, and none for the others."""
    wrong = pred != target
    logits = np.where(target, 1.0, -1.0) * np.where(wrong, 0.0, 1.0)
    np.testing.assert_allclose(al.lovasz_hinge(logits, target), al.soft_iou_loss(pred, target), atol=1e-15)
    if target.any() and not target.all():
        shares = np.stack([1.0 - pred, pred], axis=-1)
        want = 1 - al.mean_iou(pred.astype(int), target.astype(int), num_classes=2)
        np.testing.assert_allclose(al.lovasz_softmax(shares, target.astype(int)), want, atol=1e-15)


@given(a=NUMBERS, b=NUMBERS, target=LABELS)
def test_the_extension_is_convex(a: Any, b: Any, target: Any) -> None:
    middle = al.lovasz_hinge((a + b) / 2, target)
    assert middle <= (al.lovasz_hinge(a, target) + al.lovasz_hinge(b, target)) / 2 + 1e-12


@pytest.mark.skipif("torch" not in installed(), reason="it takes derivatives")
@given(a=NUMBERS, b=NUMBERS, target=LABELS)
def test_ties_have_a_subgradient(a: Any, b: Any, target: Any) -> None:
    """Nowhere is the loss below the plane that the gradient spans."""
    torch = backend("torch")
    assert torch.grad is not None
    slope = torch.grad(al.lovasz_hinge, [a, target], [0])[0]
    assert al.lovasz_hinge(b, target) >= al.lovasz_hinge(a, target) + np.sum(slope * (b - a)) - 1e-12


@given(pred=NUMBERS, target=LABELS, turn=st.permutations(range(7)))
def test_ties_do_not_depend_on_order(pred: Any, target: Any, turn: list[int]) -> None:
    torch = backend("torch")
    assert torch.grad is not None
    slope = torch.grad(al.lovasz_hinge, [pred, target], [0])[0]
    np.testing.assert_array_equal(torch.grad(al.lovasz_hinge, [pred[turn], target[turn]], [0])[0], slope[turn])


@given(target=hnp.arrays("int64", 5, elements=st.integers(0, 1)))
def test_steps_are_the_slopes_of_the_hinge(target: Any) -> None:
    order = np.arange(5.0)
    logits = (2 * target - 1) * (order - 5)
    steps = al.lovasz_grad(target)
    np.testing.assert_allclose(steps.sum(), 1, rtol=1e-14)
    np.testing.assert_allclose(al.lovasz_hinge(logits, target), np.sum(steps * (6 - order)), rtol=1e-14)


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_two_empty_masks(name: str) -> None:
    """What libraries disagree about: one stated value, whatever else is asked, and no NaN in a gradient."""
    b = backend(name)
    nothing = b.put(np.zeros(4))
    for score, loss in ((al.dice_score, al.dice_loss), (al.jaccard_index, al.soft_iou_loss)):
        assert float(score(nothing, nothing)) == 1
        assert float(loss(nothing, nothing)) == 0
        assert float(loss(nothing, nothing, empty=0.25)) == 0.75
        assert float(loss(nothing, nothing, denominator="squared", denominator_smoothing=2e-3)) == 1
        if b.grad is not None:
            assert not b.grad(loss, [np.zeros(4), np.zeros(4)], [0])[0].any()


def test_a_large_half_precision_mask_does_not_overflow() -> None:
    full = np.ones((512, 512), dtype=np.float16)
    assert al.dice_loss(full, full) == 0


def test_infinite_logits_have_a_value() -> None:
    """An error that no longer matters adds nothing, even if it is infinite."""
    logits = np.asarray([np.inf, 3.0, -3.0])
    assert al.lovasz_hinge(logits, np.asarray([1, 1, 0])) == 0
    assert al.lovasz_hinge(-logits, np.asarray([1, 1, 0])) == np.inf
    hopeless = al.lovasz_hinge(np.asarray([-np.inf, np.inf]), np.asarray([1, 0]))
    assert hopeless == np.inf


@pytest.mark.parametrize("ratio", [0.0, 0.5, 1.0])
def test_every_assumed_ratio_has_a_threshold(ratio: float) -> None:
    logits = np.linspace(-2.0, 2.0, 12).reshape(3, 4)
    value = al.spatial_bce_loss(logits, np.asarray(1), np.asarray(ratio))
    assert 0 < value < 1


def test_a_side_without_pixels_adds_nothing() -> None:
    logits = np.full((2, 2), 3.0)
    both = al.spatial_bce_threshold_loss(logits, np.asarray(1), np.full((2, 2), -9.0))
    assert 0 < both < 1


def test_streams_of_masks() -> None:
    """Batches of masks give what all masks give, the class-wise form too."""
    rng = np.random.default_rng(0)
    pred, target = rng.integers(0, 3, (2, 9, 4))
    s = al.stream(al.jaccard_index, num_classes=3, average=None)
    state = s.init(pred[:2], target[:2])
    for i in range(0, 9, 2):
        state = s.update(state, pred[i : i + 2], target[i : i + 2])
    np.testing.assert_array_equal(s.compute(state), al.jaccard_index(pred, target, num_classes=3, average=None))


def test_all_orders_of_ties_are_averaged_within_a_label() -> None:
    """Of two orders, foreground first and background first, the mean: neither is preferred."""
    torch = backend("torch")
    assert torch.grad is not None
    target = np.asarray([1, 0, 1])
    slope = torch.grad(al.lovasz_hinge, [np.zeros(3), target], [0])[0]
    orders = [p for p in permutations(range(3)) if p in ((0, 2, 1), (2, 0, 1), (1, 0, 2), (1, 2, 0))]
    steps = np.mean([al.lovasz_grad(target[list(p)])[np.argsort(p)] for p in orders], axis=0)
    np.testing.assert_allclose(slope, np.where(target == 1, -1, 1) * steps, rtol=1e-14)
