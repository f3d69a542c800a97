"""Whether data are read at once or from file to file."""

from pathlib import Path
from typing import TYPE_CHECKING

from forecast.cli.delivery import Delivery, has_known_suffix
from forecast.cli.engine_options import EngineChoice
from forecast.errors import UsageError

if TYPE_CHECKING:
    from forecast.tables.files import DataSet

_SMALL_BYTES = 8 << 20
"""A file below this size is read at once, whatever is in it."""


def by_files(source: str | Path | None, choice: EngineChoice, output: Path | None = None) -> "DataSet | None":
    """The data set that is worked on file by file; None for data that are read at once.

    These are data sets for which an engine or a folder of results is asked, and all that are larger than
    memory should hold. A `UsageError` where an engine is asked for one stream.
    """
    if not isinstance(source, Path):
        if choice.given:
            raise UsageError(
                "--engine, --workers and --address are for the files of a folder",
                hint="name a folder or a glob",
            )
        return None
    from forecast.tables.source import is_data_set

    several = is_data_set(source)
    asked = choice.given or (several and is_folder(output))
    if not asked and not several and (not source.is_file() or source.stat().st_size < _SMALL_BYTES):
        return None
    from forecast.tables.dataset import ROWS_IN_MEMORY, find_data_set, single

    data = find_data_set(source) if several else single(source)
    return data if asked or data.rows > ROWS_IN_MEMORY else None


def parquet_of(source: str | Path | None, delivery: Delivery) -> Path | None:
    """The Parquet file that DATA is, or the first of a data set, for a result that is one too; else None."""
    if not isinstance(source, Path) or delivery.format != "parquet":
        return None
    from forecast.tables.dataset import find_data_set, single
    from forecast.tables.source import is_data_set

    return (find_data_set(source) if is_data_set(source) else single(source)).files[0].parquet_path


def is_folder(output: Path | None) -> bool:
    """Whether the results of a data set are a folder of files: a path without the suffix of a format."""
    return output is not None and not output.is_file() and not has_known_suffix(output)
