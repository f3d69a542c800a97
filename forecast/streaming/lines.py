"""A line of CSV or JSON as an observation, read as the model reads files; a `DataError` for another line."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import numpy as np

from forecast.data.arrays import LARGEST, Floats
from forecast.data.results import TIME
from forecast.errors import DataError
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import JOINER, counted, listed
from forecast.reading.classes import EVENT_OF_TEXT
from forecast.reading.time_steps import parse_times
from forecast.spec.reading import NO_TIME, Notation
from forecast.streaming.stream import Observation
from forecast.tables import numbers
from forecast.tables.columns import CellError
from forecast.tables.delimited import read_table
from forecast.tables.source import open_source

LONGEST = 1 << 20
"""Most bytes in a line."""

DELIMITERS = ",;\t|"

VALUE = "value"
"""The column of numbers where the model was trained on one column for each series."""

_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_NOTHING = np.empty(0)

UNKNOWN_NAMED = 5
"""Texts that the model does not know and that are named, of however many."""


class Lines:
    """What the fields of a line mean."""

    def __init__(self, model: RecurrentForecaster, notation: Notation, names: tuple[str, ...] = ()) -> None:
        """`names` are the columns of an earlier stream, for lines without a header."""
        columns, spec = model.read.columns, model.spec
        self._model, self._notation = model, notation
        self._ids = columns.series_names
        is_counted = columns.time in (None, NO_TIME) or spec.target.kind == "label"
        self._time = None if is_counted else columns.time
        if self._time is None and not is_counted and model.read.wide:
            self._time = TIME
        self._target = None if spec.target.kind == "label" else columns.target or VALUE
        self._covariates = tuple((each.name, each.categories) for each in spec.covariates)
        self._classes = _classes(model)
        self._codes = [{text: code for code, text in enumerate(texts)} for _, texts in self._covariates]
        times = () if self._time is None else tuple(self._time.split(JOINER))
        target = () if self._target is None else (self._target,)
        self.needed = (*self._ids, *times, *target, *(name for name, _ in self._covariates))
        """The columns that every line must have, in the order of lines without a header."""
        self.unknown: dict[tuple[str, str], bool] = {}
        """Column and text of the first few that the model does not know; whether it is still to be said."""
        self.names = names
        """The columns of the lines, once they are known."""
        self.has_header = False
        self._delimiter = notation.delimiter or ""
        self._is_json: bool | None = None
        self._where: dict[str, int] = {}
        self._last_time: tuple[str, int] = ("", 0)
        self._plain = notation.decimal in (None, ".") and notation.thousands is None
        if names:
            self._set(names)

    def parse(self, line: str) -> Observation | None:
        """The observation in a line; None for the header and a blank line."""
        if not line.strip():
            return None
        if self._is_json is None:
            self._is_json = line.lstrip().startswith("{")
        if self._is_json:
            return self._of_record(_record(line))
        fields = self._fields(line)
        if fields is None:
            return None
        where = self._where
        return self._observation({name: fields[where[name]] for name in self.needed})

    def _fields(self, line: str) -> list[str] | None:
        """The fields of a line of CSV; None for a header."""
        if not self._delimiter:
            counts = {mark: line.count(mark) for mark in DELIMITERS}
            self._delimiter = max(DELIMITERS, key=lambda mark: counts[mark])
        if '"' in line:
            fields = next(csv.reader([line], delimiter=self._delimiter))
        else:
            fields = line.split(self._delimiter)
        if not self.names or not self.has_header:
            stripped = tuple(field.strip() for field in fields)
            if set(self.needed) <= set(stripped):
                self._set(stripped)
                self.has_header = True
                return None
            if not self.names and len(fields) != len(self.needed):
                raise DataError(
                    f"the first line has neither the columns' names nor {counted(len(self.needed), 'field')}",
                    hint=f"the model reads {listed(self.needed)}",
                )
            self._set(self.names or self.needed)
            self.has_header = True
        if len(fields) != len(self.names):
            raise DataError(f"{counted(len(fields), 'field')}, and the header has {len(self.names)}")
        if fields[0].strip() == self.names[0] and tuple(field.strip() for field in fields) == self.names:
            return None  # the header again, as where files are joined
        return fields

    def _set(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._where = {name: names.index(name) for name in self.needed}

    def _of_record(self, record: dict[str, Any]) -> Observation:
        missing = [name for name in self.needed if name not in record]
        optional = {name for name, _ in self._covariates} | {self._target}
        if lacking := [name for name in missing if name not in optional or name == self._target]:
            raise DataError(f"there is no {listed(lacking)} in it", hint=f"it has {listed([*record])}")
        self.names = self.names or tuple(record)
        return self._observation({name: _text(record.get(name)) for name in self.needed})

    def _observation(self, fields: dict[str, str]) -> Observation:
        ids = [fields[name] for name in self._ids]
        id = ids[0] if len(ids) == 1 else JOINER.join(ids)
        if self._ids and not id.strip():
            raise DataError("the id is missing")
        time = None if self._time is None else self._time_of(fields)
        value = 0.0 if self._target is None else self._value_of(fields[self._target])
        if not self._covariates:
            return Observation(id, time, value, _NOTHING)
        return Observation(id, time, value, self._covariates_of(fields))

    def _value_of(self, text: str) -> float:
        if self._classes is not None:
            return self._class_of(text)
        return self._number(text, self._target or VALUE)

    def _class_of(self, text: str) -> float:
        stripped = text.strip()
        classes = self._classes or {}
        if stripped in classes:
            return classes[stripped]
        if stripped.lower() in classes and self._model.spec.target.is_event:
            return classes[stripped.lower()]
        if numbers.is_missing(stripped, self._notation.missing_marks):
            return float("nan")
        names = listed([*self._model.spec.target.classes])
        raise DataError(f'"{text}" is not one of the classes of the model: {names}')

    def _number(self, text: str, column: str) -> float:
        """The number in a text, NaN where it is missing."""
        text = text.strip()
        if self._plain and text and numbers.PLAIN_CHARACTERS.issuperset(text):
            try:
                value = float(text)
            except ValueError:
                value = np.nan
            if abs(value) <= LARGEST:
                return value
        if numbers.is_missing(text, self._notation.missing_marks):
            return float("nan")
        try:
            return float(numbers.parse([text], self._notation, delimiter=self._delimiter or ",").values[0])
        except CellError as error:
            raise DataError(f'column "{column}": {error.message}', hint=error.hint) from None

    def _covariates_of(self, fields: dict[str, str]) -> Floats:
        found = []
        for (name, categories), codes in zip(self._covariates, self._codes, strict=True):
            text = fields[name]
            found.append(self._code(name, text, codes) if categories else self._number(text, name))
        return np.array(found)

    def _code(self, column: str, text: str, codes: dict[str, int]) -> float:
        """The index of a text; of one that the model does not know `len(codes)`, of a missing one NaN."""
        if text in codes:
            return float(codes[text])
        if not text.strip() or text in self._notation.missing_marks:
            return float("nan")
        if len(self.unknown) < UNKNOWN_NAMED:
            self.unknown.setdefault((column, text), True)
        return float(len(codes))

    def _time_of(self, fields: dict[str, str]) -> int:
        """The time of a line as a number."""
        assert self._time is not None
        names = self._time.split(JOINER)
        text = fields[names[0]].strip() if len(names) == 1 else "\0".join(fields[name] for name in names)
        if text == self._last_time[0]:
            return self._last_time[1]
        frequency, number = self._model.frequency, None
        if len(names) == 1 and self._notation.date_format is None:
            if frequency.form == "integer":
                number = int(text) if re.fullmatch("-?[0-9]{1,15}", text) else None
            elif _ISO.fullmatch(text) and frequency.form != "month":
                number = _seconds(text, has_zone=frequency.offset_seconds is not None)
        if number is None:
            number = self._slowly([fields[name] for name in names])
        self._last_time = (text, number)
        return number

    def _slowly(self, texts: list[str]) -> int:
        """The time that the reader of files finds."""
        assert self._time is not None
        names, written = self._time.split(JOINER), io.StringIO()
        csv.writer(written).writerows([names, texts])
        notation = Notation(date_format=self._notation.date_format, day_first=self._notation.day_first)
        try:
            table = read_table(open_source(io.BytesIO(written.getvalue().encode())), notation)
            column = table.column(self._time)
            times = parse_times(table, column, self._model.frequency, notation)
        except DataError as error:
            raise DataError(f"time: {error.message}", hint=error.hint) from None
        return int(times.times[column.codes[0]].astype(np.int64))


def _seconds(text: str, *, has_zone: bool) -> int | None:
    """Seconds since 1970 of a plain time; None for what the reader of files must see."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if (moment.tzinfo is not None) != has_zone:
        return None
    zoned = moment if has_zone else moment.replace(tzinfo=UTC)
    return int((zoned - _EPOCH).total_seconds())


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _classes(model: RecurrentForecaster) -> dict[str, float] | None:
    """The index of each class, by the texts that mean it; None for numbers."""
    target = model.spec.target
    if target.kind != "class":
        return None
    found = {name: float(index) for index, name in enumerate(target.classes)}
    if target.is_event:
        found |= {text: found[name] for text, name in EVENT_OF_TEXT.items()}
    return found


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"it is no JSON object: {error}") from None
    if not isinstance(record, dict):
        raise DataError("it is no JSON object")
    return record


def _text(value: object) -> str:
    """A JSON value as the text that CSV would have."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise DataError("a value is a list or an object, and not one number or text")
    return value if isinstance(value, str) else repr(value)
