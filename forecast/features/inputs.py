"""What a network reads at every row of a panel, and the right answers it learns from.

A row's channels are numbers first: those of the series itself (`channels`), then the
covariates, the calendar and the holidays. Behind them stand codes, places of texts in
their embeddings. A column known ahead is read at the row itself and at every row of the horizon.
Everything is causal: row t tells of rows up to t, and of what is known ahead.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Flags, Floats, Integers, row_positions, row_series
from forecast.data.covariates import recode
from forecast.data.panel import Panel
from forecast.features import calendar
from forecast.features.covariates import changes
from forecast.features.target import (
    FIRST_JUDGED_ROW,
    VOLATILITY_FLOOR,
    TargetFeatures,
    channels,
    rows_remembered,
    width,
)
from forecast.spec.model import Covariate, ModelSpec
from forecast.spec.reading import Role

InputArray = NDArray[np.float32]

TARGET = "target"
"""Name of the embedding of what the target was."""

UNKNOWN = 0
"""The code of a text that has no embedding of its own; the others follow in their order."""

MOST_SPREADS = 20.0
"""Bound on every covariate, in its own spreads."""

_AGE = 1
"""Channels of a series that is told in probabilities: how long it is."""

_REMEMBERED = 100
"""Rows of such a series after which it no longer ages."""

_CHUNK_ROWS = 1 << 17


@dataclass(frozen=True, slots=True)
class Layout:
    """How the channels of a step are divided."""

    numbers: int
    """Channels that are numbers."""
    codes: tuple[str, ...]
    """The embedding that each of the other channels is a place in."""


def layout(spec: ModelSpec) -> Layout:
    """The division of a step's channels that a network reads."""
    horizon, own = spec.trained_horizon, spec.target.kind == "class"
    numbers = _AGE if spec.target.classes else width(spec.season, horizon)
    numbers += calendar.PHASES if spec.calendar.phases else 0
    numbers += horizon + 1 if spec.calendar.holidays else 0
    codes = [TARGET] * (1 + (horizon if spec.season != 1 else 0)) if own else []
    for place, covariate in enumerate(spec.covariates):
        count = _places(covariate, horizon)
        if covariate.categories:
            codes += [_embedding(place)] * count
        else:
            numbers += count
    return Layout(numbers, tuple(codes))


def embeddings(spec: ModelSpec) -> dict[str, tuple[int, int]]:
    """Name -> (texts and one place for all others, numbers for each) of every embedding."""
    sizes = {
        _embedding(place): len(covariate.categories)
        for place, covariate in enumerate(spec.covariates)
        if covariate.categories
    }
    if spec.target.kind == "class":
        sizes[TARGET] = len(spec.target.classes)
    return {name: (size + 1, _embedding_width(size)) for name, size in sizes.items()}


def _embedding(place: int) -> str:
    return f"embedding{place}"


def _embedding_width(texts: int) -> int:
    """Numbers for each of so many texts: two for two, 21 for a hundred, 32 at most.

    The power law is the rule of thumb of Howard and Gugger, "Deep Learning for Coders" (2020), chapter 9.
    """
    return int(min(32, max(2, round(1.6 * float(texts) ** 0.56))))


def _places(covariate: Covariate, horizon: int) -> int:
    return 1 + horizon if covariate.role == "known" else 1


def season_of(panel: Panel, spec: ModelSpec) -> int | Integers:
    """The season that a network reads a panel in, or, (series,), that of each series."""
    return panel.seasons if spec.season is None else spec.season


def rows_needed(spec: ModelSpec, *, season: int) -> int:
    """Newest rows of a series of this season that an answer depends on."""
    before = max(_REMEMBERED, season) if spec.target.classes else rows_remembered(season)
    return spec.windows.window + before


@dataclass(frozen=True, slots=True)
class Inputs:
    """A panel, as a network reads it."""

    inputs: InputArray
    """(rows, channels)"""
    channels: TargetFeatures | None
    """What turns answers into values; None where answers are probabilities."""


