"""New rows after those that a model keeps: rows missing between, rows it knows already."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.data.covariates import Covariates
from forecast.data.frequency import Frequency
from forecast.errors import DataError
from forecast.spec.model import Covariate
from forecast.streaming.history import continued
from tests.models import model, network, with_tail
from tests.panels import panel

OLD = [1.0, 2.0, 3.0, 4.0]


def trained(*series, season: int = 1):
    return with_tail(model(network()), panel(*(series or [OLD]), season=season))


def test_the_next_rows_follow():
    found = continued(trained(), panel([5.0, 6.0], first_year=2004), None)
    assert found.panel.values.tolist() == [1, 2, 3, 4, 5, 6]
    assert found.panel.times.tolist() == [*range(2000, 2006)]
    assert (found.known, found.missing, found.alone) == (0, (), ())


def test_rows_that_the_model_knows_are_its_own():
    found = continued(trained(), panel([9.0, 9.0, 5.0], first_year=2002), None)
    assert found.panel.values.tolist() == [1, 2, 3, 4, 5]
    assert found.known == 2
    found = continued(trained(), panel([9.0, 9.0], first_year=2002), None)
    assert found.panel.values.tolist() == OLD


@pytest.mark.parametrize(
    ("gaps", "season", "filled", "observed", "how"),
    [
        (None, 1, [4, 4, 4], False, "filled with the last value (first: 2004)"),
        (None, 4, [1, 2, 3], False, "filled with the value one season earlier (first: 2004)"),
        ("hold", 4, [4, 4, 4], False, "filled with the last value (first: 2004)"),
        ("interpolate", 1, [5, 6, 7], False, "filled by interpolation (first: 2004)"),
        ("zero", 1, [0, 0, 0], True, "filled with 0 (first: 2004)"),
    ],
)
def test_rows_missing_between_are_filled_as_gaps_are(gaps, season, filled, observed, how):
    new = panel([8.0, 9.0], first_year=2007, season=season)
    found = continued(trained(season=season), new, gaps)
    assert found.panel.values.tolist() == [*OLD, *filled, 8, 9]
    assert found.panel.times.tolist() == [*range(2000, 2009)]
    assert found.panel.observed.tolist() == [True] * 4 + [observed] * 3 + [True] * 2
    assert found.panel.interpolated == (gaps == "interpolate")
    assert (found.missing, found.filled) == ((3,), how)


def test_each_series_has_its_own_gap_and_a_new_one_stands_alone():
    old = trained(OLD, OLD)
    new = replace(panel([6.0], [7.0], [8.0], first_year=2005), ids=("s1", "new", "s0"))
    found = continued(old, new, None)
    assert found.panel.ids == ("s1", "new", "s0")
    assert found.panel.lengths.tolist() == [6, 1, 6]
    assert found.missing == (1, 1)


def test_a_gap_of_more_rows_than_are_read_is_not_filled():
    found = continued(trained(), panel([8.0, 9.0], first_year=2004 + 1501), None)
    assert found.panel.values.tolist() == [8, 9]
    assert found.alone == ("",)
    assert continued(trained(), panel([8.0], first_year=2004 + 1500), None).missing == (1500,)


def test_no_gap_is_filled_where_the_policy_allows_none():
    with pytest.raises(DataError, match="1 row missing between those of the model and the new ones"):
        continued(trained(), panel([8.0], first_year=2005), "error")


def test_rows_between_two_steps_are_refused():
    def days(first: str, rows: int):
        steps = Frequency("day", 2)
        times = np.datetime64(first, "s") + 2 * np.arange(rows) * np.timedelta64(1, "D")
        return replace(panel([1.0] * rows), times=times, frequency=steps)

    old = replace(trained(), tail=days("2024-01-01", 4), frequency=Frequency("day", 2))
    message = "2024-01-10 does not keep the .* step: the model goes on with 2024-01-09"
    with pytest.raises(DataError, match=message):
        continued(old, days("2024-01-10", 2), None)


def test_covariates_of_missing_rows_are_those_of_the_row_before():
    def with_prices(made, prices, ahead=0):
        rows = np.array(prices)[:, None]
        known = np.concatenate([rows, np.full((ahead, 1), 9.0)])
        bounds = np.array([0, len(known)])
        return replace(made, covariates=Covariates(rows, known, bounds, np.empty((1, 0)), ((), ())))

    old = trained()
    columns = tuple(Covariate(name, role) for name, role in (("a", "past"), ("b", "known")))
    old = replace(
        old, spec=replace(old.spec, covariates=columns), tail=with_prices(old.tail, [1.0, 2.0, 3.0, 4.0], 2)
    )
    new = with_prices(panel([7.0, 8.0], first_year=2006), [7.0, 8.0], ahead=1)
    found = continued(old, new, None).panel.covariates
    assert found.past[:, 0].tolist() == [1, 2, 3, 4, 4, 4, 7, 8]
    assert found.known[:, 0].tolist() == [1, 2, 3, 4, 4, 4, 7, 8, 9]
