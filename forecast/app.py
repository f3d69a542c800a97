"""The program `forecast`: its commands, and the one place where errors become messages and exit codes."""

import os
import sys
from typing import Annotated

import typer

from forecast.cli import error_messages
from forecast.cli.console import Console
from forecast.cli.lazy import group_of
from forecast.cli.options import ColorName, Debug, Quiet, Verbose
from forecast.cli.skipped import write_list
from forecast.errors import SOME_SKIPPED, ForecastError
from forecast.phrases import counted
from forecast.version import __version__

app = typer.Typer(
    # Adding a command is a line here, and a function of its name in that module.
    cls=group_of(
        {
            "train": "forecast.commands.train",
            "predict": "forecast.commands.predict",
            "plot": "forecast.commands.plot",
            "future": "forecast.commands.future",
            "evaluate": "forecast.commands.evaluate",
            "compare": "forecast.commands.compare",
            "stream": "forecast.commands.stream",
            "drift": "forecast.commands.drift",
            "check": "forecast.commands.check",
            "partition": "forecast.commands.partition",
            "show": "forecast.commands.show",
            "report": "forecast.commands.report",
            "help": "forecast.commands.help",
            "explain": "forecast.commands.explain",
        }
    ),
    # Typer's own Rich help costs half of the program's start and shows examples last.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


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


def _run_command(arguments: list[str], console: Console) -> int:
    command = typer.main.get_command(app)
    if "_FORECAST_COMPLETE" in os.environ:
        command.main(arguments, prog_name="forecast")
    try:
        # Not `command.main`: it answers a broken pipe and Ctrl-C in its own way.
        with command.make_context("forecast", arguments, obj=console) as context:
            command.invoke(context)
        sys.stdout.flush()
    except typer.Exit as exit:
        return exit.exit_code
    for count, what in ((len(console.skipped), "series"), (len(console.failed_files), "file")):
        if count:
            console.warn(f"{counted(count, what)} skipped, the others used")
    return SOME_SKIPPED if console.skipped or console.failed_files else 0
