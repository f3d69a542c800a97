"""Training in rounds: each draws series that were never seen before, and the weights go on from the last one.

In the later rounds a network is also trained on what it forecasts itself, so that it learns to forecast
recursively: see `fed_back`. After every round all that the next ones depend on is written to a checkpoint.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from forecast.atomic import write_atomically
from forecast.data.arrays import Integers
from forecast.data.panel import Panel
from forecast.errors import ModelError
from forecast.features.inputs import TrainingExamples, read_inputs, rows_needed, training_examples
from forecast.features.windows import windows_of
from forecast.forecasters.recurrent import Network
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

_SEEDS = 1_000_003
"""Rounds of one network have other seeds than those of another one."""

_LONGEST_SEASON = 52
"""That of a network for all seasons."""

_FEWEST_COMPILED = 20_000
"""Windows of a training that is worth the seconds in which XLA compiles it."""

_FED_BACK_FROM = 0.5
"""Share of the rounds before those that train on forecasts too."""

_FED_BACK_CALLS = 5
"""One call in this many trains on forecasts."""

_FED_BACK_SERIES = 500
"""Series with forecasts at their end, in a round."""

_MOST_BLOCKS = 3
"""Most blocks of forecasts at the end of a series."""


Draw = Callable[[int, int], Panel]
"""Rows and a seed -> series."""

Report = Callable[[int, int, float], None]
"""Rounds done, all rounds, and the loss of the last one."""


def train(
    spec: ModelSpec,
    plan: TrainingPlan,
    draw: Draw,
    *,
    round_rows: int,
    checkpoint: Path | None = None,
    report: Report,
) -> Weights:
    """The averaged weights after `plan.epochs` rounds, each on the `round_rows` rows that `draw` makes.

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
        seed = _SEEDS * plan.seed + number
        panel, random = draw(round_rows, seed), np.random.default_rng(seed)
        data = _RoundData.of(loop, spec, panel, random, number / plan.epochs)
        loss = _round(loop, plan, data, number)
        report(number + 1, plan.epochs, loss)
        if not np.isfinite(loss):
            raise ModelError(f"the loss became NaN in round {number + 1}")
        if checkpoint is not None:
            _save(loop, checkpoint, number + 1)
    loop.use_average_weights()
    return weights_of(spec, model)


@dataclass(frozen=True, slots=True)
class _RoundData:
    """The rows of a round, and windows of two kinds among them."""

    rows: RowTensors
    windows: Integers
    """(2, windows) first row and steps of the windows that end in actual rows."""
    fed_back: Integers | None
    """The same of windows that end in forecasts; None in the early rounds."""
    random: np.random.Generator

    @classmethod
    def of(
        cls, loop: Loop, spec: ModelSpec, panel: Panel, random: np.random.Generator, fraction: float
    ) -> "_RoundData":
        """`fraction` of all rounds are done."""
        examples, windows = training_examples(panel, spec), windows_of(panel, spec)
        room = len(panel.values) + _fed_back_rows(spec)
        batch = windows.batch(np.arange(len(windows)))
        fed_back = None
        if fraction >= _FED_BACK_FROM:
            more, fed_back = fed_back_examples(Network(spec, (_averaged(loop, spec),)), panel, random)
            fed_back[0] += len(examples.inputs)
            examples = _joined([examples, more])
        return cls(_tensors(examples, room), np.array([batch.starts, batch.steps]), fed_back, random)

    def draw(self, updates: int, batch: int, *, fed_back: bool) -> Slices:
        """Batches of windows, drawn with replacement."""
        windows = self.fed_back if fed_back and self.fed_back is not None else self.windows
        drawn = windows[:, self.random.integers(0, windows.shape[1], updates * batch)]
        starts, steps = drawn.reshape(2, 1, updates, batch).astype(np.int32)
        return Slices(starts, np.zeros_like(steps), steps)


def _round(loop: Loop, plan: TrainingPlan, data: _RoundData, number: int) -> float:
    """Train on the rows of a round; the mean loss of the windows that end in actual rows."""
    updates = (plan.epoch_windows or 1) // plan.batch_size
    calls, losses = max(updates // CALL_UPDATES, 1), []
    for call in range(calls):
        loop.set_learning_rate(
            plan.learning_rate * decay_factor(plan.decay, (number + call / calls) / plan.epochs)
        )
        fed_back = data.fed_back is not None and call % _FED_BACK_CALLS == _FED_BACK_CALLS - 1
        batches = data.draw(CALL_UPDATES, plan.batch_size, fed_back=fed_back)
        nothing = no_batches(1, plan.batch_size)
        result = loop.run(data.rows, batches, nothing, Counts(1, CALL_UPDATES, 0))
        if not fed_back:
            losses.append(float(result.training[0]))
    return float(np.mean(losses))


def fed_back_examples(
    network: Network, panel: Panel, random: np.random.Generator
) -> tuple[TrainingExamples, Integers]:
    """Rows of series whose end is forecast, and (2, series) first rows and steps of their windows.

    One to three blocks at the end of a series are what the network forecasts; after each block the
    actual values that follow are to be forecast, from features in the units of the last actual row,
    exactly as a recursive forecast reads them.
    """
    spec = network.spec
    block = spec.trained_horizon
    parts, starts, steps, first = [], [], [], 0
    for blocks in range(1, _MOST_BLOCKS + 1):
        long = np.flatnonzero(panel.lengths >= (blocks + 2) * block + 12)
        if not len(long):
            continue
        chosen = panel.select(
            random.choice(long, min(len(long), _FED_BACK_SERIES // _MOST_BLOCKS), replace=False)
        )
        known = chosen.first(chosen.lengths - (blocks + 1) * block).tail(network.rows_read(chosen))
        forecast = known.extended(network.forecast(known, blocks * block))
        read = read_inputs(forecast, spec, forecast_rows=blocks * block)
        features = read.target_features
        assert features is not None
        targets = np.zeros((len(forecast.values), block), dtype=np.float32)
        weights = np.zeros_like(targets)
        for step in range(1, blocks + 1):
            ends = forecast.bounds[1:] - 1 - (blocks - step) * block
            after = chosen.bounds[1:] - (blocks + 1 - step) * block
            actual = chosen.values[after[:, None] + np.arange(block)]
            here = features.at(ends)
            targets[ends] = np.clip(here.to_outputs(actual), -1e4, 1e4)
            weights[ends] = (0.5 + 5 * np.maximum(here.volatility, 1e-3))[:, None]
        parts.append(TrainingExamples(read.inputs, targets, weights))
        lengths = np.minimum(forecast.lengths, spec.windows.window)
        starts.append(first + forecast.bounds[1:] - lengths)
        steps.append(lengths)
        first += len(forecast.values)
    return _joined(parts), np.array([np.concatenate(starts), np.concatenate(steps)])


def _fed_back_rows(spec: ModelSpec) -> int:
    """Most rows of `fed_back_examples`: room for them, so that all rounds have one shape."""
    longest = _LONGEST_SEASON if spec.season is None else spec.season
    return _FED_BACK_SERIES * (rows_needed(spec, season=longest) + _MOST_BLOCKS * spec.trained_horizon)


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


def _joined(parts: Sequence[TrainingExamples]) -> TrainingExamples:
    names = ("inputs", "targets", "weights")
    return TrainingExamples(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


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
