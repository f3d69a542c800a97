"""The role of each column: as requested, or guessed from names and contents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from forecast.data.frequency import FIRST_YEAR, LAST_YEAR
from forecast.errors import DataError
from forecast.phrases import listed
from forecast.reading.classes import is_yes_or_no
from forecast.spec.reading import Columns, ReadSpec
from forecast.tables import date_formats, dates, numbers
from forecast.tables.columns import Column
from forecast.tables.table import Table

# fmt: off
TIME_NAMES = (
    "ds", "date", "datetime", "timestamp", "time",
    "year", "quarter", "month", "week", "day", "hour", "period", "step", "t",
)
"""Names of columns of times, the most telling first."""
SERIES_NAMES = (
    "unique_id", "series_id", "id", "series", "item_id", "item", "sku", "product", "store_id", "store",
    "shop", "region", "country", "state", "province", "city", "place", "location", "site", "station",
    "sensor", "symbol", "ticker", "crop", "category", "group", "name",
)
TARGET_NAMES = ("y", "target", "value", "quantity", "sales", "harvest", "yield", "demand", "count", "amount")
# fmt: on

MIN_ROWS_PER_TIME = 1.5
"""Rows per distinct time from which a column may be the id whatever its name."""
READABLE_SHARE = 0.5
"""Share of numbers from which a column is one of numbers; its other texts are then errors."""

REGULAR_STAMPS_SHARE = 0.5
"""Share of steps of one length from which a column of stamps is one of times whatever its name."""

Guess = tuple[str, str, str]
"""Role, name of the column, reason."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns that are read, and which of them were guessed."""

    target: Column
    time: Column | None
    """None where rows are counted."""
    series: Column | None
    guesses: tuple[Guess, ...]
    covariates: tuple[Column, ...] = ()
    """In the order past, known, static."""
    season: Column | None = None
    """The column with the season of each series."""
    wide: bool = False
    """Whether the target is in several columns of the data, one per series."""

    @property
    def columns(self) -> Columns:
        """The names of these columns without the covariates."""
        return Columns(
            target=None if self.wide else self.target.name,
            time=self.time.name if self.time else None,
            series=self.series.name if self.series else None,
            season=self.season.name if self.season else None,
        )


def find_roles(table: Table, read: ReadSpec) -> Roles:
    """The requested columns, and the most likely ones for the other roles.

    A `DataError` where a column does not exist, has two roles, or cannot be guessed.
    """
    names = read.columns
    target = None if names.target is None else table.column(names.target)
    time = None if names.time is None else table.column(names.time)
    series = None if names.series is None else table.column(names.series)
    season = None if names.season is None else table.column(names.season)
    covariates = tuple(table.column(name) for name in names.covariates)
    requested = [("target", target), ("time", time), ("id", series), ("season", season)]
    # The column of ids may be a covariate too.
    for role, column in zip(names.roles, covariates, strict=True):
        if column is not series:
            requested.append((role, column))
    refuse_double_use(table, requested)

    guesses: list[Guess] = []
    if time is None:
        columns = table.without(target, series, season, *covariates)
        time, reason = guess_time(table, columns, read.notation.date_format)
        guesses.append(("time", time.name if time else "row number", reason))
    if series is None and time is not None:
        series, reason = _guess_series(table, table.without(target, time, season, *covariates), time)
        if series is not None:
            guesses.append(("id", series.name, reason))
    if target is None:
        others = table.without(time, series, season, *covariates)
        target, reason = _guess_target(table, others, read.notation.missing_marks)
        guesses.append(("target", target.name, reason))
    for used in (target, time, series, season, *covariates):
        refuse_equal_names(table, used)
    return Roles(target, time, series, tuple(guesses), covariates, season)


