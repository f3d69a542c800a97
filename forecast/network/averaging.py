"""One network on several workers: each trains on its share of the batches, then all weights are averaged.

A round is one call of the loop: up to an epoch. All workers start it from the same weights and moments; what
they end with is averaged, and validated here. A round follows from its start alone, so that a worker that is
lost in it changes nothing.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from forecast.engines.crew import Crew
from forecast.network import backend
from forecast.network.batches import no_batches, resize
from forecast.network.checkpoint import Variables
from forecast.network.device import Loops
from forecast.network.loop import Counts, EpochLosses, Loop, Offsets, RowTensors, Slices, loop_parts
from forecast.spec.model import ModelSpec
from forecast.spec.training import TrainingPlan

backend.load()

import tensorflow as tf  # noqa: E402


class AveragedLoop(Loop):
    """A loop whose updates are made by a crew; losses of validation are its own."""

    def __init__(self, spec: ModelSpec, plan: TrainingPlan, *, loops: Loops, xla: bool, crew: Crew) -> None:
        """Of a network with random weights by the seed of the plan."""
        model, optimizer = loop_parts(spec, plan, loops)
        super().__init__(
            model, optimizer, window=spec.windows.window, classes=len(spec.target.classes), xla=xla
        )
        self._crew = crew
        self._rows: RowTensors | None = None
        crew.start(LoopWorker, spec, plan, loops, xla)

    def run(self, rows: RowTensors, batches: Slices, validation: Slices, counts: Counts) -> EpochLosses:
        """See `Loop.run`: each epoch of `batches` is one round."""
        if rows is not self._rows:
            self._crew.tell("set_rows", *(part.numpy() for part in rows))
            self._rows = rows
        losses = []
        for epoch in range(counts.epochs):
            training = self._round(Slices(*(part[epoch] for part in batches)), counts.updates)
            found = super().run(rows, batches, validation, Counts(1, 0, counts.validations))
            losses.append((training, found.validation[0]))
        trained, validated = np.array(losses, dtype=np.float32).T
        return EpochLosses(trained, validated)

    def _round(self, batches: Slices, updates: int) -> float:
        """Have all workers train on their share of (updates, batch) and average; the mean loss."""
        if not updates:
            return 0.0
        state, workers = self.state(), self._crew.workers
        most = -(-len(batches.starts) // workers)
        questions = []
        for worker in range(workers):
            share = [resize(part[None, worker:updates:workers], most) for part in batches]
            questions.append((state, share, len(range(worker, updates, workers))))
        asked = [question for question in questions if question[2]]
        answers = cast("list[tuple[Variables, float]]", self._crew.ask("work", asked))
        self.restore(self._averaged(state, [found for found, _ in answers]))
        counts = np.array([question[2] for question in asked])
        return float(np.average([loss for _, loss in answers], weights=counts))

    def _averaged(self, before: Variables, states: Sequence[Variables]) -> Variables:
        """Means of weights, moments and running averages; counters are one worker's, the best stays."""
        changed = 2 * len(self._weights) + len(self._reset_variables)
        parts = zip(*(state[:changed] for state in states), strict=True)
        return (*(_mean(part) for part in parts), *before[changed:])


def _mean(parts: Sequence[NDArray[np.generic]]) -> NDArray[np.generic]:
    if parts[0].dtype.kind != "f":
        return parts[0]
    return np.asarray(np.mean([part.astype(np.float64) for part in parts], axis=0))


class LoopWorker:
    """The loop of one worker of a crew."""

    def __init__(self, spec: ModelSpec, plan: TrainingPlan, loops: Loops, xla: bool) -> None:
        model, optimizer = loop_parts(spec, plan, loops)
        self._loop = Loop(
            model, optimizer, window=spec.windows.window, classes=len(spec.target.classes), xla=xla
        )
        self._batch_size = plan.batch_size
        self._rows: RowTensors | None = None

    def set_rows(self, *parts: object) -> None:
        """Train on these rows from now on."""
        self._rows = RowTensors(*(tf.constant(part) for part in parts))

    def work(self, state: Variables, batches: Sequence[Offsets], updates: int) -> tuple[Variables, float]:
        """The state after some updates from another one, and their mean loss."""
        assert self._rows is not None
        self._loop.restore(state)
        counts = Counts(1, updates, 0)
        losses = self._loop.run(self._rows, Slices(*batches), no_batches(1, self._batch_size), counts)
        return self._loop.state(), float(losses.training[0])
