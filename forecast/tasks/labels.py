"""A target that is one label for each series as a whole, such as the intent of a sentence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.classification.baselines import fit_label_baselines
from forecast.classification.classifier import Classifier
from forecast.classification.metrics import ClassPredictions
from forecast.data.arrays import Integers
from forecast.data.evaluation import EvaluationResult
from forecast.data.panel import Panel, data_sha256
from forecast.errors import DataError, UsageError
from forecast.features.covariates import covariate_specs, mask_unseen_categories
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.phrases import counted
from forecast.planning.plan import Plan, own_cell
from forecast.spec.model import ModelSpec, NetworkSpec, Origin, WindowSpec
from forecast.spec.training import TrainRequest
from forecast.tasks.classes import (
    EVALUATED_SHARE,
    ClassTask,
    class_plan,
    class_predictions,
    refuse_evaluation_options,
    refuse_options_for_numbers,
)
from forecast.tasks.task import Evaluation, EvaluationRequest

LEAST_SERIES = 20
"""Series needed to learn labels and evaluate them."""

LONGEST_SERIES = 256
"""Default maximum of rows of a series that are read for its label, the newest."""

UNITS, DROPOUT, LEARNING_RATE = 64, 0.5, 5e-3
"""Defaults of a network for labels: on the sentences of sample_data/intents.csv its log loss is 0.94 to
1.09; 1.34 with 32 units, no dropout and the default rate."""


@dataclass(frozen=True, slots=True)
class LabelBacktest:
    """Some series to label, by a network that was trained on others."""

    train: Panel
    evaluated: Panel
    series: Integers
    """(series,) index of each evaluated series among all that have a label."""

    def evaluate(self, network: Network | None, _origin: Origin) -> ClassPredictions:
        """The probabilities of the network and of the base rates, with the actual labels."""
        panel = self.evaluated
        if not len(panel):
            raise DataError("no series holds a label to evaluate against")
        assert network is not None  # a network of labels is always trained
        models = [Classifier(network), *fit_label_baselines(self.train)]
        actual = panel.values[panel.bounds[1:] - 1][:, None]
        return class_predictions(models, panel, actual, series=self.series, block=np.arange(len(panel)))


class LabelTask:
    """See `Task`."""

    def plan(self, panel: Panel, request: TrainRequest, _older: RecurrentForecaster | None) -> Plan:
        """A network trained from scratch; covariates are scaled by series that no backtest evaluates."""
        refuse_options_for_numbers(request)
        backtests = request.backtests or 1
        least = max(LEAST_SERIES, math.ceil(backtests / EVALUATED_SHARE))
        if len(panel) < least:
            raise DataError(
                f"{len(panel)} series are too few to learn labels and evaluate them in "
                f"{counted(backtests, 'backtest')}",
                hint=f"give {least} or more",
            )
        season = request.season is not None or request.read.columns.season is not None
        if request.horizon is not None or season or request.calendar or request.holidays:
            raise UsageError("a label belongs to a whole series: it has no horizon, season or calendar")
        dropout = DROPOUT if request.dropout is None else request.dropout
        spec = ModelSpec(
            WindowSpec(request.window or min(int(panel.lengths.max()), LONGEST_SERIES), 1),
            NetworkSpec(own_cell(request), request.units or (UNITS,), dropout),
            season=1,
            covariates=covariate_specs(panel, _never_evaluated(panel, backtests)),
            target=panel.target,
        )
        request = replace(request, learning_rate=request.learning_rate or LEARNING_RATE)
        return class_plan(panel, request, spec, backtests=backtests, evaluated="series")

    def before_backtests(self, panel: Panel, plan: Plan) -> Panel:
        """The series that no backtest evaluates."""
        return _never_evaluated(panel, plan.backtests)

    def backtests(self, panel: Panel, plan: Plan) -> list[LabelBacktest]:
        """Some series each, evaluated by a network of all others."""
        found = []
        for series in _evaluated_series(len(panel), plan.backtests):
            train = panel.select(np.setdiff1d(np.arange(len(panel)), series))
            evaluated = mask_unseen_categories(train, panel.select(series))
            found.append(LabelBacktest(train, evaluated, series))
        return found

    def training_rows(self, panel: Panel, _plan: Plan) -> Panel:
        """All series as they are."""
        return panel

    def evaluation(self, folds: Sequence[ClassPredictions], panel: Panel, plan: Plan) -> Evaluation:
        """As for the classes of rows."""
        return ClassTask().evaluation(folds, panel, plan)

    def has_unseen(self, model: RecurrentForecaster, panel: Panel) -> bool:
        """Whether the series with a label are others than those trained on."""
        return data_sha256(_labelled(panel)) != model.card.data_sha256

    def unseen(
        self, _model: RecurrentForecaster, panel: Panel, request: EvaluationRequest
    ) -> list[LabelBacktest]:
        """All series with a label; their base rates are their own, slightly better than any known before."""
        refuse_evaluation_options(request)
        labelled = _labelled(panel)
        return [LabelBacktest(labelled, labelled, np.arange(len(labelled)))]

    def result(
        self, model: RecurrentForecaster, folds: Sequence[ClassPredictions], panel: Panel
    ) -> EvaluationResult:
        """As for the classes of rows, of the series that have a label."""
        return ClassTask().result(model, folds, _labelled(panel))


def _labelled(panel: Panel) -> Panel:
    """The series that have a label."""
    return panel.select(np.flatnonzero(panel.observed[panel.bounds[:-1]]))


def _evaluated_series(series: int, backtests: int) -> list[Integers]:
    """Indices of the series that each backtest evaluates, drawn once for all."""
    count = max(int(EVALUATED_SHARE * series), backtests)
    drawn = np.random.default_rng(0).permutation(series)[:count]
    return [np.sort(part) for part in np.array_split(drawn, backtests)]


def _never_evaluated(panel: Panel, backtests: int) -> Panel:
    """The series that no backtest evaluates."""
    evaluated = np.concatenate(_evaluated_series(len(panel), backtests))
    return panel.select(np.setdiff1d(np.arange(len(panel)), evaluated))
