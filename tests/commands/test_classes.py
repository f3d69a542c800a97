"""Events, classes and labels from the command line, end to end."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from forecast.storage import modelfile
from forecast.storage import pretrained as catalog
from tests import labelled
from tests.models import save_pretrained

pytestmark = pytest.mark.tensorflow

KINDS = {
    "rain": ("--target", "rain", "--past", "cloud", "--horizon", "2"),
    "sky": ("--target", "sky", "--horizon", "2"),
    "intents": ("--label", "intent", "--id", "sentence", "--past", "word"),
}
SMALL = ("--units", "4", "--window", "6", "--epochs", "3", "--backtests", "1", "--device", "cpu")
HEADERS = {
    "rain": "date,probability",
    "sky": "date,label,p_fog,p_rain,p_sun",
    "intents": "sentence,label,p_alarm,p_music",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three files, the same with newer rows or other sentences, and a model of each of the first."""
    from forecast.app import run

    made = tmp_path_factory.mktemp("classes")
    for kind, text in (("rain", labelled.events_csv()), ("sky", labelled.sky_csv())):
        (made / f"{kind}_later.csv").write_text(text)
        (made / f"{kind}.csv").write_text("\n".join([*text.splitlines()[:101], ""]))
    (made / "intents.csv").write_text(labelled.sentences_csv())
    (made / "intents_later.csv").write_text(labelled.sentences_csv(6, seed=1))
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(made)
        for kind, words in KINDS.items():
            assert run(["train", f"{kind}.csv", *words, *SMALL, "-q"]) == 0
    return made


@pytest.fixture
def program(folder, real_program, monkeypatch):
    monkeypatch.chdir(folder)
    return real_program


def shares_of(out):
    rows = list(csv.DictReader(out.splitlines()))
    names = [name for name in rows[0] if name.startswith("p_")]
    return np.array([[float(row[name]) for name in names] for row in rows])


@pytest.mark.parametrize("kind", KINDS)
def test_predict_writes_probabilities_of_new_data(program, kind):
    code, out, err = program("predict", f"{kind}_later.csv", "--model", f"{kind}.forecast")
    assert (code, err) == (0, f"model         {kind}.forecast\n")
    assert out.splitlines()[0] == HEADERS[kind]
    if kind == "rain":
        assert all(0 < float(row["probability"]) < 1 for row in csv.DictReader(out.splitlines()))
        assert [line.split(",")[0] for line in out.splitlines()[1:]] == ["2024-04-30", "2024-05-01"]
    else:
        assert shares_of(out).sum(axis=1) == pytest.approx(np.ones(2 if kind == "sky" else 6))


def test_predict_continues_the_rows_of_the_model_and_a_label_needs_data(program):
    assert program("predict", "--model", "rain.forecast")[1].startswith("date,probability\n2024-04-10,")
    code, out, err = program("predict", "--model", "intents.forecast")
    assert (code, out) == (2, "")
    assert "a label belongs to a series, and none is given" in err


def test_a_label_is_predicted_without_its_column_and_with_unseen_words(program, tmp_path):
    bare = tmp_path / "bare.csv"
    bare.write_text(labelled.sentences_csv(6, labelled=False, seed=1) + "zz,never,\nzz,heard,\n")
    text = bare.read_text().replace(",never,", ",never").replace(",heard,", ",heard")
    bare.write_text(text)
    predicted = program("predict", str(bare), "--model", "intents.forecast")[1].splitlines()
    with_labels = program("predict", "intents_later.csv", "--model", "intents.forecast")[1].splitlines()
    assert predicted[:-1] == with_labels
    assert predicted[-1].startswith("zz,")


