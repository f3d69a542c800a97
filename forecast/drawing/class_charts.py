"""Series of classes with their probabilities as charts."""

import numpy as np

from forecast.data.arrays import Floats, Integers, Times
from forecast.data.panel import Panel, Series
from forecast.data.results import Probabilities
from forecast.drawing.chart import Chart
from forecast.drawing.shares import few
from forecast.drawing.ticks import axis_of, positions

_LEAST_CLASSES = 21
"""Rows of history at least, where there are so many."""


def classes_shown(horizon: int, season: int) -> int:
    """Rows of history beside probabilities of `horizon` rows, which take more room than a line."""
    return max(4 * horizon, 2 * season, _LEAST_CLASSES)


def classes_chart(
    series: Series,
    found: Probabilities,
    index: int,
    panel: Panel,
    *,
    title: str,
    rows: int | None,
    kept: Integers,
) -> Chart:
    """The newest `rows` of a series of classes, None for all, and the probabilities after them.

    The probabilities are those of series `index`; `kept` are the classes that have a part of their own.
    """
    names, ahead = found.target.classes, found.probabilities[index]
    past = known_classes(series, len(names))[slice(None) if rows is None else slice(-rows, None)]
    x = np.concatenate([positions(series.times[-len(past) :]), positions(found.times[index])])
    actual = None
    if found.actual is not None:
        actual = np.concatenate([np.full_like(past, np.nan), one_hot(found.actual[index], len(names))])
    shares = few(names, x, np.concatenate([past, ahead]), actual, kept=kept, past=len(past))
    mark = float((x[len(past) - 1] + x[len(past)]) / 2)
    return Chart(title, (), axis_of(panel.frequency), marks=(mark,), shares=shares)


def classes_backtest_chart(
    series: Series,
    times: Times,
    ahead: Floats,
    came: Floats,
    panel: Panel,
    *,
    title: str,
    rows: int,
    kept: Integers,
) -> Chart:
    """Probabilities, (rows, classes), that were given at `times` one step before, and the classes that came.

    Before them the newest `rows` of the older rows of the series. Of 0 and 1 the 1 is below.
    """
    x, at = positions(times), positions(series.times)
    end = int(np.searchsorted(at, x[0]))
    older, names = slice(max(end - rows, 0), end), panel.target.classes
    old = known_classes(series, len(names))[older]
    actual = np.concatenate([np.full_like(old, np.nan), one_hot(came, len(names))])
    x, parts = np.concatenate([at[older], x]), np.concatenate([old, ahead])
    if panel.target.is_event:
        names, parts, actual = names[::-1], parts[:, ::-1], actual[:, ::-1]
    shares = few(names, x, parts, actual, kept=kept, past=len(old))
    marks = (float((x[len(old) - 1] + x[len(old)]) / 2),) if len(old) else ()
    return Chart(title, (), axis_of(panel.frequency), marks=marks, shares=shares)


def known_classes(series: Series, classes: int) -> Floats:
    """(rows, classes) 1 for the class of each row of a series; NaN for a row that was filled in."""
    return one_hot(np.where(series.observed, series.values, np.nan), classes)


def one_hot(codes: Floats, classes: int) -> Floats:
    """(rows, classes) 1 for the class of each row, of indices of classes; NaN where it is NaN."""
    known = ~np.isnan(codes)
    found = np.full((len(codes), classes), np.nan)
    found[known] = np.eye(classes)[codes[known].astype(np.int64)]
    return found
