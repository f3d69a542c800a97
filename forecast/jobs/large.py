"""One file larger than memory: it is put into parts first, in a place of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from forecast.events import Listener, Note
from forecast.jobs.split import partition
from forecast.spec.reading import ReadSpec
from forecast.tables.dataset import ROWS_IN_MEMORY, find_data_set
from forecast.tables.files import DataSet


@contextmanager
def in_parts(
    data: DataSet, read: ReadSpec, beside: Path, listener: Listener, *, by: Sequence[str] = ()
) -> Iterator[DataSet]:
    """The data set, or where it is one file of more rows than memory should hold, its parts.

    They are beside the folder of the results, and are removed when the work is done; an interrupted one finds
    them again. Equal values of the columns `by` are in one part; by default those of the series id.
    """
    if len(data.files) > 1 or data.rows <= ROWS_IN_MEMORY:
        yield data
        return
    folder = beside.with_name(f"{beside.name}.parts")
    if not folder.exists():
        listener(
            Note("partition", f"{data.root} has about {data.rows:,} rows: it is put into {folder} first")
        )
        partition(data, folder, by=by, read=read, listener=listener)
    yield find_data_set(folder)
    rmtree(folder)
