"""Scores of a data set: sums of each file, which add up to the scores of all files together.

Each file is read twice: what the origins follow from (the newest time, the rows that are new to the model)
must be known of all files before one is scored.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from operator import add
from pathlib import Path
from typing import cast

import numpy as np

from forecast import workflow
from forecast.data.arrays import Integers, Times
from forecast.data.evaluation import EvaluationResult
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.engines.calls import Engine
from forecast.engines.parts import kept
from forecast.errors import DataError, ModelError, UsageError
from forecast.evaluation.backtest import Origins, alignment_of
from forecast.events import Event, FileDone, FilesAhead, Listener, Note, SeriesSkipped, Warned, ignore
from forecast.forecasters.baselines import BASELINES, apart, baseline
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.pooled_ridge import PooledRidge
from forecast.jobs.job import work
from forecast.jobs.scan import refuse_mixed_files
from forecast.phrases import counted
from forecast.reporting.history import history_of, read_as
from forecast.spec.reading import ReadSpec
from forecast.storage import modelfile
from forecast.tables.files import DataFile, DataSet
from forecast.tasks.stored import StoredSums
from forecast.tasks.task import EvaluationRequest
from forecast.tasks.values import stored_backtests, unseen_origins

_BLOCK_ROWS = 1 << 17
"""Rows of series that are scored together: memory follows from them and not from the size of a file."""

OF_EACH_SERIES = tuple(name for name in BASELINES if name != PooledRidge.name)
"""The baselines of a data set: those that are fitted to each series alone."""


@dataclass(frozen=True, slots=True)
class ScoreOptions:
    """What is scored; None is decided by the tool."""

    read: ReadSpec | None = None
    horizon: int | None = None
    backtests: int | None = None
    baselines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ModelPart:
    """A file, and the model that reads it."""

    file: DataFile
    model: Path
    digest: str
    """SHA-256 of the model file."""
    named: str
    """How messages call the model: by the file that the user named."""
    read: ReadSpec | None
    output: None = None


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A file, and all that its sums follow from."""

    source: ModelPart
    origins: Origins
    baselines: tuple[str, ...]
    output: None = None

    @property
    def file(self) -> DataFile:
        """See `Part`."""
        return self.source.file


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What the origins of all files follow from, of one file."""

    frequency: Frequency
    series: int
    known: int
    """Series that the model was trained on."""
    means: int
    """Series whose forecast is a mean."""
    unseen: int
    """Most rows of a series that are newer than those trained on."""
    seasonal: bool
    last_times: Times
    """The last times of series, each once."""
    ending: Integers
    """How many series end at each of these."""
    skipped: tuple[SeriesSkipped, ...]


def evaluate(
    data: DataSet,
    model: RecurrentForecaster,
    path: Path,
    options: ScoreOptions,
    engine: Engine,
    listener: Listener = ignore,
) -> EvaluationResult:
    """The scores of a stored model and of baselines on the rows of all files that are new to it.

    They are those of `workflow.evaluate` on the same rows in one table, without those of single series. A
    file that cannot be read fails alone: the listener hears of it. `path` is the file of the model. A
    `DataError` for files that hold the same series or differ in columns, a `UsageError` for a model of
    classes and for the baseline that is fitted to all series at once.
    """
    workflow.check_sizes(options.horizon, options.backtests)
    request = EvaluationRequest(tuple(map(baseline, options.baselines)), options.backtests, options.horizon)
    _refuse(model, request)
    content = modelfile.encode(model)
    # Machines of a cluster share the folder of the model.
    shared = path.absolute().parent if engine.name == "ray" else None
    with kept(engine), tempfile.TemporaryDirectory(prefix=".forecast-", dir=shared) as folder:
        refuse_mixed_files(data, replace(read_as(model, options.read), where=None), engine)
        stored = Path(folder) / "model.forecast"
        stored.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        parts = [ModelPart(file, stored, digest, str(path), options.read) for file in data.files]
        return _evaluate(parts, model, request, engine, listener)


def _evaluate(
    parts: Sequence[ModelPart],
    model: RecurrentForecaster,
    request: EvaluationRequest,
    engine: Engine,
    listener: Listener,
) -> EvaluationResult:
    strict = any(part.read is not None and part.read.policy.is_strict for part in parts[:1])
    found = list(work(survey, parts, engine, listener=_first_of_two(listener), strict=strict))
    surveyed = [each for _, each in found]
    _tell(model, surveyed, listener)
    for _ in range(len(parts) - len(found)):
        listener(FileDone(""))  # what failed is not tried again
    unseen = max(each.unseen for each in surveyed)
    if unseen < 1:
        return _stored(model, request, listener)
    origins = _origins(surveyed, unseen_origins(unseen, request, model.horizon, after=model.card.last_time))
    seasonal = any(each.seasonal for each in surveyed)
    baselines = apart(request.baselines or OF_EACH_SERIES, seasonal=seasonal)
    to_score = [ScorePart(part, origins, baselines) for part, _ in found]
    done = work(score_file, to_score, engine, listener=_second_of_two(listener))
    sums = [each for _, each in done if each is not None]
    if not sums:
        raise DataError("no series has enough rows for a backtest", hint="a shorter --horizon needs fewer")
    series, means = (sum(getattr(each, name) for each in surveyed) for name in ("series", "means"))
    return reduce(add, sums).result(model, series=series, means=means)


def survey(part: ModelPart) -> Surveyed:
    """What the origins follow from, of one file: a function of the part alone."""
    skipped: list[SeriesSkipped] = []
    model, panel = _read(part, skipped)
    trained_on = model.rows_trained_on(panel)
    last_times, ending = np.unique(panel.last_times, return_counts=True)
    return Surveyed(
        frequency=panel.frequency,
        series=len(panel),
        known=int(np.count_nonzero(trained_on)),
        means=int(np.count_nonzero(model.combination.forecasts_mean(panel))),
        unseen=int((panel.lengths - trained_on).max()),
        seasonal=bool((panel.seasons > 1).any()),
        last_times=cast("Times", last_times),
        ending=ending,
        skipped=tuple(skipped),
    )


def score_file(part: ScorePart) -> StoredSums | None:
    """The sums of one file, None where none of its series is scored: a function of the part alone."""
    model, panel = _read(part.source, [])
    total = None
    for some in panel.blocks(most_rows=_BLOCK_ROWS):
        sums = _sums(model, panel.select(some), part)
        if sums is not None:
            total = sums if total is None else total + sums
    return total


def _sums(model: RecurrentForecaster, panel: Panel, part: ScorePart) -> StoredSums | None:
    folds, numbers = [], []
    for each in stored_backtests(model, panel, part.origins, part.baselines):
        fold = each.evaluate(None, model.card.origin).fold
        if len(fold.scored):
            folds.append(fold)
            numbers.append(each.split.number)
    return StoredSums.of(model, folds, numbers, panel) if folds else None


def _read(part: ModelPart, skipped: list[SeriesSkipped]) -> tuple[RecurrentForecaster, Panel]:
    model = replace(_model(part.model, part.digest), file=part.named)

    def listen(event: Event) -> None:
        if isinstance(event, SeriesSkipped):
            skipped.append(event)

    return model, history_of(model, DataSet(part.file.name, (part.file,)), part.read, listen)


@lru_cache(maxsize=2)
def _model(path: Path, digest: str) -> RecurrentForecaster:
    """The model of a job, which a worker reads once."""
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ModelError("is not the model of this job", where=str(path), hint="start the job again")
    return modelfile.load(path)


def _refuse(model: RecurrentForecaster, request: EvaluationRequest) -> None:
    if model.spec.target.kind != "value":
        raise UsageError(
            "a model of classes is evaluated on rows that are read at once", hint="name one of the files"
        )
    if PooledRidge.name in request.baselines:
        raise UsageError(
            f"--baseline {PooledRidge.name} is fitted to all series at once, and files are read one by one",
            hint=f"the others are fitted to each series: {', '.join(OF_EACH_SERIES)}",
        )


def _origins(surveyed: Iterable[Surveyed], origins: Origins) -> Origins:
    """The origins, counted back from the newest time of all files, and aligned as most of all series need."""
    found = list(surveyed)
    last_times = np.concatenate([each.last_times for each in found])
    ending, newest = np.concatenate([each.ending for each in found]), last_times.max(keepdims=True)
    frequency = found[0].frequency
    later = last_times > frequency.shift(newest, np.array([-origins.horizon]))
    return replace(
        origins,
        newest=newest,
        alignment=alignment_of(frequency, float(ending[later].sum() / ending.sum())),
    )


def _tell(model: RecurrentForecaster, surveyed: Iterable[Surveyed], listener: Listener) -> None:
    """The series that were skipped, and how many the model does not know."""
    series = known = 0
    for each in surveyed:
        series, known = series + each.series, known + each.known
        for skipped in each.skipped:
            listener(skipped)
    if known < series and model.card.sampled is not None:
        listener(Note("sample", f"the model was trained on {known:,} of {counted(series, 'series')}"))
    elif known < series and len(model.tail):
        new = f"{series - known:,} of {counted(series, 'series')} not known to the model {model.named}"
        listener(Warned(f"{new}, and forecast as new ones"))


def _stored(model: RecurrentForecaster, request: EvaluationRequest, listener: Listener) -> EvaluationResult:
    """The scores of the model's own backtests, where no row is new to it."""
    from forecast.training.evaluate import is_answered_by, nothing_new

    scores, nothing = model.card.scores, nothing_new(model)
    if scores is None or not is_answered_by(scores, request):
        raise UsageError(
            f"{nothing}, and it is not trained again on a data set",
            hint="forecast show MODEL has the scores of its own backtests; rows after "
            f"{model.card.last_time} are new to it",
        )
    own = f"the scores of its own {counted(scores.backtests, 'backtest')} on {model.card.source}"
    listener(Note("scores", f"{nothing}: these are {own}"))
    return EvaluationResult(scores, model.card.verdict, model.card.coverage, "stored")


def _first_of_two(listener: Listener) -> Listener:
    """A listener that hears of both passes over the files as one work, of the first of them."""

    def listen(event: Event) -> None:
        listener(FilesAhead(2 * event.count) if isinstance(event, FilesAhead) else event)

    return listen


def _second_of_two(listener: Listener) -> Listener:
    def listen(event: Event) -> None:
        if not isinstance(event, FilesAhead):
            listener(event)

    return listen
