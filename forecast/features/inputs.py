"""The inputs of a network at every row of a panel, and the targets that it is trained on.

A row's inputs are numbers first: the features of the target, then numeric covariates, the calendar and
holidays. Codes follow: indices of categories in their embeddings. A covariate known ahead is read at
the row itself and at every row of the horizon. The inputs are causal: those of row t depend on rows
up to t and on what is known ahead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Flags, Floats, Integers, row_positions, row_series
from forecast.data.covariates import recode
from forecast.data.panel import Panel
from forecast.features import calendar
from forecast.features.covariates import changes
from forecast.features.target import (
    FIRST_TRAINING_ROW,
    VOLATILITY_FLOOR,
    TargetFeatures,
    feature_count,
    rows_remembered,
    target_features,
)
from forecast.spec.model import Covariate, ModelSpec
from forecast.spec.reading import Role

InputArray = NDArray[np.float32]

TARGET = "target"
"""Name of the embedding of the target's class."""

UNKNOWN = 0
"""The code of a category without an embedding of its own; the others follow in their order."""

MAX_SPREADS = 20.0
"""Bound on every scaled covariate."""

_AGE = 1
"""Features of a target of classes that are numbers: the length of the history."""

MAX_AGE = 100
"""Rows of history after which that no longer grows."""

_CHUNK_ROWS = 1 << 17


@dataclass(frozen=True, slots=True)
class InputLayout:
    """How the channels of a row are divided."""

    numbers: int
    """Channels that are numbers; they come first."""
    codes: tuple[str, ...]
    """For each of the other channels the name of its embedding."""


def input_layout(spec: ModelSpec) -> InputLayout:
    """How the channels are divided that a network reads at each row."""
    horizon, is_class = spec.trained_horizon, spec.target.kind == "class"
    numbers = _AGE if spec.target.classes else feature_count(spec.season, horizon)
    numbers += calendar.PHASES if spec.calendar.phases else 0
    numbers += horizon + 1 if spec.calendar.holidays else 0
    codes = [TARGET] * (1 + (horizon if spec.season != 1 else 0)) if is_class else []
    for index, covariate in enumerate(spec.covariates):
        count = _channel_count(covariate, horizon)
        if covariate.categories:
            codes += [_embedding(index)] * count
        else:
            numbers += count
    return InputLayout(numbers, tuple(codes))


def embeddings(spec: ModelSpec) -> dict[str, tuple[int, int]]:
    """Name -> shape of every embedding: its categories and one code for all others, and its width."""
    sizes = {
        _embedding(index): len(covariate.categories)
        for index, covariate in enumerate(spec.covariates)
        if covariate.categories
    }
    if spec.target.kind == "class":
        sizes[TARGET] = len(spec.target.classes)
    return {name: (size + 1, _embedding_width(size)) for name, size in sizes.items()}


def _embedding(index: int) -> str:
    return f"embedding{index}"


def _embedding_width(categories: int) -> int:
    """Numbers per category: 2 for two categories, 21 for a hundred, at most 32.

    The power law is the rule of thumb of Howard and Gugger, "Deep Learning for Coders" (2020), chapter 9.
    """
    return int(min(32, max(2, round(1.6 * float(categories) ** 0.56))))


def _channel_count(covariate: Covariate, horizon: int) -> int:
    return 1 + horizon if covariate.role == "known" else 1


def season_of(panel: Panel, spec: ModelSpec) -> int | Integers:
    """The season for which a network reads a panel, or, (series,), that of each series."""
    return panel.seasons if spec.season is None else spec.season


def rows_needed(spec: ModelSpec, *, season: int) -> int:
    """Newest rows of a series of this season that an output depends on."""
    earlier = max(MAX_AGE, season) if spec.target.classes else rows_remembered(season)
    return spec.windows.window + earlier


@dataclass(frozen=True, slots=True)
class Inputs:
    """A panel as a network reads it."""

    inputs: InputArray
    """(rows, channels)"""
    target_features: TargetFeatures | None
    """What converts outputs into values; None where outputs are class probabilities."""


