"""Where the table of a CSV file begins: the line of its column names, and the mark between its fields.

Above the names there may be titles, notes after `#` and a line `sep=;`, as exports of
spreadsheets, banks and weather services have them.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from forecast.tables import dates, numbers
from forecast.tables.numbers import MISSING

DELIMITERS = ("\t", ";", ",", "|")
"""In order of preference where two fit equally well."""
SAMPLE_ROWS = 200
MOST_QUOTED = 60
"""Characters of a skipped line that a message quotes."""

COMMENT = re.compile(r"\s*(?:#|%|//)")
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
DIGIT = re.compile(r"\d")

# fmt: off
TIME_WORDS = frozenset([
    *("ds", "date", "dates", "datetime", "date time", "date/time", "timestamp", "time", "year", "quarter"),
    *("month", "week", "day", "hour", "period", "time period", "time_period", "observation_date"),
    *("datum", "zeit", "zeitpunkt", "jahr", "quartal", "monat", "woche", "tag", "stunde", "buchungstag"),
    *("jour", "mois", "semaine", "année", "annee", "an", "heure", "trimestre", "période"),
    *("fecha", "mes", "semana", "año", "ano", "dia", "día", "hora", "periodo"),
    *("data", "anno", "mese", "giorno", "dato", "år", "måned", "vecka", "månad", "jaar", "maand", "dag"),
    *("rok", "miesiąc", "дата", "год", "месяц"),
    *("日付", "年", "年月", "月", "日期", "时间", "時間"),
])
# fmt: on
"""Names of columns of times, in lower case, by which a row of names is recognised among titles."""

Row = tuple[int, list[str]]
"""The line of a record, counted from 1, and its fields."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a CSV file is laid out."""

    delimiter: str
    header: int
    """The line of the column names, counted from 1."""
    is_comment: bool = False
    """Whether the names follow a `#`, below other such lines."""
    repairs: tuple[str, ...] = ()
    """A sentence about the lines above the names."""


def find_layout(sample: str, *, is_whole: bool, delimiter: str | None, header: int | None) -> Layout:
    """The layout of a file by its first characters, `sample`; `is_whole` where these are all.

    What is given is taken: a `delimiter`, the line of the `header`.
    """
    lines = list(io.StringIO(sample, newline=""))
    if not is_whole and len(lines) > 1:
        lines.pop()  # it may be cut
    separator = SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    if separator and delimiter is None:
        delimiter = separator[1]
    if header is not None:
        mark = delimiter or _even_or_widest(lines[header - 1 :])
        return Layout(mark, header, repairs=_skipped(lines, header, has_separator=separator is not None))
    first = 1 if separator else 0
    while first < len(lines) and (not lines[first].strip() or COMMENT.match(lines[first])):
        first += 1
    if first == len(lines):  # nothing but comments
        first = 1 if separator else 0
    found = _find_header(lines, first, delimiter)
    return replace(found, repairs=_skipped(lines, found.header, has_separator=separator is not None))


def _skipped(lines: list[str], header: int, *, has_separator: bool) -> tuple[str, ...]:
    """Sentences about the lines above the one of the header."""
    above = [
        (number, line.strip()) for number, line in enumerate(lines[: header - 1], start=1) if line.strip()
    ]
    repairs = []
    if has_separator and header > 1:
        repairs.append(f"line 1 names the delimiter: {above.pop(0)[1]}")
    if above:
        first = quoted(above[0][1].replace('"', "").strip(" \t;,|"))
        repairs.append(f"{skipped_lines(above[0], above[-1])} above the header skipped: {first}")
    return tuple(repairs)


def skipped_lines(first: tuple[int, object], last: tuple[int, object]) -> str:
    """Such as "line 3" or "lines 3 to 7"; of each the number is the first item."""
    return f"line {first[0]}" if first[0] == last[0] else f"lines {first[0]} to {last[0]}"


def quoted(text: str) -> str:
    """A text of a skipped line in quotes, cut where it is long."""
    return f'"{text}"' if len(text) <= MOST_QUOTED else f'"{text[:MOST_QUOTED]}..."'


def _find_header(lines: list[str], first: int, delimiter: str | None) -> Layout:
    """The layout of a file whose first line that is neither blank nor a comment has the index `first`."""
    mark = delimiter or _even_delimiter(lines[first:])
    if mark is None:
        tables = {each: _Block.of(_rows(lines, first, each)) for each in DELIMITERS}
        found = {each: block for each, block in tables.items() if block and block.width > 1 and block.header}
        mark = max(found, key=lambda each: len(found[each].rows)) if found else _widest(lines[first:])
    rows = _rows(lines, first, mark)
    block = _Block.of(rows)
    if block is None:
        return Layout(mark, rows[0][0] if rows else first + 1)
    comment = next((index for index in reversed(range(first)) if COMMENT.match(lines[index])), None)
    if comment is not None and block.rows[0] == rows[0]:
        names = next(csv.reader([COMMENT.sub("", lines[comment], count=1)], delimiter=mark))
        if block.lacks_only(names):
            return Layout(mark, comment + 1, is_comment=True)
    above = [row for row in rows if row[0] < block.rows[0][0]]
    named = [line for line, fields in above if _name_times(fields)]
    if named or block.header:
        return Layout(mark, named[0] if named else block.header)
    has_titles = all(len(fields) == 1 for _, fields in above)  # and then no names
    return Layout(mark, block.rows[0][0] if has_titles else rows[0][0])


