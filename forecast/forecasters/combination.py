"""Forecast combination: the weighted mean of what networks and simple methods forecast."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import LARGEST, Flags, Floats, Integers, row_series
from forecast.data.panel import Panel
from forecast.forecasters.decomposition import FoundSeason, rows_of_two
from forecast.forecasters.harmonic import harmonic_of
from forecast.forecasters.intermittent import CROSTON, is_intermittent
from forecast.forecasters.intervals import seasonal_changes
from forecast.forecasters.methods import METHODS, PLAIN, MethodForecast
from forecast.forecasters.past import Past
from forecast.forecasters.preparation import (
    ROWS_READ,
    Prepared,
    long_seasons,
    prepare,
    without_single_outliers,
)
from forecast.forecasters.priors import OWN, OWN_WITH_COVARIATES, priors_of, weight_growth
from forecast.forecasters.recurrent import Network
from forecast.forecasters.rolling import MAX_ORIGINS, Origins, earlier_origins
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

    def forecasts(self, history: Panel, horizon: int, *, wanted: Flags | None = None) -> Floats:
        """(members, series, horizon) what each member forecasts.

        With `wanted`, (members, series), each member is asked for these series alone, and NaN for others.
        """
        history = history.tail(ROWS_READ)
        return self._forecasts(history, horizon, long_seasons(history, self.periods), wanted)

    def _forecasts(
        self,
        history: Panel,
        horizon: int,
        seasons: Seasons,
        wanted: Flags | None = None,
        clipped: Panel | None = None,
    ) -> Floats:
        """`clipped` is `without_single_outliers(history)`, where that is known."""
        if len(self.members) == 1 and self.members[0] in PLAIN:
            return METHODS[self.members[0]](history, horizon)[None]
        asked = np.ones((len(self.members), len(history)), dtype=bool) if wanted is None else wanted
        # Harmonic regression has the long seasons in it; beside others it answers where there is one.
        # Croston's method reads demands as they are; beside others it answers where these are rare.
        some = np.array([name in (HARMONIC, CROSTON) for name in self.members])
        alone = ~asked[~some].any(axis=0)
        intermittent = self.forecasts_mean(history)
        cleaned = _kept_where(intermittent, history, clipped or without_single_outliers(history))
        level = prepare(cleaned, horizon, ())
        prepared = prepare(cleaned, horizon, seasons) if any(seasons) else level
        networks = dict(self.networks)
        values, added = [], []
        for name, here in zip(self.members, asked, strict=True):
            if name in networks:
                rest = level if explains_seasons(networks[name].spec) else prepared
                forecast: MethodForecast = networks[name].forecast
            else:
                rest, forecast = level if name in (HARMONIC, CROSTON) else prepared, METHODS[name]
            if name == HARMONIC:
                values.append(harmonic_of(rest.panel, horizon, seasons, always=alone, wanted=here))
            else:
                here = here & (alone | intermittent) if name == CROSTON else here
                values.append(_of_some(forecast, rest.panel, horizon, here))
            added.append(rest.continuation)
        with np.errstate(over="ignore"):
            return np.asarray(
                np.clip(_plausible(np.stack(values), level.panel) + np.stack(added), -LARGEST, LARGEST)
            )

    def without_outliers(self, history: Panel) -> Panel:
        """The panel with outliers clipped, as members read it, save where demand is intermittent."""
        return _kept_where(self.forecasts_mean(history), history, without_single_outliers(history))

    def read_by(self, network: Network, history: Panel) -> Prepared:
        """The newest rows of `history` as this network reads them, and what is added to its forecasts."""
        history = history.tail(ROWS_READ)
        seasons = () if explains_seasons(network.spec) else long_seasons(history, self.periods)
        return prepare(self.without_outliers(history), network.spec.trained_horizon, seasons)

    def past(self, history: Panel, horizon: int, *, most: int = MAX_ORIGINS) -> Past:
        """What each member would have forecast at earlier origins of every series.

        Long seasons are those of the whole history.
        """
        history = history.tail(ROWS_READ)
        seasons = long_seasons(history, self.periods)
        origins = earlier_origins(history, horizon, seasons, most=most)
        return self._past(history, origins, seasons)

    def past_and_forecasts(self, history: Panel, horizon: int) -> tuple[Past, Floats]:
        """`past` and `forecasts` of the same series, computed together: much of it is the same.

        The last digits of the past may then depend on later rows, as those of a product of matrices do.
        """
        history = history.tail(ROWS_READ)
        seasons = long_seasons(history, self.periods)
        earlier, count = earlier_origins(history, horizon, seasons), len(history)
        series = np.arange(count)
        now = Origins(series, np.zeros_like(series), history.lengths, horizon)
        both = self._past(history, Origins.joined([now, earlier]), seasons, joined=True)
        return replace(
            both,
            origins=earlier,
            forecasts=both.forecasts[:, count:],
            actual=both.actual[count:],
            units=both.units[count:],
        ), both.forecasts[:, :count]

    def past_at(self, panel: Panel, rows: Integers, horizon: int) -> Past:
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

    def _past(self, panel: Panel, origins: Origins, seasons: Seasons, *, joined: bool = False) -> Past:
        """With `joined`, digits may depend on later rows, as the beginnings of a series are read with it."""
        if not len(origins.rows):
            empty = np.empty((len(self.members), 0, origins.horizon))
            return Past(origins, empty, empty[0], np.empty(0))
        known = panel.select(origins.series).first(origins.rows).tail(ROWS_READ)
        usable = [_within(seasons[i], n) for i, n in zip(origins.series, known.lengths, strict=True)]
        if not joined:
            known = replace(known, ids=tuple(map(str, range(len(known)))))
        clipped = without_single_outliers(known)
        forecasts = self._forecasts(known, origins.horizon, usable, clipped=clipped)
        units = np.maximum(np.nan_to_num(seasonal_changes(clipped)), 0.0)
        steps = origins.rows[:, None] + np.arange(origins.horizon)
        index = panel.bounds[origins.series][:, None] + steps
        known_rows = steps < panel.lengths[origins.series][:, None]
        index = np.where(known_rows, index, 0)
        actual = np.where(known_rows & panel.observed[index], panel.values[index], np.nan)
        return Past(origins, forecasts, actual, units)


def _kept_where(intermittent: Flags, history: Panel, clipped: Panel) -> Panel:
    """`clipped`, with series of intermittent demand as they are: among zeros every demand is an outlier."""
    if not intermittent.any():
        return clipped
    kept = intermittent[row_series(history.bounds)]
    return replace(history, values=np.where(kept, history.values, clipped.values))


def _of_some(forecast: MethodForecast, panel: Panel, horizon: int, wanted: Flags) -> Floats:
    """(series, horizon) forecasts of the series that are `wanted`; NaN for the others."""
    if wanted.all():
        return forecast(panel, horizon)
    values = np.full((len(panel), horizon), np.nan)
    if wanted.any():
        values[wanted] = forecast(panel.select(np.flatnonzero(wanted)), horizon)
    return values


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
