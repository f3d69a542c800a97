"""The command `forecast predict`."""

import shlex
from typing import TYPE_CHECKING, Any

import typer

from forecast.cli import options, parsing, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver, plan_delivery
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import read_spec
from forecast.cli.skipped import plan_list
from forecast.errors import ForecastError, ModelError, UsageError
from forecast.spec.options import refuse_for_model, train_request
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest

if TYPE_CHECKING:
    from pathlib import Path

    from forecast.data.results import Forecast, Probabilities
    from forecast.data.totals import Total
    from forecast.forecasters.model import RecurrentForecaster
    from forecast.output.writing import Json


@takes("read", read_spec)
@takes("untrained", options.untrained_options)
def predict(
    ctx: typer.Context,
    data: options.DataToContinue = None,
    *,
    horizon: options.HorizonToPredict = None,
    level: options.Levels = None,
    total: options.TotalOnly = False,
    as_of: options.AsOf = None,
    model: options.ModelToPredict = None,
    read: ReadSpec,
    future: options.Future = None,
    future_missing: options.FutureMissing = None,
    untrained: dict[str, object],
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    digits: options.DigitsText = None,
    output: options.Output = None,
    excel_safe: options.ExcelSafe = False,
    skipped: options.SkippedFile = None,
) -> None:
    """Forecast the next values of DATA, or of the training data.

    forecast predict harvest.csv
    forecast predict harvest.csv --horizon 8 --level 80,95
    zcat harvest.csv.gz | forecast predict --model harvest.forecast --json
    forecast predict harvest.csv --output next.parquet
    forecast predict new.csv --model pretrained --method theta
    forecast predict sales.csv --horizon 2 --future next.csv
    forecast predict orders.csv --horizon 30 --total
    forecast predict harvest.csv --as-of 2010
    """
    console: Console = ctx.obj
    levels = parsing.parse_levels(level)
    source, ahead = _sources(data, future)
    piped_nothing = paths.is_empty_pipe(data, source)
    source = None if piped_nothing else source
    path = paths.model_or_pretrained(model, source)
    if path is not None:
        refuse_for_model(read, "--model pretrained", **untrained)
    elif source is None:
        raise _nothing_to_continue(model)
    if as_of is not None:
        _refuse_with_as_of(source, ahead)
    inputs, written = (source, ahead, path), parsing.parse_digits(digits)
    delivery = plan_delivery(
        format, json=json, output=output, inputs=inputs, excel_safe=excel_safe, digits=written
    )
    plan_list(skipped, console, *inputs, output)
    about: dict[str, Json] = {**paths.facts(source), "levels": list(levels)}
    about["as_of"] = as_of
    chosen: RecurrentForecaster | TrainRequest
    if path is None:
        chosen = train_request({**untrained, "horizon": horizon}, TrainRequest(read=read))
    else:
        chosen = _stored(path, console, piped_nothing=piped_nothing)
    remark = _other_models(source) if path is None and source is not None and model is None else ""
    asked = {"horizon": horizon, "levels": levels, "total": total, "future_missing": future_missing}
    forecaster, forecast = _forecast(
        chosen, source, ahead, as_of, read=read, remark=remark, console=console, asked=asked
    )
    deliver(
        forecast.to_table(),
        delivery,
        schema="forecast.total/1" if total else "forecast.predict/1",
        facts={**_model_facts(forecaster, path), **about, "skipped": console.skipped_facts()},
        color=console.color,
        places=forecast.row_places,
    )


def _forecast(
    chosen: "RecurrentForecaster | TrainRequest",
    source: paths.Source | None,
    ahead: paths.Source | None,
    as_of: str | None,
    *,
    read: ReadSpec,
    remark: str,
    console: Console,
    asked: dict[str, Any],
) -> "tuple[RecurrentForecaster, Forecast | Probabilities | Total]":
    """What forecasts, and its forecast: a model, or for a request what needs none, today or as of a date."""
    from forecast import workflow

    asked = {**asked, "listener": console.listen}
    if as_of is not None and source is not None:
        from forecast import hindcast

        return hindcast.predict(chosen, source, as_of, read=read, remark=remark, **asked)
    if not isinstance(chosen, TrainRequest):
        return chosen, workflow.predict(chosen, source, read=read, future=ahead, **asked)
    assert source is not None  # refused before
    untrained = workflow.untrained_model(source, chosen, remark=remark, listener=console.listen)
    # The rows of the data are those that the forecaster continues.
    return untrained, workflow.predict(untrained, read=read, future=ahead, **asked)


def _stored(path: "Path", console: Console, *, piped_nothing: bool) -> "RecurrentForecaster":
    """The model in a file, named on standard error."""
    from forecast import workflow

    forecaster = workflow.load(path)
    console.note("model", str(path))
    if piped_nothing:
        console.warn(paths.EMPTY_PIPE)
    return forecaster


def _model_facts(forecaster: "RecurrentForecaster", path: "Path | None") -> "dict[str, Json]":
    """What forecasts, and how it was judged when it was trained."""
    from forecast.reporting.facts import card_facts, model_facts, score_rows

    return {
        "model": model_facts(forecaster, path),
        **card_facts(forecaster.card),
        "scores": score_rows(forecaster.card.scores),
    }


def _refuse_with_as_of(source: paths.Source | None, ahead: paths.Source | None) -> None:
    """Refuse what says nothing of an earlier date."""
    if source is None:
        raise UsageError(
            "--as-of needs the rows after that date too", hint="forecast predict DATA --as-of DATE"
        )
    if ahead is not None:
        raise UsageError(
            "--future: with --as-of, DATA has the known covariates of later rows", hint="leave it out"
        )


def _sources(data: str | None, future: str | None) -> tuple[paths.Source | None, paths.Source | None]:
    """DATA and the file of `--future`; standard input is at most one of them."""
    ahead = None if future is None else paths.data_source(future)
    if ahead != paths.STDIN:
        return paths.data_source(data), ahead
    if data == paths.STDIN:
        raise UsageError(
            "standard input cannot be both DATA and --future", hint="name a file for one of them"
        )
    return None if data is None else paths.data_source(data), ahead


def _nothing_to_continue(model: "Path | None") -> ForecastError:
    """Why nothing can answer without data and without a model that holds some."""
    if model is not None or paths.models_here():
        return UsageError("the pretrained network has no data of its own", hint="forecast predict DATA")
    return ModelError(
        "there is no model here",
        hint="forecast train DATA makes one, forecast predict DATA needs none; or --model PATH",
    )


def _other_models(source: paths.Source) -> str:
    """How a model would forecast instead: one that is trained, or one that is here."""
    data = "DATA" if isinstance(source, str) else shlex.quote(str(source))
    others = len(paths.models_here())  # their names would read as if one of them answered
    choice = (
        f"; --model PATH uses {'the model' if others == 1 else f'one of {others} models'} here"
        if others
        else ""
    )
    made = paths.model_to_write(None, source)
    return f"; forecast train {data} makes {made}{choice}"
