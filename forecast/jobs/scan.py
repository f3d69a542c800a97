"""What must hold for a data set as a whole: the same columns in every file, each series in one file."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forecast.data.frequency import Frequency
from forecast.engines.calls import Engine, Failure
from forecast.engines.parts import run_partitions
from forecast.errors import DataError
from forecast.phrases import JOINER, shown
from forecast.reading.opening import open_table
from forecast.reading.reader import read_panel
from forecast.serialize import parse
from forecast.spec.reading import ReadSpec
from forecast.tables.dataset import refuse_other_columns
from forecast.tables.files import DataFile, DataSet

MARK = "_partition.json"
"""File in a folder that `forecast partition` made: by which columns."""

PART_NAME = re.compile(r"part-\d{4,}\.parquet")
"""Names of the files that it writes; any other was added later."""


@dataclass(frozen=True, slots=True)
class ScanPart:
    """A file to look at."""

    file: DataFile
    read: ReadSpec
    frequency: Frequency | None
    """In which strict reading must find nothing wrong; None where that is seen later."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """The columns of a file, and a number for each of its series, sorted."""

    columns: tuple[str, ...]
    series: NDArray[np.uint64]


def refuse_mixed_files(
    data: DataSet, read: ReadSpec, engine: Engine, frequency: Frequency | None = None
) -> None:
    """Raise a `DataError` where files differ in columns or hold the same series; `read` names the id.

    A file that cannot be read says nothing here: it fails where it is worked on. Strict reading refuses it
    here, and with a `frequency` what cannot be read in that step.
    """
    everything = frequency is not None and read.policy.is_strict
    if len(data.files) == 1 or (not everything and is_partitioned(data, read.columns.series_names)):
        return
    parts = [ScanPart(file, read, frequency if everything else None) for file in data.files]
    found: dict[int, Scanned] = {}
    for number, result in run_partitions(scan, parts, engine):
        if not isinstance(result, Failure):
            found[number] = result
        elif read.policy.is_strict:
            raise DataError(result.message, hint=result.hint)
    if not found:
        return
    numbers = sorted(found)
    for number in numbers[1:]:
        refuse_other_columns(
            data.files[numbers[0]].name,
            found[numbers[0]].columns,
            data.files[number].name,
            found[number].columns,
        )
    refuse_shared(
        [data.files[number] for number in numbers], [found[number].series for number in numbers], read
    )


def scan(part: ScanPart) -> Scanned:
    """The columns of a file and its series."""
    names, source = part.read.columns.series_names, DataSet(part.file.name, (part.file,))
    table = open_table(source, part.read, only=None if part.frequency else names or None)
    if part.frequency is not None:
        for skipped in read_panel(table, part.read, frequency=part.frequency).skipped:
            raise DataError(
                f'series "{shown(skipped.id)}" cannot be used: {skipped.reason}', where=part.file.name
            )
    ids = table.column(JOINER.join(names)).texts if names else [""]
    return Scanned(part.file.parquet_columns() or table.names, series_numbers(ids))


def series_numbers(ids: Sequence[str]) -> NDArray[np.uint64]:
    """(series,) a number for each id, sorted."""
    return np.sort(np.array([_number(id) for id in ids], dtype=np.uint64))


def is_partitioned(data: DataSet, ids: Sequence[str]) -> bool:
    """Whether `forecast partition` made the folder by columns that are among these of the id."""
    try:
        known = parse((Path(data.root) / MARK).read_bytes())
    except (OSError, ValueError):
        return False
    if not isinstance(known, dict):
        return False
    by, added = known.get("by"), [file for file in data.files if not PART_NAME.fullmatch(file.name)]
    return isinstance(by, list) and bool(by) and set(by) <= set(ids) and not added


def _number(id: str) -> int:
    digest = hashlib.blake2b(id.encode(errors="surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def refuse_shared(files: Sequence[DataFile], series: Sequence[NDArray[np.uint64]], read: ReadSpec) -> None:
    """Raise a `DataError` where two files hold the same series; `series` are the numbers of each file."""
    everything = np.concatenate(series)
    numbers, counts = np.unique(everything, return_counts=True)
    shared = numbers[counts > 1]
    if not len(shared):
        return
    owner = np.repeat(np.arange(len(files)), [len(each) for each in series])
    first, second = (files[index] for index in owner[everything == shared[0]][:2])
    name = next(id for id in _ids(first, read) if _number(id) == int(shared[0]))
    raise DataError(
        f'{len(shared):,} series in more than one file: "{shown(name)}" in {first.name} and in {second.name}',
        hint="forecast partition DATA puts each series into one file",
    )


def _ids(file: DataFile, read: ReadSpec) -> list[str]:
    names = read.columns.series_names
    table = open_table(DataSet(file.name, (file,)), read, only=names or None)
    return table.column(JOINER.join(names)).texts if names else [""]
