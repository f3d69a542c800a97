import sys

import pytest

import forecast
from tests.cli import fakes


@pytest.fixture(autouse=True)
def _quiet_surroundings(monkeypatch, tmp_path):
    for name in ("FORECAST_MODEL", "NO_COLOR", "FORCE_COLOR", "TF_CPP_MIN_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def workflow(monkeypatch):
    """The workflow replaced by fakes that hand back real results and keep what they were called with."""
    fake = fakes.workflow()
    monkeypatch.setitem(sys.modules, "forecast.workflow", fake)
    monkeypatch.setattr(forecast, "workflow", fake, raising=False)
    return fake
