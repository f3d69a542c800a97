"""Files made to take memory, time or more than a refusal."""

import gzip
import io
import zlib
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from forecast.errors import DataError
from forecast.reading.reader import read_panel
from forecast.spec.reading import Notation, ReadSpec
from tests.fuzz.often import often
from tests.fuzz.promises import reads_or_refuses
from tests.measuring import run

pytestmark = pytest.mark.slow

MOST_MEGABYTES = 300
DAYS = np.datetime64("2020-01-01") + np.arange(6)


def parquet_of(**columns: object) -> bytes:
    stream = io.BytesIO()
    parquet.write_table(arrow.table(columns), stream)
    return stream.getvalue()


PARQUET = parquet_of(date=DAYS, id=np.array(["a"] * 6, dtype=object), y=np.arange(6.0))


def packed(block: bytes, times: int) -> bytes:
    """Gzip of a block many times over, compressed twice: after a full flush, equal blocks have equal bytes.

    The checksum at its end is wrong: a reader that gets there has unpacked all of it.
    """
    packer = zlib.compressobj(wbits=31)
    first, other = (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + other * (times - 1) + packer.flush()


BOMBS = {
    "rows": packed(b"2020-01-01,1\n" * 80_000, 2000),
    "one line": packed(b"1" * (1 << 20), 2000),
    "one quoted field": packed(b'"' + b"1\n" * (1 << 19), 2000),
    "commas": packed(b"," * (1 << 20), 2000),
    "members": gzip.compress(b"date,y\n") + gzip.compress(b"2020-01-01,1\n" * 1_000_000) * 100,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_gzip_bomb_is_refused_in_little_memory(tmp_path: Path, kind: str):
    (tmp_path / "bomb.csv.gz").write_bytes(BOMBS[kind])
    ran = run("predict", "bomb.csv.gz", "--model", "pretrained", folder=tmp_path)
    assert ran.code == 3
    assert "unpacks to over" in ran.errors
    assert ran.megabytes < MOST_MEGABYTES


def test_a_parquet_bomb_is_refused_before_it_is_unpacked(tmp_path: Path):
    rows = 9_000_000
    zeros = arrow.array(np.zeros(rows, np.int64))
    parquet.write_table(arrow.table({"date": zeros, "y": zeros}), tmp_path / "bomb", compression="zstd")
    with pytest.raises(DataError, match="unpacks to over"):
        read_panel(tmp_path / "bomb")


@pytest.mark.parametrize(
    "cells",
    [
        arrow.array([[1, 2]] * 6),
        arrow.array([{"a": 1}] * 6),
        arrow.array([[("a", 1)]] * 6, arrow.map_(arrow.string(), arrow.int32())),
        arrow.array([b"\xff"] * 6),
        arrow.nulls(6),
    ],
    ids=["lists", "structs", "maps", "bytes", "nulls"],
)
def test_a_column_of_parquet_that_is_no_table_does_not_matter_until_it_is_asked_for(cells: arrow.Array):
    panel = read_panel(io.BytesIO(parquet_of(date=DAYS, y=np.arange(6.0), odd=cells))).panel
    assert panel.values.tolist() == [0, 1, 2, 3, 4, 5]
    reads_or_refuses(parquet_of(date=DAYS, y=cells))


def test_text_in_parquet_that_is_no_text_is_refused():
    bad = PARQUET.replace(b"\x01\x00\x00\x00a", b"\x01\x00\x00\x00\xff")
    assert bad != PARQUET
    with pytest.raises(DataError, match="damaged Parquet file"):
        read_panel(io.BytesIO(bad))


@often
@given(st.lists(st.tuples(st.integers(4, len(PARQUET) - 5), st.integers(0, 255)), min_size=1, max_size=5))
def test_spoilt_parquet_is_read_or_refused(changes: list[tuple[int, int]]):
    content = bytearray(PARQUET)
    for place, byte in changes:
        content[place] = byte
    reads_or_refuses(bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(1 << 22),
        b"<html><body>" * 400_000,
        b"a,b\n" + b'"1' * 4_000_000,
        b"\0" * 9,
    ],
    ids=["image", "page", "quote that stays open", "nothing"],
)
def test_a_wrong_file_is_refused_in_under_a_second(tmp_path: Path, content: bytes):
    (tmp_path / "wrong.csv").write_bytes(content)
    ran = min((run("predict", "wrong.csv", folder=tmp_path) for _ in range(2)), key=lambda ran: ran.seconds)
    assert ran.code == 3
    assert ran.errors.startswith("error: wrong.csv")
    assert ran.seconds < 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "UTF_16"])
def test_an_encoding_that_needs_a_mark_is_refused_without_one(encoding: str):
    read = ReadSpec(notation=Notation(encoding=encoding))
    with pytest.raises(DataError, match=r"line 1: byte 0x64 is not utf-.. text"):
        read_panel(io.BytesIO("date,y\n2020,1\n2021,2\n".encode("utf-16-le")), read)
