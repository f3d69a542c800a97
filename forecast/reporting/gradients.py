"""Gradients through time for a person, as a table with bars, and for a program."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from forecast.data.cards import Section
from forecast.data.results import ResultTable
from forecast.explaining.gradients import LARGE, UPDATES, GradientProfile, Lesson
from forecast.explaining.lessons import UNITS
from forecast.forecasters.recurrent import CELL_NAMES
from forecast.phrases import listed
from forecast.reporting.bars import bar

if TYPE_CHECKING:
    from forecast.output.writing import Json

_DECADES = 7
"""Powers of ten under 1 at which a bar has no length; one block is a power of ten."""


def gradients_table(found: Sequence[GradientProfile]) -> ResultTable:
    """Columns cell, start, window, steps_ago, gradient_start, gradient_trained: a row for each step."""
    windows = [each.window for each in found]
    return {
        "cell": np.repeat(np.array([each.cell for each in found], dtype=object), windows),
        "start": np.repeat(np.array([_start(each) for each in found], dtype=object), windows),
        "window": np.repeat(np.array(windows), windows),
        "steps_ago": np.concatenate([np.arange(1, window + 1) for window in windows]),
        "gradient_start": np.concatenate([each.start for each in found]),
        "gradient_trained": np.concatenate([each.trained for each in found]),
    }


def _start(profile: GradientProfile) -> str:
    return "large" if profile.large else "usual"


def gradients_facts(found: Sequence[GradientProfile]) -> "list[Json]":
    """Error and largest gradients of each training; one that overflowed is null."""
    return [
        {
            "cell": each.cell,
            "start": _start(each),
            "window": each.window,
            "error": _finite(each.error),
            "largest_gradient": _finite(each.largest),
            "largest_used": _finite(each.used),
        }
        for each in found
    ]


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None


def gradients_section(found: Sequence[GradientProfile], lesson: Lesson, target: str) -> Section:
    """One line for each cell and length: what reaches the row that was read first."""
    start, trained = ([_ratio(each) for each in _both(found, name)] for name in ("start", "trained"))
    windows = [str(each.window) for each in found]
    first = [index == 0 or windows[index - 1] != window for index, window in enumerate(windows)]
    table: ResultTable = {
        name: np.array(column, dtype=object)
        for name, column in {
            "rows": [window if shown else "" for window, shown in zip(windows, first, strict=True)],
            "cell": [f"{CELL_NAMES[each.cell]}{f' x {LARGE:g}' if each.large else ''}" for each in found],
            "at start": [_short(ratio) for ratio in start],
            "": [_drawn(ratio) for ratio in start],
            "trained": [_short(ratio) for ratio in trained],
            "error": [_error(each.error) for each in found],
            "largest": [_largest(each, lesson.clip) for each in found],
        }.items()
    }
    return Section(_above(lesson, target), table, _below(lesson), spare=("largest",))


def _both(found: Sequence[GradientProfile], name: str) -> list[np.ndarray]:
    return [getattr(each, name) for each in found]


def _ratio(norms: np.ndarray) -> float:
    """What reaches the oldest step, relative to the newest."""
    with np.errstate(all="ignore"):
        return float(norms[-1] / norms[0])


def _short(number: float) -> str:
    if not np.isfinite(number):
        return "overflow"
    return f"{number:.0e}" if number and not 0.01 <= number < 100 else f"{number:.2g}"


def _drawn(ratio: float) -> str:
    if not np.isfinite(ratio) or ratio <= 0:
        return ""
    blocks = np.clip(_DECADES + np.log10(ratio), 0, _DECADES + 4)
    return bar(float(blocks) / (_DECADES + 4), _DECADES + 4)


def _error(error: float) -> str:
    return f"{100 * error:3.0f} %" if error < 10 else "lost"


def _largest(profile: GradientProfile, clip: float) -> str:
    text = _short(profile.largest)
    return f"{text} -> {clip:g}" if clip and profile.largest > clip else text


def _above(lesson: Lesson, target: str) -> tuple[str, ...]:
    asked = "is asked for the next one"
    if lesson.ask == "first":
        asked = "drawn at random, and is asked for the first: only memory can tell"
    return (
        f"Each network of {UNITS} units reads so many values of {listed([target])}, {asked}. How much of its "
        "error reaches the row that it read first?",
    )


def _below(lesson: Lesson) -> tuple[str, ...]:
    gates = (
        "of LSTM and GRU start open: they pass the state, and its gradient, on unchanged"
        if lesson.gates == "open"
        else "of LSTM and GRU start as in Keras, half open or little more: --gates open opens them"
    )
    largest = "gradient of all weights in the training, and what clipping makes of it: --clip 0 does not clip"
    if not lesson.clip:
        largest = "gradient of all weights in the training, none of it clipped: --clip 1 is the cure"
    return (
        "at start    gradient of the loss at the row read first, relative to the newest row: 1 is all of it, "
        "a block of the bar is a power of ten; near 0 it vanishes, far over 1 it explodes",
        f"trained     the same after {UPDATES} updates",
        "error       of the answer then, in percent of guessing the mean: 100 % is nothing remembered",
        f"largest     {largest}",
        f"x {LARGE:g}         recurrent weights that are {LARGE:g} times as large at the start",
        f"gates       {gates}",
    )
