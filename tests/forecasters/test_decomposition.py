import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.forecasters import finding
from forecast.forecasters.decomposition import FoundSeason, seasonal_component

YEAR = 365.25


def find_seasons(values: np.ndarray, short: int, candidates: list[float]) -> tuple[FoundSeason, ...]:
    """Those of a single series."""
    return finding.find_seasons(np.asarray(values)[None], short, candidates)[0]


def normal(rows: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=rows)


def yearly(rows: int) -> np.ndarray:
    angle = 2 * np.pi * np.arange(rows) / YEAR
    return 9 * np.sin(angle) + 3 * np.cos(2 * angle)


def weekly(rows: int) -> np.ndarray:
    """A day of 24 hours whose size depends on the day of the week."""
    hours = np.arange(rows)
    return 50 * np.sin(2 * np.pi * hours / 24) * np.array([1, 1, 1, 1, 1, 0.4, 0.3])[hours // 24 % 7]


SERIES = {
    "year and week": (
        100 + 0.01 * np.arange(1200) + yearly(1200) + np.resize([0, 3, 5, 4, 8, 15, -6], 1200),
        7,
        YEAR,
    ),
    "week of hours": (weekly(1000), 24, 168.0),
}


def noisy(name: str) -> tuple[np.ndarray, int, float]:
    values, short, period = SERIES[name]
    return values + 2 * normal(len(values)), short, period


# what is found


def test_series_of_one_length_have_the_seasons_that_each_has_alone():
    cycle = 5 * np.sin(2 * np.pi * np.arange(800) / 63.5) + normal(800)
    year = yearly(800) + normal(800, seed=1)
    series = np.array([year, cycle, np.full(800, 3.1), normal(800).cumsum(), year + cycle, np.arange(800.0)])
    together = finding.find_seasons(series, 7, [YEAR])
    assert together == [find_seasons(each, 7, [YEAR]) for each in series]
    assert [[season.cycle for season in each] for each in together] == [
        [False],
        [True],
        [],
        [],
        [False, True],
        [],
    ]


def test_the_year_of_days_and_the_week_of_hours_are_found():
    for name in SERIES:
        values, short, period = noisy(name)
        (season,) = find_seasons(values, short, [period])
        assert season.period == period
        assert not season.cycle
        assert 0.5 < season.strength <= 1


def test_week_and_year_of_hours_are_found_beside_each_other():
    rows = 2 * 8766 + 500
    values = 30 * np.sin(2 * np.pi * np.arange(rows) / 8766) + weekly(rows) + 5 * normal(rows)
    assert [season.period for season in find_seasons(values, 24, [8766.0, 168.0])] == [168.0, 8766.0]


@pytest.mark.parametrize(
    ("period", "rows", "short"), [(30, 232, 7), (17, 232, 7), (11, 108, 1), (40, 236, 12)]
)
def test_a_clear_cycle_is_found_and_continued(period, rows, short):
    whole = 50 + 10 * np.sin(2 * np.pi * np.arange(rows + period) / period) + normal(rows + period)
    (season,) = find_seasons(whole[:rows], short, [])
    assert season.cycle
    assert season.period == pytest.approx(period, rel=0.01)
    _, continued = seasonal_component(whole[:rows], [season.period], short, period)
    assert np.abs(whole[rows:] - 50 - continued).mean() < 1.5


def test_strength_is_the_share_of_variance():
    values = np.sqrt(2) * np.sin(2 * np.pi * np.arange(1400) / YEAR) + normal(1400)
    (season,) = find_seasons(values, 7, [YEAR])
    assert season.strength == pytest.approx(0.5, abs=0.06)


def test_in_random_walks_and_noise_hardly_any_season_is_found():
    found = 0
    for seed in range(100):
        found += bool(find_seasons(normal(1500, seed=seed).cumsum(), 7, [YEAR]))
        found += bool(find_seasons(normal(1500, seed=seed), 7, [YEAR]))
        found += bool(find_seasons(normal(600, seed=seed).cumsum(), 24, [168.0]))
        found += bool(find_seasons(normal(120, seed=seed).cumsum(), 1, []))
    assert found <= 4


@pytest.mark.parametrize("slope", [-1.0, 0.1, 5.0])
def test_a_drift_hides_no_season(slope):
    values, short, period = noisy("year and week")
    (season,) = find_seasons(values + slope * np.arange(len(values)), short, [period])
    assert season.strength > 0.5


def test_a_season_that_the_methods_handle_is_no_long_one():
    values, short, _ = noisy("week of hours")
    assert find_seasons(values, short, [12.0, 24.0]) == ()
    assert not seasonal_component(values, [12.0, 24.0], short, 5)[0].any()


@pytest.mark.parametrize("rows", range(12))
def test_few_rows_show_no_season(rows):
    values = normal(rows)
    assert find_seasons(values, 7, [10.0, YEAR]) == ()
    past, future = seasonal_component(values, [10.0, YEAR], 7, 5)
    assert past.tolist() == [0] * rows
    assert future.tolist() == [0] * 5


def test_less_than_two_periods_show_none():
    values = yearly(729)
    assert find_seasons(values, 7, [YEAR]) == ()
    assert not seasonal_component(values, [YEAR], 7, 30)[1].any()
    assert find_seasons(yearly(730) + 0.1 * normal(730), 7, [YEAR])  # two years of days


@pytest.mark.parametrize("value", [0.0, 5.0, 0.1, -1e308, 1e-308])
def test_a_constant_has_no_season(value):
    values = np.full(800, value)
    assert find_seasons(values, 7, [YEAR]) == ()
    past, future = seasonal_component(values, [YEAR], 7, 30)
    assert not past.any()
    assert not future.any()


# what is removed


def test_a_clean_year_is_recovered_and_continued():
    season = yearly(1500)
    past, future = seasonal_component(season[:1400], [YEAR], 7, 100)
    level = season[1400 - 365 : 1400].mean()
    assert past == pytest.approx(season[:1400] - level, abs=0.1)
    assert future == pytest.approx(season[1400:] - level, abs=0.1)


def test_a_clean_week_of_hours_is_recovered_to_the_day_that_methods_handle():
    values = weekly(1000)
    past, future = seasonal_component(values[:832], [168.0], 24, 168)
    assert future == pytest.approx(past[-168:])
    rest = np.append(values[:832] - past, values[832:] - future)
    assert rest[24:] == pytest.approx(rest[:-24], abs=1e-9)


def test_the_trend_and_the_short_season_stay_in_the_rest():
    trend = 100 + 0.02 * np.arange(1200) + np.maximum(0, np.arange(1200) - 600) * 0.05
    week = np.resize([0, 3, 5, 4, 8, 15, -6], 1200)
    values = trend + week + yearly(1200)
    past, _ = seasonal_component(values, [YEAR], 7, 0)
    rest = values - past - trend - week
    assert np.ptp(rest) < 1.5


def test_the_mean_over_the_newest_period_is_zero():
    values, short, period = noisy("week of hours")
    past, _ = seasonal_component(values, [period], short, 0)
    assert past[-168:].mean() == pytest.approx(0, abs=1e-9)


def test_a_level_shift_leaves_little_in_the_season():
    values, short, period = noisy("year and week")
    shifted = values + 40.0 * (np.arange(len(values)) > 500)
    plain, other = (seasonal_component(each, [period], short, 90)[1] for each in (values, shifted))
    assert np.abs(other - plain).mean() < 4


def test_periods_long_ago_do_not_count():
    values = np.tile(weekly(168 * 5), 5) + normal(168 * 25)
    changed = np.append(1e6 * normal(168 * 9), values[168 * 9 :])
    plain, other = (seasonal_component(each, [168.0], 24, 90)[1] for each in (values, changed))
    assert other == pytest.approx(plain, abs=1e-6)


def test_outliers_hardly_change_the_season():
    values, short, period = noisy("year and week")
    wild = values.copy()
    wild[[100, 500, 1100]] += [1e4, -1e4, 1e5]
    plain, other = (seasonal_component(each, [period], short, 90)[1] for each in (values, wild))
    assert find_seasons(wild, short, [period])
    assert other == pytest.approx(plain, abs=1)


# equivariance

scales = st.floats(-300, 300).map(lambda exponent: 10.0**exponent)


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(sorted(SERIES)), scale=scales, sign=st.sampled_from([1, -1]))
def test_a_multiple_of_the_data_has_that_multiple_of_the_component(name, scale, sign):
    values, short, period = noisy(name)
    plain = seasonal_component(values, [period], short, 50)
    other = seasonal_component(sign * scale * values, [period], short, 50)
    for a, b in zip(plain, other, strict=True):
        assert sign * b / scale == pytest.approx(a, abs=1e-9 * np.abs(a).max())


