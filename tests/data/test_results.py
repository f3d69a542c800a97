import numpy as np
import pytest

from forecast.data.results import Scores


@pytest.fixture
def scores() -> Scores:
    """Two models, two series, three steps; every number says where it stands."""
    return Scores(
        models=("GRU", "drift"),
        metrics=("mae", "skill"),
        overall=np.array([[1.0, 0.5], [2.0, 0.25]]),
        by_series=np.array([[[10.0, 0.1], [11.0, 0.2]], [[20.0, 0.3], [21.0, np.nan]]]),
        by_step=np.array([[[1, 0.1], [2, 0.2], [3, 0.3]], [[4, 0.4], [5, 0.5], [6, 0.6]]], dtype=float),
        ids=("007", "b"),
        series_column="shop",
        backtests=2,
        forecasts=11,
        forecasts_by_series=np.array([6, 5]),
        forecasts_by_step=np.array([4, 4, 3]),
    )


def test_the_table_of_models_has_one_row_a_model(scores):
    table = scores.to_table()
    assert list(table) == ["model", "mae", "skill", "forecasts"]
    assert table["model"].tolist() == ["GRU", "drift"]
    assert table["mae"].tolist() == [1.0, 2.0]
    assert table["forecasts"].tolist() == [11, 11]


def test_the_table_of_series_calls_them_as_the_data_does(scores):
    table = scores.to_table("series")
    assert list(table) == ["model", "shop", "mae", "skill", "forecasts"]
    assert table["model"].tolist() == ["GRU", "GRU", "drift", "drift"]
    assert table["shop"].tolist() == ["007", "b", "007", "b"]
    assert table["mae"].tolist() == [10, 11, 20, 21]
    assert table["forecasts"].tolist() == [6, 5, 6, 5]


def test_the_table_of_steps_counts_them_from_one(scores):
    table = scores.to_table("step")
    assert list(table) == ["model", "step", "mae", "skill", "forecasts"]
    assert table["step"].tolist() == [1, 2, 3, 1, 2, 3]
    assert table["mae"].tolist() == [1, 2, 3, 4, 5, 6]
    assert table["forecasts"].tolist() == [4, 4, 3, 4, 4, 3]


@pytest.mark.parametrize("name", ["model", "mae", "forecasts"])
def test_an_id_column_named_as_one_of_ours_does_not_replace_it(scores, name):
    from dataclasses import replace

    table = replace(scores, series_column=name).to_table("series")
    assert table["model"].tolist() == ["GRU", "GRU", "drift", "drift"]
    assert table["mae"].tolist() == [10, 11, 20, 21]
    assert table["series"].tolist() == ["007", "b", "007", "b"]


def test_every_column_has_one_length_and_its_own_kind(scores):
    for by in ("model", "series", "step"):
        table = scores.to_table(by)
        assert len({len(column) for column in table.values()}) == 1
        assert table["mae"].dtype == np.float64
        assert table["forecasts"].dtype == np.int64
        assert table["model"].dtype == object
