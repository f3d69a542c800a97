"""A data set is guessed once, for the whole: columns, frequency and bounds, from some of its series."""

from contextlib import suppress
from dataclasses import replace

import numpy as np

from forecast.data.panel import Panel
from forecast.errors import DataError
from forecast.events import Listener, Note, ignore
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import counted
from forecast.reading.opening import open_table
from forecast.reading.reader import ReadResult, read_panel
from forecast.reporting.reading_notes import note_reading
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest
from forecast.tables.dataset import ROWS_IN_MEMORY
from forecast.tables.files import DataSet
from forecast.training.untrained import untrained, values_spec

SERIES_LOOKED_AT = 300
"""Series of the sample that decide what is guessed: seasons, bounds, whether values are whole."""

FILES_LOOKED_AT = 3

ROWS_TRAINED_ON = 1_000_000
"""Rows of the series that a network is trained on by default: more make it slower and hardly better."""

MOST_FILES_READ = 32
"""Files that these are from at most."""

_FILES_TRIED = 10
"""Files that are tried where the first ones cannot be read."""


def sample(
    data: DataSet,
    read: ReadSpec,
    *,
    series: int = SERIES_LOOKED_AT,
    files: int = FILES_LOOKED_AT,
    rows: int = 3_000_000,
    listener: Listener = ignore,
) -> ReadResult:
    """Some series of a data set, evenly spaced over some of its files, and how these were read."""
    return sampled(data, read, series=series, files=files, rows=rows, listener=listener)[0]


def training_sample(
    data: DataSet, read: ReadSpec, series: int | None, listener: Listener = ignore
) -> tuple[ReadResult, int]:
    """The series that a model of a data set is trained on, and the number of files they are from.

    Without a number of `series` these are as many as have `ROWS_TRAINED_ON`.
    """
    return sampled(data, read, series=series, files=MOST_FILES_READ, rows=ROWS_IN_MEMORY, listener=listener)


def sampled(
    data: DataSet, read: ReadSpec, *, series: int | None, files: int, rows: int, listener: Listener
) -> tuple[ReadResult, int]:
    """See `sample`, and the number of files that were read."""
    some = data.evenly(files, rows)
    reading, some = _read(some, read, data)
    # Series that cannot be used are heard of where their files are worked on.
    part = f" ({counted(len(some.files), 'file')})" if len(some.files) < len(data.files) else ""
    note_reading(replace(reading, skipped=(), source=f"{data.root}{part}"), listener)
    panel = reading.panel
    if series is None:
        series = max(len(panel) * ROWS_TRAINED_ON // max(len(panel.values), ROWS_TRAINED_ON), 1)
    chosen = evenly(panel, series)
    if len(some.files) < len(data.files) or len(chosen) < len(reading.panel):
        listener(
            Note(
                "sample",
                f"{counted(len(chosen), 'series')} of {counted(len(some.files), 'file')}, "
                f"of {len(data.files):,} with about {data.rows:,} rows",
            )
        )
    return replace(reading, panel=chosen, source=data.root), len(some.files)


def _read(some: DataSet, read: ReadSpec, data: DataSet) -> tuple[ReadResult, DataSet]:
    """The reading of some files; where one is bad of those that can be opened, or of the first that can."""
    try:
        return read_panel(some, read), some
    except DataError as error:
        first = error
    opened = [file for file in some.files if _opens(data.only([file]), read)]
    for files in (opened, *([file] for file in data.files[:_FILES_TRIED])):
        with suppress(DataError):
            if files:
                return read_panel(data.only(files), read), data.only(files)
    raise first


def _opens(data: DataSet, read: ReadSpec) -> bool:
    try:
        open_table(data, read)
    except DataError:
        return False
    return True


def evenly(panel: Panel, series: int) -> Panel:
    """So many series of a panel, evenly spaced, or all."""
    if len(panel) <= series:
        return panel
    return panel.select(np.linspace(0, len(panel) - 1, series).astype(np.int64))


def untrained_for(
    data: DataSet, request: TrainRequest, *, remark: str = "", listener: Listener = ignore
) -> RecurrentForecaster:
    """The combination of all that needs no training, made for a data set; it keeps none of its rows."""
    reading = sample(data, values_spec(request.read), listener=listener)
    model = untrained(reading, request, remark=remark, listener=listener)
    return replace(model, tail=model.tail.select([]))
