"""From windows to weights: early stopping, seeds, device, and what to do when the loss leaves the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Integers
from forecast.data.panel import Panel
from forecast.errors import MissingExtra, ModelError, TrainingError
from forecast.events import FitEnded, Listener, Note, Warned
from forecast.features.inputs import training_examples
from forecast.features.windows import WholeSeries, Windows, windows_of
from forecast.forecasters.weights import Weights, weight_shapes
from forecast.network import backend, validation
from forecast.network.build import Loops, build, put_weights, weights_of
from forecast.network.checkpoint import Checkpoint, FitResult, FitState
from forecast.network.loop import Counts, EpochLosses, Loop, RowTensors, Slices
from forecast.network.progress import Fit, Progress, decayed
from forecast.spec.model import ModelSpec
from forecast.spec.training import TrainingPlan

backend.load()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

Number = TypeVar("Number", np.int32, np.int64)

EPOCHS_A_CALL = 10
"""Epochs in one compiled call at most; between calls a signal is heard and progress told."""

_STEPS_A_CALL = 400_000
"""Window steps in one compiled call at most: one to three seconds of one core."""

_XLA_UPDATES = 3_000
"""Expected updates above which XLA pays: it compiles 2 s longer and runs small batches 2-3 times faster."""

_XLA_BATCH_STEPS = 8_192
"""Window steps in a batch above which XLA no longer runs faster."""

_GPU_BATCH_STEPS = 8_192
"""Window steps in a batch from which a GPU is used by `auto`: below, launching kernels takes longer
than the arithmetic on one core."""

_EXPECTED_EPOCHS = 100


class _DivergedError(Exception):
    """The loss is no longer a number."""


class Trainer:
    """One network on one compiled loop, trained again and again: for the backtests and the refit.

    Every fit of a member starts from the same weights and draws its batches from the
    same seed, so equal panels give equal weights.
    """

    def __init__(
        self,
        spec: ModelSpec,
        plan: TrainingPlan,
        panel: Panel,
        *,
        start: Sequence[Weights] = (),
        listener: Listener,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        """`panel` is the largest there will be a fit on: shapes are made for it, once.

        Members start from the weights of `start`, taken in turn, or from random ones.
        What the `checkpoint` knows is not computed again.
        """
        self.spec = spec
        self.plan = plan
        self.best: Weights | None = None
        """Weights of the best epoch that `find_epochs` saw."""
        self._start = start
        self._listener = listener
        self._checkpoint = checkpoint or Checkpoint(None)
        self._shape = _Shape.of(spec, plan, panel)
        self.device, why = _device(plan, self._shape)
        self._xla = self.device == "cpu" and _xla_pays(plan, self._shape)
        listener(Note("device", f"{self.device.upper()}{' with XLA' if self._xla else ''} ({why})"))
        with tf.device(self.device):
            loops: Loops = "by hand" if self.device == "cpu" else "keras"
            self._model = build(spec, seed=plan.seed, loops=loops)
            self._random = {0: weights_of(spec, self._model)}
            optimizer = keras.optimizers.AdamW(
                plan.learning_rate, beta_2=0.99, weight_decay=1e-4, global_clipnorm=plan.clip
            )
            self._loop = Loop(
                self._model,
                optimizer,
                window=spec.windows.window,
                classes=len(spec.target.classes),
                xla=self._xla,
            )

    def find_epochs(self, panel: Panel, *, stage: str, seconds: float = np.inf) -> int:
        """Epochs after which the loss on the newest rows of `panel`, held back, was lowest.

        0 where training from given weights made them no better, and where no series is
        long enough to hold rows back; a tenth of the plan's epochs where such a
        training would start from nothing.
        """
        held = validation.held_back(panel, self.spec)
        least = 0 if self._start else 1
        if not held.any():
            return least * max(1, self.plan.epochs // 10)
        windows = windows_of(panel, self.spec, without=held)
        checked = self._batches(validation.judged(panel, held, self.spec))
        fitted = self._train(Fit(stage, panel, windows, checked, self.plan.epochs, seconds))
        self.best = fitted.weights
        return max(least, fitted.epochs)

    def fit(
        self, panel: Panel, epochs: int, *, stage: str, member: int = 0, seconds: float = np.inf
    ) -> Weights:
        """Weights after `epochs` on all rows of `panel`; after fewer when the time is over first."""
        windows = windows_of(panel, self.spec)
        return self._train(Fit(stage, panel, windows, None, epochs, seconds, member)).weights

    def _train(self, fit: Fit) -> FitResult:
        """The weights of the fit's best epoch, or of its last where nothing is validated."""
        known = self._checkpoint.fitted(fit.stage)
        if known is not None:
            return self._checked(known)
        try:
            epochs = self._epochs(fit)
        finally:
            self._listener(FitEnded(fit.stage))
        if fit.validation is None:
            self._loop.average()
        else:
            self._loop.best()
        fitted = FitResult(epochs, weights_of(self.spec, self._model))
        self._checkpoint.add(fit.stage, fitted)
        return fitted

    def _checked(self, known: FitResult) -> FitResult:
        """What a checkpoint knows, where it can be true of this network."""
        shapes = {name: array.shape for name, array in known.weights.items()}
        if shapes != weight_shapes(self.spec) or not 0 <= known.epochs <= self.plan.epochs:
            raise ModelError("the checkpoint does not fit this training")
        return known

    def _epochs(self, fit: Fit) -> int:
        """The best epoch, 0 being the start; the last one where nothing is validated."""
        standing = self._checkpoint.standing(fit.stage)
        for rate in (self.plan.learning_rate, self.plan.learning_rate / 10):
            if standing is not None and rate > standing.learning_rate:
                continue
            try:
                return self._attempt(fit, rate, standing)
            except _DivergedError:
                self._listener(Warned(f"{fit.stage}: the loss became NaN at learning rate {rate:g}"))
                standing = None
        raise TrainingError(
            "the loss became NaN twice, the second time at a tenth of the learning rate",
            where=fit.stage,
            hint=f"try --learning-rate {self.plan.learning_rate / 100:g} or --clip {self.plan.clip / 10:g}",
        )

    def _attempt(self, fit: Fit, learning_rate: float, standing: FitState | None) -> int:
        run = self._begun(fit, learning_rate, standing)
        progress = run.progress
        while not progress.over:
            self._loop.set_learning_rate(learning_rate * decayed(self.plan.decay, progress.share))
            losses = self._calls(run, min(self._shape.epochs_a_call, fit.epochs - progress.epoch))
            if not np.isfinite(losses.training).all():
                raise _DivergedError
            self._listener(progress.add(losses))
            self._hold(run)
        return progress.epoch if progress.best_epoch is None else progress.best_epoch

    def _begun(self, fit: Fit, learning_rate: float, standing: FitState | None) -> "_Run":
        """The fit, standing where it starts or where it was interrupted."""
        put_weights(self._model, self._first_weights(fit.member))
        self._loop.reset()
        order = _Order(fit.windows, self._shape, seed=self.plan.seed + fit.member)
        progress = Progress(fit, patience=self.plan.patience)
        run = _Run(fit, learning_rate, self._tensors(fit.panel), order, progress)
        batches = None if fit.validation is None else order.draw(1)
        if standing is not None:
            progress.resume(standing)
            self._loop.restore(standing.variables)
            order.skip(standing.epoch)
        elif batches is not None and fit.validation is not None:
            losses = self._call(run, batches, Counts(1, 0, len(fit.validation[0])))
            progress.start(losses)
        return run

    def _hold(self, run: "_Run") -> None:
        """Let the checkpoint know where a fit stands between two calls."""
        self._checkpoint.hold(
            run.fit.stage, lambda: run.progress.standing(run.learning_rate, self._loop.state())
        )

    def _first_weights(self, member: int) -> Weights:
        if self._start:
            return self._start[member % len(self._start)]
        if member not in self._random:
            self._random[member] = weights_of(self.spec, build(self.spec, seed=self.plan.seed + member))
        return self._random[member]

    def _calls(self, run: "_Run", epochs: int) -> EpochLosses:
        """One compiled call for some short epochs, or several for one long one."""
        size, updates, done = self._shape.updates_a_call, run.order.updates, run.progress.losses
        checks = 0 if run.fit.validation is None else len(run.fit.validation[0])
        batches = run.order.draw(epochs)
        for first in range(size * len(done), updates, size):
            now = min(size, updates - first)
            last = first + now == updates
            part = Slices(*(array[:, first : first + now] for array in batches))
            losses = self._call(run, part, Counts(epochs, now, checks if last else 0))
            if last:
                break
            done.append(float(losses.training[0]))
            self._hold(run)
        if not done:
            return losses
        mean = np.mean([*done, losses.training[0]], dtype=np.float32)
        return EpochLosses(np.array([mean]), losses.validation)

    def _call(self, run: "_Run", batches: Slices, counts: Counts) -> EpochLosses:
        shape, checked = self._shape, run.fit.validation
        if checked is None:
            checked = _nothing((shape.validations, shape.batch_size))
        padded = Slices(*(_exactly(part, shape.updates_a_call) for part in batches))
        with tf.device(self.device):
            return self._loop.run(run.rows, padded, checked, counts)

    def _batches(self, judged: "validation.Judged") -> Slices:
        """(batches, batch_size) windows to validate on, padded."""
        count = -(-len(judged.starts) // self._shape.batch_size) * self._shape.batch_size
        parts = (_exactly(part[None], count) for part in (judged.starts, judged.first, judged.last))
        starts, first, last = parts
        return _slices(starts, first, last, (-1, self._shape.batch_size))

    def _tensors(self, panel: Panel) -> RowTensors:
        rows = training_examples(panel, self.spec)
        missing = self._shape.rows - len(rows.inputs) if self._xla else 0
        with tf.device(self.device):
            return RowTensors(
                *(
                    tf.constant(np.pad(part, ((0, missing), (0, 0))) if missing else part)
                    for part in (rows.inputs, rows.targets, rows.weights)
                )
            )


@dataclass(frozen=True, slots=True)
class _Run:
    """A fit under way."""

    fit: Fit
    learning_rate: float
    rows: RowTensors
    order: "_Order"
    progress: Progress


@dataclass(frozen=True, slots=True)
class _Shape:
    """Sizes that stay the same for all fits, so that one compilation serves them."""

    rows: int
    batch_size: int
    batch_steps: int
    epoch_windows: int
    updates: int
    """Updates in an epoch."""
    updates_a_call: int
    epochs_a_call: int
    validations: int
    """Batches of validation windows."""

    @classmethod
    def of(cls, spec: ModelSpec, plan: TrainingPlan, panel: Panel) -> "_Shape":
        windows = len(windows_of(panel, spec))
        batch_steps = plan.batch_size * spec.windows.window
        epoch_windows = min(windows, plan.epoch_windows or windows)
        updates = max(1, -(-epoch_windows // plan.batch_size))
        updates_a_call = max(1, min(updates, _STEPS_A_CALL // batch_steps))
        epochs_a_call = max(1, min(EPOCHS_A_CALL, _STEPS_A_CALL // (updates * batch_steps)))
        checked = validation.judged(panel, validation.held_back(panel, spec), spec)
        validations = max(1, -(-len(checked.starts) // plan.batch_size))
        return cls(
            rows=len(panel.values),
            batch_size=plan.batch_size,
            batch_steps=batch_steps,
            epoch_windows=epoch_windows,
            updates=updates,
            updates_a_call=updates_a_call,
            epochs_a_call=epochs_a_call,
            validations=validations,
        )


class _Order:
    """Draws the windows of epoch after epoch: each once before any comes again."""

    def __init__(self, windows: Windows | WholeSeries, shape: _Shape, *, seed: int) -> None:
        self._windows = windows
        self._shape = shape
        self._size = min(len(windows), shape.epoch_windows)
        self._random = np.random.default_rng(seed)
        self._left = np.empty(0, dtype=np.int64)
        self.updates = -(-self._size // shape.batch_size)

    def draw(self, epochs: int) -> Slices:
        """Batches of the next epochs, (epochs_a_call, updates, batch_size), padded."""
        chosen = np.full((self._shape.epochs_a_call, self.updates * self._shape.batch_size), -1)
        for epoch in range(epochs):
            chosen[epoch, : self._size] = self._next()
        batch = self._windows.batch(np.maximum(chosen, 0))
        steps = np.where(chosen >= 0, batch.steps, 0)
        return _slices(batch.starts, np.zeros_like(steps), steps, (len(chosen), self.updates, -1))

    def skip(self, epochs: int) -> None:
        """Pass over epochs that are done."""
        for _ in range(epochs):
            self._next()

    def _next(self) -> Integers:
        """The windows of an epoch."""
        if len(self._left) < self._size:
            self._left = self._random.permutation(len(self._windows))
        now, self._left = self._left[: self._size], self._left[self._size :]
        return now


def _slices(starts: Integers, first: Integers, last: Integers, shape: tuple[int, ...]) -> Slices:
    return Slices(*(part.astype(np.int32).reshape(shape) for part in (starts, first, last)))


def _nothing(shape: tuple[int, int]) -> Slices:
    return Slices(*(np.zeros(shape, dtype=np.int32) for _ in Slices._fields))


def _exactly(array: NDArray[Number], size: int) -> NDArray[Number]:
    """The first `size` places of the second axis, filled up with zeros."""
    missing = max(size - array.shape[1], 0)
    return np.pad(array[:, :size], [(0, 0), (0, missing)] + [(0, 0)] * (array.ndim - 2))


def _xla_pays(plan: TrainingPlan, shape: _Shape) -> bool:
    expected = min(plan.epochs, _EXPECTED_EPOCHS) * shape.updates
    return shape.batch_steps <= _XLA_BATCH_STEPS and expected > _XLA_UPDATES


def _device(plan: TrainingPlan, shape: _Shape) -> tuple[str, str]:
    """TensorFlow's name of the device to train on, "cpu" or "gpu", and why that one."""
    found = bool(tf.config.list_physical_devices("GPU"))
    if plan.device == "gpu" and not found:
        raise MissingExtra(
            "TensorFlow finds no GPU here",
            hint="install the CUDA build with: pip install 'forecast-rnn[gpu]' ; or leave --device auto",
        )
    if plan.device != "auto":
        return plan.device, "asked for"
    if not found:
        return "cpu", "no GPU found"
    if shape.batch_steps < _GPU_BATCH_STEPS:
        return "cpu", "batches too small for a GPU to pay"
    return "gpu", "large batches"
