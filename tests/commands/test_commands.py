import json
import os
from pathlib import Path

import pytest

from forecast.errors import DataError
from forecast.spec.reading import Columns, ReadSpec
from forecast.spec.training import METHODS
from tests.cli import fakes


@pytest.fixture(autouse=True)
def _data():
    Path("harvest.csv").write_text("year,tons\n2023,1\n")


@pytest.fixture
def model():
    Path("harvest.forecast").touch()


def test_train_hands_every_option_to_the_workflow(forecast_program, workflow):
    words = (
        "train harvest.csv --target tons --time year --id field --horizon 4 --window 8 --season 1 "
        "--cell lstm --units 64,32 --dropout 0.1 --epochs 50 --batch-size 16 --learning-rate 0.01 "
        "--clip 2 --patience 5 --seed 7 --device cpu --max-time 5m --backtests 2 "
        "--level 90 --model out.forecast --from old.forecast --combine none --method lstm --quick "
        "--ensemble 3 --min -1 --max 9.5 --no-integer"
    )
    assert forecast_program(*words.split())[0] == 0
    ((_, source, request, out),) = workflow.calls
    assert (source, out) == (Path("harvest.csv"), Path("out.forecast"))
    assert request.read.columns == Columns(target="tons", time="year", series="field")
    assert (request.horizon, request.window, request.season, request.cell) == (4, 8, 1, "lstm")
    assert (request.units, request.dropout, request.backtests, request.level) == ((64, 32), 0.1, 2, 90.0)
    assert (request.epochs, request.batch_size) == (50, 16)
    assert (request.from_, request.combine, request.ensemble) == (Path("old.forecast"), "none", 3)
    assert (request.method, request.quick, request.periods) == ("lstm", True, ())
    assert (request.min, request.max, request.integer) == (-1.0, 9.5, False)
    plan = request.training_plan()
    assert (request.learning_rate, plan.clip) == (0.01, 2.0)
    assert (plan.patience, plan.seed, plan.device, plan.max_seconds) == (5, 7, "cpu", 300.0)


def test_train_leaves_to_the_workflow_what_no_option_says(forecast_program, workflow):
    forecast_program("train", "harvest.csv")
    ((_, _, request, out),) = workflow.calls
    assert out == Path("harvest.forecast")
    left = (request.horizon, request.window, request.season, request.cell, request.units, request.epochs)
    assert left == (None,) * 6
    open_too = (request.from_, request.combine, request.method, request.periods)
    assert (open_too, request.ensemble, request.quick) == ((None,) * 4, 1, False)
    assert (request.min, request.max, request.integer) == (None,) * 3


@pytest.mark.parametrize(
    ("text", "season", "periods"),
    [
        ("7", 7, None),
        ("1", 1, ()),
        ("7,365.25", 7, (365.25,)),
        ("365.25, 7", 7, (365.25,)),
        ("24,168,8766", 24, (168.0, 8766.0)),
        ("1,11.2", 1, (11.2,)),
        ("365.25", None, (365.25,)),
        ("1e3", 1000, None),
    ],
)
@pytest.mark.parametrize("command", ["train", "check", "predict"])
def test_seasons_reach_the_workflow_the_shortest_for_the_networks(
    forecast_program, workflow, command, text, season, periods
):
    assert forecast_program(command, "harvest.csv", "--season", text)[0] == 0
    request = workflow.calls[0][2]
    assert (request.season, request.periods, request.read.columns.season) == (season, periods, None)


def test_a_season_that_is_given_twice_is_refused(forecast_program, workflow):
    code, _, err = forecast_program("train", "harvest.csv", "--season", "7,365.25,7.0")
    assert code == 2
    assert "error: --season: 7 is given twice" in err
    assert workflow.calls == []


