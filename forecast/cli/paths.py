"""Which data and which model a command reads and writes where the user names none."""

import io
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from forecast.errors import DataError, UsageError
from forecast.storage import location

if TYPE_CHECKING:
    from forecast.output.writing import Json

Source = str | Path
"""A file, or "-" for standard input."""

STDIN = "-"

EMPTY_PIPE = "standard input is empty: continuing the data the model was trained on"


def data_source(data: str | None) -> Source | None:
    """The file, "-" for standard input, or None where no data are named and nothing is piped in.

    A terminal and a device such as /dev/null pipe nothing in: the program never waits
    for a person to type data.
    """
    if data is None:
        return None if _nothing_piped() else STDIN
    if data != STDIN:
        return Path(data)
    if sys.stdin.isatty():
        raise UsageError("standard input is a terminal", hint="name a file, or pipe data in")
    return STDIN


def is_empty_pipe(data: str | None, source: Source | None) -> bool:
    """True where `source` is an empty pipe, as under cron, that the user did not name with `-`."""
    return data is None and source == STDIN and stdin_is_empty()


def stdin_is_empty() -> bool:
    """True where standard input ends before its first byte; waits for that byte and leaves it there."""
    try:
        return not cast(io.BufferedReader, sys.stdin.buffer).peek(1)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where="standard input") from error


def model_or_pretrained(named: Path | None, source: Source | None) -> Path | None:
    """The model that answers for `source`, None being the pretrained networks: see `location.model_for`.

    `named` is the value of `--model`; FORECAST_MODEL is used without it.
    """
    return location.model_for(source, Path(), _named(named))


def model_to_read(named: Path | None, source: Source | None) -> Path:
    """As `model_or_pretrained`, for commands that need a model file."""
    return location.trained_model_for(source, Path(), _named(named))


def models_here() -> list[Path]:
    """The model files in the current folder, by name."""
    return location.models_in(Path())


def model_to_write(named: Path | None, source: Source) -> Path:
    """The path of `--model`, else the data's name in the current folder."""
    return named or location.model_name(source)


def facts(source: Source | None) -> "dict[str, Json]":
    """The data of a result, for a JSON document; no source are the rows that the model keeps."""
    return {"data": {"source": None if source is None else str(source)}}


def _named(option: Path | None) -> str | Path | None:
    return option or os.environ.get(location.MODEL_VARIABLE) or None


def _nothing_piped() -> bool:
    try:
        return stat.S_ISCHR(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):
        return False
