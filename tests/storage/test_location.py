"""Which model answers."""

import io
from pathlib import Path

import pytest

from forecast.errors import DataError, ModelError
from forecast.storage.location import model_for, model_name, models_in, trained_model_for


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder that is not the current one."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "models"


def touch(folder, *names):
    for name in names:
        (folder / name).touch()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("harvest.csv", "harvest.forecast"),
        (Path("in/some/folder/harvest.csv.gz"), "harvest.forecast"),
        (Path("sales.2024.csv"), "sales.2024.forecast"),
        (Path("harvest"), "harvest.forecast"),
        (Path("-"), "-.forecast"),
        ("-", "model.forecast"),
        (".", "model.forecast"),
    ],
)
def test_a_model_has_the_name_of_its_data_without_folder_and_suffixes(data, name):
    assert model_name(data) == Path(name)


@pytest.mark.parametrize("data", [Path("harvest.csv"), "harvest.csv", "-", None])
@pytest.mark.parametrize("named", ["m.forecast", Path("m.forecast")])
def test_a_named_model_answers_whether_it_is_there_or_not(folder, data, named):
    touch(folder, "harvest.forecast", "model.forecast")
    assert model_for(data, folder, named) == Path("m.forecast")
    assert trained_model_for(data, folder, named) == Path("m.forecast")


@pytest.mark.parametrize("data", [Path("harvest.csv"), None])
def test_the_pretrained_networks_can_be_named(folder, data):
    touch(folder, "harvest.forecast")
    assert model_for(data, folder, "pretrained") is None
    with pytest.raises(ModelError, match="not a model file"):
        trained_model_for(data, folder, "pretrained")


@pytest.mark.parametrize(
    ("data", "name"), [(Path("x/harvest.csv"), "harvest.forecast"), ("-", "model.forecast")]
)
def test_data_are_answered_by_the_model_of_their_name_and_no_other(folder, data, name):
    touch(folder, "other.forecast")
    assert model_for(data, folder) is None
    touch(folder, name)
    assert model_for(data, folder) == folder / name
    assert trained_model_for(data, folder) == folder / name


def test_data_in_memory_are_answered_by_the_pretrained_networks_or_a_named_model(folder):
    touch(folder, "model.forecast")
    assert model_for(io.BytesIO(b""), folder) is None
    with pytest.raises(ModelError, match="data in memory"):
        trained_model_for(io.BytesIO(b""), folder)


def test_without_data_the_only_model_answers(folder):
    assert model_for(None, folder) is None
    touch(folder, "a.forecast")
    assert model_for(None, folder) == folder / "a.forecast"


def test_several_models_without_data_are_listed_and_at_most_five(folder):
    touch(folder, *(f"{name}.forecast" for name in "gfedcba"))
    with pytest.raises(ModelError) as caught:
        model_for(None, folder)
    assert f'7 models here: "{folder / "a.forecast"}"' in str(caught.value)
    assert f'"{folder / "e.forecast"}" and 2 more' in str(caught.value)
    assert caught.value.hint == "choose one with --model PATH"


def test_no_model_is_an_error_that_says_how_to_make_one(folder):
    with pytest.raises(ModelError, match="there is no model here") as caught:
        trained_model_for(None, folder)
    assert caught.value.hint == "forecast train DATA makes one; or --model PATH"


def test_no_model_of_the_data_is_an_error_that_names_it_and_those_there_are(folder):
    with pytest.raises(DataError, match='there is no file "harvest'):
        trained_model_for(Path("harvest.csv"), folder)
    Path("harvest.csv").touch()
    with pytest.raises(ModelError, match='no model "harvest') as caught:
        trained_model_for(Path("harvest.csv"), folder)
    assert caught.value.hint == "--model PATH; or forecast train DATA, which makes it"
    touch(folder, "a b.forecast", "c.forecast")
    with pytest.raises(ModelError) as caught:
        trained_model_for(Path("harvest.csv"), Path("../models"))
    assert caught.value.hint.startswith("--model '../models/a b.forecast' or ../models/c.forecast; or")


def test_a_folder_that_ends_like_a_model_is_none(folder):
    (folder / "folder.forecast").mkdir()
    assert models_in(folder) == []
    assert model_for("folder.csv", folder) is None
