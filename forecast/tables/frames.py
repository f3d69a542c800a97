"""Values in memory and Parquet files as columns of text, to be read by the same rules as CSV."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from forecast.data.results import TIME
from forecast.errors import DataError, MissingExtra
from forecast.tables.columns import Column
from forecast.tables.source import SourceBytes, max_unpacked
from forecast.tables.table import Table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


_CELL_BYTES = 8
"""The least memory that a cell of a Parquet file takes once it is read."""


def as_frame(data: object, *, time: str | None = None, target: str | None = None) -> "pd.DataFrame":
    """A frame, a Series, or a list or array of numbers as a frame; a `DataError` for anything else.

    `time` and `target` name the index and the values where the data do not. An index counts as a
    column where it has a name or holds times: other integers are the numbers of rows.
    """
    import pandas as pd

    if isinstance(data, pd.Series):
        data = data.to_frame(target or ("value" if data.name is None else data.name))
    if isinstance(data, pd.DataFrame):
        index = data.index
        if index.nlevels > 1:
            return data.reset_index()
        if index.name in data.columns or (index.name is None and pd.api.types.is_integer_dtype(index.dtype)):
            return data.reset_index(drop=True)
        unnamed = time or ("index" if TIME in data.columns else TIME)
        return data.reset_index(names=unnamed if index.name is None else str(index.name))
    return pd.DataFrame({target or "value": _numbers(data)})


def _numbers(data: object) -> "np.ndarray[tuple[int], np.dtype[np.generic]]":
    """A list or array of numbers, in which None and masked values are missing; a `DataError` for others."""
    import pandas as pd

    if isinstance(data, np.ma.MaskedArray):
        data = np.ma.filled(data.astype(np.float64), np.nan)
    if hasattr(data, "to_numpy"):  # an index or an array of pandas
        data = data.to_numpy()
    if not isinstance(data, np.ndarray | Sequence) or isinstance(data, bytes | bytearray):
        raise DataError(
            f"{type(data).__name__} cannot be read as data",
            hint="give a path, a frame, a Series, or a list or array of numbers",
        )
    values = np.asarray(data)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise DataError(f"an array of {values.ndim} dimensions is not one series", hint="give a frame")
    if values.dtype.kind == "O":
        try:
            values = np.array([np.nan if pd.isna(each) else float(each) for each in values])
        except (TypeError, ValueError, OverflowError) as error:
            raise DataError(f"not all of the list are numbers: {error}") from None
    if values.dtype.kind not in "iufb":
        raise DataError("the list is not one of numbers", hint="give numbers, or a frame with a time column")
    return values.astype(np.int64) if values.dtype.kind == "b" else values


def frame_table(frame: "pd.DataFrame", name: str = "frame") -> Table:
    """The columns of a frame."""
    if not len(frame.columns):
        raise DataError("has no columns", where=name)
    if not len(frame):
        raise DataError("has no rows", where=name)
    columns = tuple(_column(str(label), frame.iloc[:, index]) for index, label in enumerate(frame.columns))
    return Table(name, columns, len(frame), line=lambda row: f"row {row + 1}")


def parquet_table(opened: SourceBytes, only: Sequence[str] | None = None) -> Table:
    """The columns of a Parquet file, or those of these names; a `MissingExtra` error without pyarrow."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtra(
            "reading Parquet needs pyarrow", where=opened.name, hint="pip install 'forecast-rnn[parquet]'"
        ) from None
    try:
        file = pq.ParquetFile(io.BytesIO(opened.data))
        names = [name for name in file.schema_arrow.names if only is None or name in only]
        _refuse_bomb(opened, cells=file.metadata.num_rows * len(names))
        columns = file.read(names)
        columns.validate(full=True)
        frame = columns.to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(
            f"is a damaged Parquet file: {reason}", where=opened.name, hint="download or copy it again"
        ) from None
    return frame_table(as_frame(frame), opened.name)


def arrow_table(name: str, table: "pa.Table") -> Table:
    """The columns of an Arrow table."""
    return frame_table(as_frame(table.to_pandas()), name)


def _refuse_bomb(opened: SourceBytes, *, cells: int) -> None:
    """Refuse what would fill the memory: 2 MB of Parquet can hold 200 million rows, which took over 10 GB."""
    limit = max_unpacked(len(opened.data))
    if _CELL_BYTES * cells > limit:
        raise DataError(
            f"unpacks to over {limit >> 20} MiB", where=opened.name, hint="split it, or save it as CSV"
        )


def _column(name: str, cells: "pd.Series") -> Column:
    """A column of a frame as text; a cell that pandas regards as missing is empty text."""
    import pandas as pd

    try:
        codes, uniques = pd.factorize(cells)
    except TypeError:  # lists and other cells that cannot be hashed
        codes, uniques = pd.factorize(cells.map(str))
    texts = _texts(pd.Index(uniques))
    if (codes < 0).any():
        codes = np.where(codes < 0, len(texts), codes)
        texts = [*texts, ""]
    return _merge_equal_texts(name, texts, codes.astype(np.int32))


def _texts(uniques: "pd.Index") -> list[str]:
    """Cells as text: times as ISO 8601, floats in full precision.

    Times with a zone are in UTC, but for those that are all midnights there: they are dates.
    """
    import pandas as pd

    if isinstance(uniques, pd.PeriodIndex) and "-" in uniques.freqstr.removesuffix("-DEC"):
        uniques = uniques.to_timestamp()  # weeks, and years that start in another month than January
    if isinstance(uniques, pd.DatetimeIndex) and uniques.tz is not None:
        local = uniques.tz_localize(None)
        uniques = local if (local == local.normalize()).all() and str(uniques.tz) != "UTC" else uniques
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


def _merge_equal_texts(
    name: str, texts: list[str], codes: np.ndarray[tuple[int], np.dtype[np.int32]]
) -> Column:
    """The column, with one code for cells that differ but give the same text, such as 1 and "1"."""
    numbering: dict[str, int] = {}
    new_codes = np.array([numbering.setdefault(text, len(numbering)) for text in texts], dtype=np.int32)
    return Column(name, list(numbering), new_codes[codes])
