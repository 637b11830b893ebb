"""What was found out about one call is used for calls alike, and for no others."""

import gc
import weakref

import numpy as np
import pytest

import arraylosses as al
from arraylosses._sizes import SIZES

PRED, TARGET = np.random.default_rng(2).random((2, 12))


def test_a_parameter_of_another_value_is_another_call() -> None:
    for _ in range(2):
        values = [float(al.psnr(PRED, TARGET, data_range=r)) for r in (1.0, 10.0)]
        assert values[1] - values[0] == pytest.approx(20.0)


def test_a_parameter_that_is_wrong_is_told_after_one_that_is_right() -> None:
    al.psnr(PRED, TARGET, data_range=1.0)
    with pytest.raises(ValueError, match=r"`data_range` must be positive; got -1\.0\."):
        al.psnr(PRED, TARGET, data_range=-1.0)


def test_arrays_by_name_are_those_in_their_places() -> None:
    for _ in range(2):
        assert al.squared_error(pred=PRED, target=TARGET) == al.squared_error(PRED, TARGET)
        assert al.auroc(PRED, target=TARGET > 0.5) == al.auroc(PRED, TARGET > 0.5)


def test_a_batch_of_another_length_goes_the_same_way() -> None:
    for n in (5, 12, 1, 5):
        pred, target = PRED[:n], TARGET[:n]
        assert float(al.squared_error(pred, target)) == pytest.approx(np.mean((pred - target) ** 2))
        assert al.squared_error(pred, target, reduction="none").shape == (n,)
    assert np.isnan(al.squared_error(PRED[:0], TARGET[:0]))


def test_what_is_remembered_holds_no_array() -> None:
    pred, target = PRED.copy(), TARGET.copy()
    for metric in (al.squared_error, al.r2_score, al.kl_divergence, al.psnr):
        stream = al.stream(metric, **({"data_range": 1.0} if metric is al.psnr else {}))
        given = [x.reshape(3, 4) / x.reshape(3, 4).sum(-1, keepdims=True) for x in (pred, target)]
        seen = [weakref.ref(x) for x in given]
        stream.compute(stream.update(stream.update(stream.init(*given), *given), *given))
        metric(*given, **stream.params)
        metric(*given, **stream.params)
        del given
        gc.collect()
        assert [x() for x in seen] == [None, None]


def test_a_number_to_divide_by_is_no_setting() -> None:
    before = len(al.huber_loss._ways)
    for factor in range(1, 100):
        want = al.huber_loss(PRED, TARGET, reduction="sum") / factor
        assert al.huber_loss(PRED, TARGET, avg_factor=float(factor)) == pytest.approx(want)
    assert len(al.huber_loss._ways) <= before + 1


def test_the_oldest_are_forgotten() -> None:
    for beta in range(1, 200):
        al.smooth_l1_loss(PRED, TARGET, beta=beta / 200)
    assert len(al.smooth_l1_loss._ways) <= SIZES.ways


def test_labels_alone_take_the_default_dtype_of_now() -> None:
    torch = pytest.importorskip("torch")
    labels = torch.tensor([0, 1, 2])
    assert al.accuracy(labels, labels).dtype == torch.float32
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        assert al.accuracy(labels, labels).dtype == torch.float64
    finally:
        torch.set_default_dtype(before)
