"""`train --per COLUMN`: a model for each value of a column, in one file, and the forecasts by such a file."""

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from forecast import workflow
from forecast.engines.calls import Engine
from forecast.errors import DataError, Interrupted, UsageError
from forecast.events import (
    CheckpointSaved,
    Event,
    Listener,
    Note,
    SeriesSkipped,
    Warned,
    ignore,
)
from forecast.jobs.job import FOLDER, Manifest, open_manifest, work
from forecast.jobs.large import in_parts
from forecast.jobs.sample import training_sample
from forecast.jobs.training import TrainOptions
from forecast.jobs.training import train as train_sample
from forecast.phrases import JOINER, counted, shown
from forecast.reading.opening import open_table
from forecast.reading.reader import read_panel
from forecast.reading.roles import find_roles
from forecast.reporting.reading_notes import note_reading
from forecast.serialize import Plain, to_plain
from forecast.spec.reading import ReadSpec, Target
from forecast.spec.training import TrainRequest
from forecast.storage import groups as storage
from forecast.storage import modelfile
from forecast.storage.groups import Groups
from forecast.tables.dataset import ROWS_IN_MEMORY
from forecast.tables.files import DataFile, DataSet
from forecast.tables.table import Table
from forecast.training.resume import SUFFIX as CHECKPOINT
from forecast.version import __version__

SUFFIX = ".groups"
"""Suffix after the model's name: the folder of a job that is not finished."""

_OF_GROUPS = "name a column whose values are groups of series, such as a region"


@dataclass(frozen=True, slots=True)
class GroupPart:
    """A group, and all that its model follows from."""

    file: DataFile
    """Named as the group; the first of the files that hold it."""
    output: Path
    data: DataSet
    """The files that hold it."""
    request: TrainRequest
    """Reads the rows of the group alone."""
    stamps: tuple[tuple[int, int], ...]
    """Size and time of change of each file."""
    rows: int


@dataclass(frozen=True, slots=True)
class TrainedGroup:
    """What happened while a group was trained."""

    series: int
    rows: int
    warnings: tuple[str, ...] = ()
    skipped: tuple[SeriesSkipped, ...] = ()


def train(
    data: DataSet,
    column: str,
    request: TrainRequest,
    options: TrainOptions,
    engine: Engine,
    listener: Listener = ignore,
) -> Groups:
    """A model of the rows of each value of a column, in the file `options.model`.

    A group that cannot be trained is left out, and the listener hears why; a `DataError` where none can be.
    `options.resume` goes on with an interrupted job.
    """
    assert options.model is not None
    modelfile.check_writable(options.model)
    with in_parts(data, request.read, options.model, listener, by=[column]) as files:
        found = find_groups(files, column, request.read, listener)
        request = replace(request, read=found.read)
        folder = options.model.with_name(options.model.name + SUFFIX).absolute()
        parts = [
            _part(number, value, column, found, files, request, folder)
            for number, value in enumerate(sorted(found.files))
        ]
        with _job(folder, column, request, parts, options, listener) as manifest:
            listener(Note("groups", f"{counted(len(parts), 'model')}, one for each {shown(column)}"))
            done = {}
            strict = request.read.policy.is_strict
            for part, trained in work(
                train_group, parts, engine, manifest, listener, what="group", strict=strict
            ):
                done[part.file.name] = part.output
                for text in trained.warnings:
                    listener(Warned(f"{part.file.name}: {text}"))
                for series in trained.skipped:
                    listener(series)
            storage.save(column, done, options.model)
        shutil.rmtree(folder)
    return storage.load(options.model)


def train_group(part: GroupPart) -> TrainedGroup:
    """Train one group and save its model: a function of the part alone."""
    skipped: list[SeriesSkipped] = []
    warnings: list[str] = []

    def listen(event: Event) -> None:
        match event:
            case SeriesSkipped():
                skipped.append(event)
            case Warned(message):
                warnings.append(message)

    options = TrainOptions(None, part.output, resume=_checkpoint(part.output).exists())
    if part.rows > ROWS_IN_MEMORY:
        model = train_sample(part.data, part.request, options, Engine(), listen).model
    else:
        read = part.request.read
        # Of data that fit into memory the rows of all groups are read once.
        fits = part.data.rows <= ROWS_IN_MEMORY
        table = _opened(part.data, replace(read, where=None) if fits else read, part.stamps)
        model = workflow.train(
            table, part.request, model=part.output, resume=options.resume, listener=listen
        ).model
    return TrainedGroup(model.card.series, model.card.rows, tuple(warnings), tuple(skipped))


@dataclass(frozen=True, slots=True)
class Found:
    """The groups of a data set, and how all of them are read."""

    read: ReadSpec
    files: dict[str, tuple[int, ...]]
    """Value -> the positions of the files that hold it."""
    rows: Counter[str]
    """Value -> its rows."""


