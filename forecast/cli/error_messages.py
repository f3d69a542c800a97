"""Exceptions of other programs (Typer, the operating system, a bug) as one message and one hint."""

import errno
import re
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import typer

from forecast.cli.reading_options import COLUMN_FLAGS


class ErrorMessage(NamedTuple):
    """What is printed after "error:" and "hint:"."""

    message: str
    hint: str


def of_usage(error: typer.TyperException) -> ErrorMessage:
    """A command line that Typer refused; the hint is the nearest valid name.

    Typer's exceptions have no public classes. They differ in their attributes:
    1. an unknown option has `possibilities`, the names most like it;
    2. a value that an option refuses has `param`, the option;
    3. an unknown command, and one argument too many, have their text alone.
    """
    text = error.format_message().strip().rstrip(".")
    if hasattr(error, "possibilities"):
        name = str(getattr(error, "option_name", ""))
        return ErrorMessage(f"there is no option {name}", _option_hint(name, error))
    if (param := getattr(error, "param", None)) is not None:
        if not getattr(error, "message", text):
            return ErrorMessage(f"{param.metavar or param.opts[0]} is missing", _help_hint(error))
        reason = str(getattr(error, "message", text)).strip().rstrip(".")
        return ErrorMessage(f"{param.opts[0]}: {reason}", _value_hint(reason) or _help_hint(error))
    if match := re.match(r"No such command '(.*?)'\.?(?: Did you mean '(.*?)')?", text):
        return ErrorMessage(f'there is no command "{match[1]}"', _command_hint(match[1], match[2], error))
    if match := re.match(r"Got unexpected extra argument\(s\) \((.*)\)$", text):
        return _too_many(match[1].split(" "), error)
    return ErrorMessage(text[:1].lower() + text[1:], _help_hint(error))


def _too_many(words: list[str], error: Exception) -> ErrorMessage:
    """What is left of a command line; files are those that a shell made of a glob without quotes."""
    first, more = Path(words[0]), f" and {len(words) - 3:,} more" if len(words) > 4 else ""
    text = " ".join(words[:3] if more else words) + more
    if not first.is_file():
        return ErrorMessage(f"one argument too many: {text}", _help_hint(error))
    pattern, folder = str(first.with_name(f"*{first.suffix}")), str(first.parent)
    hint = f"of several files name the folder, {folder}, or a glob in quotes: '{pattern}'"
    return ErrorMessage(f"DATA is one argument: {text} would be others", hint)


def of_system(error: OSError) -> ErrorMessage:
    """A refusal of the operating system."""
    reason = error.strerror or str(error)
    where = f'"{error.filename}": ' if error.filename else ""
    hints = {
        errno.ENOSPC: "make room, or write elsewhere with --output FILE",
        errno.EBADF: "standard output is closed; --output FILE writes to a file",
    }
    return ErrorMessage(f"{where}{reason}", hints.get(error.errno or 0, ""))


def of_bug(error: Exception) -> ErrorMessage:
    """An exception that nothing expected, in one line."""
    text = str(error).strip().split("\n")[0]
    message = f"a bug in forecast: {type(error).__name__}{': ' if text else ''}{text}"
    return ErrorMessage(message, "the same command with --debug shows where; please report it")


def _option_hint(name: str, error: Exception) -> str:
    if name in COLUMN_FLAGS and _has_option("--model", error):
        return f"leave out {name}: the model reads data as it was trained to"
    near: list[str] = getattr(error, "possibilities", None) or []
    return f"did you mean {' or '.join(near)}?" if near else _help_hint(error)


def _has_option(flag: str, error: Exception) -> bool:
    """Whether the command of the error has the option `flag`."""
    context = getattr(error, "ctx", None)
    return context is not None and any(flag in param.opts for param in context.command.params)


def _value_hint(reason: str) -> str:
    """The valid value nearest to the refused one, from "'gruu' is not one of 'lstm', 'gru'"."""
    value, *valid = re.findall(r"'(.*?)'", reason) or [""]
    near = get_close_matches(value, valid)
    return f"did you mean {' or '.join(near)}?" if near else ""


def _command_hint(word: str, near: str | None, error: Exception) -> str:
    if near:
        context = getattr(error, "ctx", None)
        return f"did you mean {context.command_path if context else 'forecast'} {near}?"
    if Path(word).is_file():
        return f"forecast train {word}, or forecast predict {word}?"
    return _help_hint(error)


def _help_hint(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return f"see {context.command_path if context else 'forecast'} --help"
