"""A model before it exists: frozen, checked, JSON both ways."""

import codecs
import math
import re
import unicodedata
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal, TypeVar, get_args

from forecast.errors import UsageError

Cell = Literal["simple-rnn", "lstm", "gru"]
Device = Literal["auto", "cpu", "gpu"]
Decay = Literal["constant", "cosine"]

Blend = Literal["none", "theta", "last-value"]
Origin = Literal["scratch", "fine-tuned", "averaged", "pretrained", "continued"]
Start = Literal["pretrained", "scratch"]
Role = Literal["past", "known", "static"]
Answers = Literal["next rows", "whole series"]

Gaps = Literal["error", "interpolate", "hold", "season"]
Duplicates = Literal["error", "first", "last", "sum", "mean"]
Resample = Literal["sum", "mean", "first", "last", "min", "max"]

NO_FILES = ("idna", "punycode", "unicode-escape", "raw-unicode-escape")
"""Codecs of Python for names and program texts."""

DATE_WORDS = ("excel", "epoch", "epoch-ms", "epoch-us", "epoch-ns")
"""Dates that are numbers: days of a spreadsheet, seconds and parts of them since 1970."""

CELLS: tuple[Cell, ...] = get_args(Cell)
DEVICES: tuple[Device, ...] = get_args(Device)

OWN_SEASONS = 0
"""The season of a network that reads each series in a season of its own."""

MAX_WINDOW = 100_000
MAX_HORIZON = 10_000
MAX_UNITS = 4_096
MAX_LAYERS = 8
MAX_MEMBERS = 64
MAX_CATEGORIES = 10_000
MAX_CLASSES = 100
MAX_COVARIATES = 1_000

HOLIDAY_DAYS = (-719_162, 2_932_896)
"""The first and the last day of the years 1 to 9999, since 1970-01-01."""


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Refuse an option's value outside of `low` to `high`, both of which may be."""
    if not low <= value <= high:
        raise UsageError(f"{name} must be between {low:g} and {high:g}, not {value:g}")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the data plays which part; None is to be guessed, or absent."""

    target: str | None = None
    """The numbers to forecast."""
    time: str | None = None
    series: str | None = None
    """The column whose text tells the series of a panel apart."""
    season: str | None = None
    """The column of whole numbers that gives each series its own season; None where all have the same."""
    past: tuple[str, ...] = ()
    """Covariates known up to now, as the target is."""
    known: tuple[str, ...] = ()
    """Covariates known ahead, such as prices and campaigns."""
    static: tuple[str, ...] = ()
    """Covariates that stay the same within a series."""
    text: tuple[str, ...] = ()
    """Covariates that are read as texts; those that hold few numbers are found to be."""
    label: str | None = None
    """The class of a whole series, in place of a target."""

    @property
    def covariates(self) -> tuple[str, ...]:
        """Past, known and static columns, in this order."""
        return (*self.past, *self.known, *self.static)

    @property
    def alone(self) -> "Columns":
        """The same without covariates."""
        return replace(self, past=(), known=(), static=(), text=())


@dataclass(frozen=True, slots=True)
class Notation:
    """How a file writes its fields, numbers and times; None is to be found out."""

    delimiter: str | None = None
    """One character."""
    encoding: str | None = None
    """A text codec of Python."""
    decimal: str | None = None
    thousands: str | None = None
    """Between thousands."""
    date_format: str | None = None
    """A pattern of `strptime`, such as "%d.%m.%Y", or one of `DATE_WORDS`."""

    def __post_init__(self) -> None:
        for name, mark in (("delimiter", self.delimiter), ("decimal", self.decimal)):
            _check_mark(name, mark)
        _check_mark("thousands", self.thousands)
        if self.decimal is not None and self.decimal == self.thousands:
            raise UsageError(f'decimal and thousands cannot both be "{self.decimal}"')
        if self.encoding is not None:
            _check_encoding(self.encoding)
        if self.date_format is not None and self.date_format not in DATE_WORDS:
            _check_pattern(self.date_format)


def _check_mark(name: str, mark: str | None) -> None:
    """Refuse what cannot stand between fields or within a number."""
    if mark is None:
        return
    if len(mark) != 1:
        raise UsageError(f'{name} must be one character, not "{mark}"')
    control = unicodedata.category(mark).startswith("C") and mark != "\t"
    if mark.isalnum() or control or mark in '"+' or (name != "delimiter" and mark == "-"):
        raise UsageError(f"{name} cannot be {mark!r}")


def _check_encoding(name: str) -> None:
    try:
        b" ".decode(name, "ignore")
        known = codecs.lookup(name).name not in NO_FILES
    except (LookupError, ValueError):
        known = False
    if not known:
        raise UsageError(
            f'"{name}" is not an encoding of files', hint="such as utf-8, utf-16, latin-1, cp1252, shift_jis"
        )


def _check_pattern(pattern: str) -> None:
    """Refuse what cannot be read, names no year, or is read in another way where the language is another."""
    reason = ""
    if re.search("%[cxXZ]", pattern):
        reason = "means another thing in every place"
    elif not re.search("%[YyG]", pattern):
        reason = "names no year"
    else:
        try:
            datetime.strptime(datetime(2019, 12, 31, tzinfo=UTC).strftime(pattern), pattern)
        except (ValueError, re.error) as error:
            reason = f"cannot be read: {error}"
    if reason:
        hint = f"write it as in %d.%m.%Y, %m/%d/%y or %Y-%m-%d %H:%M, or one of {', '.join(DATE_WORDS)}"
        raise UsageError(f'date-format "{pattern}" {reason}', hint=hint)


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do with rows that are not one number a step; None is the usual way."""

    gaps: Gaps | None = None
    """Steps without a row; as a naive forecast would fill them: a season before, else the last value."""
    missing: Gaps | None = None
    """Rows without a number; as `gaps`."""
    duplicates: Duplicates | None = None
    """Rows of one series and time; "error"."""
    resample: Resample | None = None
    """How rows within one step become one; rows off the step are refused."""

    def __post_init__(self) -> None:
        for name, value, words in (
            ("gaps", self.gaps, get_args(Gaps)),
            ("missing", self.missing, get_args(Gaps)),
            ("duplicates", self.duplicates, get_args(Duplicates)),
            ("resample", self.resample, get_args(Resample)),
        ):
            if value is not None and value not in words:
                raise UsageError(f'{name} must be one of {", ".join(words)}, not "{value}"')


