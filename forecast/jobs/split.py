"""`partition`: the rows of each series into one file, for data larger than memory.

PyArrow reads and writes: it is what Parquet needs anyway, streams CSV and Parquet in blocks, and keeps the
types of a Parquet file. Rows go through once, in their order; none is sorted.
"""

import shutil
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.data.arrays import Integers
from forecast.errors import DataError, MissingExtra, UsageError
from forecast.events import FileDone, FilesAhead, Listener, Warned, ignore
from forecast.jobs.job import refuse_within
from forecast.jobs.notations import Notations
from forecast.jobs.scan import MARK
from forecast.phrases import JOINER, counted, listed
from forecast.reading.series_column import guess_series
from forecast.reading.time_column import guess_time
from forecast.serialize import Plain, dump
from forecast.spec.reading import NO_TIME, Notation, ReadSpec
from forecast.tables.columns import Column
from forecast.tables.dataset import joined, refuse_other_columns, with_keys
from forecast.tables.delimited import layout_of, read_table
from forecast.tables.files import GZIP, DataFile, DataSet
from forecast.tables.frames import arrow_table
from forecast.tables.source import SourceBytes
from forecast.tables.table import Table

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

ROWS_OF_A_FILE = 1_000_000
"""Rows that a file gets, about: a worker reads them in a second and takes 0.5 GB for them."""

MOST_FILES = 2_000
"""Files that are open at once."""

_BLOCK_ROWS = 1 << 18
_BLOCK_BYTES = 16 << 20
_FILES_LOOKED_AT = 4
"""Files that the columns of the id are guessed from: it may stand in the names of folders alone."""

_SPOTS, _SPOT_BYTES, _SPOT_ROWS = 8, 1 << 20, 20_000
"""Places of a file, and the bytes of CSV or rows of Parquet there, that its columns are guessed from."""

_BUFFERED_ROWS = 1 << 21
"""Rows that are held before they are written: the larger, the fewer row groups the files have."""


@dataclass(frozen=True, slots=True)
class Split:
    """What `partition` made."""

    folder: Path
    files: int
    rows: int
    by: tuple[str, ...]
    """The columns whose equal values are in one file."""