def read_inputs(panel: Panel, spec: ModelSpec, *, forecast_rows: int = 0) -> Inputs:
    """The inputs of every row; the newest `forecast_rows` of every series are forecasts fed back."""
    features = None
    numbers: list[Floats | InputArray] = []
    codes: list[Floats] = []
    if spec.target.classes:
        numbers.append(_age(panel))
        codes.extend(_class_codes(panel, spec))
    else:
        season = season_of(panel, spec)
        features = target_features(
            panel.values,
            panel.bounds,
            season=season,
            horizon=spec.trained_horizon,
            forecast_rows=forecast_rows,
        )
        numbers.append(features.inputs)
    for covariate, columns in zip(
        spec.covariates, covariate_channels(panel, spec.covariates, spec.trained_horizon), strict=True
    ):
        (codes if covariate.categories else numbers).append(columns)
    if spec.calendar.phases:
        numbers.append(calendar.phases(panel.times, panel.frequency))
    if spec.calendar.holidays:
        dates = np.array(spec.calendar.holiday_dates)
        numbers.append(
            calendar.holidays_in(panel.times, panel.frequency, dates, horizon=spec.trained_horizon)
        )
    if features is not None and len(numbers) == 1 and not codes:
        return Inputs(features.inputs, features)
    inputs = np.concatenate([*numbers, *codes], axis=1, dtype=np.float32, casting="same_kind")
    return Inputs(inputs, features)


def _age(panel: Panel) -> Floats:
    """(rows, 1) scaled logarithm of the length of the history."""
    return np.log1p(np.minimum(row_positions(panel.bounds), MAX_AGE))[:, None] / 5


def _class_codes(panel: Panel, spec: ModelSpec) -> Iterator[Floats]:
    """The code of the target's class at each row, and a season before each row of its horizon."""
    if spec.target.kind == "label":
        return
    position, code = row_positions(panel.bounds), panel.values + 1
    yield code[:, None]
    if spec.season != 1:
        season = np.repeat(np.broadcast_to(season_of(panel, spec), len(panel)), panel.lengths)
        # (rows, horizon) rows back from each row to the one a season before its k-th next row.
        lags = -np.arange(1, spec.trained_horizon + 1) % season[:, None]
        index = np.arange(len(code))[:, None] - lags
        yield np.where(position[:, None] >= lags, code[np.maximum(index, 0)], UNKNOWN)


def covariate_channels(panel: Panel, specs: Sequence[Covariate], horizon: int) -> Iterator[Floats]:
    """(rows, channels) of each covariate: scaled numbers, or codes, of which 0 is an unknown category.

    A known covariate has the channels of the row and of the `horizon` next ones, others that of the row.
    """
    covariates = panel.covariates
    if covariates is None or not specs:
        return
    series, every_row = row_series(panel.bounds), np.arange(len(panel.values))[:, None]
    indices: dict[Role, _RowIndex] = {
        "past": _RowIndex(panel.bounds, every_row),
        "known": _RowIndex(covariates.known_bounds, _known_rows(panel, horizon)),
        "static": _RowIndex(np.arange(len(panel) + 1), series[:, None]),
    }
    columns = {
        "past": iter(covariates.past.T),
        "known": iter(covariates.known.T),
        "static": iter(covariates.static.T),
    }
    for covariate, vocabulary in zip(specs, covariates.vocabularies, strict=True):
        column, index = next(columns[covariate.role]), indices[covariate.role]
        if covariate.categories:
            codes = {category: code for code, category in enumerate(covariate.categories, start=1)}
            yield recode(column, vocabulary, codes, other=UNKNOWN)[index.rows]
        elif covariate.relative:
            # Changes from the row's own number: of the rows of the horizon, and, in place of the row
            # itself, of the row before it (of itself, so zero, at the start of a series).
            own = index.rows[:, 0]
            earlier = own - (row_positions(panel.bounds) > 0)
            rows = np.concatenate([earlier[:, None], index.rows[:, 1:]], axis=1)
            yield _bounded(changes(column, index.bounds, own, rows) / covariate.spread)
        else:
            yield _scaled(column, covariate)[index.rows]