def test_a_season_that_is_no_number_names_the_column_of_seasons(forecast_program, workflow):
    forecast_program("train", "harvest.csv", "--season", "rows, in a period")
    request = workflow.calls[0][2]
    assert (request.season, request.periods, request.read.columns.season) == (
        None,
        None,
        "rows, in a period",
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("words", ["train harvest.csv", "train harvest.csv --dry-run", "predict harvest.csv"])
def test_every_method_reaches_the_workflow(forecast_program, workflow, words, method):
    assert forecast_program(*words.split(), "--method", method)[0] == 0
    assert workflow.calls[0][2].method == method


@pytest.mark.parametrize("command", ["train", "predict"])
def test_a_method_that_does_not_exist_is_refused_with_all_there_are(forecast_program, workflow, command):
    code, out, err = forecast_program(command, "harvest.csv", "--method", "arima")
    assert (code, out, workflow.calls) == (2, "", [])
    assert err.startswith("error: --method: 'arima' is not one of 'combination', 'gru', 'lstm', ")
    assert all(f"'{method}'" in err for method in METHODS)


def test_the_nearest_method_is_the_hint(forecast_program):
    err = forecast_program("predict", "harvest.csv", "--method", "seasonal_naive")[2]
    assert "did you mean seasonal-naive or" in err.splitlines()[1]


@pytest.mark.parametrize("value", ["theta", "last-value", "all", ""])
def test_combine_is_weighted_or_none(forecast_program, workflow, value):
    code, out, err = forecast_program("train", "harvest.csv", "--combine", value)
    assert (code, out, workflow.calls) == (2, "", [])
    assert "is not one of 'weighted', 'none'" in err


def test_train_prints_scores_as_csv_and_all_else_on_stderr(forecast_program):
    code, out, err = forecast_program("train", "harvest.csv")
    assert code == 0
    assert out.splitlines()[0] == "model,mae,skill,forecasts,weight"
    assert out.splitlines()[1].startswith("gru,3.1,")
    assert err.splitlines() == [
        "guessed       time=year  target=tons",
        "verdict       useful: 18 % better than repeating the last value",
        "intervals     80 % intervals covered 83 % of held-out values (only 12 errors)",
        "saved         harvest.forecast      next: forecast predict",
    ]


def test_train_names_the_model_in_the_next_command_where_there_are_two(forecast_program):
    Path("other.forecast").touch()
    err = forecast_program("train", "harvest.csv")[2]
    assert "next: forecast predict --model harvest.forecast" in err


def test_train_as_json_is_one_document(forecast_program):
    document = json.loads(forecast_program("train", "harvest.csv", "--json", "-q")[1])
    assert document["schema"] == "forecast.train/1"
    assert document["model"]["path"] == "harvest.forecast"
    assert document["verdict"]["outcome"] == "useful"
    assert document["coverage"] == {"nominal": 80.0, "achieved": 83.3, "errors": 12}
    assert [row["model"] for row in document["rows"]] == ["gru", "naive"]


@pytest.mark.parametrize(("outcome", "code"), [("useful", 0), ("unclear", 10), ("no better", 10)])
def test_require_skill_turns_the_verdict_into_the_exit_code(forecast_program, workflow, outcome, code):
    workflow.outcome = outcome
    assert forecast_program("train", "harvest.csv", "--require-skill")[0] == code
    assert forecast_program("train", "harvest.csv")[0] == 0


def test_a_dry_run_prints_the_plan_and_trains_nothing(forecast_program, workflow):
    code, out, _ = forecast_program("train", "harvest.csv", "--dry-run", "--horizon", "3")
    assert (code, out) == (0, "item,value\nrows,60\ntime,year\n")
    assert [call[0] for call in workflow.calls] == ["check"]
    assert workflow.calls[0][2].horizon == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--learning-rate 99", "learning-rate must be"),
        ("--ensemble 0", "ensemble must be between 1 and 64, not 0"),
        ("--ensemble 65", "ensemble must be between 1 and 64, not 65"),
        ("--min 2 --max 1", "no number is at least min 2 and at most max 1"),
        ("--min 0.2 --max 0.8 --integer", "no whole number is at least min 0.2 and at most max 0.8"),
        ("--max nan", "max must be a number, not nan"),
        ("--horizon -1", "horizon must be between 1"),
        ("--season 0", "season must be between 1"),
        ("--season -3", "season must be between 1"),
        ("--season 7,", '"7," is neither numbers of rows nor the name of a column'),
        ("--season 7,week", '"7,week" is neither numbers of rows'),
        ("--season 0.5", "0.5 rows are no period"),
        ("--season 7,99999999", "a season is more than 1"),
        ("--season nan", "a season is more than 1"),
        ("--season 7,inf", "a season is more than 1"),
        ("--season 2,3,4,5,6,7,8,9,10,11", "season must be between"),
        ("--method theta --cell lstm", "--method theta trains no network: --cell mean nothing for it"),
        ("--method naive --units 8 --ensemble 2", "trains no network: --units, --ensemble"),
        ("--method lstm --cell gru", "--method lstm and --cell gru contradict each other"),
        ("--method theta --combine weighted", "--method names one method"),
    ],
)
def test_a_wrong_option_fails_before_the_data_is_read(forecast_program, workflow, words, message):
    code, out, err = forecast_program("train", "absent.csv", *words.split())
    assert (code, out, workflow.calls) == (2, "", [])
    assert message in err


