"""The specification of a model: windows, network, covariates, calendar, target, bounds."""

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, get_args

from forecast.errors import UsageError
from forecast.spec.limits import (
    MAX_CATEGORIES,
    MAX_COVARIATES,
    MAX_HORIZON,
    MAX_LAYERS,
    MAX_UNITS,
    MAX_WINDOW,
    check_range,
)
from forecast.spec.reading import Role, Target

Cell = Literal["simple-rnn", "lstm", "gru"]
Statistic = Literal["mean", "median"]

Origin = Literal["scratch", "fine-tuned", "averaged", "pretrained", "continued", "none"]
"""Where the weights of one's own network come from; "pretrained" and "none" where none was trained."""
CELLS: tuple[Cell, ...] = get_args(Cell)

HOLIDAY_DAYS = (-719_162, 2_932_896)
"""The first and the last day of the years 1 to 9999, since 1970-01-01."""


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """Rows that a network reads, and rows that it forecasts from them."""

    window: int
    horizon: int

    def __post_init__(self) -> None:
        check_range("window", self.window, 1, MAX_WINDOW)
        check_range("horizon", self.horizon, 1, MAX_HORIZON)


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """The shape of a recurrent network."""

    cell: Cell = "gru"
    units: tuple[int, ...] = (32,)
    """Units of each recurrent layer, the first layer first."""
    dropout: float = 0.0
    """Dropout rate after each layer, never inside the recurrence."""

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise UsageError(f'cell must be one of {", ".join(CELLS)}, not "{self.cell}"')
        if not 1 <= len(self.units) <= MAX_LAYERS:
            raise UsageError(f"a network has 1 to {MAX_LAYERS} layers, not {len(self.units)}")
        for units in self.units:
            check_range("units", units, 1, MAX_UNITS)
        if not 0 <= self.dropout < 1:
            raise UsageError(f"dropout must be at least 0 and under 1, not {self.dropout:g}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What values may be; forecasts and intervals are clipped to it."""

    minimum: float | None = None
    """None: a series that was never negative stays so."""
    maximum: float | None = None
    whole: bool = False
    """Integers only."""
    statistic: Statistic | None = None
    """What forecasts are: None is the mean of intermittent demand, which is no integer, else the median."""

    def __post_init__(self) -> None:
        if self.statistic not in (None, *get_args(Statistic)):
            raise UsageError(f'statistic must be mean or median, not "{self.statistic}"')
        for name, bound in (("min", self.minimum), ("max", self.maximum)):
            if bound is not None and not math.isfinite(bound):
                raise UsageError(f"{name} must be a number, not {bound:g}")
        low, high = self.range
        if low > high:
            numbers = "whole number is" if self.whole else "number is"
            raise UsageError(f"no {numbers} at least min {self.minimum:g} and at most max {self.maximum:g}")

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest value allowed; infinite where there is no bound."""
        up, down = (math.ceil, math.floor) if self.whole else (float, float)
        return (
            -math.inf if self.minimum is None else float(up(self.minimum)),
            math.inf if self.maximum is None else float(down(self.maximum)),
        )


@dataclass(frozen=True, slots=True)
class Covariate:
    """A covariate as a network reads it: scaled numbers, or categories."""

    name: str
    role: Role
    categories: tuple[str, ...] = ()
    """Texts that have an embedding each, sorted; () for numbers."""
    centre: float = 0.0
    spread: float = 1.0
    """Numbers are read as (number - centre) / spread."""
    relative: bool = False
    """Numbers are read as changes from the row's own, relative to the size of their series, / spread."""

    def __post_init__(self) -> None:
        check_range("categories", len(self.categories), 0, MAX_CATEGORIES)
        if not (math.isfinite(self.centre) and math.isfinite(self.spread) and self.spread > 0):
            raise UsageError(f'covariate "{self.name}" has no scale')


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a network reads of the calendar."""

    phases: bool = False
    """The position of a row in its day, week and year."""
    holidays: str | None = None
    """Country whose public holidays it reads: FR, or US-CA for a part of a country."""
    holiday_dates: tuple[int, ...] = ()
    """Its holidays, as days since 1970-01-01, ascending, so that a forecast needs no list of them."""

    def __post_init__(self) -> None:
        dates = self.holiday_dates
        if bool(dates) != (self.holidays is not None) or any(day >= later for day, later in pairwise(dates)):
            raise UsageError("holidays need their dates, one after the other")
        for day in (*dates[:1], *dates[-1:]):
            check_range("holidays", day, *HOLIDAY_DAYS)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """All that determines a network's tensors: the network of a model file is rebuilt from it."""

    windows: WindowSpec
    network: NetworkSpec
    season: int | None
    """Rows in a period; 1 is no season, None that of each series."""
    covariates: tuple[Covariate, ...] = ()
    """Past ones first, then known, then static."""
    calendar: Calendar = field(default_factory=Calendar)
    target: Target = field(default_factory=Target)
    """What its outputs are: values, class probabilities of the next rows, or of a whole series."""

    def __post_init__(self) -> None:
        if self.season is not None:
            check_range("season", self.season, 1, MAX_WINDOW)
        if bool(self.target.classes) != (self.target.kind != "value"):
            raise UsageError("class probabilities need two classes or more")
        check_range("covariates", len(self.covariates), 0, MAX_COVARIATES)
        roles = [get_args(Role).index(covariate.role) for covariate in self.covariates]
        if roles != sorted(roles):
            raise UsageError("covariates must be in the order past, known, static")

    @property
    def trained_horizon(self) -> int:
        """Rows that the network forecasts at once; more come from feeding its forecasts back."""
        return self.windows.horizon

    @property
    def outputs(self) -> int:
        """Numbers that the network gives after a step: one for each row ahead, or each class there."""
        return self.trained_horizon * max(len(self.target.classes), 1)
