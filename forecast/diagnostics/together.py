"""The profile of a data set from those of its files: counts add up, places carry the name of their file."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Times
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.diagnostics.profile import (
    MAX_NAMED,
    ClassCount,
    ColumnKind,
    ColumnProfile,
    DataProfile,
    Occurrences,
    Place,
    SeriesCount,
    StepProfile,
    ValueSummary,
    examine,
)
from forecast.errors import DataError
from forecast.events import SeriesSkipped
from forecast.reading.reader import PartialRead


@dataclass(frozen=True, slots=True)
class FileProfile:
    """What is found in one file of a data set, as it is read for training."""

    name: str
    profile: DataProfile
    frequency: Frequency
    times: Times
    """(2,) the oldest and the newest; empty for labelled series."""
    rows: int
    """Rows after repairs."""
    shortest: int
    """Rows of the shortest series."""
    longest: int
    ids: tuple[str, ...]
    """Of its only series; () where there are several."""
    repairs: tuple[str, ...]
    skipped: tuple[SeriesSkipped, ...]


def profile_of_file(name: str, partial: PartialRead) -> FileProfile:
    """The profile of a file that could be read."""
    reading, panel = partial.reading, _panel(partial)
    assert reading is not None
    ends = (
        np.array([0, 0], dtype=np.int64) if not len(panel.times) else [panel.times.min(), panel.times.max()]
    )
    return FileProfile(
        name,
        examine(partial),
        panel.frequency,
        np.array([] if panel.target.kind == "label" else ends),
        rows=len(panel.values),
        shortest=int(panel.lengths.min()),
        longest=int(panel.lengths.max()),
        ids=panel.ids if len(panel) == 1 else (),
        repairs=reading.repairs,
        skipped=reading.skipped,
    )


def _panel(partial: PartialRead) -> Panel:
    assert partial.reading is not None
    return partial.reading.panel


def together(root: str, files: Sequence[FileProfile]) -> DataProfile:
    """The profile of all files, of which there is at least one.

    Distinct texts of a column are those of the file that has most: no file knows which texts others have.
    """
    profiles = [each.profile for each in files]
    return DataProfile(
        root,
        rows=sum(each.rows for each in profiles),
        columns=_columns([each.columns for each in profiles]),
        series=_total(each.series for each in profiles),
        step=_step(files),
        duplicates=_occurrences(files, lambda each: each.duplicates),
        missing=_occurrences(files, lambda each: each.missing),
        gaps=_occurrences(files, lambda each: each.gaps),
        absent=_total(each.absent for each in profiles),
        outliers=_occurrences(files, lambda each: each.outliers),
        values=_values([each.values for each in profiles if each.values is not None]),
        classes=_classes([each.classes for each in profiles if each.classes is not None]),
    )


def other_steps(files: Sequence[FileProfile], usual: str, unfit: Collection[str]) -> list[DataError]:
    """An error for each file that cannot be read in the `usual` step, which the names `unfit` say."""
    steps = {each.name: each.frequency.adjective for each in files if has_step(each)}
    same = [name for name, step in steps.items() if step == usual]
    like = f", such as {same[0]}" if same else ""
    others = f"{same[0]} is {usual}" if len(same) == 1 else f"others are {usual}{like}"
    return [
        DataError(
            f"is {step}, and {others}",
            where=name,
            hint="name those that belong together by a glob, or read all in one step: --freq weekly "
            "--resample mean",
        )
        for name, step in steps.items()
        if name in unfit
    ]


def has_step(file: FileProfile) -> bool:
    """Whether the rows of a file show a step."""
    return file.profile.step is not None and file.profile.step.of > 0


def _total(numbers: Iterable[int | None]) -> int | None:
    known = [each for each in numbers if each is not None]
    return sum(known) if known else None


def _columns(files: Sequence[tuple[ColumnProfile, ...]]) -> tuple[ColumnProfile, ...]:
    found = []
    for first in files[0]:
        same = [column for columns in files for column in columns if column.name == first.name]
        kinds = {column.kind for column in same} - {"empty"}
        kind: ColumnKind = "empty" if not kinds else kinds.pop() if len(kinds) == 1 else "text"
        part = next((column.part for column in same if column.part), "")
        different = max(column.different for column in same)
        found.append(ColumnProfile(first.name, kind, different, part, at_least=len(files) > 1))
    return tuple(found)


def _step(files: Sequence[FileProfile]) -> StepProfile | None:
    steps = [(each, each.profile.step) for each in files if each.profile.step is not None]
    if not steps:
        return None
    usual = Counter(step.adjective for each, step in steps if has_step(each)).most_common(1)
    times = np.concatenate([each.times for each, _ in steps])
    first, last = steps[0][0].frequency.text(np.array([times.min(), times.max()]))
    kept, of = (sum(getattr(step, name) for _, step in steps) for name in ("kept", "of"))
    return StepProfile(usual[0][0] if usual else steps[0][1].adjective, kept, of, first, last)


def _occurrences(
    files: Sequence[FileProfile], which: Callable[[DataProfile], Occurrences | None]
) -> Occurrences | None:
    """Those of all files: the first places, of outliers the farthest, and the series with the most."""
    found = [(file, each) for file in files if (each := which(file.profile)) is not None]
    if not found:
        return None
    places = [_named(file, place) for file, each in found for place in each.places]
    worst = [count for file, each in found for count in _worst(file, each)]
    return Occurrences(
        count=sum(each.count for _, each in found),
        places=tuple(sorted(places, key=lambda place: -(place.far or 0.0))[:MAX_NAMED]),
        in_series=sum(each.in_series for _, each in found),
        worst=tuple(sorted(worst, key=lambda each: -each.count)[:MAX_NAMED]),
    )


def _named(file: FileProfile, place: Place) -> Place:
    series = place.series if place.series is not None or not file.ids[:1] else (file.ids[0] or None)
    return replace(place, line=f"{file.name}, {place.line}", series=series)


def _worst(file: FileProfile, found: Occurrences) -> tuple[SeriesCount, ...]:
    if found.worst or not found.count or not file.ids:
        return found.worst
    return (SeriesCount(file.ids[0], found.count),)


def _values(found: Sequence[ValueSummary]) -> ValueSummary | None:
    if not found:
        return None
    count = sum(each.count for each in found)
    return ValueSummary(
        least=min(each.least for each in found),
        most=max(each.most for each in found),
        mean=sum(each.mean * (each.count / count) for each in found),
        whole=all(each.whole for each in found),
        count=count,
        zeros=sum(each.zeros for each in found),
        negative=sum(each.negative for each in found),
        constant=sum(each.constant for each in found),
    )


def _classes(found: Sequence[tuple[ClassCount, ...]]) -> tuple[ClassCount, ...] | None:
    if not found:
        return None
    counts: Counter[str] = Counter()
    for each in found:
        counts.update({one.name: one.count for one in each})
    return tuple(ClassCount(name, count) for name, count in counts.most_common())
