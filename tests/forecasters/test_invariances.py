"""What a forecast may not depend on: the unit of the data, their level, other series, the order of rows."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import forecast
from forecast import workflow
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.preparation import LEVEL_IN_CHANGES, ROWS_READ
from forecast.reading.reader import read_panel
from tests.panels import wave

SERIES = {f"s{number:02d}": wave(40 + 5 * number, seed=number) * (1 + number) for number in range(5)}

quickly = settings(max_examples=8, deadline=None, derandomize=True)
often = settings(max_examples=25, deadline=None, derandomize=True)


def rows_of(series: dict[str, np.ndarray]) -> list[str]:
    first = np.datetime64("2001-01")
    return [
        f"{id},{first + np.timedelta64(row, 'M')},{value!r}"
        for id, values in series.items()
        for row, value in enumerate(values.tolist())
    ]


def data(rows: list[str]) -> io.BytesIO:
    return io.BytesIO("\n".join(["id,date,y", *rows]).encode())


def forecast_of(series: dict[str, np.ndarray]) -> Forecast:
    """Of the combination of all that needs no training."""
    return workflow.predict(workflow.untrained_model(data(rows_of(series))), horizon=12)


@pytest.fixture(scope="module")
def untrained() -> RecurrentForecaster:
    return workflow.untrained_model(data(rows_of(SERIES)))


@pytest.fixture(scope="module")
def panel(untrained: RecurrentForecaster) -> Panel:
    return untrained.tail


def predicted(values: np.ndarray, horizon: int = 8, *, season: int | None = None) -> Forecast:
    """The forecast of one series in memory."""
    return forecast.predict(values, horizon=horizon, season=season)


SEASONS = st.sampled_from([1, 4, 7, 12, 24, 5])


def made(seed: int, rows: int, season: int, kind: str) -> np.ndarray:
    """A series of some kind around nought."""
    rng, steps = np.random.default_rng(seed), np.arange(rows)
    noise = rng.normal(size=rows)
    return {
        "noise": noise,
        "walk": noise.cumsum(),
        "trend": 0.4 * steps + noise,
        "season": 4 * np.sin(2 * np.pi * steps / max(season, 2)) + noise + 0.1 * steps,
        "spikes": noise + 30 * (rng.random(rows) < 0.05),
    }[kind]


KINDS = st.sampled_from(["noise", "walk", "trend", "season", "spikes"])

# The unit


@given(st.integers(-300, 300), st.integers(0, 99), st.integers(2, 90), SEASONS, KINDS)
@often
def test_a_power_of_two_as_the_unit_changes_no_digit(power, seed, rows, season, kind):
    values = made(seed, rows, season, kind)
    once, times = predicted(values, season=season), predicted(np.ldexp(values, power), season=season)
    assert times.values.tolist() == np.ldexp(once.values, power).tolist()
    np.testing.assert_allclose(np.ldexp(times.upper, -power), once.upper, rtol=1e-9)


@given(st.floats(1e-200, 1e200), st.integers(0, 99), st.integers(2, 90), SEASONS, KINDS)
@often
def test_forecasts_and_intervals_scale_with_the_data(factor, seed, rows, season, kind):
    values = made(seed, rows, season, kind)
    once, times = predicted(values, season=season), predicted(values * factor, season=season)
    size = np.abs(values).max()
    for name in ("values", "lower", "upper"):
        one, other = getattr(once, name), getattr(times, name)
        np.testing.assert_allclose(other / factor, one, rtol=1e-6, atol=1e-6 * size)


@given(st.integers(-300, 300))
@quickly
def test_a_power_of_two_as_the_unit_of_a_file_changes_no_digit(power):
    once, times = forecast_of(SERIES), forecast_of({id: np.ldexp(SERIES[id], power) for id in SERIES})
    assert times.values.tolist() == np.ldexp(once.values, power).tolist()


# The level


@given(st.floats(2, 9), st.booleans(), st.integers(0, 99), st.integers(2, 120), SEASONS, KINDS)
@often
def test_an_offset_moves_the_forecast_of_a_series_far_above_its_changes(
    power, below, seed, rows, season, kind
):
    """To 1 % of the mean change, from a level of two hundred mean changes to a billion of them.

    Nearer to a hundred, the rows before an earlier origin may lie less than a hundred of their own away.
    """
    values = made(seed, rows, season, kind)
    change = np.abs(np.diff(values)).mean()
    sign = -1 if below else 1
    base = values + sign * (np.abs(values).max() + 2 * LEVEL_IN_CHANGES * change)
    shift = sign * 10**power * change
    once, moved = predicted(base, season=season), predicted(base + shift, season=season)
    assert np.abs(moved.values - shift - once.values).max() <= 0.01 * change
    if np.isfinite(once.upper).all():
        width = (once.upper - once.lower).max()
        np.testing.assert_allclose(moved.upper - shift, once.upper, atol=0.01 * width + 1e-6 * change)


# Lines and meters


@pytest.mark.parametrize("rows", [20, 21, 33, 59, 60, 121, 800, 2000])
@pytest.mark.parametrize(("level", "slope"), [(10, 2.5), (1e4, -2.5), (-7, 0.03), (1e6, 1.0), (-1e5, -3.0)])
def test_a_line_goes_on(rows, level, slope):
    ahead = level + slope * np.arange(rows + 12)
    found = predicted(ahead[:rows], 12, season=1).values[0]
    lowest = 0.0 if level > 0 and ahead[:rows].min() >= 0 else -np.inf
    assert np.abs(found - np.maximum(ahead[rows:], lowest)).max() <= 1e-6 * abs(slope)


@pytest.mark.parametrize(
    ("unit", "season", "rows"), [("h", 24, 120), ("h", 24, 500), ("M", 12, 60), ("M", 12, 200), ("D", 7, 400)]
)
@pytest.mark.parametrize(("level", "slope"), [(50.0, 2.0), (2e4, -1.5)])
@pytest.mark.parametrize("size", [0.0, 5.0])
def test_a_line_of_dates_goes_on_with_its_season(unit, season, rows, level, slope, size):
    steps = np.arange(rows + season)
    values = level + slope * steps + size * np.sin(2 * np.pi * steps / season)
    dates = (np.datetime64("2021-01", unit) + steps[:rows]).astype("datetime64[s]")
    table = "\n".join(f"{date},{value!r}" for date, value in zip(dates, values.tolist(), strict=False))
    found = workflow.predict(
        workflow.untrained_model(io.BytesIO(f"date,y\n{table}\n".encode())), horizon=season
    )
    assert np.abs(found.values[0] - values[rows:]).max() <= 1e-6 * abs(slope)


@given(st.integers(0, 999), st.integers(20, 90), SEASONS, st.booleans())
@often
def test_a_series_that_never_fell_is_never_forecast_to_fall(seed, rows, season, whole):
    rng = np.random.default_rng(seed)
    values = (rng.exponential(size=rows) * (rng.random(rows) < 0.6)).cumsum() - 3
    values = np.floor(4 * values) if whole else values
    values[-1] += 1  # it rose at least once
    found = predicted(values, 20, season=season)
    assert (np.diff(found.values[0], prepend=values[-1]) >= 0).all()
    assert (found.lower[0, 0] >= values[-1]).all()


# The other series, and the order


@given(st.sets(st.integers(0, 4), min_size=1))
@quickly
def test_forecasts_of_some_series_are_those_among_all(
    untrained: RecurrentForecaster, panel: Panel, chosen: set[int]
):
    # To seven digits, those of float32: how a matrix product sums depends on the matrices' sizes.
    some, indices = panel.select(sorted(chosen)), sorted(chosen)
    alone, among = untrained.predict(some, 24, levels=(80.0,)), untrained.predict(panel, 24, levels=(80.0,))
    np.testing.assert_allclose(alone.values, among.values[indices], rtol=1e-6)
    np.testing.assert_allclose(alone.upper, among.upper[:, indices], rtol=1e-6)
    assert alone.ids == tuple(among.ids[index] for index in indices)
    assert (alone.times == among.times[indices]).all()


def test_a_series_among_much_shorter_and_longer_ones_is_forecast_as_alone(untrained: RecurrentForecaster):
    lengths = [1, 2, 3, 8, 14, 27, 30, 60, 61, 150, 700]
    series = {f"{n:04d}": 1e3 * n + wave(n, seed=n) for n in lengths}
    many = read_panel(data(rows_of(series))).panel.with_season(12)
    among = untrained.predict(many, 15, levels=(80.0,))
    for index in range(len(many)):
        alone = untrained.predict(many.select([index]), 15, levels=(80.0,))
        np.testing.assert_allclose(alone.values, among.values[[index]], rtol=1e-6)
        np.testing.assert_allclose(alone.upper, among.upper[:, [index]], rtol=1e-6)


@given(st.randoms(use_true_random=False))
@quickly
def test_the_order_of_rows_and_series_changes_no_digit(untrained: RecurrentForecaster, panel: Panel, random):
    rows = rows_of(SERIES)
    random.shuffle(rows)
    shuffled = read_panel(data(rows)).panel.with_season(12)
    once, again = (untrained.predict(each, 12, levels=(80.0,)) for each in (panel, shuffled))
    assert again.ids == once.ids
    for name in ("values", "lower", "upper"):
        assert getattr(again, name).tobytes() == getattr(once, name).tobytes()


def test_rows_older_than_those_read_change_nothing():
    values = np.append(wave(300, seed=7), 5 * wave(ROWS_READ, season=7))
    whole, newest = predicted(values, 20, season=7), predicted(values[-ROWS_READ:], 20, season=7)
    for name in ("values", "lower", "upper"):
        assert getattr(whole, name).tolist() == getattr(newest, name).tolist()
