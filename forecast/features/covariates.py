"""Covariates as a network reads them: scaled numbers and codes of categories."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecast.data.arrays import Floats, Integers, row_positions, row_series
from forecast.data.covariates import Covariates, Vocabulary, as_columns, recode
from forecast.data.panel import Panel, rows_within
from forecast.features.target import typical_sizes
from forecast.spec.limits import MAX_CATEGORIES
from forecast.spec.model import Covariate
from forecast.spec.reading import Role

MAX_WITHIN_SPREAD = 0.5
"""Fraction of a column's spread within its series, under which it is read relative to each series."""

TYPICAL_SIZE_ROWS = 8
"""Newest rows that the typical size of a series' numbers is a mean of."""


def covariate_specs(panel: Panel, known: Panel) -> tuple[Covariate, ...]:
    """The specifications of a panel's covariates, scaled by its rows `known` alone."""
    covariates = known.covariates
    if panel.covariates is None or covariates is None:
        return ()
    known_columns = covariates.known[rows_within(known, covariates.known_bounds)]
    return tuple(
        _covariate_spec(name, role, column, vocabulary, known)
        for name, role, column, vocabulary in zip(
            panel.columns.covariates,
            panel.columns.roles,
            [*covariates.past.T, *known_columns.T, *covariates.static.T],
            panel.covariates.vocabularies,
            strict=True,
        )
    )


def rescaled(covariates: Sequence[Covariate], known: Panel) -> tuple[Covariate, ...]:
    """The covariates scaled again by the rows `known`; categories keep their embeddings."""
    pairs = zip(covariates, covariate_specs(known, known), strict=True)
    return tuple(replace(new, categories=old.categories) for old, new in pairs)


def _covariate_spec(name: str, role: Role, column: Floats, vocabulary: Vocabulary, known: Panel) -> Covariate:
    """How a network reads a column: as categories, relative to each row's own number, or standardized."""
    if vocabulary:
        return Covariate(name, role, categories=tuple(sorted(vocabulary[:MAX_CATEGORIES])))
    bounds = known.bounds
    # The level of a covariate may tell the label of a series, so it is kept for labels.
    if role != "static" and known.target.kind != "label" and _levels_differ(column, bounds):
        rows = np.flatnonzero(row_positions(bounds) > 0)
        steps = changes(column, bounds, rows, rows[:, None] - 1)
        return Covariate(name, role, spread=_spread(steps) or 1.0, relative=True)
    values = column[~np.isnan(column)]
    size = float(np.abs(values).max(initial=0.0)) or 1.0  # scaled first: squares near 1e308 overflow
    centre = size * float((values / size).mean()) if len(values) else 0.0
    return Covariate(name, role, centre=centre, spread=size * _spread(values / size) or 1.0)


def _spread(numbers: Floats) -> float:
    """The standard deviation of those that are not missing; 0 without any."""
    values = numbers[~np.isnan(numbers)]
    return float(values.std()) if len(values) else 0.0


def _levels_differ(column: Floats, bounds: Integers) -> bool:
    """Whether a column varies far less within a series than between them: areas, prices, cities."""
    series = row_series(bounds)[~np.isnan(column)]
    values = column[~np.isnan(column)]
    if len(np.unique(series)) < 2:
        return False
    values = values / (np.abs(values).max() or 1.0)
    means = np.bincount(series, values) / np.maximum(np.bincount(series), 1)
    within = float(np.sqrt(np.mean((values - means[series]) ** 2)))
    return within < MAX_WITHIN_SPREAD * float(values.std())


def changes(column: Floats, bounds: Integers, origins: Integers, rows: Integers) -> Floats:
    """Differences of the numbers at `rows`, (origins, n), from that at each of `origins`, (origins,).

    In units of the typical size of the series' numbers at the origin and after asinh: close to the
    logarithm of their ratio, so 10 % more is about 0.1 in a small series as in a large one.
    """
    sizes = typical_sizes(np.nan_to_num(column), bounds, rows=TYPICAL_SIZE_ROWS)[origins, None]
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.arcsinh(column[rows] / sizes) - np.arcsinh(column[origins, None] / sizes))


def encode_categories(covariates: Covariates, specs: Sequence[Covariate]) -> Covariates:
    """The covariates with texts as indices of the model's categories; NaN for other texts."""
    parts = iter((*covariates.past.T, *covariates.known.T, *covariates.static.T))
    encoded: dict[Role, list[Floats]] = {"past": [], "known": [], "static": []}
    for spec, vocabulary in zip(specs, covariates.vocabularies, strict=True):
        column = next(parts)
        if spec.categories:
            codes = {category: code for code, category in enumerate(spec.categories)}
            column = recode(column, vocabulary, codes)
        encoded[spec.role].append(column)
    return Covariates(
        past=as_columns(encoded["past"], len(covariates.past)),
        known=as_columns(encoded["known"], len(covariates.known)),
        known_bounds=covariates.known_bounds,
        static=as_columns(encoded["static"], len(covariates.static)),
        vocabularies=tuple(spec.categories for spec in specs),
    )


def mask_unseen_categories(past: Panel, panel: Panel) -> Panel:
    """The panel with NaN for categories that do not occur in `past`, which no network of it can know."""
    covariates, seen = panel.covariates, past.covariates
    if covariates is None or seen is None:
        return panel
    past_count, known_count = covariates.past.shape[1], covariates.known.shape[1]
    first_static = past_count + known_count
    vocabularies = covariates.vocabularies
    masked = replace(
        covariates,
        past=_masked(covariates.past, seen.past, vocabularies[:past_count]),
        known=_masked(covariates.known, seen.known, vocabularies[past_count:first_static]),
        static=_masked(covariates.static, seen.static, vocabularies[first_static:]),
    )
    return replace(panel, covariates=masked)


def _masked(columns: Floats, seen: Floats, vocabularies: Sequence[Vocabulary]) -> Floats:
    """The columns with NaN for categories that do not occur in the same column of `seen`."""
    masked = columns.copy()
    for index, vocabulary in enumerate(vocabularies):
        if vocabulary:
            masked[~np.isin(columns[:, index], seen[:, index]), index] = np.nan
    return masked
