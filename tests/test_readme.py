"""The commands of the README do what it says they do: they run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
LINES = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ") and ".venv" not in line
]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the sample data and newer data, where the first command has left its model."""
    made = tmp_path_factory.mktemp("readme")
    (made / "sample_data").symlink_to(ROOT / "sample_data")
    rows = (ROOT / "sample_data" / "harvest.csv").read_text()
    (made / "newer.csv").write_text(f"{rows.rstrip()}\n2025,33000000\n2026,34000000\n")
    assert run(made, LINES[0]).returncode == 0
    return made


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """The line in a shell in which `forecast` is the program under test."""
    program = f'forecast() {{ "{sys.executable}" -m forecast "$@"; }}; '
    environment = {name: value for name, value in os.environ.items() if name != "FORECAST_MODEL"}
    environment["PYTHONPATH"] = str(ROOT)
    return subprocess.run(
        ["bash", "-c", program + line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_readme_begins_with_its_main_job():
    assert LINES[:2] == ["forecast train sample_data/harvest.csv", "forecast predict"]


@pytest.mark.parametrize("line", [line for line in LINES[1:] if "harvest_panel" not in line])
def test_a_command_of_the_readme_runs(folder, line):
    done = run(folder, line)
    assert (done.returncode, done.stderr.count("error:")) == (0, 0), done.stderr
    assert done.stdout or ">" in line


def test_the_panel_of_the_readme_trains(folder, tmp_path):
    (line,) = (line for line in LINES if "harvest_panel" in line)
    done = run(folder, f"{line} --epochs 1 --model {tmp_path / 'panel.forecast'}")
    assert done.returncode == 0, done.stderr
    assert "verdict" in done.stderr


@pytest.mark.parametrize("code", PYTHON)
def test_the_python_of_the_readme_runs(folder, code):
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "forecast" in done.stdout
