"""A table with one row per series and one column per time becomes one with one row per series and time."""

import re
from dataclasses import replace
from itertools import chain, combinations

import numpy as np

from forecast.data.inference import evenness
from forecast.data.results import TIME
from forecast.errors import DataError
from forecast.phrases import JOINER, counted, listed, shown
from forecast.reading.parts_across import TimesAcross, find_parts_across, year_name
from forecast.reading.roles import Roles
from forecast.reading.series_column import MOST_CANDIDATES, MOST_KEYS, find_keys, is_text
from forecast.spec.reading import ReadSpec
from forecast.tables import dates, numbers
from forecast.tables.columns import CellError, Column, Guess, joined_column
from forecast.tables.matching import LazyPattern
from forecast.tables.table import Table

LEAST_TIMES = 3
"""Columns with times as their names from which these are the times of the data."""
EVEN_SHARE = 0.6
"""Share of these times that are one step apart."""

_NUMBERED = LazyPattern(
    r"((?:d|day|w|wk|week|m|mon|month|q|quarter|y|year|t|time|p|period)[_ ]?)([0-9]{1,6})", re.IGNORECASE
)


def find_times_across(table: Table, *, with_parts: bool) -> TimesAcross | None:
    """The columns with times as their names, where no other column holds times; None where there are none.

    With `with_parts`, columns that hold a part of a time are times too where another column has the rest.
    """
    if with_parts and (in_parts := find_parts_across(table)) is not None:
        return in_parts
    numeric = [column for column in table.columns if _is_numeric_or_empty(column)]
    for read_name in (year_name, _date_name, _numbered_name):
        named = [(column, text) for column in numeric if (text := read_name(column.name)) is not None]
        columns, texts = [column for column, _ in named], [text for _, text in named]
        if len(columns) < LEAST_TIMES or not _is_even(texts):
            continue
        others = table.without(*columns)
        if any(dates.kind_of(c.texts) in ("dates", "stamps") and len(c.texts) > 1 for c in others):
            return None
        if any(_is_numeric_or_empty(c) and len(c.texts) > 1 for c in others) and read_name is _numbered_name:
            continue  # numbered features beside other numbers
        return TimesAcross(tuple(columns), tuple(texts))
    return None


def across_to_long(table: Table, times: TimesAcross, read: ReadSpec) -> tuple[Table, Roles]:
    """The table with the times of its series one after another, and the roles of its columns.

    The location of a row is still the line in the file, and that of a field its column there.
    """
    ids = _find_ids(table, times, read)
    names = [column.name for column in times.columns]
    ends = names[0], names[-1]
    reason = f"the names of {counted(len(names), 'column')}"
    if times.part is not None:
        reason += f', of each row with "{times.part.name}"'
    guesses: list[Guess] = [("times", f"{ends[0]} to {ends[1]}", reason)]
    if ids is not None and ids.name != read.columns.series:
        guesses.append(("id", shown(ids.name), "it tells the rows apart"))
    long = _concatenate(table, times, ids)
    time, values = long.columns[0], long.columns[-1]
    return long, Roles(values, time, None if ids is None else long.columns[1], tuple(guesses), wide=True)


def _is_numeric_or_empty(column: Column) -> bool:
    texts = [text.strip().lower() for text in column.texts[:1000]]
    return numbers.readable_share(column.texts) >= 0.5 or all(text in numbers.MISSING for text in texts)


def _date_name(name: str) -> str | None:
    """A name that may be a date: "2019-01", "1/22/20", "Jan-20"; an R program may have put an X before it."""
    text = re.sub(r"^X(?=[0-9])", "", name.strip())
    return text if re.search("[0-9]", text) and not text.isdigit() and _may_be_date(text) else None


def _may_be_date(text: str) -> bool:
    if _NUMBERED.fullmatch(text) and len(re.findall("[0-9]", text)) < 4:
        return False
    return dates.kind_of([text]) == "dates"


def _numbered_name(name: str) -> str | None:
    """1913 for "d_1913"."""
    match = _NUMBERED.fullmatch(name.strip())
    return match[2].lstrip("0") or "0" if match else None


def _is_even(texts: list[str]) -> bool:
    """Whether the texts are different times, most of them one step apart, in order."""
    try:
        times = dates.parse(texts).times
    except CellError:
        return False
    numbered = times.astype(np.int64)
    ordered = bool((numbered[1:] > numbered[:-1]).all() or (numbered[1:] < numbered[:-1]).all())
    return ordered and evenness(times) >= EVEN_SHARE


def _find_ids(table: Table, times: TimesAcross, read: ReadSpec) -> Column | None:
    """The requested columns of ids, or the fewest columns of text that tell the rows apart.

    None for a single row without a text; a `DataError` where rows cannot be distinguished.
    """
    requested = read.columns.series
    if requested is not None and all(name in table.names for name in requested.split(JOINER)):
        return table.column(requested)
    others = table.without(*times.columns)
    if times.part is not None:
        if len(times.part.texts) == table.rows:
            return None
        keys = find_keys(table, table.without(*times.columns, times.part), times.part, any_name=True)
        if keys:
            return joined_column(keys)
    texts = [column for column in others if is_text(column)]
    varied = [column for column in texts if len(column.texts) > 1]
    sizes = range(2, min(len(varied), MOST_KEYS) + 1)
    sets = chain.from_iterable(combinations(varied[:MOST_CANDIDATES], size) for size in sizes)
    several = (joined_column(columns) for columns in sets)
    codes = [column for column in others if numbers.integers([*column.texts]) is not None]
    for column in chain(texts, several, codes):
        if times.part is None and len(column.texts) == table.rows and "" not in column.texts:
            return column
    raise DataError(
        "the names of columns are times, and no column tells the rows apart",
        where=table.source,
        hint=f"name the columns that do so with --id; it has {listed([column.name for column in others])}",
    )


def _concatenate(table: Table, times: TimesAcross, ids: Column | None) -> Table:
    """Times, ids if there are any, and numbers: all times of the first row, then those of the second."""
    steps, names = len(times.columns), [column.name for column in times.columns]
    parts = np.tile(np.arange(steps, dtype=np.int32), table.rows)
    if times.part is not None:
        parts = times.part.codes.repeat(steps) * np.int32(steps) + parts
    time = Column(TIME, list(times.texts), parts)
    numbering: dict[str, int] = {}
    codes = np.empty((table.rows, steps), np.int32)
    for step, column in enumerate(times.columns):
        known = np.array([numbering.setdefault(text, len(numbering)) for text in column.texts], np.int32)
        codes[:, step] = known[column.codes]
    values = Column("", list(numbering), codes.ravel())
    repeated = () if ids is None else (Column(ids.name, ids.texts, ids.codes.repeat(steps)),)

    def heading(row: int, column: Column) -> str:
        return names[row % steps] if column is values else column.name

    return replace(
        table,
        columns=(time, *repeated, values),
        rows=table.rows * steps,
        line=lambda row: table.line(row // steps),
        heading=heading,
    )


def requested_across(table: Table, read: ReadSpec) -> TimesAcross | None:
    """The columns whose names are times, where nothing that is requested denies this layout."""
    columns = read.columns
    has_other_layout = columns.time in table.names or columns.target is not None or bool(read.targets)
    if has_other_layout or columns.covariates:
        return None
    # A model of such data has wide data without a column of times; --wide alone makes series of the columns.
    return find_times_across(table, with_parts=not read.wide or columns.time is not None)
