"""Numbers that mean a missing value, such as -200 or -9999: refused until it is said what they mean."""

import numpy as np

from forecast.data.arrays import Floats, Integers
from forecast.errors import DataError
from forecast.phrases import counted
from forecast.spec.reading import Notation
from forecast.tables.columns import Column
from forecast.tables.matching import LazyPattern
from forecast.tables.numbers import Numbers
from forecast.tables.table import Table

NONE = "none"
"""The mark that says that there is none: every number means itself."""
MIN_OTHERS = 5
"""Other numbers from which one of them can be seen to stand apart."""
ALONE = 10
"""Ranges of all other numbers from which a mark is far even where it occurs once."""
LEAST_ALONE = 9999
"""The smallest positive mark that may occur once."""
MOST_MARKS = 4
"""Marks that one column may have."""
CLASSIC = LazyPattern(
    r"-?(?:9{2,}|8{3,}|7{3,})(?:[.]9+)?|-[09][.]9{2,}|-200|-?3276[78]|-?214748364[78]|-?1e[+](?:20|3[0-7])"
    r"|-?9[.]969[0-9]*e[+]36"
)
"""Numbers that programs, instruments and libraries write for "no value"."""


def refuse_marks(table: Table, column: Column, found: Numbers, notation: Notation) -> None:
    """Refuse numbers of a column that stand apart from all others as marks of missing values do.

    The `DataError` names the number, how often and where it occurs, and the options that decide.
    """
    if any(mark.strip().lower() == NONE for mark in notation.missing_marks):
        return
    counts = np.bincount(column.codes, minlength=len(column.texts))
    marks = find_marks(found.values, counts)
    if not marks:
        return
    is_mark = np.isin(found.values, marks)
    row = int(np.argmax(is_mark[column.codes]))
    named = [f"{mark:.15g} in {counted(int(counts[found.values == mark].sum()), 'row')}" for mark in marks]
    others = found.values[~is_mark & ~np.isnan(found.values)]
    options = " ".join(f"--missing-mark {mark:.15g}" for mark in marks)
    raise DataError(
        f"{', '.join(named)}, far from all other numbers ({others.min():.6g} to {others.max():.6g}), "
        'may mean "missing"',
        where=table.where(row, column),
        hint=f"{options} reads it as missing, --missing-mark {NONE} as a number",
    )


def find_marks(values: Floats, counts: Integers) -> list[float]:
    """Numbers among some distinct `values`, with the number of rows of each, that stand apart as marks do."""
    present = ~np.isnan(values) & (counts > 0)
    distinct, inverse = np.unique(values[present], return_inverse=True)
    rows = np.bincount(inverse, counts[present], minlength=len(distinct)).astype(np.int64)
    marks: list[float] = []
    while len(marks) < MOST_MARKS and (end := _mark_at_an_end(distinct, rows)) is not None:
        marks.append(float(distinct[end]))
        distinct, rows = np.delete(distinct, end), np.delete(rows, end)
    return marks


def _mark_at_an_end(values: Floats, rows: Integers) -> int | None:
    """The index of the first or the last of sorted numbers if it stands apart from the others; else None."""
    for end, inward in ((0, 1), (len(values) - 1, -1)):
        if not len(values) or not _is_classic(values[end]):
            continue
        nearest = end + inward  # other marks that follow on this side do not count
        while 0 <= nearest < len(values) and abs(nearest - end) < MOST_MARKS and _is_classic(values[nearest]):
            nearest += inward
        rest = slice(nearest, None) if inward > 0 else slice(0, nearest + 1)
        others = values[rest]
        if not len(others) or rows[rest].sum() < MIN_OTHERS:
            continue
        size = float(others.max() - others.min())
        distance = abs(float(values[end] - values[nearest]))
        is_only_negative = bool(values[end] < 0 <= others.min())
        if rows[end] > 1 and (is_only_negative or distance > size):
            return end
        if distance > (size if is_only_negative else ALONE * size) and not 0 < values[end] < LEAST_ALONE:
            return end
    return None


def _is_classic(value: float) -> bool:
    return CLASSIC.fullmatch(f"{value:.15g}") is not None
