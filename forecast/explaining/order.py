"""A lesson on order: what a recurrent and a dense network lose when the past is shuffled, or is longer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats
from forecast.errors import DataError, MissingExtra
from forecast.explaining.lessons import SmallNetwork, drawn_from, train
from forecast.phrases import counted
from forecast.spec.model import Cell

UPDATES = 250

SEEDS = 3
"""Trainings whose errors are averaged."""

_TRAINED = 0.8
"""Share of the rows whose windows are trained on; the newest ones are judged."""

_LEAST_ROWS = 24

Predict = Callable[[Floats], Floats]
"""Forecasts, (batch,), from windows, (batch, steps)."""


@dataclass(frozen=True, slots=True)
class OrderLesson:
    """Mean absolute errors of forecasts one row ahead, in the units of the data."""

    cell: Cell
    window: int
    sizes: tuple[int, int]
    """Weights of the recurrent network and of the dense one."""
    last_value: float
    """Error of repeating the last value."""
    in_order: tuple[float, float]
    """Of the recurrent and of the dense network, on windows in order."""
    shuffled: tuple[float, float]
    """Of the same networks on the same windows, the rows of each in random order."""
    trained_shuffled: tuple[float, float]
    """Of networks that were trained on shuffled windows too."""
    by_length: tuple[tuple[int, float], ...]
    """Length of the windows and error of the recurrent network, which was trained on one length."""


def order_lesson(values: Floats, window: int, cell: Cell, *, seed: int) -> OrderLesson:
    """Train both networks on the older windows of `values`, (rows,), and judge them on the newest.

    Both read the values of a window as differences from its last one, which they are given as the reference
    whatever the order. Needs scikit-learn, else `MissingExtra`.
    """
    dense_of = _dense_trainer()
    first_judged = int(_TRAINED * len(values))
    if len(values) < _LEAST_ROWS or first_judged - window < window:
        raise DataError(
            f"{counted(len(values), 'row')} are too few to train on windows of {window} and judge on others",
            hint="give a smaller --window" if len(values) >= _LEAST_ROWS else "give more rows",
        )
    unit = float(np.abs(np.diff(values[:first_judged])).mean())
    if not unit > 0:
        raise DataError("the series is constant: there is nothing to forecast", hint="choose another series")
    windows, targets = _examples(values / unit, window)
    old = first_judged - window
    mixed = np.random.default_rng(seed).permuted(windows, axis=1)
    kinds = (windows, mixed)
    errors: list[list[float]] = []
    lengths = sorted({max(2, window // 4), max(2, window // 2), window, 2 * window, 4 * window})
    lengths = [length for length in lengths if length < first_judged]
    sizes = (0, 0)
    for number in range(seed, seed + SEEDS):
        networks = []
        for read in kinds:
            recurrent = _recurrent(cell, read[:old], targets[:old], number)
            dense, dense_size = dense_of(read[:old], targets[:old], recurrent.size, number)
            networks.append((_predictor(recurrent), dense))
            sizes = (recurrent.size, dense_size)
        (in_order, after_shuffling) = networks
        judged = [
            *(_error(network, windows[old:], targets[old:]) for network in in_order),
            *(_error(network, mixed[old:], targets[old:]) for network in in_order),
            *(_error(network, mixed[old:], targets[old:]) for network in after_shuffling),
        ]
        for length in lengths:
            read, ahead = _examples(values / unit, length)
            judged.append(_error(in_order[0], read[first_judged - length :], ahead[first_judged - length :]))
        errors.append(judged)
    mean = (unit * np.mean(errors, axis=0)).tolist()
    return OrderLesson(
        cell=cell,
        window=window,
        sizes=sizes,
        last_value=unit * float(np.abs(targets[old:]).mean()),
        in_order=(mean[0], mean[1]),
        shuffled=(mean[2], mean[3]),
        trained_shuffled=(mean[4], mean[5]),
        by_length=tuple(zip(lengths, mean[6:], strict=True)),
    )


def _examples(values: Floats, window: int) -> tuple[Floats, Floats]:
    """Windows, (examples, window), and the next values, (examples,), as differences from the last value."""
    starts = np.arange(len(values) - window)
    read, last = values[starts[:, None] + np.arange(window)], values[starts + window - 1]
    return read - last[:, None], values[starts + window] - last


def _error(network: Predict, windows: Floats, targets: Floats) -> float:
    return float(np.abs(network(windows) - targets).mean())


def _recurrent(cell: Cell, windows: Floats, targets: Floats, seed: int) -> SmallNetwork:
    draw = drawn_from(windows, targets[:, None])
    start = SmallNetwork.random(cell, seed=seed)
    return train(start, draw, updates=UPDATES, clip=1.0, seed=seed).network


def _predictor(network: SmallNetwork) -> Predict:
    return lambda windows: network.outputs(windows)[:, 0]


_DenseTrainer = Callable[[Floats, Floats, int, int], tuple[Predict, int]]
"""Windows, targets, the number of weights to come near to, and a seed -> the network and its weights."""


def _dense_trainer() -> _DenseTrainer:
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPRegressor
    except ImportError:
        raise MissingExtra(
            "the dense network is one of scikit-learn", hint="pip install 'forecast-rnn[explain]'"
        ) from None
    import warnings

    def fitted(windows: Floats, targets: Floats, size: int, seed: int) -> tuple[Predict, int]:
        steps = windows.shape[1]
        hidden = max(1, round((size - 1) / (steps + 2)))
        network = MLPRegressor(
            hidden_layer_sizes=(hidden,), learning_rate_init=0.003, max_iter=300, random_state=seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(windows, targets)
        return network.predict, hidden * (steps + 2) + 1

    return fitted


def lengths_of(lesson: OrderLesson) -> Sequence[tuple[int, float, float | None]]:
    """Length, error of the recurrent network, and that of the dense one, which has one length only."""
    return [
        (length, error, lesson.in_order[1] if length == lesson.window else None)
        for length, error in lesson.by_length
    ]
