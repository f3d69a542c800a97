"""Many epochs of a Keras model inside one compiled call; the only hot loop.

At batch 32 `Model.fit` spends most of its time outside the arithmetic. Here whole
epochs run in one TensorFlow function over integer offsets: it gathers the windows from
the rows of the panel; Keras' model and optimizer do the rest.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from forecast.errors import ModelError
from forecast.network import backend
from forecast.network.build import build
from forecast.network.checkpoint import Variables
from forecast.network.device import Loops
from forecast.spec.model import ModelSpec
from forecast.spec.training import TrainingPlan

backend.load()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

EMA = 0.99
"""Decay of the exponential moving average of the weights, which stands in for a falling learning rate."""

Offsets = NDArray[np.int32]
Tensor: TypeAlias = tf.Tensor


class Slices(NamedTuple):
    """Windows in batches, as slices of the rows of a panel; the last axis is `batch_size`.

    A window whose `last` is 0 is padding.
    """

    starts: Offsets
    """First row of each window."""
    first: Offsets
    """First step whose outputs count."""
    last: Offsets
    """Steps read: one past the last step whose outputs count."""


class Counts(NamedTuple):
    """How much of the arrays of a call is real; the rest is padding, so that all calls have equal shapes."""

    epochs: int
    updates: int
    validations: int
    """Batches to validate on after each epoch; 0 for no validation."""


class RowTensors(NamedTuple):
    """`TrainingExamples` on the device."""

    inputs: Tensor
    targets: Tensor
    weights: Tensor


@dataclass(frozen=True, slots=True)
class EpochLosses:
    """(epochs,) losses of one call; NaN without validation."""

    training: NDArray[np.float32]
    validation: NDArray[np.float32]


def loop_parts(
    spec: ModelSpec, plan: TrainingPlan, loops: Loops
) -> tuple[keras.Model, keras.optimizers.Optimizer]:
    """The network with random weights by the seed of a plan, and the optimizer of this plan."""
    return build(spec, seed=plan.seed, loops=loops), keras.optimizers.AdamW(
        plan.learning_rate, beta_2=0.99, weight_decay=1e-4, global_clipnorm=plan.clip or None
    )


class Loop:
    """A model and its optimizer, compiled once and run for any number of fits."""

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        *,
        window: int,
        classes: int = 0,
        xla: bool,
    ) -> None:
        """`classes` is the number of classes whose logits the model outputs; 0 where it outputs values."""
        self.model = model
        self.optimizer = optimizer
        self._window = window
        self._loss = partial(_cross_entropy, classes=classes) if classes else _absolute_error
        optimizer.build(model.trainable_variables)
        self._weights = [variable.value for variable in model.trainable_variables]
        # Other state that a fit changes: moments, counters, the state of dropout's random numbers.
        self._reset_variables = [*optimizer.variables, *model.non_trainable_variables]
        self._reset_values = [variable.value.numpy() for variable in self._reset_variables]
        self._average = [tf.Variable(weight) for weight in self._weights]
        self._best = [tf.Variable(weight) for weight in self._weights]
        self._best_loss = tf.Variable(np.float32(np.inf))
        # Loops are written as `tf.while_loop`, so nothing needs autograph; it would write its translation
        # of this module into the temporary folder, where a killed process leaves it.
        self._run = tf.function(self._epochs, autograph=False, jit_compile=xla, reduce_retracing=not xla)

    def reset(self) -> None:
        """Start a fit from the weights that the model has now; forget everything about earlier fits."""
        for copies in (self._average, self._best):
            for copy, weight in zip(copies, self._weights, strict=True):
                copy.assign(weight)
        for variable, value in zip(self._reset_variables, self._reset_values, strict=True):
            variable.assign(value)
        self._best_loss.assign(np.inf)

    def state(self) -> Variables:
        """All that later updates depend on, flat: weights, moments, dropout's state, averages."""
        return tuple(_flat(variable.numpy()) for variable in self._variables())

    def restore(self, state: Variables) -> None:
        """Continue from a `state`; a ModelError where it is of another network."""
        variables = self._variables()
        if [each.size for each in state] != [int(np.prod(variable.shape)) for variable in variables]:
            raise ModelError("the checkpoint does not fit this training")
        for variable, value in zip(variables, state, strict=True):
            variable.assign(value.astype(variable.dtype.as_numpy_dtype).reshape(variable.shape))

    def _variables(self) -> list[tf.Variable]:
        others = [variable.value for variable in self._reset_variables]
        return [*self._weights, *others, *self._average, *self._best, self._best_loss]

    def set_learning_rate(self, learning_rate: float) -> None:
        """Set the learning rate of later updates."""
        self.optimizer.learning_rate.assign(learning_rate)

    def run(self, rows: RowTensors, batches: Slices, validation: Slices, counts: Counts) -> EpochLosses:
        """Train on `batches`, (epochs, updates, batch), validating on (batches, batch) after each epoch."""
        training, validated = self._run(
            rows, Slices(*batches), Slices(*validation), Counts(*(tf.constant(count) for count in counts))
        )
        return EpochLosses(training.numpy()[: counts.epochs], validated.numpy()[: counts.epochs])

    def use_best_weights(self) -> None:
        """Give the model the averaged weights of the epoch with the lowest validation loss."""
        self._set_weights(self._best)

    def use_average_weights(self) -> None:
        """Give the model the averaged weights after the last update."""
        self._set_weights(self._average)

    def _set_weights(self, weights: list[tf.Variable]) -> None:
        for variable, weight in zip(self._weights, weights, strict=True):
            variable.assign(weight)

    # What follows runs inside the compiled call, innermost last.

    def _epochs(
        self, rows: RowTensors, batches: Slices, validation: Slices, counts: Counts
    ) -> tuple[Tensor, Tensor]:
        """(epochs,) training and validation losses of every epoch."""
        no_losses = tf.fill([tf.shape(batches.starts)[0]], np.float32(np.nan))

        def body(epoch: Tensor, training: Tensor, validated: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            loss = self._epoch(rows, batches, epoch, counts.updates)
            validation_loss = self._validate(rows, validation, counts.validations)
            self._update_best(validation_loss)
            return (
                epoch + 1,
                tf.tensor_scatter_nd_update(training, [[epoch]], [loss]),
                tf.tensor_scatter_nd_update(validated, [[epoch]], [validation_loss]),
            )

        _, training, validated = tf.while_loop(
            lambda epoch, *_: epoch < counts.epochs, body, (0, no_losses, no_losses)
        )
        return training, validated

    def _epoch(self, rows: RowTensors, batches: Slices, epoch: Tensor, updates: Tensor) -> Tensor:
        """Mean loss of the updates of one epoch."""

        def body(update: Tensor, total: Tensor, count: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            batch_total, batch_count = self._update(rows, Slices(*(part[epoch, update] for part in batches)))
            return update + 1, total + batch_total, count + batch_count

        _, total, count = tf.while_loop(lambda update, *_: update < updates, body, (0, 0.0, 0.0))
        return total / tf.maximum(count, 1.0)

    def _update(self, rows: RowTensors, batch: Slices) -> tuple[Tensor, Tensor]:
        """Summed loss of a batch and its number of targets, before the update of the weights by it."""
        inputs, targets, weights = self._gather(rows, batch)
        with tf.GradientTape() as tape:
            outputs = self.model(inputs, training=True)
            total, count = self._loss(outputs, targets, weights)
            loss = total / tf.maximum(count, 1.0)
        self.optimizer.apply(tape.gradient(loss, self._weights), self.model.trainable_variables)
        updates = tf.cast(self.optimizer.iterations.value, tf.float32)
        # A young average follows the weights faster, so that a short training is not tied to its start.
        step = 1.0 - tf.minimum(EMA, (1.0 + updates) / (10.0 + updates))
        for average, weight in zip(self._average, self._weights, strict=True):
            average.assign_add(step * (weight - average))
        return total, count

    def _validate(self, rows: RowTensors, validation: Slices, batches: Tensor) -> Tensor:
        """Mean loss of the averaged weights on the validation windows, NaN without any."""
        fixed = [variable.value for variable in self.model.non_trainable_variables]

        def body(index: Tensor, total: Tensor, count: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            inputs, targets, weights = self._gather(rows, Slices(*(part[index] for part in validation)))
            outputs, _ = self.model.stateless_call(self._average, fixed, inputs, training=False)
            batch_total, batch_count = self._loss(outputs, targets, weights)
            return index + 1, total + batch_total, count + batch_count

        _, total, count = tf.while_loop(lambda index, *_: index < batches, body, (0, 0.0, 0.0))
        return total / count

    def _update_best(self, loss: Tensor) -> None:
        improved = loss < self._best_loss
        self._best_loss.assign(tf.where(improved, loss, self._best_loss))
        for best, average in zip(self._best, self._average, strict=True):
            best.assign(tf.where(improved, average, best))

    def _gather(self, rows: RowTensors, batch: Slices) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs, targets and weights of a batch of windows, each (batch, window, n)."""
        steps = tf.range(self._window)
        counts = (steps >= batch.first[:, None]) & (steps < batch.last[:, None])
        # The network is causal: what a short window reads after its last step changes none of its outputs.
        index = tf.minimum(batch.starts[:, None] + steps, tf.shape(rows.inputs)[0] - 1)
        weights = tf.gather(rows.weights, index) * tf.cast(counts, tf.float32)[:, :, None]
        return tf.gather(rows.inputs, index), tf.gather(rows.targets, index), weights


def _flat(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """The same numbers on one axis, in a type that a file of tensors can hold."""
    return array.ravel().astype(np.float32 if array.dtype.kind == "f" else np.int64)


def _absolute_error(outputs: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Sum of the weighted absolute errors, and the number of targets with a weight."""
    total = tf.reduce_sum(weights * tf.abs(outputs - targets))
    return total, tf.reduce_sum(tf.cast(weights > 0, tf.float32))


def _cross_entropy(
    outputs: Tensor, targets: Tensor, weights: Tensor, *, classes: int
) -> tuple[Tensor, Tensor]:
    """Sum of the weighted cross-entropies of the actual classes, and the number of targets with a weight.

    `outputs` hold the logits of all classes for every step of the horizon.
    """
    logits = tf.reshape(outputs, (*tf.unstack(tf.shape(targets)), classes))
    actual = tf.one_hot(tf.cast(targets, tf.int32), classes)
    total = -tf.reduce_sum(weights * tf.reduce_sum(actual * tf.nn.log_softmax(logits), axis=-1))
    return total, tf.reduce_sum(tf.cast(weights > 0, tf.float32))
