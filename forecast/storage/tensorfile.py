"""A file of named arrays and plain fields: data and never code, checked before memory is allocated.

The layout is safetensors: eight bytes with the header's length, the header (JSON that
names each tensor's type, shape and offsets), the tensors' bytes. Its only metadata entry,
"forecast", is one JSON text: the format number, the fields, and a SHA-256 over both and
over every tensor. One entry, because the library writes several in random order, and
equal contents must give equal files.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from math import prod
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.errors import ModelError
from forecast.serialize import Plain, dump, from_plain, parse

Tensors = dict[str, NDArray[np.generic]]
Fields = dict[str, Plain]

MAX_FILE_BYTES = 1 << 30
MAX_HEADER_BYTES = 1 << 20
"""A header takes 3 to 5 kB; only names of columns and models can make it longer."""

_HEADER_START = b'{"__metadata__":{"forecast":'
"""How the header of every model file begins, after its length."""

_OTHER_FORMATS: dict[bytes, str] = {
    b"PK\x03\x04": "a zip archive, such as .keras",
    b"\x89HDF": "an HDF5 file, such as .h5",
    b"\x80": "a pickle",
    b"\x1f\x8b": "compressed with gzip",
    b"PAR1": "a Parquet file",
}
"""First bytes of files in other formats -> what they are."""

DType = Literal["F64", "F32", "F16", "I64", "U8"]

DTYPES: dict[DType, np.dtype[np.generic]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("u1"),
}

_BLOCK_BYTES = 1 << 20
"""Read at a time while the digest is computed."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds, its digest verified."""

    format: int
    fields: Fields
    tensors: Tensors
    """Read-only arrays of the types of `DTYPES`, of one to three axes."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A tensor, as the header describes it."""

    dtype: DType
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]
    """Of its first byte, and one past its last, counted from the end of the header."""

    @property
    def size_bytes(self) -> int:
        """Bytes that its type and shape take."""
        return DTYPES[self.dtype].itemsize * prod(self.shape)


@dataclass(frozen=True, slots=True)
class _Header:
    """A header whose tensors fill the rest of the file exactly."""

    fields: Fields
    """Of the metadata: format, model, sha256."""
    entries: dict[str, _Entry]
    size_bytes: int


def encode(contents: Contents) -> bytes:
    """The bytes of the file: equal for equal contents."""
    from safetensors.numpy import save

    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in contents.tensors.items()}
    signed = _signed(contents)
    text = dump({**signed, "sha256": _digest(signed, _parts_of(tensors))})
    encoded = bytes(save(tensors, {"forecast": text}))
    if len(encoded) > MAX_FILE_BYTES or len(text) > MAX_HEADER_BYTES // 4:
        raise ModelError(f"the model takes {len(encoded):,} bytes, more than a model file may hold")
    return encoded


def read(path: Path, *, format: int) -> Contents:
    """What the file holds; a ModelError where it is something else, damaged, or of another format."""
    with _opened(path) as stream:
        return read_stream(stream, format=format)


def read_stream(stream: BinaryIO, *, format: int) -> Contents:
    """The same of an open file or of bytes; a ValueError where they are damaged."""
    header, contents = _verified(stream, format)
    return replace(contents, tensors=_tensors(stream, header))


def places(path: Path, *, format: int) -> tuple[Fields, dict[str, tuple[int, int]]]:
    """The fields of a file and where the bytes of its tensors are: the first, and how many.

    Errors are those of `read`: its digest is verified, but no tensor is taken into memory.
    """
    with _opened(path) as stream:
        header, contents = _verified(stream, format)
        return contents.fields, {
            name: (header.size_bytes + entry.data_offsets[0], entry.size_bytes)
            for name, entry in header.entries.items()
        }


def begins_with(start: bytes, format: int, field: str) -> bool:
    """Whether the first bytes of a file are those of a model file whose first field is this one."""
    text = dump({"format": format, "model": {}})[:-2] + f'"{field}":'
    return start[8:].startswith(_HEADER_START + dump(text)[:-1].encode())


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with model_errors(path):
        if path.exists() and not path.is_file():
            raise ModelError("is not a regular file, so not a model")
        with open(path, "rb") as stream:
            yield stream


def _verified(stream: BinaryIO, format: int) -> tuple[_Header, Contents]:
    """The header, and the contents without tensors, once the digest is that of all."""
    header = _checked_header(stream)
    _check_format(header.fields, format)
    contents = Contents(format, _fields(header.fields), {})
    if header.fields["sha256"] != _digest(_signed(contents), _parts_in(stream, header)):
        raise ValueError("its SHA-256 does not match its contents")
    return header, contents


def refuse_to_replace_others(path: Path) -> None:
    """Raise where `path` is a file that is neither a model, whole or damaged, nor empty."""
    with model_errors(path):
        if path.is_file():
            with open(path, "rb") as stream:
                start = stream.read(64)
            if start and not _is_model(start):
                raise ModelError(
                    f"is {_description(start)}, not a model, and is not overwritten",
                    hint="save the model elsewhere",
                )


def as_fields(value: Plain) -> Fields:
    """The same value; a ValueError where it is not a JSON object."""
    if not isinstance(value, dict):
        raise ValueError("its header is not as expected")
    return value


