"""Bytes of CSV as columns of text: encoding and delimiter are detected, records are split into fields.

The standard library's `csv` splits files of every size: a million rows of three
columns took 1.9 CPU s and 190 MB. pandas took 1.6 s with its import and 230 MB
more, and pads rows that are too short without a message.
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
from numpy.typing import NDArray

from forecast.errors import DataError
from forecast.phrases import counted
from forecast.spec.reading import Notation
from forecast.tables.columns import Column
from forecast.tables.numbers import MISSING
from forecast.tables.source import SourceBytes, line_of, wide_encoding
from forecast.tables.table import Table

DELIMITERS = ("\t", ";", ",", "|")
"""In order of preference where two fit equally well."""
SAMPLE_CHARACTERS = 1 << 16
SAMPLE_ROWS = 100
BLOCK_ROWS = 20_000

NON_ASCII_WORD = re.compile(rb"(?<![A-Za-z\xc0-\xff])[\xc0-\xff]{2,}(?![A-Za-z\xc0-\xff])")
"""A word without an ASCII letter: Greek or Cyrillic rather than cp1252."""

CP1252_RUN = re.compile(rb"[\x80\x85\x91-\x97\xa0-\xff]{1,3}")
"""A run of bytes beyond ASCII that is likely in cp1252: one to three letters or signs."""


@dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV file whose encoding and delimiter are known."""

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
                f"cannot be split into fields: {error}",
                where=f"{self.name}, line {line}",
                hint="look for a quote that is not closed or that is inside a field",
            ) from None

    def line_finder(self) -> Callable[[int], str]:
        """A function that gives the line of a row, counted from 0 after the header.

        All calls share one pass over the text, which goes as far as the last row needs.
        """
        records = islice(self.records(), 1, None)
        lines = array("q")

        def line(row: int) -> str:
            lines.extend(number for number, _ in islice(records, max(row + 1 - len(lines), 0)))
            return f"line {lines[row]}"

        return line


def read_table(opened: SourceBytes, notation: Notation) -> Table:
    """The columns of a CSV file as text; a `DataError` that names the line where it cannot be read."""
    encoding, repairs = _detect_encoding(opened, notation.encoding)
    sample = _sample(opened, encoding)
    if not sample.strip():
        raise DataError("is empty", where=opened.name)
    if notation.delimiter and notation.delimiter not in sample.splitlines()[0]:
        raise DataError(
            f'the delimiter "{notation.delimiter}" is not in the header',
            where=f"{opened.name}, line 1",
            hint="give another --delimiter, or leave it out to detect it",
        )
    text = CsvText(opened.name, opened.data, encoding, notation.delimiter or _detect_delimiter(sample))
    columns, rows = _read_columns(text)
    return Table(
        source=opened.name,
        columns=columns,
        rows=rows,
        line=text.line_finder(),
        delimiter=text.delimiter,
        repairs=repairs,
    )


def _detect_encoding(opened: SourceBytes, given: str | None) -> tuple[str, tuple[str, ...]]:
    """An encoding in which all bytes are valid, and a sentence where it had to be guessed."""
    data = opened.data
    if given is not None:
        return _check_encoding(opened, given), ()
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


def _check_encoding(opened: SourceBytes, encoding: str) -> str:
    """The given encoding if all bytes are valid in it; a byte order mark at the start is skipped."""
    known = codecs.lookup(encoding).name
    encoding = "utf-8-sig" if known == "utf-8" else encoding
    wrong = _first_undecodable(opened.data, encoding)
    if wrong is None:
        return encoding
    raise DataError(
        f"byte 0x{opened.data[wrong]:02x} is not {known} text",
        where=f"{opened.name}, line {line_of(opened.data, wrong)}",
        hint="give another --encoding, or leave it out to detect it",
    )


