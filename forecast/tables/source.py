"""The bytes of a path, a pipe or a file object; what is no CSV is refused, and what it is is named."""

import difflib
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, TypeGuard, Union

import numpy as np
from numpy.typing import NDArray

from forecast.errors import DataError
from forecast.tables.files import GLOB, GZIP, PARQUET, DataSet

if TYPE_CHECKING:
    import pandas as pd

    from forecast.tables.table import Table

File: TypeAlias = str | Path | BinaryIO
"""A path, "-" for standard input, or an open binary file."""

Source: TypeAlias = Union[
    File, DataSet, "Table", "pd.DataFrame", "pd.Series[float]", Sequence[float], NDArray[np.generic]
]
"""A file, a folder or glob of files, what was read of them, or values in memory."""

STDIN = "-"
BLOCK_BYTES = 1 << 20
"""Bytes read at a time."""
MAX_BYTES = 8 << 30
"""The largest size of a file, unpacked."""
ALWAYS_UNPACKED_BYTES = 64 << 20
"""A gzip file may always have so many bytes unpacked."""
MAX_RATIO = 100
"""Unpacked bytes per packed byte beyond that: real CSV has under 30, a bomb 1000."""

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a workbook or a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old workbook or another Office file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a sound, a film or an image"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"\x80\x04\x95", "a pickle"),
)
MARKUP: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\s*<(?:!doctype html|html|head|body|table)\b", re.IGNORECASE), "an HTML page"),
    (re.compile(rb"\s*<(?:\?xml|svg)\b", re.IGNORECASE), "an XML document"),
    (re.compile(rb'\s*(?:\{\s*["}]|\[\s*[{\[\]])'), "JSON"),
)
WIDE_BYTE_ORDER_MARKS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
"""First bytes of texts in which a character takes two or four bytes, some of them NUL."""


@dataclass(frozen=True, slots=True)
class SourceBytes:
    """The bytes of a source, unpacked."""

    name: str
    """Its name in messages: "harvest.csv", "standard input"."""
    data: bytes

    @property
    def is_parquet(self) -> bool:
        """Whether the bytes are a Parquet file."""
        return self.data.startswith(PARQUET) and self.data.endswith(PARQUET)


def wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 where the data start with their byte order mark, else None."""
    return next((encoding for mark, encoding in WIDE_BYTE_ORDER_MARKS.items() if data.startswith(mark)), None)


def is_file(source: Source) -> TypeGuard[File]:
    """Whether the source is a file and not values in memory."""
    return isinstance(source, str | Path) or hasattr(source, "read")


def is_data_set(source: Source) -> "TypeGuard[str | Path | DataSet]":
    """Whether a source is several files: a folder, or a glob and no file of that name."""
    if isinstance(source, str | Path):
        return Path(source).is_dir() or (bool(GLOB & set(str(source))) and not Path(source).exists())
    return isinstance(source, DataSet)


def open_source(source: File, *, encoding: str | None = None) -> SourceBytes:
    """All bytes of the source, unpacked if they are gzip; a `DataError` for what cannot be CSV or Parquet.

    NUL bytes are refused, unless `encoding` is one in which they are part of a character.
    """
    if not isinstance(source, str | Path):
        return _read_stream(_name_of(source), source, encoding)
    if str(source) == STDIN:
        return _read_stream("standard input", sys.stdin.buffer, encoding)
    path = Path(source)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", str(source)) and not path.exists():
        raise DataError(
            f'"{source}" is a URL; data is never fetched', hint="save it to a file, or pipe it in: curl ... |"
        )
    try:
        with path.open("rb") as stream:
            return _read_stream(path.name, stream, encoding)
    except IsADirectoryError:
        raise DataError("is a folder, not CSV", where=str(path), hint="name a file in it") from None
    except FileNotFoundError:
        raise DataError(f'there is no file "{path}"', hint=similar_names(path)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DataError(f"cannot be read: {reason}", where=str(path)) from error


def _name_of(stream: BinaryIO) -> str:
    name = getattr(stream, "name", None)
    return Path(name).name if isinstance(name, str) else "data"


def similar_names(path: Path) -> str:
    """A hint for a file that is not there: names in its folder that are nearly the same."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f'there is no folder "{path.parent}" either'
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5)
    return "did you mean " + " or ".join(f'"{name}"' for name in near) + "?" if near else ""


