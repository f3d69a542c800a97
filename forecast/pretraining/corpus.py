"""Real series to pretrain on, from Parquet files in long form: unique_id, ds, y.

An id is the source and the series, with | or / between. Networks that are shipped are trained only on sources
whose licence allows it, and never on the sources of the development sets: `left_out`.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.data.arrays import Floats
from forecast.errors import DataError

NOT_SHIPPED = (
    "melbourne-pedestrians",
    "fremont-bridge",
    "nyc-fhv",
    "malaysia-new-donors",
    "gpl-tsibble-tourism",
    "gpl-aus-retail",
    "gpl-pbs",
    "gpl-us-employment",
    "gpl-openair",
)
"""Sources with no stated licence, or one under the GPL."""

DEVELOPMENT = (
    "bakery-chain",
    "basel-pedestrians",
    "cran-downloads",
    "edinburgh-bikes",
    "hongkong-border",
    "london-hires-total",
    "nab",
    "nyc-taxi-trips",
    "pnw-flights",
    "portland14-weather",
    "saopaulo-metro",
    "zh-airport",
)
"""Sources of the development sets (benchmarks/development_sets.json), left out in every frequency."""

SISTERS = ("basel-bikes", "seattle-flights")
"""Sources that count the same as those of the development sets, elsewhere or later."""

_GAP = 1.9
"""A step between two rows of more than this many median steps is a gap; months differ by less."""


@dataclass(frozen=True, slots=True)
class RealSeries:
    """One series and where it is from."""

    id: str
    source: str
    values: Floats


def source_of(id: str) -> str:
    """The source in an id: all before the first | or /."""
    return re.split(r"[/|]", id, maxsplit=1)[0]


def left_out(id: str) -> bool:
    """Whether no shipped network may be trained on the series with this id."""
    return source_of(id) in (*NOT_SHIPPED, *DEVELOPMENT, *SISTERS)


def read(path: Path, *, shortest: int) -> list[RealSeries]:
    """The longest gap-free stretch of each series that may be trained on, of `shortest` rows or more.

    Constant series are left out. A DataError where the file is missing, or has not the three columns.
    """
    import pandas as pd

    if not path.exists():
        raise DataError(
            "no such file of series",
            where=str(path),
            hint="--data is a folder with the files of docs/training-data.md",
        )
    try:
        frame = pd.read_parquet(path, columns=["unique_id", "ds", "y"])
    except (ValueError, OSError, KeyError) as error:
        raise DataError(
            "is no Parquet file with the columns unique_id, ds and y",
            where=str(path),
            hint=str(error).split("\n")[0],
        ) from None
    frame = frame.astype({"unique_id": str})
    series = []
    for id, rows in frame.groupby("unique_id", sort=True):
        if left_out(str(id)):
            continue
        values = _longest_stretch(rows["ds"].to_numpy(), rows["y"].to_numpy(np.float64))
        if len(values) >= shortest and np.ptp(values) > 0:
            source = source_of(str(id))
            series.append(RealSeries(str(id), source if source != id else path.stem, values))
    return series


def by_source(series: Sequence[RealSeries]) -> dict[str, list[Floats]]:
    """The values of all series of each source."""
    found = defaultdict(list)
    for each in series:
        found[each.source].append(each.values)
    return dict(found)


def _longest_stretch(times: np.ndarray, values: Floats) -> Floats:
    """The longest run of values without a gap in their times."""
    if times.dtype.kind not in "iuM":
        times = times.astype("datetime64[s]")
    steps = np.diff(times.astype("datetime64[s]").astype(np.int64) if times.dtype.kind == "M" else times)
    if not len(steps):
        return values
    breaks = np.flatnonzero(steps > _GAP * np.median(steps)) + 1
    return max(np.split(values, breaks), key=len)
