"""Bytes of CSV become columns of text: decoded, sniffed, cut into fields.

The standard library's `csv` cuts files of every size: a million rows of three
columns took 1.9 CPU s and 190 MB. pandas took 1.6 s with its import and 230 MB
more, pads ragged rows in silence, and would be a second reading to keep equal.
"""

import codecs
import csv
import io
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from forecast.errors import DataError
from forecast.phrases import counted
from forecast.spec.reading import Notation
from forecast.tables.columns import Column
from forecast.tables.numbers import MISSING
from forecast.tables.source import SourceBytes, line_of, wide_encoding
from forecast.tables.table import Table

DELIMITERS = ("\t", ";", ",", "|")
"""In the order that decides when two fit equally well."""
SNIFFED_CHARACTERS = 1 << 16
SNIFFED_ROWS = 100
ROWS_AT_ONCE = 20_000

FOREIGN_WORD = re.compile(rb"(?<![A-Za-z\xc0-\xff])[\xc0-\xff]{2,}(?![A-Za-z\xc0-\xff])")
"""A word of letters beyond ASCII alone: Greek or Cyrillic rather than a text of cp1252."""

LATIN_LETTERS = re.compile(rb"[\x80\x85\x91-\x97\xa0-\xff]{1,3}")
"""A run of bytes that is likely in a text of cp1252: one to three letters or signs."""


@dataclass(frozen=True, slots=True)
class Text:
    """Bytes whose encoding and delimiter are known."""

    name: str
    data: bytes
    encoding: str
    delimiter: str

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Line number and fields of each record that is not blank, the header first."""
        stream = io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, newline="")
        reader = csv.reader(stream, delimiter=self.delimiter, strict=True)
        line = 1
        width = 0
        try:
            for fields in reader:
                if (fields and fields[0]) or any(fields) or width == 1:
                    width = width or len(fields)
                    yield line, fields or [""]
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(
                f"cannot be cut into fields: {error}",
                where=f"{self.name}, line {line}",
                hint="look for a quote that is not closed or stands inside a field",
            ) from None

    def places(self) -> Callable[[int], str]:
        """What tells the line of a row, counted from 0 behind the header.

        One pass over the text, as far as the furthest row that was asked for, serves all rows.
        """
        records = islice(self.records(), 1, None)
        lines = array("q")

        def place(row: int) -> str:
            lines.extend(line for line, _ in islice(records, max(row + 1 - len(lines), 0)))
            return f"line {lines[row]}"

        return place


def read_table(opened: SourceBytes, notation: Notation) -> Table:
    """The columns of a CSV file as text."""
    encoding, repairs = _encoding_of(opened, notation.encoding)
    head = _head(opened, encoding)
    if not head.strip():
        raise DataError("is empty", where=opened.name)
    if notation.delimiter and notation.delimiter not in head.splitlines()[0]:
        raise DataError(
            f'the delimiter "{notation.delimiter}" is not in the header',
            where=f"{opened.name}, line 1",
            hint="say --delimiter with another, or leave it out to have it found",
        )
    text = Text(opened.name, opened.data, encoding, notation.delimiter or _delimiter_of(head))
    names, columns, rows = _columns_of(text)
    return Table(
        source=opened.name,
        columns=tuple(Column(name, *column) for name, column in zip(names, columns, strict=True)),
        rows=rows,
        place=text.places(),
        delimiter=text.delimiter,
        repairs=repairs,
    )


def _encoding_of(opened: SourceBytes, asked: str | None) -> tuple[str, tuple[str, ...]]:
    """The encoding that all bytes agree with, and a sentence where it had to be guessed."""
    data = opened.data
    if asked is not None:
        return _proved(opened, asked), ()
    encoding = wide_encoding(data) or "utf-8-sig"
    if encoding == "utf-8-sig" and data.isascii():
        return encoding, ()
    wrong = _first_undecodable(data, encoding)
    if wrong is None:
        return encoding, ()
    line = line_of(data, wrong)
    if encoding == "utf-8-sig" and _looks_like_cp1252(data):
        return "cp1252", (f"not UTF-8 (first on line {line}): read as cp1252 (Latin-1)",)
    raise DataError(
        f"is not {encoding.removesuffix('-sig').upper()} from here on",
        where=f"{opened.name}, line {line}",
        hint="name its encoding, such as --encoding cp1251, or save it as UTF-8",
    )


def _proved(opened: SourceBytes, asked: str) -> str:
    """The encoding asked for, if all bytes agree with it; its mark at the start is no text."""
    known = codecs.lookup(asked).name
    encoding = "utf-8-sig" if known == "utf-8" else asked
    wrong = _first_undecodable(opened.data, encoding)
    if wrong is None:
        return encoding
    raise DataError(
        f"byte 0x{opened.data[wrong]:02x} is not {known} text",
        where=f"{opened.name}, line {line_of(opened.data, wrong)}",
        hint="say --encoding with another, or leave it out to have it found",
    )


def _first_undecodable(data: bytes, encoding: str) -> int | None:
    """Position of the first byte that the encoding does not know, found block by block."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    block = 1 << 20
    for start in range(0, len(data), block):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + block], final=start + block >= len(data))
        except UnicodeDecodeError as error:
            return max(start - pending + error.start, 0)
        except UnicodeError:  # UTF-16 or UTF-32 without the mark that tells the order of bytes
            return 0
    return None


