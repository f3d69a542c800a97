"""The examples in the docstrings of the nouns run."""

import doctest

import pytest

from forecast.data import arrays, frequency, panel
from forecast.features import windows


@pytest.mark.parametrize("module", [arrays, frequency, panel, windows], ids=lambda module: module.__name__)
def test_the_examples_of_a_module_run(module):
    done = doctest.testmod(module)
    assert done.attempted > 0
    assert done.failed == 0
