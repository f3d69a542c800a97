"""A job: one function for each file of a data set, one result each, and a manifest of what is done.

A result file has the name of its input file, and is written whole or not at all. The manifest, `_job` in the
output folder, has a line for each finished file: an interrupted job goes on where it was, and ends with the
bytes of one that was not.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Generic, Protocol, TypeVar

from forecast.atomic import write_atomically
from forecast.engines.calls import Engine, Failure
from forecast.engines.parts import run_partitions
from forecast.errors import DataError, Interrupted, UsageError
from forecast.events import FileDone, FileFailed, FilesAhead, Listener, Note, ignore
from forecast.phrases import counted
from forecast.serialize import Plain, dump, from_plain, parse, to_plain
from forecast.tables.files import DataFile, DataSet

FOLDER = "_job"
"""Folder of the manifest; names that start with _ are no data."""


class Part(Protocol):
    """What a worker is given: the file, and all that its result follows from."""

    @property
    def file(self) -> DataFile:
        """The file of the data set."""
        ...

    @property
    def output(self) -> Path | None:
        """The file that its result is written to; None where the result is the values returned."""
        ...


P = TypeVar("P", bound=Part)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Entry(Generic[R]):
    """A line of the manifest: a file as it was, and its result or its failure."""

    name: str
    size: int
    modified: int
    """Nanoseconds since 1970."""
    result: R | None
    failure: Failure | None


@dataclass(slots=True)
class Manifest(Generic[R]):
    """The finished files of a job, on disk and in memory."""

    path: Path
    result: type[R]
    entries: dict[str, Entry[R]] = field(default_factory=dict)

    def add(self, entry: Entry[R]) -> None:
        """Append a line, and have it on disk before the next file is worked on."""
        self.entries[entry.name] = entry
        with open(self.path, "ab") as stream:
            stream.write((dump(to_plain(entry)) + "\n").encode())
            stream.flush()
            os.fsync(stream.fileno())

    def has(self, part: Part) -> bool:
        """Whether this very file, of the same size and time of change, has a result."""
        entry = self.entries.get(part.file.name)
        return (
            entry is not None
            and entry.failure is None
            and _stamp(part.file) == (entry.size, entry.modified)
            and (part.output is None or part.output.is_file())
        )

    def read(self) -> None:
        """Read the lines of an earlier run; the last may be cut off where that was killed."""
        self.entries = {}
        for line in self.path.read_bytes().splitlines() if self.path.exists() else ():
            with suppress(ValueError, TypeError):
                entry = _entry(self.result, parse(line))
                self.entries[entry.name] = entry


def _entry(result: type[R], value: Plain) -> Entry[R]:
    assert isinstance(value, dict)
    found, failure = value["result"], value["failure"]
    return Entry(
        str(value["name"]),
        int(str(value["size"])),
        int(str(value["modified"])),
        None if found is None else from_plain(result, found),
        None if failure is None else from_plain(Failure, failure),
    )


def refuse_within(data: DataSet, folder: Path) -> None:
    """Raise a `UsageError` where results would be among the data, which would be other data from then on."""
    inside = Path(data.root).is_dir() and folder.resolve().is_relative_to(Path(data.root).resolve())
    if inside and data.files:
        raise UsageError(f'"{folder}" is within the data, "{data.root}"', hint="name a folder beside it")


def refuse_folder(folder: Path) -> None:
    """Raise a `UsageError`, before any work, for a folder that cannot take the results of a job."""
    if not (folder / FOLDER).is_dir() and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f'"{folder}" is not an empty folder', hint="name a new folder for the results")
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        what = "read-only" if there.is_dir() else "a file"
        raise UsageError(f'"{folder}" cannot be written: "{there}" is {what}', hint="name a folder elsewhere")


def open_manifest(folder: Path, result: type[R], facts: Plain) -> Manifest[R]:
    """The manifest of the job that is described by `facts`, in the output folder; made where there is none.

    A `UsageError` where the folder holds anything else: results of two jobs are never mixed.
    """
    identity = hashlib.sha256(dump(facts).encode()).hexdigest()
    job = folder / FOLDER
    described = job / "job.json"
    if described.is_file():
        with suppress(ValueError, OSError):
            known = parse(described.read_bytes())
            if isinstance(known, dict) and known.get("sha256") == identity:
                manifest = Manifest(job / "files.jsonl", result)
                manifest.read()
                return manifest
        raise UsageError(
            f'"{folder}" has the results of another job', hint="name another folder, or delete this one"
        )
    refuse_folder(folder)
    job.mkdir(parents=True, exist_ok=True)
    text = dump({"sha256": identity, "job": facts}) + "\n"

    def write(stream: BinaryIO) -> None:
        stream.write(text.encode())

    write_atomically(described, write)
    return Manifest(job / "files.jsonl", result)


def work(
    function: Callable[[P], R],
    parts: Sequence[P],
    engine: Engine,
    manifest: Manifest[R] | None = None,
    listener: Listener = ignore,
    *,
    what: str = "file",
    again: str = "",
    strict: bool = False,
) -> Iterator[tuple[P, R]]:
    """The result of each part, in the order of the parts; those in the manifest are not computed again.

    The listener hears of each file that is done and of each that failed; `what` is how it calls them, and
    `again` how an interrupted job goes on. A `DataError` where all failed; if `strict`, at the first failure.
    """
    open_parts = [part for part in parts if manifest is None or not manifest.has(part)]
    known = len(parts) - len(open_parts)
    if known:
        listener(Note("resumed", f"{counted(known, what)} of {len(parts):,} done before"))
    results: dict[str, R] = {}
    failures: list[Failure] = []
    listener(FilesAhead(len(open_parts), what))
    try:
        for number, result in run_partitions(function, open_parts, engine):
            file = open_parts[number].file
            if isinstance(result, Failure):
                if strict:
                    raise DataError(result.message, hint=result.hint)
                failures.append(result)
                listener(FileFailed(file.name, result.message, result.hint))
                entry: Entry[R] = Entry(file.name, *_stamp(file), None, result)
            else:
                results[file.name] = result
                entry = Entry(file.name, *_stamp(file), result, None)
            if manifest is not None:
                manifest.add(entry)
            listener(FileDone(file.name))
    except (Interrupted, KeyboardInterrupt):
        if again:
            done = counted(known + len(results), what)
            listener(Note("interrupted", f"{done} of {len(parts):,} done; {again}"))
        raise
    if failures and len(failures) == len(parts):
        first = failures[0]
        message = first.message if len(parts) == 1 else f"none of the {len(parts):,} {what}s: {first.message}"
        raise DataError(message, hint=first.hint)
    for part in parts:
        stored = None if manifest is None else manifest.entries.get(part.file.name)
        found = results.get(part.file.name, None if stored is None else stored.result)
        if found is not None:
            yield part, found


def _stamp(file: DataFile) -> tuple[int, int]:
    try:
        status = file.path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
