"""The state of a stream as a file: data and never code, whole or absent, and of one model only."""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from forecast import atomic
from forecast.errors import ModelError, UsageError
from forecast.forecasters.preparation import ROWS_READ
from forecast.serialize import from_plain, to_plain
from forecast.spec.limits import MAX_WINDOW
from forecast.storage import modelfile, tensorfile
from forecast.storage.tensorfile import Contents, Tensors
from forecast.streaming.clock import Position
from forecast.streaming.network import numbers_of
from forecast.streaming.rows import NewestRows
from forecast.streaming.running import NEVER, RunningSeries
from forecast.streaming.stream import PanelSeries, Stream
from forecast.streaming.target import BUFFERS

FORMAT = modelfile.FORMAT
"""That of model files, which are built in the same way."""

_FACTS = 6
"""Integers kept of a series: newest time, rows read, season, last and next anchor, decimal places."""


@dataclass(frozen=True, slots=True)
class StreamFields:
    """What a state file says of itself."""

    model_sha256: str
    """Digest of the model file."""
    method: str
    memory: str
    columns: tuple[str, ...]
    """The columns of the lines, for a later stream without a header."""
    lines: int
    """Lines read so far."""


def digest_of(model: Path) -> str:
    """The digest of a model file."""
    return hashlib.sha256(model.read_bytes()).hexdigest()


def save(path: Path, stream: Stream, fields: StreamFields) -> None:
    """Write the state to `path`, whole or not at all; raises `ForecastError` where the system refuses."""
    tensors = _tensors(stream)
    plain = {"stream": to_plain(fields)}
    content = tensorfile.encode(Contents(FORMAT, tensorfile.as_fields(plain), tensors))
    atomic.write_atomically(path, lambda stream: _write(stream, content))


def _write(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)


def check(path: Path) -> None:
    """Raise, before any line is read, where no state can be saved at `path`, or another file is there."""
    if path.is_file() and path.stat().st_size:
        _contents(path)
    atomic.check_writable(path)


def load(path: Path, stream: Stream, model_sha256: str) -> StreamFields | None:
    """Put the state in a file into a stream; None where there is no file yet.

    Raises `ModelError` where it is none, damaged, or of another model, method or memory.
    """
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        return None
    contents = _contents(path)
    with tensorfile.model_errors(path):
        fields = from_plain(StreamFields, contents.fields["stream"])
        if fields.model_sha256 != model_sha256:
            raise ModelError(
                "is the state of a stream of another model, or of an older version of this one",
                hint="name that model, or another --state to begin again",
            )
        memory = stream.settings.memory if stream.settings else fields.memory
        if (fields.method, fields.memory) != (stream.method, memory):
            raise UsageError(
                f"{path} was written with --method {fields.method} --memory {fields.memory}",
                hint="give the same, or another --state to begin again",
            )
        _restore(stream, contents.tensors)
    return fields


def _contents(path: Path) -> Contents:
    with tensorfile.model_errors(path):
        contents = tensorfile.read(path, format=FORMAT)
        if contents.fields.keys() != {"stream"}:
            raise ModelError("is a model, not the state of a stream", hint="name another --state")
    return contents


def _tensors(stream: Stream) -> Tensors:
    """All series, one after the other in each array."""
    ids = [*stream.series]
    each = [stream.series[id] for id in ids]
    raw = [id.encode(errors="backslashreplace") for id in ids]
    rows = [series.rows for series in each]
    tensors: Tensors = {
        "ids": np.frombuffer(b"".join(raw), dtype=np.uint8),
        "ids/ends": np.cumsum([len(text) for text in raw], dtype=np.int64),
        "facts": np.array([_facts(series) for series in each], dtype=np.int64).reshape(len(each), _FACTS),
        **_joined("rows", [one.numbers.T for one in rows], np.float64),
        **_joined("static", [one.static for one in rows], np.float64),
    }
    running = [series for series in each if isinstance(series, RunningSeries)]
    if stream.settings is not None:
        targets = [series.inputs.target for series in running]
        empty = np.empty((0, BUFFERS))
        tensors |= {
            **_joined("state", [numbers_of(series.state) for series in running], np.float32),
            **_joined("continuation", [series.continuation for series in running], np.float64),
            **_joined("buffers", [empty if t is None else t.buffers.T for t in targets], np.float64),
            "target_rows": np.array([0 if t is None else t.rows for t in targets], dtype=np.int64),
            **_joined("recent", [np.array(list(series.recent)).ravel() for series in running], np.float32),
            "numbers": np.array(
                [[series.offset, float(series.is_mean)] for series in running], dtype=np.float64
            ).reshape(len(running), 2),
        }
    return tensors


def _facts(series: RunningSeries | PanelSeries) -> list[int]:
    rows, last = series.rows, series.position.last
    if isinstance(series, PanelSeries):
        return [last, rows.count, rows.season, 0, 0, 0]
    return [last, rows.count, rows.season, series.anchor, series.next_anchor, series.places]


def _joined(name: str, parts: Sequence[NDArray[Any]], dtype: type) -> Tensors:
    """Arrays one after the other, and where each of them ends."""
    wide = parts[0].shape[1:] if parts else ()
    together = np.concatenate(parts).astype(dtype) if parts else np.empty((0, *wide), dtype)
    return {name: together, f"{name}/ends": np.cumsum([len(part) for part in parts], dtype=np.int64)}


