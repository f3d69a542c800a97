"""Weights and intervals of series that a model was not trained on, from backtests in many files.

Each file has a few of its series forecast from the origins of the training's own backtests, by the networks
of these backtests, which saw no later row of any series. What comes back is small: forecasts, actual values.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers
from forecast.data.panel import Panel
from forecast.data.results import Coverage
from forecast.errors import ModelError
from forecast.evaluation.backtest import Origins, rows_known_at
from forecast.forecasters.intervals import quantiles, spread_of
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.past import Past, combined, joined, pooled_prior
from forecast.forecasters.priors import interval_width
from forecast.jobs.sample import evenly
from forecast.reading.reader import read_panel
from forecast.spec.reading import ReadSpec
from forecast.storage import modelfile
from forecast.tables.files import DataFile, DataSet

SERIES_OF_A_FILE = 100
"""Series of each file that are forecast."""

FEWEST_SERIES = 20
"""Series from which weights and intervals are theirs, and no longer those of the series trained on."""


@dataclass(frozen=True, slots=True)
class CalibrationPart:
    """A file, and the models of the backtests, the oldest first."""

    file: DataFile
    read: ReadSpec
    models: tuple[tuple[Path, str], ...]
    """Path and SHA-256 of each; all series of their tails were trained on."""
    origins: tuple[int, ...] | None
    """Newest time that each was trained on, in the panel's units; None: rows before each series' end."""
    horizon: int
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class Errors:
    """What all members forecast for some series of a file, with the actual values."""

    past: Past
    prior: Floats
    """(members, series) prior weights."""
    seasons: Integers
    """(series,)"""
    intermittent: Flags
    """(series,)"""

    @property
    def series(self) -> int:
        """Number of series."""
        return len(self.seasons)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is used for any series that was not trained on."""

    weights: Floats
    """(members,)"""
    sizes: Floats
    """(horizon,) mean absolute errors in units of the seasonal change."""


def forecast_some(part: CalibrationPart) -> Errors:
    """Forecast a few series of a file that were not trained on: a function of the part alone."""
    models = [_model(path, digest) for path, digest in part.models]
    panel = _unknown(part, models[0])
    combination = models[-1].combination
    pasts = [
        model.combination.past_at(panel, known[None], part.horizon)
        for model, known in zip(models, _known(part, panel), strict=True)
    ]
    intermittent = combination.forecasts_mean(panel)
    return Errors(joined(pasts), combination.prior(panel, intermittent), panel.seasons, intermittent)


def _unknown(part: CalibrationPart, model: RecurrentForecaster) -> Panel:
    """Some series of the file, evenly spaced among those that were not trained on."""
    source = DataSet(part.file.name, (part.file,))
    panel = read_panel(source, part.read, frequency=model.frequency, season=model.spec.season).panel
    trained = set(model.tail.ids)
    new = np.flatnonzero([id not in trained for id in panel.ids])
    return evenly(panel.select(new), SERIES_OF_A_FILE)


def _known(part: CalibrationPart, panel: Panel) -> list[Integers]:
    """(series,) rows of each series that are known at each origin, the oldest first."""
    if part.origins is None:
        return rows_known_at(panel, Origins(len(part.models), part.horizon)) if len(panel) else []
    return [
        np.array(
            [np.searchsorted(each.times.view(np.int64), newest, side="right") for each in panel],
            dtype=np.int64,
        )
        for newest in part.origins
    ]


@lru_cache(maxsize=16)
def _model(path: Path, digest: str) -> RecurrentForecaster:
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ModelError("is not the model of this job", where=str(path), hint="start the job again")
    return modelfile.load(path)


