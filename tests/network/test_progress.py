"""When a fit ends."""

import numpy as np
import pytest

from forecast.network.checkpoint import FitState
from forecast.network.loop import EpochLosses
from forecast.network.progress import NEGLIGIBLE_LOSS, Fit, Progress

pytestmark = pytest.mark.tensorflow


def progress(epochs=100, patience=10):
    return Progress(Fit("refit", None, None, None, epochs, np.inf), patience=patience)


def losses(*validation):
    return EpochLosses(np.zeros(len(validation), np.float32), np.array(validation, np.float32))


def test_a_fit_ends_where_the_validation_loss_is_negligible():
    fit = progress()
    fit.start(0.7)
    fit.add(losses(0.5, 0.01))
    assert not fit.finished
    fit.add(losses(NEGLIGIBLE_LOSS / 2, 0.002))
    assert fit.finished
    assert fit.best_epoch == 3


def test_nothing_is_trained_where_the_initial_weights_make_no_error():
    fit = progress()
    fit.start(0.0)
    assert fit.finished
    assert fit.best_epoch == 0


def test_a_loss_that_is_not_negligible_ends_after_the_patience():
    fit = progress(patience=3)
    fit.start(0.5)
    fit.add(losses(0.002, 0.002, 0.002))
    assert not fit.finished
    fit.add(losses(0.002))
    assert fit.finished


def test_training_losses_without_validation_end_no_fit():
    fit = progress()
    fit.add(losses(np.nan))
    assert not fit.finished


def test_losses_are_kept_with_validation_and_after_an_interruption():
    fit = progress()
    fit.add(losses(np.nan))
    assert fit.losses == []
    fit.add(losses(0.5))
    (pair,) = fit.losses
    assert pair[1] == 0.5
    other = progress()
    other.resume(fit.state(1e-3, ()))
    assert other.losses == [pair]


def test_a_resumed_fit_whose_loss_is_negligible_is_finished():
    fit = progress()
    fit.resume(FitState(1e-3, 7, 7, NEGLIGIBLE_LOSS / 2, (), ()))
    assert fit.finished
