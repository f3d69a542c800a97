"""Which column plays which part: as asked, or guessed and said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from forecast.data.frequency import FIRST_YEAR, LAST_YEAR
from forecast.errors import DataError
from forecast.phrases import listed
from forecast.spec.reading import Columns, ReadSpec
from forecast.tables import date_formats, dates, numbers
from forecast.tables.columns import Column
from forecast.tables.table import Table

TIME_NAMES = (
    *("ds", "date", "datetime", "timestamp", "time"),
    *("year", "quarter", "month", "week", "day", "hour", "period", "step", "t"),
)
SERIES_NAMES = (
    *(
        "unique_id",
        "series_id",
        "id",
        "series",
        "item_id",
        "item",
        "sku",
        "product",
        "store_id",
        "store",
        "shop",
    ),
    *("region", "country", "state", "province", "city", "place", "location", "site", "station", "sensor"),
    *("symbol", "ticker", "crop", "category", "group", "name"),
)
TARGET_NAMES = ("y", "target", "value", "quantity", "sales", "harvest", "yield", "demand", "count", "amount")

REPEATS_OF_A_PANEL = 1.5
"""Rows for each distinct time, from which a column without a telling name may be taken for the id."""
READABLE_SHARE = 0.5
"""Share of numbers that makes a column one of numbers; its other texts are then errors."""

STAMPS_ONE_STEP_APART = 0.5
"""Share of steps of one length that makes a column of such integers one of times, whatever its name."""

_KINDS: tuple[dates.Kind, ...] = get_args(dates.Kind)

Guess = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns that are read, and what was guessed about them."""

    target: Column
    time: Column | None
    """None where rows are counted instead."""
    series: Column | None
    guesses: tuple[Guess, ...]
    beside: tuple[Column, ...] = ()
    """The covariates: past, known and static."""
    season: Column | None = None
    """What gives each series its season."""
    wide: bool = False
    """The target stands in several columns of the data."""

    @property
    def columns(self) -> Columns:
        """Their names."""
        return Columns(
            target=None if self.wide else self.target.name,
            time=self.time.name if self.time else None,
            series=self.series.name if self.series else None,
            season=self.season.name if self.season else None,
        )


def find_roles(table: Table, read: ReadSpec) -> Roles:
    """The columns asked for, and for the other parts the likeliest."""
    asked = read.columns
    named = {
        part: table.named(name)
        for part, name in (
            *(("target", asked.target), ("time", asked.time)),
            *(("id", asked.series), ("season", asked.season)),
        )
        if name is not None
    }
    beside = tuple(table.named(name) for name in asked.covariates)
    # What tells series apart may also be what a network reads of them.
    parts = (("past", asked.past), ("known", asked.known), ("static", asked.static))
    others = [(part, table.named(name)) for part, names in parts for name in names if name != asked.series]
    refuse_double_use(table, [*named.items(), *others])
    guesses: list[Guess] = []
    target, time, series = named.get("target"), named.get("time"), named.get("id")
    taken = (named.get("season"), *beside)
    if time is None:
        time, reason = guess_time(table, table.without(target, series, *taken), read.notation.date_format)
        guesses.append(("time", time.name if time else "row number", reason))
    if series is None and time is not None:
        series, reason = _guess_series(table, table.without(target, time, *taken), time)
        if series is not None:
            guesses.append(("id", series.name, reason))
    if target is None:
        target, reason = _guess_target(table, table.without(time, series, *taken))
        guesses.append(("target", target.name, reason))
    for column in (target, time, series, *taken):
        refuse_twins(table, column)
    return Roles(target, time, series, tuple(guesses), beside, taken[0])


def duplicate_hint(table: Table, roles: Roles) -> str:
    """What to do where a time stands twice: name an id, join parts of a date, or remove a row."""
    others = table.without(roles.target, roles.time, roles.series)
    apart = [column for column in others if roles.time and _tells_apart(column, roles.time, rows=table.rows)]
    parts = [column for column in apart if _rank(column, TIME_NAMES) is not None]
    if parts and roles.time:
        return f'join "{roles.time.name}" and "{parts[0].name}" into one column, such as 2019-07'
    likely = apart or [column for column in others if _is_text(column)]
    if likely and roles.series is None:
        return f"several series? name the column that tells them apart: --id {likely[0].name}"
    return "--duplicates sum, mean, first or last makes one row of them"


def refuse_double_use(table: Table, named: Sequence[tuple[str, Column]]) -> None:
    """Refuse a column that plays two of the parts."""
    seen: dict[str, str] = {}
    for part, column in named:
        if column.name in seen:
            twice = f"cannot be both {seen[column.name]} and {part}"
            raise DataError(
                f'column "{column.name}" {"is named twice" if seen[column.name] == part else twice}',
                where=table.source,
            )
        seen[column.name] = part


def refuse_twins(table: Table, column: Column | None) -> None:
    """Refuse a column that is read and shares its name with another."""
    if column is not None and table.names.count(column.name) > 1:
        raise DataError(
            f'{table.names.count(column.name)} columns are named "{column.name}"',
            where=table.source,
            hint="give each its own name",
        )


def _rank(column: Column, names: Sequence[str]) -> int | None:
    """Place among telling names, 0 the most telling; None for another name."""
    name = column.name.lower()
    return names.index(name) if name in names else None


