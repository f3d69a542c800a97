"""Lines of a file or a pipe that may be packed by gzip."""

import gzip
import zlib
from typing import BinaryIO, Protocol, cast

from forecast.errors import DataError

_MAGIC = b"\x1f\x8b"


class ReadsLines(Protocol):
    """What gives one line after another."""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line, or `size` bytes of it; nothing at the end."""
        ...


class _Unpacked:
    """The lines of a gzip stream; a `DataError` where it is damaged or ends too early."""

    def __init__(self, stream: BinaryIO, source: str) -> None:
        self._lines, self._source = gzip.GzipFile(fileobj=stream), source

    def readline(self, size: int = -1, /) -> bytes:
        """See `ReadsLines`."""
        try:
            return self._lines.readline(size)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DataError(
                f"is a damaged gzip file ({error})", where=self._source, hint="download or copy it again"
            ) from None


def unpacked(stream: BinaryIO, source: str) -> ReadsLines:
    """The lines of a buffered stream, unpacked where its first bytes are those of gzip."""
    peek = getattr(stream, "peek", None)
    if peek is None or bytes(peek(2))[:2] != _MAGIC:
        return cast(ReadsLines, stream)
    return _Unpacked(stream, source)
