"""What the tool hands back: frozen values, each able to become a table of columns."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Floats, Integers, Times
from forecast.data.frequency import Frequency
from forecast.spec.model import Origin
from forecast.spec.reading import Columns, Target
from forecast.spec.training import TrainingPlan

if TYPE_CHECKING:
    import pandas as pd

Labels = NDArray[np.object_] | Integers
Table = dict[str, Labels | Floats]
"""Column name -> values, all of one length, in the order they are written."""

TIME = "time"
"""How results call the column of times."""

LARGEST_WHOLE = 2.0**53
"""Whole numbers under it are written as integers."""

ScoredBy = Literal["model", "series", "step"]


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
    """(levels, series, horizon); NaN where the model knows no interval."""
    upper: Floats
    columns: Columns
    frequency: Frequency
    whole: bool = False
    """Values are whole numbers, and written as such."""

    def to_table(self) -> Table:
        """One row a series and step: the id where there is one, time, forecast, lower_80, upper_80, ..."""
        horizon = self.values.shape[1]
        table: Table = {}
        if self.columns.series is not None:
            table[self.columns.series] = np.repeat(np.array(self.ids, dtype=object), horizon)
        table[TIME] = times_column(self.times.ravel(), self.frequency)
        table["forecast"] = self._written(self.values)
        for index, level in enumerate(self.levels):
            table[f"lower_{level:g}"] = self._written(self.lower[index])
            table[f"upper_{level:g}"] = self._written(self.upper[index])
        return table

    def _written(self, values: Floats) -> Floats | Integers:
        """Whole numbers as integers, where every one of them fits."""
        fits = self.whole and bool((np.abs(values) < LARGEST_WHOLE).all())
        return values.astype(np.int64).ravel() if fits else values.ravel()

    def to_frame(self) -> "pd.DataFrame":
        """The same as a pandas frame."""
        import pandas as pd

        return pd.DataFrame(self.to_table())


@dataclass(frozen=True, slots=True)
class Probabilities:
    """How likely each class is in the next rows of every series, or of a series as a whole."""

    ids: tuple[str, ...]
    times: Times
    """(series, horizon)"""
    probabilities: Floats
    """(series, horizon, classes), adding up to 1."""
    target: Target
    columns: Columns
    frequency: Frequency

    def to_table(self) -> Table:
        """One row a series and step: id, time, and the probability of a 1, or the likeliest class and all.

        Of whole series one row each, without a time.
        """
        probabilities = self.probabilities.reshape(-1, len(self.target.classes))
        table: Table = {}
        if self.target.kind == "class":
            table[TIME] = times_column(self.times.ravel(), self.frequency)
        if self.target.is_event:
            table["probability"] = probabilities[:, 1]
        else:
            table["label"] = np.array(self.target.classes, dtype=object)[probabilities.argmax(axis=1)]
            table |= {f"p_{name}": probabilities[:, place] for place, name in enumerate(self.target.classes)}
        if self.columns.series is None:
            return table
        # The ids' own name may be that of a result; they must not replace it.
        name = "series" if self.columns.series in table else self.columns.series
        return {name: np.repeat(np.array(self.ids, dtype=object), self.probabilities.shape[1]), **table}

    def to_frame(self) -> "pd.DataFrame":
        """The same as a pandas frame."""
        import pandas as pd

        return pd.DataFrame(self.to_table())


def _tiled(count: int, times: int) -> Integers:
    return np.tile(np.arange(count), times)


def times_column(times: Times, frequency: Frequency) -> Labels:
    """Times as results write them: integers that came in, else ISO 8601."""
    if frequency.form == "integer":
        return times.astype(np.int64)
    return np.array(frequency.text(times), dtype=object)


def numbers_column(values: Floats) -> Labels | Floats:
    """Numbers as results write them: integers, where every one is whole and fits; NaN is no number."""
    known = ~np.isnan(values)
    told = values[known]
    if not ((told == np.rint(told)) & (np.abs(told) < LARGEST_WHOLE)).all():
        return values
    if known.all():
        return values.astype(np.int64)
    pairs = zip(values, known, strict=True)
    return np.array([int(value) if there else None for value, there in pairs], dtype=object)


def texts_column(places: Floats, vocabulary: tuple[str, ...]) -> Labels:
    """The texts at places of a vocabulary; None where none is known."""
    return np.array([None if place != place else vocabulary[int(place)] for place in places], dtype=object)


@dataclass(frozen=True, slots=True)
class Scores:
    """How far forecasts were from what came, over backtests; `models[0]` is the one judged."""

    models: tuple[str, ...]
    metrics: tuple[str, ...]
    """Names in the order of the last axis below, "skill" last."""
    overall: Floats
    """(models, metrics)"""
    by_series: Floats
    """(models, series, metrics); NaN for a series that no backtest reached."""
    by_step: Floats
    """(models, horizon, metrics)"""
    ids: tuple[str, ...]
    series_column: str | None
    backtests: int
    forecasts: int
    """Numbers that were scored for each model."""
    forecasts_by_series: Integers
    """(series,) of them."""
    forecasts_by_step: Integers
    """(horizon,) of them."""

    def to_table(self, by: ScoredBy = "model") -> Table:
        """One row a model, or a model and series, or a model and step: model, ..., metrics, forecasts."""
        numbers, counts, parts = self._parts(by)
        models: Labels = np.array(self.models, dtype=object)
        table: Table = {"model": models.repeat(len(counts))}
        if parts is not None:
            column = (self.series_column or "series") if by == "series" else "step"
            # An id column may be called "model" or "mae"; its values must not replace ours.
            taken = ("model", *self.metrics, "forecasts")
            table["series" if column in taken else column] = parts[_tiled(len(parts), len(self.models))]
        for index, metric in enumerate(self.metrics):
            table[metric] = numbers[..., index].ravel()
        table["forecasts"] = counts[_tiled(len(counts), len(self.models))]
        return table

    def _parts(self, by: ScoredBy) -> tuple[Floats, Integers, Labels | None]:
        """Numbers (models, parts, metrics), how many forecasts each part rests on, and the parts' names."""
        if by == "series":
            return self.by_series, self.forecasts_by_series, np.array(self.ids, dtype=object)
        if by == "step":
            return self.by_step, self.forecasts_by_step, np.arange(1, len(self.forecasts_by_step) + 1)
        return self.overall[:, None], np.array([self.forecasts]), None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Is the network worth using? Said with the size of the sample it rests on."""

    outcome: Literal["useful", "unclear", "no better"]
    text: str
    """One sentence for a person: "useful: 18 % better than repeating the last value (3 backtests, ...)"."""
    skill: float
    """1 - MAE / MAE of the seasonal naive forecast; MASE, for a panel."""
    best_baseline: str
    better_by: float
    """1 - MAE / MAE of the best baseline, negative where that won; MASE, for a panel."""
    echo: bool
    """The forecasts repeat the last value rather than foresee the next."""
    flat: bool
    """The forecasts hardly move where the series does."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an interval promised and what it kept, on rows not used to calibrate it."""

    asked: float
    """Percent."""
    achieved: float
    """Percent; NaN where nothing could be held back."""
    errors: int
    """Out-of-sample errors that the intervals were calibrated on."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model was made from and how it was judged; nothing that differs between two equal runs."""

    source: str
    rows: int
    series: int
    first_time: str
    last_time: str
    data_sha256: str
    """Digest of the ids, times and values trained on."""
    origin: Origin
    """Where the weights come from."""
    parameters: int
    epochs: int
    """Epochs that the last fit trained for; 0 for pretrained weights as they are."""
    training: TrainingPlan
    scores: Scores | None
    verdict: Verdict | None
    coverage: Coverage | None
    versions: tuple[tuple[str, str], ...]
    """Library name and version, sorted: forecast, keras, numpy, tensorflow."""


@dataclass(frozen=True, slots=True)
class Card:
    """Labelled lines about one thing: a file of data, a model."""

    title: str
    lines: tuple[tuple[str, str], ...]

    def to_table(self) -> Table:
        """Columns item, value."""
        return {
            "item": np.array([label for label, _ in self.lines], dtype=object),
            "value": np.array([text for _, text in self.lines], dtype=object),
        }
