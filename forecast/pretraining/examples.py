"""The examples of a round: windows of its series, and later on some that end in the network's own forecasts.

Beyond its horizon a network reads its own forecasts. Trained on actual rows alone it has never seen such a
window; here it has, so that it learns to forecast recursively.
"""

from collections.abc import Callable, Sequence

import numpy as np

from forecast.data.arrays import Integers
from forecast.data.panel import Panel
from forecast.features.inputs import TrainingExamples, read_inputs, rows_needed, training_examples
from forecast.features.windows import windows_of
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import Weights
from forecast.network.rounds import RoundExamples
from forecast.spec.model import ModelSpec

_RECURSIVE_SERIES = 500
"""Series with forecasts at their end, in a round."""

MOST_BLOCKS = 3
"""Most blocks of forecasts at the end of a series."""

_LONGEST_SEASON = 52
"""That of a network for all seasons."""


def round_examples(
    spec: ModelSpec, panel: Panel, *, seed: int, weights: Callable[[], Weights] | None
) -> RoundExamples:
    """All windows of a panel, and recursive ones of the network with these weights, if given."""
    examples, windows = training_examples(panel, spec), windows_of(panel, spec)
    batch = windows.batch(np.arange(len(windows)))
    normal = np.array([batch.starts, batch.steps])
    if weights is None:
        return RoundExamples(examples, normal)
    network = Network(spec, (weights(),))
    more, recursive = recursive_examples(network, panel, np.random.default_rng(seed))
    recursive[0] += len(examples.inputs)
    return RoundExamples(_joined([examples, more]), normal, recursive)


def recursive_examples(
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
    for blocks in range(1, MOST_BLOCKS + 1):
        long = np.flatnonzero(panel.lengths >= (blocks + 2) * block + 12)
        if not len(long):
            continue
        chosen = panel.select(
            random.choice(long, min(len(long), _RECURSIVE_SERIES // MOST_BLOCKS), replace=False)
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


def most_recursive_rows(spec: ModelSpec) -> int:
    """Most rows of `recursive_examples`: room for them, so that all rounds have one shape."""
    longest = _LONGEST_SEASON if spec.season is None else spec.season
    return _RECURSIVE_SERIES * (rows_needed(spec, season=longest) + MOST_BLOCKS * spec.trained_horizon)


def _joined(parts: Sequence[TrainingExamples]) -> TrainingExamples:
    names = ("inputs", "targets", "weights")
    return TrainingExamples(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
