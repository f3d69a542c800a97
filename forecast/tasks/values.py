"""A target of numbers: rolling-origin backtests of a combination, its weights, the verdict, intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Integers
from forecast.data.evaluation import EvaluationResult
from forecast.data.panel import Panel
from forecast.errors import DataError
from forecast.evaluation.backtest import Origins, Split, evaluate_split, rows_known_at, splits
from forecast.features.covariates import rescaled
from forecast.forecasters.baselines import BASELINES, baselines_of, fit_baselines, fitted
from forecast.forecasters.combination import PRETRAINED, Combination
from forecast.forecasters.methods import METHODS
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.past import Past
from forecast.forecasters.recurrent import Network
from forecast.planning.plan import BACKTESTS, Plan, plan_values
from forecast.planning.recipe import recipe_of
from forecast.spec.model import ModelSpec, Origin, WindowSpec
from forecast.spec.training import TrainRequest
from forecast.storage.pretrained import open_pretrained
from forecast.tasks.combined import Backtested, ValueFold
from forecast.tasks.stored import LEVEL, result_of_refit, result_on_new_rows
from forecast.tasks.task import Evaluation, EvaluationRequest

MANY_SERIES = 500
"""Series above which only the backtests are origins, and no earlier ones."""

ENOUGH_FORECASTS = 100
"""Forecasts at an origin from which the rows up to the next origin need not be origins too."""

MOST_LATER = 12
"""Most rows after an origin that are origins too."""

MOST_BACKTESTS = 12
"""Default maximum of backtests of a stored model."""


@dataclass(frozen=True, slots=True)
class ValueBacktest:
    """One origin: the members of a combination and the baselines forecast the rows after it."""

    panel: Panel
    """All rows; those after the origin are only compared with forecasts."""
    split: Split
    windows: WindowSpec
    """What the baselines read and forecast."""
    combination: Combination
    spec: ModelSpec
    """What one's own network reads."""
    baselines: tuple[str, ...] = BASELINES

    @property
    def train(self) -> Panel:
        """The rows before the origin, as a network is trained on them."""
        return self.combination.prepared(self.split.train, self.spec)

    def evaluate(self, network: Network | None, origin: Origin) -> ValueFold:
        """What every member and every baseline forecasts.

        The network was trained on rows up to the origin alone, so that a few later rows are just as new to
        it: they are origins too where there are few forecasts.
        """
        split, combination = self.split, self.combination.with_own(network, origin)
        fold = evaluate_split(fit_baselines(split.train, self.windows, names=self.baselines), split)
        series, horizon = len(fold.scored), fold.actual.shape[1]
        later = min(horizon, MOST_LATER) if series * horizon < ENOUGH_FORECASTS else 1
        rows = np.where(fold.rows > 0, fold.rows + np.arange(later)[:, None], 0)
        scored = np.zeros(len(fold.rows), dtype=bool)
        scored[fold.scored] = True
        past = combination.past_at(
            self.panel, np.where(scored & (rows <= self.panel.lengths), rows, 0), horizon
        )
        return ValueFold(fold, combination, past)


@dataclass(frozen=True, slots=True)
class StoredBacktest:
    """One origin: a stored model and the baselines forecast the rows after it."""

    split: Split
    model: RecurrentForecaster
    windows: WindowSpec
    baselines: tuple[str, ...]
    """Those of the whole data, at every origin."""
    trained_on: Integers
    """(series,) rows that the model was trained on: series with fewer rows here are not scored."""

    @property
    def train(self) -> Panel:
        """The rows before the origin."""
        return self.split.train

    def evaluate(self, _network: Network | None, _origin: Origin) -> ValueFold:
        """The forecasts of the model as it is."""
        baselines = fitted(self.train, self.windows, self.baselines)
        others = [each for each in baselines if each.name != self.model.name]
        fold = evaluate_split([self.model, *others], self.split)
        return ValueFold(fold.without(fold.rows < self.trained_on), self.model.combination, None)


class ValueTask:
    """See `Task`."""

    def plan(self, panel: Panel, request: TrainRequest, older: RecurrentForecaster | None) -> Plan:
        """The plan for numbers."""
        return plan_values(panel, request, older)

    def before_backtests(self, panel: Panel, plan: Plan) -> Panel:
        """The rows before the oldest origin."""
        return plan.combination.prepared(_oldest(panel, plan), plan.recipe.spec)

    def training_rows(self, panel: Panel, plan: Plan) -> Panel:
        """All rows, without offsets and long seasons."""
        return plan.combination.prepared(panel, plan.recipe.spec)

    def backtests(self, panel: Panel, plan: Plan) -> list[ValueBacktest]:
        """One for each origin."""
        return [
            ValueBacktest(panel, split, plan.evaluated_windows, plan.combination, plan.recipe.spec)
            for split in splits(panel, Origins(plan.backtests, plan.horizon))
        ]

    def evaluation(self, folds: Sequence[ValueFold], panel: Panel, plan: Plan) -> Evaluation:
        """Scores and verdict of the combination at every origin, by weights from earlier origins."""
        done = backtested(folds, panel, plan)
        weights, spread = done.final
        coverage, kept = done.coverage(plan.level), done.kept(plan.level)
        return Evaluation(done.scores, done.verdict, coverage, weights, spread, kept)

    def has_unseen(self, model: RecurrentForecaster, panel: Panel) -> bool:
        """Whether a series has a row newer than those trained on."""
        return bool((panel.lengths > model.rows_trained_on(panel)).any())

    def unseen(
        self, model: RecurrentForecaster, panel: Panel, request: EvaluationRequest
    ) -> list[StoredBacktest]:
        """Origins after the rows that the model was trained on."""
        trained_on = model.rows_trained_on(panel)
        unseen = int((panel.lengths - trained_on).max())
        origins = unseen_origins(unseen, request, model.horizon, after=model.card.last_time)
        return stored_backtests(model, panel, origins, baselines_of(panel, request.baselines or BASELINES))

    def result(
        self, model: RecurrentForecaster, folds: Sequence[ValueFold], panel: Panel
    ) -> EvaluationResult:
        """Scores, verdict, coverage, and every forecast with its interval, on rows new to the model."""
        return result_on_new_rows(model, [each.fold for each in folds if len(each.fold.scored)], panel)


