from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.data.cards import Card
from forecast.data.frequency import Frequency
from forecast.data.results import Forecast, Probabilities, Scores
from forecast.spec.reading import Columns, Target
from tests.models import model, network
from tests.panels import panel

DAYS = np.array(["2024-12-31", "2025-01-01"], dtype="datetime64[s]")
MONTHS = np.array(["2024-12-01", "2025-01-01"], dtype="datetime64[s]")
HOURS = np.array(["2025-06-30T22:00", "2025-06-30T23:00"], dtype="datetime64[s]")


@pytest.fixture
def scores() -> Scores:
    """Two models, two series, three steps; every number tells its position."""
    return Scores(
        models=("gru", "drift"),
        metrics=("mae", "skill"),
        weights=np.array([1.0, np.nan]),
        overall=np.array([[1.0, 0.5], [2.0, 0.25]]),
        by_series=np.array([[[10.0, 0.1], [11.0, 0.2]], [[20.0, 0.3], [21.0, np.nan]]]),
        by_step=np.array([[[1, 0.1], [2, 0.2], [3, 0.3]], [[4, 0.4], [5, 0.5], [6, 0.6]]], dtype=float),
        ids=("007", "b"),
        series_column="shop",
        backtests=2,
        forecasts=11,
        forecasts_by_series=np.array([6, 5]),
        forecasts_by_step=np.array([4, 4, 3]),
    )


def forecast(times=DAYS, frequency=None, *, series="shop", time="day") -> Forecast:
    values = np.array([[1.5, 2.5], [3.5, 4.5]])[: 2 if series else 1]
    return Forecast(
        ids=("007", "b") if series else ("",),
        times=np.tile(times, (len(values), 1)),
        values=values,
        levels=(80.0,),
        lower=values[None] - 1,
        upper=values[None] + 1,
        columns=Columns(target="sold", time=time, series=series),
        frequency=frequency or Frequency("day"),
    )


def probabilities(**columns) -> Probabilities:
    return Probabilities(
        ids=("007", "b"),
        times=np.tile(DAYS, (2, 1)),
        probabilities=np.full((2, 2, 3), 1 / 3),
        target=Target("class", ("fog", "rain", "sun")),
        columns=Columns(**{"target": "sky", "time": "day", "series": "town", **columns}),
        frequency=Frequency("day"),
    )


# Scores


def test_the_table_of_models_has_one_row_per_model(scores):
    table = scores.to_table()
    assert list(table) == ["model", "mae", "skill", "forecasts", "weight"]
    assert table["weight"].tolist() == pytest.approx([1.0, np.nan], nan_ok=True)
    assert table["model"].tolist() == ["gru", "drift"]
    assert table["mae"].tolist() == [1.0, 2.0]
    assert table["forecasts"].tolist() == [11, 11]


def test_scores_without_any_weight_have_no_column_of_weights(scores):
    bare = replace(scores, weights=np.full(2, np.nan))
    assert list(bare.to_table()) == ["model", "mae", "skill", "forecasts"]


def test_the_table_of_series_names_them_as_the_data_do(scores):
    table = scores.to_table("series")
    assert list(table) == ["model", "shop", "mae", "skill", "forecasts"]
    assert table["model"].tolist() == ["gru", "gru", "drift", "drift"]
    assert table["shop"].tolist() == ["007", "b", "007", "b"]
    assert table["mae"].tolist() == [10, 11, 20, 21]
    assert table["forecasts"].tolist() == [6, 5, 6, 5]


def test_the_table_of_steps_counts_them_from_one(scores):
    table = scores.to_table("step")
    assert list(table) == ["model", "step", "mae", "skill", "forecasts"]
    assert table["step"].tolist() == [1, 2, 3, 1, 2, 3]
    assert table["mae"].tolist() == [1, 2, 3, 4, 5, 6]
    assert table["forecasts"].tolist() == [4, 4, 3, 4, 4, 3]


