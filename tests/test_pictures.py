"""The verbs of pictures over results and models."""

import re
from dataclasses import replace

import numpy as np
import pytest

from forecast import class_pictures, pictures
from forecast.classification.classifier import Classifier
from forecast.data.evaluation import KeptClasses
from forecast.data.panel import Panel
from forecast.data.results import Probabilities
from forecast.errors import UsageError
from forecast.events import ignore
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.spec.model import WindowSpec
from forecast.spec.reading import Target
from forecast.tasks.task import EvaluationRequest
from tests.models import model, network, with_tail
from tests.panels import panel, wave

EVENT = Target("class", ("0", "1"))


def probabilities(target: Target = EVENT) -> Probabilities:
    history = replace(panel([0.0, 1.0, 1.0, 0.0]), target=target)
    likely = np.array([[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]])
    return Probabilities(
        ids=history.ids,
        times=history.frequency.after(history.last_times, 3),
        probabilities=likely[None],
        target=target,
        columns=history.columns,
        frequency=history.frequency,
        history=history,
    )


def test_the_probability_of_an_event_is_drawn_after_its_history():
    found = probabilities()
    assert pictures.has_picture(found)
    (chart,) = pictures.picture_of(found).charts
    history, ahead = chart.curves
    assert history.y.tolist() == [0, 1, 1, 0]
    assert ahead.y.tolist() == [0, 0.75, 0.5, 0]
    assert chart.bands == ()


def test_labels_and_results_without_their_history_have_no_picture():
    assert not pictures.has_picture(replace(probabilities(), history=None))
    assert not pictures.has_picture(probabilities(Target("label", ("0", "1"))))
    assert pictures.has_picture(probabilities(Target("class", ("a", "b"))))


def test_classes_are_drawn_one_above_the_other_after_those_that_are_known():
    found = replace(probabilities(Target("class", ("a", "b"))), actual=np.array([[1.0, np.nan, 0.0]]))
    (chart,) = pictures.picture_of(found, title="t:").charts
    shares = chart.shares
    assert shares.names == ("a", "b")
    assert shares.parts[:, 1].tolist() == [0, 1, 1, 0, 0.75, 0.5, 0]
    assert shares.past == 4
    assert chart.marks == (2003.5,)
    np.testing.assert_array_equal(shares.actual[4:, 1], [1, np.nan, 0])
    assert np.isnan(shares.actual[:4]).all()


def test_a_class_that_was_filled_in_is_not_drawn():
    found = probabilities(Target("class", ("a", "b")))
    history = replace(found.history, observed=np.array([True, False, True, True]))
    (chart,) = pictures.picture_of(replace(found, history=history)).charts
    assert np.isnan(chart.shares.parts).any(axis=1).tolist() == [False, True] + [False] * 5


def labels() -> tuple[RecurrentForecaster, Panel]:
    """A model of two labels with a network of arbitrary weights, and two sentences."""
    made = network()
    target = Target("label", ("alarm", "music"))
    spec = replace(made.spec, windows=WindowSpec(6, 1), target=target)
    random = np.random.default_rng(0)
    weights = {
        name: random.normal(size=shape).astype(np.float32) for name, shape in weight_shapes(spec).items()
    }
    sentences = replace(panel([1.0] * 3, [0.0] * 5), target=target)
    return model(Network(spec, (weights,))), replace(sentences, observed=np.array([True] * 3 + [False] * 5))


def test_the_probabilities_of_labels_move_with_each_row():
    made, sentences = labels()
    first, second = class_pictures.labels_picture(made, sentences, title="t:", rows=None).charts
    assert re.fullmatch(r"s0: (alarm|music) \d+ %, actual music", first.title)
    assert re.fullmatch(r"s1: (alarm|music) \d+ %", second.title)
    assert second.shares.x.tolist() == [1, 2, 3, 4, 5]
    for rows in (1, 4, 5):
        known = sentences.select([1]).first(np.array([rows]))
        expected = Classifier(made.network).probabilities(known, 1)[0, 0]
        assert second.shares.parts[rows - 1] == pytest.approx(expected)
    newest = class_pictures.labels_picture(made, sentences, title="", rows=2).charts[1].shares
    assert newest.x.tolist() == [4, 5]
    assert newest.parts == pytest.approx(second.shares.parts[3:])


