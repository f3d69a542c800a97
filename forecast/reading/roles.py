"""The role of each column: as requested, or guessed from names and contents."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from forecast.errors import DataError
from forecast.phrases import JOINER, listed, shown
from forecast.reading.classes import is_yes_or_no
from forecast.reading.series_column import (
    MIN_ROWS_PER_TIME,
    READABLE_SHARE,
    find_keys,
    guess_series,
    unused_id,
)
from forecast.reading.time_column import guess_time, is_of_time, is_part_of_time, name_rank
from forecast.spec.reading import NO_TIME, Columns, Notation, ReadSpec
from forecast.tables import dates, numbers, time_parts
from forecast.tables.columns import Column, Guess
from forecast.tables.numbers import Style
from forecast.tables.table import Table

TARGET_NAMES = (
    *(
        "y",
        "target",
        "value",
        "obs_value",
        "quantity",
        "sales",
        "harvest",
        "yield",
        "demand",
        "count",
        "amount",
    ),
)


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
    counts_rows = names.time == NO_TIME and NO_TIME not in table.names
    time = None if names.time is None or counts_rows else table.column(names.time)
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
    if time is None and not counts_rows:
        columns = table.without(target, series, season, *covariates)
        time, reason = guess_time(table, columns, read.notation.date_format)
        guesses.append(("time", shown(time.name) if time else "row number", reason))
    if series is None and time is not None:
        candidates = table.without(target, time, season, *covariates)
        series, reason = guess_series(table, candidates, time)
        if series is not None:
            guesses.append(("id", shown(series.name), reason))
        elif (ignored := unused_id(table, candidates)) is not None:
            option = f"--id {shlex.quote(ignored.name)}"
            guesses.append(("id", "none", f"all rows are one series; {option} makes one of each"))
    if target is None:
        candidates = [
            column for column in table.without(time, series, season, *covariates) if not is_of_time(column)
        ]
        target, reason = _guess_target(table, candidates, read.notation.missing_marks)
        guesses.append(("target", target.name, reason))
        if sign := _unread_sign(candidates, target):
            guesses.append(("sign", f'not read from "{sign.name}"', "amounts are taken as they are written"))
    for used in (target, time, series, season, *covariates):
        refuse_equal_names(table, used)
    return Roles(target, time, series, tuple(guesses), covariates, season)


def _unread_sign(columns: list[Column], target: Column) -> Column | None:
    """A column that says of each amount whether it is a debit or a credit, where no amount is negative."""
    if any("-" in text for text in target.texts):
        return None
    pairs = ({"s", "h"}, {"d", "c"}, {"dr", "cr"}, {"debit", "credit"}, {"soll", "haben"}, {"+", "-"})
    return next((c for c in columns if {text.strip().lower() for text in c.texts} in pairs), None)


def duplicate_hint(table: Table, roles: Roles) -> str:
    """The likeliest remedy where a time occurs twice: columns of ids, or what to do with such rows."""
    others = table.without(roles.target, roles.time, *roles.covariates)
    if roles.time is not None and is_part_of_time(roles.time):
        part = time_parts.part_of(roles.time.name, roles.time.texts)
        return f"{part}s alone are no time: --time {NO_TIME} counts the rows, or add a column of years"
    given = [] if roles.series is None else [table.column(name) for name in roles.series.name.split(JOINER)]
    if roles.time is not None:
        candidates = [column for column in others if column not in given]
        if keys := find_keys(table, candidates, roles.time, given, any_name=True):
            return "several series? " + " ".join(f"--id {shlex.quote(c.name)}" for c in (*given, *keys))
    merge = "--duplicates sum, mean, first or last merges them"
    if roles.time is None or table.rows < MIN_ROWS_PER_TIME * len(roles.time.texts):
        return merge
    are_dates = dates.kind_of(roles.time.texts) == "dates"
    return f"for rows of events --resample sum --freq day, or month; {merge}" if are_dates else merge


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


def is_numeric(column: Column, marks: Sequence[str] = ()) -> bool:
    """Whether at least half of a column's texts are numbers; `marks` mean missing ones."""
    return numbers.readable_share(column.texts, marks) >= READABLE_SHARE


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
        if (rank := name_rank(column, TARGET_NAMES)) is not None
    ]
    if ranked:
        return columns[min(ranked)[1]], "its name"
    if numeric:
        alike = len({numbers.unit_of(column.texts) for column in numeric}) == 1
        raise DataError(
            f"several columns could be the target: {listed([column.name for column in numeric])}",
            where=table.source,
            hint="name one with --target" + (", or use --wide if each of them is a series" if alike else ""),
        )
    if len(columns) == 1:
        left = "the only column left"
        return columns[0], left if len(
            candidates
        ) == 1 else f"{left} that holds true and false, or yes and no"
    raise no_numbers(table)


def _is_meant_as_target(column: Column) -> bool:
    if name_rank(column, TARGET_NAMES) is None or dates.kind_of(column.texts) == "dates":
        return False
    present = [text for text in column.texts if not numbers.is_missing(text)]
    return 2 * sum(any(map(str.isdigit, text)) for text in present) > len(present)


def no_numbers(table: Table) -> DataError:
    """The error for a table without a column of numbers."""
    return DataError("no column holds numbers", where=table.source, hint=f"it has {listed(table.names)}")


def notation_guesses(table: Table, style: Style, given: Notation) -> tuple[Guess, ...]:
    """The delimiter and the style of numbers, where they were detected and are not the usual ones."""
    guesses: list[Guess] = []
    if table.delimiter != "," and given.delimiter is None:
        mark = {"\t": "tab"}.get(table.delimiter, table.delimiter)
        guesses.append(("delimiter", mark, "every row has as many fields as the header"))
    if style.decimal != "." and given.decimal is None:
        guesses.append(("decimal", style.decimal, "all numbers fit it"))
    if style.group and given.thousands is None:
        guesses.append(("thousands", style.group, "all numbers fit it"))
    return tuple(guesses)