def partition(
    data: DataSet,
    folder: Path,
    *,
    by: Sequence[str] = (),
    files: int | None = None,
    read: ReadSpec | None = None,
    listener: Listener = ignore,
) -> Split:
    """Write the rows of `data` to Parquet files in a new `folder`: those of one series to one file.

    `by` names the columns of the id; () finds them in the first rows. The number of files is that of the
    data's millions of rows, if none is given. The folder appears when all is written. `DataError` for a file
    that cannot be read, has other columns or another notation, `UsageError` for a folder that is there.
    """
    _need_pyarrow()
    read = read or ReadSpec()
    refuse_within(data, folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f'"{folder}" is not an empty folder', hint="name a new folder")
    columns, names = _columns(data, by, read, listener)
    count = min(max(-(-data.rows // ROWS_OF_A_FILE), 1), MOST_FILES) if files is None else files
    if not 1 <= count <= MOST_FILES:
        raise UsageError(f"--files must be from 1 to {MOST_FILES:,}, not {count}")
    unfinished = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    writers, notations = _Writers(unfinished, count), Notations(read.notation)
    try:
        unfinished.mkdir(parents=True)
        listener(FilesAhead(len(data.files)))
        for file in data.files:
            for number, block in enumerate(_blocks(file, read.notation)):
                if not number:
                    refuse_other_columns(data.files[0].name, columns, file.name, block.column_names)
                    notations.add(block, file.name)
                writers.add(block.select(list(columns)), _file_of(block, names, count, file.name))
            listener(FileDone(file.name))
        written = writers.close()
        mark: dict[str, Plain] = {"by": list(names), "files": written, "rows": writers.rows}
        (unfinished / MARK).write_text(dump(mark) + "\n", encoding="utf-8")
        with suppress(OSError):
            folder.rmdir()
        unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Split(folder, written, writers.rows, names)


@dataclass(slots=True)
class _Writers:
    """The open files, and the rows that wait for each."""

    folder: Path
    count: int
    rows: int = 0
    _open: "dict[int, parquet.ParquetWriter]" = field(default_factory=dict)
    _waiting: "dict[int, list[pa.Table]]" = field(default_factory=dict)
    _held: int = 0
    _schema: "pa.Schema | None" = None

    def add(self, block: "pa.Table", files: Integers) -> None:
        """Add the rows of a block to their files, (rows,)."""
        import pyarrow as pa

        if self._schema is None:
            self._schema = block.schema
        try:
            block = block.cast(self._schema)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
            raise DataError(f"its files have columns of different types: {error}") from None
        order = np.argsort(files, kind="stable")
        numbers, starts = np.unique(files[order], return_index=True)
        sorted_block = block.take(pa.array(order))
        for number, start, end in zip(numbers.tolist(), starts, [*starts[1:], len(order)], strict=True):
            self._waiting.setdefault(number, []).append(sorted_block.slice(start, end - start))
        self._held += block.num_rows
        self.rows += block.num_rows
        if self._held >= _BUFFERED_ROWS:
            self._write()

    def close(self) -> int:
        """Write what waits and close all files; how many there are: one that no series falls to is none."""
        self._write()
        for writer in self._open.values():
            writer.close()
        return len(self._open)

    def _write(self) -> None:
        import pyarrow as pa

        for number, blocks in self._waiting.items():
            # Slices of one block share its memory: they are copied as they are written.
            self._writer(number).write_table(pa.concat_tables(blocks).combine_chunks())
        self._waiting, self._held = {}, 0

    def _writer(self, number: int) -> "parquet.ParquetWriter":
        from pyarrow import parquet

        if number not in self._open:
            width = len(str(self.count - 1))
            path = self.folder / f"part-{number:0{max(width, 4)}}.parquet"
            self._open[number] = parquet.ParquetWriter(path, self._schema, compression="zstd")
        return self._open[number]


def _need_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise MissingExtra("partition needs pyarrow", hint="pip install 'forecast-rnn[parquet]'") from None


def _columns(
    data: DataSet, by: Sequence[str], read: ReadSpec, listener: Listener
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of all columns, and those whose equal values are to be in one file."""
    table, found = _head(data, read)
    columns, names = table.names, tuple(by) or found
    if missing := [name for name in names if name not in columns]:
        raise DataError(
            f'there is no column "{missing[0]}"', where=data.root, hint=f"it has {listed(columns, most=20)}"
        )
    if not names:
        raise DataError(
            "has no column that tells series apart",
            where=data.root,
            hint="--by NAME, repeated where several do",
        )
    _warn_of_scattered(table, found, names, listener)
    return columns, names


def _head(data: DataSet, read: ReadSpec) -> tuple[Table, tuple[str, ...]]:
    """Some rows of all columns, and the names of those that tell series apart."""
    if read.wide:
        raise UsageError("--wide: a wide file has its series in columns", hint="its rows need no partition")
    first = _sample(data.files[0], read, spots=_SPOTS)
    if read.columns.series is not None:
        return first, read.columns.series_names
    tables = [first]
    for file in data.evenly(_FILES_LOOKED_AT, sys.maxsize).files[1:]:
        with suppress(DataError):  # one that is damaged is refused where it is read
            tables.append(_sample(file, read, spots=1))
    table = first if len(tables) == 1 else joined(data.root, tables)
    series = _series_column(table, read)
    return table, () if series is None else tuple(series.name.split(JOINER))


def _warn_of_scattered(table: Table, ids: Sequence[str], by: Sequence[str], listener: Listener) -> None:
    """Tell where rows of one id have several values of the columns `by`, as those of a measure or a day."""
    if not ids or set(by) <= set(ids) or not {*ids, *by} <= set(table.names):
        return
    owner, value = (table.column(JOINER.join(names)) for names in (ids, by))
    pairs = np.unique(owner.codes.astype(np.int64) * len(value.texts) + value.codes)
    if len(pairs) > len(np.unique(owner.codes)):
        words = " ".join(f"--by {name}" for name in ids)
        text = f"rows of one {' and '.join(ids)} differ in {' and '.join(by)}, and get into several files"
        listener(Warned(f"{text}; {words} puts them into one"))


def _sample(file: DataFile, read: ReadSpec, *, spots: int) -> Table:
    """Rows from so many places of a file, with the columns that its folders give."""
    with _refusal(file):
        if file.parquet_path is not None:
            return with_keys(_parquet_sample(file, spots), file)
        sample = _csv_sample(file) if spots > 1 else _csv_head(file)
        return with_keys(read_table(sample, read.notation), file)


def _series_column(table: Table, read: ReadSpec) -> Column | None:
    """The column, or several joined, that tells series apart: whatever is forecast, and its other roles."""
    asked = read.columns
    if asked.time is None:
        time, _ = guess_time(table, table.without(), read.notation.date_format)
    else:
        time = None if asked.time == NO_TIME else table.column(asked.time)
    if time is None:
        return None
    target = None if asked.target is None else table.column(asked.target)
    return guess_series(table, table.without(time, target), time)[0]


def _parquet_sample(file: DataFile, spots: int) -> Table:
    """Rows from several places of a file: one that is sorted by day starts with a day of all series."""
    from pyarrow import Table as ArrowTable
    from pyarrow import parquet

    with parquet.ParquetFile(file.path) as opened:
        groups = sorted({index * opened.num_row_groups // spots for index in range(spots)})
        blocks = [
            block
            for group in groups[: opened.num_row_groups]
            for block in [*opened.iter_batches(_SPOT_ROWS, row_groups=[group])][:1]
        ]
        return arrow_table(file.name, ArrowTable.from_batches(blocks, opened.schema_arrow))


def _csv_head(file: DataFile) -> SourceBytes:
    """The first lines of a CSV file, unpacked."""
    import pyarrow as pa

    with pa.input_stream(str(file.path), compression=_compression(file)) as stream:
        return SourceBytes(file.name, _whole_lines(stream.read(_SPOT_BYTES)))


def _csv_sample(file: DataFile) -> SourceBytes:
    """The first lines of a CSV file and some from further down: see `_parquet_sample`."""
    head = _csv_head(file)
    if _compression(file) is not None or file.size <= _SPOTS * _SPOT_BYTES:
        return head
    lines = [head.data]
    with open(file.path, "rb") as stream:
        for spot in range(1, _SPOTS):
            stream.seek(spot * file.size // _SPOTS)
            stream.readline()
            lines.append(_whole_lines(stream.read(_SPOT_BYTES)))
    return SourceBytes(file.name, b"".join(lines))


def _whole_lines(text: bytes) -> bytes:
    """The text up to the end of its last line."""
    return text[: text.rfind(b"\n") + 1] or text


def _compression(file: DataFile) -> str | None:
    with open(file.path, "rb") as stream:
        return "gzip" if stream.read(2) == GZIP else None


def _blocks(file: DataFile, notation: Notation) -> "Iterator[pa.Table]":
    """The rows of a file as Arrow tables, with the columns that its folders give; CSV as text."""
    import pyarrow as pa

    with _refusal(file):
        is_parquet = file.parquet_path is not None
        for block in _parquet_blocks(file) if is_parquet else _csv_blocks(file, notation):
            for name, value in file.keys:
                if name not in block.column_names:
                    block = block.append_column(name, pa.array([value] * block.num_rows, pa.string()))
            yield block


@contextmanager
def _refusal(file: DataFile) -> Iterator[None]:
    """A `DataError` for a file that cannot be read."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"cannot be read: {reason}", where=file.name, hint="download or copy it again, or leave it out"
        ) from None


def _parquet_blocks(file: DataFile) -> "Iterator[pa.Table]":
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetFile(file.path) as opened:
        for batch in opened.iter_batches(_BLOCK_ROWS, use_threads=False):
            yield pa.Table.from_batches([batch])


def _csv_blocks(file: DataFile, notation: Notation) -> "Iterator[pa.Table]":
    import pyarrow as pa
    from pyarrow import csv

    head = _csv_head(file)
    encoding, layout = layout_of(head, notation)
    names = read_table(head, notation).names
    reading = csv.ReadOptions(
        use_threads=False,
        block_size=_BLOCK_BYTES,
        skip_rows=layout.header,
        column_names=list(names),
        encoding="utf8" if encoding == "utf-8-sig" else encoding,
    )
    parsing = csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=True)
    converting = csv.ConvertOptions(
        column_types={name: pa.string() for name in names}, strings_can_be_null=False
    )
    with (
        pa.input_stream(str(file.path), compression=_compression(file)) as stream,
        csv.open_csv(stream, reading, parsing, converting) as opened,
    ):
        for batch in opened:
            yield pa.Table.from_batches([batch])


def _file_of(block: "pa.Table", names: Sequence[str], files: int, where: str) -> Integers:
    """(rows,) the number of the file of each row: a hash of its id, the same on every machine."""
    numbers = np.zeros(block.num_rows, dtype=np.int64)
    for name in names:
        column = block.column(name).combine_chunks()
        encoded = column.dictionary_encode()
        texts = ["" if text is None else str(text) for text in encoded.dictionary.to_pylist()]
        codes = encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
        missing = np.isin(codes, [code for code, text in enumerate([*texts, ""]) if not text])
        if missing.any():
            raise DataError(
                f'{counted(int(missing.sum()), "row")} without a "{name}"',
                where=where,
                hint="complete or remove them, or name other columns by --by",
            )
        hashes = np.array([zlib.crc32(text.encode()) for text in [*texts, ""]], dtype=np.int64)
        numbers = (numbers * 1_000_003 + hashes[codes]) & 0xFFFF_FFFF_FFFF
    return np.asarray((numbers ^ (numbers >> 17)) % files)
