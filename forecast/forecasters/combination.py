"""Forecast combination: the weighted mean of what networks and simple methods forecast."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import LARGEST, Flags, Floats, Integers, row_series
from forecast.data.panel import Panel
from forecast.forecasters.decomposition import FoundSeason, rows_of_two
from forecast.forecasters.harmonic import harmonic_of
from forecast.forecasters.intermittent import CROSTON, is_intermittent
from forecast.forecasters.intervals import (
    USUAL_CORRELATION,
    Spread,
    correlation_of,
    seasonal_changes,
    spread_of,
)
from forecast.forecasters.methods import METHODS, PLAIN
from forecast.forecasters.preparation import (
    ROWS_READ,
    Prepared,
    long_seasons,
    prepare,
    without_single_outliers,
)
from forecast.forecasters.priors import OWN, OWN_WITH_COVARIATES, priors_of, weight_growth
from forecast.forecasters.recurrent import Network
from forecast.forecasters.rolling import MAX_ORIGINS, Origins, earlier_origins, errors_by_origin
from forecast.forecasters.weighting import member_weights
from forecast.spec.model import ModelSpec, Origin

PRETRAINED = "pretrained"
"""Name of the pretrained network among the members."""

HARMONIC = "harmonic"
"""Name of the method that reads the long seasons itself."""

COMBINATION = "combination"
"""Name of the whole in tables."""

Seasons = Sequence[Sequence[FoundSeason]]
"""The long seasons of each series."""


@dataclass(frozen=True, slots=True)
class Combination:
    """The members of a combination, and how a series is prepared for them."""

    networks: tuple[tuple[str, Network], ...]
    """Name and network: one's own first, then the pretrained one."""
    methods: tuple[str, ...] = ()
    """Names of `METHODS`."""
    periods: tuple[float, ...] | None = None
    """Seasons longer than that of the networks; None where they are found in each series."""

    @property
    def members(self) -> tuple[str, ...]:
        """The names of all members, in the order of their weights."""
        return (*(name for name, _ in self.networks), *self.methods)

    def prior(self, history: Panel, intermittent: Flags | None = None) -> Floats:
        """(members, series) prior weights of each series; for `intermittent` see `forecasts_mean`."""
        return priors_of(history, [self._prior_name(name) for name in self.members], intermittent)

    def forecasts_mean(self, history: Panel) -> Flags:
        """(series,) whether a series is one of intermittent demand, of which the mean is forecast."""
        if CROSTON not in self.methods:
            return np.zeros(len(history), dtype=bool)
        return is_intermittent(history)

    def growth(self, seasons: Integers, horizon: int) -> Floats:
        """(members, series, horizon) factors on the weights at each step."""
        if HARMONIC not in self.methods:
            return np.ones((len(self.members), len(seasons), horizon))
        each, of_series = np.unique(seasons, return_inverse=True)
        factors = np.array(
            [[weight_growth(season, name, horizon) for season in each.tolist()] for name in self.members]
        ).reshape(len(self.members), len(each), horizon)
        return np.asarray(factors[:, of_series])

    def _prior_name(self, member: str) -> str:
        """The name of a member in the table of prior weights."""
        if member in METHODS or member == PRETRAINED:
            return member
        return OWN_WITH_COVARIATES if dict(self.networks)[member].spec.covariates else OWN

    def only(self, used: Sequence[str]) -> "Combination":
        """The combination of these members alone."""
        return replace(
            self,
            networks=tuple(each for each in self.networks if each[0] in used),
            methods=tuple(name for name in self.methods if name in used),
        )

    def with_own(self, own: Network | None, origin: Origin) -> "Combination":
        """The combination with one's own network in front, named by its cell.

        Where training left the pretrained network unchanged, it is that one; None adds nothing.
        """
        if own is None:
            return self
        name = PRETRAINED if origin == "pretrained" else own.name
        others = (each for each in self.networks if each[0] != name)
        return replace(self, networks=((name, own), *others))

    def prepared(self, panel: Panel, spec: ModelSpec) -> Panel:
        """The panel as a network with this specification is trained on it."""
        seasons = () if explains_seasons(spec) else long_seasons(panel, self.periods)
        return prepare(panel, 0, seasons).panel

    def forecasts(self, history: Panel, horizon: int) -> Floats:
        """(members, series, horizon) what each member forecasts."""
        history = history.tail(ROWS_READ)
        return self._forecasts(history, horizon, long_seasons(history, self.periods))

    def _forecasts(self, history: Panel, horizon: int, seasons: Seasons) -> Floats:
        alone = len(self.members) == 1
        if alone and self.members[0] in PLAIN:
            return METHODS[self.members[0]](history, horizon)[None]
        intermittent = self.forecasts_mean(history)
        history = self.without_outliers(history)
        level = prepare(history, horizon, ())
        prepared = prepare(history, horizon, seasons) if any(seasons) else level
        values, added = [], []
        for _, network in self.networks:
            rest = level if explains_seasons(network.spec) else prepared
            values.append(network.forecast(rest.panel, horizon))
            added.append(rest.continuation)
        for name in self.methods:
            # Harmonic regression has the long seasons in it; beside others it answers where there is one.
            # Croston's method reads demands as they are; beside others it answers where these are rare.
            rest = level if name in (HARMONIC, CROSTON) else prepared
            if name == HARMONIC:
                values.append(harmonic_of(rest.panel, horizon, seasons, always=alone))
            else:
                values.append(METHODS[name](rest.panel, horizon))
            if name == CROSTON and not alone:
                values[-1] = np.where(intermittent[:, None], values[-1], np.nan)
            added.append(rest.continuation)
        with np.errstate(over="ignore"):
            return np.asarray(
                np.clip(_plausible(np.stack(values), level.panel) + np.stack(added), -LARGEST, LARGEST)
            )

    def without_outliers(self, history: Panel) -> Panel:
        """The panel with outliers clipped, as members read it, save where demand is intermittent."""
        clipped, intermittent = without_single_outliers(history), self.forecasts_mean(history)
        if not intermittent.any():
            return clipped
        kept = intermittent[row_series(history.bounds)]  # among zeros every demand is an outlier
        return replace(history, values=np.where(kept, history.values, clipped.values))

    def read_by(self, network: Network, history: Panel) -> Prepared:
        """The newest rows of `history` as this network reads them, and what is added to its forecasts."""
        history = history.tail(ROWS_READ)
        seasons = () if explains_seasons(network.spec) else long_seasons(history, self.periods)
        return prepare(self.without_outliers(history), network.spec.trained_horizon, seasons)

    def past(self, history: Panel, horizon: int, *, most: int = MAX_ORIGINS) -> "Past":
        """What each member would have forecast at earlier origins of every series.

        Long seasons are those of the whole history.
        """
        history = history.tail(ROWS_READ)
        seasons = long_seasons(history, self.periods)
        origins = earlier_origins(history, horizon, seasons, most=most)
        return self._past(history, origins, seasons)

    def past_at(self, panel: Panel, rows: Integers, horizon: int) -> "Past":
        """What each member forecasts after the first `rows`, (origins, series), of each series; 0 for none.

        Long seasons are those of the rows before the first of these origins.
        """
        number, series = np.nonzero(rows > 0)
        if not len(series):
            return self._past(panel, Origins(series, number, rows[number, series], horizon), ())
        first = panel.first(
            np.where(rows > 0, rows, np.iinfo(np.int64).max).min(axis=0).clip(0, panel.lengths)
        )
        seasons = long_seasons(first, self.periods)
        return self._past(panel, Origins(series, number, rows[number, series], horizon), seasons)

    def _past(self, panel: Panel, origins: Origins, seasons: Seasons) -> "Past":
        if not len(origins.rows):
            empty = np.empty((len(self.members), 0, origins.horizon))
            return Past(origins, empty, empty[0], np.empty(0))
        known = panel.select(origins.series).first(origins.rows).tail(ROWS_READ)
        usable = [_within(seasons[i], n) for i, n in zip(origins.series, known.lengths, strict=True)]
        forecasts = self._forecasts(known, origins.horizon, usable)
        units = np.maximum(np.nan_to_num(seasonal_changes(without_single_outliers(known))), 0.0)
        steps = origins.rows[:, None] + np.arange(origins.horizon)
        index = panel.bounds[origins.series][:, None] + steps
        known_rows = steps < panel.lengths[origins.series][:, None]
        index = np.where(known_rows, index, 0)
        actual = np.where(known_rows & panel.observed[index], panel.values[index], np.nan)
        return Past(origins, forecasts, actual, units)


