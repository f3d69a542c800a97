"""Series with their forecasts, backtests and losses as charts."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.cards import Losses
from forecast.data.evaluation import Predictions
from forecast.data.panel import Panel, Series
from forecast.data.results import Forecast
from forecast.drawing.chart import Band, Chart, Curve, Picture, drawable
from forecast.drawing.ticks import Counter, axis_of, positions
from forecast.phrases import shown

_LEAST_ROWS = 40
"""Rows of history at least, where there are so many."""


def rows_shown(horizon: int, season: int) -> int:
    """Rows of history beside which a forecast of `horizon` rows is still seen."""
    return max(8 * horizon, 3 * season, _LEAST_ROWS)


def picture_of_series(
    panel: Panel,
    chart: Callable[[int, str, int], Chart],
    indices: Iterable[int],
    usual: Callable[[int], int],
    *,
    rows: int | None,
    title: str,
    words: str = "",
) -> Picture:
    """A chart of each of these series, `chart(index, title, rows)`, under the title and the target's name.

    `usual` gives the rows of history beside a season where `rows` is None; `words` go on after the target.
    """
    charts = [
        chart(
            index,
            "" if panel.columns.series is None else shown(panel.ids[index]),
            usual(int(panel.seasons[index])) if rows is None else rows,
        )
        for index in indices
    ]
    return Picture(titled(title, f"{shown(panel.columns.target or '')}{words}"), tuple(charts))


def titled(title: str, words: str) -> str:
    """A title and what goes on with it, either of which may be empty."""
    return " ".join(filter(None, (title, words)))


def forecast_chart(
    series: Series, forecast: Forecast | None, index: int, panel: Panel, *, title: str, rows: int | None
) -> Chart:
    """The newest `rows` of a series, None for all, and the forecast of series `index` after them."""
    curves, horizon = list(history_curves(series, rows)), 0
    bands: list[Band] = []
    marks: tuple[float, ...] = ()
    if forecast is not None:
        horizon = forecast.values.shape[1]
    if forecast is not None and horizon:
        last = positions(series.times[-1:])
        x = np.concatenate([last, positions(forecast.times[index])])
        newest = series.values[-1:]
        curves.append(Curve("forecast", "forecast", x, drawable(np.append(newest, forecast.values[index]))))
        bands = _bands(x, newest, forecast, index)
        marks = (float(last[0]),)
    if forecast is not None and forecast.actual is not None:
        x = np.concatenate([positions(series.times[-1:]), positions(forecast.times[index])])
        values = np.append(series.values[-1:], forecast.actual[index])
        curves.insert(-1, Curve("actual", "actual", x, drawable(values)))
    return Chart(title, tuple(curves), axis_of(panel.frequency), tuple(bands), marks)


def history_curves(series: Series, rows: int | None) -> tuple[Curve, ...]:
    """The newest rows of a series: those observed, and, joined to them, those that were filled in."""
    keep = slice(None) if rows is None else slice(-rows, None)
    x, y, observed = positions(series.times[keep]), drawable(series.values[keep]), series.observed[keep]
    history = Curve("history", "history", x, np.where(observed, y, np.nan))
    if observed.all():
        return (history,)
    beside = ~observed
    beside[1:] |= ~observed[:-1]
    beside[:-1] |= ~observed[1:]
    return (Curve("filled in", "filled", x, np.where(beside, y, np.nan)), history)


def _bands(x: Floats, newest: Floats, forecast: Forecast, index: int) -> list[Band]:
    """The intervals, the widest first; they begin at the last value, which is known."""
    bands = []
    for number in reversed(range(len(forecast.levels))):
        lower, upper = (
            drawable(np.append(newest, bound[number, index])) for bound in (forecast.lower, forecast.upper)
        )
        if np.isnan(lower[1:]).all():
            continue
        name = f"{forecast.levels[number]:g} % interval"
        bands.append(Band(name, x, lower, upper, wide=number > 0))
    return bands


def backtest_chart(
    series: Series, predictions: Predictions, index: int, panel: Panel, *, title: str, rows: int | None
) -> Chart:
    """The actual values of a series, and what was forecast from each origin with the interval."""
    backtests, horizon = predictions.actual.shape[1:]
    shown_rows = None if rows is None else rows + backtests * horizon
    forecasts: list[Curve] = []
    bands, marks = [], []
    times = predictions.frequency.after(predictions.origins[index], horizon)
    for number in range(backtests):
        known = ~np.isnan(predictions.actual[index, number])
        if not known.any():
            continue
        last = known.nonzero()[0][-1] + 1
        x = positions(times[number, :last])
        values = predictions.values[0, index, number, :last]
        forecasts.append(Curve("forecast", "forecast", x, drawable(values)))
        lower, upper = (bound[index, number, :last] for bound in (predictions.lower, predictions.upper))
        if not np.isnan(lower).all():
            bands.append(Band(f"{predictions.level:g} % interval", x, drawable(lower), drawable(upper)))
        marks.append(float(positions(predictions.origins[index, number : number + 1])[0]))
    oldest = min(marks, default=np.inf)
    known = [part for each in history_curves(series, shown_rows) for part in _split(each, oldest)]
    return Chart(title, (*known, *forecasts), axis_of(panel.frequency), tuple(bands), tuple(marks))


def _split(curve: Curve, origin: float) -> tuple[Curve, ...]:
    """The history up to an origin, and the actual values from it on; other curves are one."""
    if curve.role != "history" or curve.x[-1] <= origin:
        return (curve,)
    before, after = curve.x <= origin, curve.x >= origin
    actual = Curve("actual", "actual", curve.x[after], curve.y[after])
    return (replace(curve, x=curve.x[before], y=curve.y[before]), actual) if before.any() else (actual,)


def loss_chart(losses: Losses) -> Chart:
    """Training and validation loss by epoch, with a mark at the best epoch."""
    epochs = np.arange(1.0, len(losses.training) + 1)
    curves = (
        Curve("training loss", "training", epochs, np.array(losses.training)),
        Curve("validation loss", "validation", epochs, np.array(losses.validation)),
    )
    marks = (float(losses.best_epoch),) if 1 <= losses.best_epoch <= len(epochs) else ()
    return Chart("", curves, Counter(), marks=marks)