@pytest.mark.usefixtures("model")
def test_predict_passes_data_horizon_and_levels(forecast_program, workflow):
    code, out, _ = forecast_program("predict", "harvest.csv", "-H", "2", "--level", "95", "--level", "80,50")
    assert code == 0
    assert workflow.calls[1] == ("predict", Path("harvest.csv"), 2, (50.0, 80.0, 95.0))
    assert out.splitlines()[0] == "year,forecast,lower_50,upper_50,lower_80,upper_80,lower_95,upper_95"


@pytest.mark.usefixtures("model")
def test_predict_without_data_continues_the_model(forecast_program, workflow):
    forecast_program("predict")
    assert workflow.calls[1][1] is None


def test_predict_reads_what_is_piped(forecast_program, workflow):
    Path("model.forecast").touch()
    forecast_program("predict", stdin="harvest.csv")
    assert [call[1] for call in workflow.calls] == [Path("model.forecast"), "-"]


@pytest.mark.usefixtures("model")
def test_predict_from_an_empty_pipe_continues_the_model_and_says_so(forecast_program, workflow):
    Path("empty").touch()
    assert "standard input is empty" in forecast_program("predict", stdin="empty")[2]
    assert workflow.calls[1][1] is None


def test_predict_from_an_empty_pipe_asked_for_with_a_dash_is_the_readers_to_refuse(
    forecast_program, workflow
):
    Path("model.forecast").touch()
    Path("empty").touch()
    forecast_program("predict", "-", stdin="empty")
    assert workflow.calls[1][1] == "-"


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("next.csv", b"year,forecast"),
        ("next.tsv", b"year\tforecast"),
        ("next.JSON", b'{"schema": "forecast.predict/1"'),
        ("next.jsonl", b'{"year": 2024'),
        ("next.md", b"| year |"),
        ("next.parquet", b"PAR1"),
    ],
)
@pytest.mark.usefixtures("model")
def test_output_takes_its_format_from_the_suffix(forecast_program, name, start):
    code, out, err = forecast_program("predict", "--output", name)
    assert (code, out) == (0, "")
    assert f"saved         {name}: " in err
    assert Path(name).read_bytes().startswith(start)


@pytest.mark.usefixtures("model")
def test_format_wins_over_the_suffix(forecast_program):
    forecast_program("predict", "--output", "next.txt", "-f", "csv")
    assert Path("next.txt").read_text().startswith("year,forecast")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--output next.txt", "--output next.txt.csv; or --format csv"),
        ("--output .", "name a file in it: result.csv"),
        ("--json -f csv", "contradict"),
        ("--digits 0", "neither 1 to 17 nor full"),
        ("--digits 3.5", "neither 1 to 17 nor full"),
        ("harvest.csv --output harvest.csv", "would replace"),
        ("--output harvest.forecast -f csv", "would replace"),
        ("--level 0.8", "in percent"),
        ("--output absent/next.csv", "no folder"),
    ],
)
@pytest.mark.usefixtures("model")
def test_what_cannot_be_delivered_is_refused_before_the_work(forecast_program, workflow, words, message):
    code, out, err = forecast_program("predict", *words.split())
    assert code in (1, 2)
    assert out == ""
    assert message in err
    assert workflow.calls == []


@pytest.mark.usefixtures("model")
def test_output_dash_is_stdout(forecast_program):
    assert forecast_program("predict", "--output", "-")[1].startswith("year,forecast")


