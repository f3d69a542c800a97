"""What stands beside a panel's target: as a network reads it, ahead of the target, to be filled in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from forecast.data import results
from forecast.data.panel import Covariates, Floats, Integers, Panel, spans
from forecast.errors import DataError, UsageError
from forecast.features.target import usual_sizes
from forecast.spec import MAX_CATEGORIES, Covariate, Role

WITHIN_SHARE = 0.5
"""Share of a column's spread within its series, under which it is read relative to each series."""

USUAL_ROWS = 8
"""Newest rows that tell what size of a number is usual in its series."""

FutureMissing = Literal["hold", "season"]
Texts = tuple[str, ...]


def described(panel: Panel, known: Panel) -> tuple[Covariate, ...]:
    """The covariates of a panel as a network reads them, scaled by the rows `known` of it alone."""
    if panel.covariates is None or known.covariates is None:
        return ()
    there = known.covariates
    columns = [*there.past.T, *there.known[history(known, there.known_bounds)].T, *there.static.T]
    return tuple(
        _described(name, role, column, vocabulary, known)
        for name, role, column, vocabulary in zip(
            panel.columns.covariates, roles(panel), columns, panel.covariates.vocabularies, strict=True
        )
    )


def rescaled(covariates: Sequence[Covariate], known: Panel) -> tuple[Covariate, ...]:
    """The covariates scaled anew by the rows `known`; texts keep their embeddings."""
    pairs = zip(covariates, described(known, known), strict=True)
    return tuple(replace(now, categories=before.categories) for before, now in pairs)


def _described(name: str, role: Role, column: Floats, vocabulary: Texts, known: Panel) -> Covariate:
    if vocabulary:
        return Covariate(name, role, categories=tuple(sorted(vocabulary[:MAX_CATEGORIES])))
    bounds = known.bounds
    # What a series is, its label, may well be told by its level.
    if role != "static" and known.columns.label is None and _levels_differ(column, bounds):
        now = np.flatnonzero(np.arange(len(column)) != np.repeat(bounds[:-1], np.diff(bounds)))
        steps = changes(column, bounds, now, now[:, None] - 1)
        return Covariate(name, role, spread=_spread(steps) or 1.0, relative=True)
    told = column[~np.isnan(column)]
    size = float(np.abs(told).max(initial=0.0)) or 1.0  # squares of numbers near 1e308 are no numbers
    centre = size * float((told / size).mean()) if len(told) else 0.0
    return Covariate(name, role, centre=centre, spread=size * _spread(told / size) or 1.0)


def _spread(numbers: Floats) -> float:
    """The standard deviation of those that are known; 0 where there are none."""
    told = numbers[~np.isnan(numbers)]
    return float(told.std()) if len(told) else 0.0


def _levels_differ(column: Floats, bounds: Integers) -> bool:
    """Whether a column moves far less within a series than from one to another: fields, prices, cities."""
    series = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))[~np.isnan(column)]
    told = column[~np.isnan(column)]
    if len(np.unique(series)) < 2:
        return False
    told = told / (np.abs(told).max() or 1.0)
    means = np.bincount(series, told) / np.maximum(np.bincount(series), 1)
    within = float(np.sqrt(np.mean((told - means[series]) ** 2)))
    return within < WITHIN_SHARE * float(told.std())


def changes(column: Floats, bounds: Integers, now: Integers, rows: Integers) -> Floats:
    """(rows, places) how far the numbers at `rows` are from that at `now`, (rows,), in sizes usual then.

    Close to the logarithm of their ratio: a tenth more is about 0.1 in a small series as in a large one.
    """
    sizes = usual_sizes(np.nan_to_num(column), bounds, rows=USUAL_ROWS)[now, None]
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.arcsinh(column[rows] / sizes) - np.arcsinh(column[now, None] / sizes))


def in_words_of(there: Covariates, columns: Sequence[Covariate]) -> Covariates:
    """The covariates with each text as its place among the model's; others are not known."""
    parts = iter((*there.past.T, *there.known.T, *there.static.T))
    told: dict[Role, list[Floats]] = {"past": [], "known": [], "static": []}
    for column, vocabulary in zip(columns, there.vocabularies, strict=True):
        values = next(parts)
        if column.categories:
            places = {text: place for place, text in enumerate(column.categories)}
            values = translated(values, vocabulary, places)
        told[column.role].append(values)
    return Covariates(
        past=stacked(told["past"], len(there.past)),
        known=stacked(told["known"], len(there.known)),
        known_bounds=there.known_bounds,
        static=stacked(told["static"], len(there.static)),
        vocabularies=tuple(column.categories for column in columns),
    )


def translated(places: Floats, texts: Texts, into: dict[str, int], *, other: float = np.nan) -> Floats:
    """Places among `texts` as those that `into` gives them; `other` for what it lacks and what is missing."""
    codes = np.array([*(into.get(text, other) for text in texts), other], dtype=np.float64)
    return codes[np.where(np.isnan(places), len(texts), places).astype(np.int64)]