def guess_time(table: Table, left: list[Column], date_format: str | None) -> tuple[Column | None, str]:
    """Dates before integers, telling names before others, years before steps."""
    if len(table.columns) == 1:
        return None, "the only column is the target"
    for column in left:
        if date_format and date_formats.fits(column.texts, date_format) > dates.READABLE_SHARE:
            return column, f"times as {date_format}"
    likely: list[tuple[tuple[bool, int, int, int], str]] = []
    for place, column in enumerate(left):
        kind, rank = dates.kind_of(column.texts), _rank(column, TIME_NAMES)
        if rank is not None or kind == "dates" or _rises_like_time(column, kind):
            key = (kind != "dates", len(TIME_NAMES) if rank is None else rank, _KINDS.index(kind), place)
            likely.append((key, _time_reason(kind, named=rank is not None)))
    if likely:
        key, reason = min(likely)
        return left[key[-1]], reason  # where it is not readable as times, parsing names the line
    if sum(name.startswith("column ") for name in table.names) > len(table.columns) / 2:
        raise DataError(
            "most columns have no name in the first row",
            where=table.source,
            hint="remove titles and notes that stand above the row of names",
        )
    raise DataError(
        "no column looks like times",
        where=table.source,
        hint=f"name it with --time and with --date-format how it is written; it has {listed(table.names)}",
    )


def _time_reason(kind: dates.Kind, *, named: bool) -> str:
    if named and kind in ("steps", "none"):
        return "its name"
    return {
        "dates": "dates",
        "years": "integers that look like years",
        "stamps": "integers that look like dates",
    }.get(kind, "integers one step apart")


def _rises_like_time(column: Column, kind: dates.Kind) -> bool:
    """Distinct integers that fill a span of years, or that lie one step apart: stamps for the most part."""
    if kind in ("dates", "none"):
        return False
    found = numbers.integers([text.strip() for text in column.texts])
    ordered = np.unique(np.array(found or [], dtype=np.int64))
    if len(ordered) < 3:
        return False
    if kind == "years" and ordered[0] >= FIRST_YEAR and ordered[-1] <= LAST_YEAR:
        return bool(ordered[-1] - ordered[0] < 2 * len(ordered))
    if kind == "stamps":
        _, counts = np.unique(np.diff(ordered), return_counts=True)
        return bool(counts.max() >= STAMPS_ONE_STEP_APART * counts.sum())
    return bool(np.all(np.diff(ordered) == ordered[1] - ordered[0]))


def _guess_series(table: Table, left: list[Column], time: Column) -> tuple[Column | None, str]:
    """The text column under which each time stands once a series, if times repeat."""
    ranks = {id(column): _rank(column, SERIES_NAMES) for column in left}
    named = sorted(
        (column for column in left if ranks[id(column)] is not None),
        key=lambda column: ranks[id(column)] or 0,
    )
    named = [column for column in named if _is_text(column) or _is_identifier(column)]
    if len(time.texts) == table.rows:
        constant = [column for column in named if len(column.texts) == 1]
        return (constant[0], "its name") if constant else (None, "")
    others = [column for column in left if column not in named and _is_text(column)]
    if table.rows < REPEATS_OF_A_PANEL * len(time.texts):
        others = []
    for column in [*named, *others]:
        if _tells_apart(column, time, rows=table.rows):
            return column, "times repeat, and not within one " + column.name
    likely = [column for column in named if len(column.texts) < table.rows]
    return (likely[0], "its name") if likely else (None, "")


def _tells_apart(column: Column, time: Column, *, rows: int) -> bool:
    """Whether no time stands twice under one text of the column, and texts repeat."""
    if len(column.texts) == rows:
        return False
    pairs = column.codes.astype(np.int64) * len(time.texts) + time.codes
    return len(np.unique(pairs)) == rows


def _is_text(column: Column) -> bool:
    """Neither numbers nor dates, and not empty throughout."""
    return (
        numbers.readable_share(column.texts) < READABLE_SHARE
        and dates.kind_of(column.texts) == "none"
        and any(text.strip().lower() not in numbers.MISSING for text in column.texts)
    )


def is_numeric(column: Column) -> bool:
    """Numbers, for the most part."""
    return numbers.readable_share(column.texts) >= READABLE_SHARE


def _is_identifier(column: Column) -> bool:
    """Integers, as ids often are."""
    return numbers.integers([text.strip() for text in column.texts]) is not None


def _guess_target(table: Table, left: list[Column]) -> tuple[Column, str]:
    """The only numeric column, else one with a telling name, else the only column at all."""
    numeric = [column for column in left if is_numeric(column)]
    unnamed = [column for column in numeric if column.name.startswith("column ")]
    if len(unnamed) < len(numeric):
        numeric = [column for column in numeric if column not in unnamed]
    if len(numeric) == 1:
        return numeric[0], "the only numeric column left"
    telling = sorted(
        (rank, place)
        for place, column in enumerate(numeric or left)
        if (rank := _rank(column, TARGET_NAMES)) is not None
    )
    if telling:
        return (numeric or left)[telling[0][1]], "its name"
    if not numeric and len(left) == 1:
        return left[0], "the only column left"
    if not numeric:
        raise DataError("no column holds numbers", where=table.source, hint=f"it has {listed(table.names)}")
    raise DataError(
        f"several columns could be the target: {listed([column.name for column in numeric])}",
        where=table.source,
        hint="name one with --target, or say --wide if each of them is a series",
    )
