"""Reference pages and the manual page, generated from the program itself.

python -m tools.reference man/forecast.1    writes the manual page, which the wheel installs as share/man/man1
"""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import forecast
from forecast import errors
from forecast.app import app
from forecast.version import __version__

PYTHON = (
    "train",
    "predict",
    "plot",
    "evaluate",
    "compare",
    "stream",
    "drift",
    "check",
    "read",
    "repair",
    "future",
    "show",
    "report",
    "load",
)
"""The functions of the Python page, in its order; others follow."""


def commands() -> dict[str, Any]:
    """Every command by the words it is called with, groups of commands in their parts."""
    found: dict[str, Any] = {}

    def add(name: str, command: Any) -> None:  # noqa: ANN401
        parts = getattr(command, "commands", None)
        if parts is None:
            found[name] = command
            return
        for part, inner in parts.items():
            add(f"{name} {part}", inner)

    for name, command in typer.main.get_command(app).commands.items():
        add(f"forecast {name}", command)
    return found


def sentence_and_examples(command: Any) -> tuple[str, list[str]]:  # noqa: ANN401
    """The two parts of a command's help."""
    sentence, _, examples = inspect.cleandoc(command.help or "").partition("\n\n")
    return " ".join(sentence.split()), [line.strip() for line in examples.splitlines() if line.strip()]


def parameters(command: Any) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401
    """Heading, names and help of each argument and option."""
    for parameter in command.params:
        heading = getattr(parameter, "rich_help_panel", None)
        if parameter.param_type_name == "argument":
            yield "Arguments", parameter.metavar or parameter.name.upper(), parameter.help or ""
            continue
        names = ", ".join(sorted(parameter.opts, key=lambda name: (not name.startswith("--"), name)))
        takes = "" if parameter.is_flag else f" {parameter.metavar or 'TEXT'}"
        yield heading or "Help", f"{names}{takes}", parameter.help or ""


def commands_page() -> str:
    """Each command with its examples and options, as Markdown."""
    lines = [
        "# Commands and options",
        "",
        "Generated from the program; `forecast COMMAND --help` prints the same.",
        "",
    ]
    for name, command in commands().items():
        sentence, examples = sentence_and_examples(command)
        lines += [f"## {name}", "", sentence, "", "```sh", *examples, "```", "", *_tables(command), ""]
    lines += ["## Every command", "", *_tables(typer.main.get_command(app)), ""]
    return "\n".join(lines)


def _tables(command: Any) -> Iterator[str]:  # noqa: ANN401
    """A table of options for each heading."""
    heading = ""
    for part, names, text in parameters(command):
        if part != heading:
            yield from ("", f"**{part}**", "", "| | |", "|---|---|")
            heading = part
        yield f"| `{_cell(names)}` | {_cell(text)} |"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("<", "&lt;")


def exit_codes_page() -> str:
    """The exit codes, as Markdown."""
    rows = [f"| {code} | {meaning} |" for code, meaning in errors.EXIT_CODES.items()]
    return "\n".join(["# Exit codes", "", "| exit | meaning |", "|---|---|", *rows, ""])


def python_page() -> str:
    """The public functions and classes with their docstrings, as Markdown."""
    functions = [name for name in forecast.__all__ if inspect.isfunction(getattr(forecast, name))]
    lines = [
        "# Python functions",
        "",
        "Generated from the docstrings; `help(forecast.train)` prints the same.",
        "",
    ]
    for name in sorted(
        functions, key=lambda each: (PYTHON.index(each) if each in PYTHON else len(PYTHON), each)
    ):
        function = getattr(forecast, name)
        described = inspect.getdoc(function) or ""
        lines += [
            f"## forecast.{name}",
            "",
            "```text",
            f"{name}{_signature(function)}",
            "",
            described,
            "```",
            "",
        ]
    lines += ["## Classes", "", "| | |", "|---|---|"]
    for name in forecast.__all__:
        value = getattr(forecast, name)
        if inspect.isclass(value):
            first = (inspect.getdoc(value) or "").partition("\n\n")[0]
            lines.append(f"| `{name}` | {_cell(first)} |")
    return "\n".join([*lines, ""])


def _signature(function: Any) -> str:  # noqa: ANN401
    """The parameters without their types."""
    names = []
    for parameter in inspect.signature(function).parameters.values():
        mark = {parameter.VAR_KEYWORD: "**", parameter.VAR_POSITIONAL: "*"}.get(parameter.kind, "")
        is_shown = parameter.default is not parameter.empty and not callable(parameter.default)
        default = f"={parameter.default!r}" if is_shown else ""
        names.append(f"{mark}{parameter.name}{default}")
    return f"({', '.join(names)})"


def manual() -> str:
    """The manual page `forecast(1)`, in the language of man."""
    lines = [
        f'.TH FORECAST 1 "" "forecast {__version__}" "User Commands"',
        ".SH NAME",
        "forecast \\- forecast time series with recurrent networks",
        ".SH SYNOPSIS",
        ".B forecast",
        ".I COMMAND",
        "[\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]",
        ".SH DESCRIPTION",
        "From a CSV file to a tested model. Results go to standard output, all else to standard error.",
    ]
    for name, command in commands().items():
        sentence, examples = sentence_and_examples(command)
        lines += [f'.SH "{name.upper()}"', _roff(sentence), ".PP", ".nf", *map(_roff, examples), ".fi"]
        lines += _items(command)
    lines += [".SH EVERY COMMAND", *_items(typer.main.get_command(app))]
    lines += [".SH EXIT STATUS"]
    for code, meaning in errors.EXIT_CODES.items():
        lines += [".TP", f".B {code}", _roff(meaning)]
    lines += [
        ".SH ENVIRONMENT",
        ".TP",
        ".B FORECAST_MODEL",
        "The model that answers where none is named.",
        ".TP",
        ".B NO_COLOR, FORCE_COLOR",
        "Whether terminals get colours.",
        ".SH SEE ALSO",
        _roff("forecast help lists the pages of the documentation; forecast help PAGE prints one."),
    ]
    return "\n".join([*lines, ""])


def _items(command: Any) -> Iterator[str]:  # noqa: ANN401
    """The options of a command as a list of man."""
    for _, names, text in parameters(command):
        yield from (".TP", f".B {_roff(names)}", _roff(" ".join(text.split())))


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    Path(sys.argv[1]).write_text(manual(), encoding="utf-8")