@pytest.mark.usefixtures("model")
def test_options_about_messages_go_before_or_after_the_command(forecast_program):
    plain = forecast_program("predict")[2]
    assert plain == "model         harvest.forecast\nwarning: 2 gaps filled\n"
    for words in (["predict", "-q"], ["-q", "predict"], ["--quiet", "predict"]):
        assert forecast_program(*words)[2] == ""
    for words in (["predict", "-v"], ["--verbose", "predict"]):
        assert "device        cpu" in forecast_program(*words)[2]
    for words in (["predict", "--color", "always"], ["--color=always", "predict"]):
        assert "\x1b[1;33mwarning:\x1b[0m 2 gaps" in forecast_program(*words)[2]


@pytest.mark.usefixtures("model")
def test_evaluate_hands_its_options_to_the_workflow(forecast_program, workflow):
    words = "evaluate harvest.csv --backtests 5 --horizon 2 --baseline naive,drift --baseline mean --refit"
    code, out, _ = forecast_program(*words.split())
    assert code == 0
    _, (_, source, options) = workflow.calls
    assert source == Path("harvest.csv")
    assert options.pop("listener")
    assert options == {
        "read": ReadSpec(),
        "backtests": 5,
        "horizon": 2,
        "baselines": ("naive", "drift", "mean"),
        "refit": True,
        "predictions": False,
    }
    assert out.splitlines()[0] == "model,mae,skill,forecasts,weight"


@pytest.mark.usefixtures("model")
def test_evaluate_notes_the_sample_the_verdict_and_the_coverage(forecast_program):
    code, out, err = forecast_program("evaluate", "harvest.csv", "--json")
    assert code == 0
    assert err.splitlines()[1:] == [
        "evaluated     3 backtests, 12 forecasts",
        "verdict       useful: 18 % better than repeating the last value",
        "intervals     80 % intervals covered 83 % of held-out values (only 12 errors)",
    ]
    document = json.loads(out)
    assert (document["basis"], document["backtests"], document["forecasts"]) == ("new rows", 3, 12)
    assert document["verdict"]["outcome"] == "useful"
    assert document["coverage"]["achieved"] == 83.3


@pytest.mark.usefixtures("model")
def test_evaluate_writes_each_forecast_beside_the_scores(forecast_program):
    code, out, err = forecast_program("evaluate", "harvest.csv", "--predictions", "each.csv")
    assert code == 0
    assert out.startswith("model,mae")
    assert err.splitlines()[-1] == "predictions   each.csv"
    assert Path("each.csv").read_text().splitlines() == [
        "origin,year,step,actual,forecast,lower_80,upper_80,model",
        "2020,2021,1,3,3.5,2.5,4.5,gru",
        "2020,2022,2,4,4.5,3.5,5.5,gru",
        "2020,2021,1,3,2.0,,,naive",
        "2020,2022,2,4,2.0,,,naive",
    ]
    forecast_program("evaluate", "harvest.csv", "--predictions", "each.json")
    document = json.loads(Path("each.json").read_text())
    assert (document["schema"], document["data"]["source"]) == ("forecast.predictions/1", "harvest.csv")
    assert document["rows"][-1]["lower_80"] is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--predictions each.txt", '--predictions: "each.txt" does not end in'),
        ("--predictions harvest.csv", '--predictions: "harvest.csv" would replace what is read'),
        ("--predictions -", "standard output has the scores"),
        ("--predictions a.csv --output a.csv", "is that of --output"),
        ("--predictions absent/a.csv", "no folder"),
        ("--predictions a.jsonl --skipped a.jsonl", "is read or written by this command already"),
    ],
)
@pytest.mark.usefixtures("model")
def test_predictions_that_cannot_be_written_are_refused_before_the_work(
    forecast_program, workflow, words, message
):
    code, out, err = forecast_program("evaluate", "harvest.csv", *words.split())
    assert code in (1, 2)
    assert out == ""
    assert message in err
    assert workflow.calls == []


@pytest.mark.usefixtures("model")
def test_evaluate_by_step_has_a_step_column(forecast_program):
    assert forecast_program("evaluate", "harvest.csv", "--by", "step")[1].startswith("model,step,")


