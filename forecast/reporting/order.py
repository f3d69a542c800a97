"""The lesson on order for a person and for a program."""

import numpy as np

from forecast.data.cards import Section
from forecast.data.results import ResultTable
from forecast.explaining.lessons import UNITS
from forecast.explaining.order import OrderLesson, lengths_of
from forecast.forecasters.recurrent import CELL_NAMES
from forecast.phrases import counted, listed

_CLEAR = 1.1
"""Ratio of two errors from which one is said to be larger."""


def order_table(lesson: OrderLesson) -> ResultTable:
    """Columns past, window, recurrent, dense: mean absolute errors; NaN where a network cannot answer."""
    shuffled = [
        ("in order", lesson.in_order),
        ("shuffled", lesson.shuffled),
        ("trained shuffled", lesson.trained_shuffled),
    ]
    lengths = [(length, errors) for length, *errors in lengths_of(lesson) if length != lesson.window]
    rows = [
        *((past, lesson.window, *errors) for past, errors in shuffled),
        *(("in order", length, *errors) for length, errors in lengths),
    ]
    return {
        "past": np.array([row[0] for row in rows], dtype=object),
        "window": np.array([row[1] for row in rows]),
        "recurrent": np.array([row[2] for row in rows], dtype=np.float64),
        "dense": np.array([row[3] for row in rows], dtype=np.float64),
    }


def order_sections(lesson: OrderLesson, target: str) -> tuple[Section, Section]:
    """The past in order and shuffled, and windows of several lengths."""
    names = (f"{CELL_NAMES[lesson.cell]} {UNITS}", "dense")
    pairs = [lesson.in_order, lesson.shuffled, lesson.trained_shuffled]
    past = ["in order", "shuffled", "shuffled, and so in training"]
    recurrent, dense = np.array([*pairs, (lesson.last_value, lesson.last_value)]).T
    article = "an" if lesson.cell == "lstm" else "a"
    order = Section(
        (
            f"Two networks forecast the next {listed([target])} from the {lesson.window} values before it: "
            f"{article} {CELL_NAMES[lesson.cell]} reads them one after the other, a dense network all at "
            "once. Mean absolute error on the newest rows, which they have not seen:",
        ),
        {
            "past": np.array([*past, "only the last value, repeated"], dtype=object),
            f"{names[0]}": recurrent,
            f"{names[1]}": dense,
        },
        (
            f"weights     {lesson.sizes[0]:,} and {lesson.sizes[1]:,}; errors are means over several starts",
            f"order       {_verdict(lesson)}",
        ),
    )
    rows = lengths_of(lesson)
    lengths = Section(
        (f"The same networks, trained on {counted(lesson.window, 'row')}, with windows of other lengths:",),
        {
            "rows read": np.array([str(length) for length, *_ in rows], dtype=object),
            names[0]: np.array([error for _, error, _ in rows]),
            names[1]: np.array([np.nan if each is None else each for *_, each in rows]),
        },
        (
            "length      the loop goes on for as many rows as there are; a dense network has one weight per "
            f"row and takes {lesson.window} rows, no more and no fewer: a point is where it cannot answer",
        ),
    )
    return order, lengths


def _verdict(lesson: OrderLesson) -> str:
    """What the recurrent network's column says: every ratio is to the error on windows in order."""
    in_order, _ = lesson.in_order
    shuffled, trained, last = (
        error / max(in_order, 1e-300)
        for error in (lesson.shuffled[0], lesson.trained_shuffled[0], lesson.last_value)
    )
    alone = "the last value alone does as well" if last < _CLEAR else "what the values are tells most"
    if min(shuffled, trained) >= _CLEAR:
        weak = "" if last >= 1 / _CLEAR else ", but the last value alone does better than either"
        return (
            f"it matters: the same values shuffled make errors of the recurrent network {shuffled:.1f} times "
            f"as large, and still {trained:.1f} times if it was trained on shuffled ones{weak}"
        )
    if shuffled >= _CLEAR:
        few = "errors as small as" if trained > 1 / _CLEAR else "smaller errors than"
        return (
            f"it hardly matters here: trained in order, the network errs {shuffled:.1f} times as much on "
            f"shuffled values, but trained on shuffled ones it makes {few} with the order, and {alone}"
        )
    return f"it hardly matters here: {alone}"