@dataclass(frozen=True, slots=True)
class _RowIndex:
    """Which rows of the covariates of one role each row of a panel reads."""

    bounds: Integers
    """(series + 1,) of the rows of these covariates."""
    rows: Integers
    """(rows, channels) indices among them, that of the panel's own row first."""


def _known_rows(panel: Panel, horizon: int) -> Integers:
    """(rows, horizon + 1) indices of the known covariates of each row and the next ones.

    Beyond the end of what is known it is the last row.
    """
    covariates, series = panel.covariates, row_series(panel.bounds)
    if covariates is None or not covariates.known.shape[1]:
        return np.empty((len(series), 0), dtype=np.int64)
    first = covariates.known_bounds[:-1][series] + row_positions(panel.bounds)
    last = covariates.known_bounds[1:][series] - 1
    return np.asarray(np.minimum(first[:, None] + np.arange(horizon + 1), last[:, None]))


def _scaled(column: Floats, covariate: Covariate) -> Floats:
    with np.errstate(over="ignore"):
        return _bounded((column - covariate.centre) / covariate.spread)


def _bounded(scaled: Floats) -> Floats:
    """Scaled numbers within `MAX_SPREADS`; 0, the mean, where they are missing."""
    return np.clip(np.nan_to_num(scaled, nan=0.0), -MAX_SPREADS, MAX_SPREADS)


@dataclass(frozen=True, slots=True)
class TrainingExamples:
    """All rows of a panel for training."""

    inputs: InputArray
    """(rows, channels)"""
    targets: NDArray[np.float32]
    """(rows, horizon) in units of volatility, or indices of classes."""
    weights: NDArray[np.float32]
    """(rows, horizon) loss weights: the cost of an error of one unit; 0 where no target is known."""


def training_examples(panel: Panel, spec: ModelSpec) -> TrainingExamples:
    """Inputs, targets and loss weights of every row of a panel."""
    horizon, layout = spec.trained_horizon, input_layout(spec)
    rows = len(panel.values)
    inputs = np.empty((rows, layout.numbers + len(layout.codes)), dtype=np.float32)
    targets = np.zeros((rows, horizon), dtype=np.float32)
    weights = np.zeros((rows, horizon), dtype=np.float32)
    for chunk in _chunks(panel.bounds):
        here = slice(panel.bounds[chunk.start], panel.bounds[chunk.stop])
        whole = chunk == slice(0, len(panel))
        part = panel if whole else panel.select(np.arange(chunk.start, chunk.stop))
        read = read_inputs(part, spec)
        inputs[here] = read.inputs
        targets[here], weights[here] = _targets(part, read, spec)
    return TrainingExamples(inputs, targets, weights)


def _targets(panel: Panel, read: Inputs, spec: ModelSpec) -> tuple[Floats, Floats]:
    """Targets and loss weights, both (rows, horizon).

    The weight of values is 0.5 + 5 v with volatility v: an absolute error counts half relative to
    the volatility (like MASE) and half relative to the level (like sMAPE).
    """
    if spec.target.kind == "label":
        last = np.zeros((len(panel.values), 1))
        last[panel.bounds[1:] - 1] = 1.0
        return panel.values[:, None], last
    actual, known = _futures(panel, spec.trained_horizon)
    known &= panel.valid_origins[:, None]
    if read.target_features is None:
        return actual, np.where(known, 1.0, 0.0)
    weight = 0.5 + 5 * np.maximum(read.target_features.volatility, VOLATILITY_FLOOR)
    known &= (row_positions(panel.bounds) >= FIRST_TRAINING_ROW)[:, None]
    targets = np.clip(read.target_features.to_outputs(actual), -1e4, 1e4)
    return targets, np.where(known, weight[:, None], 0.0)


def _chunks(bounds: Integers) -> Iterator[slice]:
    """Slices of whole series of about `_CHUNK_ROWS` rows."""
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
    exists = left[:, None] >= steps
    index = np.arange(len(panel.values))[:, None] + np.where(exists, steps, 0)
    return panel.values[index], exists & panel.observed[index]
