"""A target that is a class in each row, such as 0/1 events: log loss, compared with base rates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.classification.baselines import ClassForecaster, fit_class_baselines
from forecast.classification.classifier import Classifier
from forecast.classification.kept import kept_classes
from forecast.classification.metrics import ClassPredictions, score_classes, verdict_of_classes
from forecast.data.arrays import Floats, Integers
from forecast.data.evaluation import EvaluationResult, KeptClasses
from forecast.data.panel import Panel
from forecast.data.results import Scores
from forecast.errors import DataError, UsageError
from forecast.evaluation.backtest import Origins, actuals_after, rows_known_at
from forecast.features.calendar import PHASED
from forecast.features.covariates import covariate_specs, mask_unseen_categories
from forecast.features.windows import windows_of
from forecast.forecasters.combination import Combination
from forecast.forecasters.intervals import no_spread
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.planning import defaults
from forecast.planning.plan import BACKTESTS, Plan, calendar_of, own_cell, reason_of, training_of
from forecast.planning.recipe import Recipe
from forecast.spec.model import CELLS, Bounds, ModelSpec, NetworkSpec, Origin, WindowSpec
from forecast.spec.training import TrainRequest
from forecast.tasks.task import Evaluation, EvaluationRequest

UNITS = 32
"""Default units."""

FEW_WINDOWS = 512
"""Windows under which batches of the default size would be few in an epoch."""

UPDATES = 16
"""Updates in an epoch of few windows: 40 rows of alternating classes were not learned with one."""

LEAST_BATCH = 4

EVALUATED_SHARE = 0.2
"""Share of the rows of each series, or of the series, that the backtests evaluate."""

MOST_PROBABILITIES = 200_000
"""Approximate maximum of probabilities in a backtest: origins are spread evenly over its rows."""


@dataclass(frozen=True, slots=True)
class ClassBacktest:
    """One network, trained on the rows up to an origin, forecasts from there and from the rows after it."""

    past: Panel
    """The rows that the baselines are fitted to."""
    evaluated: Panel
    rows: Integers
    """(series,) rows of each that are known at the first origin."""
    span: int
    """Origins from there on, one row apart."""
    horizon: int
    first: int = 0
    """Number of the first origin among those of all backtests."""

    @property
    def train(self) -> Panel:
        """The rows up to the origin."""
        return self.past

    def evaluate(self, network: Network | None, _origin: Origin) -> ClassPredictions:
        """The probabilities of the network and of the baselines, with the actual classes.

        Predictions for one series within a horizon share their errors: they are one block.
        """
        assert network is not None  # a network of classes is always trained
        models = [Classifier(network), *fit_class_baselines(self.past, self.horizon)]
        panel = self.evaluated
        every = max(1, self.span * int((self.rows > 0).sum()) * self.horizon // MOST_PROBABILITIES)
        parts = []
        for later in range(0, self.span, every):
            known = np.where(self.rows > 0, np.minimum(self.rows + later, panel.lengths), 0)
            actual = actuals_after(panel, known, self.horizon)
            (series,) = np.nonzero(~np.isnan(actual).all(axis=1))
            if len(series):
                history = panel.first(known).select(series)
                block = (self.first + later) // self.horizon * len(panel) + series
                parts.append(class_predictions(models, history, actual[series], series=series, block=block))
        if not parts:
            raise DataError("no row holds a class to evaluate against")
        return ClassPredictions.concatenated(parts)


class ClassTask:
    """See `Task`."""

    def plan(self, panel: Panel, request: TrainRequest, _older: RecurrentForecaster | None) -> Plan:
        """A network trained from scratch; covariates are scaled by the rows before all that is evaluated."""
        refuse_options_for_numbers(request)
        spec = _spec(panel, request)
        plan = class_plan(panel, request, spec, backtests=request.backtests or BACKTESTS, evaluated="rows")
        oldest = self.before_backtests(panel, plan)
        window, horizon = spec.windows.window, plan.horizon
        if oldest.lengths.max() < window + horizon:
            raise DataError(
                f"too short: {oldest.lengths.max()} rows before those that are evaluated are fewer than "
                f"window {window} + horizon {horizon}",
                hint="give a smaller --window or --horizon, or more rows",
            )
        spec = replace(spec, covariates=covariate_specs(panel, oldest))
        return replace(plan, recipe=replace(plan.recipe, spec=spec))

    def before_backtests(self, panel: Panel, plan: Plan) -> Panel:
        """The rows before the oldest origin."""
        return panel.first(rows_known_at(panel, _origins(panel, plan))[0])

    def backtests(self, panel: Panel, plan: Plan) -> list[ClassBacktest]:
        """Origins a fifth of the rows, in all, before the end."""
        origins, found = _origins(panel, plan), []
        for number, rows in enumerate(rows_known_at(panel, origins)):
            past = panel.first(rows).select(np.flatnonzero(rows > 0))
            evaluated, first = mask_unseen_categories(past, panel), number * origins.horizon
            found.append(ClassBacktest(past, evaluated, rows, origins.horizon, plan.horizon, first))
        return found

    def training_rows(self, panel: Panel, _plan: Plan) -> Panel:
        """All rows as they are."""
        return panel

    def evaluation(self, folds: Sequence[ClassPredictions], panel: Panel, _plan: Plan) -> Evaluation:
        """Log loss, Brier score and accuracy, and the verdict by log loss; there are no intervals."""
        predictions = ClassPredictions.concatenated(list(folds))
        scores = _scores(predictions, folds, panel)
        verdict = verdict_of_classes(scores, predictions, panel.target)
        kept = kept_classes(predictions, panel) if panel.target.kind == "class" else None
        return Evaluation(scores, verdict, None, np.empty((0, 1)), no_spread(), class_backtests=kept)

    def kept_unseen(
        self, model: RecurrentForecaster, panel: Panel, request: EvaluationRequest
    ) -> KeptClasses | None:
        """The probabilities that a model gives the rows newer than those it was trained on."""
        (backtest,) = self.unseen(model, panel, request)
        return kept_classes(backtest.evaluate(model.network, model.card.origin), panel)

    def has_unseen(self, model: RecurrentForecaster, panel: Panel) -> bool:
        """Whether a series that the model was trained on has a newer row."""
        seen = model.rows_trained_on(panel)
        return bool((panel.lengths > seen)[seen > 0].any())

    def unseen(
        self, model: RecurrentForecaster, panel: Panel, request: EvaluationRequest
    ) -> list[ClassBacktest]:
        """Every row newer than those that the model was trained on."""
        refuse_evaluation_options(request)
        seen = model.rows_trained_on(panel)
        unseen = int((panel.lengths - seen)[seen > 0].max(initial=0))
        return [ClassBacktest(panel.first(seen), panel, seen, unseen, model.horizon)]

    def result(
        self, _model: RecurrentForecaster, folds: Sequence[ClassPredictions], panel: Panel
    ) -> EvaluationResult:
        """Scores and verdict."""
        predictions = ClassPredictions.concatenated(list(folds))
        scores = _scores(predictions, folds, panel)
        verdict = verdict_of_classes(scores, predictions, panel.target)
        return EvaluationResult(scores, verdict, None, "new rows")


def _scores(predictions: ClassPredictions, folds: Sequence[ClassPredictions], panel: Panel) -> Scores:
    """Means over all rows, by series and by step."""
    return score_classes(predictions, panel.ids, panel.columns.series, backtests=len(folds))


def class_predictions(
    models: Sequence[ClassForecaster], history: Panel, actual: Floats, *, series: Integers, block: Integers
) -> ClassPredictions:
    """The probabilities that `models` give after the end of `history`, with the `actual` classes.

    `actual` is (series, horizon), NaN where none is known; `series` and `block`, (series,), are the
    index of each series of the history and the block that its errors belong to.
    """
    horizon, known = actual.shape[1], ~np.isnan(actual.ravel())
    probabilities = {model.name: model.probabilities(history, horizon) for model in models}
    return ClassPredictions(
        actual=actual.ravel()[known].astype(np.int64),
        series=np.repeat(series, horizon)[known],
        step=np.tile(np.arange(horizon), len(actual))[known],
        block=np.repeat(block, horizon)[known],
        row=(history.lengths[:, None] + np.arange(horizon)).ravel()[known],
        probabilities={name: each.reshape(len(known), -1)[known] for name, each in probabilities.items()},
    )


def class_plan(
    panel: Panel, request: TrainRequest, spec: ModelSpec, *, backtests: int, evaluated: str
) -> Plan:
    """The plan of a network of class probabilities, trained from scratch."""
    windows = len(windows_of(panel, spec))
    # Batches so small that an epoch has some updates: the network knows nothing at the start.
    small = max(LEAST_BATCH, windows // UPDATES) if windows < FEW_WINDOWS else None
    sized = replace(request, batch_size=request.batch_size or small)
    training = training_of(sized, windows=windows, origin="scratch")
    return Plan(
        recipe=Recipe(spec, "scratch", training, ensemble=request.ensemble),
        combination=Combination(()),
        horizon=spec.trained_horizon,
        bounds=Bounds(),
        backtests=backtests,
        unseen=True,
        windows=windows,
        level=request.level,
        reasons=(
            ("start", "class probabilities are learned from scratch"),
            ("cell", reason_of(request.cell) or "as accurate as an LSTM, with three quarters of its weights"),
            ("evaluated", f"a fifth of the {evaluated}, by networks that were not trained on it"),
        ),
    )


def refuse_options_for_numbers(request: TrainRequest) -> None:
    """Refuse options that mean nothing for classes."""
    if request.method not in (None, "combination", *CELLS):
        raise UsageError(
            f"--method {request.method} forecasts numbers, and the target is one of a few classes",
            hint=f"choose {', '.join(CELLS)}, or read 0/1 as numbers with --task value",
        )
    options = {
        "--from": request.from_ not in (None, "scratch"),
        "--combine": request.combine not in (None, "none"),
        "--quick": request.quick,
        "--tune": bool(request.tune),
        "--min": request.min is not None,
        "--max": request.max is not None,
        "--integer": request.integer is not None,
    }
    given = [option for option, value in options.items() if value]
    if given:
        raise UsageError(
            f"the target is one of a few classes, and {', '.join(given)} is for numbers",
            hint="leave it out, or read 0/1 as numbers with --task value",
        )


def refuse_evaluation_options(request: EvaluationRequest) -> None:
    """Class probabilities are compared with base rates, from every new row."""
    if request != EvaluationRequest():
        raise UsageError(
            "class probabilities are compared with base rates, from every new row",
            hint="leave out --baseline, --backtests, --horizon, --refit and --predictions",
        )


def _origins(panel: Panel, plan: Plan) -> Origins:
    """One range of evaluated rows after the other: a fifth of the longest series in all."""
    rows = max(plan.horizon, int(EVALUATED_SHARE * panel.lengths.max()) // plan.backtests)
    return Origins(plan.backtests, rows)


def _spec(panel: Panel, request: TrainRequest) -> ModelSpec:
    horizon = request.horizon or defaults.horizon(panel)
    season, _ = defaults.season(panel, request.season)
    window = request.window or defaults.window(panel, season, horizon)
    dated = panel.frequency.form != "integer" and panel.frequency.unit in PHASED
    calendar = calendar_of(panel, replace(request, calendar=request.calendar or dated))
    network = NetworkSpec(own_cell(request), request.units or (UNITS,), request.dropout or 0.0)
    return ModelSpec(WindowSpec(window, horizon), network, season, calendar=calendar, target=panel.target)