@dataclass(frozen=True, slots=True)
class _Block:
    """The rows of a file from the first two on that have as many fields as most rows have."""

    rows: list[Row]

    @classmethod
    def of(cls, rows: list[Row]) -> "_Block | None":
        """The block of these rows; None where all have one field."""
        counts = Counter(len(fields) for _, fields in rows)
        if not counts:
            return None
        width = max(counts, key=lambda each: (each > 1 and counts[each] > 1, counts[each]))
        if width == 1 and len(counts) > 1:
            return None
        fits = [len(fields) == width for _, fields in rows]
        start = next((i for i, fit in enumerate(fits) if fit and all(fits[i : i + 2])), fits.index(True))
        end = next((i for i in range(start, len(fits)) if not fits[i]), len(fits))
        return cls(rows[start:end])

    @property
    def width(self) -> int:
        """The number of fields of each row."""
        return len(self.rows[0][1])

    @property
    def header(self) -> int:
        """The line of the names of columns; 0 where the rows have none.

        A row with the name of a column of times is one if values are below it and none above.
        Else it is the first row of which most fields are filled, or where names in it repeat, the
        first row of texts below it in which none does. In a file with one column it is the row
        above the first value.
        """
        if self.width == 1:
            values = [index for index, (_, fields) in enumerate(self.rows) if has_digit(fields[0])]
            above = self.rows[max(values[0] - 1, 0)] if values else self.rows[0]
            return above[0] if are_names(above[1]) else 0
        for index, (line, fields) in enumerate(self.rows[:-1]):
            if _are_mostly_filled(fields) and _are_distinct(fields) and self._names_times(index):
                return line
        filled = [row for row in self.rows[:-1] if _are_mostly_filled(row[1])] or self.rows[:1]
        texts = takewhile(lambda row: are_names(row[1]) and not any(map(is_value, row[1])), filled)
        distinct = next((line for line, fields in texts if _are_distinct(fields)), filled[0][0])
        return distinct if are_names(filled[0][1]) else 0

    def lacks_only(self, names: list[str]) -> bool:
        """Whether these may be the names of the columns, as the rows have none or begin with dates."""
        if len(names) != self.width or not are_names(names) or any(map(is_value, names)):
            return False
        (_, first), (_, second) = self.rows[0], self.rows[-1]
        pairs = zip(first, second, strict=True)
        return not self.header or any(dates.kind_of([*pair]) == "dates" for pair in pairs)

    def _names_times(self, index: int) -> bool:
        """Whether a row names a column of times: values are below it, and none above."""
        if not are_names(self.rows[index][1]):
            return False
        for column, name in enumerate(self.rows[index][1]):
            if _is_time_word(name):
                above = [fields[column] for _, fields in self.rows[:index]]
                below = [fields[column] for _, fields in self.rows[index + 1 :]]
                valued = sum(map(has_digit, below))
                if not any(map(is_value, above)) and valued > len(below) / 2:
                    return True
        return False


def _are_mostly_filled(fields: list[str]) -> bool:
    return 2 * sum(map(is_filled, fields)) > len(fields)


def _are_distinct(fields: list[str]) -> bool:
    """Whether no filled field is there twice."""
    filled = [text.strip() for text in fields if is_filled(text)]
    return len(set(filled)) == len(filled)


def _is_time_word(name: str) -> bool:
    return name.removeprefix("\ufeff").strip().lower() in TIME_WORDS


def _name_times(fields: list[str]) -> bool:
    """Whether fields above the rows of a file are names, one of them that of a column of times."""
    return len(fields) > 1 and any(map(_is_time_word, fields)) and not any(map(is_value, fields))


def has_digit(text: str) -> bool:
    """Whether a text holds a digit, as nearly all values do."""
    return DIGIT.search(text) is not None


def is_filled(text: str) -> bool:
    """Whether a text holds more than space."""
    return bool(text.strip())


def is_value(text: str) -> bool:
    """Whether a text is a number or a date."""
    return has_digit(text) and (numbers.is_number(text) or dates.kind_of([text]) == "dates")


def are_names(fields: list[str]) -> bool:
    """Whether fields may be the names of columns: texts, or a text first and then years or dates too."""
    filled = [text for text in fields if is_filled(text)]
    if not filled or is_value(filled[0]) or all(text.strip().lower() in MISSING for text in filled):
        return False
    values = [text.strip() for text in filled if is_value(text)]
    are_dates = all(dates.kind_of([text]) in ("dates", "years", "stamps") for text in values)
    return not values or (are_dates and len(set(values)) == len(values))


def _rows(lines: list[str], first: int, delimiter: str) -> list[Row]:
    """The first records from the line with the index `first` on that are not blank."""
    reader = csv.reader(lines[first:], delimiter=delimiter)
    rows: list[Row] = []
    line = first + 1
    try:
        for fields in islice(reader, SAMPLE_ROWS):
            if any(fields):
                rows.append((line, fields))
            line = first + reader.line_num + 1
    except csv.Error:
        pass  # those before it count
    return rows


def _even_delimiter(lines: list[str]) -> str | None:
    """The delimiter by which every row has as many fields, the most of them; None where there is none."""
    counts = {delimiter: _field_counts(lines, delimiter) for delimiter in DELIMITERS}
    even = [mark for mark, fields in counts.items() if fields and len(set(fields)) == 1 and fields[0] > 1]
    return max(even, key=lambda mark: counts[mark][0]) if even else None


def _widest(lines: list[str]) -> str:
    """The delimiter by which the first row has the most fields: a row of another length is then an error."""
    counts = {delimiter: _field_counts(lines, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: counts[mark][0] if counts[mark] else 0)
    return best if counts[best] and counts[best][0] > 1 else ","


def _even_or_widest(lines: list[str]) -> str:
    return _even_delimiter(lines) or _widest(lines)


def _field_counts(lines: list[str], delimiter: str) -> list[int]:
    return [len(fields) for _, fields in _rows(lines, 0, delimiter)]
