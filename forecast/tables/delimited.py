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
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from forecast.errors import DataError
from forecast.phrases import counted
from forecast.spec.reading import Notation
from forecast.tables.columns import Column
from forecast.tables.margins import footer_note, is_note, without_margins
from forecast.tables.numbers import MISSING
from forecast.tables.preamble import COMMENT, Layout, Row, find_layout, is_filled, is_value
from forecast.tables.source import SourceBytes, line_of, wide_encoding
from forecast.tables.table import Table

SAMPLE_CHARACTERS = 1 << 16
BLOCK_ROWS = 300
"""Records that become columns together: so few stay in the cache, and start no garbage collection."""
MOST_FOOTER_ROWS = 100
"""Rows after the data that may be notes."""

NON_ASCII_WORD = re.compile(rb"(?<![A-Za-z\xc0-\xff])[\xc0-\xff]{2,}(?![A-Za-z\xc0-\xff])")
"""A word without an ASCII letter: Greek or Cyrillic rather than cp1252."""

CP1252_RUN = re.compile(rb"[\x80\x85\x91-\x97\xa0-\xff]{1,3}")
"""A run of bytes beyond ASCII that is likely in cp1252: one to three letters or signs."""


@dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV file whose encoding and layout are known."""

    name: str
    data: bytes
    encoding: str
    layout: Layout

    def records(self, comments: list[int] | None = None) -> Iterator[Row]:
        """Line number and fields of each record that is not blank, the header first.

        The lines of comments among the rows are added to `comments`.
        """
        stream = io.TextIOWrapper(io.BytesIO(self.data), encoding=self.encoding, newline="")
        above = self.layout.header - 1
        for _ in range(above):
            stream.readline()
        reader = csv.reader(stream, delimiter=self.layout.delimiter, strict=True)
        line = above + 1
        header: Row | None = None  # until the row below it is read
        width = 0
        try:
            for fields in reader:
                if not width and any(fields):
                    header, width = (line, fields), len(fields)
                elif (fields and fields[0]) or any(fields) or width == 1:
                    if header is not None:
                        width = _named_width(header[1], fields)
                        yield header[0], header[1][:width]
                        header = None
                    if len(fields) > width and not any(fields[width:]):
                        fields = fields[:width]  # a delimiter after the last field of each row
                    if len(fields) == 1 < width and COMMENT.match(fields[0]):
                        if comments is not None:
                            comments.append(line)
                    else:
                        yield line, fields or [""]
                line = above + reader.line_num + 1
            if header is not None:
                yield header
        except csv.Error as error:
            hint = "look for a quote that is not closed or that is inside a field"
            if not width:
                hint += "; of titles with a quote --header LINE skips those above the names"
            raise DataError(
                f"cannot be split into fields: {error}", where=f"{self.name}, line {line}", hint=hint
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
    """The columns of a CSV file as text; a `DataError` that names the line where it cannot be read.

    What stands above and below the table is left out, with a sentence for each.
    """
    encoding, repairs = _detect_encoding(opened, notation.encoding)
    text = CsvText(opened.name, opened.data, encoding, _find_layout(opened, encoding, notation))
    columns, footer = _read_columns(text)
    table = Table(
        source=opened.name,
        columns=columns,
        rows=len(columns[0].codes),
        line=text.line_finder(),
        delimiter=text.layout.delimiter,
        repairs=(*repairs, *text.layout.repairs, *footer),
    )
    return without_margins(table)


def layout_of(opened: SourceBytes, notation: Notation) -> tuple[str, Layout]:
    """The encoding of a CSV file and its layout, from its bytes or from its first ones."""
    encoding, _ = _detect_encoding(opened, notation.encoding)
    return encoding, _find_layout(opened, encoding, notation)


def _find_layout(opened: SourceBytes, encoding: str, notation: Notation) -> Layout:
    """The layout of the file; a `DataError` where a given delimiter or line of the header is not in it."""
    sample = _sample(opened, encoding)
    if not sample.strip():
        raise DataError("is empty", where=opened.name)
    is_whole = len(sample) < SAMPLE_CHARACTERS
    layout = find_layout(sample, is_whole=is_whole, delimiter=notation.delimiter, header=notation.header)
    lines = list(io.StringIO(sample, newline=""))
    if not any(line.strip() for line in lines[layout.header - 1 : layout.header]):
        is_absent = layout.header > len(lines)
        raise DataError(
            f"there is no line {layout.header}" if is_absent else f"line {layout.header} is blank",
            where=opened.name,
            hint="--header takes the line of the column names, counted from 1",
        )
    if notation.delimiter and notation.delimiter not in lines[layout.header - 1]:
        raise DataError(
            f'the delimiter "{notation.delimiter}" is not in the header',
            where=f"{opened.name}, line {layout.header}",
            hint="give another --delimiter, or leave it out to detect it",
        )
    return layout


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


def _read_columns(text: CsvText) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """The columns, and a sentence about a footer; distinct texts are numbered in order of appearance."""
    comments: list[int] = []
    records = text.records(comments)
    line, header = next(records, (0, []))
    if not header:
        raise DataError("is empty", where=text.name)
    names = _column_names(text, line, header)
    # One dictionary per column, text -> code: looking up a new text gives it the next code.
    codes_of_texts: list[defaultdict[str, int]] = [defaultdict() for _ in names]
    for numbering in codes_of_texts:
        numbering.default_factory = numbering.__len__
    blocks: list[list[NDArray[np.int32]]] = [[] for _ in names]
    footer: list[Row] = []
    while block := list(islice(records, BLOCK_ROWS)):
        rows = [fields for _, fields in block]
        if set(map(len, rows)) != {len(names)}:
            wrong = next(row for row, fields in enumerate(rows) if len(fields) != len(names))
            footer = [*block[wrong:], *islice(records, MOST_FOOTER_ROWS)]
            rows = rows[:wrong]
        fields_by_column = zip(*rows, strict=True)
        for numbering, parts, fields in zip(codes_of_texts, blocks, fields_by_column, strict=False):
            parts.append(np.fromiter(map(numbering.__getitem__, fields), np.int32, len(rows)))
        if footer:
            known = {first for numbering in codes_of_texts[:1] for first in numbering}
            _refuse_data(text, footer, known, (line, len(names)))
            break
    if not blocks[0]:
        raise DataError("has a header and no rows", where=text.name)
    columns = zip(names, codes_of_texts, blocks, strict=True)
    return (
        tuple(Column(name, list(texts), np.concatenate(parts)) for name, texts, parts in columns),
        (*_comments_note(comments), *footer_note(footer)),
    )


def _comments_note(lines: list[int]) -> tuple[str, ...]:
    """A sentence about the comments among the rows; () for none."""
    return (
        (f"{counted(len(lines), 'comment')} among the rows skipped (first: line {lines[0]})",)
        if lines
        else ()
    )


def _named_width(header: list[str], row: list[str]) -> int:
    """The number of columns: without a delimiter after the last name where the row below has none."""
    fits = len(row) < len(header) and not any(header[len(row) :]) and all(header[: len(row)])
    return len(row) if fits else len(header)


def _column_names(text: CsvText, line: int, header: list[str]) -> list[str]:
    """The names of the columns, stripped; a `DataError` where the header holds values."""
    names = [name.removeprefix("\ufeff").strip() for name in header]
    if text.layout.is_comment:
        names[0] = COMMENT.sub("", names[0], count=1).strip() or names[0]
    if all(re.fullmatch(r"[-+.,:/0-9\sTZ]*", name) or name.lower() in MISSING for name in names):
        raise DataError(
            "the first row holds values, not column names",
            where=f"{text.name}, line {line}",
            hint=f"put a row of names first, such as time{text.layout.delimiter}value",
        )
    return [name or f"column {position}" for position, name in enumerate(names, start=1)]


def _refuse_data(text: CsvText, footer: list[Row], known: Collection[str], header: tuple[int, int]) -> None:
    """Refuse rows that are no notes after the data; the first has not as many fields as the header.

    `known` are the texts of the first column, `header` the line and the width of the names.
    """
    if len(footer) <= MOST_FOOTER_ROWS and all(is_note(fields, known) for _, fields in footer):
        return
    (line, fields), (header_line, width) = footer[0], header
    names = "the header" if header_line == 1 else f"the header on line {header_line}"
    hint = "quote fields that hold the delimiter, and give every row the same number of fields"
    if len([*filter(is_filled, fields)]) == 1 and not any(map(is_value, fields)):
        hint = "remove the line if it is a note: only those above the header and at the end are skipped"
    raise DataError(
        f"{counted(len(fields), 'field')} where {names} has {width}",
        where=f"{text.name}, line {line}",
        hint=hint,
    )
