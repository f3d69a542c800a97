"""The functions of `import forecast`: the verbs of the command line, with its flags as keywords.

`data` is a path, a binary file, a pandas frame or Series, a NumPy array, or a list of numbers. An index
counts as a column where it has a name or holds times; other index labels are the numbers of rows.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

from forecast import hindcast, workflow
from forecast.data.cards import Card
from forecast.data.comparison import Comparison
from forecast.data.evaluation import EvaluationResult
from forecast.data.results import Forecast, Probabilities
from forecast.data.totals import Total
from forecast.errors import UsageError
from forecast.events import Listener, warn
from forecast.forecasters.model import RecurrentForecaster
from forecast.spec.model import Cell, Statistic
from forecast.spec.options import (
    EvaluateOptions,
    FileOptions,
    PredictOptions,
    ReadOptions,
    TrainOptions,
    checked_options,
    levels_of,
    names_of,
    read_spec,
    refuse_for_model,
    train_request,
)
from forecast.spec.reading import FutureMissing
from forecast.spec.training import METHOD_OPTIONS, Combine, Method, TrainRequest
from forecast.tables.source import Source
from forecast.workflow import Model, Trained


def train(
    data: Source,
    request: TrainRequest | None = None,
    *,
    model: str | Path | None = None,
    resume: bool = False,
    listener: Listener = warn,
    **options: Unpack[TrainOptions],
) -> Trained:
    """Train a model on `data`, evaluate it on rows that it has not seen, and save it to `model`, if given.

    Args:
        data: What to learn from.
        request: All options as one object; keywords go on top of it.
        model: Path of the model file to write.
        resume: Continue an interrupted training to the same file.
        listener: Called with each event (`forecast.events`); by default warnings are Python's.
        options: The flags of `forecast train`: `target`, `horizon`, `cell`, ... (`TrainOptions`).

    Returns:
        The model, with scores, verdict and coverage in `.model.card`, and its path.

    Raises:
        UsageError: An option does not exist, has the wrong type, or does not fit the others.
        DataError: The data cannot be read, or are too short.
        TrainingError: The loss became NaN twice.

    >>> import forecast
    >>> trained = forecast.train("sample_data/harvest.csv", quick=True)
    >>> trained.model.card.verdict.outcome
    'unclear'

    """
    request = train_request(checked_options(train, TrainOptions, **options), request)
    path = None if model is None else Path(model)
    return workflow.train(data, request, model=path, resume=resume, listener=listener)


def predict(
    data: Source | None = None,
    *,
    model: Model | None = None,
    horizon: int | None = None,
    level: float | Sequence[float] = 80.0,
    total: bool = False,
    as_of: str | int | None = None,
    future: Source | None = None,
    future_missing: FutureMissing | None = None,
    season: float | str | None = None,
    cell: Cell | None = None,
    method: Method | None = None,
    combine: Combine | None = None,
    statistic: Statistic | None = None,
    listener: Listener = warn,
    **options: Unpack[ReadOptions],
) -> Forecast | Probabilities | Total:
    """The next values after the end of `data`, or, without data, after the rows that the model keeps.

    Args:
        data: The history to continue.
        model: A model or its path, or "pretrained". By default, for a path: FORECAST_MODEL, else the
            model file of the same stem in the current folder, else a pretrained network. For data
            in memory: a pretrained network. Without data: FORECAST_MODEL, else the only *.forecast
            file in the current folder.
        horizon: Rows to forecast.
        level: Coverage of the prediction intervals, in percent.
        total: The sum over the horizon of each series, with its own intervals, instead of each step.
        as_of: A date: the forecast that would have been made then, from rows up to it, with the actual
            values that are known by now (`.actual`). A model trained on later rows is trained again.
        future: Rows after the end with the known covariates, as `future` gives them.
        future_missing: The fill of known covariates without a future value: "hold" or "season".
        season: Rows in a period, "7,365.25" for several, or a column of them; without a model only.
        cell: Cell of the pretrained network.
        method: The only method that forecasts, such as "theta"; without a model only.
        combine: "none" for the pretrained network alone; without a model only.
        statistic: "mean" or "median"; without a model only.
        listener: Called with each event.
        options: The flags that say how data are read (`ReadOptions`); a model brings its own columns.

    Returns:
        Arrays of shape (series, horizon), (series,) of a total; `.to_frame()` makes a row of each number.

    Raises:
        UsageError, DataError, ModelError: As `train`; the model is not found or does not fit.

    >>> import forecast
    >>> forecast.predict([112, 118, 132, 129, 121, 135, 148, 148], horizon=2).values.shape
    (1, 2)

    """
    given = checked_options(
        predict,
        PredictOptions,
        **options,
        horizon=horizon,
        level=level,
        as_of=as_of,
        future_missing=future_missing,
        season=season,
        cell=cell,
        method=method,
        combine=combine,
        statistic=statistic,
    )
    horizon, levels, read = given.get("horizon"), levels_of(given.get("level", 80.0)), read_spec(given)
    chosen = workflow.needed_model(model, data) if data is None else workflow.model_named(model, data)
    request = train_request(_method_options(given), TrainRequest(read=read, horizon=horizon))
    if chosen is not None:
        refuse_for_model(read, 'model="pretrained"', **_method_options(given))
    asked: dict[str, Any] = {"horizon": horizon, "levels": levels, "total": total, "listener": listener}
    asked["future_missing"] = future_missing
    if as_of is not None:
        if data is None or future is not None:
            raise UsageError("as_of needs the rows after that date too, in data, and takes no future")
        return hindcast.predict(chosen or request, data, str(as_of), read=read, **asked)[1]
    if chosen is None:
        assert data is not None
        chosen = workflow.untrained_model(data, request, listener=listener)
        data = None  # the rows of the data are those that it continues
    return workflow.predict(chosen, data, read=read, future=future, **asked)


def evaluate(
    data: Source,
    *,
    model: Model | None = None,
    backtests: int | None = None,
    horizon: int | None = None,
    baseline: str | Sequence[str] = (),
    refit: bool = False,
    as_of: str | int | None = None,
    listener: Listener = warn,
    **options: Unpack[FileOptions],
) -> EvaluationResult:
    """Rolling-origin scores of a model and of baselines, on rows of `data` that it has not seen.

    Where no row is newer than the model, the result is that of its own backtests (`.basis` is "stored");
    with `backtests`, `horizon` or `baseline` it is retrained then, as with `refit`.

    Args:
        data: Rows newer than those trained on, or any with `refit`.
        model: As for `predict`; the pretrained networks have no rows to be newer than.
        backtests: Number of origins.
        horizon: Rows to forecast from each.
        baseline: Names such as "naive", "drift", "theta"; by default all.
        refit: Retrain with the same settings at each origin.
        as_of: A date: score the forecast that would have been made then, as `predict` has it.
        listener: Called with each event.
        options: How this file is written and repaired (`FileOptions`).

    Returns:
        `.scores`, `.verdict` and `.coverage`; `.to_frame()` makes a table of the scores by model, series or
        step, `.predictions.to_frame()` one of each forecast with its actual value (None for stored scores
        and for classes).

    Raises:
        UsageError, DataError, ModelError: Too few rows are new; the model is not found or does not fit.

    >>> import forecast
    >>> model = forecast.train("sample_data/harvest.csv", quick=True)
    >>> result = forecast.evaluate("sample_data/harvest.csv", model=model, refit=True, backtests=2)
    >>> result.scores.models
    ('combination', 'pretrained', 'theta', 'ets', 'ridge', 'seasonal-drift', 'naive', 'drift', 'mean')
    >>> list(result.predictions.to_frame().columns)[:6]
    ['origin', 'year', 'step', 'actual', 'forecast', 'lower_80']

    """
    given = checked_options(
        evaluate,
        EvaluateOptions,
        **options,
        backtests=backtests,
        horizon=horizon,
        baseline=baseline,
        refit=refit,
        as_of=as_of,
    )
    if as_of is not None:
        if refit or backtests is not None:
            raise UsageError("as_of is one origin: leave out refit and backtests")
        return hindcast.evaluate(
            workflow.needed_model(model, data),
            data,
            str(as_of),
            read=read_spec(given),
            horizon=given.get("horizon"),
            baselines=names_of(given.get("baseline")),
            listener=listener,
        )
    return workflow.evaluate(
        workflow.needed_model(model, data),
        data,
        read=read_spec(given),
        backtests=given.get("backtests"),
        horizon=given.get("horizon"),
        baselines=names_of(given.get("baseline")),
        refit=refit,
        listener=listener,
    )


def compare(
    first: Model,
    second: Model,
    data: Source | None = None,
    *,
    backtests: int | None = None,
    horizon: int | None = None,
    baseline: str | Sequence[str] = (),
    refit: bool = False,
    listener: Listener = warn,
    **options: Unpack[FileOptions],
) -> Comparison:
    """Two models and baselines on the same rolling origins; without data, the scores of their own backtests.

    Args:
        first: A model or its path.
        second: Another one.
        data: Rows to forecast; those newer than what both were trained on, if there are any.
        backtests: Number of origins.
        horizon: Rows to forecast from each; by default the shorter horizon of the two.
        baseline: As for `evaluate`.
        refit: Train both again with the same settings at each origin.
        listener: Called with each event.
        options: How this file is written and repaired (`FileOptions`).

    Returns:
        `.scores`, `.interval_score`, `.coverage` and `.verdict`; `.to_frame()` makes a table.

    Raises:
        UsageError, DataError, ModelError: The models forecast different things, or stored scores differ.

    >>> import forecast
    >>> one, two = (forecast.train("sample_data/co2.csv", method=name) for name in ("theta", "naive"))
    >>> forecast.compare(one, two).verdict.better
    'first'

    """
    given = checked_options(
        compare,
        EvaluateOptions,
        **options,
        backtests=backtests,
        horizon=horizon,
        baseline=baseline,
        refit=refit,
    )
    models = {
        str(model) if isinstance(model, str | Path) else name: workflow.needed_model(model, data)
        for name, model in (("first", first), ("second", second))
    }
    if len(models) < 2:
        raise UsageError("both models are the same")
    return workflow.compare(
        models,
        data,
        read=read_spec(given),
        backtests=given.get("backtests"),
        horizon=given.get("horizon"),
        baselines=names_of(given.get("baseline")),
        refit=refit,
        listener=listener,
    )


def load(path: str | Path) -> RecurrentForecaster:
    """The model in a file.

    Raises:
        ModelError: The file does not exist, is not a model, is damaged, or is of another version.

    """
    return workflow.load(path)


def show(model: Model) -> Card:
    """The card of a model or of a model file: network, data, training and evaluation, as lines.

    Raises:
        ModelError: As `load`.

    """
    return workflow.show(workflow.needed_model(model, None))


def _method_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that say what forecasts where there is no model."""
    return {name: given[name] for name in METHOD_OPTIONS if name in given}