def _plausible(forecasts: Floats, panel: Panel) -> Floats:
    """Forecasts, (members, series, horizon), no further from the range of the series than is plausible.

    A step that is as far ahead as the series is long may be three ranges away: a straight line is one.
    """
    rows, steps = panel.lengths[:, None], np.arange(1, forecasts.shape[2] + 1)
    low = np.minimum.reduceat(panel.values, panel.bounds[:-1])[:, None]
    high = np.maximum.reduceat(panel.values, panel.bounds[:-1])[:, None]
    with np.errstate(over="ignore"):
        away = (high / 2 - low / 2) * 2 * (1 + 2 * steps / rows)
        return np.clip(forecasts, low - away, high + away)


def explains_seasons(spec: ModelSpec) -> bool:
    """Whether a network reads covariates or the calendar: then it is left to find long seasons in these."""
    return bool(spec.covariates) or spec.calendar.phases


def _within(found: Sequence[FoundSeason], rows: int) -> tuple[FoundSeason, ...]:
    """The seasons of which so many rows hold two."""
    return tuple(season for season in found if rows_of_two(season.period) <= rows)


@dataclass(frozen=True, slots=True)
class Past:
    """Forecasts of all members from earlier origins, with the actual values."""

    origins: Origins
    forecasts: Floats
    """(members, pasts, horizon) NaN for a member that has no forecast there."""
    actual: Floats
    """(pasts, horizon) NaN where unobserved."""
    units: Floats
    """(pasts,) mean seasonal change before each origin."""

    def with_first_member(self, members: int) -> "Past":
        """With members in front that have no forecast here, so that there are as many as `members`."""
        missing = np.full((members - len(self.forecasts), *self.forecasts.shape[1:]), np.nan)
        return replace(self, forecasts=np.concatenate([missing, self.forecasts]))

    def before(self, rows: Integers) -> "Past":
        """The origins whose actual values all lie in the first `rows`, (series,), of their series."""
        known = np.where(np.isnan(self.actual), 0, np.arange(1, self.origins.horizon + 1)).max(
            axis=1, initial=0
        )
        kept = self.origins.rows + known <= rows[self.origins.series]
        return replace(
            self,
            origins=self.origins.select(kept),
            forecasts=self.forecasts[:, kept],
            actual=self.actual[kept],
            units=self.units[kept],
        )

    def mean_errors(self, series: int, intermittent: Flags | None = None) -> Floats:
        """(members, origins, series) mean absolute errors; NaN without any.

        Of `intermittent` series, (series,), root mean square errors: the mean makes the smallest.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            errors = np.minimum(np.abs(self.forecasts - self.actual), LARGEST)  # NaN stays NaN
        placed = errors_by_origin(self.origins, errors, series)
        known = np.isfinite(placed)
        count = np.maximum(known.sum(axis=3), 1)
        total = (np.where(known, placed, 0.0) / count[..., None]).sum(axis=3)
        if intermittent is not None and intermittent.any():
            unit = np.where(known, placed, 0.0).max(axis=(0, 1, 3), initial=0.0)[:, None]
            unit = np.where(unit > 0, unit, 1.0)  # squares stay finite
            squares = np.where(known, placed / unit, 0.0) ** 2 / count[..., None]
            total = np.where(intermittent, unit[:, 0] * np.sqrt(squares.sum(axis=3)), total)
        return np.where(known.any(axis=3), total, np.nan)


def joined(pasts: Sequence[Past]) -> Past:
    """Several pasts of the same series and members as one; a shorter horizon is filled with NaN."""
    horizon = max(past.origins.horizon for past in pasts)

    def padded(values: Floats) -> Floats:
        missing = horizon - values.shape[-1]
        return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, missing)], constant_values=np.nan)

    return Past(
        Origins.joined([past.origins for past in pasts]),
        np.concatenate([padded(past.forecasts) for past in pasts], axis=1),
        np.concatenate([padded(past.actual) for past in pasts]),
        np.concatenate([past.units for past in pasts]),
    )


def combined(weights: Floats, forecasts: Floats, growth: Floats | float = 1.0) -> Floats:
    """(series, horizon) weighted means of `forecasts`, (members, series, horizon).

    `growth`, of the same shape, are factors on the weights at each step.

    A member without a forecast (NaN) is left out, and the weights of the others add up to 1.
    """
    known = np.isfinite(forecasts)
    used = np.where(known, weights.T[..., None] * growth, 0.0)
    total = used.sum(axis=0)
    used = np.where(
        total > 0, used / np.where(total > 0, total, 1.0), known / np.maximum(known.sum(axis=0), 1)
    )
    # As differences from one member: where all forecast the same, so does the combination, to the last digit.
    first = np.take_along_axis(forecasts, known.argmax(axis=0)[None], axis=0)[0]
    unit = 4.0 if np.abs(np.where(known, forecasts, 0.0)).max(initial=0.0) > LARGEST / 4 else 1.0
    mean = np.where(known, used * (forecasts / unit - first / unit), 0.0).sum(axis=0)
    return np.asarray(np.clip(first / unit + mean, -LARGEST / unit, LARGEST / unit) * unit)


def weights_and_spread(
    past: Past, prior: Floats, seasons: Sequence[int], intermittent: Flags | None = None
) -> tuple[Floats, Spread]:
    """(series, members) weights of each series by its own past, and how far off the combination was there.

    The error at an origin is that of weights from the other origins, or it would be too small. `prior` is
    (members, series).
    """
    series = len(seasons)
    errors, independent = past.mean_errors(series, intermittent), past.origins.independence(series)
    weights = _weights(errors, prior, independent, intermittent)
    held_out = _held_out_errors(past, errors, prior, independent, intermittent)
    sizes = np.abs(held_out)
    spread, units = np.empty((series, past.origins.horizon)), np.full(series, np.nan)
    correlations = np.full(series, USUAL_CORRELATION)
    order = np.argsort(past.origins.series, kind="stable")
    bounds = np.searchsorted(past.origins.series[order], np.arange(series + 1))
    for index, season in enumerate(seasons):
        mine = order[bounds[index] : bounds[index + 1]]
        spread[index] = spread_of(sizes[mine], past.units[mine], season)
        if len(mine):
            units[index] = (past.units[mine] / len(mine)).sum()
            correlations[index] = correlation_of(held_out[mine], spread[index], float(independent[index]))
    return weights, Spread(spread, units, correlations)


def _weights(
    errors: Floats, prior: Floats, independent: Floats | float, intermittent: Flags | None
) -> Floats:
    """See `member_weights`; of an `intermittent` series the errors at all origins together count.

    At an origin that no demand follows the smallest forecast is the best, so a mean over origins of the
    ratios of errors would favour forecasts that are too small.
    """
    if intermittent is not None and intermittent.any() and errors.shape[1]:
        known = np.isfinite(errors)
        largest = np.where(known, errors, 0.0).max(axis=(0, 1), initial=0.0)
        unit = np.where(largest > 0, largest, 1.0)
        squares = (np.where(known, errors / unit, 0.0) ** 2).sum(axis=1, keepdims=True)
        together = unit * np.sqrt(squares / np.maximum(known.sum(axis=1, keepdims=True), 1))
        errors = np.where(known & intermittent, together, errors)
    return member_weights(errors, prior, independent)


def pooled_prior(past: Past, prior: Floats, intermittent: Flags | None = None) -> Floats:
    """(members, series) prior weights, moved by the errors on all series of a training together.

    Errors are in units of each series' seasonal change; a series without any does not count. Series of
    intermittent demand are pooled among themselves.
    """
    series = prior.shape[1]
    groups = [None] if intermittent is None or not intermittent.any() else [~intermittent, intermittent]
    unit = np.full((int(past.origins.number.max(initial=-1)) + 1, series), np.nan)
    unit[past.origins.number, past.origins.series] = np.where(past.units > 0, past.units, np.nan)
    with np.errstate(over="ignore"):
        errors = past.mean_errors(series, intermittent) / unit
    pooled = np.empty_like(prior)
    for some in groups:
        here = np.arange(series) if some is None else np.flatnonzero(some)
        if not len(here):
            continue
        together = errors[:, :, here].reshape(len(prior), -1, 1)
        squared = np.array([some is not None and some is intermittent])
        # One's own network has few errors, others many: the mean of all prior weights is one for all.
        pooled[:, here] = _weights(together, prior[:, here].mean(axis=1), 1.0, squared).T
    return pooled


def _held_out_errors(
    past: Past, errors: Floats, prior: Floats, independent: Floats, intermittent: Flags | None
) -> Floats:
    """(pasts, horizon) errors of the combination at each origin, with weights from all other groups."""
    result = np.full(past.actual.shape, np.nan)
    groups = past.origins.groups
    group_of = np.zeros(errors.shape[1], dtype=np.int64)
    group_of[past.origins.number] = groups
    for group in np.unique(groups):
        weights = _weights(errors[:, group_of != group], prior, independent, intermittent)
        here = groups == group
        forecast = combined(weights[past.origins.series[here]], past.forecasts[:, here])
        with np.errstate(over="ignore"):
            result[here] = np.clip(past.actual[here] - forecast, -LARGEST, LARGEST)
    return result
