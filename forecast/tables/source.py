"""A path, a pipe or a file object becomes bytes that may be CSV, or is refused by what it is."""

import difflib
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, Union

from forecast.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

STDIN = "-"
BLOCK = 1 << 20
"""Bytes read at a time."""
MOST_BYTES = 8 << 30
"""Bytes a file may hold, unpacked."""
MOST_UNPACKED_FREELY = 64 << 20
"""Unpacked bytes that a gzip file may always have."""
MOST_RATIO = 100
"""Unpacked bytes for a packed one beyond that: real CSV stays under 30, a bomb has 1000."""

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
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
    (b"BZh", "packed by bzip2"),
    (b"\xfd7zXZ\x00", "packed by xz"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"\x80\x04\x95", "a pickle"),
)
MARKUP: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\s*<(?:!doctype html|html|head|body|table)\b", re.IGNORECASE), "an HTML page"),
    (re.compile(rb"\s*<(?:\?xml|svg)\b", re.IGNORECASE), "an XML document"),
    (re.compile(rb'\s*(?:\{\s*["}]|\[\s*[{\[\]])'), "JSON"),
)
WIDE_MARKS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
"""First bytes of texts whose letters take two or four bytes, NUL among them."""


@dataclass(frozen=True, slots=True)
class SourceBytes:
    """The bytes of a source and how messages call it."""

    name: str
    data: bytes

    @property
    def is_parquet(self) -> bool:
        """Whether the bytes are a Parquet file."""
        return self.data.startswith(PARQUET) and self.data.endswith(PARQUET)


def wide_encoding(data: bytes) -> str | None:
    """The encoding that a mark at the start names, if its letters are wider than a byte."""
    return next((encoding for mark, encoding in WIDE_MARKS.items() if data.startswith(mark)), None)


def open_source(source: str | Path | BinaryIO, *, encoding: str | None = None) -> SourceBytes:
    """All bytes of the source, unpacked where they are gzip, with an error for what cannot be CSV.

    In some encodings, where one is asked for, NUL is part of a letter.
    """
    if not isinstance(source, str | Path):
        return _gathered(_name_of(source), source, encoding)
    if str(source) == STDIN:
        return _gathered("standard input", sys.stdin.buffer, encoding)
    path = Path(source)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", str(source)) and not path.exists():
        raise DataError(
            f'"{source}" is a URL; data is never fetched', hint="save it to a file, or pipe it in: curl ... |"
        )
    try:
        with path.open("rb") as stream:
            return _gathered(path.name, stream, encoding)
    except IsADirectoryError:
        raise DataError("is a folder, not CSV", where=str(path), hint="name a file in it") from None
    except FileNotFoundError:
        raise DataError(f'there is no file "{path}"', hint=_nearest_names(path)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DataError(f"cannot be read: {reason}", where=str(path)) from error


def _name_of(stream: BinaryIO) -> str:
    name = getattr(stream, "name", None)
    return Path(name).name if isinstance(name, str) else "data"


def _nearest_names(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f'there is no folder "{path.parent}" either'
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5)
    return "did you mean " + " or ".join(f'"{name}"' for name in near) + "?" if near else ""


def _gathered(name: str, stream: BinaryIO | BufferedReader, encoding: str | None) -> SourceBytes:
    """The bytes of a stream; what its first block shows to be no CSV is not read on."""
    head = stream.read(BLOCK)
    if head[:2] == GZIP:
        return SourceBytes(name, _unpacked(name, head, stream, encoding))
    _refuse_foreign(name, head, encoding)
    blocks = [head]
    size = len(head)
    while block := stream.read(BLOCK):
        size += len(block)
        if size > MOST_BYTES:
            raise DataError(f"holds over {MOST_BYTES >> 30} GiB", where=name, hint="split it")
        blocks.append(block)
    data = b"".join(blocks)
    if not data.startswith(PARQUET):
        _refuse_nul(name, data, encoding)
    return SourceBytes(name, data)


def most_unpacked(packed: int) -> int:
    """Bytes that so many packed ones may become."""
    return min(MOST_BYTES, max(MOST_UNPACKED_FREELY, MOST_RATIO * packed))


def _unpacked(name: str, head: bytes, stream: BinaryIO | BufferedReader, encoding: str | None) -> bytes:
    """The content of a gzip file of one or more members; a bomb is refused while it is small."""
    blocks: list[bytes] = []
    size = 0
    try:
        for taken, block in _inflated(name, head, stream):
            size += len(block)
            if size > (most := most_unpacked(taken)):
                raise DataError(
                    f"unpacks to over {most >> 20} MiB", where=name, hint="unpack it first: gunzip"
                )
            if not blocks:
                _refuse_foreign(name, block, encoding)
            blocks.append(block)
    except zlib.error as error:
        raise DataError(f"is a damaged gzip file ({error})", where=name, hint="get it again") from None
    data = b"".join(blocks)
    _refuse_nul(name, data, encoding)
    return data


def _inflated(name: str, head: bytes, stream: BinaryIO | BufferedReader) -> Iterator[tuple[int, bytes]]:
    """Blocks of the content, each with the number of packed bytes that were needed so far."""
    packed, taken = head, len(head)
    member = zlib.decompressobj(wbits=31)
    while packed:
        block = member.decompress(packed, BLOCK)
        packed = member.unused_data if member.eof else member.unconsumed_tail
        if block:
            yield taken - len(packed), block
        while not member.eof and not packed and (block := member.decompress(b"", BLOCK)):
            yield taken, block
        if not packed:
            packed = stream.read(BLOCK)
            taken += len(packed)
        if member.eof:
            packed = packed.lstrip(b"\0")
            member = zlib.decompressobj(wbits=31) if packed else member
    if not member.eof:
        raise DataError("is a gzip file cut short", where=name, hint="get it again")


def _refuse_foreign(name: str, head: bytes, encoding: str | None) -> None:
    for signature, what in SIGNATURES:
        if head.startswith(signature):
            raise DataError(f"is {what}, not CSV", where=name, hint="save the table as CSV")
    for pattern, what in MARKUP:
        if pattern.match(head):
            raise DataError(f"is {what}, not CSV", where=name, hint="save the table as CSV")
    if head.startswith(PARQUET):
        return
    _refuse_nul(name, head, encoding)


def _refuse_nul(name: str, data: bytes, encoding: str | None) -> None:
    """Refuse NUL, save where letters are wider than a byte: as a mark says, or the encoding asked for."""
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
    """The line, from 1, that a byte stands on, whatever ends the lines."""
    before = data[:at]
    newlines = before.count(b"\n")
    return 1 + (newlines or before.count(b"\r"))


Source: TypeAlias = Union[str, Path, BinaryIO, "pd.DataFrame"]
