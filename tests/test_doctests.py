"""The examples in docstrings of the public functions run."""

import doctest
from pathlib import Path

import pytest

import forecast
from forecast import api, api_data, api_files, api_live, api_pictures
from forecast.features import windows

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "module",
    [forecast, api, api_data, api_files, api_live, api_pictures, windows],
    ids=lambda module: module.__name__,
)
def test_examples_run(module, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("FORECAST_MODEL", raising=False)
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
