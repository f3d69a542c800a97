"""Forecasters of a panel whose series have seasons of their own."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import ModelError
from forecast.evaluation.backtest import Origins, backtest
from forecast.evaluation.metrics import seasonal_scales
from forecast.evaluation.scoring import score
from forecast.features.inputs import input_layout, read_inputs, training_examples
from forecast.forecasters.baselines import fit_baselines
from forecast.forecasters.combination import COMBINATION, Combination
from forecast.forecasters.methods import METHODS, Method, seasonal_naive
from forecast.forecasters.pooled_ridge import fit_ridge
from forecast.forecasters.recurrent import for_season
from forecast.spec.model import WindowSpec
from forecast.spec.reading import Columns, ReadSpec
from forecast.storage import modelfile
from forecast.storage import pretrained as catalog
from tests.forgery import built, fields_of, tensors_of
from tests.models import model, network, with_tail
from tests.panels import panel, wave

SEASONS = (1, 12, 4)
SERIES = (wave(40), wave(90), 5 * wave(50, season=4))
MIXED = replace(
    panel(*SERIES), seasons=np.array(SEASONS), columns=Columns("y", "year", series="id", season="m")
)


def alone(index: int):
    """One series of the panel as a panel of one season."""
    one = MIXED.select([index])
    return replace(one, seasons=None).with_season(SEASONS[index])


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("index", range(3))
def test_a_series_is_forecast_as_in_a_panel_of_its_season_alone(name, index):
    together = Method(name).predict(MIXED, 14).values[index]
    assert together == pytest.approx(Method(name).predict(alone(index), 14).values[0], rel=1e-9)


@pytest.mark.parametrize("index", range(3))
def test_a_combination_forecasts_a_series_as_in_a_panel_of_its_season_alone(index):
    made = replace(
        model(network(season=None)),
        combination=Combination((), ("theta", "ets", "seasonal-naive")),
        weights=np.empty((0, 3)),
    )
    together, apart = made.predict(MIXED, 14, levels=(80,)), made.predict(alone(index), 14, levels=(80,))
    assert made.name == COMBINATION
    assert together.values[index] == pytest.approx(apart.values[0], rel=1e-6)
    assert together.upper[0, index] == pytest.approx(apart.upper[0, 0], rel=1e-6)


def test_errors_are_scaled_by_changes_over_each_series_own_season():
    expected = [seasonal_scales(alone(index))[0] for index in range(3)]
    assert seasonal_scales(MIXED).tolist() == expected


def test_skill_is_measured_against_each_series_own_season():
    folds = list(backtest(lambda past: fit_baselines(past, WindowSpec(6, 3)), MIXED, Origins(2, 3)))
    for index in range(3):
        expected = seasonal_naive(alone(index).first(MIXED.lengths[[index]] - 3), 3)[0]
        assert folds[-1].seasonal_naive[index].tolist() == expected.tolist()
    assert "seasonal-naive" in score(folds, MIXED).models


def test_a_ridge_regression_of_the_panel_forecasts_a_subset_as_it_forecasts_all():
    ridge = fit_ridge(MIXED, WindowSpec(6, 3))
    whole, some = ridge.predict(MIXED, 5).values, ridge.predict(MIXED.select([2, 1]), 5).values
    np.testing.assert_array_equal(some, whole[[2, 1]])


def test_forecasts_of_a_subset_of_series_are_the_subset_of_forecasts():
    made = network(season=None)
    whole, some = made.predict(MIXED, 7).values, made.predict(MIXED.select([2, 0]), 7).values
    np.testing.assert_allclose(some, whole[[2, 0]], rtol=1e-9)


def test_rows_older_than_those_read_change_nothing():
    made = network(season=None)
    long = replace(panel(wave(600, season=4), wave(600)), seasons=np.array([4, 12]))
    newest = long.tail(made.rows_read(long))
    assert (newest.lengths < 600).all()
    assert made.predict(newest, 7).values.tolist() == made.predict(long, 7).values.tolist()


def test_a_network_of_one_season_reads_every_series_in_it():
    made = network(season=4)
    assert made.predict(MIXED.with_season(4), 3).values.tolist() == made.predict(MIXED, 3).values.tolist()


def test_training_sees_the_channels_that_forecasting_sees():
    spec = network(season=None).spec
    rows, seen = training_examples(MIXED, spec), read_inputs(MIXED, spec)
    assert rows.inputs.shape[1] == input_layout(spec).numbers
    assert np.array_equal(rows.inputs, seen.inputs)


def test_training_in_pieces_sees_what_training_in_one_sees(monkeypatch):
    spec = network(season=None).spec
    whole = training_examples(MIXED, spec)
    monkeypatch.setattr("forecast.features.inputs._CHUNK_ROWS", 60)
    parts = training_examples(MIXED, spec)
    assert np.array_equal(parts.inputs, whole.inputs)
    assert np.array_equal(parts.targets, whole.targets)


# On disk


def stored():
    made = with_tail(model(network(season=None)), MIXED)
    return replace(made, read=ReadSpec(MIXED.columns), frequency=MIXED.frequency)


def test_a_model_comes_back_with_the_seasons_of_its_series(tmp_path):
    modelfile.save(stored(), tmp_path / "a.forecast")
    back = modelfile.load(tmp_path / "a.forecast")
    assert back.spec.season is None
    assert back.tail.seasons.tolist() == [1, 12, 4]
    assert back.predict(back.tail, 3).values.tolist() == stored().predict(MIXED, 3).values.tolist()


@pytest.mark.parametrize("wrong", [[1, 12, 0], [1, 12, 2**40], [1, 12]])
def test_a_file_with_seasons_that_cannot_be_is_refused(tmp_path, wrong):
    content = modelfile.encode(stored())
    tensors = {**tensors_of(content), "tail/seasons": np.array(wrong)}
    (tmp_path / "a.forecast").write_bytes(built(fields_of(content), tensors))
    with pytest.raises(ModelError, match="seasons"):
        modelfile.load(tmp_path / "a.forecast")


def test_there_is_no_pretrained_network_for_seasons_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "_FOLDER", tmp_path)
    with pytest.raises(ModelError, match="no pretrained GRU for series with seasons of their own"):
        catalog.open_pretrained("gru", None)


@pytest.mark.parametrize("season", [1, 12, 24])
def test_a_network_of_all_seasons_has_the_same_forecasts_as_one_of_a_single_season(season):
    own = network(season=None)
    history = panel(wave(60, season=season), wave(90, season=season, seed=1), season=season)
    given = replace(history, seasons=np.full(2, season), columns=replace(history.columns, season="m"))
    single = for_season(own, season)
    assert single.spec.season == season
    assert single.predict(history, 5).values == pytest.approx(own.predict(given, 5).values, rel=1e-6)


def test_a_season_that_has_no_network_is_read_by_the_one_for_all_seasons(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "_FOLDER", tmp_path)
    modelfile.save(model(network(season=None)), tmp_path / "gru-any.forecast")
    assert catalog.has_pretrained("gru", 48)
    opened = catalog.open_pretrained("gru", 48)
    history = panel(wave(200, season=48), season=48)
    expected = for_season(network(season=None), 48).predict(history, 3).values
    assert opened.predict(history, 3).values.tolist() == expected.tolist()
    assert not catalog.has_pretrained("gru", 1)
