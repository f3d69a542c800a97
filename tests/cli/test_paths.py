import os
import sys
from pathlib import Path

import pytest

from forecast.cli import paths
from forecast.errors import ModelError, UsageError


@pytest.mark.parametrize(
    ("data", "model"),
    [
        ("harvest.csv", "harvest.forecast"),
        ("harvest.csv.gz", "harvest.forecast"),
        ("in/some/folder/harvest.csv", "harvest.forecast"),
        ("sales.2024.csv", "sales.2024.forecast"),
        ("harvest", "harvest.forecast"),
    ],
)
def test_a_model_is_named_after_its_data_in_the_current_folder(data, model):
    assert paths.model_to_write(None, Path(data)) == Path(model)


def test_a_model_from_standard_input_is_called_model():
    assert paths.model_to_write(None, paths.STDIN) == Path("model.forecast")


@pytest.mark.parametrize("name", ["pretrained", "./pretrained"])
def test_the_word_pretrained_is_no_path(monkeypatch, name):
    Path("here.forecast").touch()
    assert paths.model_or_pretrained(Path(name), None) is None
    monkeypatch.setenv("FORECAST_MODEL", name)
    assert paths.model_or_pretrained(None, None) is None
    with pytest.raises(ModelError, match="the pretrained networks are not a model file"):
        paths.model_to_read(None, None)


def test_without_data_the_only_model_answers_and_two_are_for_the_user_to_choose_from():
    assert paths.model_or_pretrained(None, None) is None
    Path("a.forecast").touch()
    assert paths.model_or_pretrained(None, None) == Path("a.forecast")
    Path("b.forecast").touch()
    with pytest.raises(ModelError, match="there are 2 models here"):
        paths.model_or_pretrained(None, None)


@pytest.mark.parametrize("source", [Path("in/harvest.csv"), Path("harvest.csv.gz"), None])
def test_the_named_model_comes_before_the_variable_and_the_folder(monkeypatch, source):
    Path("harvest.forecast").touch()
    assert paths.model_to_read(None, source) == Path("harvest.forecast")
    monkeypatch.setenv("FORECAST_MODEL", "variable.forecast")
    assert paths.model_to_read(None, source) == Path("variable.forecast")
    assert paths.model_to_read(Path("option.forecast"), source) == Path("option.forecast")


def test_an_empty_variable_names_no_model(monkeypatch):
    Path("here.forecast").touch()
    monkeypatch.setenv("FORECAST_MODEL", "")
    assert paths.model_to_read(None, None) == Path("here.forecast")


def test_no_model_here_is_a_model_error_that_says_how_to_make_one():
    with pytest.raises(ModelError, match="no model here") as caught:
        paths.model_to_read(None, None)
    assert "forecast train" in caught.value.hint


def test_dev_null_is_no_data(monkeypatch):
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        assert paths.data_source(None) is None


def test_a_redirected_file_is_standard_input(monkeypatch, tmp_path):
    (tmp_path / "d.csv").write_text("y\n1\n")
    with open(tmp_path / "d.csv") as data:
        monkeypatch.setattr(sys, "stdin", data)
        assert paths.data_source(None) == paths.STDIN
        assert not paths.stdin_is_empty()
        assert data.read() == "y\n1\n"


def test_a_dash_on_a_terminal_is_refused_rather_than_waited_for(monkeypatch):
    controller, terminal = os.openpty()
    with open(terminal) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(UsageError, match="terminal"):
            paths.data_source("-")
    os.close(controller)


def test_a_file_called_dash_can_be_named():
    assert paths.data_source("./-") == Path("-")
