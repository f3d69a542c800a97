"""Forecasts by a file that holds a model for each value of a column: every series by that of its value."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast import workflow
from forecast.data.arrays import Integers
from forecast.data.results import ResultTable
from forecast.errors import DataError, ForecastError
from forecast.events import Event, FileFailed, Listener, SeriesSkipped, Warned, ignore
from forecast.phrases import listed, shown
from forecast.reading.opening import open_table
from forecast.reporting.history import read_as
from forecast.spec.reading import FutureMissing, ReadSpec
from forecast.spec.training import TrainRequest
from forecast.storage.groups import Groups
from forecast.tables.source import Source
from forecast.tables.table import Table

_LOOKED_AT = 20
"""Models that say how far ahead a group without one is forecast."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is forecast, for every group alike."""

    horizon: int | None = None
    levels: tuple[float, ...] = (80.0,)
    total: bool = False
    read: ReadSpec | None = None
    future_missing: FutureMissing | None = None


@dataclass(frozen=True, slots=True)
class GroupForecast:
    """The forecasts of all groups, one after another."""

    table: ResultTable
    places: Integers | None
    """(rows,) decimal places; None for probabilities."""
    series: int
    without_model: str = ""
    """A sentence about the values that have no model; "" where all have one."""


def predict(
    groups: Groups,
    source: Source | None,
    asked: Asked,
    future: Source | None = None,
    listener: Listener = ignore,
) -> GroupForecast:
    """The next values of every series by the model of its group; without data, after the rows kept.

    Values that have no model are forecast by what needs no training, with a warning; a `DataError` where no
    value has one, or where the column is missing. A group whose rows do not fit its model is left out, and
    the listener hears why.
    """
    if source is None:
        found = [_forecast(groups, value, None, None, asked, listener) for value in groups.values]
        return _joined(found)
    first = groups.model(groups.values[0])
    read = replace(read_as(first, asked.read), where=None)
    table = open_table(source, read)
    ahead = None if future is None else open_table(future, read)
    values = [text for text in sorted(table.column(groups.column).texts) if text]
    new = [value for value in values if value not in groups.values]
    if len(new) == len(values):
        raise DataError(
            f"none of the values of {shown(groups.column)} has a model: {listed(values)}",
            where=table.source,
            hint=f"{groups.path} has models of {listed(groups.values, most=20)}",
        )
    without = f"no model of {listed(new)}: forecast by what needs no training" if new else ""
    if without:
        listener(Warned(without))
    done = []
    failures = []
    for value in values:
        try:
            if value in groups.values:
                done.append(_forecast(groups, value, table, ahead, asked, listener))
            else:
                done.append(_untrained(groups, value, table, asked, listener))
        except ForecastError as error:
            failures.append(error)
            listener(FileFailed(value, str(error), error.hint))
    if not done:
        raise failures[0]
    return replace(_joined(done), without_model=without)


def _forecast(
    groups: Groups, value: str, table: Table | None, ahead: Table | None, asked: Asked, listener: Listener
) -> GroupForecast:
    found = workflow.predict(
        groups.model(value),
        table,
        read=asked.read,
        future=ahead,
        future_missing=asked.future_missing,
        horizon=asked.horizon,
        levels=asked.levels,
        total=asked.total,
        listener=_of(value, listener),
    )
    return GroupForecast(found.to_table(), found.row_places, len(found.ids))


def _untrained(groups: Groups, value: str, table: Table, asked: Asked, listener: Listener) -> GroupForecast:
    """The forecasts of a group without a model, as far ahead as most models forecast."""
    models = [groups.model(each) for each in groups.values[:_LOOKED_AT]]
    horizon = asked.horizon or Counter(model.horizon for model in models).most_common(1)[0][0]
    read = replace(read_as(models[0], asked.read).alone, where=(groups.column, value))
    request = TrainRequest(read=read, horizon=horizon)
    model = workflow.untrained_model(table, request, listener=_skipped_only(listener))
    found = workflow.predict(
        model, horizon=horizon, levels=asked.levels, total=asked.total, listener=_skipped_only(listener)
    )
    return GroupForecast(found.to_table(), found.row_places, len(found.ids))


def _of(value: str, listener: Listener) -> Listener:
    """The listener, which hears warnings of the group, and of each series skipped."""

    def listen(event: Event) -> None:
        if isinstance(event, Warned):
            listener(Warned(f"{value}: {event.message}"))
        elif isinstance(event, SeriesSkipped):
            listener(event)

    return listen


def _skipped_only(listener: Listener) -> Listener:
    def listen(event: Event) -> None:
        if isinstance(event, SeriesSkipped):
            listener(event)

    return listen


def _joined(parts: Sequence[GroupForecast]) -> GroupForecast:
    """The rows of all groups; a `DataError` where the models of groups forecast different things."""
    tables = [part.table for part in parts]
    if any(table.keys() != tables[0].keys() for table in tables):
        raise DataError(
            "the models of its groups give different columns", hint="--model FILE#VALUE names one of them"
        )
    table = {name: np.concatenate([each[name] for each in tables]) for name in tables[0]}
    places = [part.places for part in parts]
    known = [each for each in places if each is not None]
    joined = np.concatenate(known) if len(known) == len(places) else None
    return GroupForecast(table, joined, sum(part.series for part in parts))