def read(panel: Panel, spec: ModelSpec) -> Inputs:
    """The channels of every row."""
    own = None
    numbers: list[Floats | InputArray] = []
    codes: list[Floats] = []
    if spec.target.classes:
        numbers.append(_age(panel))
        codes.extend(_own_codes(panel, spec))
    else:
        season = season_of(panel, spec)
        own = channels(panel.values, panel.bounds, season=season, horizon=spec.trained_horizon)
        numbers.append(own.inputs)
    for covariate, columns in zip(spec.covariates, _covariate_columns(panel, spec), strict=True):
        (codes if covariate.categories else numbers).append(columns)
    if spec.calendar.phases:
        numbers.append(calendar.phases(panel.times, panel.frequency))
    if spec.calendar.holidays:
        dates = np.array(spec.calendar.holiday_dates)
        numbers.append(
            calendar.holidays_in(panel.times, panel.frequency, dates, horizon=spec.trained_horizon)
        )
    if own is not None and len(numbers) == 1 and not codes:
        return Inputs(own.inputs, own)
    return Inputs(np.concatenate([*numbers, *codes], axis=1, dtype=np.float32, casting="same_kind"), own)


def _age(panel: Panel) -> Floats:
    return np.log1p(np.minimum(row_positions(panel.bounds), _REMEMBERED))[:, None] / 5


def _own_codes(panel: Panel, spec: ModelSpec) -> Iterator[Floats]:
    """What the target was at the row, and a season before each row of the horizon."""
    if spec.target.kind == "label":
        return
    position, code = row_positions(panel.bounds), panel.values + 1
    yield code[:, None]
    if spec.season != 1:
        season = np.repeat(np.broadcast_to(season_of(panel, spec), len(panel)), panel.lengths)
        lags = -np.arange(1, spec.trained_horizon + 1) % season[:, None]
        index = np.arange(len(code))[:, None] - lags
        yield np.where(position[:, None] >= lags, code[np.maximum(index, 0)], UNKNOWN)


