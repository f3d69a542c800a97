"""Names, ids and files that speak to terminals and to Rich are shown as they are written, spelled out."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from forecast.storage import modelfile
from tests.forgery import built, fields_of, tensors_of
from tests.measuring import ROOT
from tests.models import model, network

HOSTILE = "[red]x[/red] :smile: \x1b[31m\x1b]0;owned\x07 \x9b2J \x07 \u202eevil\u2066 \x85 \u2028 \x08"
HARMLESS = re.compile(
    r"[^\n\r -~\u00a1-\u061b\u061d-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\U0010ffff]"
)
"""What no line for a person may hold; Rich and we write colours of our own only where colour is on."""


def on_a_terminal(folder: Path, *words: str) -> str:
    """All that a person sees of a run, both streams, without the bold print of a table's head."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "forecast", *words]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "200"}
    streams = {"stdin": terminal, "stdout": terminal, "stderr": terminal}
    with subprocess.Popen(command, cwd=folder, env=env, **streams) as ran:
        os.close(terminal)
        seen = b"".join(iter(lambda: _read(controller), b""))
        ran.wait(timeout=20)
    os.close(controller)
    return seen.decode().replace("\x1b[1m", "").replace("\x1b[0m", "")


def _read(controller: int) -> bytes:
    try:
        return os.read(controller, 1 << 16)
    except OSError:  # the program is gone
        return b""


def hostile_data(folder: Path, *, spoilt: bool = False) -> str:
    """A panel whose columns, ids and file name are hostile; `spoilt` where a number is too."""
    name = "d\x1b[31m[red]\u202e:smile:.csv"
    rows = [f'"{HOSTILE}{series}",{year},{year % 7}' for series in "ab" for year in range(1990, 2010)]
    rows += [f'"{HOSTILE}short",{year},1' for year in (1990, 1995)]
    if spoilt:
        rows[3] = f'"{HOSTILE}a",1993,"{HOSTILE}"'
    (folder / name).write_text("\n".join([f'"id{HOSTILE}",year,"y{HOSTILE}"', *rows]), encoding="utf-8")
    return name


@pytest.mark.parametrize("spoilt", [False, True], ids=["read", "refused"])
@pytest.mark.parametrize("command", ["predict", "check"])
def test_hostile_names_and_ids_reach_a_terminal_spelled_out(tmp_path: Path, command: str, spoilt: bool):
    seen = on_a_terminal(tmp_path, command, hostile_data(tmp_path, spoilt=spoilt))
    assert HARMLESS.findall(seen) == []
    assert "[red]" in seen
    assert ":smile:" in seen
    assert r"\x1b[31m" in seen
    assert ("error:" in seen) == spoilt


@pytest.mark.parametrize(
    "words", [("--target", HOSTILE), ("--model", HOSTILE), (HOSTILE,), ("--cell", HOSTILE)]
)
def test_hostile_words_of_the_command_line_are_spelled_out_in_the_error(
    tmp_path: Path, words: tuple[str, ...]
):
    seen = on_a_terminal(tmp_path, "predict", hostile_data(tmp_path), *words)
    assert HARMLESS.findall(seen) == []
    assert "error:" in seen
    assert r"\x1b[31m" in seen


def test_a_hostile_model_reaches_a_terminal_spelled_out(tmp_path: Path):
    path = tmp_path / "m\x1b[31m\u202e[red].forecast"
    content = modelfile.encode(model(network()))
    fields = fields_of(content)
    fields["card"].update(source=HOSTILE, first_time=HOSTILE, data_sha256=HOSTILE, versions=[[HOSTILE] * 2])
    path.write_bytes(built(fields, tensors_of(content)))
    seen = on_a_terminal(tmp_path, "show", path.name)
    assert HARMLESS.findall(seen) == []
    assert r"\x1b[31m" in seen
    path.write_bytes(content[:-9])
    assert HARMLESS.findall(on_a_terminal(tmp_path, "show", path.name)) == []
