"""Series of events go on after their last row: to the newest row of any series, nothing happened."""

from dataclasses import replace

import numpy as np

from forecast.data.arrays import bounds_of
from forecast.data.frequency import Frequency
from forecast.phrases import counted
from forecast.reading.rows import Rows


def with_last_zeros(rows: Rows, frequency: Frequency) -> tuple[Rows, tuple[str, ...]]:
    """The rows with a 0 at the newest time of any series for each series that ends before it, and a sentence.

    The steps between are then steps without a row, which are 0 too.
    """
    lengths = np.diff(rows.bounds)
    if len(rows.ids) < 2 or not lengths.any():
        return rows, ()
    newest = rows.times.max()
    last = rows.bounds[1:] - 1
    ended = np.flatnonzero((lengths > 0) & (rows.times[last] < newest))
    if not len(ended):
        return rows, ()
    series = np.concatenate([rows.series, ended])
    order = np.argsort(series, kind="stable")  # each new row comes after the others of its series
    extended = replace(
        rows,
        times=np.concatenate([rows.times, np.repeat(newest, len(ended))])[order],
        values=np.concatenate([rows.values, np.zeros(len(ended))])[order],
        origin=np.concatenate([rows.origin, rows.origin[last[ended]]])[order],
        bounds=bounds_of(np.bincount(series, minlength=len(rows.ids))),
    )
    until = frequency.text(np.array([newest]))[0]
    return extended, (f"{counted(len(ended), 'series')} without rows at the end: 0 until {until}",)
