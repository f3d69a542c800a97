"""The memory of a fitted network: how much of what it read at each step is left in its answer."""

from dataclasses import dataclass

import numpy as np

from forecast.classification.classifier import softmax
from forecast.data.arrays import Floats, Times
from forecast.data.panel import Panel
from forecast.explaining.passes import InputGradient, input_gradient, run_network
from forecast.explaining.window import WindowRead, window_read
from forecast.features.inputs import InputArray, season_of
from forecast.features.sensitivity import value_gradient
from forecast.features.target import feature_columns, feature_count
from forecast.forecasters.combination import Combination
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.spec.model import ModelSpec, NetworkSpec


@dataclass(frozen=True, slots=True)
class Memory:
    """What one network remembers of the newest window of one series; all arrays have the newest row first."""

    name: str
    """Of the network among the members of its model: gru, pretrained, ..."""
    spec: ModelSpec
    networks: int
    """Of this shape, whose outputs are averaged."""
    channels: int
    """Numbers and codes that it reads of each row."""
    taken_off: tuple[str, ...]
    """Parts of the series that are taken off before it is read, in words."""
    times: Times
    """(window,)"""
    left: Floats
    """(horizon, window) size of the gradient of the outputs of each step of the horizon with respect to the
    inputs of a row, through the recurrent state, relative to that of the newest row; 0 without any."""
    effects: Floats | None
    """(horizon, window) change of the forecast for a value that is 1 larger; None for classes."""
    older: Floats | None
    """(horizon,) the same for all values before the window together: in levels, scales and volatilities."""

    @property
    def shape(self) -> NetworkSpec:
        """Cell and units."""
        return self.spec.network

    @property
    def half_lives(self) -> Floats:
        """(horizon,) steps after which less than half is left, for good; infinite beyond the window."""
        return np.array([_half_life(left) for left in self.left])


def memories(model: RecurrentForecaster, history: Panel) -> tuple[Memory, ...]:
    """The memory of each network of a model, for the one series of `history`; () where it has none."""
    return tuple(memory(network, history, model.combination) for _, network in model.combination.networks)


def memory(network: Network, history: Panel, combination: Combination | None = None) -> Memory:
    """The memory of one network, for the one series of `history`.

    The gradients are exact. As a member of a `combination` the network reads a series without outliers,
    offset and long seasons: these are held constant, and the effects are those of what is left.
    """
    spec, read = network.spec, window_read(network, history, combination)
    gradients, outputs = _gradients(network, read.window)
    effects = older = None
    if read.inputs.target_features is not None:
        values = _effects(network, read, gradients, outputs)
        steps = len(read.window)
        effects, older = values[:, ::-1][:, :steps], values[:, :-steps].sum(axis=1)
    return Memory(
        name=read.name,
        spec=spec,
        networks=len(network.members),
        channels=read.window.shape[1],
        taken_off=read.taken_off,
        times=read.times[::-1],
        left=_left(spec.trained_horizon, gradients),
        effects=effects,
        older=older,
    )


def _gradients(network: Network, window: InputArray) -> tuple[list[InputGradient], Floats]:
    """For each of the averaged networks the gradient of its outputs, and the mean outputs.

    Of classes it is that of their probabilities.
    """
    spec, found, outputs = network.spec, [], np.zeros(network.spec.outputs)
    for weights in network.members:
        answer = run_network(spec, weights, window[None]).outputs[0, -1]
        costs = np.eye(len(answer))
        if spec.target.classes:
            costs = _slopes_of_probabilities(answer, spec.trained_horizon)
        found.append(input_gradient(spec, weights, window, costs))
        outputs += answer / len(network.members)
    return found, outputs


def _slopes_of_probabilities(logits: Floats, horizon: int) -> Floats:
    """(outputs, outputs) derivative of each probability with respect to each logit."""
    probabilities = softmax(logits.reshape(horizon, -1))
    slopes = np.zeros((len(logits), len(logits)))
    classes = probabilities.shape[1]
    for step, each in enumerate(probabilities):
        here = slice(step * classes, (step + 1) * classes)
        slopes[here, here] = np.diag(each) - np.outer(each, each)
    return slopes


def _left(horizon: int, gradients: list[InputGradient]) -> Floats:
    """See `Memory.left`: root mean squares over the averaged networks."""
    squares = sum((each.by_state**2).sum(axis=2) for each in gradients)
    sizes = np.sqrt(np.asarray(squares).reshape(horizon, -1, np.shape(squares)[1]).sum(axis=1))[:, ::-1]
    newest = sizes[:, :1]
    return np.where(newest > 0, sizes / np.where(newest > 0, newest, 1.0), 0.0)


def _effects(network: Network, read: WindowRead, gradients: list[InputGradient], outputs: Floats) -> Floats:
    """(horizon, rows) derivatives of the forecast with respect to all values that it depends on."""
    spec, panel, features = network.spec, read.panel, read.inputs.target_features
    assert features is not None  # outputs are values
    season = int(np.broadcast_to(season_of(panel, spec), len(panel))[0])
    if spec.season is None:
        columns = feature_columns(season, spec.trained_horizon)
    else:
        columns = np.arange(feature_count(season, spec.trained_horizon))
    mean = np.mean([each.whole[..., columns] for each in gradients], axis=0)
    effects = value_gradient(panel.values, features, outputs, mean, season=season)
    return np.where(read.is_outlier, 0.0, effects)


def _half_life(left: Floats) -> float:
    """Steps until less than half is left, interpolated in logarithms; see `Memory.half_lives`."""
    (above,) = np.nonzero(left >= 0.5)
    if not len(above):
        return 0.0
    last = int(above[-1])
    if last + 1 == len(left):
        return float("inf")
    before, after = left[last], max(left[last + 1], 1e-12)
    return last + float(np.log(before / 0.5) / np.log(before / after))
