"""Every command of docs/repair.md prints what the page says."""

import re
from pathlib import Path

import pytest

from forecast.app import run

PAGE = (Path(__file__).parents[1] / "docs" / "repair.md").read_text()
FILES = dict(re.findall(r"`(\w+\.csv)`[^`]*```csv\n(.*?)```", PAGE, re.DOTALL))
COMMANDS = re.findall(r"```console\n\$ forecast ([^\n]*)\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_has_its_files_and_commands():
    assert list(FILES) == ["till.csv", "visits.csv"]
    assert len(COMMANDS) == 5


@pytest.mark.parametrize(("words", "printed"), COMMANDS, ids=[words for words, _ in COMMANDS])
def test_a_command_prints_what_the_page_says(words, printed, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        Path(name).write_text(content)
    run(words.split())
    said = capsys.readouterr()
    assert said.err + said.out == printed