def duplicate_hint(table: Table, roles: Roles) -> str:
    """The likeliest remedy where a time occurs twice: an id, two columns joined to one, or `--duplicates`."""
    others = table.without(roles.target, roles.time, roles.series)
    ids = [column for column in others if roles.time and _identifies_series(column, roles.time, table.rows)]
    parts_of_date = [column for column in ids if _rank(column, TIME_NAMES) is not None]
    if parts_of_date and roles.time:
        return f'join "{roles.time.name}" and "{parts_of_date[0].name}" into one column, such as 2019-07'
    likely = ids or [column for column in others if _is_text(column)]
    if likely and roles.series is None:
        return f"several series? name the column that identifies them: --id {likely[0].name}"
    return "--duplicates sum, mean, first or last merges them"


def refuse_double_use(table: Table, requested: Sequence[tuple[str, Column | None]]) -> None:
    """Refuse a column that was requested for two roles, or twice for one; pairs are role and column."""
    roles: dict[str, str] = {}
    for role, column in requested:
        if column is None:
            continue
        first = roles.get(column.name)
        if first is not None:
            problem = "is named twice" if first == role else f"cannot be both {first} and {role}"
            raise DataError(f'column "{column.name}" {problem}', where=table.source)
        roles[column.name] = role


def refuse_equal_names(table: Table, column: Column | None) -> None:
    """Refuse a column, None for none, whose name another column has too."""
    if column is not None and (count := table.names.count(column.name)) > 1:
        raise DataError(
            f'{count} columns are named "{column.name}"',
            where=table.source,
            hint="give each its own name",
        )


def _rank(column: Column, names: Sequence[str]) -> int | None:
    """Index of a column's name among telling names, 0 the most telling; None for another name."""
    name = column.name.lower()
    return names.index(name) if name in names else None


def guess_time(table: Table, candidates: list[Column], date_format: str | None) -> tuple[Column | None, str]:
    """The column of times among the candidates, None to count rows, and the reason.

    Dates are preferred to integers, telling names to others, years to plain steps. A
    `DataError` where no column is likely.
    """
    if len(table.columns) == 1:
        return None, "the only column is the target"
    for column in candidates:
        if date_format and date_formats.matching_share(column.texts, date_format) > dates.READABLE_SHARE:
            return column, f"times as {date_format}"
    preferences = get_args(dates.TimeKind)
    likely: list[tuple[tuple[bool, int, int, int], str]] = []
    for index, column in enumerate(candidates):
        kind, rank = dates.kind_of(column.texts), _rank(column, TIME_NAMES)
        if rank is not None or kind == "dates" or _has_regular_integers(column, kind):
            rank_or_last = len(TIME_NAMES) if rank is None else rank
            key = (kind != "dates", rank_or_last, preferences.index(kind), index)
            likely.append((key, _time_reason(kind, has_telling_name=rank is not None)))
    if likely:
        key, reason = min(likely)
        return candidates[key[-1]], reason  # if it holds no times, parsing it is an error with the line
    if sum(name.startswith("column ") for name in table.names) > len(table.columns) / 2:
        raise DataError(
            "most columns have no name in the first row",
            where=table.source,
            hint="remove titles and notes above the column names",
        )
    raise DataError(
        "no column looks like times",
        where=table.source,
        hint=f"name it with --time and give its format with --date-format; it has {listed(table.names)}",
    )


def _time_reason(kind: dates.TimeKind, *, has_telling_name: bool) -> str:
    if has_telling_name and kind in ("steps", "none"):
        return "its name"
    return {
        "dates": "dates",
        "years": "integers that look like years",
        "stamps": "integers that look like dates",
    }.get(kind, "integers one step apart")


def _has_regular_integers(column: Column, kind: dates.TimeKind) -> bool:
    """Whether a column of three or more distinct integers may be times whatever its name.

    Years must fill at least half of their span, most stamps be one step apart, all others too.
    """
    if kind in ("dates", "none"):
        return False
    integers = numbers.integers([text.strip() for text in column.texts])
    ordered = np.unique(np.array(integers or [], dtype=np.int64))
    if len(ordered) < 3:
        return False
    if kind == "years" and ordered[0] >= FIRST_YEAR and ordered[-1] <= LAST_YEAR:
        return bool(ordered[-1] - ordered[0] < 2 * len(ordered))
    if kind == "stamps":
        _, counts = np.unique(np.diff(ordered), return_counts=True)
        return bool(counts.max() >= REGULAR_STAMPS_SHARE * counts.sum())
    return bool(np.all(np.diff(ordered) == ordered[1] - ordered[0]))


