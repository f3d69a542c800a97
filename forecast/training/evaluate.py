"""A stored model on rows that it was not trained on, or retrained with the same settings at every origin."""

from forecast.data.evaluation import EvaluationResult
from forecast.data.panel import Panel, data_sha256, time_range
from forecast.data.results import Scores
from forecast.errors import UsageError
from forecast.events import Note
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import counted
from forecast.planning.plan import Plan
from forecast.tasks.classes import refuse_evaluation_options
from forecast.tasks.combined import ValueFold
from forecast.tasks.kinds import task_for
from forecast.tasks.task import EvaluationRequest
from forecast.tasks.values import ValueTask, refit_backtests, refit_plan, refit_result
from forecast.training.learner import learner_for
from forecast.training.run import Run


def evaluate_model(
    model: RecurrentForecaster, panel: Panel, request: EvaluationRequest, run: Run
) -> EvaluationResult:
    """The model and the baselines at rolling origins on rows that it was not trained on.

    Where there is none, the result is that of the model's own backtests; where the request asks for
    something else, the model is refitted.
    """
    task, scores = task_for(model.spec.target), model.card.scores
    has_unseen = request.refit or task.has_unseen(model, panel)
    if not has_unseen and scores is not None and is_answered_by(scores, request):
        run.listener(Note("scores", _own_scores(model, panel, scores)))
        return EvaluationResult(scores, model.card.verdict, model.card.coverage, "stored")
    if model.spec.target.kind != "value":
        refuse_evaluation_options(request)
    if request.refit or not has_unseen:
        if not has_unseen:
            run.listener(Note("refit", f"{nothing_new(model)}: it is retrained with the same settings"))
        return _refitted(model, panel, request, run)
    backtests = task.unseen(model, panel, request)
    network = model.network if model.combination.networks else None
    folds = [each.evaluate(network, model.card.origin) for each in backtests]
    return task.result(model, folds, panel)


def is_answered_by(scores: Scores, request: EvaluationRequest) -> bool:
    """Whether the request asks for no more than the scores of the model's own backtests."""
    return (
        not request.baselines
        and not request.predictions
        and request.backtests in (None, scores.backtests)
        and request.horizon in (None, len(scores.forecasts_by_step))
    )


def nothing_new(model: RecurrentForecaster) -> str:
    """What is said where all was trained on."""
    return f"no {'series' if model.spec.target.kind == 'label' else 'rows'} newer than the model"


def _own_scores(model: RecurrentForecaster, panel: Panel, scores: Scores) -> str:
    """What the scores are that a user sees where no row is new."""
    note = f"{nothing_new(model)}: these are the scores of its own {counted(scores.backtests, 'backtest')}"
    if model.spec.target.kind == "label" or data_sha256(panel) == model.card.data_sha256:
        return note
    return f"{note} on {model.card.source}, from which these data differ"


def _refitted(
    model: RecurrentForecaster, panel: Panel, request: EvaluationRequest, run: Run
) -> EvaluationResult:
    """The result of networks that are made at every origin as the model was."""
    if model.spec.target.kind != "value":
        raise UsageError(
            "a model of classes is not retrained", hint="leave out --refit; forecast show has its own scores"
        )
    plan = refit_plan(model, panel, request)
    return refit_result(refitted_folds(model, panel, plan, request, run), panel, plan)


def refitted_folds(
    model: RecurrentForecaster, panel: Panel, plan: Plan, request: EvaluationRequest, run: Run
) -> list[ValueFold]:
    """The backtests of a model that is trained again at every origin."""
    run = run.within(plan.recipe.training.max_seconds)
    rows = ValueTask().training_rows(panel, plan)
    learner = learner_for(plan.recipe, rows, run, fits=plan.backtests, epochs=model.card.epochs)
    folds = []
    for each in refit_backtests(panel, plan, request):
        network = learner.fit(each.train, f"refit up to {time_range(each.train)[1]}")
        folds.append(each.evaluate(network, learner.origin))
    return folds
