"""Training in rounds, each on other examples, while the weights go on from one to the next.

After every round all that the next ones depend on is written to a checkpoint.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from forecast.atomic import write_atomically
from forecast.data.arrays import Integers
from forecast.errors import ModelError
from forecast.features.inputs import TrainingExamples
from forecast.forecasters.weights import Weights
from forecast.network import backend
from forecast.network.batches import no_batches
from forecast.network.build import build, weights_of
from forecast.network.loop import Counts, Loop, RowTensors, Slices
from forecast.network.progress import decay_factor
from forecast.spec.model import ModelSpec
from forecast.spec.training import TrainingPlan

backend.load()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

CALL_UPDATES = 25
"""Updates in one compiled call, at one learning rate."""

_RECURSIVE_CALLS = 5
"""One call in this many trains on the recursive windows, where a round has any."""

_FEWEST_COMPILED = 20_000
"""Windows of a training that is worth the seconds in which XLA compiles it."""


@dataclass(frozen=True, slots=True)
class RoundExamples:
    """What a network is trained on in one round."""

    examples: TrainingExamples
    windows: Integers
    """(2, windows) first row and steps of each window."""
    recursive: Integers | None = None
    """The same of windows that end in the network's own forecasts."""

    def draw(self, random: np.random.Generator, updates: int, batch: int, *, recursive: bool) -> Slices:
        """Batches of windows of one kind, drawn with replacement."""
        windows = self.recursive if recursive and self.recursive is not None else self.windows
        drawn = windows[:, random.integers(0, windows.shape[1], updates * batch)]
        starts, steps = drawn.reshape(2, 1, updates, batch).astype(np.int32)
        return Slices(starts, np.zeros_like(steps), steps)


Prepare = Callable[[int, Callable[[], Weights]], RoundExamples]
"""The number of a round, and what gives the weights up to then -> its examples."""

Report = Callable[[int, int, float], None]
"""Rounds done, all rounds, and the loss of the last one."""


def train_in_rounds(
    spec: ModelSpec,
    plan: TrainingPlan,
    prepare: Prepare,
    *,
    most_rows: int,
    checkpoint: Path | None,
    report: Report,
) -> Weights:
    """The averaged weights after `plan.epochs` rounds, each on examples of at most `most_rows` rows.

    Where there is a checkpoint it goes on after the last whole round, with the same result as without
    the interruption. A ModelError where the checkpoint is of another network, or the loss becomes NaN.
    """
    model = build(spec, seed=plan.seed, loops="custom gradient")
    optimizer = keras.optimizers.AdamW(
        plan.learning_rate, beta_2=0.99, weight_decay=1e-4, global_clipnorm=plan.clip
    )
    compiled = plan.epochs * (plan.epoch_windows or 0) >= _FEWEST_COMPILED
    loop = Loop(model, optimizer, window=spec.windows.window, xla=compiled)
    loop.reset()
    for number in range(_restore(loop, checkpoint), plan.epochs):
        examples = prepare(number, lambda: _averaged(loop, spec))
        loss = _round(loop, plan, examples, number, most_rows=most_rows)
        report(number + 1, plan.epochs, loss)
        if not np.isfinite(loss):
            raise ModelError(f"the loss became NaN in round {number + 1}")
        if checkpoint is not None:
            _save(loop, checkpoint, number + 1)
    loop.use_average_weights()
    return weights_of(spec, model)


def _round(loop: Loop, plan: TrainingPlan, data: RoundExamples, number: int, *, most_rows: int) -> float:
    """Train on the examples of a round; the mean loss, that of recursive windows left out."""
    random = np.random.default_rng([plan.seed, number])
    rows = _tensors(data.examples, most_rows)
    calls = max((plan.epoch_windows or 1) // plan.batch_size // CALL_UPDATES, 1)
    losses = []
    for call in range(calls):
        loop.set_learning_rate(
            plan.learning_rate * decay_factor(plan.decay, (number + call / calls) / plan.epochs)
        )
        recursive = data.recursive is not None and call % _RECURSIVE_CALLS == _RECURSIVE_CALLS - 1
        batches = data.draw(random, CALL_UPDATES, plan.batch_size, recursive=recursive)
        result = loop.run(rows, batches, no_batches(1, plan.batch_size), Counts(1, CALL_UPDATES, 0))
        if not recursive:
            losses.append(float(result.training[0]))
    return float(np.mean(losses))


def _averaged(loop: Loop, spec: ModelSpec) -> Weights:
    """The moving average of the weights."""
    state = loop.state()
    loop.use_average_weights()
    weights = weights_of(spec, loop.model)
    loop.restore(state)
    return weights


def _tensors(examples: TrainingExamples, rows: int) -> RowTensors:
    """The examples, padded to so many rows: XLA compiles for one shape."""
    missing = rows - len(examples.inputs)
    parts = (examples.inputs, examples.targets, examples.weights)
    return RowTensors(*(tf.constant(np.pad(part, ((0, missing), (0, 0)))) for part in parts))


def _save(loop: Loop, path: Path, rounds: int) -> None:
    state = loop.state()
    write_atomically(path, lambda stream: np.savez(stream, np.array(rounds), *state))


def _restore(loop: Loop, path: Path | None) -> int:
    """Put back the state in a checkpoint; the number of rounds that it was after, 0 without one."""
    if path is None or not path.exists():
        return 0
    try:
        with np.load(path) as stored:
            rounds, *state = (stored[f"arr_{index}"] for index in range(len(stored.files)))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        raise ModelError(
            "is no checkpoint of a pretraining", where=str(path), hint="delete it to start again"
        ) from None
    loop.restore(tuple(state))
    return int(rounds)
