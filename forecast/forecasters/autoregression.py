"""A linear autoregression of each series on its own newest values: a ridge regression on its windows.

Direct, not recursive: one regression gives the next steps at once, as changes from the seasonal naive
forecast. It remembers a cycle that is no season of the calendar, as long as its window holds one.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from forecast.data.arrays import LARGEST, Floats
from forecast.data.panel import Panel

LONGEST_WINDOW = 64
"""Rows that a regression reads at most."""

ROWS_READ = 1_000
"""Newest rows that a forecast depends on."""

_PENALTIES = np.array([1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0])
"""Penalties that are tried, as a share of the mean eigenvalue of the regressors."""

_PARAMETER_COST = 2.5
"""What a parameter counts as in the cross-validation: windows overlap, and their errors are alike."""

_LEAST_WINDOWS = 12

_MOST_STEPS = 30
"""Steps that the regression gives, whatever the horizon; further ones are recursive, by the same one."""

_BATCH_ROWS = 16_384
"""Rows of series that are fitted together."""


def autoregression(history: Panel, horizon: int) -> Floats:
    """(series, horizon) forecasts after the end of every series; those of one length are fitted together."""
    forecasts = np.empty((len(history), horizon))
    for some, values, season in history.tail(ROWS_READ).alike(most_rows=_BATCH_ROWS):
        forecasts[some] = _forecasts(values, season, horizon)
    return forecasts


def _forecasts(values: Floats, season: int, horizon: int) -> Floats:
    """(series, horizon) forecasts of series of one length, (series, rows)."""
    rows, last = values.shape[1], values[:, -1:]
    size = np.abs(values).max(axis=1, keepdims=True)
    size = np.where(size > 0, size, 1.0)
    known = values / size - last / size
    season = season if rows >= 2 * season else 1
    steps = max(min(rows // 6, _MOST_STEPS), 1)
    kernel = _kernel(known, season, steps)
    while known.shape[1] < rows + horizon:
        known = np.concatenate((known, _next(known, season, kernel)), axis=1)
    with np.errstate(over="ignore"):
        return np.clip(last + size * known[:, rows : rows + horizon], -LARGEST, LARGEST)


def _next(values: Floats, season: int, kernel: Floats) -> Floats:
    """(series, steps) the next values: the seasonal naive forecast plus regressed changes."""
    rows, (lags, steps) = values.shape[1], kernel.shape[1:]
    now = values[:, rows - 1 - np.arange(lags + 1)]
    changes = (now[:, 1:] - now[:, :1])[:, None] @ kernel
    return np.asarray(values[:, rows - season + np.arange(steps) % season] + changes[:, 0])


def _kernel(values: Floats, season: int, steps: int) -> Floats:
    """(series, lags, steps) the regressions of the next values; no lags where there are too few examples."""
    rows = values.shape[1]
    window = min(LONGEST_WINDOW, max(2 * season, 24), (rows - steps) // 3)
    window = min(max(window, min(LONGEST_WINDOW, (rows - steps) // 4)), rows - 1)
    ends = np.arange(max(window, season), rows - steps + 1)  # rows known at each example
    if len(ends) < _LEAST_WINDOWS or window < 2:
        return np.zeros((len(values), 0, steps))
    # Views of all windows: row `end - window` of the first holds the rows before `end`, the newest last.
    first, last = int(ends[0]), int(ends[-1]) + 1
    lagged = sliding_window_view(values, window, axis=1)[:, first - window : last - window, ::-1]
    regressors = np.empty((len(values), len(ends), window - 1))
    np.subtract(lagged[..., 1:], lagged[..., :1], out=regressors)
    seasons = sliding_window_view(values, season, axis=1)[:, first - season : last - season]
    targets = sliding_window_view(values, steps, axis=1)[:, first:last]
    targets = targets - seasons[..., np.arange(steps) % season]
    return _ridge(regressors, targets)


def _ridge(regressors: Floats, targets: Floats) -> Floats:
    """(series, lags, outputs) coefficients of a ridge regression for each series, without an intercept.

    `regressors` are (series, examples, lags), `targets` (series, examples, outputs). The penalty is
    chosen by generalized cross-validation (Golub, Heath & Wahba 1979). Shrunk to nothing, it gives the
    reference.
    """
    transposed = regressors.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(transposed @ regressors)
    values = np.maximum(values, 0.0)
    unit = values.mean(axis=1)
    penalties = _PENALTIES * np.where(unit > 0, unit, 1.0)[:, None]
    projected = vectors.transpose(0, 2, 1) @ (transposed @ targets)  # (series, lags, outputs)
    # Residual sum of squares: |y|^2 - sum of (2 / (v + p) - v / (v + p)^2) projected^2.
    inverse = 1 / (values[:, None] + penalties[..., None])  # (series, penalties, lags)
    explained = (2 * inverse - values[:, None] * inverse**2) @ (projected**2)
    residual = np.maximum((targets**2).sum(axis=1)[:, None] - explained, 0.0).sum(axis=2)
    freedom = (values[:, None] * inverse).sum(axis=2)
    score = residual / np.maximum(1 - _PARAMETER_COST * freedom / targets.shape[1], 0.05) ** 2
    best = inverse[np.arange(len(score)), score.argmin(axis=1)]
    return np.asarray(vectors @ (best[..., None] * projected))
