from dataclasses import replace

import numpy as np
import pytest

from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.errors import DataError
from forecast.evaluation.backtest import (
    Origins,
    backtest,
    origin_alignment,
    rows_known_at,
    splits,
)
from forecast.evaluation.scoring import improvement, score
from forecast.forecasters.methods import Method
from tests.panels import interpolated, panel

SHARED, OWN = "by time", "by rows before the end"


def started(history: Panel, *years: int) -> Panel:
    """The panel with series that start in these years."""
    offsets = np.repeat(np.array(years) - 2000, history.lengths)
    return replace(history, times=history.times + offsets)


def counted(history: Panel) -> Panel:
    return replace(history, frequency=Frequency("step", form="integer"))


def naive(_past):
    return [Method("naive")]


def three_rules(_past):
    return [Method("naive"), Method("drift"), Method("mean")]


def test_an_origin_is_the_same_year_in_series_that_start_apart():
    history = started(panel(np.arange(10), np.arange(6)), 2000, 2004)
    assert origin_alignment(history, Origins(2, 3)) == SHARED
    assert [rows.tolist() for rows in rows_known_at(history, Origins(2, 3))] == [[4, 0], [7, 3]]


def test_a_series_that_ended_before_the_origin_is_known_whole_and_not_judged():
    history = panel(np.arange(10), np.arange(5), np.arange(10))
    fold = next(backtest(naive, history, Origins(1, 3)))
    assert fold.rows.tolist() == [7, 5, 7]
    assert fold.scored.tolist() == [0, 2]
    assert np.isnan(fold.forecasts["naive"][1]).all()


def test_a_series_that_ends_within_the_horizon_is_judged_on_the_rows_it_has():
    history = panel(np.arange(10), np.arange(8))
    fold = next(backtest(naive, history, Origins(1, 3)))
    assert fold.actual[0].tolist() == [7, 8, 9]
    assert fold.actual[1].tolist()[:1] == [7]
    assert np.isnan(fold.actual[1, 1:]).all()


def test_series_that_end_here_and_there_are_cut_from_their_own_ends():
    history = panel(np.arange(30), np.arange(12), np.arange(9))
    assert origin_alignment(history, Origins(2, 4)) == OWN
    assert [rows.tolist() for rows in rows_known_at(history, Origins(2, 4))] == [[22, 4, 1], [26, 8, 5]]


def test_plain_counters_are_cut_from_their_own_ends():
    history = counted(panel(np.arange(10), np.arange(9)))
    assert origin_alignment(history, Origins(1, 2)) == OWN
    assert rows_known_at(history, Origins(1, 2))[0].tolist() == [8, 7]


def test_dates_tell_an_origin_too():
    dates = np.arange("2020-01", "2020-11", dtype="datetime64[M]").astype("datetime64[s]")
    history = replace(panel(np.arange(10)), times=dates, frequency=Frequency("month", form="month"))
    assert [split.origin for split in splits(history, Origins(2, 3))] == ["2020-04", "2020-07"]


def test_an_origin_is_named_as_the_data_writes_it():
    assert [split.origin for split in splits(panel(np.arange(10)), Origins(2, 3))] == ["2003", "2006"]
    rows = counted(panel(np.arange(10)))
    assert [split.origin for split in splits(rows, Origins(1, 3))] == ["3 rows before the end"]


def test_nothing_behind_the_origin_reaches_the_fit_or_the_forecast():
    values = np.random.default_rng(0).normal(size=40)
    seen = []

    def watch(past):
        seen.append(past)
        return [Method("naive"), Method("drift"), Method("mean")]

    origins = Origins(3, 4)
    folds = list(backtest(watch, panel(values), origins))
    for past, fold in zip(seen, folds, strict=True):
        assert past.values.tolist() == values[: fold.rows[0]].tolist()
        assert past.times.max() < 2000 + fold.rows[0]
        changed = values.copy()
        changed[fold.rows[0] :] = 1e9
        again = {int(other.rows[0]): other for other in backtest(three_rules, panel(changed), origins)}
        for name, said in again[int(fold.rows[0])].forecasts.items():
            assert said.tolist() == fold.forecasts[name].tolist()


def test_the_fit_is_never_given_an_empty_series():
    history = started(panel(np.arange(20), np.arange(5)), 2000, 2015)
    lengths = []

    def watch(past):
        lengths.append(past.lengths.tolist())
        return [Method("naive")]

    folds = list(backtest(watch, history, Origins(3, 3)))
    assert lengths == [[11], [14], [17, 2]]
    assert [fold.scored.tolist() for fold in folds] == [[0], [0], [0, 1]]


def test_origins_before_the_first_row_are_left_out():
    assert len(list(backtest(naive, panel(np.arange(7)), Origins(5, 3)))) == 2
    assert list(backtest(naive, panel(np.arange(3)), Origins(2, 3))) == []


def test_rows_that_were_filled_are_never_scored():
    history = panel(np.arange(10.0))
    history.observed[8] = False
    fold = next(backtest(naive, history, Origins(1, 3)))
    assert np.isnan(fold.actual[0]).tolist() == [False, True, False]
    assert score([fold], history).forecasts == 2


