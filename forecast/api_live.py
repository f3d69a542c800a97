"""The functions of `import forecast` for rows that come one by one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

from forecast import live, workflow
from forecast.data.drift import DriftReport
from forecast.events import Listener, ignore, warn
from forecast.spec.options import FileOptions, checked_options, levels_of, read_spec
from forecast.streaming.running import Memory
from forecast.tables.source import Source
from forecast.workflow import Model


def stream(
    rows: Iterable[Mapping[str, Any] | str],
    *,
    model: Model,
    state: str | Path | None = None,
    horizon: int = 1,
    level: float | Sequence[float] = 80.0,
    every: int = 1,
    method: str | None = None,
    memory: Memory = "carried",
    new_series: bool = False,
    listener: Listener = ignore,
) -> Iterator[dict[str, Any]]:
    """The updated forecast after each of `rows`, one dictionary for each row that is forecast.

    Args:
        rows: Observations, one by one: dictionaries with the columns of the model's data, or lines of CSV.
        model: A model or its path.
        state: A file to continue from; it is written when the rows end.
        horizon: Rows to forecast after each.
        level: Coverage of the prediction intervals, in percent.
        every: Forecast after every so many rows of a series.
        method: The member that forecasts, or "combination"; by default the network alone.
        memory: "carried", the hidden state of all rows, or "window", that of the newest window.
        new_series: Whether series that the model does not know may begin.
        listener: Called with each event.

    Raises:
        DataError: A row cannot be read, or is no later one; it changes nothing.
        ModelError: The state is of another model, or damaged.
        UsageError: The model cannot do what is asked.

    >>> import forecast
    >>> trained = forecast.train([112, 118, 132, 129, 121, 135, 148, 148] * 5, quick=True)
    >>> found = list(forecast.stream(["112", "118"], model=trained))
    >>> [*found[0]]
    ['origin', 'time', 'forecast', 'lower_80', 'upper_80']

    """
    return live.stream(
        workflow.needed_model(model, None),
        rows,
        state=None if state is None else Path(state),
        horizon=horizon,
        levels=levels_of(level),
        every=every,
        method=method,
        memory=memory,
        new_series=new_series,
        listener=listener,
    )


def drift(
    data: Source,
    *,
    model: Model,
    alpha: float = 0.01,
    listener: Listener = warn,
    **options: Unpack[FileOptions],
) -> DriftReport:
    """Whether rows of `data` newer than those of the model are still like these.

    Args:
        data: The new rows, with or without those before.
        model: A model or its path.
        alpha: Share of calls that find a drift where there is none.
        listener: Called with each event.
        options: How this file is written and repaired (`FileOptions`).

    Returns:
        `.drifted` are the indices of the series that drifted; `.to_frame()` has a row for each series.

    Raises:
        UsageError, DataError, ModelError: No series has enough new rows; the model does not fit.

    """
    given = checked_options(drift, FileOptions, **options)
    return live.drift(
        workflow.needed_model(model, data), data, read=read_spec(given), alpha=alpha, listener=listener
    )
