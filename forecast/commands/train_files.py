"""`forecast train` of a data set: what is trained on, and a model for each group."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver
from forecast.cli.engine_options import EngineChoice
from forecast.cli.files import by_files
from forecast.errors import UsageError
from forecast.spec.limits import check_range
from forecast.spec.training import TrainRequest

if TYPE_CHECKING:
    from forecast.engines.calls import Engine
    from forecast.tables.files import DataSet


def data_set_of(
    source: str | Path, engine: EngineChoice, sample: int | None, per: str | None, *, dry_run: bool
) -> "DataSet | None":
    """The data set that is sampled, or of which each group is trained on; None for data read at once."""
    if sample is not None:
        check_range("sample", sample, 1, 999_999)
        if per is not None:
            raise UsageError("--per trains on all series of each group, not on a --sample")
    if (sample, per) != (None, None):
        if not isinstance(source, Path):
            raise UsageError("--per and --sample are for files", hint="name a file, a folder or a glob")
        engine = replace(engine, given=True)
    files = by_files(source, engine)
    if files is not None and dry_run:
        raise UsageError("--dry-run is for data that are read at once", hint="forecast check DATA")
    return files


def averaged(request: TrainRequest, engine: EngineChoice, per: str | None) -> TrainRequest:
    """The request with all workers for each network; a `UsageError` where the engine has none for that."""
    if engine.engine.name != "ray":
        raise UsageError("--average is for workers of a cluster", hint="--engine ray --workers 2")
    if per is not None:
        raise UsageError(
            "--average trains one network at a time, --per several", hint="leave out one of them"
        )
    return replace(request, average=engine.engine.workers)


def train_groups(
    data: "DataSet",
    column: str,
    request: TrainRequest,
    path: Path,
    engine: "Engine",
    delivery: Delivery,
    console: Console,
    *,
    resume: bool,
) -> set[str | None]:
    """Train and deliver the list of groups; the outcomes of their verdicts."""
    from forecast.jobs.groups import train
    from forecast.jobs.training import TrainOptions
    from forecast.reporting.groups import group_facts, group_table

    groups = train(data, column, request, TrainOptions(None, path, resume), engine, console.listen)
    models = {value: groups.model(value) for value in groups.values}
    console.erase()
    deliver(
        group_table(column, models),
        delivery,
        schema="forecast.train/1",
        facts={**group_facts(groups.path, column, models), "skipped": console.skipped_facts()},
        color=console.color,
    )
    verdicts = [model.card.verdict for model in models.values()]
    useful = sum(1 for each in verdicts if each is not None and each.outcome == "useful")
    console.note("verdict", f"useful for {useful:,} of {len(models):,} groups")
    console.note("saved", f"{path}      next: forecast predict {data.root} --model {path}")
    return {None if each is None else each.outcome for each in verdicts}
