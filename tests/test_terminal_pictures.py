"""Pictures of a terminal: a screen after escape sequences, and that the README shows what was run."""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tools import terminal
from tools.terminal import FOLDER, PICTURES, PLAIN, ROOT, Screen, Style, session, styled, svg_of


def shown(text: str, columns: int = 20) -> list[str]:
    screen = Screen(columns)
    screen.write(text)
    return ["".join(sign for sign, _ in line) for line in screen.lines]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\r\nb", ["a", "b"]),
        ("fit 1 of 5\r\x1b[2Kfit 2", ["fit 2"]),
        ("one\r\ntwo\x1b[1A\r\x1b[2K\x1b[1B", ["", "two"]),
        ("one\r\ntwo\r\x1b[A\x1b[J", [""]),
        ("abcdef\x1b[3D\x1b[K", ["abc"]),
        ("a\x1b[5Gb\bc", ["a   c"]),
        ("x" * 23, ["x" * 20, "xxx"]),
        ("\x1b]0;title\x07a\x1b[?25lb\x1b[?25h", ["ab"]),
    ],
)
def test_a_screen_shows_what_a_terminal_would(text, lines):
    assert shown(text) == lines


def test_colours_are_those_of_the_sequences():
    assert styled(PLAIN, "1;38;5;33") == Style(ink=33, bold=True)
    assert styled(PLAIN, "38;5;32;48;5;214") == Style(ink=32, ground=214)
    assert styled(Style(ink=33, bold=True), "") == PLAIN
    assert styled(PLAIN, "36") == Style(ink=6)
    assert styled(PLAIN, "2;91;44") == Style(ink=9, ground=4, dim=True)
    assert styled(Style(ink=9, ground=4, dim=True), "39;49;22") == PLAIN


def test_a_picture_has_text_as_text_and_blocks_as_shapes_and_fetches_nothing():
    screen = Screen(20)
    screen.write("\x1b[1mhello\x1b[0m <x>\r\n\x1b[38;5;33m⣿█\x1b[0m ▄ ──\r\n\x1b[48;5;214m▂\x1b[0m")
    svg = svg_of(screen.lines, "forecast train x")
    root = ET.fromstring(svg)
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["hello", "<x>"]
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "forecast train x"
    kinds = [each.get("class") for each in root.iter("{http://www.w3.org/2000/svg}path")]
    assert kinds == ["c33", "ink", "ink"]
    assert ".c33 { fill: #0087ff; }" in svg
    assert '<rect class="c214"' in svg
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)|url\(|@import|<script", svg) == []
    assert "prefers-color-scheme: dark" in svg


def test_a_real_run_is_shown_behind_its_prompt(tmp_path):
    lines = session(("forecast --version",), tmp_path)
    texts = ["".join(sign for sign, _ in line) for line in lines]
    assert texts[0] == "$ forecast --version"
    assert texts[1].startswith("forecast 0.")
    assert len(texts) == 2


def test_a_command_that_fails_makes_no_picture(tmp_path):
    with pytest.raises(SystemExit, match="forecast nope: exit code 2"):
        terminal.run("forecast nope", tmp_path)


def test_an_unknown_picture_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["terminal", "nope"])
    with pytest.raises(SystemExit, match="no picture nope; there are train, plot, memory"):
        terminal.main()


@pytest.mark.parametrize("name", PICTURES)
def test_the_committed_pictures_are_of_the_commands_that_the_readme_names(name):
    command = "; ".join(PICTURES[name])
    path = FOLDER / f"terminal-{name}.svg"
    root = ET.parse(path).getroot()
    assert root.findtext("{http://www.w3.org/2000/svg}title") == command
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert next(text for text in texts if text.startswith("forecast ")) == PICTURES[name][0]
    assert path.stat().st_size < 60_000
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"![{command}]({Path('docs/pictures') / path.name})" in readme
