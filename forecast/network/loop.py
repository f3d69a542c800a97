"""Many epochs of a Keras model inside one compiled call; the only hot loop.

At batch 32 `Model.fit` spends most of its time outside the arithmetic. Here whole
epochs run in one TensorFlow function over integer offsets: windows are gathered
from the rows inside, Keras' model and optimizer do the rest.
"""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from forecast.errors import ModelError
from forecast.network import backend
from forecast.network.checkpoint import Variables

backend.load()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

EMA = 0.99
"""Share of the averaged weights kept at an update. The average stands in for a falling learning rate."""

Offsets = NDArray[np.int32]
Tensor: TypeAlias = tf.Tensor


class Slices(NamedTuple):
    """Windows in batches, as places in the rows: a last axis of `batch_size`.

    A window whose `last` is 0 is padding.
    """

    starts: Offsets
    """First row of each window."""
    first: Offsets
    """First step whose answers count."""
    last: Offsets
    """Steps that are read, one behind the last step whose answers count."""


class Counts(NamedTuple):
    """How much of the arrays handed to a call is real; the rest is padding for equal shapes."""

    epochs: int
    updates: int
    validations: int
    """Batches to validate on after each epoch; 0 validates nothing."""


class RowTensors(NamedTuple):
    """`inputs.Rows` on the device."""

    inputs: Tensor
    targets: Tensor
    weights: Tensor


