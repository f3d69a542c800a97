"""Baselines: simple forecasts that a network must beat to be worth its training.

The season is that of each series of the history. All series of a panel are forecast at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

import numpy as np

from forecast.data.arrays import Floats, Integers, row_series, series_at
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.errors import UsageError
from forecast.features.target import (
    CLIP,
    FIRST_TRAINING_ROW,
    VOLATILITY_FLOOR,
    TargetFeatures,
    target_features,
)
from forecast.features.windows import Windows
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.theta import Theta
from forecast.spec.model import WindowSpec

_MAX_WINDOWS = 100_000
_MAX_NUMBERS = 20_000_000
"""Windows times their width: 160 MB."""

_PENALTY = 100.0
"""Of 1, 10, 100 and 1000 the best or near it on the M4 samples, on single series and on panels."""

_CHUNK_ROWS = 1 << 17


@dataclass(frozen=True, slots=True)
class Naive:
    """The last value of each series, repeated."""

    name: ClassVar[str] = "last value"

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`; has no intervals, like all baselines."""
        return Forecast.of(history, np.repeat(history.last_values[:, None], horizon, axis=1), levels)


@dataclass(frozen=True, slots=True)
class SeasonalNaive:
    """The last season, repeated; the last value where a series is shorter than a season."""

    name: ClassVar[str] = "seasonal naive"

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`."""
        season = history.seasons
        period = np.where(history.lengths >= season, season, 1)
        rows = (history.bounds[1:] - period)[:, None] + np.arange(horizon) % period[:, None]
        return Forecast.of(history, history.values[rows], levels)


@dataclass(frozen=True, slots=True)
class Drift:
    """The line through the first and the last value, extrapolated; a single row is repeated."""

    name: ClassVar[str] = "drift"

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`."""
        steps = np.maximum(history.lengths - 1, 1)
        last = history.last_values
        with np.errstate(over="ignore"):
            slope = last / steps - history.values[history.bounds[:-1]] / steps
            line = last[:, None] + slope[:, None] * np.arange(1, horizon + 1)
        return Forecast.of(history, np.nan_to_num(line), levels)


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of the whole history, repeated."""

    name: ClassVar[str] = "mean"

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`."""
        series = row_series(history.bounds)
        last, lengths = history.last_values, history.lengths[series]
        # The mean of differences from the last value: exact for a constant series, and without overflow.
        deviations = history.values / lengths - last[series] / lengths
        mean = last + np.bincount(series, weights=deviations, minlength=len(history))
        return Forecast.of(history, np.repeat(mean[:, None], horizon, axis=1), levels)


@dataclass(frozen=True, slots=True)
class Ridge:
    """A linear regression on the windows and targets of the network: does recurrence pay?"""

    name: ClassVar[str] = "ridge"

    spec: WindowSpec
    kernel: Floats
    """(window, horizon) coefficients from `_features` to outputs in units of volatility."""

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`; beyond the trained horizon it forecasts recursively."""
        known, blocks = history, -(-horizon // self.spec.horizon)
        for _ in range(blocks):
            features = target_features(
                known.values, known.bounds, season=_common_season(known.seasons), horizon=self.spec.horizon
            )
            last = features.at(known.bounds[1:] - 1)
            regressors = _features(known.values, known.bounds[:-1], known.bounds[1:] - 1, last, self.spec)
            known = known.extended(last.to_values(regressors @ self.kernel))
        rows = (known.bounds[1:] - blocks * self.spec.horizon)[:, None] + np.arange(horizon)
        return Forecast.of(history, known.values[rows], levels)


def fit_ridge(panel: Panel, spec: WindowSpec) -> Ridge:
    """A ridge regression on all windows of `panel`, or on 100,000 evenly spaced over it.

    Fewer where they are so wide that 20 million numbers are reached. Without any window
    all coefficients are zero, and it forecasts as the seasonal naive method does.
    """
    from sklearn.linear_model import Ridge as LeastSquares

    features, targets = _examples(panel, spec)
    if not len(features):
        return Ridge(spec, np.zeros((spec.window, spec.horizon)))
    # The features include a constant: it is shrunk too, so that a handful of windows cannot set a trend.
    fitted = LeastSquares(alpha=_PENALTY, fit_intercept=False, solver="cholesky").fit(features, targets)
    return Ridge(spec, fitted.coef_.reshape(spec.horizon, spec.window).T)


def _examples(panel: Panel, spec: WindowSpec) -> tuple[Floats, Floats]:
    """Features, (windows, window), and targets, (windows, horizon), of windows whose targets are observed."""
    windows = Windows(panel.lengths, spec)
    count = min(len(windows), _MAX_WINDOWS, _MAX_NUMBERS // spec.window)
    batch = windows.batch(np.linspace(0, len(windows) - 1, count).astype(np.int64))
    rows = batch.starts + batch.steps - 1
    futures = rows[:, None] + np.arange(1, spec.horizon + 1)
    first_rows = panel.bounds[series_at(panel.bounds, rows)]
    usable = panel.observed[futures].all(axis=1) & (rows - first_rows >= FIRST_TRAINING_ROW)
    usable &= panel.valid_origins[rows]
    rows, futures, first_rows = rows[usable], futures[usable], first_rows[usable]
    features = _target_features_at(panel, rows, spec.horizon)
    targets = np.clip(features.to_outputs(panel.values[futures]), -CLIP, CLIP)
    return _features(panel.values, first_rows, rows, features, spec), targets


def _target_features_at(panel: Panel, rows: Integers, horizon: int) -> TargetFeatures:
    """The target features of these ascending rows, computed for runs of whole series to spare memory."""
    runs = np.array_split(np.arange(len(panel)), -(-len(panel.values) // _CHUNK_ROWS))
    parts = []
    for run in runs:
        first, last = panel.bounds[run[0]], panel.bounds[run[-1] + 1]
        part = panel.select(run)
        features = target_features(
            part.values, part.bounds, season=_common_season(part.seasons), horizon=horizon
        )
        parts.append(features.at(rows[(rows >= first) & (rows < last)] - first))
    return TargetFeatures(
        *(
            np.concatenate([getattr(part, field) for part in parts])
            for field in ("inputs", "reference", "scale", "volatility")
        )
    )


def _common_season(seasons: Integers) -> int | Integers:
    """The season of all series where it is the same: then there are fewer features."""
    return int(seasons[0]) if (seasons == seasons[0]).all() else seasons


def _features(
    values: Floats, first_rows: Integers, rows: Integers, features: TargetFeatures, spec: WindowSpec
) -> Floats:
    """(rows, window) the window that ends at each row, around its last value, in units of volatility.

    A series that starts within the window is extended to the left with its first value. The newest
    column would always be zero: it holds the constant 1.
    """
    index = np.maximum(rows[:, None] + np.arange(1 - spec.window, 1), first_rows[:, None])
    window = np.arcsinh(values[index] / features.scale[:, None])
    unit = np.maximum(features.volatility, VOLATILITY_FLOOR)[:, None]
    regressors: Floats = np.clip((window - window[:, -1:]) / unit, -CLIP, CLIP)
    regressors[:, -1] = 1.0
    return regressors


Fit = Callable[[Panel, WindowSpec], Forecaster]

BASELINES: dict[str, Fit] = {
    Naive.name: lambda _past, _spec: Naive(),
    SeasonalNaive.name: lambda _past, _spec: SeasonalNaive(),
    Drift.name: lambda _past, _spec: Drift(),
    Mean.name: lambda _past, _spec: Mean(),
    Theta.name: lambda _past, _spec: Theta(),
    Ridge.name: fit_ridge,
}
"""The name of each baseline in tables -> the function that fits it to a past."""


_SYNONYMS = {"naive": Naive.name}
"""Other names of a baseline."""


def baseline(name: str) -> Fit:
    """The function that fits the baseline of this name; words may be joined: "seasonal-naive"."""
    plain = name.strip().lower().replace("-", " ").replace("_", " ")
    fit = BASELINES.get(_SYNONYMS.get(plain, plain))
    if fit is not None:
        return fit
    nearest = get_close_matches(plain, (*BASELINES, *_SYNONYMS), n=1)
    raise UsageError(
        f'there is no baseline "{name}"; there are {", ".join(_hyphenated(known) for known in BASELINES)}',
        hint=f'did you mean "{_hyphenated(nearest[0])}"?' if nearest else "",
    )


def fit_baselines(
    past: Panel, spec: WindowSpec, *, names: Sequence[str] = tuple(BASELINES)
) -> list[Forecaster]:
    """The baselines of these names, fitted to `past`; without a season the seasonal naive is the naive."""
    fits = list(dict.fromkeys(baseline(name) for name in names))
    seasonal, plain = BASELINES[SeasonalNaive.name], BASELINES[Naive.name]
    if (past.seasons == 1).all():
        fits = list(dict.fromkeys(plain if fit is seasonal else fit for fit in fits))
    return [fit(past, spec) for fit in fits]


def _hyphenated(name: str) -> str:
    return name.replace(" ", "-")
