"""The verbs of pictures over results and models."""

from dataclasses import replace

import numpy as np
import pytest

from forecast import pictures
from forecast.data.results import Probabilities
from forecast.errors import UsageError
from forecast.spec.reading import Target
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
    assert not pictures.has_picture(probabilities(Target("class", ("a", "b"))))


def test_classes_are_refused():
    several = replace(network(), spec=replace(network().spec, target=Target("class", ("a", "b", "c"))))
    made = replace(model(network()), spec=several.spec)
    with pytest.raises(UsageError, match="probabilities of 3 classes are not drawn"):
        pictures.forecast_picture(made)
    with pytest.raises(UsageError, match="backtests of classes are not drawn"):
        pictures.backtest_picture(made)


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
