"""Series with seasons of their own: read from a column, kept through every cut, seen as if alone."""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.diagnostics.clean import clean_table
from forecast.diagnostics.outliers import distances
from forecast.diagnostics.profile import FAR
from forecast.errors import DataError, UsageError
from forecast.features.target import LAGS, feature_count, target_features, without_outliers
from forecast.output.writing import write
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, Policy, ReadSpec
from tests.panels import panel, wave

ROWS = ["b,1,4,10", "b,2,4,20", "b,3,4,30", "b,4,4,40", "b,5,4,", "b,6,4,60", "a,1,1,1", "a,2,,2", "a,3,1,3"]


def read(rows, **spec):
    content = "\n".join(["id,n,m,y", *rows, ""]).encode()
    return read_panel(io.BytesIO(content), ReadSpec(**{"columns": Columns(season="m"), **spec}))


def refusal(rows, **spec):
    with pytest.raises(DataError) as raised:
        read(rows, **spec)
    return raised.value


def mixed():
    """Series of seasons 1, 12, 4 and 12, one of them shorter than its season."""
    series = wave(30), wave(70), 5 * wave(40, season=4), wave(9)
    return replace(panel(*series), seasons=np.array([1, 12, 4, 12]))


# Read


def test_each_series_has_the_season_that_its_column_tells():
    reading = read(ROWS)
    assert reading.panel.ids == ("a", "b")
    assert reading.panel.seasons.tolist() == [1, 4]
    assert reading.read.columns.season == "m"


def test_the_order_of_rows_decides_nothing():
    assert read(ROWS[::-1]).panel.seasons.tolist() == [1, 4]


def test_a_column_of_seasons_is_no_target():
    assert [guess[:2] for guess in read(ROWS).guesses] == [("time", "n"), ("id", "id"), ("target", "y")]


def test_a_missing_value_is_filled_from_a_season_before_in_the_series_own_season():
    reading = read(ROWS)
    assert reading.panel.values.tolist() == [1, 2, 3, 10, 20, 30, 40, 10, 60]
    assert reading.repairs == ("1 missing value filled with the value one season earlier (first: 5, line 6)",)


def test_seasons_stay_with_their_series_where_another_is_left_out():
    hollow = ["A,1,7,1", "A,9,7,1", "A,30,7,1"]
    reading = read([*ROWS, *hollow], columns=Columns(season="m", time="n"))
    assert [series.id for series in reading.skipped] == ["A"]
    assert reading.panel.seasons.tolist() == [1, 4]


def test_seasons_stay_with_their_series_where_rows_are_merged():
    twice = read([*ROWS, "a,3,1,5"], policy=Policy(duplicates="mean"))
    assert twice.panel.seasons.tolist() == [1, 4]
    assert twice.panel.values[:3].tolist() == [1, 2, 4]


@pytest.mark.parametrize(
    ("row", "message", "where"),
    [
        ("a,4,12,4", 'season 12 differs from season 1 before it in series "a"', 'line 11, column "m"'),
        ("a,4,0,4", '"0" is not a season', 'line 11, column "m"'),
        ("a,4,2.5,4", '"2.5" is not a season', 'line 11, column "m"'),
        ("a,4,1e9,4", '"1e9" is not a season', 'line 11, column "m"'),
        ("a,4,often,4", '"often" is not a number', 'line 11, column "m"'),
        ("c,1,,4", 'no row of series "c" gives its season', 'line 11, column "m"'),
    ],
)
def test_what_is_no_season_is_refused_with_its_place(row, message, where):
    error = refusal([*ROWS, row])
    assert error.message == message
    assert error.where.endswith(where)


def test_a_column_that_is_not_there_is_refused_with_its_name():
    assert refusal(ROWS, columns=Columns(season="period")).message == 'there is no column "period"'


def test_a_column_of_seasons_plays_no_other_part():
    assert "cannot be both" in refusal(ROWS, columns=Columns(season="m", target="m")).message


def test_a_wide_file_has_no_column_of_seasons():
    with pytest.raises(UsageError, match="wide"):
        read(ROWS, wide=True)


def test_dated_series_of_different_steps_are_refused_and_reported_to_count_their_rows():
    months = [f"m,{2015 + row // 12}-{row % 12 + 1:02d}-01,12,{row}" for row in range(48)]
    years = [f"y,{2015 + row}-01-01,1,{row}" for row in range(6)]
    error = refusal([*months, *years])
    assert error.message == 'series "y" is yearly, most rows are monthly'
    assert error.where.endswith("line 50")
    assert "number the rows of each series 1, 2, 3" in error.hint


