import re

import pytest
import typer

from forecast.app import app

COMMANDS = typer.main.get_command(app).commands


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_starts_with_a_sentence_and_examples_before_usage_and_options(forecast_program, command, flag):
    code, out, err = forecast_program(*command.split(), flag)
    assert code == 0
    assert err == ""
    assert re.match(r"[A-Z][^\n]+\.\n\nExamples:\n  forecast ", out)
    assert out.index("Examples:") < out.index("Usage: forecast") < out.index("Messages:")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_and_argument_has_words(forecast_program, command):
    out = forecast_program(command, "--help")[1]
    for parameter in COMMANDS[command].params:
        assert parameter.help, parameter.name
        shown = parameter.opts[-1] if parameter.param_type_name == "option" else parameter.metavar
        assert re.search(rf"{shown}\b", out), shown


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_is_a_command_line_that_parses(forecast_program, command, tmp_path):
    (tmp_path / "harvest.forecast").touch()
    for line in forecast_program(command, "--help")[1].partition("Usage:")[0].splitlines():
        words = line.rpartition("|")[2].split()
        if words[:1] == ["forecast"]:
            code, _, err = forecast_program(*words[1:])
            # The examples have no data here: 3, or 2 with short help, never a complaint about words.
            assert not re.search("error: there is no (option|command)", err)
            assert "argument" not in err
            assert code in (0, 2, 3, 4), err


def test_no_line_of_help_is_wider_than_80(forecast_program):
    for command in COMMANDS:
        assert all(len(line) <= 80 for line in forecast_program(command, "-h")[1].splitlines())


def test_the_list_of_commands_cuts_no_sentence(forecast_program):
    out = forecast_program("--help")[1]
    assert "..." not in out.partition("Commands:")[2].partition("Help:")[0]


def test_options_of_the_issue_are_all_there(forecast_program):
    asked = {
        "train": "--target --time --id --horizon --window --season --cell --units --dropout --epochs "
        "--batch-size --learning-rate --clip --patience --seed --device --max-time --backtests --level "
        "--min --max --integer --from --combine --tune --ensemble --task --categorical --skipped "
        "--model --require-skill --dry-run --format --json --quiet --verbose --debug --color",
        "predict": "--model --horizon --level --target --time --id --season --cell --format --json "
        "--output --quiet",
        "evaluate": "--model --backtests --horizon --baseline --refit --by --require-skill --predictions "
        "--output",
        "check": "--target --time --id --horizon --window --season --json --wide --freq "
        "--delimiter --encoding --decimal --thousands --date-format --gaps --missing --duplicates --resample",
        "show": "--model --json",
    }
    for command, options in asked.items():
        out = forecast_program(command, "--help")[1]
        assert [option for option in options.split() if f"{option} " not in out] == []


def test_without_a_word_the_help_is_on_stderr_with_exit_2(forecast_program):
    code, out, err = forecast_program()
    assert (code, out) == (2, "")
    assert "Commands:" in err


@pytest.mark.parametrize("command", ["train", "evaluate", "check"])
def test_without_data_a_command_prints_short_help_and_exits_2(forecast_program, command):
    code, out, err = forecast_program(command)
    assert (code, out) == (2, "")
    assert f"forecast {command} --help" in err
    assert len(err.splitlines()) < 12


def test_headings_are_bold_on_a_terminal_only(monkeypatch, forecast_program):
    assert "\x1b" not in forecast_program("train", "--help")[1]
    context = typer.Context(COMMANDS["train"], info_name="train", help_option_names=["--help", "-h"])
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1mExamples:\x1b[0m\n" in COMMANDS["train"].get_help(context)
