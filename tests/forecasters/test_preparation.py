from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.forecasters.decomposition import FoundSeason, seasonal_component
from forecast.forecasters.preparation import (
    LEVEL_IN_CHANGES,
    ROWS_READ,
    calendar_seasons,
    level_offsets,
    long_seasons,
    prepare,
    without_single_outliers,
)
from tests.panels import panel, wave

RNG = np.random.default_rng


def daily(*series: np.ndarray, season: int = 7) -> Panel:
    """Series of days, all from the same day on."""
    plain = panel(*series, season=season)
    days = np.datetime64("2015-01-01", "s") + np.concatenate(
        [np.arange(length) * np.timedelta64(86_400, "s") for length in plain.lengths]
    )
    return replace(plain, times=days, frequency=Frequency("day"))


def year(rows: int, *, seed: int = 0) -> np.ndarray:
    """A year of days with a week and noise."""
    days = np.arange(rows)
    noise = RNG(seed).normal(size=rows)
    return 100 + 20 * np.sin(2 * np.pi * days / 365.25) + 3 * np.sin(2 * np.pi * days / 7) + noise


# Offsets


def test_a_series_near_zero_has_no_offset():
    history = panel([1.0, 2, 1, 3], [-5.0, 5, -5], [99.0, 100, 99], [0.0, 1e9, 0])
    assert level_offsets(history).tolist() == [0, 0, 0, 0]


def test_a_series_far_from_zero_stands_a_hundred_changes_above_or_below_it():
    walk = RNG(0).normal(size=50).cumsum()
    change = np.abs(np.diff(walk)).mean()
    for level in (1e4, 1e9, -1e4, -1e9):
        history = panel(walk + level * change)
        rest = history.values - level_offsets(history)
        nearest = np.abs(rest).min() / change
        assert nearest == pytest.approx(LEVEL_IN_CHANGES, rel=1e-5)
        assert (np.sign(rest) == np.sign(level)).all()


def test_a_constant_or_single_row_has_no_offset():
    assert level_offsets(panel([1e9] * 20, [1e9])).tolist() == [0, 0]


def test_the_newest_rows_decide():
    old, new = np.zeros(500), 1e6 + RNG(0).normal(size=ROWS_READ)
    assert level_offsets(panel(np.append(old, new))).tolist() == level_offsets(panel(new)).tolist() != [0]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(-300, 300), st.integers(0, 9))
def test_offsets_scale_with_the_series(power, seed):
    history = panel(1e4 + RNG(seed).normal(size=20), -1e5 + RNG(seed).normal(size=9))
    scaled = replace(history, values=np.ldexp(history.values, power))
    assert level_offsets(scaled).tolist() == np.ldexp(level_offsets(history), power).tolist()


# Seasons


def test_the_calendar_has_a_year_of_days_and_a_week_of_hours():
    assert calendar_seasons(Frequency("day")) == pytest.approx((365.25,))
    assert calendar_seasons(Frequency("weekday")) == pytest.approx((260.9,))
    assert calendar_seasons(Frequency("hour")) == pytest.approx((168.0,))
    assert calendar_seasons(Frequency("minute", 30)) == pytest.approx((336.0,))
    assert calendar_seasons(Frequency("month")) == calendar_seasons(Frequency("year")) == ()
    assert calendar_seasons(Frequency("day", form="integer")) == ()
    assert calendar_seasons(Frequency("minute")) == ()  # a week of minutes is longer than what is read


def test_a_long_season_is_found_in_the_series_that_has_it():
    found = long_seasons(daily(year(1200), 100 + RNG(1).normal(size=1200), year(50)))
    assert [round(season.period) for season in found[0]] == [365]
    assert found[1:] == ((), ())


def test_given_periods_count_where_a_series_has_two_of_them():
    found = long_seasons(panel(wave(60), wave(100), season=12), (6.0, 30.0, 40.0))
    assert [[season.period for season in each] for each in found] == [[30], [30, 40]]
    assert long_seasons(daily(year(1200)), ()) == ((),)
    no_rows = daily(year(1200)).first(np.array([0]))
    assert long_seasons(no_rows) == long_seasons(no_rows, (30.0,)) == ((),)


def test_without_seasons_only_the_offset_is_taken_off():
    history = panel(1e6 + wave(40), wave(30))
    prepared = prepare(history, 3, ())
    offsets = level_offsets(history)
    assert prepared.panel.values.tolist() == (history.values - np.repeat(offsets, [40, 30])).tolist()
    assert prepared.continuation.tolist() == np.repeat(offsets[:, None], 3, axis=1).tolist()
    assert offsets[0] > 0 == offsets[1]


def test_the_season_is_taken_off_and_its_continuation_put_back():
    history = daily(year(1200), 5e5 + year(900, seed=1))
    seasons = long_seasons(history)
    prepared = prepare(history, 30, seasons)
    offsets = level_offsets(history)
    for index, each in enumerate(history):
        component, ahead = seasonal_component(each.values - offsets[index], [365.25], 7, 30)
        rest = prepared.panel[index].values
        assert rest == pytest.approx(each.values - offsets[index] - component, rel=1e-9, abs=1e-6)
        assert prepared.continuation[index] == pytest.approx(offsets[index] + ahead, rel=1e-9)
        assert rest.std() < 0.4 * each.values.std()


def test_the_data_are_not_changed():
    history = daily(year(1200))
    before = history.values.copy()
    prepare(history, 3, long_seasons(history))
    assert history.values.tolist() == before.tolist()


def test_a_clean_year_is_continued_by_the_component():
    values = 100 + 20 * np.sin(2 * np.pi * np.arange(1200 + 60) / 365.25)
    history = daily(values[:1200])
    prepared = prepare(history, 60, [(FoundSeason(365.25, 1.0, cycle=False),)])
    ahead = prepared.panel.values[-365:].mean() + prepared.continuation[0]
    assert np.abs(ahead - values[1200:]).max() < 2


def test_a_single_outlier_is_clipped_and_a_new_level_is_not():
    values = wave(60)
    single, level = values.copy(), values.copy()
    single[40], level[40:] = 1e6, 100 * values[40:]
    cleaned = without_single_outliers(panel(single, level, season=12)).values.reshape(2, 60)
    assert cleaned[0, 40] < 1e3
    assert cleaned[0, :40].tolist() + cleaned[0, 41:].tolist() == values[:40].tolist() + values[41:].tolist()
    assert cleaned[1].tolist() == level.tolist()


def test_an_outlier_in_the_newest_row_is_clipped():
    values = wave(60)
    values[-1] = 1e6
    assert without_single_outliers(panel(values, season=12)).values[-1] < 1e3