def find_groups(data: DataSet, column: str, read: ReadSpec, listener: Listener = ignore) -> Found:
    """The values of the column; a `DataError` where it is not there, or one series has two of them.

    Roles of columns are found once, for all groups.
    """
    if read.wide:
        raise UsageError("--per is for rows, not for --wide", hint="leave out --wide")
    fits = data.rows <= ROWS_IN_MEMORY
    some = _opened(data, read, _stamps(data)) if fits else open_table(data.only(data.files[:1]), read)
    read = _beside(some, column, read)
    if not fits:
        reading, _ = training_sample(data, read, None, listener)
    else:
        reading = read_panel(some, read)
        note_reading(reading, listener)
    columns = reading.read.columns
    if column in (*(columns.time or "").split(JOINER), columns.target):
        what = "is the target" if column == columns.target else "has the times"
        raise DataError(f'--per: column "{shown(column)}" {what}', where=data.root, hint=_OF_GROUPS)
    ids = columns.series_names or (column,)
    kind = None if reading.read.target is None else Target(reading.read.target.kind)
    fixed = replace(reading.read, columns=replace(columns, series=JOINER.join(ids)), target=kind)
    files: dict[str, list[int]] = {}
    total: Counter[str] = Counter()
    for number, file in enumerate(data.files):
        table = _opened(data, read, _stamps(data)) if len(data.files) == 1 and fits else None
        table = table or open_table(data.only([file]), read, only=[*ids, column])
        rows = values_of(table, column, ids)
        total += rows
        for value in rows.keys() - {""}:
            files.setdefault(value, []).append(number)
    if not files:
        raise DataError(f'column "{column}" is empty', where=data.root)
    if empty := total[""]:
        listener(Warned(f"{counted(empty, 'row')} without a {shown(column)} left out"))
    return Found(fixed, {value: tuple(numbers) for value, numbers in files.items()}, total)


def _beside(table: Table, column: str, read: ReadSpec) -> ReadSpec:
    """How to read what is beside the column of groups: it is no target that is guessed."""
    others = replace(table, columns=tuple(table.without(table.column(column))))
    if read.columns.target is not None or read.target is not None:
        return read
    with suppress(DataError):
        if find_roles(table, read).target.name != column:
            return read
    with suppress(DataError):
        target = find_roles(others, read).target.name
        return replace(read, columns=replace(read.columns, target=target))
    return read  # whose reading says what is wrong


def values_of(table: Table, column: str, ids: Sequence[str]) -> Counter[str]:
    """The texts of a column, with their number of rows; a `DataError` where one series has two of them."""
    found = table.column(column)
    counts = np.bincount(found.codes, minlength=len(found.texts))
    if column not in ids and all(name in table.names for name in ids):
        series = table.column(JOINER.join(ids))
        pairs = np.unique(series.codes.astype(np.int64) * len(found.texts) + found.codes)
        owners, first, uses = np.unique(pairs // len(found.texts), return_index=True, return_counts=True)
        if (uses > 1).any():
            number = int(np.argmax(uses > 1))
            one, two = (found.texts[pair % len(found.texts)] for pair in pairs[first[number] :][:2])
            words = " ".join(f"--id {name}" for name in (column, *ids))
            hint = f"{words} tells its parts apart" if len(found.texts) <= len(series.texts) else _OF_GROUPS
            raise DataError(
                f'series "{shown(series.texts[owners[number]])}" has rows of "{one}" and of "{two}" '
                f'in column "{column}"',
                where=table.source,
                hint=hint,
            )
    return Counter({text: int(count) for text, count in zip(found.texts, counts, strict=True) if count})


def _part(
    number: int,
    value: str,
    column: str,
    found: Found,
    data: DataSet,
    request: TrainRequest,
    folder: Path,
) -> GroupPart:
    files = [data.files[index] for index in found.files[value]]
    mine = data.only(files)
    asked = replace(request, read=replace(request.read, where=(column, value)))
    model, file = folder / f"{number:04}.forecast", DataFile(files[0].path, value)
    return GroupPart(file, model, mine, asked, _stamps(mine), found.rows[value])


@contextmanager
def _job(
    folder: Path,
    column: str,
    request: TrainRequest,
    parts: Sequence[GroupPart],
    options: TrainOptions,
    listener: Listener,
) -> Iterator[Manifest[TrainedGroup]]:
    """The manifest of the job, new or gone on with; an interruption says how to go on."""
    if folder.exists() and not options.resume:
        if not (folder / FOLDER).is_dir():
            raise UsageError(f'"{folder}" is in the way', hint="move it, or name another --model")
        listener(Warned(f"{folder} is from an interrupted training: this one starts again and replaces it"))
        shutil.rmtree(folder)
    facts = {
        "verb": "train",
        "per": column,
        "groups": [part.file.name for part in parts],
        "files": [list(stamp) for part in parts for stamp in part.stamps],
        "request": _plain(replace(request, max_time=None)),
        "version": __version__,
    }
    try:
        manifest = open_manifest(folder, TrainedGroup, facts)
    except UsageError:
        raise UsageError(
            "--resume: the interrupted training had other data or options",
            hint="leave out --resume to start again",
        ) from None
    try:
        yield manifest
    except BaseException as error:
        done = sum(1 for part in parts if manifest.has(part))
        if isinstance(error, Interrupted | KeyboardInterrupt):
            listener(CheckpointSaved(str(folder), f"{done} of {counted(len(parts), 'group')}"))
        elif not done:
            shutil.rmtree(folder)
        raise


def _plain(request: TrainRequest) -> Plain:
    """All that the request asks, as plain values; a model to start from by its content."""
    start = request.from_
    if not isinstance(start, Path):
        return to_plain(request)
    return [to_plain(replace(request, from_=None)), hashlib.sha256(start.read_bytes()).hexdigest()]


def _checkpoint(model: Path) -> Path:
    return model.with_name(model.name + CHECKPOINT)


def _stamps(data: DataSet) -> tuple[tuple[int, int], ...]:
    status = [file.path.stat() for file in data.files]
    return tuple((each.st_size, each.st_mtime_ns) for each in status)


def _opened(data: DataSet, read: ReadSpec, stamps: tuple[tuple[int, int], ...]) -> Table:
    """The rows of all groups, which a worker reads once."""
    return _table(data, ReadSpec(notation=read.notation, where=read.where), stamps)


@lru_cache(maxsize=1)
def _table(data: DataSet, read: ReadSpec, _stamps: tuple[tuple[int, int], ...]) -> Table:
    return open_table(data, read)
