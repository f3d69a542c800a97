"""How much of a blended forecast is the Theta method's: what is usual, weighted by each series' own past.

Network and Theta both forecast the newest horizons of the past from the rows before them.
Weights that fall with the square of the errors there are those of the best mean of two forecasts
whose errors are independent (Bates & Granger 1969, "The combination of forecasts").
"""

import numpy as np

from forecast.data.panel import Flags, Floats, Integers

ORIGINS = 2
"""Horizons of a series' past that tell how much of it is Theta's: better than one, three or four."""

LONG_ROWS = 60
"""Rows from which a series counts as long."""

SHORT_SHARE, LONG_SHARE = 0.15, 0.4
"""Theta's usual part in the forecast of a short and of a long series: better on held-back rows than one
share for both, see docs/pretrained.md."""

LONG_SHARES = {7: 0.25}
"""That of a long series, for seasons where it is another."""


def usual_share(lengths: Integers, season: int | Integers) -> Floats:
    """(series,) part that is Theta's in the forecast of series of these lengths."""
    seasons = np.broadcast_to(season, lengths.shape).tolist()
    long = np.array([LONG_SHARES.get(each, LONG_SHARE) for each in seasons])
    return np.where(lengths < LONG_ROWS, SHORT_SHARE, long)


def earlier_origins(lengths: Integers, season: int | Integers, horizon: int) -> list[tuple[Integers, Flags]]:
    """For each look back: (series,) rows before the origin, and which series have enough of them to judge."""
    least = np.maximum(2 * np.asarray(season) + 4, 12)
    looks = [lengths - back * horizon for back in range(1, ORIGINS + 1)]
    return [(rows, rows >= least) for rows in looks]


def share(usual: Floats, network: Floats, theta: Floats) -> Floats:
    """(series,) part that is Theta's, given how far off both were; the usual one where neither was."""
    both = np.where(network + theta > 0, network + theta, 1.0)
    fors, against = usual * np.square(network / both), (1 - usual) * np.square(theta / both)
    with np.errstate(invalid="ignore"):
        return np.where(fors + against > 0, fors / (fors + against), usual)
