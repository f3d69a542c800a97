from dataclasses import replace

import numpy as np
import pytest

from forecast.features.inputs import embeddings, input_layout, read_inputs, rows_needed, training_examples
from forecast.features.target import VOLATILITY_FLOOR, target_features
from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from tests import shops
from tests.panels import interpolated, panel, wave


def spec(horizon: int) -> ModelSpec:
    return ModelSpec(WindowSpec(6, horizon), NetworkSpec("gru", (4,)), 1)


def test_only_targets_that_exist_and_were_observed_have_a_weight():
    rows = training_examples(panel(wave(10)), spec(2))
    known = rows.weights > 0
    assert known.tolist() == [[False] * 2] * 3 + [[True] * 2] * 5 + [[True, False], [False, False]]


def test_a_filled_value_is_no_target():
    filled = panel(wave(10))
    observed = filled.observed.copy()
    observed[6] = False
    rows = training_examples(replace(filled, observed=observed), spec(1))
    assert (rows.weights[:, 0] > 0).tolist() == [False] * 3 + [True] * 2 + [False] + [True] * 3 + [False]


@pytest.mark.parametrize("season", [1, 4])
def test_no_example_ends_in_a_row_that_knows_what_comes(season):
    """All that is learned from before the number that ended a gap is the same whatever that number is."""
    one, other = (
        training_examples(interpolated(later), replace(spec(3), season=season)) for later in (60.0, -900.0)
    )
    learned = (one.weights > 0).any(axis=1)
    assert (one.weights > 0).tolist() == (other.weights > 0).tolist()
    assert np.flatnonzero(learned).tolist() == [*range(3, 19), *range(25, 39)]
    assert np.array_equal(one.inputs[:20], other.inputs[:20])
    assert not np.array_equal(one.inputs[20:25], other.inputs[20:25])


def test_the_weight_counts_an_error_half_like_mase_and_half_like_smape():
    series = panel(wave(40))
    seen = target_features(series.values, series.bounds, season=1, horizon=1)
    rows = training_examples(series, spec(1))
    volatility = np.maximum(seen.volatility, VOLATILITY_FLOOR)
    assert rows.weights[10, 0] == pytest.approx(0.5 + 5 * volatility[10], rel=1e-6)


def test_the_targets_convert_back_to_the_actual_values():
    series = panel(wave(40))
    seen = target_features(series.values, series.bounds, season=1, horizon=2)
    rows = training_examples(series, spec(2))
    assert seen.to_values(rows.targets.astype(float))[20] == pytest.approx(series.values[21:23], rel=1e-5)


# Covariates and the calendar


def inputs_of(of, shape):
    return read_inputs(of, shape).inputs


def test_the_layout_counts_every_channel_that_is_read():
    shape = shops.spec(shops.panel())
    divided = input_layout(shape)
    assert inputs_of(shops.panel(), shape).shape[1] == divided.numbers + len(divided.codes)
    assert divided.codes == ("embedding2",) * 4 + ("embedding3",)
    assert embeddings(shape) == {"embedding2": (3, 2), "embedding3": (3, 2)}


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(("column", "first"), [("visitors", 30), ("price", 27), ("event", 27), ("sold", 30)])
def test_a_later_value_changes_no_earlier_input(column, first, apart):
    """What is known ahead is read a horizon before it, a past covariate only from its own row on."""
    table = shops.rows()
    if apart:  # levels that differ are read relative to each series
        table = [{**row, column: f"9{row[column]}"} if row["shop"] == "b" else row for row in table]
    of = shops.panel(table)
    other = shops.panel(shops.changed(table, "a", 30, {column: "7" if column != "event" else "flood"}))
    shape = shops.spec(of)
    same = (inputs_of(of, shape) == inputs_of(other, shape)).all(axis=1)
    assert same[:first].all()
    assert not same[first : first + 1].any()
    assert same[shops.ROWS :].all()


def test_covariates_beyond_the_horizon_change_no_input():
    of = shops.panel()
    shape = shops.spec(of)
    other = shops.panel(shops.changed(shops.rows(), "b", shops.ROWS + 3, {"price": "99", "event": "flood"}))
    assert inputs_of(of, shape).tolist() == inputs_of(other, shape).tolist()


@pytest.mark.parametrize("apart", [0, 500])
def test_the_tail_and_a_subset_are_read_as_the_whole(apart):
    def made(*names):
        table = shops.rows(shops=names)
        return shops.panel(
            [{**row, "price": str(float(row["price"]) + apart * (row["shop"] == "b"))} for row in table]
        )

    of = made("a", "b")
    shape = shops.spec(of)
    assert any(each.relative for each in shape.covariates) == bool(apart)
    whole = inputs_of(of, shape)[of.bounds[1:] - 1]
    kept = of.tail(rows_needed(shape, season=1))
    assert inputs_of(kept, shape)[kept.bounds[1:] - 1].tolist() == whole.tolist()
    assert inputs_of(made("b"), shape)[-1].tolist() == whole[1].tolist()


def test_a_new_text_and_a_missing_one_are_read_alike():
    of = shops.panel()
    shape = shops.spec(of)
    new, missing = (
        inputs_of(shops.panel(shops.changed(shops.rows(), "a", 0, {"event": event})), shape)[0]
        for event in ("flood", "")
    )
    assert new.tolist() == missing.tolist()
    assert new.tolist() != inputs_of(of, shape)[0].tolist()


def test_a_column_of_texts_that_is_empty_is_read_as_unknown():
    shape = shops.spec(shops.panel())
    empty = shops.panel([{**row, "event": "", "town": ""} for row in shops.rows()])
    assert set(inputs_of(empty, shape)[:, input_layout(shape).numbers :].ravel()) == {0.0}


def test_an_extreme_number_is_bounded():
    shape = shops.spec(shops.panel())
    wild = shops.panel(shops.changed(shops.rows(), "a", 9, {"visitors": "-1e308", "price": "1e308"}))
    found = inputs_of(wild, shape)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 20


def test_large_panels_are_read_in_pieces_as_in_one(monkeypatch):
    of = shops.panel()
    whole = training_examples(of, shops.spec(of))
    monkeypatch.setattr("forecast.features.inputs._CHUNK_ROWS", 10)
    pieces = training_examples(of, shops.spec(of))
    assert np.array_equal(whole.inputs, pieces.inputs)
    assert np.array_equal(whole.weights, pieces.weights)
