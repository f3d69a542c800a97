"""The probabilities that backtests gave each row, as they are drawn and kept in a model file."""

import numpy as np

from forecast.classification.metrics import ClassPredictions
from forecast.data.evaluation import KeptClasses
from forecast.data.panel import Panel

MOST_KEPT = (12, 400, 4000)
"""Series, rows of each, and probabilities, that are kept at most, but one row of one series."""


def kept_classes(predictions: ClassPredictions, panel: Panel) -> KeptClasses | None:
    """The probabilities of the first forecaster for the newest rows of the first series, one step ahead.

    Where origins are more than a row apart, those of the step that was forecast last. None where those
    series have no such row.
    """
    given = next(iter(predictions.probabilities.values()))
    most_series, most_rows, most = MOST_KEPT
    classes = given.shape[1]
    series = max(min(len(panel), most_series, most // classes), 1)
    back = panel.lengths[predictions.series] - predictions.row  # 1 for the newest row
    some = (predictions.series < series) & (back >= 1)
    if not some.any():
        return None
    rows = max(min(int(back[some].max()), most_rows, most // (series * classes)), 1)
    probabilities, actual = np.full((series, rows, classes), np.nan), np.full((series, rows), np.nan)
    chosen = np.flatnonzero(some & (back <= rows))
    chosen = chosen[np.argsort(-predictions.step[chosen], kind="stable")]  # the shortest step is the last
    place = predictions.series[chosen], rows - back[chosen]
    probabilities[place], actual[place] = given[chosen], predictions.actual[chosen]
    return KeptClasses(probabilities, actual)
