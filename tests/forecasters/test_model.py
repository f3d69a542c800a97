"""A model: weights of known series and of others, bounds, intervals."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.data.arrays import LARGEST
from forecast.data.results import Forecast
from forecast.errors import ModelError
from forecast.forecasters.combination import Combination
from forecast.forecasters.intervals import Spread
from forecast.forecasters.methods import COMBINED, METHODS
from forecast.forecasters.model import RISING_ROWS, RecurrentForecaster, bounded, forecast_of, never_fell
from forecast.forecasters.past import combined, weights_and_spread
from forecast.forecasters.preparation import ROWS_READ
from forecast.spec.model import Bounds
from tests.models import model, network
from tests.panels import panel, wave

HISTORY = panel(wave(28, season=4), 3 * wave(20, season=4, seed=1), season=4)
LEVELS = (50.0, 80.0, 99.0)

rough = np.random.default_rng(0)
SPARSE = panel(*(rough.poisson(0.4, size=rows) for rows in (1, 2, 7, 40)), season=4)
"""Counts near zero: what a forecaster that knows no bounds would forecast below it."""


def untrained(*methods: str, season: int = 4) -> RecurrentForecaster:
    """A model whose weights follow from the past of what it forecasts."""
    made = model(network(season=season))
    combination = Combination((), methods or ("theta", "seasonal-drift", "naive"))
    empty = Spread(np.empty((1, 0)), np.array([np.nan]))
    return replace(
        made, combination=combination, weights=np.empty((0, len(combination.members))), spread=empty
    )


def known() -> RecurrentForecaster:
    """A model with weights of its own for two series."""
    weights = np.array([[1.0, 0, 0], [0, 0.5, 0.5], [0.2, 0.3, 0.5]])
    sizes, units = np.array([[1.0, 2], [3, 4], [5, 6]]), np.array([1.0, 2.0, np.nan])
    tail = HISTORY.tail(9)
    return replace(untrained(), weights=weights, spread=Spread(sizes, units), tail=tail)


# Weights


def test_the_series_of_training_have_their_own_weights_and_any_other_the_last_ones():
    made = known()
    new = replace(HISTORY, ids=("new", "s0"))
    for history, rows in ((HISTORY, [0, 1]), (HISTORY.select([1]), [1]), (new, [2, 0])):
        expected = combined(made.weights[rows], made.combination.forecasts(history, 5))
        found = made.predict(history, 5, levels=(80,))
        assert found.values == pytest.approx(expected, rel=1e-9)
        some = Spread(made.spread.sizes[rows], made.spread.units[rows])
        half = some.half_widths(history, (80,), 5)
        assert found.upper - found.values == pytest.approx(half, rel=1e-9)


def test_without_stored_weights_they_follow_from_the_past_of_the_data():
    made, combination = untrained(), untrained().combination
    past = combination.past(HISTORY, 3)
    weights, spread = weights_and_spread(past, combination.prior(HISTORY), [4, 4])
    found = made.predict(HISTORY, 3, levels=(80,))
    assert found.values == pytest.approx(combined(weights, combination.forecasts(HISTORY, 3)), rel=1e-9)
    assert found.upper - found.values == pytest.approx(spread.half_widths(HISTORY, (80,), 3), rel=1e-9)


def test_a_member_forecasts_only_the_series_in_which_it_has_weight(monkeypatch):
    asked = []

    def watched(name):
        return lambda history, horizon: asked.append((name, history.ids)) or METHODS[name](history, horizon)

    members = known().combination.members
    monkeypatch.setattr("forecast.forecasters.combination.METHODS", {name: watched(name) for name in members})
    both = known().predict(HISTORY, 3)
    assert asked == [("theta", ("s0",)), ("seasonal-drift", ("s1",)), ("naive", ("s1",))]
    for index in (0, 1):
        alone = known().predict(HISTORY.select([index]), 3)
        assert alone.values.tolist() == both.values[index : index + 1].tolist()


@pytest.mark.parametrize("only", ["harmonic", "croston"])
def test_a_member_that_has_all_the_weight_always_answers(only):
    made = untrained("theta", "harmonic", "croston")
    weights = np.array([[float(name == only) for name in made.combination.members]])
    found = replace(made, weights=weights, spread=known().spread.select(np.array([2]))).predict(HISTORY, 3)
    assert found.values == pytest.approx(METHODS[only](HISTORY, 3), rel=1e-3)  # outliers were clipped


def test_rows_older_than_those_read_change_nothing():
    long = panel(wave(ROWS_READ + 200, season=4), season=4)
    for made in (untrained(), known(), model(network(season=4))):
        whole, tail = (made.predict(each, 7, levels=(80,)) for each in (long, long.tail(ROWS_READ)))
        assert whole.values.tolist() == tail.values.tolist()
        assert whole.upper.tolist() == tail.upper.tolist()


def test_its_name_is_that_of_its_only_member():
    assert untrained("theta").name == "theta"
    assert untrained().name == "combination"
    assert model(network(), methods=("naive",)).name == "combination"
    assert repr(untrained()).startswith(
        "RecurrentForecaster of theta, seasonal-drift, naive, forecasts 3 steps"
    )


def test_its_network_is_the_first_and_there_may_be_none():
    own, given = network(), network(seed=1)
    assert model(own, pretrained=given).network is own
    with pytest.raises(ModelError, match="without a network"):
        _ = untrained().network


def test_rows_trained_on_are_those_up_to_the_newest_of_the_tail():
    longer = panel(wave(31, season=4), wave(18, season=4), wave(5), season=4)
    assert known().rows_trained_on(longer).tolist() == [28, 18, 0]


# Blocks


@pytest.mark.parametrize("made", [untrained(*COMBINED), known(), model(network(season=4), methods=("ets",))])
@pytest.mark.parametrize("rows", [1, 150, 400])
def test_blocks_of_series_give_what_all_of_them_give(made, rows, monkeypatch):
    random = np.random.default_rng(3)
    lengths = random.integers(1, 60, 24).tolist()
    mixed = [random.poisson(0.4, n) if n % 3 else wave(n, season=4, seed=n) for n in lengths]
    history = panel(*mixed, np.full(40, 3.1), wave(40, season=4), season=4)
    history = replace(history, seasons=np.where(history.lengths % 2, 4, 1))
    whole, weights = made.predict(history, 5, levels=LEVELS), made.weights_of(history)
    monkeypatch.setattr("forecast.forecasters.model.BLOCK_ROWS", rows)
    found = made.predict(history, 5, levels=LEVELS)
    # The last digits of products of matrices of float32 depend on how many rows are multiplied.
    close = (
        {"rel": 1e-6, "abs": 1e-6, "nan_ok": True}
        if made.combination.networks
        else {"rel": 1e-12, "nan_ok": True}
    )
    assert (found.ids, found.times.tolist()) == (history.ids, whole.times.tolist())
    assert found.values == pytest.approx(whole.values, **close)
    assert found.lower == pytest.approx(whole.lower, **close)
    assert found.upper == pytest.approx(whole.upper, **close)
    assert found.sums.values == pytest.approx(whole.sums.values, **close)
    assert found.sums.lower == pytest.approx(whole.sums.lower, **close)
    assert found.sums.upper == pytest.approx(whole.sums.upper, **close)
    assert made.weights_of(history) == pytest.approx(weights, abs=1e-9)


def test_a_block_holds_series_of_one_season_and_similar_length_and_no_more_rows_than_asked_for():
    history = panel(*(np.arange(float(n)) for n in (5, 90, 7, 6, 40, 5)), season=4)
    history = replace(history, seasons=np.array([4, 4, 1, 4, 4, 4]))
    assert [some.tolist() for some in history.blocks(most_rows=50)] == [[2, 0, 5, 3], [4], [1]]
    assert [some.tolist() for some in history.blocks(most_rows=1000)] == [[0, 1, 2, 3, 4, 5]]
    assert [some.tolist() for some in history.select([]).blocks(most_rows=50)] == [[]]


# Intervals


@pytest.mark.parametrize("made", [untrained(), known(), model(network(season=4))])
def test_intervals_never_narrow_with_the_step_or_the_level(made):
    forecast = made.predict(panel(-wave(60), -wave(30, seed=1)), 40, levels=LEVELS)
    width = forecast.upper - forecast.lower
    assert (width > 0).all()
    assert (np.diff(width, axis=2) >= -1e-9).all()
    assert (np.diff(width, axis=0) > 0).all()


def test_intervals_widen_beyond_the_known_steps():
    far = known().predict(HISTORY, 30, levels=(80.0,))
    widths = (far.upper - far.values)[0]
    assert (np.diff(widths[:, 1:], axis=1) > 0).all()


def test_a_row_or_a_short_constant_has_no_interval_and_a_long_one_none_of_width():
    history = panel([5.0], [5.0, 5.0], [5.0] * 30, [1.0, 4.0, 2.0])
    forecast = untrained().predict(history, 4, levels=(80,))
    assert forecast.values[:3].tolist() == [[5.0] * 4] * 3
    assert np.isnan(forecast.lower[0, :2]).all()
    assert np.isnan(forecast.upper[0, :2]).all()
    assert forecast.lower[0, 2].tolist() == forecast.upper[0, 2].tolist() == [5.0] * 4
    assert (forecast.upper[0, 3] > forecast.values[3]).all()


def test_values_near_the_largest_number_are_forecast():
    rng = np.random.default_rng(0)
    history = panel(
        rng.uniform(-1, 1, 60) * LARGEST, np.linspace(0.1, 1, 60) * LARGEST, np.tile([LARGEST, -LARGEST], 30)
    )
    for made in (untrained(*COMBINED), model(network(), methods=("theta",))):
        forecast = made.predict(history, 20, levels=LEVELS)
        assert np.isfinite(forecast.values).all()
        assert not np.isnan(forecast.lower).any()
        assert (forecast.lower <= forecast.values).all()
        assert (forecast.values <= forecast.upper).all()


# Bounds


def test_nothing_is_forecast_outside_of_the_bounds():
    made = network(season=4)
    free = model(made).predict(HISTORY, 6, levels=LEVELS)
    low, high = np.quantile(free.values, [0.3, 0.7])
    kept = model(made, bounds=Bounds(low, high)).predict(HISTORY, 6, levels=LEVELS)
    for numbers in (kept.values, kept.lower, kept.upper):
        assert numbers.min() >= low
        assert numbers.max() <= high
    inside = (free.values > low) & (free.values < high)
    assert kept.values[inside].tolist() == free.values[inside].tolist()


def test_an_interval_at_a_bound_is_that_of_a_forecast_at_the_bound():
    falling = panel(np.linspace(100, 1, 40) + wave(40) / 100)
    forecast = model(network(), methods=("drift",)).predict(falling, 30, levels=(80,))
    assert (forecast.values[0, -5:] == 0).all()
    assert (forecast.upper[0, 0, -5:] > 0).all()


def test_counts_that_never_are_negative_have_no_negative_forecast_or_bound():
    made = network(season=4)
    free = model(made, bounds=Bounds(minimum=-1e9)).predict(SPARSE, 12, levels=LEVELS)
    assert np.nanmin(free.lower) < 0
    kept = model(made).predict(SPARSE, 12, levels=LEVELS)
    assert min(np.nanmin(part) for part in (kept.values, kept.lower, kept.upper)) == 0


def test_a_series_that_was_negative_takes_the_bound_from_itself_alone():
    both = panel(*(each.values for each in SPARSE), -wave(40, season=4), season=4)
    found = model(network(season=4)).predict(both, 12, levels=LEVELS)
    assert np.nanmin(found.lower[:, :-1]) == 0
    assert found.values[-1].max() < 0


def test_whole_numbers_are_forecast_and_written_as_integers():
    whole = model(network(season=4), bounds=Bounds(whole=True)).predict(HISTORY, 6, levels=LEVELS)
    table = whole.to_table()
    assert {str(table[name].dtype) for name in table if name not in ("id", "year")} == {"int64"}
    assert table["forecast"].tolist() == whole.values.ravel().tolist()


def test_whole_numbers_stay_within_bounds_that_are_none():
    bounds = Bounds(minimum=60.5, maximum=90.5, whole=True)
    kept = model(network(season=4), bounds=bounds).predict(HISTORY, 6, levels=LEVELS)
    assert (kept.lower.min(), kept.upper.max()) == (61, 90)


def test_no_bounds_change_nothing():
    free = network(season=4).predict(HISTORY, 3)
    assert bounded(free, HISTORY, Bounds()).values.tolist() == free.values.tolist()


# Series that never fell


def rising(rows: int = 30, *, seed: int = 0) -> np.ndarray:
    return np.abs(np.random.default_rng(seed).normal(size=rows)).cumsum() - 8


def test_a_long_series_that_rose_and_never_fell_is_told():
    fell = np.append(rising(), rising()[-1] - 1e-9)
    history = panel(
        rising(), rising(RISING_ROWS), rising(RISING_ROWS - 1), fell, [5.0] * 30, np.append([0.0] * 29, 1.0)
    )
    assert never_fell(history).tolist() == [True, True, False, False, False, True]
    assert never_fell(history.select([])).tolist() == []


def test_one_series_falls_to_the_next_without_being_said_to_fall():
    assert never_fell(panel(rising() + 100, rising())).tolist() == [True, True]


def test_the_forecasts_of_a_series_that_never_fell_do_not_fall():
    history = panel(rising(), rising(15), -rising())
    falling = np.tile(history.last_values[:, None] + [3.0, 1, 2, -5, 4], (1, 1))
    spread = Spread(np.tile(np.arange(1.0, 6), (3, 1)), np.ones(3))
    forecast = forecast_of(history, falling, spread, Bounds(), (80,))
    last = history.last_values
    assert forecast.values[0].tolist() == (last[0] + np.array([3, 3, 3, 3, 4])).tolist()
    assert forecast.lower[0].min() >= last[0] - 1e99  # all series have a bound from below, or none
    assert (forecast.lower[0, 0] >= last[0]).all()
    assert (forecast.upper[0] >= forecast.values).all()
    assert forecast.values[1:].tolist() == falling[1:].tolist()
    assert forecast.lower[0, 2].min() < last[2]


@pytest.mark.parametrize("seed", range(4))
def test_the_untrained_combination_never_lets_a_meter_fall(seed):
    history = panel(
        rising(25, seed=seed), np.floor(rising(60, seed=seed)), np.cumsum(wave(60, seed=seed)), season=4
    )
    forecast = untrained(*COMBINED).predict(history, 40, levels=LEVELS)
    ahead = np.concatenate([history.last_values[:, None], forecast.values], axis=1)
    assert (np.diff(ahead, axis=1) >= 0).all()
    assert (forecast.lower >= history.last_values[:, None]).all()


def test_a_forecast_without_intervals_stays_without():
    forecast = forecast_of(
        HISTORY, HISTORY.tail(3).values.reshape(2, 3), Spread(np.ones((2, 3)), np.ones(2)), Bounds(), ()
    )
    assert isinstance(forecast, Forecast)
    assert forecast.lower.shape == (0, 2, 3)


# The mean of intermittent demand


def intermittent_model(**bounds):
    made = untrained("theta", "croston", "naive", season=7)
    return replace(made, bounds=Bounds(**bounds))


def test_the_mean_of_intermittent_demand_is_not_rounded_and_its_intervals_are_whole():
    sold = (np.random.default_rng(1).random(300) < 0.4).astype(float)
    found = intermittent_model(whole=True).predict(panel(sold, season=7), 14, levels=(80,))
    assert found.values.mean() == pytest.approx(0.4, abs=0.08)
    assert (found.values > 0.2).all()
    assert (found.lower == 0).all()
    assert set(found.upper.ravel()) <= {1.0, 2.0}
    table = found.to_table()
    assert (table["forecast"].dtype.kind, table["upper_80"].dtype.kind) == ("f", "i")


def test_a_median_is_rounded_and_any_mean_is_not():
    sold = panel((np.random.default_rng(1).random(300) < 0.4).astype(float), season=7)
    median = intermittent_model(whole=True, statistic="median").predict(sold, 14)
    assert (median.values == np.rint(median.values)).all()
    counts = panel(np.random.default_rng(2).poisson(3.5, 100).astype(float), season=7)
    assert (intermittent_model(whole=True).predict(counts, 5).values % 1 == 0).all()
    mean = intermittent_model(whole=True, statistic="mean").predict(counts, 5)
    assert (mean.values % 1 != 0).any()


def test_ordinary_series_are_forecast_as_without_an_intermittent_one_beside_them():
    sold = (np.random.default_rng(1).random(90) < 0.4).astype(float)
    plain = panel(wave(90, season=7), wave(80, season=7, seed=3), season=7)
    mixed = replace(
        panel(wave(90, season=7), wave(80, season=7, seed=3), sold, season=7), ids=("s0", "s1", "x")
    )
    alone = untrained("theta", "naive", season=7).predict(plain, 7, levels=(80,))
    found = untrained("theta", "croston", "naive", season=7).predict(mixed, 7, levels=(80,))
    assert found.values[:2].tolist() == alone.values.tolist()
    assert found.upper[:, :2].tolist() == alone.upper.tolist()


# Sums


def test_the_interval_of_a_sum_is_between_those_of_independent_and_equal_errors():
    half = np.full((1, 2, 4), 3.0)
    for correlation, expected in ((0.0, 6.0), (1.0, 12.0), (0.5, np.sqrt(0.5 * 36 + 0.5 * 144))):
        spread = Spread(np.ones((2, 4)), np.ones(2), np.full(2, correlation))
        assert spread.total_half_widths(half) == pytest.approx(np.full((1, 2), expected))


def test_values_are_added_up_before_they_are_rounded():
    sold = np.tile([0.0, 1, 0, 0, 1, 0, 0, 1, 0, 0], 12)
    history = panel(sold)
    spread = Spread(np.ones((1, 30)), np.ones(1), np.zeros(1))
    found = forecast_of(history, np.full((1, 30), 0.4), spread, Bounds(whole=True, statistic="median"), (80,))
    assert found.values.sum() == 0
    assert found.sums.values.tolist() == [12]
    half = spread.half_widths(history, (80,), 30)[0, 0, 0] * np.sqrt(30)
    assert found.sums.upper[0, 0] == np.rint(12 + half)
    assert found.sums.lower[0, 0] == np.rint(max(12 - half, 0))


def test_sums_keep_to_the_bounds_of_every_step():
    history = panel(np.arange(1.0, 31))  # it never fell
    spread = Spread(np.full((1, 3), 50.0), np.ones(1), np.ones(1))
    found = forecast_of(history, np.array([[29.0, 31, 40]]), spread, Bounds(maximum=35), (80,))
    assert found.sums.values.tolist() == [30 + 31 + 35]
    assert found.sums.lower.tolist() == [[90]]
    assert found.sums.upper.tolist() == [[105]]


def test_an_interval_of_whole_numbers_holds_the_mean():
    sold = np.zeros(200)
    sold[[20, 55, 80, 130, 170]] = 1.0
    found = intermittent_model(whole=True).predict(panel(sold, season=7), 5, levels=(10, 80))
    assert ((found.values > 0) & (found.values < 0.1)).all()
    assert (found.lower == 0).all()
    assert (found.upper == 1).all()
    low = intermittent_model(whole=True, minimum=-3.0, maximum=0.0).predict(
        panel(sold, season=7), 5, levels=(80,)
    )
    assert (low.upper == 0).all()
