"""The forecasts that the benchmarks compare: ours, through the Python interface, and statsforecast's."""

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

LEVEL = 80.0
"""Coverage of the intervals, in percent."""


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The forecasts of a method: arrays of (series, horizon)."""

    values: object
    lower: object = None
    upper: object = None
    cpu_s: float | None = None


def zero_shot(source, horizon: int, *, season: int | None = None, cell=None) -> Forecasts:
    """The forecasts of `forecast predict` without a model."""
    import forecast

    started_at = time.process_time()
    result = forecast.predict(
        source, model="pretrained", horizon=horizon, level=LEVEL, season=season, cell=cell
    )
    return _forecasts(result, started_at)


def train_and_predict(source, horizon: int, *, season: int | None = None, cell=None, seed=0) -> Forecasts:
    """The forecasts of `forecast train` and then `forecast predict`."""
    import forecast

    started_at = time.process_time()
    request = forecast.TrainRequest(horizon=horizon, season=season, cell=cell, seed=seed)
    model = forecast.train(source, request).model
    return _forecasts(forecast.predict(model=model, horizon=horizon, level=LEVEL), started_at)


def train_and_predict_or_none(source, horizon: int, *, season: int | None) -> Forecasts | None:
    """The same, or None where `train` refuses the series as too short to backtest."""
    from forecast import DataError

    try:
        return train_and_predict(source, horizon, season=season)
    except DataError:
        return None


def _forecasts(result, started_at: float) -> Forecasts:
    return Forecasts(result.values, result.lower[0], result.upper[0], time.process_time() - started_at)


def peer(name: str, past, horizon: int, *, season: int) -> Forecasts:
    """The forecasts of a method of statsforecast for every series, with intervals where it is AutoETS."""
    import numpy as np
    from statsforecast import models

    started_at = time.process_time()
    levels = {"level": [round(LEVEL)]} if name == "AutoETS" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of statsforecast
        results = [
            getattr(models, name)(season_length=season).forecast(y=series.values, h=horizon, **levels)
            for series in past
        ]
    keys = ("mean", f"lo-{LEVEL:.0f}", f"hi-{LEVEL:.0f}") if levels else ("mean",)
    arrays = (np.stack([result[key] for result in results]) for key in keys)
    return replace(Forecasts(*arrays), cpu_s=time.process_time() - started_at)


def frame(panel):
    """A series as a data frame of time and value."""
    import pandas as pd

    return pd.DataFrame({"ds": panel.times, "y": panel.values})


def stack(forecasts: Sequence[Forecasts]) -> Forecasts:
    """Forecasts of single series as those of a panel."""
    import numpy as np

    return Forecasts(np.concatenate([each.values for each in forecasts]))
