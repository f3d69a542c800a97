"""Cards: what is known of a model, and labelled lines about one thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from forecast.data.arrays import Flags
from forecast.data.evaluation import KeptBacktests, KeptClasses
from forecast.data.results import Coverage, ResultTable, Scores, Verdict, frame_of_columns, html_of
from forecast.phrases import counted
from forecast.spec.model import Origin
from forecast.spec.training import TrainingPlan

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Section:
    """A table for a person, with what it is above it and what to see in it below."""

    above: tuple[str, ...]
    """Lines, as `below`: what is wider than the paper goes on in the next one."""
    table: ResultTable
    below: tuple[str, ...] = ()
    colored: Mapping[str, Flags] = field(default_factory=dict)
    """Column name -> (rows,) cells in colour, which also differ in their text."""
    spare: tuple[str, ...] = ()
    """Columns that narrow paper does without, the first of them first."""


@dataclass(frozen=True, slots=True)
class Losses:
    """The losses of the fit in which the number of epochs was chosen, by epoch; of the first epochs only."""

    training: tuple[float, ...]
    """Mean absolute error in units of the usual change, or cross-entropy of classes."""
    validation: tuple[float, ...]
    """The same of rows held out."""
    best_epoch: int
    """Epoch with the lowest validation loss; 0 where no epoch improved the initial weights."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """What part of a data set a model was trained on, and which other part its intervals come from."""

    files: int
    """Files of which series were trained on."""
    of_files: int
    of_rows: int
    """Rows of all files, about."""
    calibrated_files: int = 0
    """Files on whose series, which were not trained on, its intervals and weights were measured."""
    calibrated_series: int = 0

    def __str__(self) -> str:
        """Such as: 3 files, of 50 with about 12,000,000 rows; intervals from 900 other series in 18 files."""
        text = f"{counted(self.files, 'file')}, of {self.of_files:,} with about {self.of_rows:,} rows"
        if not self.calibrated_series:
            return text
        series, files = f"{self.calibrated_series:,} other series", counted(self.calibrated_files, "file")
        return f"{text}; intervals from {series} in {files}"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The data, training and evaluation of a model; nothing that differs between two equal runs."""

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
    """Epochs of the last training; 0 for pretrained weights that were not trained further."""
    training: TrainingPlan
    scores: Scores | None
    verdict: Verdict | None
    coverage: Coverage | None
    versions: tuple[tuple[str, str], ...]
    """Library name and version, sorted: forecast, keras, numpy, tensorflow."""
    options: tuple[str, ...] = ()
    """Those of `forecast train` that were given, as words of a command line; not how long it might take."""
    losses: Losses | None = None
    """None where no network was trained with rows held out."""
    backtests: KeptBacktests | None = None
    """None for classes, and where nothing was evaluated."""
    class_backtests: KeptClasses | None = None
    """The same of classes."""
    sampled: Sampled | None = None
    """None where all series were trained on."""
    rounds: int = 0
    """How often the weights of `training.workers` were averaged in the last training."""

    def __repr__(self) -> str:
        """Such as: ModelCard of 'harvest.csv', 60 rows, 1 series, 1961 to 2020, scratch, 3,265 parameters."""
        return (
            f"ModelCard of {self.source!r}, {counted(self.rows, 'row')}, {counted(self.series, 'series')}, "
            f"{self.first_time} to {self.last_time}, {self.origin}, {counted(self.parameters, 'parameter')}"
        )


@dataclass(frozen=True, slots=True)
class Card:
    """Labelled lines about one thing: a file of data, a model."""

    title: str
    lines: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        """The lines, aligned."""
        width = max((len(label) for label, _ in self.lines), default=0)
        return "\n".join([self.title, *(f"{label:{width}}  {text}" for label, text in self.lines)])

    def to_table(self) -> ResultTable:
        """Columns item, value."""
        return {
            "item": np.array([label for label, _ in self.lines], dtype=object),
            "value": np.array([text for _, text in self.lines], dtype=object),
        }

    def to_frame(self) -> "pd.DataFrame":
        """The columns of `to_table` as a pandas frame."""
        return frame_of_columns(self.to_table())

    def _repr_html_(self) -> str:
        """The frame as a table, for notebooks."""
        return html_of(self.to_frame())