def with_texts_of(past: Panel, panel: Panel) -> Panel:
    """The panel with texts that stand nowhere in `past` not known: no network of that past learned them."""
    there, before = panel.covariates, past.covariates
    if there is None or before is None:
        return panel
    kinds = iter(there.vocabularies)

    def kept(columns: Floats, seen: Floats) -> Floats:
        pairs = zip(columns.T, seen.T, strict=True)
        told = [np.where(np.isin(one, of) | (not next(kinds)), one, np.nan) for one, of in pairs]
        return stacked(told, len(columns))

    past_columns, known = kept(there.past, before.past), kept(there.known, before.known)
    static = kept(there.static, before.static)
    return replace(panel, covariates=replace(there, past=past_columns, known=known, static=static))


def ahead(panel: Panel, steps: int, missing: FutureMissing | None = None) -> Panel:
    """The panel with known covariates for `steps` rows behind the end of every series.

    What is not there is what `missing` makes of it, or a `DataError` that names series, time and column.
    """
    there = panel.covariates
    if there is None or not there.known.shape[1]:
        return panel
    lengths = np.maximum(np.diff(there.known_bounds), panel.lengths + steps)
    bounds = np.concatenate(([0], np.cumsum(lengths)))
    known = laid(there.known, there.known_bounds, bounds)
    ends = bounds[:-1] + panel.lengths
    rows = ends[:, None] + np.arange(steps)
    not_there = rows[np.isnan(known[rows]).any(axis=2)]
    if len(not_there) and missing is None:
        raise _not_known(panel, known, bounds, int(not_there[0]))
    season = np.ones_like(lengths) if missing == "hold" else panel.seasons
    for step in range(steps):
        back = np.where(season <= panel.lengths + step, season, 1)
        here = known[ends + step]
        known[ends + step] = np.where(np.isnan(here), known[ends + step - back], here)
    return replace(panel, covariates=replace(there, known=known, known_bounds=bounds))


def _not_known(panel: Panel, known: Floats, bounds: Integers, row: int) -> DataError:
    series = int(np.searchsorted(bounds, row, side="right")) - 1
    column = panel.columns.known[int(np.argmax(np.isnan(known[row])))]
    last = panel.bounds[series + 1] - 1
    steps = np.array([row - bounds[series] - panel.lengths[series] + 1])
    time = panel.frequency.text(panel.frequency.shift(panel.times[last : last + 1], steps))[0]
    within = f' in series "{panel.ids[series]}"' if panel.columns.series else ""
    return DataError(
        f'"{column}" is not known for {time}{within}',
        hint="forecast future writes the rows to fill in, for --future; or --future-missing hold",
    )


def future_rows(panel: Panel, steps: int) -> results.Table:
    """The next `steps` rows of every series to fill in: id, time, and of known covariates what is known."""
    there, columns = panel.covariates, panel.columns
    if there is None or not columns.known:
        raise UsageError(
            "the model reads nothing that is known ahead: there is nothing to fill in",
            hint="forecast train --known names such columns",
        )
    table: results.Table = {}
    if columns.series is not None:
        table[columns.series] = np.repeat(np.array(panel.ids, dtype=object), steps)
    times = panel.frequency.after(panel.last_times, steps)
    table[columns.time or results.TIME] = results.times_column(times.ravel(), panel.frequency)
    bounds = panel.bounds + steps * np.arange(len(panel) + 1)
    told = np.minimum(np.diff(there.known_bounds), panel.lengths + steps)
    cut, rows = spans(there.known_bounds, np.zeros_like(told), told)
    known = laid(there.known[rows], cut, bounds)
    ends = (bounds[1:, None] - steps + np.arange(steps)).ravel()
    first = len(columns.past)
    for place, name in enumerate(columns.known):
        values, vocabulary = known[ends, place], there.vocabularies[first + place]
        table[name] = (
            results.texts_column(values, vocabulary) if vocabulary else results.numbers_column(values)
        )
    return table


def laid(values: Floats, bounds: Integers, wider: Integers) -> Floats:
    """Rows of series cut at `bounds` with NaN behind each, so that they are cut at `wider`."""
    lengths = np.diff(bounds)
    found = np.full((wider[-1], values.shape[1]), np.nan)
    found[np.repeat(wider[:-1] - bounds[:-1], lengths) + np.arange(bounds[-1])] = values
    return found


def history(panel: Panel, bounds: Integers) -> Integers:
    """(rows,) where each row of the panel stands among rows cut at `bounds`, which go on behind its ends."""
    position = np.arange(len(panel.values)) - np.repeat(panel.bounds[:-1], panel.lengths)
    return np.asarray(np.repeat(bounds[:-1], panel.lengths) + position)


def roles(panel: Panel) -> list[Role]:
    """The part that each column beside the target plays."""
    columns = panel.columns
    parts: list[tuple[Role, int]] = [
        ("past", len(columns.past)),
        ("known", len(columns.known)),
        ("static", len(columns.static)),
    ]
    return [role for role, count in parts for _ in range(count)]


def stacked(columns: Sequence[Floats], rows: int) -> Floats:
    """(rows, columns), also where there is no column."""
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0))