def test_a_label_has_no_backtest():
    made, sentences = labels()
    with pytest.raises(UsageError, match="of which no row is forecast"):
        pictures.backtest_picture(made)
    with pytest.raises(UsageError, match="a label belongs to a series, and none is given"):
        class_pictures.labels_picture(made, sentences.select([]), title="", rows=None)


def kept(target: Target) -> tuple[RecurrentForecaster, Panel]:
    """A model of classes that keeps its newest two rows and backtests of three, and all rows."""
    spec = replace(network().spec, target=target)
    rows = replace(panel([0.0, 1.0, 0.0, 1.0, 1.0, 0.0]), target=target)
    likely = np.array([[[np.nan] * 2, [0.5, 0.5], [0.25, 0.75], [0.9, 0.1]]])
    backtests = KeptClasses(likely, np.array([[np.nan, 1.0, 1.0, 0.0]]))
    shapes = weight_shapes(spec).items()
    weights = {name: np.full(shape, 0.1, dtype=np.float32) for name, shape in shapes}
    weights["answer/bias"] = np.linspace(0.0, 1.0, len(weights["answer/bias"]), dtype=np.float32)
    made = model(Network(spec, (weights,)))
    made = with_tail(replace(made, spec=spec), rows.tail(2))
    return replace(made, card=replace(made.card, class_backtests=backtests)), rows


def test_backtests_of_classes_are_drawn_with_what_came():
    made, rows = kept(Target("class", ("a", "b")))
    (chart,) = pictures.backtest_picture(made).charts
    assert chart.shares.x.tolist() == [2003, 2004, 2005]
    assert chart.shares.parts[:, 1].tolist() == [0.5, 0.75, 0.1]
    assert chart.shares.actual[:, 1].tolist() == [1, 1, 0]
    found = class_pictures.kept_backtests(made, None, EvaluationRequest(), ignore)
    (chart,) = class_pictures.class_backtest_picture(found, rows, [0], title="t:", rows=2).charts
    assert chart.shares.x.tolist() == [2001, 2002, 2003, 2004, 2005]
    assert (chart.shares.past, chart.marks) == (2, (2002.5,))
    assert chart.shares.parts[:2, 1].tolist() == [1, 0]


def test_of_events_the_probability_of_a_1_is_below():
    made, _ = kept(EVENT)
    (chart,) = pictures.backtest_picture(made).charts
    assert chart.shares.names == ("1", "0")
    assert chart.shares.parts[:, 0].tolist() == [0.5, 0.75, 0.1]


def test_backtests_of_classes_that_there_are_not_are_refused():
    made, _ = kept(EVENT)
    with pytest.raises(UsageError, match="those of the training, or every new row"):
        pictures.backtest_picture(made, backtests=3)
    with pytest.raises(UsageError, match="the model keeps no backtests of classes"):
        pictures.backtest_picture(replace(made, card=replace(made.card, class_backtests=None)))


def test_rows_newer_than_a_model_are_its_backtest():
    made, rows = kept(Target("class", ("a", "b")))
    newer = replace(panel([*rows.values, 1.0, 0.0]), target=rows.target)
    found = class_pictures.kept_backtests(made, newer, EvaluationRequest(), ignore)
    assert found.classes.actual.tolist() == [[1, 0]]
    first = Classifier(made.network).probabilities(rows, 1)[0, 0]
    assert found.classes.probabilities[0, 0] == pytest.approx(first)


def test_the_forecast_of_a_model_that_keeps_no_rows_is_none():
    assert pictures.next_values(model(network())) is None


def test_the_first_series_of_a_model_are_forecast():
    made = with_tail(model(network()), panel(*[wave(30, season=1)] * 4))
    found = pictures.next_values(made, most=2)
    assert found.ids == ("s0", "s1")
    assert found.history.ids == found.ids
    picture = pictures.picture_of(found, most=1, title="t:")
    assert picture.title == "t: y"
    assert [chart.title for chart in picture.charts] == ["s0"]


def test_actual_values_of_an_earlier_forecast_are_drawn():
    made = with_tail(model(network()), panel(wave(30, season=1)))
    found = replace(pictures.next_values(made), actual=np.array([[1.0, np.nan, 3.0]]))
    (chart,) = pictures.picture_of(found).charts
    (actual,) = [curve for curve in chart.curves if curve.role == "actual"]
    np.testing.assert_array_equal(actual.y, [found.history.last_values[0], 1, np.nan, 3])
