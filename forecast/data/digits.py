"""How many digits of a number are written: three more than the data have, all, or as many as asked for."""

from collections.abc import Collection
from typing import Literal, cast

import numpy as np

from forecast.data.arrays import Floats, Integers
from forecast.data.panel import Panel
from forecast.data.results import ResultTable

Digits = Literal["data", "full"] | int
"""Three decimal places more than the data have; the shortest decimal that reads back; significant digits."""

MORE_PLACES = 3
"""Decimal places beyond those of the data."""

UNIT_FREE = 6
"""Significant digits of numbers without a unit of the data: scores, weights, probabilities."""

ROWS_LOOKED_AT = 1_500
"""Newest rows of a series that show its decimal places: those that a model reads, and keeps."""

MOST_PLACES = 12
"""Decimal places of data above which nothing is rounded."""

SUM_NOISE = 4e-13
"""Relative difference from a decimal that is no digit of the data: a sum of a thousand numbers has it."""

UNROUNDED = 1_000
"""Places that leave every number as it is."""


def places_of(panel: Panel) -> Integers:
    """(series,) decimal places to which forecasts of each series are written.

    They are three more than those of its finest observed value: data in tenths get four. A series says
    nothing about another one.
    """
    panel = panel.tail(ROWS_LOOKED_AT)
    own, left = np.zeros(len(panel.values), dtype=np.int64), np.flatnonzero(panel.observed)
    for places in range(MOST_PLACES + 1):
        values, unit = panel.values[left], 10.0**places
        with np.errstate(over="ignore", invalid="ignore"):
            left = left[np.abs(np.rint(values * unit) / unit - values) > SUM_NOISE * np.abs(values)]
        own[left] = places + 1
        if not len(left):
            break
    finest = np.zeros(len(panel), dtype=np.int64)
    full = np.flatnonzero(panel.lengths)
    if len(full):
        finest[full] = np.maximum.reduceat(own, panel.bounds[:-1][full])
    return np.where(finest > MOST_PLACES, UNROUNDED, finest + MORE_PLACES)


def rounded(values: Floats, digits: Digits, places: Integers | None = None) -> Floats:
    """The values as they are written, (rows,).

    `places` are the decimal places of each value, (rows,); None for numbers without a unit of the data.
    """
    if digits == "full":
        return values
    numbers: list[float] = values.tolist()
    if digits != "data":
        return np.array([significant(number, digits) for number in numbers])
    if places is None:
        return np.array([significant(number, UNIT_FREE) for number in numbers])
    written = [round(number, place) for number, place in zip(numbers, places.tolist(), strict=True)]
    return np.array(written) + 0.0  # -0.0 becomes 0.0


def rounded_table(
    table: ResultTable, digits: Digits, places: Integers | None, unit_free: Collection[str] = ()
) -> ResultTable:
    """A table with its numbers as they are written; `places`, (rows,), are of those in the data's unit."""
    if digits == "full":
        return table
    return {
        name: rounded(cast(Floats, column), digits, None if name in unit_free else places)
        if column.dtype.kind == "f"
        else column
        for name, column in table.items()
    }


def significant(number: float, digits: int) -> float:
    """The number with so many significant digits.

    >>> significant(0.0123456, 3)
    0.0123

    """
    return float(f"{number:.{digits}g}")
