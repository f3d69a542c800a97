"""A file, a pipe or a frame becomes a checked `Panel`, or one `DataError` that names file, line and column."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.spec import Columns

if TYPE_CHECKING:
    import pandas as pd

Source = str | Path | BinaryIO | "pd.DataFrame"


@dataclass(frozen=True, slots=True)
class Reading:
    """A panel, and what had to be guessed and mended to get it."""

    panel: Panel
    source: str
    """How messages call the source: "harvest.csv", "standard input"."""
    guesses: tuple[tuple[str, str, str], ...]
    """(part, guess, reason): ("time", "year", "integers that look like years")."""
    repairs: tuple[str, ...]
    """Sentences: "3 gaps filled with the value a season before (first: 1914, line 8)"."""


def read_panel(source: Source, columns: Columns | None = None, *, frequency: Frequency | None = None) -> Reading:
    """The checked panel in `source`; "-" is standard input.

    With `frequency` (a model's own), the data need not show one: a single row will do.
    """
    raise NotImplementedError
