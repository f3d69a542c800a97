"""The command `forecast report`."""

import sys
from pathlib import Path
from typing import BinaryIO

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import check_file
from forecast.cli.picture_options import ReportFile
from forecast.errors import UsageError


def report(
    ctx: typer.Context,
    path: options.ModelArgument = None,
    *,
    model: options.ModelToShow = None,
    output: ReportFile = None,
) -> None:
    """Write an HTML page about MODEL to hand over.

    forecast report harvest.forecast
    forecast report harvest.forecast --output harvest.html
    """
    console: Console = ctx.obj
    if path is not None and model is not None:
        raise UsageError("the model is named twice", hint="forecast report MODEL, without --model")
    path = paths.model_to_read(path or model, None)
    file = Path(f"{path.name.removesuffix('.forecast')}.html") if output is None else output
    if str(file) != "-" and file.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f'--output: "{file}" does not end in .html', hint="a report is an HTML page")
    if str(file) != "-":
        check_file(file, (path,), "--output")
    from forecast import pictures, workflow
    from forecast.atomic import write_atomically
    from forecast.reporting.report import NEWEST_ROWS

    loaded = workflow.load(path)
    console.note("model", str(path))
    content = pictures.report(loaded).encode()
    if str(file) == "-":
        sys.stdout.buffer.write(content)
        return

    def write(stream: BinaryIO) -> None:
        stream.write(content)

    write_atomically(file, write)
    console.note("saved", str(file))
    console.warn(NEWEST_ROWS)
