"""The forecasts of backtests, with their actual values, as one result."""

from collections.abc import Sequence

import numpy as np

from forecast.data.digits import places_of
from forecast.data.evaluation import Predictions
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.evaluation.backtest import Fold


def predictions_of(
    folds: Sequence[Fold], intervals: Sequence[Forecast], panel: Panel, models: Sequence[str]
) -> Predictions:
    """All forecasts of `models` in the folds of `panel`.

    `intervals` holds, for each fold, the forecast of the first model for the series that are scored
    there, with an interval of one level.
    """
    shape = (len(panel), len(folds), folds[0].actual.shape[1])
    lower, upper = np.full(shape, np.nan), np.full(shape, np.nan)
    for index, (fold, forecast) in enumerate(zip(folds, intervals, strict=True)):
        lower[fold.scored, index], upper[fold.scored, index] = forecast.lower[0], forecast.upper[0]
    # A series without a known row is not scored: the time of its first row is never looked at.
    last = [panel.bounds[:-1] + np.maximum(fold.rows - 1, 0) for fold in folds]
    return Predictions(
        models=tuple(models),
        ids=panel.ids,
        origins=panel.times[np.stack(last, axis=1)],
        actual=np.stack([fold.actual for fold in folds], axis=1),
        values=np.array([np.stack([fold.forecasts[name] for fold in folds], axis=1) for name in models]),
        level=intervals[0].levels[0],
        lower=lower,
        upper=upper,
        columns=panel.columns,
        frequency=panel.frequency,
        places=places_of(panel),
    )
