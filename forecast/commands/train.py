"""The command `forecast train`."""

import shlex
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from forecast.cli import options, parsing, paths
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver, plan_delivery
from forecast.cli.drawing import has_room_below, print_below
from forecast.cli.engine_options import Average, EngineChoice, Per, Sample, engine_choice
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.picture_options import NoPlot
from forecast.cli.skipped import plan_list
from forecast.cli.training_options import train_request
from forecast.commands.check import report_data
from forecast.commands.train_files import averaged, data_set_of, train_groups
from forecast.errors import NO_SKILL
from forecast.spec.training import TrainRequest

if TYPE_CHECKING:
    from forecast.tables.files import DataSet
    from forecast.workflow import Trained


@takes("request", train_request)
@takes("engine", engine_choice)
def train(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    request: TrainRequest,
    require_skill: options.RequireSkill = False,
    model: options.ModelToWrite = None,
    resume: options.Resume = False,
    dry_run: options.DryRun = False,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    digits: options.DigitsText = None,
    skipped: options.SkippedFile = None,
    no_plot: NoPlot = False,
    per: Per = None,
    sample: Sample = None,
    average: Average = False,
    engine: EngineChoice,
) -> None:
    """Train a model on DATA, evaluate it and save it.

    forecast train harvest.csv
    forecast train sales.csv --target sold --id store --known price --max-time 5m
    zcat harvest.csv.gz | forecast train --model piped.forecast --require-skill
    forecast train harvest.csv --from scratch --cell lstm --ensemble 3
    forecast train crops.csv --wide --decimal , --date-format %d.%m.%Y --dry-run
    forecast train stores/ --per store --quick --model per-store.forecast
    forecast train stores/ --sample 2000 --workers 4 --quick
    """
    console: Console = ctx.obj
    delivery = plan_delivery(format, json=json, digits=parsing.parse_digits(digits))
    source = needed_source(ctx, data)
    path = paths.model_to_write(model, source)
    plan_list(skipped, console, source, path)
    if average:
        request = averaged(request, engine, per)
    files = data_set_of(
        source, replace(engine, given=engine.given and not average), sample, per, dry_run=dry_run
    )
    if dry_run:
        report_data(source, request, delivery=delivery, console=console)
        console.note("dry run", "nothing was trained")
        return
    if files is not None and per is not None:
        outcomes = train_groups(files, per, request, path, engine.engine, delivery, console, resume=resume)
    else:
        trained = _trained(source, files, request, path, sample, engine, console, resume=resume)
        _report(trained, delivery, console, drawn=has_room_below(delivery, wanted=not no_plot))
        verdict = trained.model.card.verdict
        outcomes = {None if verdict is None else verdict.outcome}
    if require_skill and outcomes != {"useful"}:
        raise typer.Exit(NO_SKILL)


def _trained(
    source: str | Path,
    files: "DataSet | None",
    request: TrainRequest,
    path: Path,
    sample: int | None,
    engine: EngineChoice,
    console: Console,
    *,
    resume: bool,
) -> "Trained":
    """The one model of the data, or of a sample of a data set."""
    from forecast import workflow
    from forecast.engines.crew import crew_of

    with nullcontext() if request.average is None else crew_of(engine.engine) as crew:
        if files is None:
            return workflow.train(
                source, request, model=path, resume=resume, crew=crew, listener=console.listen
            )
        from forecast.jobs.training import TrainOptions, train

        chosen = TrainOptions(sample, path, resume)
        return train(files, request, chosen, engine.engine, console.listen, crew=crew)


def _report(trained: "Trained", delivery: Delivery, console: Console, *, drawn: bool) -> None:
    """Deliver the scores, with a picture if it is to be `drawn`; note verdict, coverage and path."""
    from forecast.reporting import notes
    from forecast.reporting.facts import card_facts, model_facts
    from forecast.reporting.score_table import score_table

    card = trained.model.card
    console.erase()
    deliver(
        {} if card.scores is None else card.scores.to_table(),
        delivery,
        schema="forecast.train/1",
        facts={
            "model": model_facts(trained.model, trained.path),
            **card_facts(card),
            "skipped": console.skipped_facts(),
        },
        color=console.color,
        shown=None if card.scores is None else score_table(card.scores),
    )
    if drawn:
        from forecast.pictures import next_values

        print_below(next_values(trained.model), console.color)
    if card.verdict is not None:
        console.note("verdict", card.verdict.text)
    if card.coverage is not None:
        console.note("intervals", notes.coverage(card.coverage))
    if trained.path is not None:
        console.note("saved", f"{trained.path}      next: {_next_command(trained.path)}")


def _next_command(path: Path) -> str:
    is_only_one = paths.models_here() == [path]
    return "forecast predict" if is_only_one else f"forecast predict --model {shlex.quote(str(path))}"
