"""Results: frozen values, each of which becomes a table of columns or a pandas frame."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from forecast.data.arrays import Floats, Integers, Times
from forecast.data.frequency import Frequency
from forecast.data.written import LARGEST_WHOLE, Labels, numbers_column, texts_column, times_column
from forecast.errors import UsageError
from forecast.phrases import JOINER, counted
from forecast.spec.reading import Columns, Target

if TYPE_CHECKING:
    import pandas as pd

    from forecast.data.panel import Panel

ResultTable = dict[str, Labels | Floats]
"""Column name -> values, all of one length, in the order in which they are written."""

TIME = "time"
"""Name of the column of times where the data have none."""

ScoredBy = Literal["model", "series", "step"]

_HTML_ROWS = 20
"""Most rows that a notebook shows of a result."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of forecasts over the horizon, and their intervals, which no sum of bounds is."""

    values: Floats
    """(series,)"""
    lower: Floats
    """(levels, series)"""
    upper: Floats


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next values of every series of a panel."""

    ids: tuple[str, ...]
    times: Times
    """(series, horizon)"""
    values: Floats
    """(series, horizon) in the units of the data."""
    levels: tuple[float, ...]
    """Coverage of each interval in percent, ascending."""
    lower: Floats
    """(levels, series, horizon); NaN where the model has no intervals."""
    upper: Floats
    columns: Columns
    frequency: Frequency
    whole: bool = False
    """Whether values are whole numbers, and written as such; means of them need not be."""
    places: Integers | None = None
    """(series,) decimal places to which files are written; values here are not rounded."""
    sums: Sums | None = None
    """What `data.totals.total_of` makes a result of."""
    history: "Panel | None" = field(default=None, repr=False, compare=False)
    """The rows that it follows, to be drawn before it."""
    actual: Floats | None = None
    """(series, horizon) of an older forecast: the values known by now, NaN where none is."""

    @classmethod
    def of(
        cls,
        history: "Panel",
        values: Floats,
        levels: Sequence[float],
        *,
        lower: Floats | None = None,
        upper: Floats | None = None,
    ) -> "Forecast":
        """The forecast of `values`, (series, horizon), after the end of `history`; NaN without intervals."""
        unknown: Floats = np.full((len(levels), *values.shape), np.nan)
        return cls(
            ids=history.ids,
            times=history.frequency.after(history.last_times, values.shape[1]),
            values=values,
            levels=tuple(levels),
            lower=unknown if lower is None else lower,
            upper=unknown if upper is None else upper,
            columns=history.columns,
            frequency=history.frequency,
        )

    def __repr__(self) -> str:
        """Such as: Forecast of 56 series, 4 steps, 2025 to 2028, intervals 80 %."""
        intervals = ", ".join(f"{level:g} %" for level in self.levels)
        return _described(self, f"intervals {intervals}" if intervals else "no intervals")

    def to_table(self) -> ResultTable:
        """One row per series and step: id where there is one, time, forecast, lower_80, upper_80, ...

        The columns of ids and times are named as in the data. Times are texts, or integers where they
        are integers in the data. An older forecast has `actual` as its last column.
        """
        values: ResultTable = {"forecast": self._written(self.values)}
        for index, level in enumerate(self.levels):
            values[f"lower_{level:g}"] = self._written(self.lower[index])
            values[f"upper_{level:g}"] = self._written(self.upper[index])
        if self.actual is not None:
            values["actual"] = numbers_column(self.actual.ravel())
        return _with_index(values, self)

    def to_frame(self) -> "pd.DataFrame":
        """The columns of `to_table` as a pandas frame, with timestamps where times are dates."""
        return frame_of(self.to_table(), self.frequency, self.columns)

    def _repr_html_(self) -> str:
        """The frame as a table, for notebooks."""
        return html_of(self.to_frame())

    @property
    def row_places(self) -> Integers | None:
        """The decimal places of each row of the table."""
        return None if self.places is None else np.repeat(self.places, self.values.shape[1])

    def _written(self, values: Floats) -> Floats | Integers:
        """Whole numbers as integers, where every one of them fits."""
        fits = self.whole and bool(((np.abs(values) < LARGEST_WHOLE) & (values == np.rint(values))).all())
        return values.astype(np.int64).ravel() if fits else values.ravel()


@dataclass(frozen=True, slots=True)
class Probabilities:
    """The probability of each class, in the next rows of every series or for a series as a whole."""

    ids: tuple[str, ...]
    times: Times
    """(series, horizon)"""
    probabilities: Floats
    """(series, horizon, classes), adding up to 1."""
    target: Target
    columns: Columns
    frequency: Frequency
    history: "Panel | None" = field(default=None, repr=False, compare=False)
    actual: Floats | None = None
    """(series, horizon) indices of classes that are known by now, as `Forecast.actual`."""

    def __repr__(self) -> str:
        """Such as: Probabilities of 2 series, 7 steps, 2025-01-01 to 2025-01-07, 3 classes."""
        classes = f"{len(self.target.classes)} classes"
        if self.target.kind == "label":
            return f"Probabilities of {counted(len(self.ids), 'series')}, {classes}"
        return _described(self, classes)

    @property
    def row_places(self) -> None:
        """Probabilities have no unit of the data."""
        return

    def to_table(self) -> ResultTable:
        """One row per series and step: id, time, and the probability of a 1, or the likeliest class and all.

        For labels one row per series, without a time. The columns of ids and times are named as in the
        data.
        """
        probabilities = self.probabilities.reshape(-1, len(self.target.classes))
        values: ResultTable = {}
        if self.target.is_event:
            values["probability"] = probabilities[:, 1]
        else:
            classes = self.target.classes
            values["label"] = np.array(classes, dtype=object)[probabilities.argmax(axis=1)]
            values |= {f"p_{name}": probabilities[:, index] for index, name in enumerate(classes)}
        if self.actual is not None:
            codes, is_event = self.actual.ravel(), self.target.is_event
            values["actual"] = numbers_column(codes) if is_event else texts_column(codes, self.target.classes)
        return _with_index(values, self, with_times=self.target.kind != "label")

    def to_frame(self) -> "pd.DataFrame":
        """The columns of `to_table` as a pandas frame, with timestamps where times are dates."""
        table = self.to_table()
        return (
            frame_of_columns(table)
            if self.target.kind == "label"
            else frame_of(table, self.frequency, self.columns)
        )

    def _repr_html_(self) -> str:
        """The frame as a table, for notebooks."""
        return html_of(self.to_frame())


def _described(result: Forecast | Probabilities, last: str) -> str:
    """A short description of a result with times."""
    series, horizon = result.times.shape
    parts = [f"{type(result).__name__} of {counted(series, 'series')}", counted(horizon, "step")]
    if result.times.size:
        ends = np.array([result.times.min(), result.times.max()])
        parts.append(" to ".join(dict.fromkeys(result.frequency.text(ends))))
    return ", ".join((*parts, last))


def _with_index(
    values: ResultTable, result: Forecast | Probabilities, *, with_times: bool = True
) -> ResultTable:
    """The columns of ids and times, named as in the data, and those of `values`.

    Where a column of values has that name, they are called "series" and "time" instead.
    """
    columns, index = result.columns, ResultTable()
    time = time_name(columns, values)
    used = (*values, time) if with_times else (*values,)
    for name, ids in id_columns(columns, result.ids, used).items():
        index[name] = ids.repeat(result.times.shape[1])
    if with_times:
        index[time] = times_column(result.times.ravel(), result.frequency)
    return index | values


def time_name(columns: Columns, used: Collection[str] = ()) -> str:
    """The name of the column of times in the data; "time" where it has none, or another column has it."""
    name = columns.time_name
    return TIME if name is None or name in used else name


def id_columns(columns: Columns, ids: Sequence[str], used: Collection[str] = ()) -> dict[str, Labels]:
    """The ids of series by the names of their columns in the data; none for data without ids.

    A name that another column has is "series", or "id".
    """
    names = columns.series_names
    parts = [id.split(JOINER) for id in ids] if len(names) > 1 else [[id] for id in ids]
    found: dict[str, Labels] = {}
    for position, name in enumerate(names):
        free = next(each for each in (name, "series", "id", f"{name}_id") if each not in {*used, *found})
        found[free] = np.array([each[position] for each in parts], dtype=object)
    return found


def frame_of_columns(table: ResultTable) -> "pd.DataFrame":
    """The columns of a table as a pandas frame, as they are."""
    import pandas as pd

    return pd.DataFrame(table)


def frame_of(table: ResultTable, frequency: Frequency, columns: Columns, *, times: int = 1) -> "pd.DataFrame":
    """A table that starts with ids, if there are any, and `times` columns of times, as a frame.

    Dates are timestamps, in the time zone of the data if it has one.
    """
    import pandas as pd

    frame = frame_of_columns(table)
    first = len(columns.series_names)
    for position in range(first, first + times):
        if frequency.form == "integer":
            frame.isetitem(position, frame.iloc[:, position].infer_objects().array)
            continue
        texts = list(table.values())[position].astype(str)
        if frequency.offset_seconds is None:
            stamps = pd.DatetimeIndex(texts.astype("datetime64[s]"))
        else:
            stamps = pd.to_datetime(texts, format="ISO8601")
        frame.isetitem(position, stamps.array)
    return frame


def html_of(frame: "pd.DataFrame") -> str:
    """The first and last rows of a frame as an HTML table; texts of the data are escaped."""
    return frame.to_html(max_rows=_HTML_ROWS, escape=True)


@dataclass(frozen=True, slots=True)
class Scores:
    """The accuracy of forecasts over backtests; `models[0]` is the one evaluated, the others baselines."""

    models: tuple[str, ...]
    metrics: tuple[str, ...]
    """Names in the order of the last axis below, "skill" last."""
    overall: Floats
    """(models, metrics)"""
    by_series: Floats
    """(models, series, metrics); NaN for a series without a backtest."""
    by_step: Floats
    """(models, horizon, metrics)"""
    ids: tuple[str, ...]
    series_column: str | None
    backtests: int
    forecasts: int
    """Values that each model was scored on."""
    weights: Floats
    """(models,) weight of each in the forecast, 1 for the one evaluated; NaN for baselines."""
    forecasts_by_series: Integers
    """(series,)"""
    forecasts_by_step: Integers
    """(horizon,)"""

    def __repr__(self) -> str:
        """Such as: Scores of GRU, drift on 3 backtests, 12 forecasts; GRU: mae 1.2, skill 0.4."""
        first = ", ".join(
            f"{name} {value:.3g}" for name, value in zip(self.metrics, self.overall[0], strict=True)
        )
        return (
            f"Scores of {', '.join(self.models)} on {counted(self.backtests, 'backtest')}, "
            f"{counted(self.forecasts, 'forecast')}; {self.models[0]}: {first}"
        )

    def to_table(self, by: ScoredBy = "model") -> ResultTable:
        """One row per model, per model and series, or per model and step: model, ..., metrics, forecasts."""
        numbers, counts, parts = self._parts(by)
        models: Labels = np.array(self.models, dtype=object)
        table: ResultTable = {"model": models.repeat(len(counts))}
        if parts is not None:
            rows = np.tile(np.arange(len(parts)), len(self.models))
            # An id column may be called "model" or "mae"; it must not replace ours.
            used = ("model", *self.metrics, "forecasts", "weight")
            columns = Columns(series=self.series_column or "series")
            named = id_columns(columns, self.ids, used) if by == "series" else {"step": parts}
            table |= {name: part[rows] for name, part in named.items()}
        for index, metric in enumerate(self.metrics):
            table[metric] = numbers[..., index].ravel()
        table["forecasts"] = np.tile(counts, len(self.models))
        if by == "model" and not np.isnan(self.weights).all():
            table["weight"] = self.weights.repeat(len(counts))
        return table

    def to_frame(self, by: ScoredBy = "model") -> "pd.DataFrame":
        """The columns of `to_table` as a pandas frame."""
        return frame_of_columns(self.to_table(by))

    def _repr_html_(self) -> str:
        """The frame as a table, for notebooks."""
        return html_of(self.to_frame())

    def _parts(self, by: ScoredBy) -> tuple[Floats, Integers, Labels | None]:
        """Numbers (models, parts, metrics), forecasts of each part, and the names of the parts."""
        if by not in get_args(ScoredBy):
            raise UsageError(f"by must be one of {', '.join(get_args(ScoredBy))}, not {by!r}")
        if by == "series":
            return self.by_series, self.forecasts_by_series, np.array(self.ids, dtype=object)
        if by == "step":
            return self.by_step, self.forecasts_by_step, np.arange(1, len(self.forecasts_by_step) + 1)
        return self.overall[:, None], np.array([self.forecasts]), None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the model is worth using, with the size of the sample that this rests on."""

    outcome: Literal["useful", "unclear", "no better"]
    text: str
    """One sentence for a person: "useful: 18 % better than repeating the last value (3 backtests, ...)"."""
    skill: float
    """1 - MAE / MAE of the seasonal naive forecast; MASE for a panel."""
    best_baseline: str
    better_by: float
    """1 - MAE / MAE of the best baseline, negative where that is better; MASE for a panel."""
    echo: bool
    """Whether the forecasts stay close to the last value."""
    flat: bool
    """Whether the forecasts hardly vary where the series does."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Nominal and actual coverage of prediction intervals, on values that they were not calibrated on."""

    nominal: float
    """Percent."""
    achieved: float
    """Percent; NaN where nothing could be held out."""
    errors: int
    """Out-of-sample errors that this was measured on."""

    @classmethod
    def of(cls, nominal: float, inside: int, errors: int) -> "Coverage":
        """The coverage of intervals that hold so many of the values."""
        return cls(nominal, 100 * inside / errors if errors else np.nan, errors)
