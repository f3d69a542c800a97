"""A stored model on rows that it has not seen, or its recipe carried out anew at every origin."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Integers
from forecast.data.panel import Panel, time_range
from forecast.data.results import Scores
from forecast.errors import DataError, UsageError
from forecast.evaluation.backtest import Origins, backtest, rows_known_at, score
from forecast.events import Listener
from forecast.features.covariates import rescaled
from forecast.forecasters.baselines import fit_baselines
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.recurrent import RecurrentForecaster
from forecast.planning.plan import BACKTESTS
from forecast.planning.recipe import recipe_of
from forecast.training.classifying import class_scores
from forecast.training.learner import learner_for

PLAIN_BASELINES = ("last value", "seasonal naive", "drift", "mean")
"""What a model is compared with when nobody says: what needs no scikit-learn."""

MOST_BACKTESTS = 12
"""Backtests of a stored model at most, when nobody says."""


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """How a stored model is to be judged; None is left to the tool."""

    baselines: tuple[str, ...]
    backtests: int | None = None
    horizon: int | None = None
    refit: bool = False
    """A new model at each origin."""


def scores_of(
    model: RecurrentForecaster, panel: Panel, asked: EvaluationRequest, *, listener: Listener
) -> Scores:
    """Rolling-origin scores of the model beside those of the baselines."""
    if model.spec.target.classes:
        if asked != EvaluationRequest(()):
            raise UsageError(
                "probabilities of classes are judged beside base rates, from every new row",
                hint="leave out --baseline, --backtests, --horizon and --refit",
            )
        return class_scores(model, panel)
    if asked.refit:
        origins = Origins(asked.backtests or BACKTESTS, asked.horizon or model.horizon)
        seen = np.zeros(len(panel), dtype=np.int64)
        fit = _refitting(model, panel, listener, origins)
    else:
        seen = model.rows_trained_on(panel)
        origins = _unseen_origins(model, panel, seen, asked)
        fit = _always(model)
    windows = replace(model.spec.windows, horizon=origins.horizon)

    def forecasters(past: Panel) -> list[Forecaster]:
        return [fit(past), *fit_baselines(past, windows, names=asked.baselines or PLAIN_BASELINES)]

    folds = (fold.without(fold.rows < seen) for fold in backtest(forecasters, panel, origins))
    return score([fold for fold in folds if len(fold.judged)], panel)


def _unseen_origins(
    model: RecurrentForecaster, panel: Panel, seen: Integers, asked: EvaluationRequest
) -> Origins:
    """Origins behind the rows that the model was trained on."""
    unseen = int((panel.lengths - seen).max())
    steps = asked.horizon or min(model.horizon, max(unseen, 1))
    wanted = asked.backtests or 1
    if unseen == 0:
        raise DataError(
            f"the model was trained on every row, up to {model.card.last_time}",
            hint="give newer rows, or --refit to judge its recipe on these",
        )
    if unseen < wanted * steps:
        raise DataError(
            f"{unseen} rows after {model.card.last_time} are too few for {wanted} x {steps} to be judged",
            hint=f"try --horizon {max(unseen // wanted, 1)}, or --refit to judge the recipe on older rows",
        )
    return Origins(asked.backtests or min(unseen // steps, MOST_BACKTESTS), steps)


def _always(model: Forecaster) -> Callable[[Panel], Forecaster]:
    return lambda _past: model


def _refitting(
    model: RecurrentForecaster, panel: Panel, listener: Listener, origins: Origins
) -> Callable[[Panel], Forecaster]:
    """What carries the model's recipe out anew on any past of `panel`."""
    recipe = recipe_of(model)
    oldest = panel.first(rows_known_at(panel, origins)[0])
    spec = replace(recipe.spec, covariates=rescaled(recipe.spec.covariates, oldest))
    recipe = replace(recipe, spec=spec)
    learner = learner_for(recipe, panel, listener, fits=origins.count, epochs=model.card.epochs)
    return lambda past: learner.fit(past, f"refit up to {time_range(past)[1]}")