def _looks_like_cp1252(data: bytes) -> bool:
    """Single accented letters among ASCII: no long runs as in Cyrillic, no UTF-8 pairs, no control codes."""
    if re.search(rb"[\x00-\x08\x0e-\x1f\x81\x8d\x8f\x90\x9d]", data):
        return False
    runs = re.findall(rb"[\x80-\xff]+", data)
    if any(re.search(rb"[\xc3\xc2][\x80-\xbf]", run) for run in runs):
        return False
    return not FOREIGN_WORD.search(data) and all(LATIN_LETTERS.fullmatch(run) for run in runs)


def _head(opened: SourceBytes, encoding: str) -> str:
    stream = io.TextIOWrapper(io.BytesIO(opened.data), encoding=encoding, newline="")
    return stream.read(SNIFFED_CHARACTERS)


def _delimiter_of(head: str) -> str:
    """The delimiter that gives every row as many fields as the header, and most of them.

    Where none does, the one that cuts the header most: a ragged row is then named.
    """
    widths = {delimiter: _widths(head, delimiter) for delimiter in DELIMITERS}
    even = [mark for mark, counts in widths.items() if counts and len(set(counts)) == 1 and counts[0] > 1]
    if even:
        return max(even, key=lambda mark: widths[mark][0])
    best = max(DELIMITERS, key=lambda mark: widths[mark][0] if widths[mark] else 0)
    return best if widths[best] and widths[best][0] > 1 else ","


def unsniffed_mark(column: Column) -> str:
    """What may part the fields of a file that was read as one column; "" where nothing does."""
    marks: list[str] = re.findall(r"[^\w\s.,+-]|\s", column.name)
    for mark in dict.fromkeys(marks):
        if all(text.count(mark) == column.name.count(mark) for text in column.texts):
            return mark
    return ""


def _widths(head: str, delimiter: str) -> list[int]:
    """Fields of the first rows; a last row that the sniffing may have cut is left out."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    widths: list[int] = []
    try:
        widths.extend(len(row) for row in islice(reader, SNIFFED_ROWS) if any(row))
    except csv.Error:
        return widths
    return widths[:-1] if len(head) == SNIFFED_CHARACTERS and len(widths) > 1 else widths


Texts = tuple[list[str], "np.ndarray[tuple[int], np.dtype[np.int32]]"]


def _columns_of(text: Text) -> tuple[list[str], list[Texts], int]:
    """Names, columns and the number of rows; distinct texts are numbered as they come."""
    records = text.records()
    line, header = next(records, (0, []))
    if not header:
        raise DataError("is empty", where=text.name)
    names = _names(text, line, header)
    numbering: list[defaultdict[str, int]] = [defaultdict() for _ in names]
    for index in numbering:
        index.default_factory = index.__len__
    codes: list[list[np.ndarray[tuple[int], np.dtype[np.int32]]]] = [[] for _ in names]
    rows = 0
    while block := list(islice(records, ROWS_AT_ONCE)):
        _check_widths(text, block, len(names))
        for index, parts, fields in zip(
            numbering, codes, zip(*(f for _, f in block), strict=True), strict=True
        ):
            parts.append(np.fromiter(map(index.__getitem__, fields), np.int32, len(block)))
        rows += len(block)
    if not rows:
        raise DataError("has a header and no rows", where=text.name)
    columns = [(list(index), np.concatenate(parts)) for index, parts in zip(numbering, codes, strict=True)]
    return names, columns, rows


def _names(text: Text, line: int, header: list[str]) -> list[str]:
    """Names of the columns without spaces around them; a header of values is refused."""
    names = [name.removeprefix("\ufeff").strip() for name in header]
    if all(re.fullmatch(r"[-+.,:/0-9\sTZ]*", name) or name.lower() in MISSING for name in names):
        raise DataError(
            "the first row holds values, not column names",
            where=f"{text.name}, line {line}",
            hint="put a row of names first, such as time" + text.delimiter + "value",
        )
    return [name or f"column {position}" for position, name in enumerate(names, start=1)]


def _check_widths(text: Text, block: list[tuple[int, list[str]]], width: int) -> None:
    counts = Counter(len(fields) for _, fields in block)
    if set(counts) == {width}:
        return
    line, fields = next((line, fields) for line, fields in block if len(fields) != width)
    raise DataError(
        f"{counted(len(fields), 'field')} where the header has {width}",
        where=f"{text.name}, line {line}",
        hint="quote fields that hold the delimiter, and give every row the same number of fields",
    )
