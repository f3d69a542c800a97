"""The times of the rows of a table and their step: those of a model, as requested, or as found."""

import numpy as np

from forecast.data.frequency import Frequency
from forecast.data.frequency_names import NamedFrequency
from forecast.data.inference import calendar_unit, infer_frequency
from forecast.errors import DataError
from forecast.reading.rows import Rows
from forecast.spec.reading import Notation
from forecast.tables.columns import Column
from forecast.tables.dates import ParsedTimes
from forecast.tables.table import Table

CLEAR_STEP_SHARE = 0.5
"""Share of rows one step after another from which this step is clear enough to resample to."""


def parse_times(
    table: Table, time: Column | None, model_frequency: Frequency | None, notation: Notation
) -> ParsedTimes:
    """The times in the texts of the time column, without one the row numbers from 1.

    For a model, a `DataError` where its times are of another kind: integers or dates, with or
    without a zone.
    """
    if time is None:
        return ParsedTimes(np.arange(1, table.rows + 1), "integer", None)
    if model_frequency is None:
        return table.times(time, notation.date_format, day_first=notation.day_first)
    integer_steps = model_frequency.form == "integer"
    times = table.times(time, notation.date_format, integer_steps=integer_steps, day_first=notation.day_first)
    if (times.form == "integer") != integer_steps:
        found, expected = ("dates", "integers") if integer_steps else ("integers", "dates")
        raise DataError(
            f'column "{time.name}" holds {found}, the model\'s times are {expected}', where=table.source
        )
    if (times.offset_seconds is None) != (model_frequency.offset_seconds is None):
        zone = "no zone" if times.offset_seconds is None else "a zone"
        raise DataError(f'times of column "{time.name}" have {zone}, unlike the model\'s', where=table.source)
    return times


def find_frequency(rows: Rows, times: ParsedTimes, step: Frequency | NamedFrequency | None) -> Frequency:
    """The frequency of a model, else the requested step, else the most common one."""
    if isinstance(step, Frequency):
        return step
    try:
        if step is not None:
            return step.frequency(rows.times, form=times.form, offset_seconds=times.offset_seconds)
        return infer_frequency(rows.times, rows.bounds, form=times.form, offset_seconds=times.offset_seconds)
    except DataError as error:
        raise DataError(error.message, where=rows.table.source, hint=error.hint) from None


def refuse_unclear_step(rows: Rows, frequency: Frequency) -> None:
    """Refuse to resample to an inferred step that few rows keep."""
    keeps = rows.on_next_step(frequency)
    share = keeps.mean() if len(keeps) else 0.0
    if share < CLEAR_STEP_SHARE:
        apart = calendar_unit(rows.times[: rows.bounds[1]])
        raise DataError(
            f"no step is kept by {CLEAR_STEP_SHARE:.0%} of the rows: the most common is "
            f"{frequency.adjective}, kept by {share:.0%}",
            where=rows.table.source,
            hint="name the step to resample to, such as --freq minute, hour, day, week or month"
            if apart is None
            else f"they are about one {apart} apart: --freq {apart}",
        )
