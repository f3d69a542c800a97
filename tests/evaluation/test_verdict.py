from dataclasses import dataclass

import numpy as np
import pytest

from forecast.evaluation.backtest import Fold
from forecast.evaluation.scoring import score
from forecast.evaluation.sums import Differences
from forecast.evaluation.verdict import (
    OneStepForecasts,
    critical_t,
    echoes,
    is_flat,
    outcome_of,
    verdict_of,
)
from tests.panels import panel

RNG = np.random.default_rng


def fold(actual, scales=None, **forecasts) -> Fold:
    """One origin; underscores in names are hyphens."""
    actual = np.atleast_2d(np.asarray(actual, dtype=float))
    placed = {
        name.replace("_", "-"): np.broadcast_to(np.asarray(said, dtype=float), actual.shape)
        for name, said in forecasts.items()
    }
    ones = np.ones(len(actual))
    return Fold(
        rows=np.full(len(actual), 9),
        actual=actual,
        forecasts=placed,
        seasonal_naive=placed.get("naive", np.zeros_like(actual)),
        scales=ones if scales is None else np.asarray(scales, dtype=float),
    )


def verdict(*folds, one_step=None, members=()):
    scores = score(folds, panel(*[[0.0]] * len(folds[0].actual)))
    return verdict_of(scores, folds, one_step, members=members)


def test_a_model_that_is_always_better_is_useful_and_the_test_and_the_sample_are_named():
    folds = [
        fold([y, y + 1, y + 2, y + 3], GRU=[y + 0.9, y + 1.8, y + 2.8, y + 3.8], naive=y - 1, drift=y - 9)
        for y in (5, 7, 6)
    ]
    result = verdict(*folds)
    assert result.outcome == "useful"
    assert result.best_baseline == "naive"
    error = (0.9 + 0.8 + 0.8 + 0.8) / 4
    assert result.better_by == pytest.approx(1 - error / 2.5)
    assert result.skill == pytest.approx(result.better_by)
    assert result.text == (
        "useful: 67 % better than repeating the last value "
        "(paired t-test, 95 %; 3 backtests, 12 forecasts: small sample)"
    )


def test_a_baseline_that_is_always_better_is_named_and_nothing_is_recommended():
    folds = [fold([y], GRU=y + 2, drift=y + 1.9, mean=y + 5) for y in (1, 2, 3)]
    result = verdict(*folds)
    assert result.outcome == "no better"
    assert result.better_by == pytest.approx(1 - 2 / 1.9)
    assert result.text.startswith("no better: drift is 5 % better (paired t-test, 95 %; 3 backtests")


def test_a_combination_is_compared_with_its_members_only_where_these_are_baselines():
    folds = [fold([y], combination=y + 2, gru=y + 1, ets=y + 1, drift=y + 9, theta=y + 3) for y in (1, 2, 3)]
    members = ("gru", "ets", "theta")
    assert verdict(*folds, members=members).best_baseline == "theta"
    assert verdict(*folds, members=("theta",)).best_baseline in ("gru", "ets")
    assert verdict(*folds, members=members).text.startswith("useful: 33 % better than the Theta method")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("naive", "repeating the last value"),
        ("seasonal-naive", "repeating the last season"),
        ("ridge", "ridge regression"),
        ("pooled-ridge", "ridge regression on all series"),
    ],
)
def test_a_baseline_is_named_in_words(name, words):
    folds = [fold([y], gru=y + 1, **{name: y + 2 + y / 9}) for y in (1, 2, 3)]
    assert f"% better than {words} (" in verdict(*folds).text


def test_a_difference_within_the_noise_is_unclear():
    errors = [(1.0, 3.0), (3.0, 1.0), (1.0, 2.0), (3.0, 2.5)]
    result = verdict(*[fold([0], GRU=gru, drift=drift) for gru, drift in errors])
    assert result.better_by > 0
    assert result.outcome == "unclear"
    assert result.text.startswith(
        "unclear: 6 % better than drift, which may be chance (paired t-test, 95 %; 4 backtests"
    )