@dataclass(frozen=True, slots=True)
class ReadSpec:
    """How data are to be read; a model remembers it and reads new data the same way."""

    columns: Columns = Columns()
    notation: Notation = Notation()
    policy: Policy = Policy()
    frequency: str | None = None
    """The step of the times in a word such as "monthly" or "15min"; None is to be found out."""
    wide: bool = False
    """Each series is a column of its own; the name of `columns.series` is that of no column then."""
    targets: tuple[str, ...] = ()
    """Columns of a wide file that are read; () is every one of numbers."""
    classes: bool | None = None
    """Whether the target is one of a few classes; None is to be found out."""
    class_names: tuple[str, ...] = ()
    """The classes that a model knows; () is to be found out."""

    def __post_init__(self) -> None:
        if self.targets and not self.wide:
            raise UsageError("several targets are the columns of a wide file")
        if self.wide and self.columns.target is not None:
            raise UsageError("a wide file has a target in every column of numbers, not one")

    @property
    def alone(self) -> "ReadSpec":
        """The same without covariates."""
        return replace(self, columns=self.columns.alone)

    def over(self, remembered: "ReadSpec") -> "ReadSpec":
        """What is remembered, save where this says otherwise of one file's notation and policy."""
        return replace(
            remembered,
            notation=_merged(self.notation, remembered.notation),
            policy=_merged(self.policy, remembered.policy),
        )


T = TypeVar("T", Notation, Policy)


