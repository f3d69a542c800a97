"""The cells are trained in the same way; one training, with a few epochs."""

import numpy as np

from forecast.explaining.memory import memory
from forecast.spec.training import TrainRequest
from forecast.training.cells import train_cells
from forecast.training.run import Run
from tests.panels import panel, wave


def test_each_cell_is_trained_from_random_weights_on_rows_without_a_constant():
    rows = panel(wave(40) + 1e4)
    (trained,) = train_cells(rows, TrainRequest(epochs=2), ["simple-rnn"], Run())
    assert trained.network.spec.network.cell == "simple-rnn"
    assert 1 <= trained.epochs <= 2
    assert trained.seconds > 0
    assert np.abs(trained.network.members[0]["answer/kernel"]).max() > 0  # zero before the training
    found = memory(trained.network, rows, trained.combination)
    assert found.taken_off == ("a constant",)
    assert found.left[0, 0] == 1
