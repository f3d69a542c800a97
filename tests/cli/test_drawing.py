"""`forecast plot`, and the small pictures under the tables of `predict` and `train`."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.test_architecture import modules_loaded

GOLDEN = Path(__file__).parents[1] / "golden" / "format-2.forecast"
BRAILLE = re.compile("[\u2801-\u28ff]")


@pytest.fixture
def golden():
    """A model of two series, 40 years each."""
    shutil.copy(GOLDEN, "crops.forecast")
    return "crops.forecast"


@pytest.fixture
def _terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "40")
    monkeypatch.setattr("forecast.cli.delivery.is_terminal", lambda stream: stream is sys.stdout)
    monkeypatch.setattr("forecast.cli.drawing.is_terminal", lambda stream: stream is sys.stdout)
    monkeypatch.setattr("forecast.cli.console.is_terminal", lambda stream: stream is sys.stdout)


def test_the_series_of_a_model_are_drawn_in_a_pipe_without_colours(real_program, golden, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    code, out, err = real_program("plot", "--model", golden)
    assert code == 0
    lines = out.splitlines()
    assert lines[:2] == ["harvest_panel.csv: tonnes", f"{'Canada Barley':51}Canada Wheat"]
    assert max(map(len, lines)) <= 100
    assert BRAILLE.search(out)
    assert "\x1b" not in out
    assert err == f"model         {golden}\n"


def test_the_series_are_chosen_by_their_ids(real_program, golden):
    code, out, _ = real_program("plot", "--model", golden, "--series", "Canada Wheat")
    assert code == 0
    assert "Canada Wheat" in out
    assert "Barley" not in out
    code, out, err = real_program("plot", "--model", golden, "--series", "Canada Wheet")
    assert (code, out) == (2, "")
    assert err.splitlines()[1:] == [
        'error: there is no series "Canada Wheet"',
        "hint:  --series 'Canada Wheat'",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--history", "few"), '--history: "few" is neither a number of rows nor all'),
        (("--output", "x.gif"), '--output: "x.gif" does not end in .png, .svg, .html, .txt'),
        (("--output", "nowhere/x.txt"), ""),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_any_work(real_program, golden, words, message):
    code, out, err = real_program("plot", "--model", golden, *words)
    assert (code, out) == (2 if message else 1, "")
    assert f"error: {message}" in err
    assert "model  " not in err


def test_many_series_are_drawn_in_part_and_too_many_are_refused(real_program):
    def write(series):
        years = range(2000, 2006)
        rows = [f"s{index},{year},{index + year % 3}" for index in range(series) for year in years]
        Path("many.csv").write_text("\n".join(["id,year,y", *rows, ""]))

    write(30)
    code, out, err = real_program("plot", "many.csv", "--method", "naive")
    assert code == 0
    assert len(re.findall(r"\bs\d+\b", out)) == 12
    assert "series        the first 12 of 30 are drawn; --series ID chooses others" in err
    write(1001)
    code, out, err = real_program("plot", "many.csv", "--method", "naive")
    assert (code, out) == (2, "")
    assert "error: 1,001 series are too many for a picture" in err
    assert "hint:  choose some: --series s0; the option may be repeated" in err
    assert real_program("plot", "many.csv", "--method", "naive", "--series", "s900")[0] == 0


def test_the_width_and_the_rows_of_history_can_be_chosen(real_program, golden, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    wheat = ("plot", "--model", golden, "--series", "Canada Wheat")
    some, every = (real_program(*wheat, "--history", rows)[1] for rows in ("12", "all"))
    assert max(map(len, some.splitlines())) <= 60
    assert "1990" in every
    assert "1990" not in some


def test_a_text_file_holds_the_picture(real_program, golden):
    code, out, _ = real_program("plot", "--model", golden, "--output", "crops.txt")
    assert (code, out) == (0, "")
    assert BRAILLE.search(Path("crops.txt").read_text())


@pytest.mark.usefixtures("_terminal")
def test_a_small_picture_is_under_the_table_on_a_terminal_only(real_program, golden, monkeypatch):
    out = real_program("predict", "--model", golden)[1]
    table, _, picture = out.partition("\n\n")
    assert not BRAILLE.search(table)
    assert BRAILLE.search(picture)
    assert "Canada Barley" in picture
    assert "\x1b[1;38;5;33m" in picture
    for words in (("--no-plot",), ("-f", "csv"), ("--json",), ("--output", "x.csv"), ("--total",)):
        assert not BRAILLE.search(real_program("predict", "--model", golden, *words)[1]), words
    monkeypatch.setenv("NO_COLOR", "1")
    out = real_program("predict", "--model", golden)[1]
    assert BRAILLE.search(out)
    assert "\x1b" not in out
    monkeypatch.setenv("TERM", "dumb")
    assert not BRAILLE.search(real_program("predict", "--model", golden)[1])


def test_tables_in_a_pipe_have_no_picture(real_program, golden):
    assert not BRAILLE.search(real_program("predict", "--model", golden, "-f", "table")[1])


def test_a_stream_without_braille_gets_ascii(monkeypatch, golden, tmp_path):
    from forecast.app import run

    with (tmp_path / "out.txt").open("w", encoding="latin-1") as stream, open("/dev/null") as nothing:
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stdin", nothing)
        assert run(["plot", "--model", golden]) == 0
    assert (tmp_path / "out.txt").read_bytes().isascii()


def test_a_picture_loads_nothing_of_weight(golden):
    loaded = modules_loaded("plot", "--model", golden)
    assert loaded & {"rich", "PIL", "pandas", "keras", "tensorflow", "scipy"} == set()


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<svg "), ("html", b"<!DOCTYPE html>")]
)
def test_files_are_written_whole_by_their_suffix(real_program, golden, suffix, start):
    code, out, err = real_program("plot", "--model", golden, "--output", f"crops.{suffix}")
    assert (code, out) == (0, "")
    assert Path(f"crops.{suffix}").read_bytes().startswith(start)
    assert err.splitlines() == [f"model         {golden}", f"saved         crops.{suffix}"]
    assert {path.name for path in Path().iterdir()} == {f"crops.{suffix}", golden}
