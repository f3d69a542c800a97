"""The options about reading: every command that reads data takes them all."""

from dataclasses import replace
from pathlib import Path

import pytest

from forecast.cli.reading_options import COLUMN_FLAGS, read_spec
from forecast.errors import UsageError
from forecast.spec.reading import Columns, Notation, Policy, ReadSpec

ALL = (
    "--target tons --time year --id field --freq yearly --delimiter tab --encoding cp1252 --decimal , "
    "--thousands . --date-format %Y --gaps hold --missing error --duplicates sum --resample mean "
    "--header 3 --missing-mark -200 --missing-mark closed"
)
READ = ReadSpec(
    columns=Columns(target="tons", time="year", series="field"),
    notation=Notation(
        delimiter="\t",
        encoding="cp1252",
        decimal=",",
        thousands=".",
        date_format="%Y",
        header=3,
        missing_marks=("-200", "closed"),
    ),
    policy=Policy(gaps="hold", missing="error", duplicates="sum", resample="mean"),
    frequency="yearly",
)


@pytest.fixture(autouse=True)
def _files():
    Path("harvest.csv").write_text("year,tons\n2023,1\n")
    Path("m.forecast").touch()


@pytest.mark.parametrize("command", ["train", "check"])
def test_every_option_about_reading_reaches_the_request(forecast_program, workflow, command):
    assert forecast_program(command, "harvest.csv", *ALL.split())[0] == 0
    assert workflow.calls[-1][2].read == READ


def test_every_option_about_reading_reaches_what_answers_without_a_model(forecast_program, workflow):
    assert forecast_program("predict", "harvest.csv", "--model", "pretrained", *ALL.split())[0] == 0
    assert workflow.calls[0][2].read == READ


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("--target tons", "--target"),
        ("--target a --target b", "--target"),
        ("--time year --id field", "--time, --id"),
        ("--wide", "--wide"),
        ("--freq monthly", "--freq"),
        ("--task class", "--task"),
        ("--label tons", "--label"),
        ("--past a --known b --static c --categorical c", "--past, --known, --static, --categorical"),
    ],
)
def test_the_columns_are_the_models(forecast_program, words, named):
    code, out, err = forecast_program("predict", "harvest.csv", "--model", "m.forecast", *words.split())
    assert (code, out) == (2, "")
    assert f"{named}: the model reads data as it was trained to" in err


@pytest.mark.parametrize("command", ["evaluate", "future"])
@pytest.mark.parametrize("option", COLUMN_FLAGS)
def test_a_command_with_a_model_has_no_options_for_columns_and_says_why(
    forecast_program, workflow, command, option
):
    words = [option] if option == "--wide" else [option, "tons"]
    code, out, err = forecast_program(command, "harvest.csv", "--model", "m.forecast", *words)
    assert (code, out, workflow.calls) == (2, "", [])
    assert err.splitlines() == [
        f"error: there is no option {option}",
        f"hint:  leave out {option}: the model reads data as it was trained to",
    ]
    assert f"{option} " not in forecast_program(command, "--help")[1]


@pytest.mark.parametrize("command", ["predict", "evaluate", "future"])
def test_a_command_with_a_model_takes_notation_and_policy(forecast_program, workflow, command):
    words = "--delimiter tab --encoding cp1252 --decimal , --thousands . --date-format %Y --gaps hold "
    words += "--header 3 --missing-mark -200 --missing-mark closed "
    more = "--missing error --duplicates sum --resample mean --strict"
    model = ("--model", "m.forecast")
    assert forecast_program(command, "harvest.csv", *model, *(words + more).split())[0] == 0
    read = workflow.read if command == "predict" else workflow.calls[-1][2]["read"]
    assert read == ReadSpec(notation=READ.notation, policy=replace(READ.policy, unusable="error"))


def test_notation_and_policy_of_one_file_reach_a_model(forecast_program, workflow):
    words = "predict harvest.csv --model m.forecast --delimiter ; --decimal , --duplicates last"
    assert forecast_program(*words.split())[0] == 0
    assert workflow.read == ReadSpec(
        notation=Notation(delimiter=";", decimal=","), policy=Policy(duplicates="last")
    )


def test_notation_and_policy_of_one_file_override_those_of_the_model_and_nothing_else():
    remembered = ReadSpec(Columns("y"), Notation(";", "cp1252"), Policy(gaps="hold"), frequency="monthly")
    given = ReadSpec(notation=Notation(delimiter="|"), policy=Policy(missing="error"))
    assert given.over(remembered) == ReadSpec(
        Columns("y"), Notation("|", "cp1252"), Policy(gaps="hold", missing="error"), frequency="monthly"
    )


def test_a_target_named_twice_makes_a_wide_file():
    assert read_spec(target=["a", "b", "a"]) == ReadSpec(
        Columns(series="series"), wide=True, targets=("a", "b")
    )
    assert read_spec(target=["a", "a"]) == ReadSpec(Columns(target="a"))


def test_wide_files_have_no_column_of_ids():
    with pytest.raises(UsageError, match="--id"):
        read_spec(wide=True, id="store")


@pytest.mark.parametrize(
    ("text", "mark"), [("tab", "\t"), ("\\t", "\t"), ("\t", "\t"), ("space", " "), ("~", "~")]
)
def test_a_delimiter_is_a_character_or_its_name(text, mark):
    assert read_spec(delimiter=text).notation.delimiter == mark


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": ""},
        {"delimiter": ";;"},
        {"delimiter": "a"},
        {"delimiter": '"'},
        {"delimiter": "\n"},
        {"decimal": "-"},
        {"decimal": ",", "thousands": ","},
        {"encoding": "utf-9"},
        {"encoding": "zip"},
        {"encoding": "a\0b"},
        {"date_format": "YYYY-MM-DD"},
        {"header": 0},
        {"header": 1001},
    ],
)
def test_an_impossible_notation_is_wrong_use(options):
    with pytest.raises(UsageError):
        read_spec(**options)


def test_another_policy_than_those_there_are_is_wrong_use(forecast_program):
    code, out, err = forecast_program("check", "harvest.csv", "--gaps", "nothing")
    assert (code, out) == (2, "")
    assert "'nothing'" in err or '"nothing"' in err
    with pytest.raises(UsageError, match="error, first, last, sum, mean"):
        Policy(duplicates="all")
