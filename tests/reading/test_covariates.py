"""Covariates on the steps of a panel, and rows of the future."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import DataError, UsageError
from forecast.reading.reader import read_panel, with_future_rows
from forecast.spec.reading import Columns, ReadSpec
from tests.shops import AHEAD, COLUMNS, ROWS, changed, panel, reading, rows, written


def refusal(table, columns=COLUMNS):
    with pytest.raises(DataError) as refused:
        reading(table, columns)
    return refused.value


def price_of(result, shop=0):
    """The known prices of a shop, those ahead too."""
    covariates = result.covariates
    return covariates.known[covariates.known_bounds[shop] : covariates.known_bounds[shop + 1], 0].tolist()


def test_known_columns_go_on_after_the_target_and_past_ones_end_with_it():
    result = panel()
    assert result.lengths.tolist() == [ROWS, ROWS]
    assert np.diff(result.covariates.known_bounds).tolist() == [ROWS + AHEAD] * 2
    assert len(result.covariates.past) == 2 * ROWS
    assert result.covariates.vocabularies == ((), (), ("fair", "none"), ("Lyon", "Nice"))
    assert price_of(result) == [float(row["price"]) for row in rows() if row["shop"] == "a"]


def test_rows_in_any_order_give_the_same():
    one, other = panel(), panel(rows()[::-1])
    for part in ("past", "known", "known_bounds", "static"):
        assert np.array_equal(getattr(one.covariates, part), getattr(other.covariates, part))


def test_a_missing_value_is_the_last_one_and_is_reported():
    table = changed(changed(rows(), "a", 9, {"price": "8"}), "a", 10, {"price": ""})
    read = reading(table)
    assert price_of(read.panel)[9:11] == [8.0, 8.0]
    assert read.repairs == ('1 missing value of "price" filled with the last value',)


def test_a_gap_in_the_rows_holds_the_value_before_it():
    table = changed(rows(), "a", 9, {"price": "8", "event": "fair"})
    del table[10]
    read = reading(table)
    covariates = read.panel.covariates
    assert covariates.known[10].tolist() == [8.0, 0.0]
    assert covariates.past[10] == covariates.past[9]


def test_values_missing_before_the_first_one_stay_unknown_and_are_reported():
    table = changed(changed(rows(), "b", 0, {"price": ""}), "b", 1, {"price": ""})
    read = reading(table)
    assert np.isnan(price_of(read.panel, 1)[:3]).tolist() == [True, True, False]
    assert read.repairs == ('2 missing values of "price" before its first value left unknown',)


def test_a_missing_value_never_takes_one_of_another_series():
    table = changed(rows(), "b", 0, {"price": "", "event": "", "visitors": ""})
    covariates = panel(table).covariates
    assert np.isnan(covariates.known[covariates.known_bounds[1]]).all()
    assert np.isnan(covariates.past[ROWS]).all()


def test_of_several_rows_in_a_step_numbers_are_averaged_and_the_last_text_counts():
    table = changed(rows(), "a", 5, {"price": "2", "event": "none"})
    again = {**table[5], "price": "4", "event": "fair"}
    read = read_panel(
        written([*table[:6], again, *table[6:]]),
        ReadSpec(COLUMNS, policy=replace(ReadSpec().policy, duplicates="mean")),
    )
    assert read.panel.covariates.known[5].tolist() == [3.0, 0.0]


def test_a_static_covariate_that_changes_is_refused_with_its_line():
    error = refusal(changed(rows(), "b", 7, {"town": "Metz"}))
    assert (
        error.message
        == '"Metz" differs from the value before it in series "b": a static covariate is constant'
    )
    assert error.where == f'data, line {ROWS + AHEAD + 9}, column "town"'
    assert error.hint == "--known town if it is known ahead, else --past town"


def test_a_row_ahead_between_two_steps_is_refused_with_its_line():
    error = refusal(changed(rows(), "a", ROWS + 1, {"day": "2025-01-11 12:00"}))
    assert error.message.endswith("does not keep the daily step")
    assert "line 43" in error.where


def test_a_row_far_ahead_is_refused_and_takes_no_memory():
    error = refusal(changed(rows(), "a", ROWS + 3, {"day": "9999-12-31"}))
    assert error.message == "9999-12-31 is 2,912,799 steps after the end of the target"


def test_text_among_numbers_is_refused_with_its_place():
    error = refusal(changed(rows(), "a", 3, {"price": "cheap"}))
    assert error.message == '"cheap" is not a number'
    assert error.where == 'data, line 5, column "price"'


def test_numbers_that_are_names_are_read_as_texts_when_asked():
    result = panel(columns=replace(COLUMNS, categorical=("price",)))
    assert result.covariates.vocabularies[1] == ("2", "2.5", "3")
    assert result.columns.categorical == ("price", "event", "town")


def test_a_text_that_is_no_covariate_is_refused():
    with pytest.raises(UsageError, match="--categorical visitor: no covariate has this name"):
        panel(columns=replace(COLUMNS, categorical=("visitor",)))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (replace(COLUMNS, past=("price",)), "cannot be both past and known"),
        (replace(COLUMNS, known=("price", "price")), "is named twice"),
        (replace(COLUMNS, past=("sold",)), "cannot be both target and past"),
    ],
)
def test_a_column_plays_one_part(columns, expected):
    assert expected in refusal(rows(), columns).message


def test_the_column_of_ids_may_be_a_static_covariate_too():
    result = panel(columns=Columns("sold", "day", "shop", static=("shop",)))
    assert result.covariates.vocabularies == (("a", "b"),)
    assert result.covariates.static.ravel().tolist() == [0.0, 1.0]


@pytest.mark.parametrize("bare", ["a", "b"])
def test_a_series_without_a_number_is_left_out_with_its_place(bare):
    """Rows that tell only what is known ahead are no series of their own."""
    table = [{**row, "sold": ""} if row["shop"] == bare else row for row in rows()]
    read = reading(table)
    (skipped,) = read.skipped
    assert (skipped.id, skipped.reason) == (bare, "no row has a number")
    assert skipped.place == f"data, line {2 if bare == 'a' else ROWS + AHEAD + 2}"
    assert len(read.panel.covariates.known) == ROWS + AHEAD


# Rows of the future


def ahead_of(table, future, columns=COLUMNS):
    read = reading(table, columns)
    return with_future_rows(read.panel, future, read.read)


def test_a_file_of_the_future_tells_what_rows_of_the_data_would():
    table = rows()
    future = written([row for row in table if not row["sold"]], "shop", "day", "price", "event")
    result = ahead_of([row for row in table if row["sold"]], future)
    for part in ("known", "known_bounds"):
        assert np.array_equal(getattr(result.covariates, part), getattr(panel().covariates, part))


def test_rows_of_the_future_change_nothing_that_was():
    other = [{**row, "price": "9"} for row in rows()]
    result = ahead_of(rows(), written(other, "shop", "day", "price", "event"))
    expected = price_of(panel())[:ROWS]
    assert price_of(result) == [*expected, *[9.0] * AHEAD]


def test_a_text_that_only_the_future_holds_is_a_text_of_its_own():
    other = [{**row, "event": "flood"} for row in rows()]
    result = ahead_of(rows(), written(other, "shop", "day", "price", "event"))
    assert result.covariates.vocabularies[2] == ("fair", "none", "flood")
    assert result.covariates.known[ROWS, 1] == 2.0


def test_texts_where_numbers_were_learned_are_refused_with_their_place():
    other = [{**row, "price": "cheap"} for row in rows()]
    with pytest.raises(DataError) as refused:
        ahead_of(rows(), written(other, "shop", "day", "price", "event"))
    assert refused.value.message == '"cheap" is not a number'
    assert 'column "price"' in refused.value.where


def test_a_file_of_the_future_lacks_no_column():
    with pytest.raises(DataError, match='no column "event"'):
        ahead_of(rows(), written(rows(), "shop", "day", "price"))


def test_a_model_that_knows_nothing_ahead_takes_no_rows_of_the_future():
    with pytest.raises(UsageError, match="has no known covariates"):
        ahead_of(rows(), written(rows()), replace(COLUMNS, known=()))
