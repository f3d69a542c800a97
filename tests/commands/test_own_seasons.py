"""`--season COLUMN` from the command line: one network over series of several seasons, end to end."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from forecast import workflow
from forecast.storage import modelfile
from forecast.storage import pretrained as catalog
from tests.models import model, network
from tests.panels import wave

pytestmark = pytest.mark.tensorflow

SERIES = {
    "m1": (12, wave(72, growth=0)),
    "q1": (4, wave(40, season=4, growth=0)),
    "y1": (1, 9 + wave(20)),
    "m2": (12, -wave(60, growth=0)),
}


def rows_of(names, *, until=None):
    return [
        f"{name},{step},{SERIES[name][0]},{value:.3f}"
        for name in names
        for step, value in enumerate(SERIES[name][1][:until], start=1)
    ]


def write(path, rows):
    Path(path).write_text("\n".join(["id,step,m,y", *rows, ""]))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with the data and the model trained on them."""
    import forecast

    folder = tmp_path_factory.mktemp("mixed")
    write(folder / "panel.csv", rows_of(SERIES))
    request = forecast.TrainRequest(
        read=forecast.ReadSpec(forecast.Columns(season="m")),
        horizon=3,
        window=6,
        units=(4,),
        epochs=2,
        backtests=1,
        device="cpu",
    )
    workflow.train(folder / "panel.csv", request, model=folder / "panel.forecast")
    return folder


@pytest.fixture
def program(trained, real_program, monkeypatch, tmp_path):
    """The program in the folder of the data and the model, without a pretrained network."""
    monkeypatch.setattr(catalog, "_FOLDER", tmp_path)
    monkeypatch.chdir(trained)
    return real_program


def test_predict_continues_every_series_after_its_own_end(program):
    code, out, _ = program("predict")
    assert code == 0
    rows = list(csv.DictReader(out.splitlines()))
    assert [(row["id"], row["step"]) for row in rows] == [
        (name, str(len(SERIES[name][1]) + step)) for name in sorted(SERIES) for step in (1, 2, 3)
    ]


def test_new_data_in_any_order_are_forecast_as_the_rows_in_the_model(program, tmp_path):
    write(tmp_path / "new.csv", rows_of(["q1", "m1"])[::-1])
    given = program("predict", str(tmp_path / "new.csv"), "--model", "panel.forecast")[1].splitlines()
    kept = program("predict")[1].splitlines()
    assert given[1:] == [row for row in kept if row.startswith(("m1", "q1"))]


def test_new_data_without_the_column_of_seasons_are_refused(program, tmp_path):
    (tmp_path / "new.csv").write_text("id,step,y\nm1,1,3\nm1,2,4\n")
    code, out, err = program("predict", str(tmp_path / "new.csv"), "--model", "panel.forecast")
    assert (code, out) == (3, "")
    assert 'there is no column "m"' in err


def test_a_model_takes_no_other_season(program):
    code, _, err = program("predict", "panel.csv", "--season", "m")
    assert code == 2
    assert "--season: the model reads data as it was trained to" in err


def test_the_card_says_that_each_series_has_a_season_of_its_own(program):
    out = program("show")[1]
    assert "season,of each series" in out.splitlines()
    assert "columns,target=y  time=step  series=id  season=m" in out.splitlines()


def test_evaluate_scores_the_model_on_rows_after_those_it_knows(program, tmp_path):
    longer = [
        *rows_of(SERIES),
        *(f"{name},{len(SERIES[name][1]) + 1},{SERIES[name][0]},50" for name in SERIES),
    ]
    write(tmp_path / "longer.csv", longer)
    code, out, _ = program("evaluate", str(tmp_path / "longer.csv"), "--model", "panel.forecast", "--json")
    assert code == 0
    assert json.loads(out)["forecasts"] == len(SERIES)


def test_training_goes_on_from_a_model_with_the_same_column_alone(program):
    plan = program("train", "panel.csv", "--season", "m", "--from", "panel.forecast", "--dry-run")
    assert plan[0] == 0, plan[2]
    code, _, err = program("train", "panel.csv", "--target", "y", "--from", "panel.forecast", "--dry-run")
    assert code == 4
    assert 'its season is "m", that of the data none' in err


def test_the_plan_is_one_network_for_all_with_horizon_and_window_of_the_middle_season(program):
    out = program("train", "panel.csv", "--season", "m", "--dry-run", "--json")[1]
    planned = json.loads(out)["plan"]
    assert planned["season"] is None
    assert planned["origin"] == "scratch"
    assert planned["horizon"] == planned["window"] / 2 == 4


def test_check_tests_each_series_in_its_own_season(program):
    out = program("check", "panel.csv", "--season", "m")[1]
    assert 'column,"m: numbers, 3 different, the season of each series"' in out.splitlines()
    assert "seasons,their own season in 3 of 3 series" in out.splitlines()


def test_the_repaired_file_keeps_the_column_of_seasons(program):
    out = program("check", "panel.csv", "--season", "m", "--fix")[1]
    assert out.splitlines()[:2] == ["id,step,y,m", f"m1,1,{SERIES['m1'][1][0]:.3f},12"]


def test_without_a_pretrained_network_for_them_the_methods_answer(program):
    words = ("predict", "panel.csv", "--season", "m", "--model", "pretrained")
    code, out, err = program(*words)
    assert (code, len(out.splitlines())) == (0, 1 + 4 * len(SERIES))
    assert "model         Theta, ETS, ridge, seasonal drift, seasonal naive, last value" in err
    code, out, err = program(*words, "--method", "pretrained")
    assert (code, out) == (4, "")
    assert "there is no pretrained GRU for series with seasons of their own" in err


def test_a_pretrained_network_for_them_answers_and_is_trained_on_where_there_is_one(program, tmp_path):
    modelfile.save(model(network(season=None)), tmp_path / "gru-any.forecast")
    code, out, err = program("predict", "panel.csv", "--season", "m", "--model", "pretrained")
    assert code == 0
    assert len(out.splitlines()) == 1 + 4 * len(SERIES)
    assert "model         pretrained GRU, Theta" in err
    words = ("train", "panel.csv", "--season", "m", "--dry-run", "--json")
    assert json.loads(program(*words)[1])["plan"]["members"][:2] == ["gru", "pretrained"]
    assert json.loads(program(*words, "--from", "pretrained")[1])["plan"]["origin"] == "fine-tuned"


def test_a_number_is_the_season_of_all_series(program):
    out = program("check", "panel.csv", "--target", "y", "--season", "4", "--json")[1]
    assert json.loads(out)["plan"]["season"] == 4


@pytest.mark.parametrize("text", ["0.5", "1e9", "nan", "-3"])
def test_a_number_that_counts_no_rows_is_refused_as_wrong_use(program, text):
    code, out, err = program("check", "panel.csv", "--season", text)
    assert (code, out) == (2, "")
    assert "season" in err


def test_a_misspelt_column_is_refused_with_the_nearest(program):
    code, _, err = program("check", "panel.csv", "--season", "M")
    assert code == 3
    assert 'there is no column "M"' in err
    assert 'did you mean "m"?' in err


def test_the_forecasts_of_a_mixed_panel_are_finite(program):
    rows = list(csv.DictReader(program("predict", "-H", "9")[1].splitlines()))
    assert len(rows) == 9 * len(SERIES)
    assert np.isfinite([float(row["forecast"]) for row in rows]).all()
