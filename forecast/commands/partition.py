"""The command `forecast partition`."""

from pathlib import Path
from typing import Annotated

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.engine_options import FILES
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.options import option
from forecast.cli.reading_options import read_spec
from forecast.errors import UsageError
from forecast.phrases import counted
from forecast.spec.reading import ReadSpec

_Data = Annotated[
    str | None,
    typer.Argument(metavar="DATA", help="A file, or a folder or 'glob' of files.", show_default=False),
]
_By = Annotated[
    list[str] | None,
    option(
        "--by",
        metavar="NAME",
        help="Column whose equal values go into one file; repeat.  [default: the series id]",
        panel=FILES,
    ),
]
_Files = Annotated[
    int | None,
    option("--files", metavar="N", help="Files to write.  [default: one for each million rows]", panel=FILES),
]
_Folder = Annotated[
    Path | None,
    option(
        "--output",
        "-o",
        metavar="FOLDER",
        help="New folder for them, there when all is written.  [default: STEM-parts]",
        panel=options.OUTPUT,
    ),
]


@takes("read", read_spec)
def partition(
    ctx: typer.Context,
    data: _Data = None,
    *,
    by: _By = None,
    files: _Files = None,
    read: ReadSpec,
    output: _Folder = None,
) -> None:
    """Put the rows of each series into one of many Parquet files.

    forecast partition sales.csv
    forecast partition stores/ --by store --files 32 --output parts
    forecast predict parts/ --output next/ --workers 4
    """
    console: Console = ctx.obj
    source = needed_source(ctx, data)
    if not isinstance(source, Path):
        raise UsageError("partition reads files", hint="name a file, a folder or a glob")
    from forecast.jobs.split import partition as split
    from forecast.tables.dataset import find_data_set, single
    from forecast.tables.source import is_data_set

    several = is_data_set(source)
    found = find_data_set(source) if several else single(source)
    folder = output or Path(f"{paths.model_to_write(None, source).stem}-parts")
    made = split(found, folder, by=by or (), files=files, read=read, listener=console.listen)
    columns = ", ".join(made.by)
    console.note("saved", f"{made.folder}: {counted(made.files, 'file')}, {made.rows:,} rows, by {columns}")
