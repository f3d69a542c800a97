"""The backtests of a combination: its weights at every origin come from earlier origins alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers
from forecast.data.evaluation import KeptBacktests
from forecast.data.panel import Panel
from forecast.data.results import Coverage, Forecast, Scores, Verdict
from forecast.evaluation.backtest import Fold
from forecast.evaluation.predictions import kept_of, predictions_of
from forecast.evaluation.scoring import score
from forecast.evaluation.verdict import OneStepForecasts, verdict_of
from forecast.forecasters.combination import COMBINATION, Combination
from forecast.forecasters.intervals import Spread
from forecast.forecasters.model import forecast_of
from forecast.forecasters.past import Past, combined, joined, pooled_prior, weights_and_spread
from forecast.spec.model import Bounds


@dataclass(frozen=True, slots=True)
class ValueFold:
    """One origin: the baselines' forecasts there, and those of all members from there on."""

    fold: Fold
    combination: Combination
    past: Past | None
    """None where a stored model was scored as it is."""


class Backtested:
    """All backtests of one combination."""

    def __init__(
        self, panel: Panel, folds: Sequence[ValueFold], earlier: Past | None, bounds: Bounds
    ) -> None:
        """`earlier` holds older origins at which one's own network has no forecast."""
        self._panel, self._bounds = panel, bounds
        self._combination = folds[-1].combination
        members = len(self._combination.members)
        pasts = [] if earlier is None else [earlier.with_first_member(members)]
        self._later = [_as_group(each.past) for each in folds if each.past is not None]
        self._past = joined([*pasts, *self._later])
        self._intermittent = self._combination.forecasts_mean(panel)
        self._prior = self._combination.prior(panel, self._intermittent)
        self._forecasts: list[tuple[Panel, Floats, Spread]] = []
        """Of each fold the history of the scored series, their forecasts, and mean errors known there."""
        self._intervals: dict[float, list[Forecast]] = {}
        self.folds = [self._with_combination(each) for each in folds]

    @property
    def name(self) -> str:
        """Name of what is evaluated: its only member, or combination."""
        members = self._combination.members
        return members[0] if len(members) == 1 else COMBINATION

    @cached_property
    def scores(self) -> Scores:
        """Of the combination first, then its members with their final weights, then the baselines."""
        weights, _ = self.final
        mean = weights[:-1].mean(axis=0) if len(weights) > 1 else weights[-1]
        shares = dict(zip(self._combination.members, mean.tolist(), strict=True))
        scores = score(self.folds, self._panel)
        own = np.array([1.0 if name == self.name else shares.get(name, np.nan) for name in scores.models])
        return replace(scores, weights=own)

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict on the combination against the best baseline."""
        members, squared = self._combination.members, is_mostly(self._intermittent)
        return verdict_of(self.scores, self.folds, self._one_step(), members=members, squared=squared)

    def coverage(self, level: float) -> Coverage:
        """Of the intervals at every origin, calibrated on earlier errors alone."""
        inside = []
        for fold, interval in zip(self.folds, self.intervals(level), strict=True):
            actual = fold.actual[fold.scored]
            known = ~np.isnan(actual) & ~np.isnan(interval.lower[0])
            inside.append(((interval.lower[0] <= actual) & (actual <= interval.upper[0]))[known])
        covered = np.concatenate(inside)
        return Coverage.of(level, int(covered.sum()), len(covered))

    def intervals(self, level: float) -> list[Forecast]:
        """For each fold the forecast of its scored series, with intervals of one level."""
        if level not in self._intervals:
            self._intervals[level] = [
                forecast_of(history, values, spread, self._bounds, (level,))
                for history, values, spread in self._forecasts
            ]
        return self._intervals[level]

    def kept(self, level: float) -> KeptBacktests:
        """The forecasts of the first series for a model file, and the coverage by step of all."""
        intervals = self.intervals(level)
        return kept_of(
            predictions_of(self.folds, intervals, self._panel, [self.name]), self.folds, self._panel
        )

    @cached_property
    def final(self) -> tuple[Floats, Spread]:
        """(series + 1, members) weights and mean errors from all origins, the last row for any new series."""
        intermittent = self._intermittent
        many = len(self._panel) > 1
        prior = pooled_prior(self._past, self._prior, intermittent) if many else self._prior
        weights, spread = self._following_from(self._past, prior, intermittent)
        weights = _of_available(weights, self._past)
        other = weights[:1] if len(self._panel) == 1 else prior.mean(axis=1)[None] / prior.mean(axis=1).sum()
        sizes = np.concatenate([spread.sizes, spread.sizes.mean(axis=0, keepdims=True)])
        assert spread.correlations is not None
        # One for all: of a single series the errors at a few origins say little about it.
        alike = np.full(len(sizes), spread.correlations.mean())
        return np.concatenate([weights, other]), Spread(sizes, np.append(spread.units, np.nan), alike)

    def _known(self, rows: Integers) -> tuple[Floats, Spread]:
        """Weights and mean errors of each series from origins whose actual values lie in the first `rows`."""
        past = self._past.before(rows)
        # Which series are intermittent, or aimless, is known from these rows alone, too.
        known = self._panel.first(rows)
        intermittent = self._combination.forecasts_mean(known)
        prior = self._combination.prior(known, intermittent)
        if len(self._panel) > 1 and len(past.origins.rows):
            prior = pooled_prior(past, prior, intermittent)
        return self._following_from(past, prior, intermittent)

    def _following_from(self, past: Past, prior: Floats, intermittent: Flags) -> tuple[Floats, Spread]:
        """Weights and mean errors of each series that follow from a past."""
        seasons = self._panel.seasons
        growth = self._combination.growth(seasons, past.origins.horizon)
        return weights_and_spread(past, prior, seasons.tolist(), intermittent, growth)

    def _with_combination(self, each: ValueFold) -> Fold:
        """The fold with the forecasts of the combination first, then those of its members."""
        assert each.past is not None
        fold, horizon = each.fold, each.fold.actual.shape[1]
        newest = each.past.origins.number == 0
        series = each.past.origins.series[newest]
        forecasts = np.full((len(each.past.forecasts), len(fold.rows), horizon), np.nan)
        forecasts[:, series] = each.past.forecasts[:, newest]
        weights, spread = self._known(fold.rows)
        history = self._panel.first(fold.rows).select(fold.scored)
        growth = each.combination.growth(history.seasons, horizon)
        values = combined(weights[fold.scored], forecasts[:, fold.scored], growth)
        some = spread.select(fold.scored)

        def everywhere(numbers: Floats) -> Floats:
            all_series = np.full((len(fold.rows), horizon), np.nan)
            all_series[fold.scored] = numbers
            return all_series

        def within(numbers: Floats) -> Floats:
            return everywhere(forecast_of(history, numbers, some, self._bounds, ()).values)

        self._forecasts.append((history, values, some))
        members = dict(zip(each.combination.members, forecasts, strict=True))
        ours = {self.name: within(values)} if len(members) > 1 else {}
        for name, numbers in members.items():
            own = numbers[fold.scored]
            known = np.isfinite(own)
            if known.any():  # where a member has no forecast, the combination of the others is its score
                ours[name] = within(np.where(known, own, values))
        return replace(fold, forecasts=ours | {n: f for n, f in fold.forecasts.items() if n not in ours})

    def _one_step(self) -> OneStepForecasts:
        """One-step forecasts of the combination from the rows after each backtest's origin, oldest first."""
        weights, _ = self.final
        past, series = joined(self._later), len(self._panel)
        values = combined(weights[past.origins.series], past.forecasts)[:, 0]
        shape = (int(past.origins.number.max(initial=-1)) + 1, series)
        forecast, last, actual = (np.full(shape, np.nan) for _ in range(3))
        place = past.origins.number, past.origins.series
        forecast[place], actual[place] = values, past.actual[:, 0]
        last[place] = self._panel.values[self._panel.bounds[past.origins.series] + past.origins.rows - 1]
        return OneStepForecasts(forecast=forecast, last=last, actual=actual)


def is_mostly(intermittent: Flags) -> bool:
    """Whether most series are of intermittent demand, so that means are compared."""
    return are_most(int(intermittent.sum()), len(intermittent))


def are_most(count: int, series: int) -> bool:
    """Whether so many are most of all series."""
    return 2 * count > series


def _of_available(weights: Floats, past: Past) -> Floats:
    """(series, members) weights of the members that have a forecast at some origin of the series."""
    there = np.isfinite(past.mean_errors(len(weights))).any(axis=1).T
    kept = np.where(there, weights, 0.0)
    total = kept.sum(axis=1, keepdims=True)
    return np.where(total > 0, kept / np.where(total > 0, total, 1.0), weights)


def _as_group(past: Past) -> Past:
    return replace(past, origins=past.origins.as_one_group())
