"""`forecast plot`, and the small pictures under the tables of `predict` and `train`."""

import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.data.cards import Losses
from forecast.data.evaluation import KeptBacktests
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


@pytest.fixture
def trained(golden):
    """The same with the losses of its training, and the backtests of its first series."""
    from forecast.storage.modelfile import load, save

    model = load(Path(golden))
    values = np.array([[[9e6, 1e7], [1.1e7, 1e7]]])
    kept = KeptBacktests(
        rows_back=np.array([[4, 2]]),
        values=values,
        lower=values - 1e6,
        upper=values + 1e6,
        level=80.0,
        covered=np.array([100.0, 50.0]),
        counts=np.array([2, 2]),
    )
    losses = Losses((1.5, 1.2, 1.1), (0.9, 0.7, 0.8), 2)
    save(replace(model, card=replace(model.card, losses=losses, backtests=kept)), Path(golden))
    return golden


def test_the_loss_of_a_model_by_epoch(real_program, trained):
    code, out, err = real_program("plot", "--loss", "--model", trained)
    assert code == 0
    assert out.startswith("harvest_panel.csv: loss by epoch\n")
    assert "training loss" in out
    assert "validation loss" in out
    assert out.splitlines()[-2].split() == ["1", "2", "3"]
    assert err == f"model         {trained}\n"


def test_a_model_without_a_loss_says_so(real_program, golden):
    code, out, err = real_program("plot", "--loss", "--model", golden)
    assert (code, out) == (2, "")
    assert "error: the model keeps no loss: no network was trained for it" in err


def test_the_backtests_that_a_model_keeps(real_program, trained):
    code, out, err = real_program("plot", "--backtest", "--model", trained)
    assert code == 0
    assert "Canada Barley" in out
    assert "Wheat" not in out
    assert "80 % interval" in out
    assert "actual" in out
    assert out.count("┊") >= 2
    assert "backtests     those of the training, which the model keeps" in err
    code, out, err = real_program("plot", "--backtest", "--model", trained, "--series", "Canada Wheat")
    assert (code, out) == (2, "")
    assert "error: the model keeps no backtest of these series" in err


def test_backtests_without_a_model_are_forecast_from_the_rows_before_each_origin(real_program):
    rows = [f"{year},{year % 5 + year / 100}" for year in range(1980, 2020)]
    Path("years.csv").write_text("\n".join(["year,y", *rows, ""]))
    unknown = real_program("plot", "years.csv", "--series", "nope")[2]
    assert "hint:  leave --series out: there is one series" in unknown
    code, out, _ = real_program("plot", "years.csv", "--backtests", "2", "--method", "drift", "-H", "3")
    assert code == 0
    assert re.search("actual .*forecast", out)
    assert max(line.count("┊") for line in out.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--loss", "--backtest"), "--loss and --backtest are two pictures"),
        (("--backtest", "--level", "80"), "--level: means nothing for --backtest"),
        (("--backtest", "--backtests", "0"), "backtests must be between 1 and"),
    ],
)
def test_contradicting_pictures_are_refused(real_program, trained, words, message):
    code, out, err = real_program("plot", "--model", trained, *words)
    assert (code, out) == (2, "")
    assert f"error: {message}" in err


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<svg "), ("html", b"<!DOCTYPE html>")]
)
def test_files_are_written_whole_by_their_suffix(real_program, golden, suffix, start):
    code, out, err = real_program("plot", "--model", golden, "--output", f"crops.{suffix}")
    assert (code, out) == (0, "")
    assert Path(f"crops.{suffix}").read_bytes().startswith(start)
    assert err.splitlines() == [f"model         {golden}", f"saved         crops.{suffix}"]
    assert {path.name for path in Path().iterdir()} == {f"crops.{suffix}", golden}
