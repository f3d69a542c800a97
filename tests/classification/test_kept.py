"""What backtests said of each row, as it is drawn and kept in a model file."""

import numpy as np
import pytest

from forecast.classification import kept
from forecast.classification.kept import kept_classes
from forecast.classification.metrics import ClassPredictions
from tests.panels import panel


def predictions(*rows: tuple[int, int, int, int, float]) -> ClassPredictions:
    """Series, row, step, actual class and probability of a 1, of each."""
    series, row, step, actual, share = (np.array(column) for column in zip(*rows, strict=True))
    given = np.stack([1 - share, share], axis=1)
    return ClassPredictions(
        actual, series, step, np.zeros_like(series), row, {"GRU": given, "base": given * 0}
    )


def test_each_row_has_what_was_said_of_it_last():
    found = kept_classes(
        predictions((0, 5, 1, 1, 0.1), (0, 5, 0, 1, 0.7), (0, 6, 1, 0, 0.4), (1, 3, 0, 0, 0.2)),
        panel([0.0] * 7, [0.0] * 4),
    )
    assert found.probabilities[:, :, 1].tolist() == [
        pytest.approx([0.7, 0.4]),
        pytest.approx([np.nan, 0.2], nan_ok=True),
    ]
    np.testing.assert_array_equal(found.actual, [[1, 0], [np.nan, 0]])


def test_no_more_is_kept_than_a_file_may_hold(monkeypatch):
    monkeypatch.setattr(kept, "MOST_KEPT", (2, 3, 100))
    rows = [(series, row, 0, 1, row / 10) for series in range(3) for row in range(10)]
    found = kept_classes(predictions(*rows), panel(*[[0.0] * 10] * 3))
    assert found.actual.shape == (2, 3)
    assert found.probabilities[0, :, 1] == pytest.approx([0.7, 0.8, 0.9])


def test_series_that_were_not_evaluated_keep_nothing(monkeypatch):
    monkeypatch.setattr(kept, "MOST_KEPT", (1, 3, 100))
    assert kept_classes(predictions((1, 3, 0, 0, 0.2)), panel([0.0] * 7, [0.0] * 4)) is None
