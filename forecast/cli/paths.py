"""Which data, which model: what a command reads and writes when the user does not say."""

import io
import os
import stat
import sys
from pathlib import Path
from typing import cast

from forecast.errors import DataError, ModelError, UsageError

Source = str | Path
"""A file, or "-" for standard input."""

MODEL_SUFFIX = ".forecast"
STDIN = "-"

PRETRAINED = Path("pretrained")
"""What stands for the pretrained networks where a model is named."""

_COMPRESSED = {".gz", ".bz2", ".xz", ".zst", ".zip"}
_EXAMPLES = 5


def data_source(data: str | None) -> Source | None:
    """The file, "-" for standard input, or None where nothing is named and nothing is piped in.

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


def stdin_is_empty() -> bool:
    """True where standard input ends before its first byte; waits for that byte, takes nothing."""
    try:
        return not cast(io.BufferedReader, sys.stdin.buffer).peek(1)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where="standard input") from error


def model_to_read(path: Path | None) -> Path:
    """The model named by `--model`, else by FORECAST_MODEL, else the only one in this folder."""
    if path is not None:
        return path
    if named := os.environ.get("FORECAST_MODEL"):
        return Path(named)
    found = models_here()
    if len(found) == 1:
        return found[0]
    if not found:
        raise ModelError("there is no model here", hint="forecast train DATA makes one; or --model PATH")
    listed = ", ".join(f'"{model}"' for model in found[:_EXAMPLES])
    more = f" and {len(found) - _EXAMPLES} more" if len(found) > _EXAMPLES else ""
    raise ModelError(
        f"there are {len(found)} models here: {listed}{more}", hint="choose one with --model PATH"
    )


def model_or_pretrained(path: Path | None) -> Path | None:
    """As `model_to_read`; None where the pretrained network is asked for, or there is no model."""
    if path is None and not os.environ.get("FORECAST_MODEL") and not models_here():
        return None
    chosen = model_to_read(path)
    return None if chosen == PRETRAINED else chosen


def models_here() -> list[Path]:
    """The model files in the current folder, by name."""
    return sorted(path for path in Path().glob(f"*{MODEL_SUFFIX}") if path.is_file())


def model_to_write(path: Path | None, source: Source) -> Path:
    """The path of `--model`, else the data's name in the current folder: harvest.csv.gz, harvest.forecast."""
    if path is not None:
        return path
    if isinstance(source, str):
        return Path(f"model{MODEL_SUFFIX}")
    name = Path(source.name)
    if name.suffix.lower() in _COMPRESSED:
        name = Path(name.stem)
    return Path(f"{name.stem}{MODEL_SUFFIX}")


def _nothing_piped() -> bool:
    try:
        return stat.S_ISCHR(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):
        return False
