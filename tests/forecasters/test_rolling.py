from dataclasses import replace

import numpy as np
import pytest

from forecast.forecasters.decomposition import FoundSeason
from forecast.forecasters.rolling import FEWEST_ROWS, MAX_ORIGINS, Origins, earlier_origins, errors_by_origin
from tests.panels import panel


def origins_of(*lengths: int, horizon: int = 4, season: int = 1, long: float = 0.0, **more) -> Origins:
    history = panel(*(np.arange(float(length)) for length in lengths), season=season)
    found = [(FoundSeason(long, 1.0, cycle=False),) if long else ()] * len(lengths)
    return earlier_origins(history, horizon, found, **more)


def rows_of(origins: Origins, series: int = 0) -> list[int]:
    """Rows before the origins of a series, in the order of their numbers."""
    mine = origins.series == series
    assert origins.number[mine].tolist() == list(range(mine.sum()))
    return origins.rows[mine].tolist()


def test_origins_are_a_horizon_apart_the_newest_first():
    assert rows_of(origins_of(100)) == [96, 92, 88, 84, 80, 76, 72, 68]
    assert len(rows_of(origins_of(1000))) == MAX_ORIGINS
    assert rows_of(origins_of(100, most=2)) == [96, 92]


def test_origins_come_closer_where_the_series_is_short():
    origins = origins_of(40, horizon=10)
    rows = rows_of(origins)
    assert len(rows) == MAX_ORIGINS
    assert rows[0] == 30
    assert set(np.diff(rows)) == {-2}
    assert min(rows) >= 40 // 3


@pytest.mark.parametrize(("length", "least"), [(90, 30), (399, 133), (401, 200), (2000, 1000)])
def test_a_third_of_a_series_lies_before_all_origins_and_half_of_a_long_one(length, least):
    rows = rows_of(origins_of(length, horizon=least, most=2000))
    assert rows[0] == length - least
    assert min(rows) == least


def test_a_series_with_fewer_rows_has_no_origin():
    assert rows_of(origins_of(FEWEST_ROWS + 1, horizon=1)) == [FEWEST_ROWS]
    assert rows_of(origins_of(FEWEST_ROWS, horizon=1)) == []
    origins = origins_of(5, 60, 1)
    assert rows_of(origins, 0) == rows_of(origins, 2) == []
    assert rows_of(origins, 1) == rows_of(origins_of(60))


def test_two_seasons_and_two_rows_lie_before_every_origin():
    assert min(rows_of(origins_of(40, season=12, horizon=1, most=99))) == 26
    assert rows_of(origins_of(26, season=12, horizon=1)) == []


def test_two_long_seasons_lie_before_every_origin_where_there_is_room_for_a_horizon_after_them():
    assert min(rows_of(origins_of(400, horizon=7, long=150.3, most=99))) == 301
    # 305 rows leave 4 after two seasons: the season does not count then.
    assert min(rows_of(origins_of(305, horizon=7, long=150.3, most=99))) < 200


def test_a_series_not_long_enough_for_the_horizon_has_one_origin_with_the_rows_there_are():
    origins = origins_of(20, 16, 12, 100, horizon=30)
    assert origins.horizon == 30
    assert rows_of(origins) == [12]
    assert rows_of(origins, 1) == [12]
    assert rows_of(origins, 2) == []
    assert rows_of(origins, 3) == rows_of(origins_of(100, horizon=30))
    assert origins.independence(4).tolist()[:3] == [1, 1, 1]


def test_independence_is_the_share_of_the_horizon_between_origins():
    origins = Origins(
        np.array([0, 0, 0, 1, 3, 3]), np.array([0, 1, 2, 0, 0, 1]), np.array([9, 8, 7, 5, 20, 4]), 4
    )
    assert origins.independence(4).tolist() == [0.25, 1, 1, 1]


def test_joined_origins_are_other_origins_and_other_groups():
    one = Origins(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([9, 8, 9]), 2)
    two = replace(one, rows=one.rows + 4, horizon=3).as_one_group()
    joined = Origins.joined([one, two, one])
    assert joined.series.tolist() == [0, 0, 1] * 3
    assert joined.number.tolist() == [0, 1, 0, 2, 3, 2, 4, 5, 4]
    assert joined.groups.tolist() == [0, 1, 0, 2, 2, 2, 4, 5, 4]
    assert joined.rows.tolist() == [9, 8, 9, 13, 12, 13, 9, 8, 9]
    assert joined.horizon == 3
    kept = joined.select(joined.rows > 9)
    assert (kept.rows.tolist(), kept.groups.tolist()) == ([13, 12, 13], [2, 2, 2])


def test_errors_are_placed_by_origin_and_series():
    origins = Origins(np.array([1, 0, 1]), np.array([1, 0, 0]), np.array([5, 6, 7]), 2)
    errors = np.arange(6.0).reshape(1, 3, 2)
    placed = errors_by_origin(origins, errors, 3)
    assert placed.shape == (1, 2, 3, 2)
    assert placed[0, 1, 1].tolist() == [0, 1]
    assert placed[0, 0, 0].tolist() == [2, 3]
    assert placed[0, 0, 1].tolist() == [4, 5]
    assert np.isnan(placed[0, 1, 0]).all()
    assert np.isnan(placed[0, :, 2]).all()
    assert errors_by_origin(origins.select(origins.rows > 9), errors[:, :0], 3).shape == (1, 0, 3, 2)
