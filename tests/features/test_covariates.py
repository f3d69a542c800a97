"""Covariates: how a network reads them, known ahead, to be filled in."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.data.future import future_rows, with_known_future
from forecast.errors import DataError, UsageError
from forecast.features.covariates import covariate_specs, encode_categories, rescaled
from forecast.spec.model import Covariate
from forecast.spec.reading import Columns
from tests.shops import AHEAD, COLUMNS, ROWS, changed, panel, rows

NOT_AHEAD = [row for row in rows() if row["sold"]]


def known_of(given, column, shop=0):
    covariates = given.covariates
    return covariates.known[
        covariates.known_bounds[shop] : covariates.known_bounds[shop + 1], column
    ].tolist()


# Described


def test_numbers_are_scaled_by_rows_that_are_known_then_alone():
    other = panel([{**row, "price": "900"} if row["day"] > "2024-12-20" else row for row in rows()])
    early = np.array([20, 20])
    assert covariate_specs(other, other.first(early)) == covariate_specs(panel(), panel().first(early))
    assert covariate_specs(other, other) != covariate_specs(panel(), panel())


def test_texts_have_an_embedding_each_and_numbers_a_scale():
    visitors, price, event, town = covariate_specs(panel(), panel())
    assert (event.categories, town.categories) == (("fair", "none"), ("Lyon", "Nice"))
    assert (visitors.name, visitors.role, visitors.categories) == ("visitors", "past", ())
    prices = np.array(known_of(panel(), 0)[:ROWS] + known_of(panel(), 0, 1)[:ROWS])
    assert (price.centre, price.spread) == (pytest.approx(prices.mean()), pytest.approx(prices.std()))


def test_a_constant_or_empty_column_has_a_scale_too():
    still = panel([{**row, "price": "3"} for row in rows()])
    assert covariate_specs(still, still)[1] == Covariate("price", "known", centre=3.0)
    empty = panel([{**row, "price": ""} for row in rows()])
    assert covariate_specs(empty, empty)[1] == Covariate("price", "known")


def test_numbers_near_the_largest_have_a_finite_scale():
    large = panel([{**row, "price": "1e308" if row["day"] > "2024-12-20" else "-1e308"} for row in rows()])
    assert np.isfinite(covariate_specs(large, large)[1].spread)


def test_a_column_whose_levels_differ_from_series_to_series_is_read_relative_to_each():
    apart = panel([{**row, "price": f"{float(row['price']) + 50 * (row['shop'] == 'a')}"} for row in rows()])
    assert [each.relative for each in covariate_specs(apart, apart)] == [False, True, False, False]
    assert not any(each.relative for each in covariate_specs(panel(), panel()))


def test_the_same_numbers_in_another_unit_are_read_the_same_in_each_series():
    """Levels that differ are of no interest: a column in cents in one shop tells what euros did."""
    larger = {"a": 500.0, "b": 1.0}
    cents = panel([{**row, "price": f"{float(row['price']) * larger[row['shop']]:g}"} for row in rows()])
    more = panel([{**row, "price": f"{float(row['price']) * larger[row['shop']] * 3:g}"} for row in rows()])
    assert covariate_specs(cents, cents)[1].relative
    assert covariate_specs(cents, cents)[1].spread == pytest.approx(
        covariate_specs(more, more)[1].spread, rel=1e-9
    )


def test_a_single_series_is_never_read_relative_to_itself():
    alone = panel([row for row in rows() if row["shop"] == "a"], replace(COLUMNS, static=()))
    assert not any(each.relative for each in covariate_specs(alone, alone))


def test_rescaled_covariates_keep_their_embeddings():
    first = np.array([20, 20])
    again = rescaled(covariate_specs(panel(), panel()), panel().first(first))
    assert [each.categories for each in again] == [
        each.categories for each in covariate_specs(panel(), panel())
    ]
    assert again[1] == covariate_specs(panel(), panel().first(first))[1]


def test_a_category_that_a_model_never_saw_is_missing():
    other = panel(changed(rows(), "a", 5, {"event": "flood"}))
    given = encode_categories(other.covariates, covariate_specs(panel(), panel()))
    assert given.vocabularies == panel().covariates.vocabularies
    assert np.isnan(given.known[5, 1])
    assert np.array_equal(given.known[6:], panel().covariates.known[6:])


# Ahead


def test_covariates_known_for_the_horizon_stay_as_they_are():
    assert with_known_future(panel(), AHEAD).covariates.known.tolist() == panel().covariates.known.tolist()


def test_what_is_missing_ahead_is_named_by_series_time_and_column():
    given = panel(changed(rows(), "b", ROWS + 1, {"event": ""}))
    with pytest.raises(DataError) as refused:
        with_known_future(given, AHEAD)
    assert refused.value.message == '"event" is not known for 2025-01-11 in series "b"'
    assert "--future" in refused.value.hint


def test_rows_after_the_horizon_are_not_needed():
    given = panel(changed(rows(), "b", ROWS + 1, {"event": ""}))
    assert with_known_future(given, 1) is not None


def test_hold_repeats_the_last_value():
    given = with_known_future(panel(changed(NOT_AHEAD, "a", ROWS - 1, {"price": "8"})), 3, "hold")
    assert known_of(given, 0)[ROWS:] == [8.0] * 3


def test_hold_fills_gaps_between_known_values():
    table = changed(changed(rows(), "a", ROWS, {"price": "7"}), "a", ROWS + 1, {"price": "", "event": "fair"})
    given = with_known_future(panel(table), AHEAD, "hold")
    assert known_of(given, 0)[ROWS + 1] == 7.0
    assert known_of(given, 1)[ROWS + 1] == 0.0


def test_season_repeats_the_values_of_a_season_before():
    given = panel(NOT_AHEAD)
    assert given.frequency.default_season == 7
    last = known_of(given, 0, 1)[-7:]
    assert known_of(with_known_future(given, 9, "season"), 0, 1)[ROWS:] == [*last, *last[:2]]


def test_season_in_a_series_shorter_than_one_holds_the_last_value():
    given = panel(NOT_AHEAD).tail(5)
    assert known_of(with_known_future(given, 2, "season"), 0)[5] == known_of(given, 0)[-1]


# To be filled in


def test_rows_to_fill_in_hold_what_is_known_and_are_empty_elsewhere():
    table = future_rows(panel(), AHEAD + 1)
    assert list(table) == ["shop", "day", "price", "event"]
    assert table["shop"].tolist() == ["a"] * 5 + ["b"] * 5
    assert table["day"].tolist()[:5] == ["2025-01-10", "2025-01-11", "2025-01-12", "2025-01-13", "2025-01-14"]
    expected = [row["event"] for row in rows() if row["shop"] == "a"][ROWS:]
    assert table["event"].tolist()[:5] == [*expected, None]
    assert np.isnan(table["price"][[4, 9]]).all()


def test_whole_numbers_are_whole_in_the_rows_to_fill_in():
    whole = panel([{**row, "price": "3"} for row in rows()])
    assert future_rows(whole, AHEAD)["price"].tolist() == [3] * 2 * AHEAD
    assert future_rows(whole, AHEAD)["price"].dtype == np.int64


def test_counted_rows_are_filled_in_under_the_name_of_results():
    given = panel([row for row in rows() if row["shop"] == "a"], Columns("sold", known=("price",)))
    counted = replace(given, columns=replace(given.columns, time=None, series=None))
    assert list(future_rows(counted, 2)) == ["time", "price"]


def test_nothing_known_ahead_is_nothing_to_fill_in():
    with pytest.raises(UsageError, match="has no known covariates"):
        future_rows(panel(columns=replace(COLUMNS, known=())), 3)