@pytest.mark.parametrize("name", sorted(SERIES))
def test_a_power_of_two_is_exact(name):
    values, short, period = noisy(name)
    plain = seasonal_component(values, [period], short, 50)
    other = seasonal_component(values * 2.0**200, [period], short, 50)
    assert all((b == a * 2.0**200).all() for a, b in zip(plain, other, strict=True))


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(sorted(SERIES)), offset=st.floats(-1e8, 1e8))
def test_an_offset_changes_nothing(name, offset):
    values, short, period = noisy(name)
    plain = seasonal_component(values, [period], short, 50)
    other = seasonal_component(values + offset, [period], short, 50)
    for a, b in zip(plain, other, strict=True):
        assert b == pytest.approx(a, abs=1e-5)
    (first,), (second,) = (find_seasons(each, short, [period]) for each in (values, values + offset))
    assert second.strength == pytest.approx(first.strength, abs=1e-5)


@pytest.mark.parametrize("largest", [1e308, 1e-300])
def test_the_largest_and_smallest_numbers_have_finite_components(largest):
    values, short, period = noisy("year and week")
    values = (values - values.mean()) / np.abs(values - values.mean()).max() * largest
    values[::50] = -largest
    assert find_seasons(values, short, [period])
    past, future = seasonal_component(values, [period], short, 500)
    assert np.isfinite(past).all()
    assert np.isfinite(future).all()
    assert future.any()


def test_the_data_are_not_changed():
    values, short, period = noisy("year and week")
    values.setflags(write=False)
    find_seasons(values, short, [period])
    seasonal_component(values, [period], short, 5)


@pytest.mark.parametrize("rows", [60, 61, 120, 500])
@pytest.mark.parametrize(("level", "slope"), [(1e5, 1e-3), (1e9, 1.0), (0.1, 0.3), (-1e7, -0.01)])
def test_the_rounding_of_a_line_is_no_cycle(rows, level, slope):
    assert find_seasons(level + slope * np.arange(rows), 1, []) == ()