@pytest.mark.parametrize(("error", "code"), [(3.1, 0), (3.78, 10), (4.0, 10)])
@pytest.mark.usefixtures("model")
def test_evaluate_with_require_skill_wants_every_baseline_beaten(forecast_program, workflow, error, code):
    workflow.scores = fakes.scores(model=error)
    assert forecast_program("evaluate", "harvest.csv", "--require-skill")[0] == code


def test_check_prints_all_it_found_and_then_why_train_would_refuse_the_data(forecast_program, workflow):
    workflow.refusal = DataError("too short", where="harvest.csv", hint="give more rows")
    code, out, err = forecast_program("check", "harvest.csv", "--json")
    assert code == 3
    assert json.loads(out)["refusal"] == {
        "message": "too short",
        "where": "harvest.csv",
        "hint": "give more rows",
    }
    assert json.loads(out)["rows"][0] == {"item": "rows", "value": "60"}
    assert err == "error: harvest.csv: too short\nhint:  give more rows\n"


def test_check_prints_the_card(forecast_program, workflow):
    code, out, _ = forecast_program("check", "harvest.csv", "--id", "field", "--json")
    assert code == 0
    document = json.loads(out)
    assert (document["schema"], document["title"]) == ("forecast.check/1", "harvest.csv")
    assert document["rows"][0] == {"item": "rows", "value": "60"}
    assert workflow.calls[0][2].read.columns.series == "field"


def test_check_devices_needs_no_data_and_says_why_there_is_no_gpu(forecast_program, workflow):
    code, out, err = forecast_program("check", "--devices", "--format", "table")
    assert (code, err) == (0, "")
    assert out.startswith(
        "TensorFlow 2.21.0, built with CUDA 12.5.1, finds no GPU, so networks are trained\non"
    )
    assert len(out.splitlines()) == 5
    document = json.loads(forecast_program("check", "--devices", "--json")[1])
    assert (document["schema"], document["gpus"]) == ("forecast.devices/1", [])
    assert document["summary"] == " ".join(out.split())
    assert forecast_program("check", "--devices")[1].splitlines()[:2] == ["item,value", "system,Linux"]
    assert workflow.calls == [("devices",)] * 3


@pytest.mark.parametrize("words", [["harvest.csv"], ["--fix"]])
def test_check_devices_reads_and_repairs_nothing(forecast_program, workflow, words):
    code, out, err = forecast_program("check", "--devices", *words)
    assert (code, out, workflow.calls) == (2, "", [])
    assert err == "error: --devices is about this machine: it reads no DATA and fixes none\n"


@pytest.mark.usefixtures("model")
def test_show_takes_the_model_as_an_argument_or_an_option_but_not_both(forecast_program):
    assert forecast_program("show", "harvest.forecast")[1] == "item,value\ncell,GRU\n"
    assert forecast_program("show", "--model", "harvest.forecast")[1] == "item,value\ncell,GRU\n"
    assert forecast_program("show")[0] == 0
    assert forecast_program("show", "harvest.forecast", "--model", "n.forecast")[0] == 2


@pytest.mark.usefixtures("model")
def test_a_forecast_error_is_printed_with_its_place_and_hint(forecast_program, workflow):
    def fail(*_, **__):
        raise DataError(
            '"12,4t" is not a number', where='harvest.csv, line 19, column "tons"', hint="--decimal ,"
        )

    workflow.predict = fail
    code, out, err = forecast_program("predict", "harvest.csv")
    assert (code, out) == (3, "")
    assert err.splitlines() == [
        "model         harvest.forecast",
        'error: harvest.csv, line 19, column "tons": "12,4t" is not a number',
        "hint:  --decimal ,",
    ]


