"""Which model answers for some data: of commands that forecast with a model or without one."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.cli import paths
from forecast.cli.console import Console
from forecast.errors import ForecastError, ModelError, UsageError
from forecast.spec.options import refuse_for_model, train_request
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest

if TYPE_CHECKING:
    from forecast.forecasters.model import RecurrentForecaster
    from forecast.storage.groups import Groups


@dataclass(frozen=True, slots=True)
class Answering:
    """Which model answers, and the data that it continues, before anything is read."""

    path: Path | None
    """None for the pretrained networks."""
    source: paths.Source | None
    """None for the rows that the model keeps."""
    read: ReadSpec
    untrained: dict[str, object]
    named: bool
    """Whether `--model` names it."""
    piped_nothing: bool


def answering_model(
    model: Path | None,
    data: str | None,
    source: paths.Source | None,
    read: ReadSpec,
    untrained: dict[str, object],
) -> Answering:
    """The model of `--model`, or of the data; an error where an option does not fit it, or there is none."""
    piped_nothing = paths.is_empty_pipe(data, source)
    source = None if piped_nothing else source
    path = paths.model_or_pretrained(model, source)
    if path is not None:
        refuse_for_model(read, "--model pretrained", **untrained)
    elif source is None:
        raise _nothing_to_continue(model)
    return Answering(path, source, read, untrained, model is not None, piped_nothing)


def opened(
    answering: Answering, horizon: int | None, console: Console
) -> "tuple[RecurrentForecaster | TrainRequest, str]":
    """The model, named on standard error; without one the request for what needs none, and its remark."""
    if answering.path is None:
        request = train_request(
            {**answering.untrained, "horizon": horizon}, TrainRequest(read=answering.read)
        )
        has_remark = answering.source is not None and not answering.named
        return request, _other_models(answering.source) if has_remark and answering.source else ""
    from forecast import workflow

    forecaster = workflow.load(answering.path)
    console.note("model", str(answering.path))
    if answering.piped_nothing:
        console.warn(paths.EMPTY_PIPE)
    return forecaster, ""


def groups_of(answering: Answering, console: Console) -> "Groups | None":
    """The models of groups, named on standard error, where the file has several; else None."""
    if answering.path is None:
        return None
    from forecast.storage import groups

    if not groups.are_in(answering.path):
        return None
    found = groups.load(answering.path)
    console.note("models", f"{answering.path}: {len(found.values):,}, one for each {found.column}")
    return found


def forecaster_for(
    answering: Answering, horizon: int | None, console: Console
) -> "tuple[RecurrentForecaster, paths.Source | None]":
    """What forecasts, and the data that it has not read yet; without a model it has read them."""
    from forecast import workflow

    chosen, remark = opened(answering, horizon, console)
    if not isinstance(chosen, TrainRequest):
        return chosen, answering.source
    assert answering.source is not None  # refused before
    return workflow.untrained_model(answering.source, chosen, remark=remark, listener=console.listen), None


def sources(data: str | None, future: str | None) -> tuple[paths.Source | None, paths.Source | None]:
    """DATA and the file of `--future`; standard input is at most one of them."""
    ahead = None if future is None else paths.data_source(future)
    if ahead != paths.STDIN:
        return paths.data_source(data), ahead
    if data == paths.STDIN:
        raise UsageError(
            "standard input cannot be both DATA and --future", hint="name a file for one of them"
        )
    return None if data is None else paths.data_source(data), ahead


def refuse_with_as_of(source: paths.Source | None, ahead: paths.Source | None, example: str) -> None:
    """Refuse what says nothing of an earlier date."""
    if source is None:
        raise UsageError("--as-of needs the rows after that date too", hint=example)
    if ahead is not None:
        raise UsageError(
            "--future: with --as-of, DATA has the known covariates of later rows", hint="leave it out"
        )


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
