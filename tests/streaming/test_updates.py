"""What is updated row by row equals what is computed from all rows."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.data.frequency import Frequency
from forecast.features.inputs import read_inputs
from forecast.features.target import target_features
from forecast.forecasters.intervals import Spread
from forecast.forecasters.model import forecast_of, means
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import forward, weight_shapes
from forecast.spec.model import Bounds, Calendar, Covariate, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Target
from forecast.streaming.intervals import Intervals
from forecast.streaming.rows import Kind, NewestRows
from forecast.streaming.stream import Observation, Stream
from forecast.streaming.target import NewestTarget
from tests import models
from tests.panels import panel, wave

NOTHING = np.empty(0)


def series_of(kind: str, season: int) -> np.ndarray:
    random = np.random.default_rng(season)
    if kind == "season":
        return wave(260, season=max(season, 2))
    if kind == "outliers":
        values = random.normal(size=260)
        values[[60, 61, 90]] *= 1e6
        values[150:] *= 50
        return values
    if kind == "zeros":
        return np.where(random.random(260) < 0.7, 0.0, random.poisson(3, 260))
    return np.full(260, 42.0)


@pytest.mark.parametrize("season", [1, 5, 12, 24])
@pytest.mark.parametrize("kind", ["season", "outliers", "zeros", "constant"])
def test_features_of_the_newest_row_are_those_of_the_batch(season, kind):
    values = series_of(kind, season)
    batch = target_features(values, np.array([0, len(values)]), season=season, horizon=7)
    newest = NewestTarget(season, 7)
    for row, value in enumerate(values):
        assert newest.push(value) == pytest.approx(batch.inputs[row], abs=1e-6)
        assert newest.reference == pytest.approx(batch.reference[row])
        assert newest.scale == pytest.approx(batch.scale[row])
        assert newest.volatility == pytest.approx(batch.volatility[row], abs=1e-12)
    outputs = np.linspace(-2, 2, 7)
    expected = batch.at(np.array([len(values) - 1])).to_values(outputs[None])[0]
    assert newest.to_values(outputs) == pytest.approx(expected)


def test_they_continue_from_what_was_kept():
    values = wave(300, season=12)
    whole, first = NewestTarget(12, 3), NewestTarget(12, 3, any_season=True)
    for value in values:
        whole.push(value)
    for value in values[:200]:
        first.push(value)
    second = NewestTarget(12, 3, any_season=True)
    second.restore(200, first.buffers)
    for value in values[200:]:
        rows = second.push(value)
    batch = target_features(values, np.array([0, 300]), season=np.array([12]), horizon=3)
    assert rows == pytest.approx(batch.inputs[-1], abs=1e-6)
    assert second.volatility == whole.volatility


def model_of(cell="gru", *, season=1, members=1, rows=30):
    made = models.network(cell=cell, season=season, members=members)
    made = replace(made, spec=replace(made.spec, windows=WindowSpec(6, 3)))
    tail = panel(wave(rows, season=max(season, 2)), season=season)
    return models.with_tail(models.model(made), tail), made


def fed(stream: Stream, values) -> list:
    return [stream.update(Observation("", None, float(value), NOTHING)) for value in values]


@pytest.mark.parametrize("cell", ["simple-rnn", "lstm", "gru"])
@pytest.mark.parametrize("season", [1, 4])
def test_the_carried_state_is_that_of_the_network_unrolled_over_all_rows(cell, season):
    model, network = model_of(cell, season=season, members=2)
    more = wave(50, season=max(season, 2))[30:]
    stream = Stream(model, horizon=3)
    fed(stream, more)
    every = panel(wave(50, season=max(season, 2)), season=season)
    inputs = read_inputs(every, network.spec).inputs
    for answers, weights in zip(stream.series[""].answers, network.members, strict=True):
        assert answers == pytest.approx(forward(network.spec, weights, inputs[None])[0], rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("cell", ["simple-rnn", "lstm", "gru"])
def test_the_newest_window_alone_gives_what_predict_gives(cell):
    model, _ = model_of(cell, season=4, rows=40)
    more = wave(50, season=4)[40:]
    answer = fed(Stream(model, horizon=3, memory="window", levels=(80, 95)), more)[-1]
    every = panel(wave(50, season=4), season=4)
    expected = model.predict(every, 3, levels=(80, 95))
    assert answer.values == pytest.approx(expected.values[0], rel=1e-6)
    assert answer.lower == pytest.approx(
        expected.lower[:, 0], rel=0.02
    )  # outliers are clipped otherwise there
    assert (answer.origin, answer.times) == ("2049", ["2050", "2051", "2052"])


def test_offset_and_long_season_are_continued_and_found_again():
    """A year of weeks on a high level: the network reads what is left of it."""
    rows = np.arange(420)
    values = 1e6 + 20 * np.sin(2 * np.pi * rows / 52) + 3 * np.sin(2 * np.pi * rows / 4)
    values += np.random.default_rng(0).normal(size=420)
    made = models.network(season=4)
    tail = panel(values[:200], season=4)
    model = models.with_tail(models.model(made), tail)
    model = replace(model, combination=replace(model.combination, periods=(52.0,)))
    stream = Stream(model, memory="window")
    answers = fed(stream, values[200:])
    assert (stream.series[""].anchor, stream.series[""].next_anchor) == (400, 800)
    errors = [abs(answer.values[0] - actual) for answer, actual in zip(answers, values[201:], strict=False)]
    assert np.mean(errors) < 5  # the long season moves by 40
    begun = models.with_tail(model, panel(values[:400], season=4))
    assert fed(Stream(begun, memory="window"), values[400:401])[0].values == pytest.approx(
        answers[200].values
    )


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("kind", ["wave", "rising", "zeros", "rate"])
def test_intervals_and_bounds_are_those_of_predict(kind, whole):
    values = {
        "wave": wave(40, season=4) - 60,
        "rising": np.cumsum(np.arange(40.0)),
        "zeros": np.where(np.arange(40) % 3 == 0, 2.0, 0.0),
        "rate": np.where(np.arange(40) % 3 == 0, 1.0, 0.0),
    }[kind]
    bounds = Bounds(0, 1) if kind == "rate" and not whole else Bounds(whole=whole)
    spread = Spread(np.array([[0.5, 0.8, 1.0]]), np.array([np.nan]))
    history = panel(values, season=4)
    forecast = values[-1] + np.array([-3.0, 0.4, 2.7])
    expected = forecast_of(history, forecast[None], spread, bounds, (80.0, 95.0))
    rows = NewestRows(Kind(history.columns, history.frequency, models.network(season=4).spec, 4), "", 4)
    for value in values:
        rows.append(value, observed=True, covariates=NOTHING)
    made = Intervals(spread, bounds, (80.0, 95.0), 4, 3, wider=1.0)
    is_mean = bool(means(history, None)[0])
    point, lower, upper = made.around(forecast, rows, is_mean=is_mean)
    assert point == pytest.approx(expected.values[0])
    assert lower == pytest.approx(expected.lower[:, 0])
    assert upper == pytest.approx(expected.upper[:, 0])


def test_classes_covariates_and_calendar_are_read_as_in_a_batch():
    spec = ModelSpec(
        WindowSpec(6, 2),
        NetworkSpec("gru", (4,)),
        7,
        covariates=(
            Covariate("wind", "past", centre=3.0, spread=2.0),
            Covariate("sky", "past", categories=("clear", "grey")),
            Covariate("price", "past", relative=True, spread=0.1),
            Covariate("town", "static", categories=("a", "b")),
        ),
        calendar=Calendar(phases=True, holidays="FR", holiday_dates=(19_000, 19_010, 25_000)),
        target=Target("class", ("dry", "rain", "snow")),
    )
    random = np.random.default_rng(0)
    weights = {
        name: random.normal(scale=0.3, size=shape).astype(np.float32)
        for name, shape in weight_shapes(spec).items()
    }
    daily = Frequency("day")
    kind = Kind(panel([1.0]).columns, daily, spec, 7)
    rows = NewestRows(kind, "", 7)
    rows.static = np.array([1.0])
    for _ in range(130):
        covariates = np.array([random.normal(), random.integers(2), 1 + random.random()])
        rows.append(float(random.integers(3)), observed=True, covariates=covariates)
    last = np.array(["2022-06-30"], dtype="datetime64[s]")
    batch = read_inputs(rows.panel(last), spec).inputs
    model = models.with_tail(models.model(Network(spec, (weights,))), rows.panel(last).first(np.array([120])))
    model = replace(model, frequency=daily)
    stream = Stream(model, horizon=2)
    for row in range(120, 130):
        numbers = rows.numbers[:, row]
        answer = stream.update(Observation("", None, numbers[0], np.append(numbers[3:], np.nan)))
    expected = forward(spec, weights, batch[None, -70:])[0]  # ten windows of 6, and the ten rows
    assert stream.series[""].answers[0] == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert answer.values.sum(axis=1) == pytest.approx([1, 1])
    assert answer.times == ["2022-07-01", "2022-07-02"]


def test_a_combination_is_what_predict_gives():
    made = models.network(season=4)
    tail = panel(wave(60, season=4), season=4)
    model = models.with_tail(models.model(made, methods=("theta", "naive")), tail)
    every = panel(wave(66, season=4), season=4)
    answer = fed(Stream(model, method="combination", horizon=5), wave(66, season=4)[60:])[-1]
    expected = model.predict(every, 5, levels=(80.0,))
    assert answer.values.tolist() == expected.values[0].tolist()
    assert answer.upper.tolist() == expected.upper[:, 0].tolist()
    assert fed(Stream(model, method="naive"), [5.0, 7.0])[-1].values == pytest.approx([7.0])
