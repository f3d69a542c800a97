import numpy as np
import pytest

from forecast.errors import DataError
from forecast.explaining.windows import examples_of
from forecast.planning.defaults import window_spec
from forecast.spec.model import WindowSpec
from tests.panels import panel


def test_no_example_crosses_two_series_and_short_series_have_none():
    found = examples_of(panel(np.arange(5.0), np.arange(2.0), np.arange(6.0)), WindowSpec(3, 2))
    assert found.inputs.tolist() == [[0, 1, 2], [7, 8, 9], [8, 9, 10]]
    assert found.targets.tolist() == [[3, 4], [10, 11], [11, 12]]


def test_too_few_rows_are_refused_with_the_arithmetic():
    with pytest.raises(DataError, match=r"4 rows hold no example: window 3 \+ horizon 2 need 5"):
        examples_of(panel(np.arange(4.0)), WindowSpec(3, 2))


def test_a_window_and_a_horizon_that_are_not_given_are_those_of_a_trained_network():
    series = panel(np.arange(60.0))
    assert window_spec(series, None, None) == WindowSpec(8, 4)
    assert window_spec(series, 5, None) == WindowSpec(5, 4)
    assert window_spec(series, None, 10) == WindowSpec(16, 10)