def _first_undecodable(data: bytes, encoding: str) -> int | None:
    """Position of the first byte that is invalid in the encoding; None where all are valid."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    block = 1 << 20
    for start in range(0, len(data), block):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + block], final=start + block >= len(data))
        except UnicodeDecodeError as error:
            return max(start - pending + error.start, 0)
        except UnicodeError:  # UTF-16 or UTF-32 without a byte order mark
            return 0
    return None


def _looks_like_cp1252(data: bytes) -> bool:
    """Whether single accented letters are among ASCII: no long runs as in Cyrillic, no UTF-8, no controls."""
    if re.search(rb"[\x00-\x08\x0e-\x1f\x81\x8d\x8f\x90\x9d]", data):
        return False
    runs = re.findall(rb"[\x80-\xff]+", data)
    if any(re.search(rb"[\xc3\xc2][\x80-\xbf]", run) for run in runs):
        return False
    return not NON_ASCII_WORD.search(data) and all(CP1252_RUN.fullmatch(run) for run in runs)


def _sample(opened: SourceBytes, encoding: str) -> str:
    """The first characters, by which the delimiter is detected."""
    stream = io.TextIOWrapper(io.BytesIO(opened.data), encoding=encoding, newline="")
    return stream.read(SAMPLE_CHARACTERS)


def _detect_delimiter(sample: str) -> str:
    """The delimiter by which every row has as many fields as the header, the most of them.

    Where there is none, the one by which the header has the most fields: a row of another
    length is then an error with its line.
    """
    counts = {delimiter: _field_counts(sample, delimiter) for delimiter in DELIMITERS}
    even = [mark for mark, fields in counts.items() if fields and len(set(fields)) == 1 and fields[0] > 1]
    if even:
        return max(even, key=lambda mark: counts[mark][0])
    best = max(DELIMITERS, key=lambda mark: counts[mark][0] if counts[mark] else 0)
    return best if counts[best] and counts[best][0] > 1 else ","


def _field_counts(sample: str, delimiter: str) -> list[int]:
    """The number of fields of each of the first rows, without a last one that the sample may cut."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    counts: list[int] = []
    try:
        for row in islice(reader, SAMPLE_ROWS):
            if any(row):
                counts.append(len(row))  # noqa: PERF401 - those before an error count
    except csv.Error:
        return counts
    return counts[:-1] if len(sample) == SAMPLE_CHARACTERS and len(counts) > 1 else counts


def _read_columns(text: CsvText) -> tuple[tuple[Column, ...], int]:
    """The columns and the number of rows; distinct texts are numbered in order of appearance."""
    records = text.records()
    line, header = next(records, (0, []))
    if not header:
        raise DataError("is empty", where=text.name)
    names = _column_names(text, line, header)
    # One dictionary per column, text -> code: looking up a new text gives it the next code.
    codes_of_texts: list[defaultdict[str, int]] = [defaultdict() for _ in names]
    for numbering in codes_of_texts:
        numbering.default_factory = numbering.__len__
    blocks: list[list[NDArray[np.int32]]] = [[] for _ in names]
    rows = 0
    while block := list(islice(records, BLOCK_ROWS)):
        _check_field_counts(text, block, len(names))
        fields_by_column = zip(*(fields for _, fields in block), strict=True)
        for numbering, parts, fields in zip(codes_of_texts, blocks, fields_by_column, strict=True):
            parts.append(np.fromiter(map(numbering.__getitem__, fields), np.int32, len(block)))
        rows += len(block)
    if not rows:
        raise DataError("has a header and no rows", where=text.name)
    columns = zip(names, codes_of_texts, blocks, strict=True)
    return tuple(Column(name, list(texts), np.concatenate(parts)) for name, texts, parts in columns), rows


def _column_names(text: CsvText, line: int, header: list[str]) -> list[str]:
    """The names of the columns, stripped; a `DataError` where the header holds values."""
    names = [name.removeprefix("\ufeff").strip() for name in header]
    if all(re.fullmatch(r"[-+.,:/0-9\sTZ]*", name) or name.lower() in MISSING for name in names):
        raise DataError(
            "the first row holds values, not column names",
            where=f"{text.name}, line {line}",
            hint="put a row of names first, such as time" + text.delimiter + "value",
        )
    return [name or f"column {position}" for position, name in enumerate(names, start=1)]


def _check_field_counts(text: CsvText, block: list[tuple[int, list[str]]], width: int) -> None:
    """Refuse a row that has not as many fields as the header."""
    counts = Counter(len(fields) for _, fields in block)
    if set(counts) == {width}:
        return
    line, fields = next((line, fields) for line, fields in block if len(fields) != width)
    raise DataError(
        f"{counted(len(fields), 'field')} where the header has {width}",
        where=f"{text.name}, line {line}",
        hint="quote fields that hold the delimiter, and give every row the same number of fields",
    )
