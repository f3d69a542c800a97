"""Covariates as a network reads them: scaled numbers, codes of categories."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecast.data.arrays import Floats, Integers, row_positions, row_series
from forecast.data.covariates import Covariates, Texts, as_columns, recode
from forecast.data.panel import Panel, history
from forecast.features.target import usual_sizes
from forecast.spec.limits import MAX_CATEGORIES
from forecast.spec.model import Covariate
from forecast.spec.reading import Role

WITHIN_SHARE = 0.5
"""Share of a column's spread within its series, under which it is read relative to each series."""


USUAL_ROWS = 8
"""Newest rows that tell what size of a number is usual in its series."""


def covariate_specs(panel: Panel, known: Panel) -> tuple[Covariate, ...]:
    """The covariates of a panel as a network reads them, scaled by the rows `known` of it alone."""
    if panel.covariates is None or known.covariates is None:
        return ()
    there = known.covariates
    columns = [*there.past.T, *there.known[history(known, there.known_bounds)].T, *there.static.T]
    return tuple(
        _described(name, role, column, vocabulary, known)
        for name, role, column, vocabulary in zip(
            panel.columns.covariates, panel.columns.roles, columns, panel.covariates.vocabularies, strict=True
        )
    )


def rescaled(covariates: Sequence[Covariate], known: Panel) -> tuple[Covariate, ...]:
    """The covariates scaled anew by the rows `known`; texts keep their embeddings."""
    pairs = zip(covariates, covariate_specs(known, known), strict=True)
    return tuple(replace(now, categories=before.categories) for before, now in pairs)


def _described(name: str, role: Role, column: Floats, vocabulary: Texts, known: Panel) -> Covariate:
    if vocabulary:
        return Covariate(name, role, categories=tuple(sorted(vocabulary[:MAX_CATEGORIES])))
    bounds = known.bounds
    # What a series is, its label, may well be told by its level.
    if role != "static" and known.target.kind != "label" and _levels_differ(column, bounds):
        now = np.flatnonzero(row_positions(bounds) > 0)
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
    series = row_series(bounds)[~np.isnan(column)]
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


def encode_categories(there: Covariates, columns: Sequence[Covariate]) -> Covariates:
    """The covariates with each text as its place among the model's; others are not known."""
    parts = iter((*there.past.T, *there.known.T, *there.static.T))
    told: dict[Role, list[Floats]] = {"past": [], "known": [], "static": []}
    for column, vocabulary in zip(columns, there.vocabularies, strict=True):
        values = next(parts)
        if column.categories:
            places = {text: place for place, text in enumerate(column.categories)}
            values = recode(values, vocabulary, places)
        told[column.role].append(values)
    return Covariates(
        past=as_columns(told["past"], len(there.past)),
        known=as_columns(told["known"], len(there.known)),
        known_bounds=there.known_bounds,
        static=as_columns(told["static"], len(there.static)),
        vocabularies=tuple(column.categories for column in columns),
    )


def mask_unseen_categories(past: Panel, panel: Panel) -> Panel:
    """The panel with texts that stand nowhere in `past` not known: no network of that past learned them."""
    there, before = panel.covariates, past.covariates
    if there is None or before is None:
        return panel
    kinds = iter(there.vocabularies)

    def kept(columns: Floats, seen: Floats) -> Floats:
        pairs = zip(columns.T, seen.T, strict=True)
        told = [np.where(np.isin(one, of) | (not next(kinds)), one, np.nan) for one, of in pairs]
        return as_columns(told, len(columns))

    past_columns, known = kept(there.past, before.past), kept(there.known, before.known)
    static = kept(there.static, before.static)
    return replace(panel, covariates=replace(there, past=past_columns, known=known, static=static))
