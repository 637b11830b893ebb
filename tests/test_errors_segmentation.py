"""Bad input to metrics of regions: the error, and its one sentence."""

import numpy as np
import pytest

from tests.test_errors import Call, al, refused

pytestmark = pytest.mark.filterwarnings("error")

MASK = np.asarray([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
LABELS = np.asarray([0, 1, 2, 1])
SHARES = np.full((4, 3), 1 / 3)
MAPS = np.zeros((2, 3, 4, 5))
SEEN = np.ones((2, 3))

SENTENCES: dict[str, tuple[type[Exception], Call]] = {
    "`pred` must be probabilities from 0 to 1; got 255: labels need `num_classes`.": (
        ValueError,
        lambda: al.dice_score(255 * MASK, MASK),
    ),
    "`target` must be probabilities from 0 to 1; got -1: labels need `num_classes`.": (
        ValueError,
        lambda: al.soft_iou_loss(MASK, -MASK),
    ),
    "`target` must have the shape of `pred`, (2, 3); got (3, 2).": (ValueError, lambda: al.dice_loss(MASK, MASK.T)),
    "`target` must be integer labels from 0 to 1; got 2.": (
        ValueError,
        lambda: al.jaccard_index(LABELS % 2, LABELS, num_classes=2),
    ),
    "`pred` must be integer labels; got float64.": (TypeError, lambda: al.dice_score(MASK, MASK, num_classes=2)),
    "`target` must be integer labels from 0 to 2; got 3.": (
        ValueError,
        lambda: al.dice_loss(SHARES, LABELS + 1, class_axis=-1),
    ),
    "`dice_loss` has no use for `denominator` with arguments of this form.": (
        TypeError,
        lambda: al.dice_loss(LABELS, LABELS, num_classes=3, denominator="squared"),
    ),
    "`denominator` must be 'linear' or 'squared'; got 'cubic'.": (
        ValueError,
        lambda: al.dice_loss(MASK, MASK, denominator="cubic"),
    ),
    "`numerator_smoothing` must be non-negative; got -1.0.": (
        ValueError,
        lambda: al.dice_loss(MASK, MASK, numerator_smoothing=-1.0),
    ),
    "`empty` must be a number; got 'nan'.": (TypeError, lambda: al.jaccard_index(MASK, MASK, empty="nan")),
    "`target` must be 0 or 1; got 255.": (ValueError, lambda: al.lovasz_hinge(MASK, 255 * MASK)),
    "`target` must be 0 or 1; got 0.5.": (ValueError, lambda: al.lovasz_grad(MASK / 2)),
    "`target` must have at least 1 along the pixel axis; got shape (2, 0).": (
        ValueError,
        lambda: al.lovasz_grad(MASK[:, :0]),
    ),
    "`target` must be integer labels; got float64.": (TypeError, lambda: al.lovasz_softmax(SHARES, LABELS / 1)),
    "`classes` must be 'present', 'all' or a sequence of classes; got 'some'.": (
        TypeError,
        lambda: al.lovasz_softmax(SHARES, LABELS, classes="some"),
    ),
    "`classes` must be 'present', 'all' or a sequence of classes; got ().": (
        TypeError,
        lambda: al.lovasz_softmax(SHARES, LABELS, classes=()),
    ),
    "`classes` must be 'present', 'all' or a sequence of classes; got (0.5,).": (
        TypeError,
        lambda: al.lovasz_softmax(SHARES, LABELS, classes=(0.5,)),
    ),
    "`classes` must name classes from 0 to 2; got (0, 3).": (
        ValueError,
        lambda: al.lovasz_softmax(SHARES, LABELS, classes=(0, 3)),
    ),
    "`foreground_ratio` must have the shape of `pred` without its height and width axes, (2, 3); got (3, 2).": (
        ValueError,
        lambda: al.spatial_bce_loss(MAPS, SEEN, SEEN.T),
    ),
    "`foreground_ratio` must be probabilities from 0 to 1; got 2.": (
        ValueError,
        lambda: al.spatial_bce_loss(MAPS, SEEN, 2 * SEEN),
    ),
    "`threshold_floor` must be between 0 and 1; got 2.0.": (
        ValueError,
        lambda: al.spatial_bce_loss(MAPS, SEEN, SEEN, threshold_floor=2.0),
    ),
    "`pred` must have at least one pixel; got shape (2, 3, 0, 5).": (
        ValueError,
        lambda: al.spatial_bce_loss(MAPS[:, :, :0], SEEN, SEEN),
    ),
    "`threshold` must have 5 along the width axis, as `pred` has; got shape (2, 3, 4, 4).": (
        ValueError,
        lambda: al.spatial_bce_threshold_loss(MAPS, SEEN, MAPS[..., :4]),
    ),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentences(sentence: str) -> None:
    error, call = SENTENCES[sentence]
    refused(error, sentence, call)
