"""`forecast predict` of a data set, file by file."""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from forecast.cli.console import Console
from forecast.cli.delivery import plan_delivery
from forecast.cli.files import is_folder
from forecast.cli.skipped import plan_list
from forecast.commands.answering import Answering, groups_of, opened
from forecast.errors import UsageError
from forecast.phrases import counted
from forecast.spec.training import TrainRequest

if TYPE_CHECKING:
    from forecast.cli.options import OutputFormat
    from forecast.engines.calls import Engine
    from forecast.jobs.forecasts import PartFormat, Written
    from forecast.tables.files import DataSet

_ROW_BY_ROW = ("csv", "tsv", "jsonl")


def predict_files(
    data: "DataSet",
    answering: Answering,
    engine: "Engine",
    output: Path | None,
    asked: dict[str, Any],
    *,
    format: "OutputFormat",
    refused: Mapping[str, object],
    skipped: Path | None,
    console: Console,
) -> None:
    """Write a file of forecasts for each file of the data, or all of them as one stream."""
    for name, value in refused.items():
        if value is not None:
            raise UsageError(
                f"{name} is not read with a data set that goes file by file", hint="leave it out"
            )
    plan_list(skipped, console, output)
    forecast = partial(_forecast, data, answering, engine, asked=asked, console=console)
    if is_folder(output):
        assert output is not None
        written = forecast(output, format=_each(format))
        console.note("saved", f"{output}: {counted(len(written), 'file')}, {_counts(written)}")
        return
    one = plan_delivery(format, output=output, excel_safe=asked["excel_safe"], digits=asked["digits"])
    if one.format not in _ROW_BY_ROW:
        raise UsageError(
            f"{data.root} is forecast file by file: one {one.format} does not hold that",
            hint="--output FOLDER, or --format csv",
        )
    from forecast.atomic import write_atomically
    from forecast.jobs.forecasts import concatenate

    with tempfile.TemporaryDirectory(prefix="forecast-") as folder:
        written = forecast(Path(folder) / "parts", format=cast("PartFormat", one.format), goes_on=False)
        paths, has_header = [path for path, _ in written], one.format != "jsonl"
        if one.file is None:
            concatenate(paths, sys.stdout.buffer, has_header=has_header)
        else:
            write_atomically(one.file, lambda stream: concatenate(paths, stream, has_header=has_header))
            console.note("saved", f"{one.file}: {_counts(written)}")


def _counts(written: "Sequence[tuple[Path, Written]]") -> str:
    series, rows = (sum(getattr(each, name) for _, each in written) for name in ("series", "rows"))
    return f"{series:,} series, {counted(rows, 'row')}"


def _forecast(
    data: "DataSet",
    answering: Answering,
    engine: "Engine",
    folder: Path,
    *,
    asked: dict[str, Any],
    format: "PartFormat | None",
    console: Console,
    goes_on: bool = True,
) -> "list[tuple[Path, Written]]":
    from forecast.jobs.forecasts import ForecastOptions, predict

    groups = groups_of(answering, console)
    chosen, remark = opened(answering, asked["horizon"], console) if groups is None else (groups, "")
    # A request says itself how the data are read.
    read = None if isinstance(chosen, TrainRequest) else answering.read
    options = ForecastOptions(read=read, format=format, **asked)
    return predict(data, chosen, folder, options, engine, console.listen, remark=remark, goes_on=goes_on)


def _each(format: "OutputFormat") -> "PartFormat | None":
    """The format of each file; None for that of its data."""
    if format == "auto":
        return None
    if format not in (*_ROW_BY_ROW, "parquet"):
        raise UsageError(
            f"--format {format} is no format of many files", hint="leave it out, or csv, tsv, jsonl, parquet"
        )
    return cast("PartFormat", format)
