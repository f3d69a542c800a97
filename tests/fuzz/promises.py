"""What must hold for whatever bytes come in: a value that bears use, or a `ForecastError`."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np

from forecast import workflow
from forecast.data.panel import Panel
from forecast.data.results import Forecast, ResultTable
from forecast.errors import ForecastError, ModelError
from forecast.forecasters.intervals import no_spread
from forecast.forecasters.model import RecurrentForecaster
from forecast.output.writing import write
from forecast.reading.reader import ReadResult, read_panel
from forecast.spec.reading import ReadSpec
from forecast.storage import modelfile
from tests.models import model, network

MOST_STEPS = 12
"""Steps forecast with a model that was believed: enough to feed forecasts back."""

ROWS = (
    b"region,year,tons\nnord,2001,3\nnord,2002,4\nnord,2003,4.5\nnord,2004,5\n",
    b"region,year,tons\nnord,2001-01,3\nnord,2001-02,4\nnord,2001-03,4.5\n",
    b"region,year,tons\nnord,2001-01-01T00:00:00+01:00,3\nnord,2001-01-02T00:00:00+01:00,4\n",
)
"""Data that a believed model is asked to continue."""

_METHODS = ("theta", "ets", "ridge", "seasonal-drift", "naive")
_MODELS = {
    season: replace(
        model(network(season=season, cell=cell), methods=_METHODS),
        weights=np.empty((0, 1 + len(_METHODS))),
        spread=no_spread(),
    )
    for season, cell in ((1, "simple-rnn"), (7, "gru"), (12, "lstm"))
}
"""Combinations whose weights and intervals follow from the past of the data, as `predict` makes them."""


def reads_or_refuses(source: bytes | Path, read: ReadSpec | None = None) -> ReadResult | None:
    """What `source` was read as, after looking at all of it; None where it was refused."""
    try:
        reading = read_panel(io.BytesIO(source) if isinstance(source, bytes) else source, read)
    except ForecastError:
        return None
    _check_panel(reading.panel)
    known = _MODELS.get(reading.panel.frequency.default_season, _MODELS[1])
    forecast = known.predict(reading.panel, MOST_STEPS, levels=(80.0,))
    assert np.isfinite(forecast.values).all()
    _check_intervals(forecast)
    _check_written(forecast.to_table())
    return reading


def opens_or_refuses(content: bytes, path: Path) -> RecurrentForecaster | None:
    """The model that `content` is, after using it; None where it was refused. It is put at `path`."""
    path.write_bytes(content)
    try:
        opened = modelfile.load(path)
    except ModelError:
        return None
    _check_written(workflow.show(opened).to_table())
    if opened.card.scores is not None:
        for by in ("model", "series", "step"):
            _check_written(opened.card.scores.to_table(by))
    for source in (None, *ROWS):
        _check_answer(opened, source)
    again = modelfile.encode(opened)
    path.write_bytes(again)
    assert modelfile.encode(modelfile.load(path)) == again
    return opened


def _check_answer(opened: RecurrentForecaster, source: bytes | None) -> None:
    steps = min(opened.horizon, MOST_STEPS)
    try:
        forecast = workflow.predict(opened, source and io.BytesIO(source), horizon=steps, levels=(50.0, 99.0))
    except ForecastError:
        return
    assert forecast.values.shape == (len(forecast.ids), steps)
    assert np.isfinite(forecast.values).all()
    _check_intervals(forecast)
    _check_written(forecast.to_table())


def _check_intervals(forecast: Forecast) -> None:
    """They hold the forecast, or are unknown."""
    unknown = np.isnan(forecast.lower) | np.isnan(forecast.upper)
    assert (unknown | (forecast.lower <= forecast.values)).all()
    assert (unknown | (forecast.values <= forecast.upper)).all()


def _check_panel(panel: Panel) -> None:
    assert len(panel.ids) == len(set(panel.ids)) == len(panel.bounds) - 1
    assert len(panel.values) == len(panel.times) == len(panel.observed) == panel.bounds[-1]
    assert (panel.lengths > 0).all()
    assert np.isfinite(panel.values).all()
    for series in panel:
        assert series.observed[0]
        assert series.observed[-1]
        assert (panel.frequency.shift(series.times[:-1], np.ones(1, np.int64)) == series.times[1:]).all()
        assert (series.times[1:] > series.times[:-1]).all()
    texts = panel.frequency.text(panel.times)
    assert len(set(texts)) == len(np.unique(panel.times))
    panel.frequency.text(panel.frequency.after(panel.last_times, MOST_STEPS).ravel())


def _check_written(table: ResultTable) -> None:
    for format in ("csv", "json", "md"):
        stream = io.BytesIO()
        write(table, stream, format=format, schema="fuzz/1")
        stream.getvalue().decode(errors="surrogateescape")