@pytest.mark.parametrize("name", ["model", "mae", "forecasts", "weight"])
def test_an_id_column_named_as_one_of_ours_does_not_replace_it(scores, name):
    table = replace(scores, series_column=name).to_table("series")
    assert table["model"].tolist() == ["gru", "gru", "drift", "drift"]
    assert table["mae"].tolist() == [10, 11, 20, 21]
    assert table["series"].tolist() == ["007", "b", "007", "b"]


def test_every_column_of_scores_has_one_length_and_one_type(scores):
    for by in ("model", "series", "step"):
        table = scores.to_table(by)
        assert len({len(column) for column in table.values()}) == 1
        assert table["mae"].dtype == np.float64
        assert table["forecasts"].dtype == np.int64
        assert table["model"].dtype == object
        pd.testing.assert_frame_equal(scores.to_frame(by), pd.DataFrame(table))


# Names of the columns of ids and times


def test_ids_and_times_are_named_as_in_the_data():
    assert list(forecast().to_table()) == ["shop", "day", "forecast", "lower_80", "upper_80"]
    assert list(forecast(series=None).to_table()) == ["day", "forecast", "lower_80", "upper_80"]
    assert list(probabilities().to_table()) == ["town", "day", "label", "p_fog", "p_rain", "p_sun"]


def test_counted_rows_have_a_column_time():
    assert list(forecast(time=None).to_table())[:2] == ["shop", "time"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"time": "forecast"}, ["shop", "time"]),
        ({"time": "lower_80"}, ["shop", "time"]),
        ({"series": "upper_80"}, ["series", "day"]),
        ({"series": "time", "time": "forecast"}, ["series", "time"]),
        ({"series": "time", "time": None}, ["series", "time"]),
        ({"series": "forecast", "time": "series"}, ["id", "series"]),
        ({"series": "series", "time": "time"}, ["series", "time"]),
    ],
)
def test_a_name_that_is_one_of_ours_replaces_none(columns, expected):
    table = forecast(**columns).to_table()
    assert list(table) == [*expected, "forecast", "lower_80", "upper_80"]
    assert table[expected[0]].tolist() == ["007", "007", "b", "b"]
    assert table["forecast"].tolist() == [1.5, 2.5, 3.5, 4.5]
    assert forecast(**columns).to_frame()[expected[1]].tolist() == [*map(pd.Timestamp, DAYS)] * 2


def test_a_time_column_named_as_a_class_is_called_time():
    assert list(probabilities(time="p_rain").to_table())[:3] == ["town", "time", "label"]


def test_labels_have_no_times():
    whole = replace(
        probabilities(),
        target=Target("label", ("fog", "rain", "sun")),
        times=np.tile(DAYS[:1], (2, 1)),
        probabilities=np.full((2, 1, 3), 1 / 3),
    )
    assert list(whole.to_table()) == ["town", "label", "p_fog", "p_rain", "p_sun"]
    assert whole.to_frame()["town"].tolist() == ["007", "b"]
    assert repr(whole) == "Probabilities of 2 series, 3 classes"


# Frames


@pytest.mark.parametrize(
    ("times", "frequency"),
    [
        (DAYS, Frequency("day")),
        (MONTHS, Frequency("month", form="month")),
        (HOURS, Frequency("hour", form="datetime")),
        (np.array(["1512-05-01", "2940-05-01"], dtype="datetime64[s]"), Frequency("month", form="month")),
    ],
)
def test_a_frame_has_timestamps_where_the_table_has_texts(times, frequency):
    result = forecast(times, frequency)
    stamps = result.to_frame()["day"]
    assert stamps.dtype == "datetime64[s]"
    assert stamps.tolist() == [*map(pd.Timestamp, times)] * 2
    assert result.to_table()["day"].tolist() == frequency.text(times) * 2
    assert result.to_frame().drop(columns="day").to_dict("list") == {
        name: column.tolist() for name, column in result.to_table().items() if name != "day"
    }


