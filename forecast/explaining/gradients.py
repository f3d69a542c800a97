"""A lesson on gradients through time: how much of an error reaches the row that was read first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.data.arrays import Floats
from forecast.errors import DataError
from forecast.explaining.lessons import Draw, SmallNetwork, drawn_from, loss_gradient, train
from forecast.phrases import counted
from forecast.spec.model import CELLS, Cell

UPDATES = 150
"""Updates of each training."""

LARGE = 2.0
"""Factor on the recurrent weights of a SimpleRNN that starts with large ones."""

LEAST_EXAMPLES = 10
"""Windows that a training on rows in their order needs."""

_JUDGED = 256
"""Windows whose gradients and errors are shown."""

WINDOWS = (8, 16, 32, 64)


Ask = Literal["first", "next"]
Gates = Literal["open", "keras"]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is trained and asked."""

    cells: tuple[Cell, ...] = CELLS
    windows: tuple[int, ...] = WINDOWS
    ask: Ask = "first"
    """The value that was read first, of rows drawn at random, so that only memory can tell; or the next
    value, of rows in their order."""
    gates: Gates = "open"
    """Whether the gates that keep the state start open for the length of the window, or as in Keras."""
    clip: float = 1.0
    """Norm to which gradients are clipped; 0 for not at all."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class GradientProfile:
    """One cell that was trained on windows of one length."""

    cell: Cell
    large: bool
    """Whether its recurrent weights are `LARGE` times as large at the start."""
    window: int
    start: Floats
    """(window,) norm of the loss gradient by the state after each step, newest first, before training."""
    trained: Floats
    """The same after training."""
    error: float
    """Mean squared error after training, as a share of that of guessing the mean."""
    largest: float
    """Largest norm of the gradient of all weights in the training; infinite where it overflowed."""
    used: float
    """Largest norm after clipping."""


def usable_windows(rows: int, wanted: Sequence[int], ask: Ask) -> tuple[int, ...]:
    """The lengths `wanted`, or the default ones; a `DataError` where there are too few rows for them.

    Rows drawn at random make windows of any length.
    """
    most = rows - LEAST_EXAMPLES if ask == "next" else max(WINDOWS) * rows
    windows = tuple(wanted) or tuple(window for window in WINDOWS if window <= most)
    if not windows or max(windows) > most:
        longest = max(windows, default=min(WINDOWS))
        raise DataError(
            f"{counted(rows, 'row')} are too few: a window of {longest} needs {longest + LEAST_EXAMPLES}",
            hint="give a smaller --window, or --ask first",
        )
    return windows


def profiles(values: Floats, lesson: Lesson) -> Iterator[GradientProfile]:
    """Train each cell at each length on windows of `values`, (rows,), which are standardized.

    A SimpleRNN is also trained from recurrent weights that are `LARGE` times as large.
    """
    # Scaled first, by a power of two, which rounds nothing: squares near 1e308 overflow.
    values = np.ldexp(values, -np.frexp(np.abs(values).max(initial=0.0))[1])
    spread = float(values.std())
    if not spread > 0:
        raise DataError("the series is constant: there is nothing to remember", hint="choose another series")
    series = (values - values.mean()) / spread
    for window in lesson.windows:
        draw = _first(series, window) if lesson.ask == "first" else _next(series, window)
        for cell in lesson.cells:
            for large in (False, True) if cell == "simple-rnn" else (False,):
                yield _profile(cell, window, draw, lesson, large=large)


def _first(series: Floats, window: int) -> Draw:
    def draw(random: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        read = series[random.integers(len(series), size=(count, window))]
        return read, read[:, :1]

    return draw


def _next(series: Floats, window: int) -> Draw:
    starts = np.arange(len(series) - window)
    return drawn_from(series[starts[:, None] + np.arange(window)], series[starts + window][:, None])


def _profile(cell: Cell, window: int, draw: Draw, lesson: Lesson, *, large: bool) -> GradientProfile:
    network = SmallNetwork.random(
        cell,
        seed=lesson.seed,
        scale=LARGE if large else 1.0,
        remembers=window if lesson.gates == "open" else None,
    )
    read, targets = draw(np.random.default_rng(lesson.seed), _JUDGED)
    start = loss_gradient(network, read, targets)
    done = train(network, draw, updates=UPDATES, clip=lesson.clip, seed=lesson.seed + 1)
    with np.errstate(over="ignore", invalid="ignore"):
        trained = loss_gradient(done.network, read, targets)
    largest = done.largest if np.isfinite(done.norms).all() else float("inf")
    return GradientProfile(
        cell=cell,
        large=large,
        window=window,
        start=start.by_distance,
        trained=trained.by_distance,
        error=trained.loss / max(float(targets.var()), 1e-12),
        largest=largest,
        used=min(largest, lesson.clip) if lesson.clip else largest,
    )
