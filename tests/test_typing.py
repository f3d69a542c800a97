"""What a type checker says of a user's program."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "typing"
ROOT = HERE.parents[1]

pytestmark = [pytest.mark.slow]


def checked(name: str) -> list[str]:
    """Lines of errors in a program of a user."""
    command = [sys.executable, "-m", "mypy", "--strict", str(HERE / name)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    return [line for line in done.stdout.splitlines() if f"{name}:" in line and ": error:" in line]


def test_a_users_program_is_well_typed():
    assert checked("user_program.py") == []


def test_options_that_do_not_exist_and_values_of_the_wrong_type_are_errors():
    wrong = [line for line in (HERE / "wrong_program.py").read_text().splitlines() if "  # " in line]
    assert len(checked("wrong_program.py")) >= len(wrong) == 3
