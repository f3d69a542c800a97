"""`check` on a data set: findings of each file, which add up, and the plan of the series to train on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forecast import workflow
from forecast.data.frequency import Frequency
from forecast.diagnostics.together import FileProfile, has_step, other_steps, profile_of_file
from forecast.engines.calls import Engine
from forecast.errors import DataError
from forecast.events import FileFailed, Listener, ignore
from forecast.jobs.job import work
from forecast.jobs.sample import training_sample
from forecast.jobs.scan import Scanned, refuse_shared, series_numbers
from forecast.reading.reader import read_as_far_as_possible
from forecast.reporting.data_report import DataReport
from forecast.reporting.files_report import SampleChecked, files_report
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest
from forecast.tables.dataset import refuse_other_columns
from forecast.tables.files import DataFile, DataSet


@dataclass(frozen=True, slots=True)
class CheckPart:
    """A file to look at, and how the whole is read."""

    file: DataFile
    read: ReadSpec
    frequency: Frequency
    """Of the sample: that of a file whose rows show none."""
    output: None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What is found in a file."""

    scanned: Scanned
    profile: FileProfile | None
    """None where a column is missing that is read."""
    fits: bool = True
    """Whether it has series that can be read in the step of the whole."""


def check(
    data: DataSet, request: TrainRequest, engine: Engine, listener: Listener = ignore, *, root: str = ""
) -> DataReport:
    """What is found in all files, and what `train` would do with the series that it would choose.

    A file that cannot be used is left out: the listener hears of it, as of each series skipped. Files with
    other columns, and series in two files, are findings, and `DataReport.refusal` is the first; files of
    another step are findings, and left out.
    `root` is what the report calls the data. Raises a `DataError` where no file can be read.
    """
    reading, files = training_sample(data, request.read, None)
    parts = [CheckPart(file, reading.read, reading.panel.frequency) for file in data.files]
    done = list(work(check_file, parts, engine, listener=listener, strict=request.read.policy.is_strict))
    differing = _differing(done, reading.read)
    profiles = [each.profile for _, each in done if each.profile is not None]
    for profile in profiles:
        for series in profile.skipped:
            listener(series)
    unfit = {part.file.name for part, each in done if not each.fits}
    stepping = other_steps(profiles, reading.panel.frequency.adjective, unfit)
    if stepping and request.read.policy.is_strict:
        differing, stepping = [*differing, *stepping], []
    for error in stepping:
        listener(FileFailed(str(error.where), str(error), error.hint))
    refusal, plan = differing[0] if differing else None, None
    try:
        reading, plan = workflow.planned(reading, request)
    except DataError as error:
        refusal = refusal or error
    checked = SampleChecked(replace(reading, source=root or data.root), files, plan, reading.panel)
    return files_report(
        profiles, checked, failed=len(parts) - len(done), differing=[*differing, *stepping], refusal=refusal
    )


def check_file(part: CheckPart) -> Checked:
    """What is found in one file: a function of the part alone."""
    source = DataSet(part.file.name, (part.file,))
    partial, refusal = read_as_far_as_possible(source, part.read)
    names = part.file.parquet_columns() or partial.file.names
    if refusal is not None and partial.rows is not None and partial.frequency is None:
        partial, refusal = read_as_far_as_possible(source, part.read, frequency=part.frequency)
    if refusal is not None and partial.roles is None:
        return Checked(Scanned(names, series_numbers([])), None)  # lacks a column: a finding of all files
    if refusal is not None:
        raise refusal
    assert partial.reading is not None
    ids = partial.reading.panel.ids if partial.rows is None else partial.rows.ids
    profile = profile_of_file(part.file.name, partial)
    return Checked(Scanned(names, series_numbers(ids)), profile, fits=_fits(source, part, profile))


def _fits(source: DataSet, part: CheckPart, profile: FileProfile) -> bool:
    """Whether a file can be read in the step of the whole, as `train` reads it."""
    if not has_step(profile) or profile.frequency.adjective == part.frequency.adjective:
        return True
    return read_as_far_as_possible(source, part.read, frequency=part.frequency)[1] is None


def _differing(done: Sequence[tuple[CheckPart, Checked]], read: ReadSpec) -> list[DataError]:
    """Why files do not belong together: other columns, series in two of them."""
    whole = [(part.file, each.scanned, each.profile) for part, each in done if each.profile is not None]
    first, expected, _ = whole[0]
    found = []
    for part, each in done:
        try:
            refuse_other_columns(first.name, expected.columns, part.file.name, each.scanned.columns)
        except DataError as error:
            found.append(error)
    try:
        refuse_shared([file for file, _, _ in whole], [scanned.series for _, scanned, _ in whole], read)
    except DataError as error:
        found.append(error)
    return found