@pytest.mark.parametrize(
    ("blocks", "t", "outcome"),
    [(5, 2.7, "unclear"), (5, 2.9, "useful"), (40, 2.0, "unclear"), (40, 2.1, "useful")],
)
def test_the_bar_is_that_of_a_t_test_at_95_percent(blocks, t, outcome):
    noise = np.resize([-1.0, 1.0], blocks)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    found = Differences.of(noise - t / np.sqrt(blocks))
    assert outcome_of(0.1, found) == outcome
    assert outcome_of(-0.1, Differences.of(t / np.sqrt(blocks) - noise)) == outcome.replace(
        "useful", "no better"
    )


@pytest.mark.parametrize(
    ("freedom", "table", "within"),
    [(2, 4.3027, 0.04), (3, 3.1824, 0.005), (5, 2.5706, 5e-4), (10, 2.2281, 1e-4), (40, 2.0211, 1e-4)],
)
def test_critical_values_are_those_of_the_table_of_student(freedom, table, within):
    assert critical_t(freedom) == pytest.approx(table, abs=within)


@pytest.mark.parametrize("origins", [1, 2])
@pytest.mark.parametrize(("gru", "ahead"), [(1, "67 % better than drift"), (9, "drift is 67 % better")])
def test_one_or_two_backtests_of_one_series_tell_nothing(origins, gru, ahead):
    result = verdict(*[fold([0, 0], GRU=gru, drift=3)] * origins)
    assert result.outcome == "unclear"
    assert result.text.startswith(f"unclear: {ahead}, too few backtests to tell ({origins} backtest")
    assert "t-test" not in result.text


def test_a_single_backtest_of_enough_series_is_tested():
    actual = np.zeros((9, 2))
    assert verdict(fold(actual, GRU=1, drift=3)).outcome == "useful"
    assert verdict(fold(actual[:2], GRU=1, drift=3)).outcome == "unclear"


def test_forecasts_without_any_error_need_no_test():
    assert verdict(fold([5], GRU=5, drift=3)).text == (
        "useful: 100 % better than drift (1 backtest, 1 forecast: small sample)"
    )
    assert verdict(fold([5], GRU=3, drift=5)).outcome == "no better"


def test_errors_near_the_largest_number_are_compared():
    errors = [(1e307, 4e307), (1.2e307, 5e307), (1.1e307, 6e307)]
    result = verdict(*[fold([0], GRU=gru, drift=drift) for gru, drift in errors])
    assert result.text.startswith("useful: 78 % better than drift")


def test_errors_beyond_the_largest_number_are_said_to_be_too_large():
    result = verdict(*[fold([-1e308], GRU=1e308, drift=1e308) for _ in range(3)])
    assert result.text.startswith("no better: the errors are too large to compare (3 backtests")
    assert verdict(*[fold([-1e308], GRU=0, drift=1e308) for _ in range(3)]).outcome == "unclear"


def test_an_unclear_loss_says_who_was_ahead():
    errors = [(3.0, 1.0), (1.0, 3.0), (2.0, 1.0), (2.5, 3.0)]
    result = verdict(*[fold([0], GRU=gru, drift=drift) for gru, drift in errors])
    assert result.text.startswith("unclear: drift is 6 % better, which may be chance")


def test_the_steps_of_one_forecast_count_as_one():
    # Twelve steps all better, but of one origin alone: still a small sample.
    result = verdict(fold(np.arange(12.0), GRU=np.arange(12.0) + 0.5, drift=np.arange(12.0) + 1))
    assert result.outcome == "unclear"
    assert "(1 backtest, 12 forecasts: small sample)" in result.text


def test_a_large_sample_is_not_called_small():
    rng = RNG(0)
    actual = rng.normal(size=(40, 4))
    result = verdict(fold(actual, GRU=actual + 0.5, drift=actual + 1))
    assert result.text == "useful: 50 % better than drift (paired t-test, 95 %; 1 backtest, 160 forecasts)"


