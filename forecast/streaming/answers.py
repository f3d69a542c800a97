"""Answers of a stream as lines: CSV or JSON, one for each row that is forecast."""

import json
import re
from typing import Literal

from forecast.data.digits import UNIT_FREE, UNROUNDED, Digits, significant
from forecast.data.results import time_name
from forecast.data.written import LARGEST_WHOLE
from forecast.phrases import JOINER
from forecast.streaming.stream import Answer, Stream

LineFormat = Literal["csv", "tsv", "jsonl"]

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)

ORIGIN = "origin"
"""The column of the newest row's time."""


class AnswerLines:
    """How the answers of a stream are written."""

    def __init__(self, stream: Stream, format: LineFormat, digits: Digits) -> None:
        columns, target = stream.model.tail.columns, stream.model.spec.target
        self._stream, self._format, self._digits = stream, format, digits
        self._delimiter = "\t" if format == "tsv" else ","
        self._special = re.compile(f'["\\r\\n{self._delimiter}]')
        self._ids = columns.series_names
        self._counted = stream.model.frequency.form == "integer"
        self._has_times = target.kind != "label"
        if target.is_event:
            results = ["probability"]
        elif target.classes:
            results = ["label", *(f"p_{name}" for name in target.classes)]
        else:
            results = [
                "forecast",
                *(f"{end}_{level:g}" for level in stream.levels for end in ("lower", "upper")),
            ]
        time = [time_name(columns, (ORIGIN, *results))] if self._has_times else []
        used = {ORIGIN, *time, *results}
        ids = [
            name if name not in used else next(f for f in ("series", "id", f"{name}_id") if f not in used)
            for name in self._ids
        ]
        self.names = [*ids, ORIGIN, *time, *results]
        """The columns."""

    @property
    def header(self) -> str:
        """The first line; "" for JSON."""
        if self._format == "jsonl":
            return ""
        return self._delimiter.join(self._quoted(name) for name in self.names) + "\n"

    def lines(self, answer: Answer) -> str:
        """The lines of an answer."""
        written = []
        ids = answer.id.split(JOINER) if len(self._ids) > 1 else [answer.id] if self._ids else []
        steps = len(answer.values)
        for step in range(steps):
            cells: list[str | float | int | None] = [*ids, self._time(answer.origin)]
            if self._has_times:
                cells.append(self._time(answer.times[step]))
            cells += self._results(answer, step)
            written.append(self._line(cells))
        return "".join(written)

    def _time(self, text: str) -> str | int:
        return int(text) if self._counted else text

    def _results(self, answer: Answer, step: int) -> list[str | float | int | None]:
        target = self._stream.model.spec.target
        if target.classes:
            shares = [self._share(each) for each in answer.values[step].tolist()]
            if target.is_event:
                return [shares[1]]
            return [target.classes[int(answer.values[step].argmax())], *shares]
        whole, places = self._stream.model.bounds.whole, answer.places
        numbers = [answer.values[step]]
        for lower, upper in zip(answer.lower, answer.upper, strict=True):
            numbers += [lower[step], upper[step]]
        return [self._number(float(number), places, whole=whole) for number in numbers]

    def _share(self, number: float) -> float:
        if self._digits == "full":
            return number
        return significant(number, UNIT_FREE if self._digits == "data" else self._digits)

    def _number(self, number: float, places: int, *, whole: bool) -> float | int | None:
        if number != number:
            return None
        if whole and number.is_integer() and abs(number) < LARGEST_WHOLE:
            return int(number)
        if self._digits == "full":
            return number
        if self._digits == "data":
            return number if places >= UNROUNDED else round(number, places) + 0.0
        return significant(number, self._digits)

    def _line(self, cells: list[str | float | int | None]) -> str:
        if self._format == "jsonl":
            return _ENCODER.encode(dict(zip(self.names, cells, strict=True))) + "\n"
        fields = [
            "" if cell is None else self._quoted(cell) if isinstance(cell, str) else repr(cell)
            for cell in cells
        ]
        return self._delimiter.join(fields) + "\n"

    def _quoted(self, text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if self._special.search(text) else text
