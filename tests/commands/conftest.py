"""The fixtures of the program are those of tests/cli."""

from tests.cli.conftest import _quiet_surroundings, forecast_program, real_program, workflow

__all__ = ["_quiet_surroundings", "forecast_program", "real_program", "workflow"]