def test_unseen_words_are_named_and_a_stream_reads_them_as_predict_does(program, tmp_path):
    bare = tmp_path / "bare.csv"
    bare.write_text("sentence,word\nzz,please\nzz,never\nzz,heard\n")
    said = 'warning: 2 texts of "word" new to the model, and read as unknown: "heard", "never"\n'
    _, predicted, err = program("predict", str(bare), "--model", "intents.forecast")
    assert err.endswith(said)
    assert program("explain", "step", str(bare), "--model", "intents.forecast")[2].endswith(said)
    _, streamed, err = program("stream", str(bare), "--model", "intents.forecast")
    assert [line for line in err.splitlines() if line.startswith("warning")] == [
        'warning: line 3: "never" of "word" is new to the model',
        'warning: line 4: "heard" of "word" is new to the model',
    ]
    assert shares_of(streamed)[-1] == pytest.approx(shares_of(predicted)[-1], abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_json_holds_the_numbers_of_the_csv_and_no_nan(program, kind):
    words = ("predict", f"{kind}_later.csv", "--model", f"{kind}.forecast")
    document = json.loads(program(*words, "--json")[1])
    rows = list(csv.DictReader(program(*words)[1].splitlines()))
    assert [{name: str(value) for name, value in row.items()} for row in document["rows"]] == rows


@pytest.mark.parametrize("kind", KINDS)
def test_evaluate_scores_unseen_data_against_base_rates(program, kind):
    code, out, _ = program("evaluate", f"{kind}_later.csv", "--model", f"{kind}.forecast")
    assert code == 0
    rows = list(csv.DictReader(out.splitlines()))
    assert list(rows[0]) == ["model", "log_loss", "brier", "accuracy", "skill", "forecasts"]
    assert [row["model"] for row in rows][:2] == ["gru", "base rates"]
    # Nineteen rows can be forecast one row ahead, and all but the first of them two.
    assert {row["forecasts"] for row in rows} == {"6" if kind == "intents" else "39"}
    assert np.isfinite([float(row["log_loss"]) for row in rows]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_evaluate_shows_the_scores_of_the_model_on_what_it_was_trained_on(program, kind):
    code, out, err = program("evaluate", f"{kind}.csv", "--model", f"{kind}.forecast")
    assert code == 0
    scores = modelfile.load(Path(f"{kind}.forecast")).card.scores
    found = [float(row["log_loss"]) for row in csv.DictReader(out.splitlines())]
    assert found == pytest.approx(scores.overall[:, 0].tolist(), rel=1e-5)  # six digits are written
    what = "series" if kind == "intents" else "rows"
    assert f"no {what} newer than the model: these are the scores of its own" in err


@pytest.mark.parametrize(
    "option", [("--refit",), ("--backtests", "2"), ("--baseline", "drift"), ("--predictions", "p.csv")]
)
@pytest.mark.parametrize("data", ["sky.csv", "sky_later.csv"])
def test_evaluate_refuses_options_for_numbers(program, data, option):
    code, _, err = program("evaluate", data, "--model", "sky.forecast", *option)
    assert code == 2
    assert "compared with base rates" in err


@pytest.mark.parametrize("kind", KINDS)
def test_show_names_the_classes_and_the_verdict(program, kind):
    out = program("show", f"{kind}.forecast")[1]
    names = {"rain": "0, 1", "sky": "fog, rain, sun", "intents": "alarm, music"}[kind]
    assert f'classes,"{names}"' in out.splitlines()
    assert "forecast,class probabilities" in out.splitlines()
    assert "verdict," in out
    assert "values," not in out


@pytest.mark.parametrize("kind", KINDS)
def test_check_counts_classes_and_says_nothing_that_is_true_of_numbers_alone(program, kind):
    out = program("check", f"{kind}.csv", *KINDS[kind])[1]
    lines = dict(csv.reader(out.splitlines()))
    assert lines["classes"].startswith("3: " if kind == "sky" else "2: ")
    assert not {"values", "outliers", "shape", "seasons"} & set(lines)
    assert ("series" in lines["data"]) == (kind == "intents")
    facts = json.loads(program("check", f"{kind}.csv", *KINDS[kind], "--json")[1])
    counted = {each["name"]: each["count"] for each in facts["findings"]["classes"]}
    assert sum(counted.values()) == (40 if kind == "intents" else 100)
    assert facts["findings"]["values"] is None


def test_check_tells_where_classes_are_missing(program, tmp_path):
    text = Path("sky.csv").read_text().splitlines()
    text[5] = text[5].split(",")[0] + ","
    (tmp_path / "hole.csv").write_text("\n".join([*text, ""]))
    lines = dict(csv.reader(program("check", str(tmp_path / "hole.csv"), "--target", "sky")[1].splitlines()))
    assert lines["missing"] == "1: line 6 (2024-01-05)"


def test_check_repairs_a_file_of_classes_in_their_own_words(program, tmp_path):
    text = Path("sky.csv").read_text().splitlines()
    (tmp_path / "gap.csv").write_text("\n".join([*text[:3], *text[4:], ""]))
    out = program("check", str(tmp_path / "gap.csv"), "--target", "sky", "--gaps", "hold", "--fix")[1]
    assert out.splitlines()[0] == "date,sky"
    assert out.splitlines()[3] == f"2024-01-03,{text[2].split(',')[1]}"
    assert out.splitlines()[4:] == text[4:]


def test_a_dry_run_plans_one_window_for_each_sentence(program):
    words = (*KINDS["intents"], "--dry-run", "--json")
    planned = json.loads(program("train", "intents.csv", *words)[1])["plan"]
    assert (planned["windows"], planned["horizon"], planned["units"]) == (40, 1, [64])


def test_series_without_a_label_are_named_and_refused_where_that_is_strict(program, tmp_path):
    data = tmp_path / "some.csv"
    data.write_text(labelled.sentences_csv() + "zz,play,\n")
    words = ("train", str(data), *KINDS["intents"], *SMALL, "--model", str(tmp_path / "m.forecast"))
    code, out, err = program(*words, "--strict")
    assert (code, out) == (3, "")
    assert "zz" in err
    assert not (tmp_path / "m.forecast").exists()
    listed = tmp_path / "skipped.jsonl"
    assert program(*words, "--skipped", str(listed))[0] == 6
    assert json.loads(listed.read_text())["id"] == "zz"


def test_a_class_that_the_model_does_not_know_is_refused_with_its_line(program, tmp_path):
    data = tmp_path / "new.csv"
    data.write_text(Path("sky_later.csv").read_text() + "2024-04-30,hail\n")
    code, out, err = program("predict", str(data), "--model", "sky.forecast")
    assert (code, out) == (3, "")
    assert 'new.csv, line 122, column "sky": "hail" is not one of the classes of the model' in err


@pytest.mark.parametrize("policy", [("--gaps", "interpolate"), ("--duplicates", "mean")])
def test_a_model_of_classes_makes_no_values_between_them(program, policy):
    code, out, err = program("predict", "rain_later.csv", "--model", "rain.forecast", *policy)
    assert (code, out) == (2, "")
    assert "classes cannot be added" in err


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--min", "0"), "--min"),
        (("--integer",), "--integer"),
        (("--combine", "weighted"), "--combine"),
        (("--method", "theta"), "--method theta"),
        (("--quick",), "--quick"),
        (("--from", "pretrained"), "--from"),
        (("--tune", "cell"), "--tune"),
    ],
)
def test_options_for_numbers_are_wrong_use_with_classes(program, words, option):
    code, out, err = program("train", "rain.csv", *KINDS["rain"], *words)
    assert (code, out) == (2, "")
    assert "training" not in err
    assert f"{option} " in err.splitlines()[-2]
    assert "numbers" in err.splitlines()[-2]


