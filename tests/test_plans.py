"""What was found out about one call is used for calls alike, and for no others."""

import numpy as np
import pytest

import arraylosses as al

PRED, TARGET = np.random.default_rng(2).random((2, 12))


def test_a_parameter_of_another_value_is_another_call() -> None:
    for _ in range(2):
        values = [float(al.psnr(PRED, TARGET, data_range=r)) for r in (1.0, 10.0)]
        assert values[1] - values[0] == pytest.approx(20.0)


def test_a_parameter_that_is_wrong_is_told_after_one_that_is_right() -> None:
    al.psnr(PRED, TARGET, data_range=1.0)
    with pytest.raises(ValueError, match=r"`data_range` must be positive; got -1\.0\."):
        al.psnr(PRED, TARGET, data_range=-1.0)
