"""The rows of a gap and missing numbers, by the policies of `reading.filling`, from the rows before alone."""

import numpy as np

from forecast.data.arrays import Floats
from forecast.errors import DataError
from forecast.forecasters.preparation import ROWS_READ
from forecast.phrases import counted
from forecast.spec.reading import Gaps
from forecast.streaming.rows import NewestRows

MOST_ROWS = ROWS_READ
"""Longest gap that is filled: all that a forecast depends on would be fills after it."""


def filled(rows: NewestRows, policy: Gaps | None) -> tuple[float, bool]:
    """The value of the next row, which has none, and whether it counts as observed.

    By default, and to interpolate where the next number is not known, see `reading.filling.fill`.
    """
    if policy == "zero":
        return 0.0, True
    values, observed = rows.values, rows.numbers[2] > 0
    last = int(np.flatnonzero(observed).max(initial=0))
    if policy in ("hold", "interpolate"):
        return float(values[last]), False
    season, here = rows.season, len(values)
    back = -((last - here) // season) * season
    for earlier in (back, back + season):
        if here - earlier >= 0 and observed[here - earlier]:
            return float(values[here - earlier]), False
    return float(values[last]), False


def gap_values(rows: NewestRows, steps: int, following: float, policy: Gaps | None) -> Floats | None:
    """(steps,) the values of a gap before `following` where they are on a line; None where each is `filled`.

    A `DataError` where no gap is allowed, or none so long.
    """
    if policy == "error":
        raise DataError(f"{counted(steps, 'row')} missing before this one", hint="--gaps season fills them")
    if steps > MOST_ROWS:
        raise DataError(
            f"{counted(steps, 'row')} missing before this one, more than the {MOST_ROWS:,} that are filled",
            hint="train a new model on newer rows, or start without --state",
        )
    if policy != "interpolate" or np.isnan(following):
        return None
    start = rows.values[-1]
    return np.asarray(start + (following - start) * np.arange(1, steps + 1) / (steps + 1))