@contextmanager
def model_errors(path: Path) -> Iterator[None]:
    """Turn every error about a file into a ModelError that names it; a ValueError means damage."""
    try:
        yield
    except ModelError as error:
        raise ModelError(error.message, where=str(path), hint=error.hint) from error
    except FileNotFoundError as error:
        raise ModelError("there is no such model", where=str(path), hint=_nearest(path)) from error
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    except ValueError as error:
        hint = "copy it again from its source, or train it again"
        raise ModelError(f"is damaged: {error}", where=str(path), hint=hint) from error


def _signed(contents: Contents) -> Fields:
    """The part of the metadata that the digest covers."""
    return {"format": contents.format, "model": contents.fields}


def _digest(signed: Fields, parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256(dump(signed).encode())
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _parts_of(tensors: Tensors) -> Iterator[bytes]:
    """What the digest covers of the tensors: name, type and shape of each, then its bytes."""
    for name, tensor in sorted(tensors.items()):
        yield dump([name, tensor.dtype.str, tensor.shape]).encode()
        yield tensor.tobytes()


def _parts_in(stream: BinaryIO, header: _Header) -> Iterator[bytes]:
    """The same from a file, in blocks: a file with a wrong digest takes no memory, however long it is."""
    for name, entry in sorted(header.entries.items()):
        yield dump([name, DTYPES[entry.dtype].str, entry.shape]).encode()
        stream.seek(header.size_bytes + entry.data_offsets[0])
        for start in range(0, entry.size_bytes, _BLOCK_BYTES):
            yield stream.read(min(_BLOCK_BYTES, entry.size_bytes - start))


def _tensors(stream: BinaryIO, header: _Header) -> Tensors:
    tensors: Tensors = {}
    for name, entry in header.entries.items():
        stream.seek(header.size_bytes + entry.data_offsets[0])
        content = stream.read(entry.size_bytes)
        tensors[name] = np.frombuffer(content, DTYPES[entry.dtype]).reshape(entry.shape)
    return tensors


def _checked_header(stream: BinaryIO) -> _Header:
    """The header, once its tensors are known to fill the rest of the file exactly."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    start = stream.read(64)
    if not _is_model(start):
        raise ModelError(f"is {_description(start)}, not a model made by forecast")
    length = int.from_bytes(start[:8], "little")
    if size > MAX_FILE_BYTES or length > MAX_HEADER_BYTES:
        raise ValueError("it is larger than a model can be")
    stream.seek(0)
    raw = stream.read(8 + length)
    if len(raw) < 8 + length:
        raise ValueError("it is cut short")
    header = as_fields(parse(raw[8:]))
    metadata = as_fields(header.pop("__metadata__"))
    entries = {name: from_plain(_Entry, header[name], name) for name in header}
    _check_layout(list(entries.values()), size - len(raw))
    text = metadata.get("forecast")
    if len(metadata) != 1 or not isinstance(text, str):
        raise ValueError("its metadata is not as expected")
    return _Header(as_fields(parse(text.encode())), entries, len(raw))


def _check_layout(entries: list[_Entry], room_bytes: int) -> None:
    """Refuse tensors that leave gaps, overlap, or are not as long as the header says or the file is."""
    offset = 0
    for entry in sorted(entries, key=lambda entry: entry.data_offsets):
        start, end = entry.data_offsets
        fits = 1 <= len(entry.shape) <= 3 and min(entry.shape) >= 0
        if not fits or start != offset or end - start != entry.size_bytes:
            raise ValueError("its tensors overlap, leave gaps, or have impossible shapes")
        offset = end
    if offset != room_bytes:
        raise ValueError(f"it holds {room_bytes:,} bytes of tensors, but its header describes {offset:,}")


def _check_format(fields: Fields, expected: int) -> None:
    number = fields.get("format")
    if type(number) is not int or number < 1:
        raise ValueError("its format is not a positive integer")
    if number > expected:
        raise ModelError(
            f"was made by a newer forecast (format {number}; this one reads up to {expected})",
            hint="upgrade: pip install --upgrade forecast-rnn",
        )
    if number < expected:
        raise ModelError(
            f"was made by an unreleased version of forecast (format {number})", hint="train it again"
        )


def _fields(text: Fields) -> Fields:
    if text.keys() != {"format", "model", "sha256"}:
        raise ValueError("its metadata is not as expected")
    return as_fields(text["model"])


def _is_model(start: bytes) -> bool:
    return start[8:].startswith(_HEADER_START)


def _description(start: bytes) -> str:
    """What a file with these first bytes is, in words."""
    if not start:
        return "empty"
    for magic, kind in _OTHER_FORMATS.items():
        if start.startswith(magic):
            return kind
    if start[8:9] == b"{":
        return "a safetensors file of another program"
    printable = all(byte >= 32 or byte in b"\t\r\n" for byte in start)
    return "text, such as CSV" if printable else "something else"


def _nearest(path: Path) -> str:
    """A hint that names models in the folder of `path`."""
    if not path.parent.is_dir():
        return f'there is no folder "{path.parent}"'
    stems = sorted(model.stem for model in path.parent.glob("*.forecast"))
    near = get_close_matches(path.stem, stems, n=1)
    if near:
        return f'did you mean "{path.with_name(near[0])}.forecast"?'
    shown = ", ".join(f'"{stem}.forecast"' for stem in stems[:5])
    return f"models in its folder: {shown}" if stems else "forecast train makes one"
