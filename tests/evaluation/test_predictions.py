import numpy as np
import pytest

from forecast.data.results import Forecast
from forecast.errors import DataError
from forecast.evaluation.backtest import Origins, backtest
from forecast.evaluation.predictions import MOST_KEPT, kept_of, predictions_of, rolling_forecasts
from forecast.forecasters.methods import Method
from tests.panels import panel


class Wide:
    """The last value, one more or less."""

    name = "wide"

    def predict(self, history, horizon, *, levels=()):
        values = np.repeat(history.last_values[:, None], horizon, axis=1)
        bounds = np.stack([values] * len(levels))
        return Forecast.of(history, values, levels, lower=bounds - 1, upper=bounds + 1)


def test_rolling_forecasts_are_made_from_the_rows_before_each_origin():
    history = panel(np.arange(10.0), np.arange(10.0) * 2)
    found = rolling_forecasts(Wide(), history, Origins(2, 3))
    assert found.models == ("wide",)
    assert found.origins.tolist() == [[2003, 2006], [2003, 2006]]
    np.testing.assert_array_equal(found.values[0, :, :, 0], [[3, 6], [6, 12]])
    np.testing.assert_array_equal(found.actual[0], [[4, 5, 6], [7, 8, 9]])
    np.testing.assert_array_equal(found.upper - found.lower, np.full((2, 2, 3), 2.0))
    with pytest.raises(DataError, match="enough rows"):
        rolling_forecasts(Wide(), panel([1.0, 2.0]), Origins(1, 3))


def test_some_series_of_predictions():
    found = rolling_forecasts(Wide(), panel(np.arange(10.0), np.arange(10.0) * 2), Origins(2, 3))
    other = found.select([1])
    assert other.ids == ("s1",)
    np.testing.assert_array_equal(other.actual, found.actual[1:])
    np.testing.assert_array_equal(other.values, found.values[:, 1:])


def kept(history, origins):
    folds = list(backtest(lambda _past: [Method("naive")], history, origins))
    intervals = [
        Wide().predict(history.first(fold.rows).select(fold.scored), origins.horizon, levels=(80.0,))
        for fold in folds
    ]
    made = predictions_of(folds, intervals, history, ["naive"])
    return kept_of(made, folds, history), made


def test_what_is_kept_of_backtests_gives_the_same_predictions_with_the_newest_rows():
    history = panel(np.arange(10.0), np.arange(10.0) * 2, np.arange(6.0), first_year=2001)
    some, made = kept(history, Origins(2, 3))
    back = some.predictions(history.tail(9), "naive")
    assert back.ids == made.ids
    scored = ~np.isnan(made.actual)
    np.testing.assert_array_equal(back.actual, made.actual)
    np.testing.assert_array_equal(back.values[0][scored], made.values[0][scored])
    np.testing.assert_array_equal(back.lower[scored], made.lower[scored])
    known = scored.any(axis=2)
    np.testing.assert_array_equal(back.origins[known], made.origins[known])
    # Errors of the first series are 1, 2, 3, of the second twice that; the third ends early.
    np.testing.assert_allclose(some.covered, [60, 0, 0])
    assert some.counts.tolist() == [5, 5, 4]


def test_an_origin_before_the_rows_that_are_known_is_left_out():
    some, _ = kept(panel(np.arange(10.0)), Origins(2, 3))
    back = some.predictions(panel(np.arange(10.0)).tail(5), "naive")
    assert np.isnan(back.actual[0, 0]).all()
    assert back.actual[0, 1].tolist() == [7, 8, 9]


def test_of_many_series_only_the_first_are_kept():
    some, _ = kept(panel(*[np.arange(10.0)] * 30), Origins(2, 3))
    assert some.values.shape == (MOST_KEPT[0], 2, 3)
    some, _ = kept(panel(np.arange(3000.0), np.arange(3000.0)), Origins(2, 1400))
    assert some.values.shape == (1, 1, 1400)
