"""The files of a data set, and what is known of them before they are read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyarrow import parquet

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"

GLOB = frozenset("*?[")
"""Characters of a path that stand for any others."""

_CSV_ROW_BYTES = 24
"""Bytes of a row of CSV, about."""

_GZIP_RATIO = 6


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a data set."""

    path: Path
    name: str
    """Its path below the folder of the data set."""
    keys: tuple[tuple[str, str], ...] = ()
    """Columns that its folders give it, with the value: region=north/ is ("region", "north")."""

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size

    @property
    def rows(self) -> int:
        """Rows: of Parquet by its metadata, of CSV about, by its size; 0 where it cannot be read."""
        start = self._start()
        if start == PARQUET:
            metadata = self._metadata()
            return 0 if metadata is None else int(metadata.num_rows)
        packed = _GZIP_RATIO if start[:2] == GZIP else 1
        return packed * self.size // _CSV_ROW_BYTES if start else 0

    @property
    def parquet_path(self) -> Path | None:
        """The path of a Parquet file; None for any other file."""
        return self.path if self._start() == PARQUET else None

    def parquet_columns(self) -> tuple[str, ...] | None:
        """The names of the columns of a Parquet file; None for any other file."""
        metadata = self._metadata() if self._start() == PARQUET else None
        return None if metadata is None else tuple(metadata.schema.to_arrow_schema().names)

    def _start(self) -> bytes:
        try:
            with open(self.path, "rb") as stream:
                return stream.read(4)
        except OSError:
            return b""

    def _metadata(self) -> "parquet.FileMetaData | None":
        """The metadata of a Parquet file; None where it is damaged, or pyarrow is not installed."""
        try:
            from pyarrow import ArrowException, parquet
        except ImportError:
            return None
        try:
            return parquet.read_metadata(self.path)
        except (ArrowException, OSError):
            return None


@dataclass(frozen=True, slots=True)
class DataSet:
    """Files that are read as one table, sorted by name."""

    root: str
    """The folder or the glob, as it was given."""
    files: tuple[DataFile, ...]

    @property
    def rows(self) -> int:
        """Rows of all files, about."""
        return sum(file.rows for file in self.files)

    def only(self, files: Sequence[DataFile]) -> "DataSet":
        """The data set of these of its files."""
        return replace(self, files=tuple(files))

    def evenly(self, most_files: int, most_rows: int) -> "DataSet":
        """Some of its files, evenly spaced, the first among them; as many as hold so many rows, or one."""
        count = min(most_files, len(self.files))
        while count > 1:
            some = [self.files[index * (len(self.files) - 1) // (count - 1)] for index in range(count)]
            if sum(file.rows for file in some) <= most_rows:
                return self.only(some)
            count -= 1
        return self.only(self.files[:1])
