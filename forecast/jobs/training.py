"""`train` on a data set: a network of some of its series, calibrated on others in many files."""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from forecast import workflow
from forecast.data.cards import Sampled
from forecast.data.panel import Panel
from forecast.data.results import Coverage
from forecast.engines.calls import Engine
from forecast.engines.crew import Crew
from forecast.engines.parts import kept
from forecast.errors import DataError
from forecast.evaluation.backtest import Origins, origin_alignment
from forecast.events import Listener, Note, Warned, ignore
from forecast.forecasters.intervals import Spread, no_spread
from forecast.forecasters.model import RecurrentForecaster
from forecast.jobs import calibration
from forecast.jobs.calibration import CalibrationPart, Errors
from forecast.jobs.job import work
from forecast.jobs.large import in_parts
from forecast.jobs.sample import training_sample
from forecast.jobs.scan import refuse_mixed_files
from forecast.phrases import counted
from forecast.planning.plan import Plan
from forecast.reading.reader import ReadResult
from forecast.reporting.model_card import untrained_card
from forecast.spec.training import TrainRequest
from forecast.storage import modelfile
from forecast.tables.files import DataSet
from forecast.tasks.combined import ValueFold
from forecast.tasks.task import Evaluation
from forecast.tasks.values import ValueTask
from forecast.training.train import tail_of

FILES_CALIBRATED = 64
"""Files at most, evenly spaced, whose series are forecast to calibrate intervals."""


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How a data set is trained on."""

    sample: int | None = None
    """Series to train on; None for as many as `sample.ROWS_TRAINED_ON` rows have."""
    model: Path | None = None
    resume: bool = False


def train(
    data: DataSet,
    request: TrainRequest,
    options: TrainOptions,
    engine: Engine,
    listener: Listener = ignore,
    *,
    crew: Crew | None = None,
) -> workflow.Trained:
    """A model of some series of the data set, whose intervals hold for the series of all its files.

    `DataError` for files that hold the same series or differ in columns, or where none can be read; a file
    that fails alone is one less to calibrate on, and the listener hears of it.
    """
    beside = options.model or Path("model")
    with kept(engine), in_parts(data, request.read, beside, listener) as parts:
        reading, files = training_sample(parts, request.read, options.sample, listener)
        reading = replace(reading, source=data.root)
        refuse_mixed_files(parts, reading.read, engine, reading.panel.frequency)
        task = CalibratedTask(parts, reading, engine, beside.absolute().parent, listener)
        sampled = Sampled(files, len(parts.files), parts.rows)

        def finish(model: RecurrentForecaster) -> RecurrentForecaster:
            found = replace(sampled, calibrated_files=task.files, calibrated_series=task.series)
            asked = () if options.sample is None else ("--sample", str(options.sample))
            return replace(
                model, card=replace(model.card, sampled=found, options=(*model.card.options, *asked))
            )

        return workflow.train_reading(
            reading,
            request,
            model=options.model,
            resume=options.resume,
            task=task if reading.panel.target.kind == "value" else None,
            finish=finish,
            crew=crew,
            listener=listener,
        )


@dataclass
class CalibratedTask(ValueTask):
    """A target of numbers, whose intervals of new series come from the series of many files."""

    data: DataSet
    reading: ReadResult
    engine: Engine
    folder: Path
    """Where the model will be."""
    listener: Listener
    files: int = field(default=0, init=False)
    """Files that were calibrated on."""
    series: int = field(default=0, init=False)

    def evaluation(self, folds: Sequence[ValueFold], panel: Panel, plan: Plan) -> Evaluation:
        """Scores and verdict of the series trained on; weights, intervals and coverage of the others."""
        found = super().evaluation(folds, panel, plan)
        errors = self._errors(folds, panel, plan)
        series = sum(each.series for each in errors)
        if series < calibration.FEWEST_SERIES:
            return found
        self.files, self.series = len(errors), series
        everything = calibration.together(errors)
        other = calibration.calibrated(everything, plan.level)
        parts = errors if len(errors) > 1 else calibration.halves(everything)
        coverage = calibration.cross_covered(parts, plan.level, whole=plan.bounds.whole)
        self._note(coverage)
        weights, sizes = found.weights.copy(), found.spread.sizes.copy()
        weights[-1], sizes[-1] = other.weights, other.sizes
        spread = Spread(sizes, found.spread.units, found.spread.correlations)
        return replace(found, weights=weights, spread=spread, coverage=coverage)

    def _errors(self, folds: Sequence[ValueFold], panel: Panel, plan: Plan) -> list[Errors]:
        """What the networks of the backtests forecast for some series of each file."""
        some = self.data.evenly(FILES_CALIBRATED, self.data.rows)
        by_time = origin_alignment(panel, Origins(plan.backtests, plan.horizon)) == "by time"
        origins = tuple(_newest(panel, fold) for fold in folds) if by_time else None
        # Machines of a cluster share the folder of the model.
        shared = self.folder if self.engine.name == "ray" else None
        with tempfile.TemporaryDirectory(prefix=".forecast-", dir=shared) as folder:
            models = tuple(
                _saved(_model_of(fold, panel, plan, self.reading), Path(folder) / f"{number}.forecast")
                for number, fold in enumerate(folds)
            )
            parts = [
                CalibrationPart(file, self.reading.read, models, origins, plan.horizon) for file in some.files
            ]
            done = work(calibration.forecast_some, parts, self.engine, listener=self.listener)
            try:
                return [errors for _, errors in done if errors.series]
            except DataError as error:  # the network is trained by now
                self.listener(Warned(f"intervals are those of the series trained on alone: {error.message}"))
                return []

    def _note(self, coverage: Coverage) -> None:
        share = "" if np.isnan(coverage.achieved) else f", of which they covered {coverage.achieved:.0f} %"
        where = f"{self.series:,} other series in {counted(self.files, 'file')}"
        self.listener(Note("calibrated", f"{coverage.nominal:g} % intervals on {where}{share}"))


def _newest(panel: Panel, each: ValueFold) -> int:
    """The newest time that is known at an origin."""
    past = panel.first(each.fold.rows)
    return int(past.times.view(np.int64).max())


def _model_of(fold: ValueFold, panel: Panel, plan: Plan, reading: ReadResult) -> RecurrentForecaster:
    """The members as they were trained at an origin, with the ids of the series trained on."""
    spec, combination = plan.recipe.spec, fold.combination
    if combination.networks:
        spec = combination.networks[0][1].spec
    return RecurrentForecaster(
        spec=spec,
        combination=combination,
        weights=np.empty((0, len(combination.members))),
        spread=no_spread(),
        horizon=plan.horizon,
        bounds=plan.bounds,
        read=reading.read if spec.covariates else reading.read.alone,
        frequency=panel.frequency,
        tail=tail_of(panel, spec, combination).tail(1),
        card=untrained_card(reading.source, panel),
    )


def _saved(model: RecurrentForecaster, path: Path) -> tuple[Path, str]:
    modelfile.save(model, path)
    return path, hashlib.sha256(path.read_bytes()).hexdigest()