def test_series_of_a_panel_weigh_alike_whatever_their_units():
    # The network wins on the two small series and loses on the one in the millions.
    actual = np.zeros((3, 2))
    gru, drift = [[1.0], [1.0], [2e6]], [[2.0], [2.0], [1.5e6]]
    result = verdict(fold(actual, scales=[1, 1, 1e6], GRU=gru, drift=drift))
    assert result.better_by == pytest.approx(1 - (1 + 1 + 2) / (2 + 2 + 1.5))


def test_a_series_without_a_scale_does_not_spoil_the_verdict():
    result = verdict(fold(np.zeros((3, 1)), scales=[1, np.nan, 1], GRU=[[1], [9], [1]], drift=2))
    assert result.better_by == 0.5


def test_a_panel_that_never_moved_is_judged_in_its_own_units():
    result = verdict(fold(np.zeros((3, 1)), scales=[np.nan] * 3, GRU=1, drift=2))
    assert result.better_by == 0.5


def test_being_as_good_as_a_baseline_is_no_better():
    result = verdict(*[fold([y], GRU=y, naive=y) for y in (4, 4, 4)])
    assert result.outcome == "no better"
    assert result.better_by == 0
    assert result.text.startswith("no better: repeating the last value is as good")


def test_a_baseline_without_error_is_said_to_be_so():
    result = verdict(*[fold([4], GRU=5, naive=4)] * 3)
    assert result.outcome == "no better"
    assert np.isnan(result.better_by)
    assert result.text.startswith("no better: repeating the last value makes no error")


@dataclass
class Walk:
    """A series, and forecasts one step ahead of it by a rule of all values so far."""

    values: np.ndarray

    def seen_by(self, rule, count=60) -> OneStepForecasts:
        ends = np.arange(len(self.values) - count, len(self.values))
        said = [rule(self.values[:end]) for end in ends]
        return OneStepForecasts(
            np.array(said)[:, None], self.values[ends - 1][:, None], self.values[ends][:, None]
        )

    @property
    def scale(self):
        return np.array([np.abs(np.diff(self.values)).mean()])

    def echoed_by(self, rule, count=60) -> bool:
        return echoes(self.seen_by(rule, count), self.scale)


def autoregression(*weights, size=400, seed=0) -> Walk:
    noise = RNG(seed).normal(size=size)
    values = list(noise[: len(weights)])
    for shock in noise[len(weights) :]:
        values.append(np.dot(weights, values[: -len(weights) - 1 : -1]) + shock)
    return Walk(np.array(values))


@pytest.mark.parametrize("seed", range(5))
def test_a_network_that_says_the_last_value_with_a_little_noise_echoes(seed):
    noise = RNG(seed + 100)
    season = Walk(10 * np.sin(np.arange(300)) + RNG(seed).normal(size=300))
    assert season.echoed_by(lambda past: past[-1] + 0.05 * noise.normal())
    walk = Walk(RNG(seed).normal(size=300).cumsum())
    assert walk.echoed_by(lambda past: past[-1] + 0.2 * noise.normal())


@pytest.mark.parametrize("seed", range(5))
def test_a_good_autoregression_does_not_echo(seed):
    assert not autoregression(-0.6, seed=seed).echoed_by(lambda past: -0.6 * past[-1])
    cycle = autoregression(1.6, -0.9, seed=seed)
    assert not cycle.echoed_by(lambda past: 1.6 * past[-1] - 0.9 * past[-2])


@pytest.mark.parametrize("seed", range(5))
def test_bold_forecasts_of_a_random_walk_do_not_echo_though_they_are_wrong(seed):
    noise = RNG(seed + 100)
    walk = Walk(RNG(seed).normal(size=300).cumsum())
    assert not walk.echoed_by(lambda past: past[-1] + 1.5 * noise.normal())
    assert not walk.echoed_by(lambda past: past[-1] + (past[-1] - past[-2]))


def test_the_last_value_is_an_echo_even_where_nothing_better_can_be_said():
    assert Walk(RNG(1).normal(size=300).cumsum()).echoed_by(lambda past: past[-1])


