"""From windows to weights: early stopping, seeds, checkpoints, and what to do when the loss becomes NaN."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.cards import Losses
from forecast.data.panel import Panel
from forecast.engines.crew import Crew
from forecast.errors import ModelError, TrainingError
from forecast.events import FitEnded, Listener, Note, Warned
from forecast.features.inputs import training_examples
from forecast.features.windows import windows_of
from forecast.forecasters.weights import Weights, weight_shapes
from forecast.network import backend, validation
from forecast.network.averaging import AveragedLoop
from forecast.network.batches import BatchSizes, WindowSampler, no_batches, resize, validation_batches
from forecast.network.build import build, put_weights, weights_of
from forecast.network.checkpoint import Checkpoint, FitResult, FitState
from forecast.network.device import Placement, place
from forecast.network.gpus import count_gpus
from forecast.network.loop import Counts, EpochLosses, Loop, RowTensors, Slices, loop_parts
from forecast.network.progress import Fit, Progress, decay_factor
from forecast.spec.model import ModelSpec
from forecast.spec.training import TrainingPlan

backend.load()

import tensorflow as tf  # noqa: E402


class _NaNLossError(Exception):
    """The loss became NaN."""


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
        initial_weights: Sequence[Weights] = (),
        listener: Listener,
        checkpoint: Checkpoint | None = None,
        placement: Placement | None = None,
        crew: Crew | None = None,
    ) -> None:
        """`panel` is the largest that any fit will have: it sets the shapes of the compiled loop.

        Member i starts from `initial_weights[i % len]`, or from random weights without any.
        Results that the `checkpoint` holds are not computed again. Without a `placement` it is decided here.
        The workers of a `crew` train on a share of the batches each, and their weights are averaged.
        """
        self.spec = spec
        self.best: Weights | None = None
        """Weights of the best epoch in `find_epochs`."""
        self.losses: Losses | None = None
        """The losses of the epochs in `find_epochs`."""
        self._initial_weights = initial_weights
        self._listener = listener
        self._checkpoint = checkpoint or Checkpoint(None)
        self.placement = placement or _placement(spec, plan, panel)
        self.plan = plan = self.placement.plan
        self._sizes = BatchSizes.of(spec, plan, panel)
        listener(Note("device", str(self.placement)))
        with tf.device(self.placement.device):
            if crew is None:
                model, optimizer = loop_parts(spec, plan, self.placement.loops)
                classes = len(spec.target.classes)
                self._loop = Loop(
                    model, optimizer, window=spec.windows.window, classes=classes, xla=self.placement.xla
                )
            else:
                self._loop = AveragedLoop(
                    spec, plan, loops=self.placement.loops, xla=self.placement.xla, crew=crew
                )
        self._model = self._loop.model
        self._random_weights = {0: weights_of(spec, self._model)}

    def rounds(self, epochs: int) -> int:
        """How often the weights of all workers are averaged in so many epochs of the largest fit."""
        return epochs * -(-self._sizes.updates // self._sizes.updates_per_call)

    def find_epochs(self, panel: Panel, *, stage: str, seconds: float = np.inf) -> int:
        """The epoch with the lowest loss on the newest rows of `panel`, which are held out.

        0 where no epoch improved given initial weights; from random weights it is 1 at least.
        Where no series is long enough to hold rows out, it is 0 with given initial weights, else
        a tenth of the plan's epochs.
        """
        held_out = validation.held_out_rows(panel, self.spec)
        if not held_out.any():
            return 0 if self._initial_weights else max(1, self.plan.epochs // 10)
        windows = windows_of(panel, self.spec, without=held_out)
        validated = validation.validation_windows(panel, held_out, self.spec)
        batches = validation_batches(validated, self._sizes.batch_size)
        result = self._train(Fit(stage, panel, windows, batches, self.plan.epochs, seconds))
        self.best = result.weights
        if result.losses:
            training, held_out_rows = zip(*result.losses, strict=True)
            self.losses = Losses(training, held_out_rows, result.epochs)
        return max(0 if self._initial_weights else 1, result.epochs)

    def fit(
        self, panel: Panel, epochs: int, *, stage: str, member: int = 0, seconds: float = np.inf
    ) -> Weights:
        """Weights after `epochs` on all rows of `panel`, or after fewer that take `seconds`."""
        windows = windows_of(panel, self.spec)
        return self._train(Fit(stage, panel, windows, None, epochs, seconds, member)).weights

    # A fit, from the outside in: the checkpoint, two learning rates, epochs, compiled calls.

    def _train(self, fit: Fit) -> FitResult:
        """The weights of the fit's best epoch, or of its last one without validation."""
        known = self._checkpoint.next_result(fit.stage)
        if known is not None:
            self._check_result(known)
            self._listener(FitEnded(fit.stage))
            return known
        progress = self._train_at_two_rates(fit)
        if fit.validation is None:
            self._loop.use_average_weights()
        else:
            self._loop.use_best_weights()
        epochs = progress.epoch if progress.best_epoch is None else progress.best_epoch
        result = FitResult(epochs, weights_of(self.spec, self._model), tuple(progress.losses))
        self._checkpoint.add_result(fit.stage, result)
        self._listener(FitEnded(fit.stage))
        return result

    def _check_result(self, result: FitResult) -> None:
        """Raise a ModelError where a result from a checkpoint is impossible for this network."""
        shapes = {name: array.shape for name, array in result.weights.items()}
        if shapes != weight_shapes(self.spec) or not 0 <= result.epochs <= self.plan.epochs:
            raise ModelError("the checkpoint does not fit this training")

    def _train_at_two_rates(self, fit: Fit) -> Progress:
        """Train at the planned learning rate, and where the loss becomes NaN at a tenth of it."""
        state = self._checkpoint.interrupted_state(fit.stage)
        for rate in (self.plan.learning_rate, self.plan.learning_rate / 10):
            if state is not None and rate > state.learning_rate:
                continue  # the loss became NaN at this rate before the interruption
            try:
                return self._train_at(rate, fit, state)
            except _NaNLossError:
                self._listener(Warned(f"{fit.stage}: the loss became NaN at learning rate {rate:g}"))
                state = None
        raise TrainingError(
            "the loss became NaN twice, the second time at a tenth of the learning rate",
            where=fit.stage,
            hint=f"try --learning-rate {self.plan.learning_rate / 100:g} "
            f"or --clip {self.plan.clip / 10 or 1:g}",
        )

    def _train_at(self, learning_rate: float, fit: Fit, state: FitState | None) -> Progress:
        """Train from the start, or from the state of an interrupted attempt."""
        attempt = self._start(learning_rate, fit, state)
        progress = attempt.progress
        while not progress.finished:
            self._loop.set_learning_rate(learning_rate * decay_factor(self.plan.decay, progress.fraction))
            epochs = min(self._sizes.epochs_per_call, fit.epochs - progress.epoch)
            losses = self._train_epochs(attempt, epochs)
            if not np.isfinite(losses.training).all():
                raise _NaNLossError
            self._listener(progress.add(losses))
            self._update_checkpoint(attempt)
        return progress

    def _start(self, learning_rate: float, fit: Fit, state: FitState | None) -> "_Attempt":
        put_weights(self._model, self._weights_of_member(fit.member))
        self._loop.reset()
        sampler = WindowSampler(fit.windows, self._sizes, seed=self.plan.seed + fit.member)
        progress = Progress(fit, patience=self.plan.patience)
        attempt = _Attempt(fit, learning_rate, self._row_tensors(fit.panel), sampler, progress)
        if fit.validation is not None:
            # The loss of the initial weights comes from a call without updates. It draws an epoch of batches
            # all the same, and so must a resumed fit: its later epochs are those of an uninterrupted one.
            batches = sampler.draw(1)
            if state is None:
                losses = self._call(attempt, batches, Counts(1, 0, len(fit.validation.starts)))
                progress.start(float(losses.validation[0]))
        if state is not None:
            done = len(state.call_losses) * self._sizes.updates_per_call
            if done and done >= sampler.updates:
                raise ModelError("the checkpoint does not fit this training")
            progress.resume(state)
            self._loop.restore(state.variables)
            sampler.skip(state.epoch)
        return attempt

    def _weights_of_member(self, member: int) -> Weights:
        if self._initial_weights:
            return self._initial_weights[member % len(self._initial_weights)]
        if member not in self._random_weights:
            with tf.device(self.placement.device):
                model = build(self.spec, seed=self.plan.seed + member, loops=self.placement.loops)
                self._random_weights[member] = weights_of(self.spec, model)
        return self._random_weights[member]

    def _row_tensors(self, panel: Panel) -> RowTensors:
        """The rows of a panel on the device; XLA compiles for one shape, so all panels are padded to it."""
        examples = training_examples(panel, self.spec)
        missing = self._sizes.rows - len(examples.inputs) if self.placement.xla else 0
        with tf.device(self.placement.device):
            return RowTensors(
                *(
                    tf.constant(np.pad(part, ((0, missing), (0, 0))) if missing else part)
                    for part in (examples.inputs, examples.targets, examples.weights)
                )
            )

    def _train_epochs(self, attempt: "_Attempt", epochs: int) -> EpochLosses:
        """Train some short epochs in one compiled call, or one long epoch in several.

        An epoch in several calls is validated after the last of them. A fit that was interrupted
        between two of them continues with the next one: the losses of those done are in its progress.
        """
        fit, call_losses = attempt.fit, attempt.progress.call_losses
        batches, updates = attempt.sampler.draw(epochs), attempt.sampler.updates
        validations = 0 if fit.validation is None else len(fit.validation.starts)
        first = len(call_losses) * self._sizes.updates_per_call
        while True:
            last = min(first + self._sizes.updates_per_call, updates)
            part = Slices(*(array[:, first:last] for array in batches))
            counts = Counts(epochs, last - first, validations if last == updates else 0)
            losses = self._call(attempt, part, counts)
            if last == updates:
                break
            call_losses.append(float(losses.training[0]))
            self._update_checkpoint(attempt)
            first = last
        if not call_losses:
            return losses
        mean = np.mean([*call_losses, losses.training[0]], dtype=np.float32)
        return EpochLosses(np.array([mean]), losses.validation)

    def _call(self, attempt: "_Attempt", batches: Slices, counts: Counts) -> EpochLosses:
        """One compiled call, its batches padded to the shape of every call."""
        sizes, validated = self._sizes, attempt.fit.validation
        if validated is None:
            validated = no_batches(sizes.validations, sizes.batch_size)
        padded = Slices(*(resize(part, sizes.updates_per_call) for part in batches))
        with tf.device(self.placement.device):
            return self._loop.run(attempt.rows, padded, validated, counts)

    def _update_checkpoint(self, attempt: "_Attempt") -> None:
        self._checkpoint.update(
            attempt.fit.stage, lambda: attempt.progress.state(attempt.learning_rate, self._loop.state())
        )


def _placement(spec: ModelSpec, plan: TrainingPlan, panel: Panel) -> Placement:
    """Where the training runs on this machine."""
    sizes = BatchSizes.of(spec, plan, panel)
    weights = sum(math.prod(shape) for shape in weight_shapes(spec).values())
    return place(
        plan, batch_steps=sizes.batch_steps, updates=sizes.updates, weights=weights, gpus=count_gpus()
    )


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A fit in progress at one learning rate."""

    fit: Fit
    learning_rate: float
    rows: RowTensors
    sampler: WindowSampler
    progress: Progress