_DTYPES: dict[str, str] = {
    "ids": "u1",
    "facts": "<i8",
    "rows": "<f8",
    "static": "<f8",
    "state": "<f4",
    "continuation": "<f8",
    "buffers": "<f8",
    "target_rows": "<i8",
    "recent": "<f4",
    "numbers": "<f8",
}
"""The type of each array; those of where its parts end are integers."""


class _Parts:
    """The arrays of a file, checked and cut into those of each series."""

    def __init__(self, tensors: Tensors) -> None:
        for name, tensor in tensors.items():
            expected = "<i8" if name.endswith("/ends") else _DTYPES.get(name)
            _require(expected is not None and tensor.dtype == np.dtype(expected), f'"{name}"')
            if tensor.dtype.kind == "f":
                _require(not np.isinf(tensor).any(), f'"{name}"')
        self._tensors = tensors
        self.facts: NDArray[np.int64] = self.array("facts", np.int64)
        self._cut: dict[str, list[NDArray[Any]]] = {}

    def array(self, name: str, dtype: type) -> NDArray[Any]:
        """One array for all series."""
        _require(name in self._tensors, f'"{name}"')
        return self._tensors[name].astype(dtype)

    def of(self, name: str, index: int, width: int | None = None) -> NDArray[Any]:
        """The array of one series, (n,), or (n, width)."""
        if name not in self._cut:
            whole, ends = self._tensors[name], [0, *self._tensors[f"{name}/ends"].tolist()]
            _require(ends == sorted(ends) and ends[-1] == len(whole), f'"{name}"')
            self._cut[name] = [whole[first:end] for first, end in itertools.pairwise(ends)]
        part = self._cut[name][index]
        _require(part.shape[1:] == (() if width is None else (width,)) or not len(part), f'"{name}"')
        return part


def _restore(stream: Stream, tensors: Tensors) -> None:
    try:
        parts = _Parts(tensors)
        count = len(parts.facts)
        _require(parts.facts.shape == (count, _FACTS), "facts")
        for index in range(count):
            id = parts.of("ids", index).tobytes().decode()
            stream.series[id] = _series(stream, id, parts, index)
    except (KeyError, IndexError, TypeError, OverflowError) as error:
        raise ValueError(f"its series cannot be right: {error}") from error


def _series(stream: Stream, id: str, parts: _Parts, index: int) -> RunningSeries | PanelSeries:
    last, count, season = (int(fact) for fact in parts.facts[index, :3])
    first, final = LIMITS["integer" if stream.clock.frequency.form == "integer" else "date"]
    _require(first <= last <= final, "times")
    wide = stream.kind.past + stream.kind.known
    numbers, static = parts.of("rows", index, 3 + wide), parts.of("static", index)
    _require(1 <= len(numbers) <= min(count, ROWS_READ) and 1 <= season <= MAX_WINDOW, "rows")
    _require(not np.isnan(numbers[:, :3]).any(), "rows")
    classes = len(stream.model.spec.target.classes)
    _require(not classes or np.isin(numbers[:, 0], np.arange(classes)).all(), "classes")
    _require(len(static) == len(stream.kind.spec.covariates) - wide, "covariates")
    _require(stream.kind.season in (None, season), "seasons")
    rows = NewestRows(stream.kind, id, season)
    rows.restore(numbers.T, count)
    rows.static = static.copy()
    position = Position(stream.clock, last)
    return (
        PanelSeries(rows, position)
        if stream.settings is None
        else _running(stream, rows, position, parts, index)
    )


def _running(
    stream: Stream, rows: NewestRows, position: Position, parts: _Parts, index: int
) -> RunningSeries:
    settings = stream.settings
    assert settings is not None
    series, network = RunningSeries(settings, rows, position), settings.network
    series.anchor, series.next_anchor, series.places = (int(fact) for fact in parts.facts[index, 3:])
    _require(1 <= series.anchor <= rows.count < series.next_anchor <= NEVER, "rows")
    series.offset, mean = (float(number) for number in parts.array("numbers", float)[index])
    series.is_mean = bool(mean)
    state = parts.of("state", index)
    _require(len(state) == network.state_size, "state")
    series.state = network.state_of(state)
    series.continuation = parts.of("continuation", index).copy()
    ahead = series.next_anchor - series.anchor + network.steps
    _require(len(series.continuation) in (1, ahead), "continuation")
    recent = parts.of("recent", index)
    _require(len(recent) <= network.channels * settings.kind.spec.windows.window, "inputs")
    series.recent.extend(recent.reshape(-1, network.channels))
    if series.inputs.target is not None:
        buffers = parts.of("buffers", index, BUFFERS)
        read = int(parts.array("target_rows", np.int64)[index])
        _require(1 <= len(buffers) <= min(series.inputs.target.keep, read), "buffers")
        _require(read <= rows.count, "buffers")
        series.inputs.target.restore(read, buffers.T)
    return series


LIMITS = {"date": (-62_135_596_800, 253_402_300_799), "integer": (-(2**53), 2**53)}
"""The first and the last time there may be: seconds of the years 1 to 9999, or integers."""


def _require(holds: bool | np.bool_, part: str) -> None:
    if not holds:
        raise ValueError(f"its {part} cannot be right")
