"""Which column, or which columns together, tell the series of a panel apart."""

from collections.abc import Sequence
from itertools import chain, combinations

import numpy as np

from forecast.data.arrays import Integers
from forecast.tables import dates, numbers, time_parts
from forecast.tables.columns import Column, joined_column
from forecast.tables.table import Table

# fmt: off
SERIES_NAMES = (
    "unique_id", "series_id", "id", "series", "item_id", "item", "sku", "product", "store_id", "store",
    "shop", "region", "country", "state", "province", "city", "place", "location", "site", "station",
    "sensor", "symbol", "ticker", "crop", "category", "group", "name", "geo", "location", "dept",
)
# fmt: on

MIN_ROWS_PER_TIME = 1.5
"""Rows per distinct time from which a column may be the id whatever its name."""
MIN_ROWS_PER_SERIES = 2.0
"""Rows per id, on average, below which a column is none of ids: an order number, not a product."""
MOSTLY_UNIQUE = 0.5
"""Share of rows with their own id and time from which a column with a telling name is one of ids."""
MOST_KEYS, MOST_CANDIDATES = 3, 8
"""Columns that may tell series apart together, and columns among which they are looked for."""
SAMPLE_ROWS = 20_000
"""Rows on which columns are tried first."""
MOST_NUMBERS = 1 << 62
"""Combinations of texts that can be numbered without looking at the rows."""
READABLE_SHARE = 0.5
"""Share of numbers from which a column is one of numbers; its other texts are then errors."""


def guess_series(table: Table, candidates: list[Column], time: Column) -> tuple[Column | None, str]:
    """The column of ids, or several as one, and the reason; None for a single series.

    Times repeat, but not within one id. Columns with a telling name come first, then, where times repeat
    often, those of text; one column before two, two before three.
    """
    named = _named(candidates)
    if len(time.texts) == table.rows:  # every time occurs once: a single series, perhaps with its id
        constant = [column for column in named if len(column.texts) == 1]
        return (constant[0], "its name") if constant else (None, "")
    keys = find_keys(table, candidates, time)
    if not keys:
        likely = next((column for column in named if _nearly_identifies(table, column, time)), None)
        return (likely, "its name") if likely is not None else (None, "")
    names = " and ".join(column.name for column in keys)
    return joined_column(keys), f"times repeat, but not within one {names}"


def unused_id(table: Table, candidates: list[Column]) -> Column | None:
    """A column that may tell series apart by its name, where all rows are taken as one series."""
    likely = [column for column in _named(candidates) if len(column.texts) > 1]
    return next((c for c in likely if len(c.texts) * MIN_ROWS_PER_SERIES <= table.rows), None)


def find_keys(
    table: Table,
    candidates: Sequence[Column],
    time: Column,
    given: Sequence[Column] = (),
    *,
    any_name: bool = False,
) -> list[Column]:
    """The fewest columns that, with the `given` ones, tell rows of one time apart; [] where none do.

    Columns of text without a telling name count where times repeat often; with `any_name` they and
    columns of integers always do.
    """
    named = _named(candidates)
    others = [column for column in candidates if column not in named and not _is_of_time(column)]
    others = [column for column in others if is_text(column) or (any_name and _holds_integers(column))]
    if table.rows < MIN_ROWS_PER_TIME * len(time.texts) and not any_name:
        others = []
    likely = [column for column in [*named, *others] if 1 < len(column.texts) < table.rows]
    sizes = range(1, MOST_KEYS + 1 - len(given))
    sets = chain.from_iterable(combinations(likely[:MOST_CANDIDATES], size) for size in sizes)
    sample = slice(0, SAMPLE_ROWS)
    for more in sets:
        keys = [*given, *more]
        for rows in (sample, slice(None)):
            pairs = _numbered([*keys, time], rows)
            if _distinct(pairs) < len(pairs):
                break
        else:
            ids = _distinct(_numbered(keys, slice(None)))
            if ids * MIN_ROWS_PER_SERIES <= table.rows:
                return [column for column in table.columns if any(column is each for each in more)]
    return []


def _nearly_identifies(table: Table, column: Column, time: Column) -> bool:
    """Whether most rows are the only ones of their id and time: the others are duplicates."""
    pairs = _distinct(_numbered([column, time], slice(None)))
    is_small = len(column.texts) * MIN_ROWS_PER_SERIES <= table.rows
    return is_small and pairs > MOSTLY_UNIQUE * table.rows


def _numbered(columns: Sequence[Column], rows: slice) -> Integers:
    """(rows,) one number for each combination of texts."""
    numbers_of_rows, count = columns[0].codes[rows].astype(np.int64), len(columns[0].texts)
    for column in columns[1:]:
        if count * len(column.texts) > MOST_NUMBERS:
            numbers_of_rows = np.unique(numbers_of_rows, return_inverse=True)[1].ravel()
            count = len(numbers_of_rows)
        numbers_of_rows = numbers_of_rows * len(column.texts) + column.codes[rows]
        count *= len(column.texts)
    return numbers_of_rows


def _distinct(values: Integers) -> int:
    """How many different numbers there are: sorting is faster than `np.unique`, which hashes."""
    return int(np.count_nonzero(np.diff(np.sort(values)))) + min(len(values), 1)


def _named(candidates: Sequence[Column]) -> list[Column]:
    """Columns with a telling name, of texts or integers, the most telling first."""
    ranked = [
        (SERIES_NAMES.index(column.name.lower()), index)
        for index, column in enumerate(candidates)
        if column.name.lower() in SERIES_NAMES
    ]
    named = [candidates[index] for _, index in sorted(ranked)]
    return [column for column in named if is_text(column) or _holds_integers(column)]


def is_text(column: Column) -> bool:
    """Whether a column holds neither numbers nor dates nor parts of them, and some text."""
    return (
        numbers.readable_share(column.texts) < READABLE_SHARE
        and dates.kind_of(column.texts) == "none"
        and time_parts.part_of(column.name, column.texts) is None
        and any(text.strip().lower() not in numbers.MISSING for text in column.texts)
    )


def _is_of_time(column: Column) -> bool:
    return time_parts.names_part(column.name) or time_parts.part_of(column.name, column.texts) is not None


def _holds_integers(column: Column) -> bool:
    """Whether all texts are integers, as ids often are."""
    return numbers.integers([text.strip() for text in column.texts]) is not None
