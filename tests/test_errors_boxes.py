"""Bad boxes: the error, and its one sentence."""

from typing import Any

import numpy as np
import pytest

import arraylosses
from tests.test_errors import Call, refused, traced

pytestmark = pytest.mark.filterwarnings("error")

# without its stub, which forbids most of these calls already
al: Any = arraylosses

BOXES = np.asarray([[0.0, 0.0, 1.0, 1.0], [2.0, 0.0, 3.0, 1.0]])
BACKWARDS, UPSIDE_DOWN = BOXES[:, [2, 1, 0, 3]], BOXES[:, [0, 3, 2, 1]]
LOSSES = ("iou_loss", "giou_loss", "diou_loss", "ciou_loss")
SCORES = ("pairwise_iou", "pairwise_giou", "pairwise_diou", "pairwise_ciou")
CORNERS = "boxes (x1, y1, x2, y2) with x1 <= x2 and y1 <= y2"


@pytest.mark.parametrize("name", [*LOSSES, *SCORES])
def test_corners_in_the_wrong_order(name: str) -> None:
    metric = getattr(al, name)
    refused(ValueError, f"`pred` must be {CORNERS}; got (1.0, 0.0, 0.0, 1.0).", lambda: metric(BACKWARDS, BOXES))
    refused(ValueError, f"`target` must be {CORNERS}; got (0.0, 1.0, 1.0, 0.0).", lambda: metric(BOXES, UPSIDE_DOWN))


@pytest.mark.parametrize("name", [*LOSSES, *SCORES])
def test_corners_in_the_wrong_order_where_nobody_can_look(name: str) -> None:
    """NaN for the box that is none, and only for it."""
    options = {"reduction": "none"} if name in LOSSES else {}
    wrong = np.stack([BOXES[0], BACKWARDS[1]])
    value = np.isnan(traced(getattr(al, name), wrong, BOXES, **options))
    assert value.tolist() == ([False, True] if name in LOSSES else [[False, False], [True, True]])


SENTENCES: dict[str, Call] = {
    "`pred` must have 4 along its last axis; got shape (2, 3).": lambda: al.iou_loss(BOXES[:, :3], BOXES[:, :3]),
    "`target` must have the leading shape (2,), as `pred` has; got shape (1, 4).": lambda: al.diou_loss(
        BOXES, BOXES[:1]
    ),
    "`pred` must have at least 2 axes; got shape (4,).": lambda: al.pairwise_diou(BOXES[0], BOXES),
    "`target` must have the leading shape (2,), as `pred` has; got shape (2, 4).": lambda: al.pairwise_giou(
        np.stack([BOXES, BOXES]), BOXES
    ),
    "`mode` must be 'linear', 'square' or 'log'; got 'giou'.": lambda: al.iou_loss(BOXES, BOXES, mode="giou"),
    "`iou_floor` must be between 0 and 1; got 2.0.": lambda: al.iou_loss(BOXES, BOXES, iou_floor=2.0),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentences(sentence: str) -> None:
    refused(ValueError, sentence, SENTENCES[sentence])


def test_kinds() -> None:
    refused(TypeError, "`gated` must be True or False; got 1.", lambda: al.ciou_loss(BOXES, BOXES, gated=1))
