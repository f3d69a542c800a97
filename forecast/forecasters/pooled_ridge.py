"""Ridge regression on the windows and covariates of the network: a baseline that shows if recurrence pays.

One regression for all series of a panel, by its normal equations. Its inputs are the rows of the window,
in the units of the network's targets, and, for each step of the horizon, the covariates of that row and
their squares, so that demand may rise with cold and with heat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecast.data.arrays import Floats, Integers, series_at
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.features.covariates import TYPICAL_SIZE_ROWS, covariate_specs
from forecast.features.inputs import covariate_channels
from forecast.features.target import (
    CLIP,
    FIRST_TRAINING_ROW,
    VOLATILITY_FLOOR,
    TargetFeatures,
    target_features,
)
from forecast.features.windows import Windows
from forecast.spec.model import Covariate, WindowSpec

_MAX_WINDOWS = 100_000
_MAX_NUMBERS = 20_000_000
"""Windows times the numbers of each: 160 MB."""

_PENALTY = 100.0
"""Of 1, 10, 100 and 1000 the best or near it on the M4 samples, on single series and on panels."""

_MAX_CATEGORIES = 100
"""Categories of a covariate that have a column of their own, the first in alphabetical order."""

_CHUNK_ROWS = 1 << 17

_ROWS_OF_COVARIATES = TYPICAL_SIZE_ROWS + 1
"""Newest rows of a series that its newest covariates depend on."""


@dataclass(frozen=True, slots=True)
class PooledRidge:
    """A linear regression on the windows, covariates and targets of the network: does recurrence pay?"""

    name: ClassVar[str] = "pooled-ridge"

    spec: WindowSpec
    covariates: tuple[Covariate, ...]
    """How it reads the covariates."""
    kernel: Floats
    """(window + covariate columns, horizon) coefficients of the outputs, in units of volatility."""

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`; beyond the trained horizon it forecasts recursively."""
        known, blocks = history, -(-horizon // self.spec.horizon)
        window_kernel, covariate_kernel = np.split(self.kernel, [self.spec.window])
        for _ in range(blocks):
            features = target_features(
                known.values, known.bounds, season=_common_season(known.seasons), horizon=self.spec.horizon
            )
            rows = known.bounds[1:] - 1
            last = features.at(rows)
            outputs = _windows_at(known.values, known.bounds[:-1], rows, last, self.spec) @ window_kernel
            if self.covariates:
                newest = known.tail(_ROWS_OF_COVARIATES)
                columns = _covariates_at(newest, newest.bounds[1:] - 1, self.covariates, self.spec.horizon)
                outputs += np.einsum("hrc,ch->rh", columns, covariate_kernel)
            known = known.extended(last.to_values(outputs))
        rows = (known.bounds[1:] - blocks * self.spec.horizon)[:, None] + np.arange(horizon)
        return Forecast.of(history, known.values[rows], levels)


def fit_ridge(panel: Panel, spec: WindowSpec) -> PooledRidge:
    """A ridge regression on all windows of `panel`, or on 100,000 evenly spaced over it.

    Fewer where they are so wide that 20 million numbers are reached. Without any window
    all coefficients are zero, and it forecasts as the seasonal naive method does.
    """
    covariates = covariate_specs(panel, panel)
    width = sum(_column_count(covariate) for covariate in covariates)
    rows = _training_rows(panel, spec, most=_MAX_NUMBERS // (spec.window + spec.horizon * width))
    if not len(rows):
        return PooledRidge(spec, covariates, np.zeros((spec.window + width, spec.horizon)))
    windows, columns, targets = _examples(panel, rows, spec, covariates)
    return PooledRidge(spec, covariates, _solve(windows, columns, targets))


def _solve(windows: Floats, columns: Floats, targets: Floats) -> Floats:
    """(window + columns, horizon) the coefficients w of (X'X + penalty I) w = X'y for each step.

    The inputs X of a step are the `windows`, (windows, window), and its own `columns`, (horizon, windows,
    columns). They include a constant: it is shrunk too, so that a handful of windows cannot set a trend.
    """
    gram, moment = windows.T @ windows, windows.T @ targets
    if not columns.shape[2]:
        return np.asarray(np.linalg.solve(gram + _PENALTY * np.eye(len(gram)), moment))
    kernel = []
    for step, own in enumerate(columns):
        cross = windows.T @ own
        full = np.block([[gram, cross], [cross.T, own.T @ own]])
        right = np.concatenate([moment[:, step], own.T @ targets[:, step]])
        kernel.append(np.linalg.solve(full + _PENALTY * np.eye(len(full)), right))
    return np.stack(kernel, axis=1)


def _training_rows(panel: Panel, spec: WindowSpec, *, most: int) -> Integers:
    """The last row of each window to learn from: those whose targets are observed, at most `most`."""
    windows = Windows(panel.lengths, spec)
    count = min(len(windows), _MAX_WINDOWS, most)
    batch = windows.batch(np.linspace(0, len(windows) - 1, count).astype(np.int64))
    rows = batch.starts + batch.steps - 1
    futures = rows[:, None] + np.arange(1, spec.horizon + 1)
    first_rows = panel.bounds[series_at(panel.bounds, rows)]
    usable = panel.observed[futures].all(axis=1) & (rows - first_rows >= FIRST_TRAINING_ROW)
    return np.asarray(rows[usable & panel.valid_origins[rows]])


def _examples(
    panel: Panel, rows: Integers, spec: WindowSpec, covariates: tuple[Covariate, ...]
) -> tuple[Floats, Floats, Floats]:
    """(rows, window) windows, (horizon, rows, columns) covariates and (rows, horizon) targets.

    They are those of the windows that end at these ascending rows, and are computed for runs of whole
    series, to spare memory.
    """
    runs = np.array_split(np.arange(len(panel)), -(-len(panel.values) // _CHUNK_ROWS))
    parts = []
    for run in runs:
        first, last = panel.bounds[run[0]], panel.bounds[run[-1] + 1]
        part, ends = panel.select(run), rows[(rows >= first) & (rows < last)] - first
        features = target_features(
            part.values, part.bounds, season=_common_season(part.seasons), horizon=spec.horizon
        ).at(ends)
        first_rows = part.bounds[series_at(part.bounds, ends)]
        future = part.values[ends[:, None] + np.arange(1, spec.horizon + 1)]
        parts.append(
            (
                _windows_at(part.values, first_rows, ends, features, spec),
                _covariates_at(part, ends, covariates, spec.horizon),
                np.clip(features.to_outputs(future), -CLIP, CLIP),
            )
        )
    windows, columns, targets = zip(*parts, strict=True)
    return np.concatenate(windows), np.concatenate(columns, axis=1), np.concatenate(targets)


def _windows_at(
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


def _covariates_at(panel: Panel, rows: Integers, covariates: tuple[Covariate, ...], horizon: int) -> Floats:
    """(horizon, rows, columns) the covariates known for each step after the windows that end at `rows`.

    A known covariate is that of the step's row, a past one that of the window's last row. A number has
    two columns, itself and its square, both scaled; a category has a column of 0 and 1.
    """
    width = sum(_column_count(covariate) for covariate in covariates)
    columns, first = np.zeros((horizon, len(rows), width)), 0
    for covariate, channels in zip(covariates, covariate_channels(panel, covariates, horizon), strict=False):
        here = channels[rows].T  # (channels, rows), the first channel that of the window's last row
        ahead = here[1:] if covariate.role == "known" else np.broadcast_to(here, (horizon, len(rows)))
        if covariate.categories:
            codes = np.arange(1, _column_count(covariate) + 1)
            own = np.where(ahead[..., None] == codes, 1.0, 0.0)
        else:
            own = np.stack([ahead, ahead**2], axis=-1)
        columns[..., first : first + own.shape[-1]] = own
        first += own.shape[-1]
    return columns


def _column_count(covariate: Covariate) -> int:
    return min(len(covariate.categories), _MAX_CATEGORIES) if covariate.categories else 2


def _common_season(seasons: Integers) -> int | Integers:
    """The season of all series where it is the same: then there are fewer features."""
    return int(seasons[0]) if (seasons == seasons[0]).all() else seasons
