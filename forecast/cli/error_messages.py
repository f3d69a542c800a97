"""Exceptions that are not ours, as what is wrong and what to do."""

import errno
import re
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import typer


class Failure(NamedTuple):
    """The two lines a person is told."""

    message: str
    hint: str


def of_usage(error: typer.TyperException) -> Failure:
    """What Typer could not make sense of, and the nearest word that it would have known."""
    message = error.format_message().strip().rstrip(".")
    if match := re.match(r"No such option: (\S+)", message):
        near: list[str] = getattr(error, "possibilities", None) or []
        return Failure(f"there is no option {match[1]}", _did_you_mean(near) or _see_help(error))
    if match := re.match(r"No such command '(.*?)'\.?(?: Did you mean '(.*?)')?", message):
        return Failure(f'there is no command "{match[1]}"', _command_hint(match[1], match[2], error))
    if match := re.match(r"Got unexpected extra argument\(s\) \((.*)\)$", message):
        return Failure(f"one argument too many: {match[1]}", _see_help(error))
    if match := re.match(r"Invalid value for '(.*?)'(?: / '.*?')*: (.*)", message, re.DOTALL):
        words = re.findall(r"'(.*?)'", match[2])
        near = get_close_matches(words[0], words[1:]) if words else []
        return Failure(f"{match[1]}: {_plainly(match[2])}", _did_you_mean(near) or _see_help(error))
    return Failure(message[:1].lower() + message[1:], _see_help(error))


def of_the_machine(error: OSError) -> Failure:
    """What the operating system refused."""
    reason = error.strerror or str(error)
    where = f'"{error.filename}": ' if error.filename else ""
    hints = {
        errno.ENOSPC: "make room, or write elsewhere with --output FILE",
        errno.EBADF: "standard output is closed; --output FILE writes to a file",
    }
    return Failure(f"{where}{reason}", hints.get(error.errno or 0, ""))


def of_ours(error: Exception) -> Failure:
    """A bug, in one line."""
    said = str(error).strip().split("\n")[0]
    message = f"a bug in forecast: {type(error).__name__}{': ' if said else ''}{said}"
    return Failure(message, "the same command with --debug shows where; please report it")


def _plainly(said: str) -> str:
    """Pydantic's words, as people speak."""
    if said.startswith("Input should be a valid integer"):
        return "needs a whole number"
    if said.startswith("Input should be a valid number"):
        return "needs a number"
    return said.removeprefix("Value error, ")


def _did_you_mean(near: list[str]) -> str:
    return f"did you mean {' or '.join(near)}?" if near else ""


def _command_hint(word: str, near: str | None, error: Exception) -> str:
    if near:
        return f"did you mean forecast {near}?"
    if Path(word).is_file():
        return f"forecast train {word}, or forecast predict {word}?"
    return _see_help(error)


def _see_help(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'forecast'} --help lists what there is"
