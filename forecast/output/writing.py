"""Tables as bytes: CSV, TSV, JSON, JSON lines, Markdown, Parquet.

UTF-8 with LF and the shortest decimal that reads back as the same float64, whatever the locale
or the terminal: who wants fewer digits rounds before. A missing number is empty in CSV and null in JSON.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

import numpy as np

from forecast.data.results import ResultTable
from forecast.errors import MissingExtra
from forecast.output.escape import escape
from forecast.output.terminal import Column, is_number

if TYPE_CHECKING:
    import pyarrow

Format = Literal["csv", "tsv", "json", "jsonl", "md", "parquet"]

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Cell = str | int | float | None

CHUNK_ROWS = 16_384

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a text that a spreadsheet runs as a formula; it skips a tab or CR at the start."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def write(
    table: ResultTable,
    stream: BinaryIO,
    *,
    format: Format,
    schema: str,
    facts: Mapping[str, Json] | None = None,
    like: Path | None = None,
) -> None:
    """Write all rows of `table`; JSON has `schema` ("forecast.predict/1") and `facts` before the rows.

    In Parquet ids and times have the types of the columns of these names in the Parquet file `like`.
    """
    if format == "csv":
        _write_separated(table, stream, ",")
    elif format == "tsv":
        _write_separated(table, stream, "\t")
    elif format == "json":
        _write_json(table, stream, {"schema": schema, **(facts or {})})
    elif format == "jsonl":
        _write_json_lines(table, stream)
    elif format == "md":
        _write_markdown(table, stream)
    else:
        _write_parquet(table, stream, like)
    stream.flush()


def for_spreadsheets(table: ResultTable) -> ResultTable:
    """The table with a ' before every text and column name that a spreadsheet would run as a formula."""

    def quoted(cell: object) -> object:
        is_formula = isinstance(cell, str) and cell.startswith(FORMULA_STARTS)
        return f"'{cell}" if is_formula else cell

    return {
        str(quoted(name)): np.array([quoted(cell) for cell in column], dtype=object)
        if column.dtype.kind == "O"
        else column
        for name, column in table.items()
    }


def without_nan(value: Json) -> Json:
    """The value with NaN and the infinities, which JSON lacks, replaced by null."""
    if isinstance(value, dict):
        return {name: without_nan(part) for name, part in value.items()}
    if isinstance(value, list):
        return [without_nan(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _chunk_starts(table: ResultTable) -> range:
    """Index of the first row of each chunk."""
    return range(0, len(next(iter(table.values()), ())), CHUNK_ROWS)


def _write_separated(table: ResultTable, stream: BinaryIO, delimiter: str) -> None:
    special = re.compile(f'["\\r\\n{delimiter}]')
    header = (_quoted(name, special) for name in table)
    stream.write(_encoded(delimiter.join(header) + "\n"))
    for start in _chunk_starts(table):
        columns = [_fields(column[start : start + CHUNK_ROWS], special) for column in table.values()]
        lines = [delimiter.join(row) + "\n" for row in zip(*columns, strict=True)]
        stream.write(_encoded("".join(lines)))


def _fields(column: Column, special: re.Pattern[str]) -> list[str]:
    values: list[Cell] = column.tolist()
    if column.dtype.kind in "fi":
        return ["" if value != value else repr(value) for value in values]  # NaN is unequal to itself
    return ["" if value is None else _quoted(str(value), special) for value in values]


def _quoted(text: str, special: re.Pattern[str]) -> str:
    """The text as an RFC 4180 field; the `csv` module would leave a lone CR unquoted."""
    return '"' + text.replace('"', '""') + '"' if special.search(text) else text


def _records(table: ResultTable) -> Iterator[list[str]]:
    """Chunks of JSON objects, one string per row."""
    for start in _chunk_starts(table):
        columns = [_cells(column[start : start + CHUNK_ROWS]) for column in table.values()]
        yield [_ENCODER.encode(dict(zip(table, row, strict=True))) for row in zip(*columns, strict=True)]


def _cells(column: Column) -> list[Cell]:
    if column.dtype.kind != "f":
        return cast(list[Cell], column.tolist())
    return [number if math.isfinite(number) else None for number in column.tolist()]


def _write_json(table: ResultTable, stream: BinaryIO, head: Mapping[str, Json]) -> None:
    # The document is opened by hand: encoded whole, its rows would all be in memory at once.
    stream.write(_encoded(_ENCODER.encode(without_nan(dict(head)))[:-1] + ', "rows": ['))
    separator = "\n"
    for records in _records(table):
        stream.write(_encoded(separator + ",\n".join(records)))
        separator = ",\n"
    stream.write(b"\n]}\n")


def _write_json_lines(table: ResultTable, stream: BinaryIO) -> None:
    for records in _records(table):
        for record in records:
            stream.write(_encoded(record + "\n"))
            stream.flush()


def _write_markdown(table: ResultTable, stream: BinaryIO) -> None:
    """A table of the same numbers as CSV; texts are escaped as on a terminal."""
    plain = re.compile("(?!)")  # nothing is quoted
    columns = [
        [name, "--:" if is_number(column) else ":--", *_fields(column, plain)]
        for name, column in table.items()
    ]
    lines = (
        "| " + " | ".join(escape(cell).replace("|", "\\|") for cell in row) + " |\n"
        for row in zip(*columns, strict=True)
    )
    stream.write(_encoded("".join(lines)))


def _write_parquet(table: ResultTable, stream: BinaryIO, like: Path | None) -> None:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtra("Parquet needs pyarrow", hint="pip install 'forecast-rnn[parquet]'") from error
    made = arrow.table(dict(table))
    if like is not None:
        known = parquet.read_schema(like)
        for index, name in enumerate(made.column_names):
            if name in known.names and arrow.types.is_string(made.schema.field(index).type):
                made = made.set_column(index, name, _typed(made.column(index), known.field(name).type))
    sink = arrow.BufferOutputStream()
    parquet.write_table(made, sink)
    stream.write(sink.getvalue())


def _typed(texts: "pyarrow.ChunkedArray", type: "pyarrow.DataType") -> "pyarrow.ChunkedArray":
    """Texts as values of a type; unchanged where one of them is none."""
    from pyarrow import ArrowException, types

    try:
        return texts.dictionary_encode() if types.is_dictionary(type) else texts.cast(type)
    except ArrowException:
        return texts


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogateescape")
