"""How data are read: columns, notation, policy."""

import codecs
import re
import unicodedata
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Literal, TypeVar, get_args

from forecast.errors import UsageError
from forecast.phrases import JOINER
from forecast.spec.limits import MAX_CLASSES, MAX_HEADER_LINE, check_range

Role = Literal["past", "known", "static"]
TargetKind = Literal["value", "class", "label"]
Gaps = Literal["error", "interpolate", "hold", "season", "zero"]
Duplicates = Literal["error", "first", "last", "sum", "mean"]
Resample = Literal["sum", "mean", "first", "last", "min", "max"]
Unusable = Literal["skip", "error"]
FutureMissing = Literal["hold", "season"]
"""Known covariates without a future value: the last value, or the value one season earlier."""


NO_FILES = ("idna", "punycode", "unicode-escape", "raw-unicode-escape")
"""Codecs of Python for names and program texts."""


DATE_WORDS = ("excel", "epoch", "epoch-ms", "epoch-us", "epoch-ns")
"""Dates that are numbers: days of a spreadsheet, seconds and parts of them since 1970."""


NO_TIME = "none"
"""In the place of a time column: rows are counted."""


EVENT = ("0", "1")
"""The classes of a 0/1 target: what did not happen, and what did."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is forecast: numbers, the class of each row, or one class for each series as a whole."""

    kind: TargetKind = "value"
    classes: tuple[str, ...] = ()
    """Sorted; () for numbers, and as long as they are to be detected in the data."""

    def __post_init__(self) -> None:
        check_range("classes", len(self.classes), 0, MAX_CLASSES)
        if len(self.classes) == 1 or (self.classes and self.kind == "value"):
            raise UsageError("class probabilities need two classes or more, and numbers have none")

    @property
    def is_event(self) -> bool:
        """Whether it is the probability of a 1."""
        return self.classes == EVENT


