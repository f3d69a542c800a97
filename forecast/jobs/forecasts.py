"""Forecasts of a data set: one file of them for each file of series."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Literal

from forecast import workflow
from forecast.atomic import write_atomically
from forecast.data.arrays import Integers
from forecast.data.digits import Digits, rounded_table
from forecast.data.results import ResultTable
from forecast.engines.calls import Engine
from forecast.engines.parts import kept
from forecast.errors import ModelError, UsageError
from forecast.events import Event, FileFailed, Listener, SeriesSkipped, Warned, ignore
from forecast.forecasters.model import RecurrentForecaster
from forecast.jobs import grouped
from forecast.jobs.grouped import Asked
from forecast.jobs.job import FOLDER, Manifest, open_manifest, refuse_folder, refuse_within, work
from forecast.jobs.large import in_parts
from forecast.jobs.sample import untrained_for
from forecast.jobs.scan import refuse_mixed_files
from forecast.output.writing import for_spreadsheets, write
from forecast.phrases import counted, listed
from forecast.reporting.history import read_as
from forecast.serialize import to_plain
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest
from forecast.storage import groups, modelfile
from forecast.storage.groups import Groups
from forecast.tables.dataset import SUFFIXES
from forecast.tables.files import DataFile, DataSet
from forecast.version import __version__

PartFormat = Literal["csv", "tsv", "jsonl", "parquet"]
"""Formats whose files can be written one by one, and one after another."""


@dataclass(frozen=True, slots=True)
class ForecastOptions:
    """What is forecast for every series, and how it is written."""

    horizon: int | None = None
    levels: tuple[float, ...] = (80.0,)
    total: bool = False
    read: ReadSpec | None = None
    format: PartFormat | None = None
    """None: that of each file of the data, Parquet or CSV."""
    digits: Digits = "full"
    excel_safe: bool = False
    made_from: str = ""
    """What a model without training was made from; another request is another job."""


@dataclass(frozen=True, slots=True)
class ForecastPart:
    """A file of series, and all that the file of its forecasts follows from."""

    file: DataFile
    output: Path
    model: Path
    digest: str
    """SHA-256 of the model file."""
    options: ForecastOptions


@dataclass(frozen=True, slots=True)
class Written:
    """What a file of forecasts holds."""

    series: int
    rows: int
    skipped: tuple[SeriesSkipped, ...] = ()
    failed: tuple[FileFailed, ...] = ()
    """Groups that could not be forecast."""
    without_model: str = ""
    """A sentence about groups that have no model; "" where all have one."""


def predict(
    data: DataSet,
    chosen: RecurrentForecaster | Groups | TrainRequest,
    folder: Path,
    options: ForecastOptions,
    engine: Engine,
    listener: Listener = ignore,
    *,
    remark: str = "",
    goes_on: bool = True,
) -> list[tuple[Path, Written]]:
    """Forecast each file of the data into a file of the same name in `folder`.

    Without a model, the request for what needs no training gives one, from a sample of the data. An
    interrupted call goes on where it was, if it is repeated. A file that cannot be read fails alone: the
    listener hears of it. Without `goes_on` an interruption is not said to go on: the folder will be gone.
    `DataError` for files that hold the same series or differ in columns, `UsageError` for a folder of other
    results.
    """
    refuse_within(data, folder)
    refuse_folder(folder)
    read = options.read or ReadSpec()
    if isinstance(chosen, TrainRequest):
        options, read = replace(options, made_from=repr(chosen)), chosen.read
    with kept(engine), in_parts(data, read, folder, listener) as files:
        model = _model_of_job(files, chosen, folder, remark, listener)
        parts, manifest = _plan(files, model, folder, options, engine)
        done: list[tuple[Path, Written]] = []
        heard: set[str] = set()
        again, strict = "the same command goes on" * goes_on, read.policy.is_strict
        for part, written in work(
            forecast_part, parts, engine, manifest, listener, again=again, strict=strict
        ):
            _report(written, heard, listener)
            done.append((part.output, written))
        _name_left_over(manifest, parts, listener)
    return done


def _name_left_over(manifest: Manifest[Written], parts: Sequence[ForecastPart], listener: Listener) -> None:
    """Say which results are of files that are no longer there."""
    left = manifest.entries.keys() - {part.file.name for part in parts}
    if left:
        text = f"{counted(len(left), 'file')} of an earlier run no longer in the data: {listed(sorted(left))}"
        listener(Warned(f"{text}; forecasts of these are still in the folder"))


def _report(written: Written, heard: set[str], listener: Listener) -> None:
    """Tell of what was left out of a file; of groups without a model once."""
    events: tuple[Event, ...] = (*written.skipped, *written.failed)
    for event in events:
        listener(event)
    if written.without_model and written.without_model not in heard:
        listener(Warned(written.without_model))
        heard.add(written.without_model)


def _model_of_job(
    data: DataSet,
    chosen: RecurrentForecaster | Groups | TrainRequest,
    folder: Path,
    remark: str,
    listener: Listener,
) -> RecurrentForecaster | Groups:
    """The model, or those of groups; without one that of the job's beginning, or one made from a sample."""
    if not isinstance(chosen, TrainRequest):
        return chosen
    stored = stored_model(folder)
    if stored.is_file():
        return modelfile.load(stored)
    return untrained_for(data, chosen, remark=remark, listener=listener)


