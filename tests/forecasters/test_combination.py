"""What members forecast, from which origins their weights come, and how they are put together."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.data.arrays import LARGEST
from forecast.forecasters.combination import PRETRAINED, Combination
from forecast.forecasters.intervals import seasonal_changes
from forecast.forecasters.methods import METHODS
from forecast.forecasters.past import Past, combined, joined, pooled_prior, weights_and_spread
from forecast.forecasters.preparation import ROWS_READ, level_offsets, prepare
from forecast.forecasters.priors import OWN, error_growth, prior_weights
from forecast.forecasters.rolling import Origins, earlier_origins
from forecast.forecasters.weighting import member_weights
from tests import shops
from tests.forecasters.test_preparation import daily, year
from tests.models import network
from tests.panels import panel, wave

SIMPLE = Combination((), ("theta", "seasonal-drift", "naive"))
MIXED = panel(wave(90), 5 * wave(40, seed=1), 1e6 + wave(60, seed=2), [3.0, 1.0, 4.0], season=12)


# Members


def test_members_are_networks_and_then_methods():
    made = Combination((("gru", network()), (PRETRAINED, network(seed=1))), ("theta", "naive"))
    assert made.members == ("gru", PRETRAINED, "theta", "naive")
    some = made.only(["naive", PRETRAINED])
    assert some.members == (PRETRAINED, "naive")
    assert some.periods == made.periods


def test_ones_own_network_comes_first_and_is_the_pretrained_one_where_training_left_it_unchanged():
    own, given_network = network(), network(seed=1)
    others = Combination(((PRETRAINED, given_network),), ("theta",))
    assert others.with_own(None, "none") is others
    trained = others.with_own(own, "scratch")
    assert trained.members == ("gru", PRETRAINED, "theta")
    assert trained.networks[0][1] is own
    unchanged = others.with_own(given_network, "pretrained")
    assert unchanged.members == (PRETRAINED, "theta")
    again = trained.with_own(network(seed=2), "scratch")
    assert again.members == trained.members
    assert again.networks[0][1] is not own


def test_the_prior_is_that_of_each_season_and_of_any_network_of_ones_own():
    made = Combination((("lstm", network(cell="lstm")),), ("theta", "naive"))
    rising = np.arange(60.0)
    history = replace(panel(rising, rising, rising), seasons=np.array([1, 12, 1]))
    prior = made.prior(history)
    assert prior.shape == (3, 3)
    for season, column in zip((1, 12, 1), prior.T, strict=True):
        assert column.tolist() == prior_weights(season, [OWN, "theta", "naive"]).tolist()
    assert made.prior(history.select([])).shape == (3, 0)


def test_every_member_forecasts_the_prepared_series():
    made = Combination(((PRETRAINED, network(season=12)),), tuple(METHODS))
    found = made.forecasts(MIXED, 5)
    prepared = prepare(MIXED, 5, ())
    assert found.shape == (1 + len(METHODS), 4, 5)
    expected = network(season=12).forecast(prepared.panel, 5) + prepared.continuation
    assert found[0].tolist() == expected.tolist()
    for index, name in enumerate(METHODS, start=1):
        if name in (
            "harmonic",
            "croston",
        ):  # they answer where there is a long season, or zeros
            assert np.isnan(found[index]).all()
            continue
        assert found[index].tolist() == (METHODS[name](prepared.panel, 5) + prepared.continuation).tolist()


def test_long_seasons_are_taken_off_for_all_but_networks_that_read_covariates():
    history = daily(year(1200))
    made = Combination(((PRETRAINED, network(season=7)),), ("naive",))
    off, on = replace(made, periods=()), replace(made, periods=(365.25,))
    plain, without = off.forecasts(history, 60), on.forecasts(history, 60)
    assert (np.abs(plain - without).max(axis=(1, 2)) > 5).all()
    assert made.forecasts(history, 60).tolist() == without.tolist()  # it is found
    spec = replace(network(season=7).spec, calendar=replace(network().spec.calendar, phases=True))
    assert on.prepared(history, spec).values.tolist() == history.values.tolist()
    assert on.prepared(history, network(season=7).spec).values.tolist() != history.values.tolist()


def test_rows_older_than_those_read_change_nothing():
    values = np.append(year(400, seed=5), year(ROWS_READ))
    methods = tuple(name for name in METHODS if name != "croston")
    made = Combination(((PRETRAINED, network(season=7)),), methods)
    history = daily(values)
    newest = history.tail(ROWS_READ)
    assert made.forecasts(history, 9).tolist() == made.forecasts(newest, 9).tolist()
    past, again = made.past(history, 9), made.past(newest, 9)
    assert past.forecasts.tolist() == again.forecasts.tolist()


def test_forecasts_end_at_the_largest_number():
    history = panel(np.linspace(0.1, 1, 40) * LARGEST, np.tile([LARGEST, -LARGEST], 20))
    found = Combination((), tuple(METHODS.keys() - {"harmonic", "croston"})).forecasts(history, 30)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= LARGEST


# Past


def test_the_past_holds_what_members_forecast_from_the_rows_before_each_origin():
    past = SIMPLE.past(MIXED, 6)
    origins = past.origins
    assert origins.horizon == 6
    assert set(origins.series.tolist()) == {0, 1, 2}
    for index in range(len(origins.rows)):
        series, rows = int(origins.series[index]), int(origins.rows[index])
        known = MIXED.select([series]).first(np.array([rows]))
        expected = SIMPLE.forecasts(known, 6)[:, 0]
        assert past.forecasts[:, index] == pytest.approx(expected, rel=1e-9)
        assert past.actual[index].tolist() == MIXED[series].values[rows : rows + 6].tolist()
        assert past.units[index] == pytest.approx(seasonal_changes(known)[0])


def test_nothing_after_an_origin_reaches_a_forecast_from_there():
    rows = np.array([[60, 0, 40, 2], [48, 30, 0, 0]])
    past = SIMPLE.past_at(MIXED, rows, 5)
    later = np.concatenate(
        [
            np.arange(length) >= max(known, 1)
            for length, known in zip(MIXED.lengths, rows.max(axis=0), strict=True)
        ]
    )
    other = SIMPLE.past_at(replace(MIXED, values=np.where(later, -7e7, MIXED.values)), rows, 5)
    assert other.forecasts.tolist() == past.forecasts.tolist()
    assert other.units.tolist() == past.units.tolist()
    assert other.actual.tolist() != past.actual.tolist()


def test_rows_that_are_unobserved_or_not_there_have_no_actual_value():
    history = panel(wave(30), wave(20))
    history = replace(history, observed=np.arange(50) != 28)
    past = SIMPLE.past_at(history, np.array([[27, 18]]), 4)
    assert np.isnan(past.actual).tolist() == [[False, True, False, True], [False, False, True, True]]


def test_past_at_has_an_origin_for_each_number_of_rows_that_is_not_zero():
    rows = np.array([[60, 0, 40, 2], [48, 30, 0, 0]])
    past = SIMPLE.past_at(MIXED, rows, 5)
    assert past.origins.number.tolist() == [0, 0, 0, 1, 1]
    assert past.origins.series.tolist() == [0, 2, 3, 0, 1]
    assert past.origins.rows.tolist() == [60, 40, 2, 48, 30]
    nothing = SIMPLE.past_at(MIXED, np.zeros((2, 4), dtype=np.int64), 5)
    assert nothing.forecasts.shape == (3, 0, 5)


def test_long_seasons_come_from_the_rows_before_the_oldest_of_these_origins(monkeypatch):
    seen = []

    def watch(history, _periods):
        seen.append(history.lengths.tolist())
        return ((),) * len(history)

    monkeypatch.setattr("forecast.forecasters.combination.long_seasons", watch)
    SIMPLE.past_at(MIXED, np.array([[60, 0, 40, 2], [48, 30, 0, 0]]), 5)
    assert seen == [[48, 30, 40, 2 if MIXED.lengths[3] == 3 else 0]]


def test_a_series_too_short_for_an_origin_has_no_past():
    past = SIMPLE.past(panel([1.0, 2, 3], [4.0]), 4)
    assert past.forecasts.shape == (3, 0, 4)
    assert past.mean_errors(2).shape[::2] == (3, 2)
    assert np.isnan(past.mean_errors(2)).all()


def made_past(errors, *, units=None, rows=None) -> Past:
    """Of one series with a horizon of one: what each member (members, origins) was off."""
    errors = np.asarray(errors, dtype=float)
    origins = errors.shape[1]
    rows = np.arange(100, 100 - origins, -1) if rows is None else np.asarray(rows)
    return Past(
        Origins(np.zeros(origins, dtype=np.int64), np.arange(origins), rows, 1),
        errors[..., None],
        np.zeros((origins, 1)),
        np.ones(origins) if units is None else np.asarray(units, dtype=float),
    )


def test_errors_are_means_over_the_steps_that_are_known():
    origins = Origins(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([9, 8, 5]), 2)
    actual = np.array([[1.0, 2.0], [np.nan, 3.0], [np.nan, np.nan]])
    past = Past(origins, np.array([[[2.0, 5.0], [9.0, 1.0], [1.0, 1.0]]]), actual, np.ones(3))
    assert past.mean_errors(2)[0, :, 0].tolist() == [(1 + 3) / 2, 2]
    assert np.isnan(past.mean_errors(2)[0, :, 1]).all()


def test_before_some_rows_only_origins_count_whose_actual_values_lie_there():
    past = SIMPLE.past(MIXED, 6)
    kept = past.before(np.array([80, 40, 0, 3]))
    ends = kept.origins.rows + 6
    assert set(kept.origins.series.tolist()) == {0, 1}
    assert (ends <= np.array([80, 40, 0, 3])[kept.origins.series]).all()
    left = (past.origins.rows + 6 <= np.array([80, 40, 0, 3])[past.origins.series]).sum()
    assert len(kept.origins.rows) == left == kept.forecasts.shape[1] == len(kept.units)


def test_an_origin_with_few_rows_after_it_counts_once_these_are_known():
    history = panel(wave(20))
    past = SIMPLE.past(history, 30)
    assert past.origins.rows.tolist() == [12]
    assert np.isfinite(past.actual[0]).tolist() == [True] * 8 + [False] * 22
    assert len(past.before(np.array([20])).units) == 1
    assert len(past.before(np.array([19])).units) == 0


def test_several_pasts_are_joined_with_the_longest_horizon():
    short, long = SIMPLE.past(MIXED, 4), SIMPLE.past(MIXED, 6)
    both = joined([short, long])
    count = len(short.origins.rows)
    assert both.forecasts.shape == (3, count + len(long.origins.rows), 6)
    assert np.isnan(both.forecasts[:, :count, 4:]).all()
    assert both.forecasts[:, :count, :4].tolist() == short.forecasts.tolist()
    assert both.actual[count:].tolist() == long.actual.tolist()
    assert len(set(zip(both.origins.series.tolist(), both.origins.number.tolist(), strict=True))) == len(
        both.origins.rows
    )


def test_a_member_in_front_has_no_forecast_in_an_older_past():
    past = SIMPLE.past(MIXED, 4).with_first_member(4)
    assert np.isnan(past.forecasts[0]).all()
    assert np.isfinite(past.forecasts[1:]).all()
    same = SIMPLE.past(MIXED, 4)
    assert same.with_first_member(3).forecasts.tolist() == same.forecasts.tolist()


# The weighted mean


def test_forecasts_are_weighted_means():
    forecasts = np.array([[[1.0, 2.0]], [[5.0, 6.0]]])
    assert combined(np.array([[0.25, 0.75]]), forecasts).tolist() == [[4, 5]]


def test_a_member_without_a_forecast_is_left_out():
    forecasts = np.array([[[np.nan, 2.0]], [[5.0, 6.0]], [[7.0, np.nan]]])
    assert combined(np.array([[0.5, 0.25, 0.25]]), forecasts) == pytest.approx(np.array([[6, (4 + 6) / 3]]))
    # Where only members without weight have a forecast, theirs is used.
    assert combined(np.array([[1.0, 0, 0]]), forecasts) == pytest.approx(np.array([[6, 2]]))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(arrays(float, 4, elements=st.floats(0, 1)), st.floats(-LARGEST, LARGEST))
def test_where_all_forecast_the_same_so_does_the_combination_to_the_last_digit(weights, value):
    if weights.sum() > 0:
        weights = weights / weights.sum()
    forecasts = np.full((4, 1, 3), value)
    assert combined(weights[None], forecasts).tolist() == [[value] * 3]


def test_members_at_opposite_ends_of_the_numbers_have_a_mean():
    forecasts = np.array([[[LARGEST, -LARGEST]], [[-LARGEST, LARGEST]], [[-LARGEST, LARGEST]]])
    assert combined(np.array([[0.5, 0.25, 0.25]]), forecasts).tolist() == [[0, 0]]
    found = combined(np.array([[0.0, 0.5, 0.5]]), forecasts)
    assert found == pytest.approx(np.array([[-LARGEST, LARGEST]]))
    assert np.abs(found).max() <= LARGEST


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    arrays(float, (3, 2, 4), elements=st.floats(-1e9, 1e9)),
    arrays(float, (2, 3), elements=st.floats(0.01, 1)),
)
def test_a_combination_lies_between_its_members(forecasts, weights):
    weights /= weights.sum(axis=1, keepdims=True)
    found = combined(weights, forecasts)
    assert found == pytest.approx(np.einsum("sm,msh->sh", weights, forecasts), rel=1e-9, abs=1e-5)
    assert (found >= forecasts.min(axis=0) - 1e-5).all()
    assert (found <= forecasts.max(axis=0) + 1e-5).all()


# Weights and the spread of errors


def test_weights_are_those_of_the_errors_of_each_series():
    past, prior = SIMPLE.past(MIXED, 6), SIMPLE.prior(MIXED)
    weights, spread = weights_and_spread(past, prior, [12] * 4)
    expected = member_weights(past.mean_errors(4), prior, past.origins.independence(4))
    assert weights.tolist() == expected.tolist()
    assert weights.sum(axis=1) == pytest.approx(np.ones(4))
    assert weights[3] == pytest.approx(prior[:, 3] / prior[:, 3].sum())  # too short for an origin
    assert spread.sizes[3].tolist() == error_growth(12, 6).tolist()
    assert np.isnan(spread.units).tolist() == [False, False, False, True]


def test_weights_of_some_series_are_those_among_all():
    prior = SIMPLE.prior(MIXED)
    weights, spread = weights_and_spread(SIMPLE.past(MIXED, 6), prior, [12] * 4)
    for order in ([2, 0], [1], [3, 1]):
        some = MIXED.select(order)
        alone, sizes = weights_and_spread(SIMPLE.past(some, 6), SIMPLE.prior(some), [12] * len(order))
        assert alone == pytest.approx(weights[order], rel=1e-6)
        assert sizes.sizes == pytest.approx(spread.sizes[order], rel=1e-6)


def test_an_error_at_an_origin_is_that_of_weights_from_the_others():
    """Two members of which one is better at the first four origins and the other at the last four."""
    errors = np.array([[1.0] * 4 + [3.0] * 4, [3.0] * 4 + [1.0] * 4])
    prior = np.ones((2, 1))
    _, spread = weights_and_spread(made_past(errors), prior, [1])
    # Judged by itself, the member that is better at an origin would have more weight there, not less.
    held_out = [
        combined(
            member_weights(np.delete(errors, index, axis=1)[..., None], prior, 1.0), errors[:, [index], None]
        ).item()
        for index in range(8)
    ]
    assert np.mean(held_out) > 2
    _, same = weights_and_spread(made_past(np.tile(np.abs(held_out), (2, 1))), prior, [1])
    assert spread.sizes == pytest.approx(same.sizes)


def test_origins_of_one_group_are_held_out_together():
    errors = np.array([[1.0] * 4 + [3.0] * 4, [3.0] * 4 + [1.0] * 4])
    past, prior = made_past(errors), np.ones((2, 1))
    grouped = replace(past, origins=replace(past.origins, group=np.repeat([0, 1], 4)))
    apart, together = (weights_and_spread(each, prior, [1])[1].sizes for each in (past, grouped))
    assert together[0, 0] > apart[0, 0]


def test_the_prior_of_all_series_together_prefers_what_is_better_in_most():
    history = panel(*(np.random.default_rng(seed).normal(size=60).cumsum() for seed in range(12)))
    prior = np.ones((3, 12))
    pooled = pooled_prior(SIMPLE.past(history, 3), prior)
    assert pooled.shape == (3, 12)
    assert (pooled == pooled[:, :1]).all()
    assert pooled[:, 0].sum() == pytest.approx(1)
    assert pooled[2, 0] > max(
        pooled[0, 0], pooled[1, 0]
    )  # of random walks the last value is the best forecast


def test_the_prior_of_all_series_does_not_depend_on_their_units():
    history = panel(*(wave(60, seed=seed) for seed in range(5)), season=12)
    other = replace(history, values=history.values * np.repeat([1.0, 1e-9, 1e9, 7.0, 1e-200], 60))
    prior = np.ones((3, 5))
    one, two = (pooled_prior(SIMPLE.past(each, 3), prior) for each in (history, other))
    assert one == pytest.approx(two, rel=1e-6)


def test_constant_series_do_not_count_in_the_prior_of_all():
    lively = [wave(60, seed=seed) for seed in range(4)]
    prior = np.ones((3, 5))
    one = pooled_prior(SIMPLE.past(panel(*lively, [5.0] * 60, season=12), 3), prior)
    two = pooled_prior(SIMPLE.past(panel(*lively, season=12), 3), prior[:, :4])
    assert one[:, 0] == pytest.approx(two[:, 0])


def test_a_network_that_reads_covariates_forecasts_with_them():
    of = shops.panel()
    own = network(season=7)
    made = Combination((("gru", own),), ("naive",))
    assert np.isfinite(made.forecasts(of, 3)).all()
    past = made.past(of, 3)
    assert len(past.origins.rows) == len(earlier_origins(of, 3, [()] * 2).rows) > 0


def test_the_offset_of_a_past_is_that_of_the_rows_before_it():
    values = np.append(1e6 + wave(60), np.zeros(6))  # all rows together are near zero
    history = panel(values, season=12)
    assert level_offsets(history).tolist() == [0]
    known = history.first(np.array([60]))
    assert level_offsets(known)[0] > 0
    expected = SIMPLE.forecasts(known, 6)[:, 0]
    assert SIMPLE.past_at(history, np.array([[60]]), 6).forecasts[:, 0].tolist() == expected.tolist()


@pytest.mark.parametrize("season", [1, 12])
def test_one_outlier_does_not_decide_the_forecast(season):
    clean = 3 + wave(60, season=season, growth=0.1) / 100
    wrong = clean.copy()
    wrong[-season - 1] = 1e6
    made = Combination((), ("theta", "ets", "ridge", "naive"))

    def forecast(values):
        history = panel(values, season=season)
        past = made.past(history, 8)
        weights, _ = weights_and_spread(past, made.prior(history), [season])
        return combined(weights, made.forecasts(history, 8))

    assert forecast(wrong) == pytest.approx(forecast(clean), rel=0.4)