@dataclass(frozen=True, slots=True)
class Columns:
    """The roles of the columns; None is detected in the data, or absent."""

    target: str | None = None
    """What is to be forecast: numbers, or classes, or the one label of each series (`Target.kind`)."""
    time: str | None = None
    """One column, several joined by `JOINER` such as year and month, or `NO_TIME`."""
    series: str | None = None
    """The column that identifies the series of a panel, or several joined by `JOINER`."""
    season: str | None = None
    """The column of whole numbers that gives each series its own season; None where all have the same."""
    past: tuple[str, ...] = ()
    """Observed covariates: past values only."""
    known: tuple[str, ...] = ()
    """Covariates known in advance, such as prices and campaigns."""
    static: tuple[str, ...] = ()
    """Covariates that are constant in each series."""
    categorical: tuple[str, ...] = ()
    """Covariates that are categories; those with few numbers are detected."""

    @property
    def time_name(self) -> str | None:
        """The name of the column of times in results, where the data have one."""
        return None if self.time is None or self.time == NO_TIME or JOINER in self.time else self.time

    @property
    def series_names(self) -> tuple[str, ...]:
        """The names of the columns of ids."""
        return () if self.series is None else tuple(self.series.split(JOINER))

    @property
    def covariates(self) -> tuple[str, ...]:
        """Past, known and static columns, in this order."""
        return (*self.past, *self.known, *self.static)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The role of each of these covariates."""
        parts: tuple[tuple[Role, tuple[str, ...]], ...] = (
            ("past", self.past),
            ("known", self.known),
            ("static", self.static),
        )
        return tuple(role for role, names in parts for _ in names)

    @property
    def alone(self) -> "Columns":
        """The same without covariates."""
        return replace(self, past=(), known=(), static=(), categorical=())


@dataclass(frozen=True, slots=True)
class Notation:
    """How a file writes its fields, numbers and times; None is detected in the data."""

    delimiter: str | None = None
    """One character."""
    encoding: str | None = None
    """A text codec of Python."""
    decimal: str | None = None
    thousands: str | None = None
    """Separator between thousands."""
    day_first: bool | None = None
    """Whether dates of numbers have the day before the month, as found in the data; None if unknown."""
    date_format: str | None = None
    """A pattern of `strptime`, such as "%d.%m.%Y", or one of `DATE_WORDS`."""
    header: int | None = None
    """The line of the column names, counted from 1."""
    missing_marks: tuple[str, ...] = ()
    """Texts and numbers that mean a missing value; "none": numbers far from all others mean themselves."""

    def __post_init__(self) -> None:
        for name, mark in (("delimiter", self.delimiter), ("decimal", self.decimal)):
            _check_mark(name, mark)
        _check_mark("thousands", self.thousands)
        if self.decimal is not None and self.decimal == self.thousands:
            raise UsageError(f'decimal and thousands cannot both be "{self.decimal}"')
        if self.encoding is not None:
            _check_encoding(self.encoding)
        if self.header is not None:
            check_range("header", self.header, 1, MAX_HEADER_LINE)
        if self.date_format is not None and self.date_format not in DATE_WORDS:
            _check_pattern(self.date_format)


def _check_mark(name: str, mark: str | None) -> None:
    """Refuse what cannot separate fields or be part of a number."""
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
    """Refuse what cannot be parsed, has no year, or depends on the language of the machine."""
    reason = ""
    if re.search("%[cxXZ]", pattern):
        reason = "depends on the language of the machine"
    elif not re.search("%[YyG]", pattern):
        reason = "has no year"
    elif lost := _lost_part(pattern):
        reason = lost
    else:
        try:
            # A week without a weekday is read as its first day.
            whole = f"{pattern} %u" if "%V" in pattern and not re.search("%[aAuw]", pattern) else pattern
            datetime.strptime(datetime(2019, 12, 31, tzinfo=UTC).strftime(whole), whole)
        except (ValueError, re.error) as error:
            reason = f"cannot be parsed: {error}"
    if reason:
        hint = f"write it as in %d.%m.%Y, %m/%d/%y or %Y-%m-%d %H:%M, or one of {', '.join(DATE_WORDS)}"
        raise UsageError(f'date-format "{pattern}" {reason}', hint=hint)


def _lost_part(pattern: str) -> str:
    """Why times of this pattern would lose a part, as a day without a month would; "" where they do not."""
    used = set(re.findall("%(.)", pattern))
    has_month, has_day = bool(used & set("mbBj")), bool(used & set("djuwaA"))
    if "d" in used and not has_month:
        return "has a day and no month (%m)"
    if used & set("aAuw") and not used & set("UWVd"):
        return "has a weekday and no week (%W or %V) or day (%d)"
    if used & set("HIMSf") and not has_day:
        return "has a time of day and no day (%d)"
    if "I" in used and "p" not in used:
        return "has hours to 12 and no %p"
    if used & set("MSf") and not used & set("HI"):
        return "has minutes or seconds and no hour (%H)"
    return ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do with rows that are not one number per step; None is the default of each."""

    gaps: Gaps | None = None
    """Steps without a row; by default the seasonal naive forecast: the value a season before, or the last.
    See `gaps_or_default`."""
    missing: Gaps | None = None
    """Rows without a number; as `gaps`."""
    duplicates: Duplicates | None = None
    """Rows of the same series and time; by default "error"."""
    resample: Resample | None = None
    """How rows within one step become one; by default rows off the step are refused."""
    unusable: Unusable | None = None
    """One of several series that cannot be used; by default "skip"."""

    @property
    def is_strict(self) -> bool:
        """Whether nothing that cannot be used is left out."""
        return self.unusable == "error"

    @property
    def gaps_or_default(self) -> Gaps | None:
        """The policy for steps without a row: where rows are added up, no row is a sum of 0."""
        return "zero" if self.gaps is None and self.resample == "sum" else self.gaps

    def __post_init__(self) -> None:
        for name, value, words in (
            ("gaps", self.gaps, get_args(Gaps)),
            ("missing", self.missing, get_args(Gaps)),
            ("duplicates", self.duplicates, get_args(Duplicates)),
            ("resample", self.resample, get_args(Resample)),
            ("unusable", self.unusable, get_args(Unusable)),
        ):
            if value is not None and value not in words:
                raise UsageError(f'{name} must be one of {", ".join(words)}, not "{value}"')


@dataclass(frozen=True, slots=True)
class ReadSpec:
    """How data are read; a model remembers it and reads new data the same way."""

    columns: Columns = Columns()
    notation: Notation = Notation()
    policy: Policy = Policy()
    frequency: str | None = None
    """The frequency in a word such as "monthly" or "15min"; None is detected in the data."""
    wide: bool = False
    """Each series is a column; `columns.series` is then a name for results, not a column."""
    targets: tuple[str, ...] = ()
    """Columns of a wide file that are read; () for every numeric one."""
    target: Target | None = None
    """What kind of target it is, with the classes that a model knows; None is detected in the data."""
    where: tuple[str, str] | None = None
    """A column and the text of it in the rows that are read; None for all rows."""

    def __post_init__(self) -> None:
        if self.targets and not self.wide:
            raise UsageError("several targets make a wide file")
        if self.wide and self.target is not None and self.target.kind == "label":
            raise UsageError("--label and --wide do not go together: a label is of a whole series")
        if self.wide and self.columns.target is not None:
            raise UsageError("every numeric column of a wide file is a target, not one")

    @property
    def alone(self) -> "ReadSpec":
        """The same without covariates."""
        return replace(self, columns=self.columns.alone)

    def over(self, remembered: "ReadSpec") -> "ReadSpec":
        """`remembered`, with the notation and the policy that this one states."""
        return replace(
            remembered,
            notation=_merged(self.notation, remembered.notation),
            policy=_merged(self.policy, remembered.policy),
        )


T = TypeVar("T", Notation, Policy)


def _merged(stated: T, remembered: T) -> T:
    values = {field.name: getattr(stated, field.name) for field in fields(stated)}
    return replace(remembered, **{name: value for name, value in values.items() if value not in (None, ())})
