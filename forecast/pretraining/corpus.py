"""Real series to pretrain on, from Parquet files in long form: unique_id, ds, y.

Networks that are shipped are trained only on sources whose licence allows it: an id is
"source|series", and the sources in `NOT_SHIPPED` are left out.
"""

from pathlib import Path

import numpy as np

from forecast.data.arrays import Floats

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

_GAP = 1.9
"""A step between two rows of more than this many median steps is a gap; months differ by less."""


def read(path: Path, *, shortest: int, longest: int) -> dict[str, Floats]:
    """Id -> the longest gap-free stretch of each series that may be shipped, at most its last `longest` rows.

    Constant series and those with fewer than `shortest` rows are left out.
    """
    import pandas as pd

    frame = pd.read_parquet(path)
    frame = frame[~frame["unique_id"].str.split("|").str[0].isin(NOT_SHIPPED)]
    series = {}
    for name, rows in frame.groupby("unique_id", sort=True):
        values = _longest_stretch(rows["ds"].to_numpy(), rows["y"].to_numpy(np.float64))[-longest:]
        if len(values) >= shortest and np.ptp(values) > 0:
            series[str(name)] = values
    return series


def _longest_stretch(times: np.ndarray, values: Floats) -> Floats:
    """The longest run of values without a gap in their times."""
    if times.dtype.kind not in "iuM":
        times = times.astype("datetime64[s]")
    steps = np.diff(times.astype("datetime64[s]").astype(np.int64) if times.dtype.kind == "M" else times)
    breaks = np.flatnonzero(steps > _GAP * np.median(steps)) + 1
    return max(np.split(values, breaks), key=len)