@pytest.mark.parametrize(("offset", "text"), [(0, "+00:00"), (19_800, "+05:30"), (-10_800, "-03:00")])
def test_timestamps_are_in_the_zone_of_the_data(offset, text):
    frequency = Frequency("hour", form="datetime", offset_seconds=offset)
    stamps = forecast(HOURS, frequency).to_frame()["day"]
    assert stamps.dt.tz_convert("UTC").dt.tz_localize(None).tolist() == [*map(pd.Timestamp, HOURS)] * 2
    assert stamps[0].isoformat().endswith(text)


def test_integer_times_stay_integers():
    years = forecast(np.array([2025, 2026]), Frequency("year", form="integer"))
    assert years.to_frame()["day"].tolist() == [2025, 2026] * 2
    assert years.to_frame()["day"].dtype == np.int64


def test_a_frame_of_probabilities_has_timestamps():
    assert probabilities().to_frame()["day"].tolist() == [*map(pd.Timestamp, DAYS)] * 2


def test_a_frame_can_be_forecast_from(tmp_path):
    from forecast.reading.reader import read_panel
    from forecast.spec.reading import ReadSpec

    frame = forecast(DAYS).to_frame()
    path = tmp_path / "days.csv"
    frame.to_csv(path, index=False)
    read = ReadSpec(Columns(target="forecast", series="shop"))
    assert read_panel(path, read).panel.times.tolist() == np.tile(DAYS, 2).tolist()


def test_a_card_is_a_frame_of_items():
    assert Card("sales.csv", (("rows", "60"),)).to_frame().to_dict("list") == {
        "item": ["rows"],
        "value": ["60"],
    }


# How results are shown


def test_a_notebook_shows_a_table_with_the_texts_of_the_data_escaped(scores):
    hostile = "<script>alert(1)</script>"
    shown = replace(forecast(), ids=(hostile, "b"))._repr_html_()
    assert "<table" in shown
    assert "2025-01-01" in shown
    assert hostile not in shown
    assert "&lt;script&gt;" in shown
    assert hostile not in forecast(series=hostile)._repr_html_()
    for result in (scores, probabilities(), Card("sales.csv", (("rows", "60"),))):
        assert "<table" in result._repr_html_()


def test_a_notebook_shows_few_rows_of_a_large_result():
    many = forecast(np.arange(5000), Frequency("step", form="integer"), series=None)
    many = replace(many, values=np.zeros((1, 5000)), levels=(), lower=np.zeros((0, 1, 5000)))
    assert len(many._repr_html_()) < 10_000


def test_results_are_described_in_a_line(scores):
    assert repr(forecast()) == "Forecast of 2 series, 2 steps, 2024-12-31 to 2025-01-01, intervals 80 %"
    alone = replace(forecast(series=None), levels=(), lower=np.zeros((0, 1, 2)), times=DAYS[None, :1])
    assert repr(alone) == "Forecast of 1 series, 1 step, 2024-12-31, no intervals"
    assert repr(probabilities()) == "Probabilities of 2 series, 2 steps, 2024-12-31 to 2025-01-01, 3 classes"
    assert repr(scores) == "Scores of gru, drift on 2 backtests, 11 forecasts; gru: mae 1, skill 0.5"


def test_panels_and_models_are_described_in_a_line():
    assert repr(panel([1, 2, 3], [4, 5])) == "Panel of 2 series, 5 rows, yearly, 2000 to 2002"
    assert repr(panel([1.0]).select([])) == "Panel of 0 series, 0 rows, yearly"
    made = model(network(), methods=("theta",))
    assert repr(made) == "RecurrentForecaster of gru, theta, forecasts 3 steps, trained on 'made up'"
    assert repr(made.card).startswith("ModelCard of 'made up', 0 rows, 0 series, 0 to 0, scratch, ")
    hostile = replace(made, card=replace(made.card, source="\x1b[31m"))
    assert "\x1b" not in repr(hostile) + repr(hostile.card)
