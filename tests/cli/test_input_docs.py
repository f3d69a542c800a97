"""What docs/input.md shows was run and is so: every message, and that a forecast comes where one is shown."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```console\n(.*?)```", (ROOT / "docs" / "input.md").read_text("utf-8"), re.DOTALL)
STEPS = [
    (block, line.splitlines()[0], line.splitlines()[1:])
    for block, text in enumerate(BLOCKS)
    for line in text.removeprefix("$ ").split("\n$ ")
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder for each block, in which its files stay."""
    return [tmp_path_factory.mktemp("block") for _ in BLOCKS]


@pytest.mark.parametrize(("block", "line", "shown"), STEPS, ids=[line for _, line, _ in STEPS])
def test_a_line_of_the_documentation_says_what_is_shown(folders, block, line, shown):
    program = f'forecast() {{ "{sys.executable}" -m forecast "$@"; }}; '
    environment = {name: value for name, value in os.environ.items() if name != "FORECAST_MODEL"}
    done = subprocess.run(
        ["bash", "-c", program + line],
        cwd=folders[block],
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    printed = (done.stderr + done.stdout).splitlines()
    assert [_without_numbers(text) for text in printed] == [_without_numbers(text) for text in shown]


def _without_numbers(line):
    """A row of a forecast without the numbers, which a better network would change; other lines whole."""
    return re.sub(r"(?<=,)-?[0-9.]+(?=,|$)", "n", line) if re.fullmatch(r"[\w-]+(,[\w.-]+)+", line) else line
