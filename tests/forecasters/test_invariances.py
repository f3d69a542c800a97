"""What a forecast may not depend on: the unit of the data, the other series, the order of rows and series."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast import workflow
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.forecasters.recurrent import RecurrentForecaster
from forecast.reading.reader import read_panel
from tests.panels import wave

SERIES = {f"s{number:02d}": wave(40 + 5 * number, seed=number) * (1 + number) for number in range(5)}

quickly = settings(max_examples=8, deadline=None, derandomize=True)


def rows_of(series: dict[str, np.ndarray]) -> list[str]:
    first = np.datetime64("2001-01")
    return [
        f"{id},{first + np.timedelta64(row, 'M')},{value!r}"
        for id, values in series.items()
        for row, value in enumerate(values.tolist())
    ]


def data(rows: list[str]) -> io.BytesIO:
    return io.BytesIO("\n".join(["id,date,y", *rows]).encode())


def forecast(series: dict[str, np.ndarray]) -> Forecast:
    """Of the pretrained network, at once."""
    return workflow.predict(workflow.pretrained_model(data(rows_of(series))), horizon=12)


@pytest.fixture(scope="module")
def pretrained() -> RecurrentForecaster:
    return workflow.pretrained_model(data(rows_of(SERIES)))


@pytest.fixture(scope="module")
def panel(pretrained: RecurrentForecaster) -> Panel:
    return pretrained.tail


@given(st.integers(-300, 300))
@quickly
def test_a_power_of_two_as_the_unit_changes_no_digit(power: int):
    once, times = forecast(SERIES), forecast({id: values * 2.0**power for id, values in SERIES.items()})
    assert (times.values == once.values * 2.0**power).all()


@given(st.floats(1e-200, 1e200))
@quickly
def test_forecasts_and_intervals_scale_with_the_data(factor: float):
    one = {"a": SERIES["s03"]}
    once, times = forecast(one), forecast({"a": one["a"] * factor})
    for name in ("values", "lower", "upper"):
        np.testing.assert_allclose(getattr(times, name) / factor, getattr(once, name), rtol=1e-6)


def test_an_offset_moves_the_forecast_and_changes_it_a_little():
    # The asinh of a value relative to its scale is no straight line: docs/promises.md says how far this goes.
    series = SERIES["s03"]
    once, moved = forecast({"a": series}).values, forecast({"a": series + 10 * series.std()}).values
    apart = np.abs(moved - 10 * series.std() - once).max() / series.std()
    assert 0 < apart < 0.5


@given(st.sets(st.integers(0, 4), min_size=1))
@quickly
def test_forecasts_of_some_series_are_those_among_all(
    pretrained: RecurrentForecaster, panel: Panel, chosen: set[int]
):
    # To seven digits, those of float32: how a matrix product sums depends on the matrices' sizes.
    some, indices = panel.select(sorted(chosen)), sorted(chosen)
    alone, among = pretrained.predict(some, 24, levels=(80.0,)), pretrained.predict(panel, 24, levels=(80.0,))
    np.testing.assert_allclose(alone.values, among.values[indices], rtol=1e-6)
    np.testing.assert_allclose(alone.upper, among.upper[:, indices], rtol=1e-6)
    assert alone.ids == tuple(among.ids[index] for index in indices)
    assert (alone.times == among.times[indices]).all()


@given(st.randoms(use_true_random=False))
@quickly
def test_the_order_of_rows_and_series_changes_no_digit(pretrained: RecurrentForecaster, panel: Panel, random):
    rows = rows_of(SERIES)
    random.shuffle(rows)
    shuffled = read_panel(data(rows)).panel
    once, again = (
        pretrained.predict(panel, 12, levels=(80.0,)),
        pretrained.predict(shuffled, 12, levels=(80.0,)),
    )
    assert again.ids == once.ids
    for name in ("values", "lower", "upper"):
        assert getattr(again, name).tobytes() == getattr(once, name).tobytes()