def together(parts: Sequence[Errors]) -> Errors:
    """The errors of several files as one; series are counted on."""
    shifts = np.cumsum([0, *(part.series for part in parts)])
    horizon = max(part.past.origins.horizon for part in parts)
    pasts = [part.past for part in parts]
    origins = [
        replace(past.origins, series=past.origins.series + shift, group=past.origins.groups)
        for past, shift in zip(pasts, shifts, strict=False)
    ]
    all_origins = replace(
        origins[0],
        series=np.concatenate([each.series for each in origins]),
        number=np.concatenate([each.number for each in origins]),
        rows=np.concatenate([each.rows for each in origins]),
        group=np.concatenate([each.groups for each in origins]),
        horizon=horizon,
    )
    past = Past(
        all_origins,
        np.concatenate([past.forecasts for past in pasts], axis=1),
        np.concatenate([past.actual for past in pasts]),
        np.concatenate([past.units for past in pasts]),
    )
    return Errors(
        past,
        np.concatenate([part.prior for part in parts], axis=1),
        np.concatenate([part.seasons for part in parts]),
        np.concatenate([part.intermittent for part in parts]),
    )


def calibrated(errors: Errors, level: float) -> Calibration:
    """Weights by the errors of all series together, and sizes with which `level` percent are covered."""
    prior = pooled_prior(errors.past, errors.prior, errors.intermittent).mean(axis=1)
    weights = prior / prior.sum()
    usable, misses = _misses(errors, weights)
    season = int(np.median(errors.seasons))
    # In units of each series' own change they are errors of one series with as many origins.
    sizes = spread_of(misses[usable] / errors.past.units[usable, None], np.ones(int(usable.sum())), season)
    ratios = (misses / _half_widths(errors, sizes, level))[usable]
    ratios = ratios[np.isfinite(ratios)]
    return Calibration(weights, sizes * float(np.quantile(ratios, level / 100)) if len(ratios) else sizes)


def covered(errors: Errors, found: Calibration, level: float, *, whole: bool) -> Flags:
    """(errors,) whether each actual value is in its interval; whole intervals have whole ends."""
    usable, misses = _misses(errors, found.weights)
    half = _half_widths(errors, found.sizes, level)
    half = np.floor(half + 0.5) if whole else half
    known = np.isfinite(misses) & usable[:, None]
    return np.asarray((misses <= half)[known])


def cross_covered(parts: Sequence[Errors], level: float, *, whole: bool) -> Coverage:
    """The coverage of intervals in each half of the files by what the other half gives.

    The halves of a single file are its series.
    """
    inside = []
    for number in (0, 1):
        measured, given = parts[number::2], parts[1 - number :: 2]
        if measured and given:
            found = calibrated(together(given), level)
            inside.append(covered(together(measured), found, level, whole=whole))
    every = np.concatenate(inside) if inside else np.empty(0, dtype=bool)
    return Coverage(level, float(100 * every.mean()) if len(every) else np.nan, len(every))


def halves(errors: Errors) -> list[Errors]:
    """The errors of every second series, and of the others."""
    return [_select(errors, np.arange(errors.series) % 2 == number) for number in (0, 1)]


def _select(errors: Errors, series: Flags) -> Errors:
    kept, past = series[errors.past.origins.series], errors.past
    new = np.cumsum(series) - 1
    origins = past.origins.select(kept)
    origins = replace(origins, series=new[origins.series])
    return Errors(
        Past(origins, past.forecasts[:, kept], past.actual[kept], past.units[kept]),
        errors.prior[:, series],
        errors.seasons[series],
        errors.intermittent[series],
    )


def _misses(errors: Errors, weights: Floats) -> tuple[Flags, Floats]:
    """(pasts,) which have a unit, and (pasts, horizon) absolute errors of the combination, NaN if unknown."""
    past = errors.past
    shared = np.broadcast_to(weights, (len(past.actual), len(weights)))
    with np.errstate(over="ignore"):
        misses = np.abs(past.actual - combined(shared, past.forecasts))
    return past.units > 0, misses


def _half_widths(errors: Errors, sizes: Floats, level: float) -> Floats:
    """(pasts, horizon) half-widths of the intervals, as a forecast has them."""
    seasons = errors.seasons[errors.past.origins.series]
    width = np.array([interval_width(season) for season in seasons.tolist()])
    return np.asarray(quantiles([level])[0] * (errors.past.units * width)[:, None] * sizes)