def test_dated_series_of_one_step_may_have_different_seasons():
    days = (np.datetime64("2019-01-01") + np.arange(30)).astype(str)
    found = read([f"{id},{day},{m},{row}" for id, m in (("a", 7), ("b", 1)) for row, day in enumerate(days)])
    assert found.panel.seasons.tolist() == [7, 1]
    assert found.panel.frequency.adjective == "daily"


def test_the_repaired_file_holds_the_seasons_and_reads_as_the_same_panel():
    whole = read(ROWS).panel
    stream = io.BytesIO()
    write(clean_table(whole), stream, format="csv", schema="test/1")
    assert stream.getvalue().splitlines()[:2] == [b"id,n,y,m", b"a,1,1,1"]
    again = read_panel(io.BytesIO(stream.getvalue()), ReadSpec(Columns(season="m"))).panel
    assert again.seasons.tolist() == [1, 4]
    assert again.values.tolist() == whole.values.tolist()


# Kept


def test_every_cut_of_a_panel_keeps_the_seasons_of_its_series():
    whole = mixed()
    assert whole.select([2, 0]).seasons.tolist() == [4, 1]
    assert whole.tail(5).seasons.tolist() == whole.first(np.full(4, 3)).seasons.tolist() == [1, 12, 4, 12]
    assert whole.extended(np.zeros((4, 2))).seasons.tolist() == [1, 12, 4, 12]


def test_a_panel_without_own_seasons_has_that_of_its_frequency():
    assert panel(wave(9), wave(5), season=7).seasons.tolist() == [7, 7]
    assert mixed().with_season(3).seasons.tolist() == [3, 3, 3, 3]
    assert mixed().with_season(None).seasons.tolist() == [1, 12, 4, 12]


def test_a_peak_that_comes_every_season_is_not_far_off_beside_a_series_without_one():
    values = np.tile([1.0] * 11 + [50.0], 6) + np.random.default_rng(0).normal(0, 0.01, 72)
    spike = 1 + np.random.default_rng(1).normal(0, 0.01, 40)
    spike[20] = 50
    both = replace(panel(values, spike), seasons=np.array([12, 1]))
    assert np.flatnonzero(distances(both) > FAR).tolist() == [72 + 20]


# Seen


def seen(whole, horizon=5):
    return target_features(whole.values, whole.bounds, season=whole.seasons, horizon=horizon)


def own_columns(season, horizon):
    """The channels of the one layout that a season has: lags, phases for each step, and the last five."""
    kinds = {1: 0, 24: 3}.get(season, 2)
    phases = [LAGS + 3 * step + kind for step in range(horizon) for kind in range(kinds)]
    return [*range(LAGS), *phases, *range(LAGS + 3 * horizon, LAGS + 3 * horizon + 5)]


@pytest.mark.parametrize("season", [1, 4, 12, 24])
def test_a_series_is_seen_as_in_a_panel_of_its_season_alone(season):
    alone = wave(260, season=max(season, 2))
    beside = panel(wave(30), alone, wave(50))
    found = seen(replace(beside, seasons=np.array([7, season, 24]))).at(np.arange(30, 290))
    expected = target_features(alone, np.array([0, 260]), season=season, horizon=5)
    columns = own_columns(season, 5)
    assert np.array_equal(found.inputs[:, columns], expected.inputs)
    assert not np.delete(found.inputs, columns, axis=1).any()
    for name in ("reference", "scale", "volatility"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))


@given(order=st.permutations(range(4)))
def test_a_series_has_the_same_channels_whatever_other_series_there_are(order):
    whole, moved = mixed(), mixed().select(order)
    places = np.concatenate([np.arange(*whole.bounds[[series, series + 1]]) for series in order])
    assert np.array_equal(seen(moved).inputs, seen(whole).inputs[places])
    assert np.array_equal(seen(moved).reference, seen(whole).reference[places])


def test_one_layout_has_room_for_every_season():
    assert {feature_count(None, 6)} == {seen(mixed(), 6).inputs.shape[1]}
    assert feature_count(None, 6) >= max(feature_count(season, 6) for season in (1, 4, 7, 12, 24, 52))


def test_outliers_are_those_of_each_series_own_season():
    whole = mixed()
    values = whole.values.copy()
    values[[20, 60, 120]] = 1e9
    cut = without_outliers(values, whole.bounds, season=whole.seasons)
    for index, season in enumerate((1, 12, 4, 12)):
        here = slice(*whole.bounds[[index, index + 1]])
        alone = without_outliers(values[here], np.array([0, here.stop - here.start]), season=season)
        assert np.array_equal(cut[here], alone)