def stored_backtests(
    model: RecurrentForecaster, panel: Panel, origins: Origins, baselines: tuple[str, ...]
) -> list[StoredBacktest]:
    """A stored model and baselines at these origins of a panel, or of some series of it."""
    windows = replace(model.spec.windows, horizon=origins.horizon)
    trained_on = model.rows_trained_on(panel)
    return [StoredBacktest(split, model, windows, baselines, trained_on) for split in splits(panel, origins)]


def refit_plan(model: RecurrentForecaster, panel: Panel, request: EvaluationRequest) -> Plan:
    """The plan to retrain a model with the same settings: by default with as many backtests as it had."""
    had = BACKTESTS if model.card.scores is None else model.card.scores.backtests
    recipe = recipe_of(model)
    backtests, horizon = request.backtests or had, request.horizon or model.horizon
    oldest = panel.first(rows_known_at(panel, Origins(backtests, horizon))[0])
    spec = replace(recipe.spec, covariates=rescaled(recipe.spec.covariates, oldest))
    others = _tried_members(model)
    if recipe.trains:
        others = others.only([name for name in others.members if name != model.network.name])
    return Plan(
        recipe=replace(recipe, spec=spec),
        combination=others,
        horizon=horizon,
        bounds=model.bounds,
        backtests=backtests,
        unseen=True,
        windows=0,
        level=LEVEL,
        reasons=(),
    )


def _tried_members(model: RecurrentForecaster) -> Combination:
    """The combination with the members that training gave no weight: it did not know beforehand which."""
    kept, scores = model.combination, model.card.scores
    if scores is None:
        return kept
    tried = [name for name, weight in zip(scores.models, scores.weights, strict=True) if not np.isnan(weight)]
    networks = kept.networks
    if PRETRAINED in tried and PRETRAINED not in kept.members:
        cell, season = model.spec.network.cell, model.spec.season
        networks = (*networks, (PRETRAINED, open_pretrained(cell, season)))
    return replace(kept, networks=networks, methods=tuple(name for name in METHODS if name in tried))


def refit_backtests(panel: Panel, plan: Plan, request: EvaluationRequest) -> list[ValueBacktest]:
    """The backtests of a refit, with the baselines that are asked for."""
    names = request.baselines or BASELINES
    return [replace(each, baselines=names) for each in ValueTask().backtests(panel, plan)]


def refit_result(folds: Sequence[ValueFold], panel: Panel, plan: Plan) -> EvaluationResult:
    """Scores, verdict, coverage, and every forecast with its interval."""
    return result_of_refit(backtested(folds, panel, plan), panel)


def backtested(folds: Sequence[ValueFold], panel: Panel, plan: Plan) -> Backtested:
    """The combination at the origins of all backtests, with weights from earlier origins."""
    return Backtested(panel, folds, _earlier(panel, plan), plan.bounds)


def _oldest(panel: Panel, plan: Plan) -> Panel:
    return panel.first(rows_known_at(panel, Origins(plan.backtests, plan.horizon))[0])


def _earlier(panel: Panel, plan: Plan) -> Past | None:
    """What all members but one's own network forecast before the oldest backtest; None for many series."""
    combination = plan.combination
    if not combination.members or len(panel) > MANY_SERIES:
        return None
    oldest = _oldest(panel, plan)
    present = np.flatnonzero(oldest.lengths > 0)
    past = combination.past(oldest.select(present), plan.horizon)
    return replace(past, origins=replace(past.origins, series=present[past.origins.series]))


def unseen_origins(unseen: int, request: EvaluationRequest, horizon: int, *, after: str) -> Origins:
    """Origins after the rows that were trained on, which end at `after`; a series has `unseen` later ones."""
    steps = request.horizon or min(horizon, unseen)
    wanted = request.backtests or 1
    if unseen < wanted * steps:
        raise DataError(
            f"{unseen} rows after {after} are too few for {wanted} backtests of {steps} rows",
            hint=f"try --horizon {max(unseen // wanted, 1)}, or --refit to backtest on older rows",
        )
    return Origins(request.backtests or min(unseen // steps, MOST_BACKTESTS), steps)