@pytest.mark.usefixtures("model")
def test_too_little_memory_is_an_error_with_a_hint(forecast_program, workflow):
    def fail(*_, **__):
        raise MemoryError

    workflow.predict = fail
    code, _, err = forecast_program("predict")
    assert code == 1
    assert "\nerror: there is not enough memory\nhint:" in err


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        ("trian x.csv", 'there is no command "trian"', "did you mean forecast train?"),
        ("harvest.csv", 'there is no command "harvest.csv"', "forecast train harvest.csv"),
        ("predict --horizn 3", "there is no option --horizn", "did you mean --horizon?"),
        ("--versoin", "there is no option --versoin", "did you mean --version or"),
        ("predict -H", "option '-H' requires an argument", "see forecast --help"),
        ("predict -H x", "--horizon: needs a whole number", "forecast predict --help"),
        ("train --dropout x", "--dropout: needs a number", "forecast train --help"),
        ("train --cell gruu", "--cell: 'gruu' is not one of", "did you mean gru?"),
        ("predict -f jsn", "--format: 'jsn' is not one of", "did you mean json"),
        ("--color sometimes predict", "--color: 'sometimes' is not one of", "forecast --help"),
        ("predict a.csv b.csv", "one argument too many: b.csv", "forecast predict --help"),
        ("predict harvest.csv harvest.csv", "DATA is one argument: harvest.csv", "a glob in quotes: '*.csv'"),
        ("-q", "missing command", "forecast --help"),
    ],
)
def test_wrong_words_are_exit_2_with_the_nearest_right_ones(forecast_program, words, error, hint):
    code, out, err = forecast_program(*words.split())
    assert (code, out) == (2, "")
    first, second = err.splitlines()
    assert first.startswith(f"error: {error}")
    assert second.startswith("hint:  ")
    assert hint in second


def test_escapes_on_the_command_line_do_not_reach_the_terminal(forecast_program):
    for words in (["predict", "--\x1b[31m"], ["\x1b[31m"], ["train", "--cell", "\x1b[31m"]):
        assert "\x1b" not in forecast_program(*words)[2]


@pytest.mark.usefixtures("model")
def test_debug_keeps_tensorflows_log(forecast_program, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    forecast_program("predict", "--debug")
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_train_goes_on_with_an_interrupted_training_only_when_asked(forecast_program, workflow):
    Path("harvest.csv").touch()
    forecast_program("train", "harvest.csv")
    forecast_program("train", "harvest.csv", "--resume")
    assert [call[-1] for call in workflow.calls if call[0] == "train"] == [Path("harvest.forecast"), "resume"]


GAPPY = "id,year,y\n=A,2000,1\n=A,2003,4\n=A,2004,5\nb,2000,7\nb,2001,8\nb,2001,9\nvoid,2000,\n"


def test_the_repaired_data_go_to_stdout_and_what_was_done_to_stderr(real_program, tmp_path):
    data = tmp_path / "gappy.csv"
    data.write_text(GAPPY)
    repair = ("--gaps", "interpolate", "--duplicates", "last")
    code, out, err = real_program("check", str(data), "--fix", *repair)
    assert out == "id,year,y\n=A,2000,1\n=A,2001,2\n=A,2002,3\n=A,2003,4\n=A,2004,5\nb,2000,7\nb,2001,9\n"
    assert "1 gap of 2 rows filled by interpolation" in err
    assert (code, 'series "void" skipped' in err) == (6, True)
    clean = tmp_path / "clean.csv"
    clean.write_text(out)
    assert real_program("check", str(clean), "--fix", "--gaps", "error", "--missing", "error")[1] == out


def test_the_repaired_data_never_replace_the_data(real_program, tmp_path):
    data = tmp_path / "gappy.csv"
    data.write_text(GAPPY)
    code, _, err = real_program("check", str(data), "--fix", "--output", str(data))
    assert (code, data.read_text()) == (2, GAPPY)
    assert "would replace what is read from it" in err


@pytest.mark.parametrize(("format", "id"), [("csv", "'=A,"), ("tsv", "'=A\t"), ("jsonl", '"=A"')])
def test_excel_safe_marks_ids_in_csv_and_tsv_alone(real_program, tmp_path, format, id):
    data = tmp_path / "gappy.csv"
    data.write_text(GAPPY)
    options = ("--duplicates", "sum", "--format", format)
    assert id in real_program("check", str(data), "--fix", "--excel-safe", *options)[1]
    assert "'=A" not in real_program("check", str(data), "--fix", *options)[1]


def test_excel_safe_holds_for_forecasts_too(real_program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("gappy.csv").write_text(GAPPY)
    words = ("predict", "gappy.csv", "--duplicates", "sum", "--horizon", "1", "--model", "pretrained")
    assert "\n=A,2005," in real_program(*words)[1]
    assert "\n'=A,2005," in real_program(*words, "--excel-safe")[1]
