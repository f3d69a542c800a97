"""The program `forecast`: its commands, and the one place where errors become messages and exit codes."""

import copy
import os
import sys
from typing import Annotated

import typer

from forecast.cli import error_messages
from forecast.cli.console import Console
from forecast.cli.help import Command, Group
from forecast.cli.options import ColorName, Debug, Quiet, Verbose
from forecast.cli.skipped import write_list
from forecast.commands.check import check
from forecast.commands.compare import compare
from forecast.commands.drift import drift
from forecast.commands.evaluate import evaluate
from forecast.commands.explain_group import explain
from forecast.commands.future import future
from forecast.commands.help import help
from forecast.commands.plot import plot
from forecast.commands.predict import predict
from forecast.commands.report import report
from forecast.commands.show import show
from forecast.commands.stream import stream
from forecast.commands.train import train
from forecast.errors import SOME_SKIPPED, ForecastError
from forecast.version import __version__

app = typer.Typer(
    cls=Group,
    # Typer's own Rich help costs half of the program's start and shows examples last.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
for command in (train, predict, plot, future, evaluate, compare, stream, drift, check, show, report, help):
    app.command(cls=Command)(command)
app.add_typer(explain, name="explain")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"forecast {__version__}")
        raise typer.Exit


@app.callback()
def program(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
    color: ColorName = None,
) -> None:
    """Forecast time series with recurrent networks: from a CSV to a tested model.

    forecast train harvest.csv            train, evaluate, save harvest.forecast
    forecast predict harvest.csv          its forecast; without it, the pretrained one
    forecast predict                      the forecast of the only model here
    forecast predict > forecast.csv       the same as CSV
    forecast evaluate harvest.csv         rolling-origin scores against baselines
    """
    del version, quiet, verbose, debug, color


def run(arguments: list[str]) -> int:
    """Run a command line, print what goes wrong on stderr, and return the exit code."""
    console = Console(command=("forecast", *arguments))
    try:
        return _invoke(arguments, console)
    except ForecastError as error:
        console.error(str(error), error.hint)
        return error.exit_code
    except typer.TyperException as error:
        console.error(*error_messages.of_usage(error))
        return error.exit_code
    except BrokenPipeError:
        raise
    except OSError as error:
        console.error(*error_messages.of_system(error))
    except MemoryError:
        console.error("there is not enough memory", "give it fewer rows or series, or a smaller --batch-size")
    except Exception as error:
        console.error(*error_messages.of_bug(error))
    finally:
        console.erase()
    return 1


def _invoke(arguments: list[str], console: Console) -> int:
    """Run the command and list the skipped series, also where they are why it failed."""
    try:
        code = _run_command(arguments, console)
    except ForecastError:
        if console.skipped:
            write_list(console)
        raise
    write_list(console)
    return code


def _with_the_only(arguments: list[str]) -> typer.Typer:
    """The program with the command of a command line alone: to build all takes longer than to parse it.

    The whole program where the first word is no command.
    """
    name = next((word for word in arguments if not word.startswith("-")), "")
    only = copy.copy(app)
    only.registered_commands = [
        each for each in app.registered_commands if each.callback and each.callback.__name__ == name
    ]
    only.registered_groups = [each for each in app.registered_groups if each.name == name]
    return only if only.registered_commands or only.registered_groups else app


def _run_command(arguments: list[str], console: Console) -> int:
    if "_FORECAST_COMPLETE" in os.environ:
        typer.main.get_command(app).main(arguments, prog_name="forecast")
    command = typer.main.get_command(_with_the_only(arguments))
    try:
        # Not `command.main`: it answers a broken pipe and Ctrl-C in its own way.
        with command.make_context("forecast", arguments, obj=console) as context:
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as exit:
        return exit.exit_code
    if not console.skipped:
        return 0
    console.warn(f"{len(console.skipped):,} series skipped, the others used")
    return SOME_SKIPPED