def _guess_series(table: Table, candidates: list[Column], time: Column) -> tuple[Column | None, str]:
    """The column of ids and the reason: times repeat, but not within one id; None for a single series.

    Columns with a telling name come first, then, where times repeat often, those of text.
    """
    ranked = [(rank, column) for column in candidates if (rank := _rank(column, SERIES_NAMES)) is not None]
    named = [column for _, column in sorted(ranked, key=lambda pair: pair[0])]
    named = [column for column in named if _is_text(column) or _holds_integers(column)]
    if len(time.texts) == table.rows:  # every time occurs once: a single series, perhaps with its id
        constant = [column for column in named if len(column.texts) == 1]
        return (constant[0], "its name") if constant else (None, "")
    others = [column for column in candidates if column not in named and _is_text(column)]
    if table.rows < MIN_ROWS_PER_TIME * len(time.texts):
        others = []
    for column in [*named, *others]:
        if _identifies_series(column, time, table.rows):
            return column, "times repeat, but not within one " + column.name
    likely = [column for column in named if len(column.texts) < table.rows]
    return (likely[0], "its name") if likely else (None, "")


def _identifies_series(column: Column, time: Column, rows: int) -> bool:
    """Whether texts of the column repeat, but no time repeats within one text."""
    if len(column.texts) == rows:
        return False
    pairs = column.codes.astype(np.int64) * len(time.texts) + time.codes
    return len(np.unique(pairs)) == rows


def _is_text(column: Column) -> bool:
    """Whether a column holds neither numbers nor dates, and some text."""
    return (
        numbers.readable_share(column.texts) < READABLE_SHARE
        and dates.kind_of(column.texts) == "none"
        and any(text.strip().lower() not in numbers.MISSING for text in column.texts)
    )


def is_numeric(column: Column, marks: Sequence[str] = ()) -> bool:
    """Whether at least half of a column's texts are numbers; `marks` mean missing ones."""
    return numbers.readable_share(column.texts, marks) >= READABLE_SHARE


def _holds_integers(column: Column) -> bool:
    """Whether all texts are integers, as ids often are."""
    return numbers.integers([text.strip() for text in column.texts]) is not None


def _guess_target(table: Table, candidates: list[Column], marks: Sequence[str]) -> tuple[Column, str]:
    """The only numeric column, or the one with the most telling name, or the only column; and the reason.

    A column with the name of a target and with digits in most texts counts as numeric: what is
    wrong in it is then an error with its line.
    """
    numeric = [column for column in candidates if is_numeric(column, marks) or _is_meant_as_target(column)]
    numeric = [column for column in numeric if not column.name.startswith("column ")] or numeric
    if len(numeric) == 1:
        return numeric[0], "the only numeric column left"
    columns = numeric or [column for column in candidates if is_yes_or_no(column)] or candidates
    ranked = [
        (rank, index)
        for index, column in enumerate(columns)
        if (rank := _rank(column, TARGET_NAMES)) is not None
    ]
    if ranked:
        return columns[min(ranked)[1]], "its name"
    if numeric:
        raise DataError(
            f"several columns could be the target: {listed([column.name for column in numeric])}",
            where=table.source,
            hint="name one with --target, or use --wide if each of them is a series",
        )
    if len(columns) == 1:
        left = "the only column left"
        return columns[0], left if len(
            candidates
        ) == 1 else f"{left} that holds true and false, or yes and no"
    raise no_numbers(table)


def _is_meant_as_target(column: Column) -> bool:
    if _rank(column, TARGET_NAMES) is None or dates.kind_of(column.texts) == "dates":
        return False
    present = [text for text in column.texts if not numbers.is_missing(text)]
    return 2 * sum(any(map(str.isdigit, text)) for text in present) > len(present)


def no_numbers(table: Table) -> DataError:
    """The error for a table without a column of numbers."""
    return DataError("no column holds numbers", where=table.source, hint=f"it has {listed(table.names)}")
