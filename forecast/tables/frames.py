"""A pandas frame or a Parquet file becomes columns of text, read by the same rules as CSV."""

import io
from typing import TYPE_CHECKING

import numpy as np

from forecast.errors import DataError, MissingExtra
from forecast.tables.columns import Column
from forecast.tables.source import SourceBytes, most_unpacked
from forecast.tables.table import Table

if TYPE_CHECKING:
    import pandas as pd


_CELL_BYTES = 8
"""What a cell of a Parquet file takes at least once it is read."""


def frame_table(frame: "pd.DataFrame", name: str = "frame") -> Table:
    """The columns of a frame, and its index where that says more than row numbers."""
    import pandas as pd

    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    if not len(frame.columns):
        raise DataError("has no columns", where=name)
    if not len(frame):
        raise DataError("has no rows", where=name)
    columns = tuple(_column(str(label), frame.iloc[:, place]) for place, label in enumerate(frame.columns))
    return Table(name, columns, len(frame), place=lambda row: f"row {row + 1}")


def parquet_table(opened: SourceBytes) -> Table:
    """The columns of a Parquet file; needs pyarrow."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtra(
            "reading Parquet needs pyarrow", where=opened.name, hint="pip install 'forecast-rnn[parquet]'"
        ) from None
    try:
        file = pq.ParquetFile(io.BytesIO(opened.data))
        _refuse_bomb(opened, cells=file.metadata.num_rows * file.metadata.num_columns)
        columns = file.read()
        columns.validate(full=True)
        frame = columns.to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(f"is a damaged Parquet file: {reason}", where=opened.name) from None
    return frame_table(frame, opened.name)


def _refuse_bomb(opened: SourceBytes, *, cells: int) -> None:
    """Two megabytes of Parquet can hold 200 million rows; read, they took over ten gigabytes."""
    most = most_unpacked(len(opened.data))
    if _CELL_BYTES * cells > most:
        raise DataError(
            f"unpacks to over {most >> 20} MiB", where=opened.name, hint="split it, or save it as CSV"
        )


def _column(name: str, cells: "pd.Series") -> Column:
    """Distinct cells as text; what pandas holds for missing is empty text."""
    import pandas as pd

    try:
        codes, uniques = pd.factorize(cells)
    except TypeError:  # lists and other cells that no column of a table has
        codes, uniques = pd.factorize(cells.map(str))
    texts = _texts(pd.Index(uniques))
    if (codes < 0).any():
        codes = np.where(codes < 0, len(texts), codes)
        texts = [*texts, ""]
    return _merged(name, texts, codes.astype(np.int32))


def _texts(uniques: "pd.Index") -> list[str]:
    import pandas as pd

    if isinstance(uniques, pd.DatetimeIndex):
        zone = "" if uniques.tz is None else "Z"
        utc = uniques if uniques.tz is None else uniques.tz_convert("UTC").tz_localize(None)
        times = utc.to_numpy()
        unit = "D" if not zone and (times == times.astype("datetime64[D]")).all() else "auto"
        isos: list[str] = np.datetime_as_string(
            times.astype("datetime64[D]") if unit == "D" else times
        ).tolist()
        return [_without_empty_fraction(iso) + zone for iso in isos]
    return [repr(cell) if isinstance(cell, float) else str(cell) for cell in uniques.tolist()]


def _without_empty_fraction(iso: str) -> str:
    whole, _, fraction = iso.partition(".")
    return whole if not fraction.strip("0") else iso


def _merged(name: str, texts: list[str], codes: np.ndarray[tuple[int], np.dtype[np.int32]]) -> Column:
    """One text for cells that differ but are written alike, such as 1 and "1"."""
    places: dict[str, int] = {}
    renumber = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int32)
    return Column(name, list(places), renumber[codes])
