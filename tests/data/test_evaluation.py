from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.data.evaluation import EvaluationResult, Predictions
from forecast.data.frequency import Frequency
from forecast.spec.reading import Columns

NAN = np.nan
MONTHS = np.array([["2024-10-01", "2024-12-01"], ["2024-10-01", "2024-12-01"]], dtype="datetime64[s]")


@pytest.fixture
def predictions() -> Predictions:
    """Two models, two series, two backtests of two steps; the second series was not observed at three."""
    values = np.arange(16.0).reshape(2, 2, 2, 2)
    return Predictions(
        models=("gru", "drift"),
        ids=("007", "b"),
        origins=MONTHS,
        actual=np.array([[[1.0, 2], [3, 4]], [[NAN, NAN], [5, NAN]]]),
        values=values,
        level=80.0,
        lower=values[0] - 1,
        upper=values[0] + 1,
        columns=Columns("sold", "month", "shop"),
        frequency=Frequency("month"),
    )


def test_there_is_a_row_for_each_forecast_with_an_actual_value(predictions):
    table = predictions.to_table()
    names = ["shop", "origin", "month", "step", "actual", "forecast", "lower_80", "upper_80", "model"]
    assert list(table) == names
    rows = list(zip(*(column.tolist() for column in table.values()), strict=True))
    assert rows[:5] == [
        ("007", "2024-10-01", "2024-11-01", 1, 1, 0.0, -1.0, 1.0, "gru"),
        ("007", "2024-10-01", "2024-12-01", 2, 2, 1.0, 0.0, 2.0, "gru"),
        ("007", "2024-12-01", "2025-01-01", 1, 3, 2.0, 1.0, 3.0, "gru"),
        ("007", "2024-12-01", "2025-02-01", 2, 4, 3.0, 2.0, 4.0, "gru"),
        ("b", "2024-12-01", "2025-01-01", 1, 5, 6.0, 5.0, 7.0, "gru"),
    ]
    assert [row[:5] for row in rows[5:]] == [row[:5] for row in rows[:5]]
    assert table["forecast"][5:].tolist() == [8, 9, 10, 11, 14]
    assert np.isnan(table["lower_80"][5:]).all()
    assert np.isnan(table["upper_80"][5:]).all()
    assert table["model"][5:].tolist() == ["drift"] * 5


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (Columns("sold", "month"), ["origin", "month"]),
        (Columns("sold", None), ["origin", "time"]),
        (Columns("sold", "origin", "step"), ["series", "origin", "time"]),
        (Columns("sold", "actual", "time"), ["series", "origin", "time"]),
        (Columns("sold", "month", "model"), ["series", "origin", "month"]),
    ],
)
def test_a_column_of_the_data_replaces_none_of_the_others(predictions, columns, expected):
    if columns.series is None:
        predictions = replace(predictions, ids=("", ""))
    table = replace(predictions, columns=columns).to_table()
    assert list(table) == [*expected, "step", "actual", "forecast", "lower_80", "upper_80", "model"]
    assert table["model"].tolist() == ["gru"] * 5 + ["drift"] * 5


def test_a_frame_has_timestamps_of_origins_and_rows(predictions):
    frame = predictions.to_frame()
    assert frame["origin"].iloc[0] == pd.Timestamp("2024-10-01")
    assert frame["month"].iloc[0] == pd.Timestamp("2024-11-01")
    assert frame["shop"].iloc[0] == "007"


def test_actual_values_that_are_no_whole_numbers_stay_as_they_are(predictions):
    table = replace(predictions, actual=predictions.actual + 0.5).to_table()
    assert table["actual"][:2].tolist() == [1.5, 2.5]


def test_coverage_is_the_share_of_actual_values_within_the_intervals(predictions):
    covered = predictions.covered
    # 5 lies within 5 to 7, and all others but none at their upper bounds 1 to 4.
    assert (covered.nominal, covered.achieved, covered.errors) == (80.0, 100.0, 5)
    narrow = replace(predictions, upper=predictions.values[0])
    assert narrow.covered.achieved == pytest.approx(100 / 5)


def test_without_intervals_there_is_no_coverage(predictions):
    unknown = np.full_like(predictions.lower, NAN)
    covered = replace(predictions, lower=unknown, upper=unknown).covered
    assert np.isnan(covered.achieved)
    assert covered.errors == 0


def test_predictions_are_described_in_a_line_and_shown_in_a_notebook(predictions):
    assert repr(predictions) == "Predictions of gru, drift for 2 series, 2 backtests, 2 steps"
    assert "<table" in predictions._repr_html_()


def test_an_evaluation_shows_its_scores():
    from tests.cli import fakes

    result = EvaluationResult(fakes.scores(), None, None, "stored")
    assert repr(result) == repr(result.scores)
    assert result.to_table("step").keys() == result.scores.to_table("step").keys()
    assert list(result.to_frame()["model"]) == ["gru", "naive"]
    assert "<table" in result._repr_html_()