def test_too_few_sentences_for_so_many_backtests_are_refused(program):
    code, _, err = program("train", "intents.csv", *KINDS["intents"], "--backtests", "9")
    assert code == 3
    assert "40 series are too few to learn labels and evaluate them in 9 backtests" in err
    assert "give 45 or more" in err


def test_without_skill_the_exit_is_10_and_the_model_is_saved(program, tmp_path):
    out = tmp_path / "m.forecast"
    words = ("train", "sky.csv", *KINDS["sky"], *SMALL, "--epochs", "1", "--learning-rate", "1e-6")
    assert program(*words, "--model", str(out), "--require-skill")[0] == 10
    assert modelfile.load(out).card.verdict.outcome != "useful"


def test_the_pretrained_networks_read_0_and_1_as_numbers(program, monkeypatch, tmp_path):
    monkeypatch.setattr(catalog, "_FOLDER", save_pretrained(tmp_path, seasons=(1, 7)))
    code, out, err = program("predict", "rain.csv", "--target", "rain", "--model", "pretrained", "-H", "2")
    assert code == 0, err
    assert out.startswith("date,forecast,lower_80,upper_80\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_training_that_is_made_again_gives_the_same_bytes(program, tmp_path, kind):
    again = tmp_path / f"{kind}.forecast"
    assert program("train", f"{kind}.csv", *KINDS[kind], *SMALL, "--model", str(again), "-q")[0] == 0
    assert again.read_bytes() == Path(f"{kind}.forecast").read_bytes()
