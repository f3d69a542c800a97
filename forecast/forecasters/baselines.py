"""The yardsticks: forecasts that a network must beat to be worth its training.

The season is that of the history's own frequency, or of each series. All series of a
panel are answered at once.
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
from forecast.features.target import CLIP, FIRST_JUDGED_ROW, VOLATILITY_FLOOR, TargetFeatures, channels
from forecast.features.windows import Windows
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.theta import Theta
from forecast.spec.model import WindowSpec

_MOST_WINDOWS = 100_000
_MOST_NUMBERS = 20_000_000
"""Windows times their width: 160 MB."""

_PENALTY = 100.0
"""Of 1, 10, 100 and 1000 the best or near it on the M4 samples, on single series and on panels."""

_CHUNK_ROWS = 1 << 17


@dataclass(frozen=True, slots=True)
class Naive:
    """The last value, again and again."""

    name: ClassVar[str] = "last value"

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`; knows no intervals, as all baselines."""
        return _forecast(history, np.repeat(history.last_values[:, None], horizon, axis=1), levels)


@dataclass(frozen=True, slots=True)
class SeasonalNaive:
    """The last season, again and again; the last value where a series is shorter than a season."""

    name: ClassVar[str] = "seasonal naive"

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`."""
        season = history.seasons
        period = np.where(history.lengths >= season, season, 1)
        rows = (history.bounds[1:] - period)[:, None] + np.arange(horizon) % period[:, None]
        return _forecast(history, history.values[rows], levels)


@dataclass(frozen=True, slots=True)
class Drift:
    """The line through the first and the last value, drawn on; one row alone is repeated."""

    name: ClassVar[str] = "drift"

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`."""
        steps = np.maximum(history.lengths - 1, 1)
        last = history.last_values
        with np.errstate(over="ignore"):
            slope = last / steps - history.values[history.bounds[:-1]] / steps
            line = last[:, None] + slope[:, None] * np.arange(1, horizon + 1)
        return _forecast(history, np.nan_to_num(line), levels)


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of all that came, again and again."""

    name: ClassVar[str] = "mean"

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`."""
        series = row_series(history.bounds)
        last, lengths = history.last_values, history.lengths[series]
        # Around the last value, so that a constant is met to the last bit and nothing overflows.
        shares = history.values / lengths - last[series] / lengths
        mean = last + np.bincount(series, weights=shares, minlength=len(history))
        return _forecast(history, np.repeat(mean[:, None], horizon, axis=1), levels)


@dataclass(frozen=True, slots=True)
class Ridge:
    """A linear regression on the windows and right answers of the network: does recurrence pay?"""

    name: ClassVar[str] = "ridge"

    spec: WindowSpec
    kernel: Floats
    """(window, horizon) from `_features` to answers in units of volatility."""

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`; beyond the trained horizon its own answers are fed back."""
        known, blocks = history, -(-horizon // self.spec.horizon)
        for _ in range(blocks):
            seen = channels(
                known.values, known.bounds, season=_one_for_all(known.seasons), horizon=self.spec.horizon
            )
            last = _at(seen, known.bounds[1:] - 1)
            features = _features(known.values, known.bounds[:-1], known.bounds[1:] - 1, last, self.spec)
            known = known.extended(last.restore(features @ self.kernel))
        rows = (known.bounds[1:] - blocks * self.spec.horizon)[:, None] + np.arange(horizon)
        return _forecast(history, known.values[rows], levels)


def fit_ridge(panel: Panel, spec: WindowSpec) -> Ridge:
    """A ridge regression on all windows of `panel`, or on 100,000 evenly spaced over it.

    Fewer where they are so wide that 20 million numbers are reached. Without any window
    there is nothing to learn, and it answers as the seasonal naive forecast does.
    """
    from sklearn.linear_model import Ridge as LeastSquares

    features, answers = _examples(panel, spec)
    if not len(features):
        return Ridge(spec, np.zeros((spec.window, spec.horizon)))
    # The features hold a constant: it is shrunk too, so that a handful of windows cannot set a trend.
    fitted = LeastSquares(alpha=_PENALTY, fit_intercept=False, solver="cholesky").fit(features, answers)
    return Ridge(spec, fitted.coef_.reshape(spec.horizon, spec.window).T)


def _examples(panel: Panel, spec: WindowSpec) -> tuple[Floats, Floats]:
    """Features, (windows, window), and right answers, (windows, horizon), of windows wholly observed."""
    windows = Windows(panel.lengths, spec)
    most = min(len(windows), _MOST_WINDOWS, _MOST_NUMBERS // spec.window)
    batch = windows.batch(np.linspace(0, len(windows) - 1, most).astype(np.int64))
    rows = batch.starts + batch.steps - 1
    futures = rows[:, None] + np.arange(1, spec.horizon + 1)
    first_rows = panel.bounds[series_at(panel.bounds, rows)]
    usable = panel.observed[futures].all(axis=1) & (rows - first_rows >= FIRST_JUDGED_ROW)
    usable &= panel.answerable[rows]
    rows, futures, first_rows = rows[usable], futures[usable], first_rows[usable]
    seen = _channels_at(panel, rows, spec.horizon)
    answers = np.clip(seen.units(panel.values[futures]), -CLIP, CLIP)
    return _features(panel.values, first_rows, rows, seen, spec), answers


def _channels_at(panel: Panel, rows: Integers, horizon: int) -> TargetFeatures:
    """The channels of these ascending rows, made for runs of whole series to spare memory."""
    runs = np.array_split(np.arange(len(panel)), -(-len(panel.values) // _CHUNK_ROWS))
    parts = []
    for run in runs:
        first, last = panel.bounds[run[0]], panel.bounds[run[-1] + 1]
        some = panel.select(run)
        seen = channels(some.values, some.bounds, season=_one_for_all(some.seasons), horizon=horizon)
        parts.append(_at(seen, rows[(rows >= first) & (rows < last)] - first))
    return TargetFeatures(
        *(
            np.concatenate([getattr(part, field) for part in parts])
            for field in ("inputs", "reference", "scale", "volatility")
        )
    )


def _one_for_all(seasons: Integers) -> int | Integers:
    """The season of all series where they have the same: its features are narrower."""
    return int(seasons[0]) if (seasons == seasons[0]).all() else seasons


def _at(seen: TargetFeatures, rows: Integers) -> TargetFeatures:
    return TargetFeatures(seen.inputs[rows], seen.reference[rows], seen.scale[rows], seen.volatility[rows])


def _features(
    values: Floats, first_rows: Integers, rows: Integers, seen: TargetFeatures, spec: WindowSpec
) -> Floats:
    """(rows, window) the window that ends at each row, around its last value, in units of volatility.

    A series that starts within the window is continued to its left with its first
    value. The newest column would be nought always: it holds the constant 1.
    """
    index = np.maximum(rows[:, None] + np.arange(1 - spec.window, 1), first_rows[:, None])
    window = np.arcsinh(values[index] / seen.scale[:, None])
    unit = np.maximum(seen.volatility, VOLATILITY_FLOOR)[:, None]
    features: Floats = np.clip((window - window[:, -1:]) / unit, -CLIP, CLIP)
    features[:, -1] = 1.0
    return features


def _forecast(history: Panel, values: Floats, levels: Sequence[float]) -> Forecast:
    unknown: Floats = np.full((len(levels), *values.shape), np.nan)
    return Forecast(
        ids=history.ids,
        times=history.frequency.after(history.last_times, values.shape[1]),
        values=values,
        levels=tuple(levels),
        lower=unknown,
        upper=unknown,
        columns=history.columns,
        frequency=history.frequency,
    )


Fit = Callable[[Panel, WindowSpec], Forecaster]

BASELINES: dict[str, Fit] = {
    Naive.name: lambda _past, _spec: Naive(),
    SeasonalNaive.name: lambda _past, _spec: SeasonalNaive(),
    Drift.name: lambda _past, _spec: Drift(),
    Mean.name: lambda _past, _spec: Mean(),
    Theta.name: lambda _past, _spec: Theta(),
    Ridge.name: fit_ridge,
}
"""How tables call each baseline -> what fits it to a past."""


_SAME_AS = {"naive": Naive.name}
"""Other words for a baseline."""


def baseline(name: str) -> Fit:
    """What fits the baseline of this name; words may be joined: "seasonal-naive"."""
    plain = name.strip().lower().replace("-", " ").replace("_", " ")
    found = BASELINES.get(_SAME_AS.get(plain, plain))
    if found is not None:
        return found
    nearest = get_close_matches(plain, (*BASELINES, *_SAME_AS), n=1)
    raise UsageError(
        f'there is no baseline "{name}"; there are {", ".join(_joined(known) for known in BASELINES)}',
        hint=f'did you mean "{_joined(nearest[0])}"?' if nearest else "",
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


def _joined(name: str) -> str:
    return name.replace(" ", "-")
