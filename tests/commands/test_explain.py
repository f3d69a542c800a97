"""`forecast explain`: what a person and a program see of a network."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.storage import modelfile
from tests.models import model, network, with_tail
from tests.panels import panel, wave

ROWS = 60


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
    assert lines[0].startswith("pretrained GRU 64 (mean of 2), ")
    assert any(line.startswith("not shown   22 older rows of the window") for line in lines)


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
    assert "pretrained,1,1,2011,11.0," in out
    assert "pretrained,1,1,2011,22.0," in real_program("explain", "memory", "crops.csv", "--series", "b")[1]
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


# Help


def test_a_word_is_needed_and_misspelt_ones_are_guessed(real_program):
    code, out, err = real_program("explain")
    assert (code, out) == (2, "")
    assert "Commands:" in err
    code, _, err = real_program("explain", "memry")
    assert code == 2
    assert 'there is no command "memry"' in err
    assert "memory" in err


@pytest.mark.usefixtures("harvest")
@pytest.mark.parametrize(
    "words", [("-q", "explain", "memory"), ("explain", "-q", "memory"), ("explain", "memory", "-q")]
)
def test_options_of_the_program_may_be_anywhere(real_program, words):
    code, out, err = real_program(*words)
    assert (code, err) == (0, "")
    assert out.startswith("network,")
