"""What forecasts in the benchmarks: we, through the Python interface, and statsforecast."""

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

LEVEL = 80.0
"""Coverage of the intervals, in percent."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a method forecasts: arrays of (series, horizon)."""

    values: object
    lower: object = None
    upper: object = None
    cpu_s: float | None = None


def zero_shot(source, horizon: int, *, season: int | None = None, cell=None) -> Said:
    """What `forecast predict` says with no model here."""
    import forecast

    began = time.process_time()
    model = forecast.zero_shot(source, cell=cell, season=season, horizon=horizon)
    return _asked(model, horizon, began)


def trained(source, horizon: int, *, season: int | None = None, cell=None, seed=0) -> Said:
    """What `forecast train` and then `forecast predict` say."""
    import forecast

    began = time.process_time()
    request = forecast.TrainRequest(
        horizon=horizon,
        season=season,
        cell=cell,
        seed=seed,
    )
    return _asked(forecast.train(source, request).model, horizon, began)


def trained_or_none(source, horizon: int, *, season: int | None) -> Said | None:
    """The same, or None where `train` finds the series too short to be judged."""
    from forecast import DataError

    try:
        return trained(source, horizon, season=season)
    except DataError:
        return None


def _asked(model, horizon: int, began: float) -> Said:
    import forecast

    answer = forecast.predict(model, horizon=horizon, levels=(LEVEL,))
    return Said(answer.values, answer.lower[0], answer.upper[0], time.process_time() - began)


def peer(name: str, past, horizon: int, *, season: int) -> Said:
    """What a method of statsforecast says of every series, with intervals where it is AutoETS."""
    import numpy as np
    from statsforecast import models

    began = time.process_time()
    levels = {"level": [round(LEVEL)]} if name == "AutoETS" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # their own
        answers = [
            getattr(models, name)(season_length=season).forecast(y=series.values, h=horizon, **levels)
            for series in past
        ]
    keys = ("mean", f"lo-{LEVEL:.0f}", f"hi-{LEVEL:.0f}") if levels else ("mean",)
    arrays = (np.stack([answer[key] for answer in answers]) for key in keys)
    return replace(Said(*arrays), cpu_s=time.process_time() - began)


def frame(panel):
    """A series as somebody would keep it: a table of time and value."""
    import pandas as pd

    return pd.DataFrame({"ds": panel.times, "y": panel.values})


def as_columns(said: Sequence[Said]) -> Said:
    """Forecasts of single series as those of a panel."""
    import numpy as np

    return Said(np.concatenate([each.values for each in said]))
