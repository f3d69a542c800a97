"""The command `forecast train`."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from forecast.cli import options, paths
from forecast.cli.check import show_plan
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver, plan_delivery
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import read_spec
from forecast.cli.skipped import SkipPolicy, partial_options, plan_report
from forecast.cli.training_options import training_plan
from forecast.errors import NO_SKILL
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainingPlan

if TYPE_CHECKING:
    from forecast.output.writing import Json
    from forecast.spec.training import Tunable
    from forecast.workflow import Trained


@takes("read", read_spec)
@takes("training", training_plan)
@takes("partial", partial_options)
def train(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    read: ReadSpec,
    horizon: options.Horizon = None,
    window: options.Window = None,
    season: options.Season = None,
    calendar: options.CalendarToRead = False,
    holidays: options.Holidays = None,
    minimum: options.Minimum = None,
    maximum: options.Maximum = None,
    whole: options.Whole = None,
    start: options.StartName = None,
    combine: options.CombineName = None,
    members: options.Members = 1,
    cell: options.CellOrBest = None,
    units: options.Units = None,
    dropout: options.Dropout = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    learning_rate: options.LearningRate = None,
    training: TrainingPlan,
    backtests: options.Backtests = None,
    level: options.Level = None,
    require_skill: options.RequireSkill = False,
    model: options.ModelToWrite = None,
    resume: options.Resume = False,
    dry_run: options.DryRun = False,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    partial: SkipPolicy,
) -> None:
    """Learn a model from DATA, judge it on unseen rows, and save it.

    forecast train harvest.csv
    forecast train sales.csv --target sold --id store --horizon 14 --max-time 5m
    zcat sales.csv.gz | forecast train --model sales.forecast --require-skill
    forecast train harvest.csv --from scratch --cell lstm --members 5
    forecast train crops.csv --wide --decimal , --date-format %d.%m.%Y --dry-run
    """
    console: Console = ctx.obj
    delivery = plan_delivery(format, json=json)
    source = needed_source(ctx, data)
    from forecast.spec.training import TrainRequest

    rows, read = options.season(season, read)
    request = TrainRequest(
        read=read,
        horizon=horizon,
        window=options.window(window),
        season=rows,
        calendar=calendar,
        holidays=holidays,
        min=minimum,
        max=maximum,
        integer=whole,
        from_=options.start(start),
        combine=combine,
        ensemble=members,
        cell=None if cell == "best" else cell,
        tune=_searched(cell, window),
        units=None if units is None else options.units(units),
        dropout=dropout,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        backtests=backtests,
        level=options.only_level(level),
        clip=training.clip,
        patience=training.patience,
        seed=training.seed,
        device=training.device,
        max_time=training.max_seconds,
    )
    out = paths.model_to_write(model, source)
    plan_report(partial, console, source, out)
    if dry_run:
        show_plan(source, request, delivery=delivery, console=console)
        return
    from forecast import workflow

    trained = workflow.train(source, request, model=out, resume=resume, listener=console.listen)
    _report(trained, delivery, console)
    verdict = trained.model.card.verdict
    if require_skill and (verdict is None or verdict.outcome != "useful"):
        raise typer.Exit(NO_SKILL)


def _searched(cell: str | None, window: str | None) -> "tuple[Tunable, ...]":
    """What the options leave to a search."""
    asked: tuple[tuple[bool, Tunable], ...] = ((cell == "best", "cell"), (window == "search", "window"))
    return tuple(part for wanted, part in asked if wanted)


def _report(trained: "Trained", delivery: Delivery, console: Console) -> None:
    """The scores as the result; the verdict, the intervals and the path as notes behind them."""
    from forecast.reporting import notes

    card = trained.model.card
    console.erase()
    deliver(
        {} if card.scores is None else card.scores.to_table(),
        delivery,
        schema="forecast.train/1",
        facts={**_facts(trained), "left_out": console.skipped_facts()},
        color=console.color,
    )
    if card.verdict is not None:
        console.note("verdict", card.verdict.text)
    if card.coverage is not None:
        console.note("intervals", notes.coverage(card.coverage))
    if trained.path is not None:
        console.note("saved", f"{trained.path}      next: {_next_command(trained.path)}")


def _facts(trained: "Trained") -> "dict[str, Json]":
    from dataclasses import asdict

    card = trained.model.card
    return {
        "model": None if trained.path is None else str(trained.path),
        "verdict": None if card.verdict is None else asdict(card.verdict),
        "coverage": None if card.coverage is None else asdict(card.coverage),
    }


def _next_command(path: Path) -> str:
    alone = paths.models_here() == [path]
    return "forecast predict" if alone else f"forecast predict --model {shlex.quote(str(path))}"
