"""Rows around the data of a CSV file that are none: units under the names, totals and notes at the end.

They are left out by what they hold, each with a sentence that names its lines.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from forecast.data.arrays import Integers
from forecast.phrases import listed
from forecast.tables import dates, numbers
from forecast.tables.columns import Column
from forecast.tables.matching import LazyPattern
from forecast.tables.numbers import MISSING
from forecast.tables.preamble import COMMENT, Row, has_digit, is_filled, is_value, quoted, skipped_lines
from forecast.tables.table import Table

MOST_ROWS = 8
"""Rows at either end that may be left out."""
SAMPLE = 200
"""Texts by which it is judged what a column holds."""
VALUE_SHARE = 0.8
"""Share of values from which a column is one of them."""

# fmt: off
TOTAL = LazyPattern(
    r"\W*(?:grand |sub-?|sum of |column )?(?:"
    "totals?|sum|sums|average|avg|mean|median|min|max|minimum|maximum|count|std|"
    "gesamt|gesamtsumme|insgesamt|summe|mittelwert|durchschnitt|mittel|"
    "total général|somme|moyenne|totaux|suma|promedio|media|mediana|totale|somma|soma|média|"
    "totaal|som|gemiddelde|summa|totalt|razem|średnia|итого|всего|среднее|сумма|合计|总计|合計|平均|総計"
    r")\b.*",
    re.IGNORECASE,
)
# fmt: on
"""What the rows at the end of a table are called that sum it up."""
NOTE = LazyPattern(r"\s*(?:\w[^:]*:\s|\W*(?:source|notes?|quelle|fuente|fonte|copyright|©)\b)", re.IGNORECASE)
"""How a note after the data begins: "Source: ..."."""
TIME_PATTERN = LazyPattern(r"[^\w]*(?:(?:yy|mm|dd|hh|ss|tt|jj|aa)+[^\w]*)+", re.IGNORECASE)
"""A format of times such as yyyy-mm-dd hh:mm."""


def is_note(fields: list[str], known: Collection[str]) -> bool:
    """Whether a row after the data is a note such as "Source: ..." or a total, and no row of data.

    `known` are the texts of the first column of the data.
    """
    filled = [text for text in fields if is_filled(text)]
    if not filled or filled[0] in known or is_value(filled[0]):
        return not filled
    first = filled[0].strip()
    return len(filled) == 1 or bool(
        re.search(r"[\s:]", first) or TOTAL.fullmatch(first) or COMMENT.match(first)
    )


def footer_note(footer: list[Row]) -> tuple[str, ...]:
    """A sentence about the rows after the data, (line, fields) each; () for none."""
    if not footer:
        return ()
    first = next((text.strip() for text in footer[0][1] if is_filled(text)), "")
    return (f"{skipped_lines(footer[0], footer[-1])} after the data skipped: {quoted(first)}",)


def without_margins(table: Table) -> Table:
    """The table without rows of units or repeated names, and without totals and notes at its end."""
    if table.rows < 3 or len(table.columns) < 2:
        return table
    first, last = 0, table.rows
    above: list[str] = []
    for units in _units(table):
        above.append(f"{table.line(first)} under the header left out: {units}")
        first += 1
    below: list[str] = []
    while table.rows - last < MOST_ROWS and last - first > 2 and (name := _total(table, first, last - 1)):
        last -= 1
        below.insert(0, f"{table.line(last)} at the end left out: {name}")
    sentences = [*above, *below]
    kept = np.zeros(table.rows, dtype=bool)
    kept[first:last] = True
    repeated = _repeated_names(table)
    if len(repeated):
        count = f" and {len(repeated) - 1:,} more" if len(repeated) > 1 else ""
        sentences.append(f"{table.line(int(repeated[0]))}{count} left out: the names of the columns again")
        kept[repeated] = False
    return replace(table.select(kept), repairs=(*table.repairs, *sentences))


def _fields(table: Table, row: int) -> list[str]:
    return [column.texts[column.codes[row]] for column in table.columns]


def _total(table: Table, first: int, row: int) -> str:
    """What a row at the end is that has no time where the rows before have one; "" for a row of data.

    It is a total or a note by its name, or has one text alone, or its time is empty. `first` is the
    first row of data.
    """
    fields = _fields(table, row)
    if all(map(has_digit, fields)):
        return ""
    filled = [text for text in fields if is_filled(text)]
    head = slice(first, max(table.rows - MOST_ROWS, first + 2))
    for column, text in zip(table.columns, fields, strict=True):
        if (has_digit(text) and len(filled) > 1) or is_value(text):
            continue
        if (column.codes[head] == column.codes[row]).any() or not _holds_times(column, head):
            continue
        if total := next((each for each in filled if TOTAL.fullmatch(each)), None):
            return quoted(total.strip())
        if not is_filled(text):
            return f'it has no "{column.name}"'
        if len(filled) == 1 or NOTE.match(text):
            return quoted(text.strip())
    return ""


def _holds_times(column: Column, rows: slice) -> bool:
    """Whether some rows of a column hold times."""
    codes = column.codes[rows]
    texts = [column.texts[code] for code in np.unique(codes[:SAMPLE])]
    if not all(map(has_digit, texts)) or dates.kind_of(texts) not in ("dates", "years", "stamps"):
        return False
    return all(has_digit(column.texts[code]) for code in np.unique(codes))


def _units(table: Table) -> list[str]:
    """The units in each row between the names and the data, such as '"°C"'; [] for none.

    Such a row has no time where all rows below it have one, and no number where they have one.
    """
    most = min(MOST_ROWS, table.rows - 2)
    runs = [_values_begin(column, most) for column in table.columns]
    for column, run in zip(table.columns, runs, strict=True):
        if run and _kind_from(column, run) == "times":
            kinds = [_kind_from(each, run) for each in table.columns]
            if run > 1 and not any(has_digit(column.texts[code]) for code in column.codes[:run]):
                kinds = ["facts" if kind == "numbers" else kind for kind in kinds]
            units = [_unit(_fields(table, row), kinds, is_certain=run > 1) for row in range(run)]
            return units if all(units) else []
    kinds = [_kind_from(each, 1) for each in table.columns]
    if "times" in kinds or 0 in [run for run, kind in zip(runs, kinds, strict=True) if kind == "numbers"]:
        return []
    unit = _unit(_fields(table, 0), kinds, is_certain=False)
    return [unit] if unit else []


def _values_begin(column: Column, most: int) -> int:
    """The first row of a column with a value; 0 too where none of the first ones has one."""
    texts = (column.texts[code] for code in column.codes[: most + 1])
    return next((row for row, text in enumerate(texts) if is_value(text)), 0)


def _unit(fields: list[str], kinds: Sequence[str], *, is_certain: bool) -> str:
    """The units in the fields of a row above times and numbers; "" for a row of data.

    A unit is above numbers, or a pattern such as yyyy-mm-dd above times; or one text stands alone.
    """
    units: list[str] = []
    is_certain |= sum(map(is_filled, fields)) == 1 and len(fields) > 2
    for text, kind in zip(fields, kinds, strict=True):
        if kind == "text" or not is_filled(text) or text.strip().lower() in MISSING:
            continue
        if (kind == "numbers" and numbers.is_number(text)) or (kind == "times" and is_value(text)):
            return ""
        units.append(text.strip())
        is_certain |= kind == "numbers" or TIME_PATTERN.fullmatch(text) is not None
    return listed(units) if is_certain else ""


def _kind_from(column: Column, row: int) -> Literal["times", "numbers", "facts", "text"]:
    """What a column holds from a row on."""
    codes = np.unique(column.codes[row : row + SAMPLE])
    texts = [text for text in (column.texts[code] for code in codes) if text.strip().lower() not in MISSING]
    if not texts or sum(map(has_digit, texts)) <= VALUE_SHARE * len(texts):
        return "text"
    if dates.kind_of(texts) in ("dates", "years", "stamps"):
        return "times"
    return "numbers" if numbers.readable_share(texts) > VALUE_SHARE else "text"


def _repeated_names(table: Table) -> Integers:
    """The rows that hold the names of the columns again, as where files were joined."""
    matches = np.ones(table.rows, dtype=bool)
    for column in table.columns:
        code = next((code for code, text in enumerate(column.texts) if text.strip() == column.name), -1)
        if code < 0:
            return np.zeros(0, dtype=np.int64)
        matches &= column.codes == code
    return np.flatnonzero(matches)
