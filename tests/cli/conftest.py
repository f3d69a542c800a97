import sys

import pytest

import forecast

# Before any test replaces the workflow that they import.
import forecast.hindcast
import forecast.pictures
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


@pytest.fixture
def forecast_program(workflow, real_program):
    """Run the program over the fake workflow in this process: (exit code, stdout, stderr)."""
    del workflow
    return real_program


@pytest.fixture
def real_program(capsys, monkeypatch):
    """The same over the real workflow."""
    from forecast.app import run

    def program(*words: str, stdin: str = "/dev/null") -> tuple[int, str, str]:
        with open(stdin) as stream:
            monkeypatch.setattr(sys, "stdin", stream)
            code = run(list(words))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return program
