"""`forecast explain`: what a person and a program see of a network."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from forecast.forecasters.combination import Combination
from forecast.spec.model import CELLS
from forecast.storage import modelfile
from tests.labelled import sky_csv
from tests.models import model, network, with_tail
from tests.panels import panel, wave

ROWS = 60

WHAT = ("windows", "step", "memory", "gradients", "order")


@pytest.fixture
def harvest() -> Path:
    """A file, and the model of a combination that was trained on it."""
    values = wave(ROWS, season=5)
    lines = [f"{2000 + row},{value:.3f}" for row, value in enumerate(values)]
    Path("harvest.csv").write_text("\n".join(["year,tons", *lines, ""]))
    made = model(network(), pretrained=network(cell="lstm", seed=2), methods=("theta",))
    modelfile.save(with_tail(made, panel(values)), Path("harvest.forecast"))
    return Path("harvest.forecast")


def table(program, *words: str) -> tuple[list[str], str]:
    code, out, err = program("explain", *words, "--format", "table")
    assert code == 0, err
    assert max(map(len, out.splitlines())) <= 80, out
    return out.splitlines(), err


# Memory


@pytest.mark.usefixtures("harvest")
def test_memory_shows_each_network_of_a_combination_with_its_weight(real_program):
    lines, err = table(real_program, "memory", "--model", "harvest.forecast")
    assert err == "model         harvest.forecast\n"
    titles = [line for line in lines if "33 %" in line]
    assert titles[0].startswith("GRU 4, 33 % of the combination: what is left of each row")
    assert titles[1].startswith("pretrained LSTM 4, 33 % of the combination")
    assert len([line for line in lines if line.startswith("1     2059")]) == 2
    assert len([line for line in lines if line.startswith("half-life")]) == 2
    assert "██████████" in "".join(lines[3:7])


@pytest.mark.usefixtures("harvest")
def test_memory_as_json_and_csv_has_every_pair_of_a_row_and_a_step(real_program):
    code, out, _ = real_program("explain", "memory", "--json")
    document = json.loads(out)
    assert (code, document["schema"]) == (0, "forecast.explain-memory/1")
    assert [each["name"] for each in document["networks"]] == ["gru", "pretrained"]
    assert len(document["networks"][0]["half_lives"]) == 3
    assert len(document["rows"]) == 2 * 3 * 6
    first = document["rows"][0]
    assert list(first) == ["network", "step", "steps_ago", "year", "y", "effect", "left"]
    assert (first["steps_ago"], first["year"], first["left"]) == (1, 2059, 1)
    by_step = [sum(row["effect"] for row in document["rows"][start : start + 6]) for start in (0, 6, 12)]
    older = document["networks"][0]["effect_of_older_values"]
    assert np.add(by_step, older) == pytest.approx(1, abs=0.05)
    code, out, _ = real_program("explain", "memory", "--model", "harvest.forecast")
    assert out.splitlines()[0] == "network,step,steps_ago,year,y,effect,left"


def test_memory_without_a_model_is_that_of_the_pretrained_network(real_program, harvest):
    harvest.unlink()
    lines, err = table(real_program, "memory", "harvest.csv")
    assert "pretrained GRU, Theta" in err
    assert re.match(r"pretrained GRU \d+.*, \d+ % of the combination: what is left", lines[0])
    assert any(re.match(r"not shown   \d+ older rows of the window", line) for line in lines)


def test_bars_are_of_ascii_where_the_encoding_has_no_others(real_program, harvest, monkeypatch):
    monkeypatch.setattr("forecast.cli.delivery._has_blocks", lambda *_: False)
    lines, _ = table(real_program, "memory", "--model", str(harvest))
    assert "##########" in "".join(lines[3:7])
    assert "█" not in "".join(lines)


def test_a_series_is_chosen_by_its_id(real_program):
    rows = [f"{name},{2000 + row},{row * size}" for size, name in enumerate("ab", 1) for row in range(12)]
    Path("crops.csv").write_text("\n".join(["crop,year,tons", *rows, ""]))
    out, err = real_program("explain", "memory", "crops.csv")[1:]
    assert 'series        "a", the first of 2; --series ID chooses another one' in err
    assert "pretrained,1,1,2011,11," in out
    assert "pretrained,1,1,2011,22," in real_program("explain", "memory", "crops.csv", "--series", "b")[1]
    code, out, err = real_program("explain", "memory", "crops.csv", "--series", "bb")
    assert (code, out) == (3, "")
    assert 'there is no series "bb"' in err
    assert 'did you mean "b"?' in err


def test_a_model_without_a_network_says_so(real_program, harvest):
    made = modelfile.load(harvest)
    alone = made.combination.only(["theta"])
    modelfile.save(replace(made, combination=alone, weights=np.ones((len(made.weights), 1))), harvest)
    code, out, err = real_program("explain", "memory", "--model", str(harvest))
    assert (code, out) == (4, "")
    assert "it forecasts without a network: theta" in err


def test_without_data_and_model_it_says_what_to_name(real_program):
    code, out, err = real_program("explain", "memory")
    assert (code, out) == (2, "")
    assert "there is neither DATA nor a model here" in err


def test_cells_are_trained_on_the_same_rows_and_set_side_by_side(real_program, monkeypatch):
    values = wave(30)
    lines = [f"{2000 + row},{value:.3f}" for row, value in enumerate(values)]
    Path("small.csv").write_text("\n".join(["year,tons", *lines, ""]))

    def trained(panel, request, cells, run):
        del panel, request, run
        made = [network(cell=cell) for cell in cells]
        return [
            SimpleNamespace(
                network=each, combination=Combination(((each.name, each),)), epochs=3, seconds=1.5
            )
            for each in made
        ]

    monkeypatch.setitem(sys.modules, "forecast.training.cells", SimpleNamespace(train_cells=trained))
    words = ("memory", "small.csv", "--cell", "gru,simple-rnn")
    lines, _ = table(real_program, *words)
    assert lines[0].startswith("2 cells, trained on the same rows")
    assert lines[3].split() == ["ago", "year", "tons", "SimpleRNN", "GRU"]
    assert any(line.startswith("GRU         half-life ") and "trained in 1.5 s" in line for line in lines)
    document = json.loads(real_program("explain", *words, "--json")[1])
    assert [each["name"] for each in document["networks"]] == ["simple-rnn", "gru"]
    assert [each["seconds"] for each in document["networks"]] == [1.5, 1.5]
    code, _, err = real_program("explain", *words, "--model", "x.forecast")
    assert code == 2
    assert "--cell trains networks, and --model names one" in err


# Windows


@pytest.mark.usefixtures("harvest")
def test_windows_are_beside_the_series_and_what_is_to_predict_is_marked_and_in_colour(real_program):
    lines, _ = table(real_program, "windows", "harvest.csv", "--window", "3", "--horizon", "2")
    assert lines[0] == "60 rows become 56 examples: 60 - window 3 - horizon 2 + 1. Each reads 3 rows,"
    assert lines[3].split()[:4] == ["year", "tons", "#1", "#2"]
    first = [line.split()[2:] for line in lines[5:10]]
    values = [line.split()[1] for line in lines[5:10]]
    assert first[0] == [values[0]]
    assert first[2] == [values[2]] * 3
    assert first[3] == [">", *[values[3]] * 4]
    assert first[4][:4] == [">", values[4], ">", values[4]]
    colored = real_program("explain", "windows", "harvest.csv", "-f", "table", "--color", "always")[1]
    assert "\x1b[1;35m> " in colored


def test_windows_of_huge_numbers_have_exponents(real_program):
    Path("huge.csv").write_text("year,tons\n" + "".join(f"{2000 + row},{row + 1}e300\n" for row in range(9)))
    lines, _ = table(real_program, "windows", "huge.csv", "--window", "3", "--horizon", "1")
    assert [line.split()[:3] for line in lines if line.startswith("2000")] == [["2000", "1e+300", "1e+300"]]


def test_windows_for_a_program_have_a_row_for_each_example_of_every_series(real_program):
    rows = [f"{name},{2000 + row},{row * size}" for size, name in enumerate("ab", 1) for row in range(12)]
    Path("crops.csv").write_text("\n".join(["crop,year,tons", *rows, ""]))
    words = ["explain", "windows", "crops.csv", "--window", "3", "--horizon", "1"]
    out = real_program(*words)[1].splitlines()
    assert out[:2] == ["crop,origin,x1,x2,x3,y1", "a,2002,0,1,2,3"]
    assert out[-1] == "b,2010,16,18,20,22"
    assert len(out) == 1 + 2 * 9
    document = json.loads(real_program(*words, "--series", "b", "--json")[1])
    assert (document["schema"], document["examples"]) == ("forecast.explain-windows/1", 9)
    assert (document["window"], document["horizon"]) == (3, 1)


def test_windows_of_classes_hold_their_names_and_labels_have_none(real_program):
    Path("sky.csv").write_text(sky_csv(30))
    out = real_program("explain", "windows", "sky.csv", "--target", "sky", "--window", "2", "--horizon", "1")[
        1
    ]
    assert out.splitlines()[0] == "origin,x1,x2,y1"
    assert set(out.splitlines()[1].split(",")[1:]) <= {"fog", "rain", "sun"}
    Path("words.csv").write_text("s,word,intent\n1,a,x\n1,b,x\n2,c,y\n2,a,y\n")
    code, out, err = real_program(
        "explain", "windows", "words.csv", "--id", "s", "--past", "word", "--label", "intent"
    )
    assert (code, out) == (2, "")
    assert "a label is learned from whole series" in err


# Step


@pytest.mark.parametrize("cell", CELLS)
def test_step_shows_the_loop_and_the_last_step_in_numbers(real_program, cell):
    values = wave(30)
    modelfile.save(with_tail(model(network(cell=cell)), panel(values)), Path("m.forecast"))
    lines, _ = table(real_program, "step", "--model", "m.forecast")
    assert lines[1].startswith("state = 0; for row in window: state = cell(row, state)")
    assert lines[3].split()[:4] == ["step", "year", "y", "change"]
    assert [line.split()[:2] for line in lines[5:11]] == [[str(n), str(2023 + n)] for n in range(1, 7)]
    assert ("kept" in lines[3]) == (cell != "simple-rnn")
    (first,) = (index for index, line in enumerate(lines) if line.startswith("unit"))
    assert re.fullmatch(r"unit +h\d+ +h\d+ +h\d+ +h\d+", lines[first].rstrip())
    numbers = "\n".join(lines[first + 2 : first + 10])
    gates = {"gru": "update", "lstm": "forget", "simple-rnn": "old state"}
    assert gates[cell] in numbers


def test_narrow_paper_leaves_columns_out_and_says_so(real_program, monkeypatch):
    values = 1e7 * wave(30)
    modelfile.save(with_tail(model(network(), methods=("theta",)), panel(values)), Path("m.forecast"))
    monkeypatch.setenv("COLUMNS", "56")
    lines, _ = table(real_program, "step", "--model", "m.forecast")
    assert max(map(len, lines)) <= 56
    (head,) = (line.split() for line in lines if line.startswith("step"))
    assert head == ["step", "year", "y", "kept", "state", "answer"]
    assert any(line.startswith('no room     for "change": a wider') for line in lines)
    assert not any(line.startswith("change ") for line in lines)
    lines, _ = table(real_program, "memory", "--model", "m.forecast")
    assert max(len(line.rstrip()) for line in lines) <= 56
    assert 'no room     for "in state", "+3"' in "\n".join(lines)
    assert next(line for line in lines if line.startswith("half-life")).count("(+") == 2


@pytest.mark.usefixtures("harvest")
def test_step_for_a_program_has_the_forecast_the_gates_and_every_unit(real_program):
    code, out, err = real_program("explain", "step", "--member", "pretrained", "--json")
    document = json.loads(out)
    assert (code, document["schema"], document["member"]) == (0, "forecast.explain-step/1", "pretrained")
    columns = ["step", "year", "y", "forecast", "forget", "input", "output", "h1", "h2", "h3", "h4"]
    assert [list(row) for row in document["rows"]] == [columns] * 6
    assert document["networks"] == 1
    code, out, err = real_program("explain", "step", "--member", "theta")
    assert (code, out) == (2, "")
    assert 'the model has no network "theta"' in err
    assert "it has gru, pretrained" in err


# Gradients and order


@pytest.mark.usefixtures("harvest")
def test_gradients_sets_the_cells_side_by_side_at_growing_lengths(real_program, monkeypatch):
    monkeypatch.setattr("forecast.explaining.gradients.UPDATES", 5)
    words = ("gradients", "harvest.csv", "--window", "4,24")
    lines, _ = table(real_program, *words)
    assert lines[0].startswith('Each network of 16 units reads so many values of "tons"')
    rows = [line for line in lines if line.startswith(("4 ", "24 ", "     ")) and "SimpleRNN" in line]
    assert len(rows) == 4
    assert any("-> 1" in line for line in lines)
    assert not any("-> 1" in line for line in table(real_program, *words, "--clip", "0")[0])
    monkeypatch.setenv("COLUMNS", "60")
    lines, _ = table(real_program, "gradients", "harvest.csv", "--window", "4", "--cell", "simple-rnn")
    assert max(len(line.rstrip()) for line in lines) <= 60
    assert not any(line.startswith("largest") for line in lines)
    code, out, _ = real_program("explain", *words, "--cell", "gru,lstm", "--json")
    document = json.loads(out)
    assert (code, document["schema"]) == (0, "forecast.explain-gradients/1")
    assert [each["cell"] for each in document["trainings"]] == ["lstm", "gru"] * 2
    assert len(document["rows"]) == 2 * (4 + 24)
    assert list(document["rows"][0])[-3:] == ["steps_ago", "gradient_start", "gradient_trained"]


@pytest.mark.usefixtures("harvest")
def test_order_shows_both_networks_and_where_the_dense_one_cannot_answer(real_program, monkeypatch):
    monkeypatch.setattr("forecast.explaining.order.UPDATES", 5)
    monkeypatch.setattr("forecast.explaining.order.SEEDS", 1)
    lines, _ = table(real_program, "order", "harvest.csv", "--window", "4", "--cell", "lstm")
    assert lines[0].startswith('Two networks forecast the next "tons" from the 4 values before it: an LSTM')
    assert [line.split()[0] for line in lines if line[:2] in ("2 ", "4 ", "8 ", "16")] == [
        "2",
        "4",
        "8",
        "16",
    ]
    out = real_program("explain", "order", "harvest.csv", "--window", "4")[1].splitlines()
    assert out[0] == "past,window,recurrent,dense"
    assert [line.split(",")[:2] for line in out[1:4]] == [
        ["in order", "4"],
        ["shuffled", "4"],
        ["trained shuffled", "4"],
    ]
    assert all(line.endswith(",") for line in out[4:])


@pytest.mark.usefixtures("harvest")
@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("gradients harvest.csv --clip -1", 2, "--clip: the norm is 0 or more, not -1"),
        ("gradients harvest.csv --cell gur", 2, 'there is no cell "gur"'),
        ("gradients harvest.csv --window 1", 2, '"1" is not a length from 2 to 512'),
        ("gradients harvest.csv --ask next --window 55", 3, "60 rows are too few: a window of 55 needs 65"),
        ("order harvest.csv --window 1", 2, "window"),
        ("windows harvest.csv --window 0", 2, "window must be between 1 and 100000, not 0"),
        ("windows harvest.csv --horizon 0", 2, "horizon must be between 1 and 10000, not 0"),
        ("windows harvest.csv --window 70", 3, "60 rows hold no example: window 70 + horizon 4 need 74"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(real_program, words, code, message):
    found, out, err = real_program("explain", *words.split())
    assert (found, out) == (code, "")
    assert message in err


# Help


def test_a_word_is_needed_and_misspelt_ones_are_guessed(real_program):
    code, out, err = real_program("explain")
    assert (code, out) == (2, "")
    assert "Commands:" in err
    code, _, err = real_program("explain", "memry")
    assert code == 2
    assert 'there is no command "memry"' in err
    assert "did you mean forecast explain memory?" in err
    code, out, _ = real_program("explain", "--help")
    assert code == 0
    assert [line.split()[0] for line in out.partition("Commands:\n")[2].splitlines()[:5]] == [*WHAT]
    assert "..." not in out.partition("Commands:")[2].partition("Messages:")[0]


@pytest.mark.parametrize("what", WHAT)
def test_each_has_a_help_page_of_at_most_80_columns_whose_examples_parse(real_program, what):
    code, out, _ = real_program("explain", what, "--help")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    examples = [line.split()[1:] for line in out.splitlines() if line.startswith("  forecast explain ")]
    assert len(examples) >= 2
    for words in examples:  # there are no data here
        code, _, err = real_program(*words)
        assert code in (2, 3, 4), err
        assert "there is no option" not in err


@pytest.mark.usefixtures("harvest")
@pytest.mark.parametrize(
    "words", [("-q", "explain", "memory"), ("explain", "-q", "memory"), ("explain", "memory", "-q")]
)
def test_options_of_the_program_may_be_anywhere(real_program, words):
    code, out, err = real_program(*words)
    assert (code, err) == (0, "")
    assert out.startswith("network,")