def _merged(said: T, remembered: T) -> T:
    values = {field.name: getattr(said, field.name) for field in fields(said)}
    return replace(remembered, **{name: value for name, value in values.items() if value is not None})


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """Rows the network reads and rows it answers."""

    window: int
    horizon: int
    stride: int = 1
    """Rows between the starts of two windows."""

    def __post_init__(self) -> None:
        check_range("window", self.window, 1, MAX_WINDOW)
        check_range("horizon", self.horizon, 1, MAX_HORIZON)
        check_range("stride", self.stride, 1, MAX_WINDOW)


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """The shape of a recurrent network."""

    cell: Cell = "gru"
    units: tuple[int, ...] = (32,)
    """Units of each recurrent layer, the first layer first."""
    dropout: float = 0.0
    """Share of each layer's output dropped in training, never inside the recurrence."""

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
    """What values may be; forecasts and intervals are kept to it."""

    minimum: float | None = None
    """None: what was never negative stays so, each series by its own rows."""
    maximum: float | None = None
    whole: bool = False
    """Whole numbers only."""

    def __post_init__(self) -> None:
        for name, bound in (("min", self.minimum), ("max", self.maximum)):
            if bound is not None and not math.isfinite(bound):
                raise UsageError(f"{name} must be a number, not {bound:g}")
        low, high = self.range
        if low > high:
            numbers = "whole number is" if self.whole else "number is"
            raise UsageError(f"no {numbers} at least min {self.minimum:g} and at most max {self.maximum:g}")

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest value there may be; infinite where there is no bound."""
        up, down = (math.ceil, math.floor) if self.whole else (float, float)
        return (
            -math.inf if self.minimum is None else float(up(self.minimum)),
            math.inf if self.maximum is None else float(down(self.maximum)),
        )


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How a network is trained."""

    epochs: int = 300
    """Epochs at most; early stopping may end sooner."""
    batch_size: int = 32
    """Windows in one update."""
    epoch_windows: int | None = None
    """Windows in one epoch, drawn without repeats until all were seen; None is all of them."""
    learning_rate: float = 1e-3
    decay: Decay = "constant"
    """How the learning rate goes: the averaged weights make up for a constant one in short trainings."""
    clip: float = 1.0
    """Global norm that a gradient is clipped to."""
    patience: int = 30
    """Epochs without a better validation loss before training stops."""
    seed: int = 0
    device: Device = "auto"
    max_seconds: float | None = None
    """Wall-clock seconds for all fits together."""

    def __post_init__(self) -> None:
        check_range("epochs", self.epochs, 1, 1_000_000)
        check_range("batch-size", self.batch_size, 1, 1_000_000)
        check_range("patience", self.patience, 1, 1_000_000)
        check_range("seed", self.seed, 0, 2**31 - 1)
        if not 0 < self.learning_rate <= 10:
            raise UsageError(f"learning-rate must be over 0 and at most 10, not {self.learning_rate:g}")
        if not self.clip > 0:
            raise UsageError(f"clip must be over 0, not {self.clip:g}")
        if self.max_seconds is not None and not self.max_seconds > 0:
            raise UsageError(f"max-time must be over 0 seconds, not {self.max_seconds:g}")
        if self.device not in DEVICES:
            raise UsageError(f'device must be one of {", ".join(DEVICES)}, not "{self.device}"')


@dataclass(frozen=True, slots=True)
class Covariate:
    """A column beside the target, as a network reads it."""

    name: str
    role: Role
    categories: tuple[str, ...] = ()
    """Texts that have an embedding each, sorted; none for a column of numbers."""
    centre: float = 0.0
    spread: float = 1.0
    """Numbers are read as (number - centre) / spread."""
    relative: bool = False
    """Numbers are read as changes from the row's own, in the size usual in their series then, / spread."""

    def __post_init__(self) -> None:
        check_range("categories", len(self.categories), 0, MAX_CATEGORIES)
        if not (math.isfinite(self.centre) and math.isfinite(self.spread) and self.spread > 0):
            raise UsageError(f'covariate "{self.name}" has no scale')


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a network reads of the time itself."""

    phases: bool = False
    """Where a row stands in its day, week and year."""
    holidays: str | None = None
    """Country whose public holidays are known ahead: FR, or US-CA with a part of the country."""
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
    """All that decides a network's tensors: rebuilt from a model file by our code alone."""

    windows: WindowSpec
    network: NetworkSpec
    season: int
    """Rows in a period; 1 is no season, `OWN_SEASONS` that of each series."""
    covariates: tuple[Covariate, ...] = ()
    """Past ones first, then known, then static."""
    calendar: Calendar = field(default_factory=Calendar)
    classes: tuple[str, ...] = ()
    """What the target may be, sorted, where it is told in probabilities; () for numbers."""
    answers: Answers = "next rows"
    """"whole series": one answer for all of a series, once its last row was read."""

    def __post_init__(self) -> None:
        check_range("season", self.season, OWN_SEASONS, MAX_WINDOW)
        check_range("classes", len(self.classes), 0, MAX_CLASSES)
        if len(self.classes) == 1 or (self.answers == "whole series" and not self.classes):
            raise UsageError("probabilities need two classes at least")
        check_range("covariates", len(self.covariates), 0, MAX_COVARIATES)
        roles = [get_args(Role).index(covariate.role) for covariate in self.covariates]
        if roles != sorted(roles):
            raise UsageError("covariates must be in the order past, known, static")
