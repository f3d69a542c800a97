"""The windowed data set for a person, as a table beside the series, and for a program, a row per example."""

import numpy as np

from forecast.data import results, written
from forecast.data.arrays import Flags, Integers, series_at
from forecast.data.cards import Section
from forecast.data.digits import MORE_PLACES, places_of
from forecast.data.panel import Panel
from forecast.data.results import ResultTable
from forecast.data.written import Labels
from forecast.explaining.windows import Examples
from forecast.phrases import counted

_GAP = 3
"""Columns between two columns of a table."""

_MOST = 12
"""Examples beside a series."""

_PLACES = 4
"""Decimal places shown; numbers with more have six digits."""

_HUGE = 1e15
"""Numbers from here on are written with an exponent, as in every table."""

_ROWS = 60
"""Rows of a series beside its examples."""


def windows_table(examples: Examples, panel: Panel) -> ResultTable:
    """A row per example: its id, origin (the newest row that is read), x1, x2, ... and y1, y2, ..."""
    inputs, targets = examples.inputs, examples.targets
    series = series_at(panel.bounds, examples.starts)
    columns = {f"x{index}": rows for index, rows in enumerate(inputs.T, start=1)}
    columns |= {f"y{index}": rows for index, rows in enumerate(targets.T, start=1)}
    table: ResultTable = {}
    for name, ids in results.id_columns(panel.columns, panel.ids, (*columns, "origin")).items():
        table[name] = ids[series]
    table["origin"] = written.times_column(panel.times[inputs[:, -1]], panel.frequency)
    return table | {name: _values(panel, rows) for name, rows in columns.items()}


def _values(panel: Panel, rows: Integers) -> Labels:
    if panel.target.classes:
        return np.array([panel.target.classes[int(value)] for value in panel.values[rows]], dtype=object)
    return written.numbers_column(panel.values)[rows]  # type: ignore[return-value]


def windows_section(examples: Examples, panel: Panel, width: int) -> Section:
    """The series in the first columns, and as many of its examples beside it as `width` has room for.

    `panel` and `examples` are of one series.
    """
    spec, count = examples.windows, len(examples.starts)
    texts = _texts(panel)
    times = written.times_column(panel.times, panel.frequency)
    time, target = results.time_name(panel.columns, [panel.columns.target or ""]), panel.columns.target
    cell = max(len("9999"), *(len(text) for text in texts[: _ROWS + 1])) + 2
    first = max(len(time), *(len(str(each)) for each in times)) + _GAP + max(len(str(target)), cell)
    shown = max(1, min(count, _MOST, (width - first) // (cell + _GAP)))
    rows = min(spec.window + spec.horizon + shown - 1, _ROWS, len(texts))
    table: ResultTable = {
        time: times[:rows],
        str(target): np.array([text.rjust(cell - 2) for text in texts[:rows]], dtype=object),
    }
    colored: dict[str, Flags] = {}
    for example in range(shown):
        rows_read = np.arange(rows) - example
        predicted = (rows_read >= spec.window) & (rows_read < spec.window + spec.horizon)
        here = (rows_read >= 0) & (rows_read < spec.window + spec.horizon)
        marks = np.where(predicted, "> ", "  ")
        table[f"#{example + 1}"] = np.array(
            [
                f"{mark}{text.rjust(cell - 2)}" if used else ""
                for mark, text, used in zip(marks, texts, here, strict=False)
            ],
            dtype=object,
        )
        colored[f"#{example + 1}"] = predicted
    return Section(_above(examples, panel), table, _below(examples, panel, shown, rows), colored)


def _texts(panel: Panel) -> list[str]:
    """The values, in one form for all."""
    if panel.target.classes:
        return [panel.target.classes[int(value)] for value in panel.values.tolist()]
    numbers = written.numbers_column(panel.values)
    if numbers.dtype.kind == "i":
        return [f"{number:,}" for number in numbers.tolist()]
    places = int(places_of(panel)[0]) - MORE_PLACES
    return [
        f"{number:,.{places}f}" if places <= _PLACES and abs(number) < _HUGE else f"{number:.6g}"
        for number in numbers.tolist()
    ]


def _above(examples: Examples, panel: Panel) -> tuple[str, ...]:
    spec, rows = examples.windows, len(panel.values)
    ahead = "row" if spec.horizon == 1 else f"{spec.horizon} rows"
    return (
        f"{rows:,} rows become {counted(len(examples.starts), 'example')}: {rows:,} - window "
        f"{spec.window} - horizon {spec.horizon} + 1. Each reads {counted(spec.window, 'row')}, then "
        f"predicts the next {ahead}, marked >.",
    )


def _below(examples: Examples, panel: Panel, shown: int, rows: int) -> tuple[str, ...]:
    lines = []
    left, rest = len(examples.starts) - shown, len(panel.values) - rows
    if left or rest:
        lines.append(
            f"not shown   {counted(left, 'more example')} and {counted(rest, 'row')}: --format csv has all, "
            "one example a line"
        )
    return (
        *lines,
        "overlap     each example begins one row after the one before it: they share all rows but one",
        "row         is read as changes around its level in typical sizes, not as these numbers: see "
        "explain step",
    )