def _read_stream(name: str, stream: BinaryIO | BufferedReader, encoding: str | None) -> SourceBytes:
    """The bytes of a stream; it is not read further if its first block shows that it is no CSV."""
    first_block = stream.read(BLOCK_BYTES)
    if not isinstance(first_block, bytes):
        raise DataError("is open as text", where=name, hint='open it with "rb": its encoding is detected')
    if first_block[:2] == GZIP:
        return SourceBytes(name, _unpack(name, first_block, stream, encoding))
    _refuse_other_formats(name, first_block, encoding)
    blocks = [first_block]
    size = len(first_block)
    while block := stream.read(BLOCK_BYTES):
        size += len(block)
        if size > MAX_BYTES:
            raise DataError(f"holds over {MAX_BYTES >> 30} GiB", where=name, hint="split it")
        blocks.append(block)
    data = b"".join(blocks)
    if not data.startswith(PARQUET):
        _refuse_nul(name, data, encoding)
    elif not data.endswith(PARQUET) and b"\0" in data:
        raise DataError("is a truncated Parquet file", where=name, hint="download or copy it again")
    return SourceBytes(name, data)


def max_unpacked(packed: int) -> int:
    """How many bytes a file of `packed` bytes may have unpacked."""
    return min(MAX_BYTES, max(ALWAYS_UNPACKED_BYTES, MAX_RATIO * packed))


def _unpack(name: str, first_block: bytes, stream: BinaryIO | BufferedReader, encoding: str | None) -> bytes:
    """The content of a gzip file of one or more members; a bomb is refused before it fills the memory."""
    blocks: list[bytes] = []
    size = 0
    try:
        for packed, block in _inflate(name, first_block, stream):
            size += len(block)
            if size > (limit := max_unpacked(packed)):
                raise DataError(
                    f"unpacks to over {limit >> 20} MiB", where=name, hint="unpack it first: gunzip"
                )
            if not blocks:
                _refuse_other_formats(name, block, encoding)
            blocks.append(block)
    except zlib.error as error:
        raise DataError(
            f"is a damaged gzip file ({error})", where=name, hint="download or copy it again"
        ) from None
    data = b"".join(blocks)
    _refuse_nul(name, data, encoding)
    return data


def _inflate(name: str, first_block: bytes, stream: BinaryIO | BufferedReader) -> Iterator[tuple[int, bytes]]:
    """Blocks of the content, each with the number of packed bytes that were read so far.

    A file may have several members, one after another, and zeros after the last.
    """
    packed, read = first_block, len(first_block)
    member = zlib.decompressobj(wbits=31)
    while packed:
        block = member.decompress(packed, BLOCK_BYTES)
        packed = member.unused_data if member.eof else member.unconsumed_tail
        if block:
            yield read - len(packed), block
        while not member.eof and not packed and (block := member.decompress(b"", BLOCK_BYTES)):
            yield read, block
        if not packed:
            packed = stream.read(BLOCK_BYTES)
            read += len(packed)
        if member.eof:
            packed = packed.lstrip(b"\0")
            member = zlib.decompressobj(wbits=31) if packed else member
    if not member.eof:
        raise DataError("is a truncated gzip file", where=name, hint="download or copy it again")


def _refuse_other_formats(name: str, first_block: bytes, encoding: str | None) -> None:
    """Refuse the formats that the first bytes of a file show, and NUL bytes."""
    for signature, what in SIGNATURES:
        if first_block.startswith(signature):
            raise DataError(f"is {what}, not CSV", where=name, hint="save the table as CSV")
    for pattern, what in MARKUP:
        if pattern.match(first_block):
            raise DataError(f"is {what}, not CSV", where=name, hint="save the table as CSV")
    if first_block.startswith(PARQUET):
        return
    _refuse_nul(name, first_block, encoding)


def _refuse_nul(name: str, data: bytes, encoding: str | None) -> None:
    """Refuse NUL bytes, unless a byte order mark or the given encoding says that characters are wider."""
    if wide_encoding(data) if encoding is None else b"\0" in "a".encode(encoding):
        return
    at = data.find(b"\0")
    if at < 0:
        return
    even, odd = any(data[:200:2]), any(data[1:200:2])
    guess = "" if even == odd else "utf-16-le" if even else "utf-16-be"
    raise DataError(
        "holds a NUL byte, so it is not text",
        where=f"{name}, line {line_of(data, at)}",
        hint=f"--encoding {guess} may read it" if guess else "save the table as CSV in UTF-8",
    )


def line_of(data: bytes, at: int) -> int:
    """The line, from 1, of a byte; lines end in LF, CRLF or CR."""
    before = data[:at]
    newlines = before.count(b"\n")
    return 1 + (newlines or before.count(b"\r"))