def _plan(
    data: DataSet,
    model: RecurrentForecaster | Groups,
    folder: Path,
    options: ForecastOptions,
    engine: Engine,
) -> tuple[list[ForecastPart], Manifest[Written]]:
    """The parts of the job, and its manifest; the model is written beside it, where workers read it."""
    first = model.model(model.values[0]) if isinstance(model, Groups) else model
    refuse_mixed_files(data, replace(read_as(first, options.read), where=None), engine)
    content = model.path.read_bytes() if isinstance(model, Groups) else modelfile.encode(model)
    digest = hashlib.sha256(content).hexdigest()
    facts = {"verb": "predict", "model": digest, "options": to_plain(options), "version": __version__}
    outputs = _outputs(data, folder, options.format)
    manifest = open_manifest(folder, Written, facts)
    stored = stored_model(folder)
    write_atomically(stored, lambda stream: _put(stream, content))
    files = zip(data.files, outputs, strict=True)
    return [ForecastPart(file, output, stored, digest, options) for file, output in files], manifest


def stored_model(folder: Path) -> Path:
    """Where a job keeps its model: one that goes on has the same, whatever the data have become."""
    return folder / FOLDER / "model.forecast"


def forecast_part(part: ForecastPart) -> Written:
    """Write the forecasts of one file: a function of the part alone."""
    model, options = _model(part.model, part.digest), part.options
    heard: list[Event] = []
    source = DataSet(part.file.name, (part.file,))
    failed: tuple[FileFailed, ...] = ()
    without_model = ""
    if isinstance(model, Groups):
        asked = Asked(options.horizon, options.levels, options.total, options.read)
        whole = grouped.predict(model, source, asked, listener=heard.append)
        table, places, series = whole.table, whole.places, whole.series
        failed = tuple(event for event in heard if isinstance(event, FileFailed))
        without_model = whole.without_model
    else:
        found = workflow.predict(
            model,
            source,
            read=options.read,
            horizon=options.horizon,
            levels=options.levels,
            total=options.total,
            listener=heard.append,
        )
        table, places, series = found.to_table(), found.row_places, len(found.ids)
    _write(part, table, places)
    skipped = tuple(event for event in heard if isinstance(event, SeriesSkipped))
    return Written(series, len(next(iter(table.values()))), skipped, failed, without_model)


def _write(part: ForecastPart, table: ResultTable, places: Integers | None) -> None:
    """Write the file of one part."""
    options = part.options
    format = _format(part.file, options.format)
    if format != "parquet":
        table = rounded_table(table, options.digits, places)
    if options.excel_safe and format in ("csv", "tsv"):
        table = for_spreadsheets(table)
    part.output.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(
        part.output,
        lambda stream: write(
            table, stream, format=format, schema="forecast.predict/1", like=part.file.parquet_path
        ),
    )


def concatenate(files: Sequence[Path], stream: BinaryIO, *, has_header: bool) -> None:
    """Write files of one format one after another; of a second header nothing."""
    for number, path in enumerate(files):
        with open(path, "rb") as source:
            if number and has_header:
                source.readline()
            shutil.copyfileobj(source, stream, 1 << 20)


def _put(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)


@lru_cache(maxsize=2)
def _model(path: Path, digest: str) -> RecurrentForecaster | Groups:
    """The model of a job, or those of its groups, which a worker reads once."""
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ModelError(
            "is another model than that of this job", where=str(path), hint="start the job again"
        )
    return groups.load(path) if groups.are_in(path) else modelfile.load(path)


def _format(file: DataFile, format: PartFormat | None) -> PartFormat:
    return format or ("parquet" if file.name.lower().endswith((".parquet", ".pq")) else "csv")


def _outputs(data: DataSet, folder: Path, format: PartFormat | None) -> list[Path]:
    """The file of results for each file; a `UsageError` where two would be one."""
    outputs = [folder / f"{_stem(file.name)}.{_format(file, format)}" for file in data.files]
    twice = (
        {path for path in outputs if outputs.count(path) > 1} if len(set(outputs)) < len(outputs) else set()
    )
    if twice:
        raise UsageError(
            f'two files of {data.root} would both give "{min(twice)}"', hint="give them different names"
        )
    return outputs


def _stem(name: str) -> str:
    suffix = max((each for each in SUFFIXES if name.lower().endswith(each)), key=len, default="")
    return name[: len(name) - len(suffix)]