def test_a_forecast_that_knows_the_season_does_not_echo():
    season = Walk(np.tile([0.0, 5, 9, 2], 60) + RNG(0).normal(size=240) * 0.3)
    assert not season.echoed_by(lambda past: past[-4])


def test_a_handful_of_forecasts_is_never_called_an_echo():
    assert not Walk(RNG(1).normal(size=300).cumsum()).echoed_by(lambda past: past[-1], count=8)


def test_a_constant_series_is_no_echo():
    assert not echoes(OneStepForecasts(*(np.ones((30, 1)),) * 3), np.array([np.nan]))
    assert not echoes(OneStepForecasts(*(np.ones((30, 1)),) * 3), np.array([1.0]))


def test_an_echo_is_found_among_many_series_of_different_units_with_holes():
    values = RNG(3).normal(size=(12, 20)).cumsum(axis=0) * np.logspace(0, 8, 20)
    actual = values[1:].copy()
    actual[4, ::2] = np.nan
    scales = np.abs(np.diff(values, axis=0)).mean(axis=0)
    assert echoes(OneStepForecasts(values[:-1], values[:-1], actual), scales)
    assert not echoes(OneStepForecasts(values[1:] * 1.0, values[:-1], actual), scales)


def test_parts_of_one_origin_join_in_their_order():
    part = [OneStepForecasts(np.array([k, k + 10.0]), np.zeros(2), np.ones(2)) for k in range(3)]
    assert OneStepForecasts.concatenated(part).forecast.tolist() == [[0, 10], [1, 11], [2, 12]]


def test_an_echo_is_said_in_the_verdict():
    walk = Walk(RNG(1).normal(size=300).cumsum())
    folds = [fold([y], GRU=y + 2, drift=y + 1) for y in (1, 2, 5)]
    result = verdict(*folds, one_step=walk.seen_by(lambda past: past[-1]))
    assert result.echo
    assert result.text.endswith("; its forecasts stay close to the last value")
    assert not verdict(*folds).echo


def test_forecasts_that_stand_still_while_the_series_moves_are_flat():
    folds = [fold([y, y + 1, y - 1], GRU=[3, 3.01, 3.02], drift=0) for y in (1, 5, 3)]
    assert is_flat(folds, "GRU")
    assert verdict(*folds).text.endswith("; its forecasts hardly vary")


def test_forecasts_that_move_from_origin_to_origin_are_not_flat():
    assert not is_flat([fold([y, y + 1], GRU=y, drift=0) for y in (1.0, 5.0, 3.0)], "GRU")


def test_a_flat_forecast_of_a_series_that_stands_still_is_right():
    assert not is_flat([fold([3, 3, 3], GRU=[3, 3, 3], drift=0)] * 3, "GRU")


def test_a_single_number_is_not_flat():
    assert not is_flat([fold([3], GRU=[4], drift=0)], "GRU")


def test_means_are_compared_by_squared_errors():
    # Where most steps have no demand, 0 has the smaller absolute error, the mean the smaller squared one.
    folds = [fold([0, 0, 0, 4 + n % 2], combination=1.0, naive=0.0) for n in range(8)]
    absolute = verdict(*folds)
    assert (absolute.outcome, absolute.best_baseline) == ("no better", "naive")
    scores = score(folds, panel([0.0]))
    squared = verdict_of(scores, folds, squared=True)
    assert squared.outcome == "useful"
    ours, theirs = np.sqrt([(3 + (9 + 16) / 2) / 4, (16 + 25) / 2 / 4])
    assert squared.better_by == pytest.approx(1 - ours / theirs)
    assert "(root mean square errors; paired t-test, 95 %; 8 backtests" in squared.text
    panels = [fold([[0, 0, 0, 4.0], [0, 0, 0, 400.0]], [1.0, 100.0], combination=1.0, naive=0.0)] * 4
    both = verdict_of(score(panels, panel([0.0], [0.0])), panels, squared=True)
    first, second = (3 + 9) / 4, (3 + 399**2) / 4 / 100**2  # each in the units of its series
    assert both.better_by == pytest.approx(1 - np.sqrt((first + second) / 2 / ((16 + 16) / 2 / 4)))
