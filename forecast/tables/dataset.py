"""A data set: the files of a folder or of a glob, with the columns that names of hive folders give them."""

import glob
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from forecast.errors import DataError
from forecast.phrases import listed
from forecast.tables.columns import Column
from forecast.tables.files import GLOB, DataFile, DataSet
from forecast.tables.source import similar_names
from forecast.tables.table import Table

SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".parquet", ".pq")
"""Names of files that a folder is searched for; a glob finds what it says."""

MOST_FILES = 100_000

ROWS_IN_MEMORY = 10_000_000
"""Rows, as far as sizes tell, that are read at once: they take about 2 GB."""


_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


def find_data_set(source: str | Path | DataSet) -> DataSet:
    """The files of a folder or glob; a `DataError` where there are none.

    Names that start with "." or "_", of files or folders, are of no data, as in other programs.
    """
    if isinstance(source, DataSet):
        return source
    text = str(source)
    if Path(source).is_dir():
        base, paths = Path(source), [path for path in Path(source).rglob("*") if _is_data(path)]
    else:
        base = _fixed_part(text)
        paths = [Path(path) for path in glob.iglob(text, recursive=True)]  # noqa: PTH207
    names = {path: path.relative_to(base) for path in paths if path.is_file()}
    found = sorted(
        (
            DataFile(path, name.as_posix(), _hive_keys(path))
            for path, name in names.items()
            if not any(part.startswith((".", "_")) for part in name.parts)
        ),
        key=lambda file: file.name,
    )
    if not found:
        what = "holds no CSV or Parquet file" if Path(source).is_dir() else "matches no file"
        raise DataError(what, where=text, hint=f"names of data files end in {', '.join(SUFFIXES)}")
    if len(found) > MOST_FILES:
        raise DataError(
            f"holds over {MOST_FILES:,} files", where=text, hint="forecast partition makes fewer, larger ones"
        )
    return DataSet(text, tuple(found))


def single(path: Path) -> DataSet:
    """The data set of one file; a `DataError` where there is none."""
    if not path.is_file():
        raise DataError(f'there is no file "{path}"', hint=similar_names(path))
    return DataSet(str(path), (DataFile(path, path.name),))


def with_keys(table: Table, file: DataFile) -> Table:
    """The table of a file with the columns that its folders give; one that it has itself is kept."""
    added = [(name, value) for name, value in file.keys if name not in table.names]
    columns = [Column(name, [value], np.zeros(table.rows, dtype=np.int32)) for name, value in added]
    return replace(table, columns=(*table.columns, *columns))


def joined(root: str, tables: Sequence[Table]) -> Table:
    """The rows of several tables one after another; a `DataError` where one has other columns."""
    first = tables[0]
    for table in tables[1:]:
        refuse_other_columns(first.source, first.names, table.source, table.names)
    ends = np.cumsum([table.rows for table in tables])

    def line(row: int) -> str:
        number = int(np.searchsorted(ends, row, side="right"))
        before = int(ends[number - 1]) if number else 0
        return f"{tables[number].source}, {tables[number].line(row - before)}"

    return replace(
        first,
        source=root,
        columns=tuple(_joined_column([table.column(name) for table in tables]) for name in first.names),
        rows=int(ends[-1]),
        line=line,
        repairs=tuple(f"{table.source}: {text}" for table in tables for text in table.repairs),
    )


def refuse_other_columns(first: str, expected: Sequence[str], other: str, found: Sequence[str]) -> None:
    """Raise a `DataError` where two files of one data set have different columns, in any order."""
    lacks = [name for name in expected if name not in found]
    has = [name for name in found if name not in expected]
    if lacks or has:
        texts = [f"lacks {listed(lacks)}"] * bool(lacks) + [f"has {listed(has)}"] * bool(has)
        raise DataError(
            f"has other columns than {first}: it {' and '.join(texts)}",
            where=other,
            hint="give the files the same columns, or name those that belong together by a glob",
        )


def _joined_column(columns: Sequence[Column]) -> Column:
    numbering: dict[str, int] = {}
    codes = [
        np.array([numbering.setdefault(text, len(numbering)) for text in column.texts], dtype=np.int32)[
            column.codes
        ]
        for column in columns
    ]
    return Column(columns[0].name, list(numbering), np.concatenate(codes))


def _is_data(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def _fixed_part(pattern: str) -> Path:
    """The folder of a glob above its first wildcard."""
    parts = Path(pattern).parts
    fixed = next((index for index, part in enumerate(parts) if GLOB & set(part)), len(parts) - 1)
    return Path(*parts[:fixed])


def _hive_keys(path: Path) -> tuple[tuple[str, str], ...]:
    pairs = [part.partition("=") for part in path.parts[:-1]]
    return tuple(
        (unquote(name), "" if value == _HIVE_NULL else unquote(value))
        for name, mark, value in pairs
        if mark and name
    )