def test_scores_of_one_series_are_means_over_all_its_forecasts():
    history = panel([1, 3, 2, 5, 4, 9])
    folds = list(backtest(lambda _: [Method("mean"), Method("naive")], history, Origins(2, 2)))
    # Origins after [1, 3] and [1, 3, 2, 5]: the mean says 2 and 2.75, the last value 3 and 5.
    scores = score(folds, history)
    table = dict(zip(scores.metrics, scores.overall.T.tolist(), strict=True))
    assert scores.models == ("mean", "naive")
    assert table["mae"] == [(0 + 3 + 1.25 + 6.25) / 4, (1 + 2 + 1 + 4) / 4]
    assert table["rmse"] == pytest.approx([np.sqrt((9 + 1.25**2 + 6.25**2) / 4), np.sqrt(22 / 4)])
    scale = (2 + 1 + 3) / 3
    assert table["mase"][1] == pytest.approx((1 / 2 + 2 / 2 + 1 / scale + 4 / scale) / 4)
    assert table["skill"] == pytest.approx([1 - 2.625 / 2, 0])
    assert (scores.backtests, scores.forecasts) == (2, 4)
    assert scores.forecasts_by_step.tolist() == [2, 2]


def test_scores_by_step_and_series_tell_them_apart():
    history = panel([0, 1, 2, 3, 4, 5], [0, 10, 20, 30, 40, 50])
    scores = score(list(backtest(naive, history, Origins(1, 2))), history)
    mae = scores.metrics.index("mae")
    assert scores.by_series[0, :, mae].tolist() == [1.5, 15]
    assert scores.by_step[0, :, mae].tolist() == [(1 + 10) / 2, (2 + 20) / 2]
    assert scores.overall[0, mae] == (1.5 + 15) / 2
    assert scores.ids == ("s0", "s1")
    assert scores.series_column == "id"
    assert scores.forecasts_by_series.tolist() == [2, 2]


def test_a_series_that_no_backtest_reached_has_no_score():
    history = panel(np.arange(10.0) ** 2, np.arange(4), np.arange(10.0) ** 2)
    scores = score(list(backtest(naive, history, Origins(1, 2))), history)
    assert np.isnan(scores.by_series[0, :, 0]).tolist() == [False, True, False]
    assert np.isfinite(scores.overall).all()


def test_skill_of_a_panel_does_not_depend_on_the_units_of_its_series():
    rng = np.random.default_rng(1)
    series = rng.normal(size=(2, 30)).cumsum(axis=1)
    plain = panel(*series)
    mixed = panel(series[0], 1e6 * series[1])

    def drift(_past):
        return [Method("drift")]

    skills = [
        score(list(backtest(drift, history, Origins(3, 4))), history).overall[0, -1]
        for history in (plain, mixed)
    ]
    assert skills[0] == pytest.approx(skills[1])


def test_skill_is_measured_against_the_last_season():
    history = panel(np.tile([0, 5, 1, 7], 6) + np.random.default_rng(2).normal(size=24), season=4)
    scores = score(
        list(backtest(lambda _: [Method("seasonal-naive"), Method("mean")], history, Origins(2, 4))), history
    )
    skill = scores.overall[:, -1]
    assert skill[0] == 0
    assert skill[1] < 0


def test_a_model_that_could_not_speak_in_every_fold_is_not_compared():
    calls = iter([[Method("naive")], [Method("naive"), Method("drift")]])
    history = panel(np.arange(12.0))
    assert score(list(backtest(lambda _: next(calls), history, Origins(2, 3))), history).models == ("naive",)


def test_no_fold_is_an_error_that_says_what_lacks():
    with pytest.raises(DataError, match="enough rows for a backtest"):
        score([], panel([1, 2]))


def test_improvement_over_no_error_is_nought_or_unknown():
    share = improvement(np.array([1.0, 3.0, 0.0, 1.0]), np.array([2.0, 2.0, 0.0, 0.0]))
    assert share[:3].tolist() == [0.5, -0.5, 0]
    assert np.isnan(share[3])


def test_values_near_the_largest_number_are_scored_without_a_warning():
    history = panel(np.array([1.0, -1.0] * 6) * 1e308)
    scores = score(list(backtest(naive, history, Origins(1, 2))), history)
    assert scores.forecasts == 2


def test_a_fold_that_stands_in_a_gap_sees_nothing_of_the_number_that_ends_it():
    """The origins are rows 22 and 31 of a series whose rows 20 to 24 were interpolated."""

    def seen(later):
        pasts = []

        def fit(past):
            pasts.append(past.values)
            return [Method("theta"), Method("drift")]

        said = [fold.forecasts for fold in backtest(fit, interpolated(later), Origins(2, 9))]
        return pasts, said

    (one_pasts, one_said), (other_pasts, other_said) = seen(60.0), seen(-900.0)
    assert np.array_equal(one_pasts[0], other_pasts[0])
    assert all(np.array_equal(one_said[0][name], other_said[0][name]) for name in one_said[0])
    assert not np.array_equal(one_pasts[1], other_pasts[1])
    assert set(one_pasts[0][20:]) == {one_pasts[0][19]}
