"""Data of any kind as a table of texts: values in memory, CSV, Parquet, and data sets of these."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from forecast.errors import DataError
from forecast.phrases import shown
from forecast.spec.reading import ReadSpec
from forecast.tables.delimited import read_table
from forecast.tables.files import DataFile, DataSet
from forecast.tables.source import Source, is_data_set, is_file, open_source
from forecast.tables.table import Table


def open_table(source: Source, read: ReadSpec, *, only: Sequence[str] | None = None) -> Table:
    """The columns of values in memory, of a Parquet file, of CSV as text, or of a data set of such files.

    `only` names the columns that are needed; a Parquet file is read no further. Only rows of `read.where` are
    in it; a `DataError` where there is none.
    """
    if is_data_set(source):
        return _of_data_set(source, read, only)
    table = source if isinstance(source, Table) else _of_file(source, read, only)
    return table if read.where is None else _some(table, read.where)


def _of_file(source: Source, read: ReadSpec, only: Sequence[str] | None) -> Table:
    if not is_file(source):
        from forecast.tables.frames import as_frame, frame_table

        return frame_table(as_frame(source, time=read.columns.time, target=read.columns.target))
    opened = open_source(source, encoding=read.notation.encoding)
    if not opened.is_parquet:
        return read_table(opened, read.notation)
    from forecast.tables.frames import parquet_table

    return parquet_table(opened, only)


def _some(table: Table, where: tuple[str, str]) -> Table:
    """The rows with this text in this column."""
    name, text = where
    column = table.column(name)
    if text not in column.texts:
        raise DataError(f'no row has "{shown(text)}" in column "{name}"', where=table.source)
    return table.select(column.codes == column.texts.index(text))


def _of_part(file: DataFile, read: ReadSpec, only: Sequence[str] | None, *, of: int) -> Table:
    """The rows of one of `of` files; a `DataError` has a remedy for a file that nothing can be read of."""
    try:
        return open_table(file.path, read, only=only)
    except DataError as error:
        aside = file.path.with_name(f"_{file.path.name}").name
        remedy = f"{error.hint or 'remove it'}, or rename it {aside}: such names are no data"
        at_once = "; train, predict, evaluate and check leave it out with --engine serial" if of > 1 else ""
        where = file.name + error.where.removeprefix(file.path.name)
        raise DataError(error.message, where=where, hint=remedy + at_once) from None


def _of_data_set(source: str | Path | DataSet, read: ReadSpec, only: Sequence[str] | None) -> Table:
    """The rows of all files; a `DataError` for more than memory may hold."""
    from forecast.tables import dataset

    data = dataset.find_data_set(source)
    if len(data.files) > 1 and data.rows > dataset.ROWS_IN_MEMORY and read.where is None:
        raise DataError(
            f"holds about {data.rows:,} rows, which are not read at once",
            where=data.root,
            hint="forecast predict DATA --output FOLDER goes from file to file",
        )
    everything = replace(read, where=None)
    tables: list[Table] = []
    missing: DataError | None = None
    for file in data.files:
        table = dataset.with_keys(_of_part(file, everything, only, of=len(data.files)), file)
        table = replace(table, source=file.name)
        if read.where is not None:
            try:
                table = _some(table, read.where)
            except DataError as error:
                missing = error
                continue
        tables.append(table)
    if not tables and missing is not None:
        raise missing
    return tables[0] if len(tables) == 1 else dataset.joined(data.root, tables)
