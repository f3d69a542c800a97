"""The command `forecast evaluate`."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from forecast.cli import options, parsing, paths
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver, plan_delivery
from forecast.cli.engine_options import EngineChoice, engine_choice
from forecast.cli.files import by_files
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import file_spec
from forecast.cli.skipped import plan_list
from forecast.errors import NO_SKILL, UsageError
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.data.digits import Digits
    from forecast.data.evaluation import EvaluationResult
    from forecast.data.results import ScoredBy, Verdict
    from forecast.engines.calls import Engine
    from forecast.forecasters.model import RecurrentForecaster
    from forecast.output.writing import Json
    from forecast.tables.files import DataSet


@takes("read", file_spec)
@takes("engine", engine_choice)
def evaluate(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    read: ReadSpec,
    horizon: options.HorizonOfModel = None,
    backtests: options.Backtests = None,
    baseline: options.Baselines = None,
    refit: options.Refit = False,
    as_of: options.AsOfToEvaluate = None,
    by: options.By = "model",
    require_skill: options.RequireSkill = False,
    model: options.ModelToRead = None,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    digits: options.DigitsText = None,
    output: options.Output = None,
    excel_safe: options.ExcelSafe = False,
    predictions: options.PredictionsFile = None,
    skipped: options.SkippedFile = None,
    engine: EngineChoice,
) -> None:
    """Score a model against baselines on rows it was not trained on.

    forecast evaluate harvest.csv
    forecast evaluate sales.csv --baseline naive,drift --backtests 2 --by series
    forecast evaluate harvest.csv --refit --require-skill --output scores.csv
    forecast evaluate sales.csv --predictions predictions.csv
    forecast evaluate stores/ --model model.forecast --workers 4
    """
    console: Console = ctx.obj
    source = needed_source(ctx, data)
    if as_of is not None and (refit or backtests is not None):
        raise UsageError(
            "--as-of is one origin, from which a model trained on later rows is trained again",
            hint="leave out --refit and --backtests",
        )
    path = paths.model_to_read(model, source)
    written = parsing.parse_digits(digits)
    delivery = plan_delivery(
        format, json=json, output=output, inputs=(source, path), excel_safe=excel_safe, digits=written
    )
    each = _plan_predictions(predictions, output, (source, path), excel_safe=excel_safe, digits=written)
    plan_list(skipped, console, source, path, output, predictions)
    asked: dict[str, Any] = {
        "read": read,
        "horizon": horizon,
        "baselines": parsing.parse_names(baseline),
        "listener": console.listen,
    }
    files = by_files(source, engine)
    if files is not None:
        refuse_for_files({"--as-of": as_of, "--refit": refit, "--predictions": predictions}, by)
    from forecast import workflow

    trained = workflow.load(path)
    console.note("model", str(path))
    if files is not None:
        result = _of_files(files, trained, path, engine.engine, asked, backtests)
    else:
        extra = {"backtests": backtests, "refit": refit, "predictions": each is not None}
        result = _at_once(trained, source, as_of, asked, extra)
    from forecast.reporting.facts import model_facts

    facts: dict[str, Json] = {"model": model_facts(trained, path), **paths.facts(source)}
    facts["as_of"] = as_of
    if each is not None and result.predictions is not None:
        deliver(
            result.predictions.to_table(),
            each,
            schema="forecast.predictions/1",
            facts=facts,
            places=result.predictions.row_places,
        )
    _report(result, by, delivery, facts, console)
    if each is not None:
        console.note("predictions", str(each.file))
    if require_skill and not _beats_all(result.verdict):
        raise typer.Exit(NO_SKILL)


def _at_once(
    model: "RecurrentForecaster",
    source: paths.Source,
    as_of: str | None,
    asked: dict[str, Any],
    extra: dict[str, Any],
) -> "EvaluationResult":
    """The scores on rows that are read at once; `extra` says nothing of an earlier date."""
    if as_of is not None:
        from forecast import hindcast

        return hindcast.evaluate(model, source, as_of, **asked)
    from forecast import workflow

    return workflow.evaluate(model, source, **asked, **extra)


def refuse_for_files(given: Mapping[str, object], by: "ScoredBy") -> None:
    """Refuse what needs all rows of a data set at once."""
    for name, value in {**given, "--by series": by == "series"}.items():
        if value:
            raise UsageError(
                f"{name} needs all rows at once, and the data go file by file",
                hint="leave it out, or name one of the files",
            )


def _of_files(
    data: "DataSet",
    model: "RecurrentForecaster",
    path: Path,
    engine: "Engine",
    asked: dict[str, Any],
    backtests: int | None,
) -> "EvaluationResult":
    """The scores of all files of a data set together; one file larger than memory is put into parts first."""
    from forecast.jobs.large import in_parts
    from forecast.jobs.scores import ScoreOptions, evaluate
    from forecast.reporting.history import read_as

    options = ScoreOptions(asked["read"], asked["horizon"], backtests, asked["baselines"])
    with tempfile.TemporaryDirectory(prefix="forecast-") as folder:
        place, read = Path(folder) / "data", read_as(model, options.read)
        with in_parts(data, read, place, asked["listener"]) as parts:
            return evaluate(parts, model, path, options, engine, asked["listener"])


def _plan_predictions(
    file: Path | None,
    output: Path | None,
    inputs: tuple[str | Path | None, ...],
    *,
    excel_safe: bool,
    digits: "Digits",
) -> Delivery | None:
    """Where each forecast is written, if anywhere: a file other than that of the scores."""
    if file is None:
        return None
    if str(file) == "-":
        raise UsageError("--predictions: standard output has the scores", hint="name a file")
    if output is not None and output.absolute() == file.absolute():
        raise UsageError(f'--predictions: "{file}" is that of --output', hint="name another file")
    return plan_delivery(
        "auto", output=file, inputs=inputs, excel_safe=excel_safe, digits=digits, option="--predictions"
    )


def _report(
    result: "EvaluationResult",
    by: "ScoredBy",
    delivery: Delivery,
    facts: "dict[str, Json]",
    console: Console,
) -> None:
    """Deliver the scores; note the sample, the verdict and the coverage of the intervals after them."""
    from forecast.phrases import counted
    from forecast.reporting import notes
    from forecast.reporting.facts import evaluation_facts
    from forecast.reporting.score_table import score_table

    scores, verdict, coverage = result.scores, result.verdict, result.coverage
    console.erase()
    facts = facts | {
        "basis": result.basis,
        **evaluation_facts(scores, verdict, coverage),
        "skipped": console.skipped_facts(),
    }
    deliver(
        scores.to_table(by),
        delivery,
        schema="forecast.evaluate/1",
        facts=facts,
        color=console.color,
        shown=score_table(scores) if by == "model" else None,
    )
    console.note(
        "evaluated", f"{counted(scores.backtests, 'backtest')}, {counted(scores.forecasts, 'forecast')}"
    )
    if verdict is not None:
        console.note("verdict", verdict.text)
    if coverage is not None:
        console.note("intervals", notes.coverage(coverage))


def _beats_all(verdict: "Verdict | None") -> bool:
    """Whether the model has a smaller error than the best baseline."""
    return verdict is not None and verdict.better_by > 0