def _covariate_columns(panel: Panel, spec: ModelSpec) -> Iterator[Floats]:
    """(rows, places) of each covariate: scaled numbers, or codes."""
    if panel.covariates is None or not spec.covariates:
        return
    there, series = panel.covariates, row_series(panel.bounds)
    every = np.arange(len(panel.values))[:, None]
    places: dict[Role, _Places] = {
        "past": _Places(panel.bounds, every),
        "known": _Places(there.known_bounds, _known_rows(panel, series, spec.trained_horizon)),
        "static": _Places(np.arange(len(panel) + 1), series[:, None]),
    }
    columns = {"past": iter(there.past.T), "known": iter(there.known.T), "static": iter(there.static.T)}
    for covariate, vocabulary in zip(spec.covariates, there.vocabularies, strict=True):
        column, read = next(columns[covariate.role]), places[covariate.role]
        if covariate.categories:
            known = {text: code for code, text in enumerate(covariate.categories, start=1)}
            yield recode(column, vocabulary, known, other=UNKNOWN)[read.rows]
        elif covariate.relative:
            now = read.rows[:, 0]
            before = np.where(row_positions(panel.bounds) > 0, now - 1, now)
            rows = np.concatenate([before[:, None], read.rows[:, 1:]], axis=1)
            yield _bounded(changes(column, read.bounds, now, rows) / covariate.spread)
        else:
            yield _scaled(column, covariate)[read.rows]


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the columns of one role are read."""

    bounds: Integers
    """(series + 1,) first row of each series among those of the columns, and their number."""
    rows: Integers
    """(rows, places) of them that each row of the panel reads, its own first."""


def _known_rows(panel: Panel, series: Integers, horizon: int) -> Integers:
    """(rows, horizon + 1) known rows of each row and of the next ones; the last there is behind the end."""
    there = panel.covariates
    if there is None or not there.known.shape[1]:
        return np.empty((len(series), 0), dtype=np.int64)
    rows = (there.known_bounds[:-1][series] + row_positions(panel.bounds))[:, None] + np.arange(horizon + 1)
    return np.asarray(np.minimum(rows, there.known_bounds[1:][series][:, None] - 1))


def _scaled(column: Floats, covariate: Covariate) -> Floats:
    with np.errstate(over="ignore"):
        return _bounded((column - covariate.centre) / covariate.spread)


def _bounded(scaled: Floats) -> Floats:
    return np.clip(np.nan_to_num(scaled, nan=0.0), -MOST_SPREADS, MOST_SPREADS)


@dataclass(frozen=True, slots=True)
class TrainingExamples:
    """All rows of a panel as training reads them."""

    inputs: InputArray
    """(rows, channels)"""
    targets: NDArray[np.float32]
    """(rows, horizon) right answers: in units of volatility, or places among the classes."""
    weights: NDArray[np.float32]
    """(rows, horizon) what an error of one unit costs; 0 where no right answer is known."""


def training_examples(panel: Panel, spec: ModelSpec) -> TrainingExamples:
    """Channels, right answers and their weights for every row of a panel."""
    horizon, divided = spec.trained_horizon, layout(spec)
    rows = len(panel.values)
    inputs = np.empty((rows, divided.numbers + len(divided.codes)), dtype=np.float32)
    targets = np.zeros((rows, horizon), dtype=np.float32)
    weights = np.zeros((rows, horizon), dtype=np.float32)
    for part in _chunks(panel.bounds):
        here = slice(panel.bounds[part.start], panel.bounds[part.stop])
        piece = panel if part == slice(0, len(panel)) else panel.select(np.arange(part.start, part.stop))
        seen = read(piece, spec)
        inputs[here] = seen.inputs
        targets[here], weights[here] = _answers(piece, seen, spec)
    return TrainingExamples(inputs, targets, weights)


def _answers(panel: Panel, seen: Inputs, spec: ModelSpec) -> tuple[Floats, Floats]:
    """Right answers and what missing them by one unit costs, both (rows, horizon).

    The cost of values is 0.5 + 5 v: an absolute error counts half relative to the
    volatility (like MASE) and half relative to the level (like sMAPE).
    """
    if spec.target.kind == "label":
        last = np.zeros((len(panel.values), 1))
        last[panel.bounds[1:] - 1] = 1.0
        return panel.values[:, None], last
    actual, known = _futures(panel, spec.trained_horizon)
    known &= panel.answerable[:, None]
    if seen.channels is None:
        return actual, np.where(known, 1.0, 0.0)
    cost = 0.5 + 5 * np.maximum(seen.channels.volatility, VOLATILITY_FLOOR)
    known &= (row_positions(panel.bounds) >= FIRST_JUDGED_ROW)[:, None]
    return np.clip(seen.channels.units(actual), -1e4, 1e4), np.where(known, cost[:, None], 0.0)


def _chunks(bounds: Integers) -> Iterator[slice]:
    """Runs of whole series of about `_CHUNK_ROWS` rows."""
    first = 0
    while first < len(bounds) - 1:
        last = int(np.searchsorted(bounds, bounds[first] + _CHUNK_ROWS, side="right")) - 1
        last = min(max(last, first + 1), len(bounds) - 1)
        yield slice(first, last)
        first = last


def _futures(panel: Panel, horizon: int) -> tuple[Floats, Flags]:
    """(rows, horizon) the values after each row, and where they exist and were observed."""
    left = np.repeat(panel.lengths, panel.lengths) - 1 - row_positions(panel.bounds)
    steps = np.arange(1, horizon + 1)
    there = left[:, None] >= steps
    index = np.arange(len(panel.values))[:, None] + np.where(there, steps, 0)
    return panel.values[index], there & panel.observed[index]
