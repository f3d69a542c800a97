"""The forecasts of backtests, with their actual values, as one result."""

from collections.abc import Sequence

import numpy as np

from forecast.data.digits import places_of
from forecast.data.evaluation import KeptBacktests, Predictions
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.errors import DataError
from forecast.evaluation.backtest import Fold, Origins, evaluate_split, splits
from forecast.forecasters.protocol import Forecaster

MOST_KEPT = (12, 2000)
"""Series, and forecasts, of backtests that a model file keeps at most, but one origin of one series."""


def kept_of(predictions: Predictions, folds: Sequence[Fold], panel: Panel) -> KeptBacktests:
    """What a model file keeps of the forecasts of the first model; `folds` are those of the predictions."""
    most_series, most = MOST_KEPT
    backtests, horizon = predictions.actual.shape[1:]
    newest = max(min(backtests, most // horizon), 1)
    series = max(min(len(panel), most_series, most // (newest * horizon)), 1)
    some = (slice(series), slice(backtests - newest, None))
    known = np.asarray(~(np.isnan(predictions.actual) | np.isnan(predictions.lower)))
    inside = known & (predictions.lower <= predictions.actual) & (predictions.actual <= predictions.upper)
    counts = known.sum(axis=(0, 1))
    rows = np.stack([fold.rows for fold in folds], axis=1)
    scored = np.asarray(~np.isnan(predictions.actual).all(axis=2))
    return KeptBacktests(
        rows_back=np.where(scored, panel.lengths[:, None] - rows, 0)[some],
        values=np.where(scored[:, :, None], predictions.values[0], np.nan)[some],
        lower=predictions.lower[some],
        upper=predictions.upper[some],
        level=predictions.level,
        covered=100 * inside.sum(axis=(0, 1)) / np.where(counts, counts, np.nan),
        counts=counts,
    )


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


def rolling_forecasts(
    model: Forecaster, panel: Panel, origins: Origins, *, level: float = 80.0
) -> Predictions:
    """What a model that was trained on none of the rows forecasts at each origin from those before it."""
    folds, intervals = [], []
    for split in splits(panel, origins):
        recorder = _Recorder(model, level)
        folds.append(evaluate_split([recorder], split))
        intervals.append(recorder.made[0])
    if not folds:
        raise DataError("no series has enough rows for a backtest", hint="a shorter --horizon needs fewer")
    return predictions_of(folds, intervals, panel, [model.name])


class _Recorder:
    """A model whose forecasts have intervals of one level and are kept."""

    def __init__(self, model: Forecaster, level: float) -> None:
        self.name = model.name
        self.made: list[Forecast] = []
        self._model, self._level = model, level

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`."""
        self.made.append(self._model.predict(history, horizon, levels=(*levels, self._level)))
        return self.made[-1]