@dataclass(frozen=True, slots=True)
class EpochLosses:
    """Losses of the epochs of one call; NaN where nothing was validated."""

    training: NDArray[np.float32]
    validation: NDArray[np.float32]


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
        """`classes` is how many there are to tell the probabilities of; 0 where values are told."""
        self.model = model
        self.optimizer = optimizer
        self._window = window
        self._cost = partial(_surprise, classes=classes) if classes else _distance
        optimizer.build(model.trainable_variables)
        self._weights = [variable.value for variable in model.trainable_variables]
        # What else a fit leaves behind: moments, counters, the state of dropout's random numbers.
        self._reset_variables = [*optimizer.variables, *model.non_trainable_variables]
        self._reset_values = [variable.value.numpy() for variable in self._reset_variables]
        self._average = [tf.Variable(weight) for weight in self._weights]
        self._best = [tf.Variable(weight) for weight in self._weights]
        self._best_loss = tf.Variable(np.float32(np.inf))
        # Loops are written as `tf.while_loop`, so nothing needs autograph; it would write its translation
        # of this module into the temporary folder, where a killed process leaves it.
        self._run = tf.function(self._epochs, autograph=False, jit_compile=xla, reduce_retracing=not xla)

    def reset(self) -> None:
        """Start over from the weights that the model has now, with nothing remembered."""
        for place in (self._average, self._best):
            for kept, weight in zip(place, self._weights, strict=True):
                kept.assign(weight)
        for variable, value in zip(self._reset_variables, self._reset_values, strict=True):
            variable.assign(value)
        self._best_loss.assign(np.inf)

    def state(self) -> Variables:
        """All that updates to come follow from, flat: weights, moments, dropout's state, averages."""
        return tuple(_plain(variable.numpy()) for variable in self._variables())

    def restore(self, state: Variables) -> None:
        """Stand where `state` was taken; a ModelError where it is of another network."""
        variables = self._variables()
        if [each.size for each in state] != [int(np.prod(variable.shape)) for variable in variables]:
            raise ModelError("the checkpoint does not fit this training")
        for variable, value in zip(variables, state, strict=True):
            variable.assign(value.astype(variable.dtype.as_numpy_dtype).reshape(variable.shape))

    def _variables(self) -> list[tf.Variable]:
        others = [variable.value for variable in self._reset_variables]
        return [*self._weights, *others, *self._average, *self._best, self._best_loss]

    def set_learning_rate(self, learning_rate: float) -> None:
        """The rate of the updates to come."""
        self.optimizer.learning_rate.assign(learning_rate)

    def run(self, rows: RowTensors, batches: Slices, validation: Slices, counts: Counts) -> EpochLosses:
        """Train on `batches`, (epochs, updates, batch), validating on (batches, batch) after each epoch."""
        training, validated = self._run(
            rows, Slices(*batches), Slices(*validation), Counts(*(tf.constant(count) for count in counts))
        )
        return EpochLosses(training.numpy()[: counts.epochs], validated.numpy()[: counts.epochs])

    def best(self) -> None:
        """Give the model the averaged weights of its best validated epoch."""
        self._give(self._best)

    def average(self) -> None:
        """Give the model the averaged weights of the last update."""
        self._give(self._average)

    def _give(self, weights: list[tf.Variable]) -> None:
        for variable, weight in zip(self._weights, weights, strict=True):
            variable.assign(weight)

    def _epochs(
        self, rows: RowTensors, batches: Slices, validation: Slices, counts: Counts
    ) -> tuple[Tensor, Tensor]:
        nothing = tf.fill([tf.shape(batches.starts)[0]], np.float32(np.nan))

        def one(epoch: Tensor, training: Tensor, validated: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            loss = self._one_epoch(rows, batches, epoch, counts.updates)
            checked = self._validate(rows, validation, counts.validations)
            self._keep_if_best(checked)
            return (
                epoch + 1,
                tf.tensor_scatter_nd_update(training, [[epoch]], [loss]),
                tf.tensor_scatter_nd_update(validated, [[epoch]], [checked]),
            )

        _, training, validated = tf.while_loop(
            lambda epoch, *_: epoch < counts.epochs, one, (0, nothing, nothing)
        )
        return training, validated

    def _one_epoch(self, rows: RowTensors, batches: Slices, epoch: Tensor, updates: Tensor) -> Tensor:
        def one(update: Tensor, cost: Tensor, count: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            more_cost, more_count = self._update(rows, Slices(*(part[epoch, update] for part in batches)))
            return update + 1, cost + more_cost, count + more_count

        _, cost, count = tf.while_loop(lambda update, *_: update < updates, one, (0, 0.0, 0.0))
        return cost / tf.maximum(count, 1.0)

    def _update(self, rows: RowTensors, batch: Slices) -> tuple[Tensor, Tensor]:
        inputs, targets, weights = self._gather(rows, batch)
        with tf.GradientTape() as tape:
            answers = self.model(inputs, training=True)
            cost, count = self._cost(answers, targets, weights)
            loss = cost / tf.maximum(count, 1.0)
        self.optimizer.apply(tape.gradient(loss, self._weights), self.model.trainable_variables)
        done = tf.cast(self.optimizer.iterations.value, tf.float32)
        # A young average follows fast, so that a short training is not held at its start.
        pull = 1.0 - tf.minimum(EMA, (1.0 + done) / (10.0 + done))
        for average, weight in zip(self._average, self._weights, strict=True):
            average.assign_add(pull * (weight - average))
        return cost, count

    def _validate(self, rows: RowTensors, validation: Slices, batches: Tensor) -> Tensor:
        """Mean cost of the averaged weights on the validation windows, NaN without any."""
        fixed = [variable.value for variable in self.model.non_trainable_variables]

        def one(index: Tensor, cost: Tensor, count: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            inputs, targets, weights = self._gather(rows, Slices(*(part[index] for part in validation)))
            answers, _ = self.model.stateless_call(self._average, fixed, inputs, training=False)
            more_cost, more_count = self._cost(answers, targets, weights)
            return index + 1, cost + more_cost, count + more_count

        _, cost, count = tf.while_loop(lambda index, *_: index < batches, one, (0, 0.0, 0.0))
        return cost / count

    def _keep_if_best(self, loss: Tensor) -> None:
        better = loss < self._best_loss
        self._best_loss.assign(tf.where(better, loss, self._best_loss))
        for best, average in zip(self._best, self._average, strict=True):
            best.assign(tf.where(better, average, best))

    def _gather(self, rows: RowTensors, batch: Slices) -> tuple[Tensor, Tensor, Tensor]:
        steps = tf.range(self._window)
        counts = (steps >= batch.first[:, None]) & (steps < batch.last[:, None])
        # The recurrence is causal: what a short window reads behind its last step is harmless.
        index = tf.minimum(batch.starts[:, None] + steps, tf.shape(rows.inputs)[0] - 1)
        weights = tf.gather(rows.weights, index) * tf.cast(counts, tf.float32)[:, :, None]
        return tf.gather(rows.inputs, index), tf.gather(rows.targets, index), weights


def _plain(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """The same numbers on one axis, in a type that a file of tensors holds."""
    return array.ravel().astype(np.float32 if array.dtype.kind == "f" else np.int64)


def _distance(answers: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Weighted absolute errors, summed, and how many numbers were judged."""
    cost = tf.reduce_sum(weights * tf.abs(answers - targets))
    return cost, tf.reduce_sum(tf.cast(weights > 0, tf.float32))


def _surprise(answers: Tensor, targets: Tensor, weights: Tensor, *, classes: int) -> tuple[Tensor, Tensor]:
    """Weighted cross-entropy of the classes that came, summed, and how many were judged.

    `answers` hold the logits of all classes for every step of the horizon.
    """
    logits = tf.reshape(answers, (*tf.unstack(tf.shape(targets)), classes))
    came = tf.one_hot(tf.cast(targets, tf.int32), classes)
    cost = -tf.reduce_sum(weights * tf.reduce_sum(came * tf.nn.log_softmax(logits), axis=-1))
    return cost, tf.reduce_sum(tf.cast(weights > 0, tf.float32))
