import numpy as np
import pytest

from forecast.features.inputs import read_inputs
from forecast.forecasters.recurrent import DAMPING, Network, widen_inputs
from forecast.forecasters.weights import weight_shapes
from forecast.spec.model import CELLS
from tests import shops
from tests.models import network
from tests.panels import panel, wave

HISTORY = panel(wave(28, season=4), 3 * wave(20, season=4, seed=1), season=4)


def outputs(made: Network) -> np.ndarray:
    """(series, horizon) what the network gives after the end of HISTORY, in units of volatility."""
    return made.outputs_at(HISTORY.bounds[1:], HISTORY.lengths, read_inputs(HISTORY, made.spec).inputs)


# Members


def test_the_outputs_of_members_are_averaged():
    several = network(season=4, members=3)
    apart = [outputs(Network(several.spec, (weights,))) for weights in several.members]
    assert np.ptp(apart, axis=0).min() > 0
    assert outputs(several) == pytest.approx(np.mean(apart, axis=0), rel=1e-5)
    features = read_inputs(HISTORY, several.spec).target_features
    expected = features.at(HISTORY.bounds[1:] - 1).to_values(np.mean(apart, axis=0))
    assert several.forecast(HISTORY, 3) == pytest.approx(expected, rel=1e-5)


def test_a_member_twice_forecasts_as_it_does_once():
    once = network(season=4)
    twice = Network(once.spec, once.members * 2)
    assert twice.forecast(HISTORY, 7) == pytest.approx(once.forecast(HISTORY, 7), rel=1e-6)


def test_a_network_is_named_by_its_cell_and_has_no_interval():
    for cell in CELLS:
        made = network(season=4, cell=cell)
        forecast = made.predict(HISTORY, 3, levels=(80,))
        assert made.name == cell
        assert forecast.values.tolist() == made.forecast(HISTORY, 3).tolist()
        assert np.isnan(forecast.lower).all()
        assert np.isnan(forecast.upper).all()


def test_without_weights_it_repeats_the_last_season():
    ready = network(season=4)
    naive = {name: np.zeros_like(array) for name, array in ready.members[0].items()}
    assert Network(ready.spec, (naive,)).forecast(HISTORY, 6).tolist() == [
        [*each.values[-4:], *each.values[-4:-2]] for each in HISTORY
    ]


# Horizon


def test_fewer_steps_are_the_first_of_all():
    made = network(season=4)
    assert made.forecast(HISTORY, 2) == pytest.approx(made.forecast(HISTORY, 3)[:, :2], rel=1e-12)


def test_steps_beyond_the_trained_ones_come_from_feeding_the_forecasts_back():
    made, known, blocks = network(season=4), HISTORY, []
    for first in (0, 3, 6):
        # Level and volatility are read in the units of the actual rows.
        read = read_inputs(known, made.spec, forecast_rows=first)
        given = made.outputs_at(known.bounds[1:], known.lengths, read.inputs)
        given = given * DAMPING ** (first // 3)  # each block moves less from its reference
        blocks.append(read.target_features.at(known.bounds[1:] - 1).to_values(given))
        known = known.extended(blocks[-1])
    assert made.forecast(HISTORY, 8) == pytest.approx(np.hstack(blocks)[:, :8], rel=1e-9)


@pytest.mark.parametrize("season", [1, 4, 12])
def test_rows_older_than_those_read_change_nothing(season):
    made = network(season=season)
    long = panel(wave(600, season=12), season=season)
    assert made.rows_read(long) < 600
    expected = made.forecast(long, 7)
    assert made.forecast(long.tail(made.rows_read(long)), 7).tolist() == expected.tolist()


def test_forecasts_of_a_subset_of_series_are_the_subset_of_forecasts():
    made = network(season=4)
    np.testing.assert_allclose(
        made.forecast(HISTORY.select([1]), 7), made.forecast(HISTORY, 7)[[1]], rtol=1e-6
    )


# Beside the target


@pytest.mark.parametrize("cell", CELLS)
def test_a_widened_network_has_the_same_forecasts_whatever_the_covariates(cell):
    of = shops.panel()
    wide = shops.spec(of, cell=cell)
    plain = network(cell=cell)
    assert widen_inputs(plain, wide).spec == wide
    expected = pytest.approx(plain.forecast(of, 3), rel=1e-6)
    assert widen_inputs(plain, wide).forecast(of, 3) == expected
    assert widen_inputs(plain, plain.spec) is plain


def beside() -> Network:
    """A network of random weights that reads all covariates of the shops."""
    spec, random = shops.spec(shops.panel()), np.random.default_rng(4)
    shapes = weight_shapes(spec).items()
    return Network(spec, ({name: random.normal(0, 0.2, size).astype(np.float32) for name, size in shapes},))


def test_covariates_past_and_future_change_the_forecast():
    expected = beside().predict(shops.panel(), 3).values
    for index, column, value in ((-5, "visitors", "9"), (-4, "price", "9"), (-4, "event", "flood")):
        other = shops.panel(shops.changed(shops.rows(), "a", index, {column: value}))
        found = beside().predict(other, 3).values
        assert found[0].tolist() != expected[0].tolist()
        assert found[1].tolist() == expected[1].tolist()


def test_covariates_of_a_subset_and_of_the_tail_give_the_forecasts_of_the_whole():
    of, made = shops.panel(), beside()
    expected = made.predict(of, 7).values
    assert made.predict(of.tail(made.rows_read(of)), 7).values.tolist() == expected.tolist()
    assert made.predict(of.select([1]), 7).values == pytest.approx(expected[1:], rel=1e-6)


def test_steps_beyond_the_trained_ones_read_what_is_known_there():
    expected = beside().predict(shops.panel(), 4).values
    other = shops.panel(shops.changed(shops.rows(), "a", -1, {"price": "9"}))
    found = beside().predict(other, 4).values
    assert found[0, :3].tolist() == expected[0, :3].tolist()
    assert found[0, 3] != expected[0, 3]
