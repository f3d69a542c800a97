"""The report of `check`: what was found in the data, and what `train` would do with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from forecast.data.cards import Card
from forecast.data.panel import Panel
from forecast.diagnostics.profile import (
    ClassCount,
    ColumnProfile,
    DataProfile,
    Occurrences,
    Place,
    ValueSummary,
    examine,
)
from forecast.errors import DataError
from forecast.forecasters.decomposition import FoundSeason
from forecast.phrases import counted
from forecast.planning import estimates
from forecast.planning.plan import Plan
from forecast.reading.reader import PartialRead
from forecast.reporting import notes
from forecast.reporting.seasons import Seasonality, Seasons, seasonality, seasons_line, seasons_of
from forecast.serialize import to_plain
from forecast.tables.columns import Guess

if TYPE_CHECKING:
    import pandas as pd

    from forecast.output.writing import Json

MOST_COLUMNS = 30
"""Columns that are named one by one."""

MOST_CLASSES = 10
"""Classes that are named one by one."""

MANY_OUTLIERS = 0.01
"""Share of outliers among the values above which they are too many to be errors."""

_PARTS = {
    "season": "the season of each series",
    "past": "a past covariate",
    "known": "a known covariate",
    "static": "a static covariate",
}

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FilesFound:
    """The files of a data set."""

    count: int
    """Files that could be read."""
    failed: int
    """Files that could not."""
    differing: tuple[str, ...]
    """Sentences about files that do not belong together with the others."""
    sampled: int
    """Series that the plan and the seasons are of."""


@dataclass(frozen=True, slots=True)
class DataReport:
    """What was found, planned and refused; `card` has all of it in words."""

    card: Card
    findings: DataProfile
    seasonality: Seasonality | None
    plan: Plan | None
    """What `train` would do; None where it would refuse."""
    seconds: float
    """Estimated time of training."""
    megabytes: float
    """Estimated memory of training."""
    repairs: tuple[str, ...]
    refusal: DataError | None
    """Why `train` would refuse the data."""
    long_seasons: tuple[FoundSeason, ...] | None = None
    """Those longer than the season of the plan, one of each period; None without a plan."""
    files: FilesFound | None = None
    """Of a data set that was read file by file."""

    def __repr__(self) -> str:
        """The card, and the reason of a refusal."""
        return repr(self.card) if self.refusal is None else f"{self.card!r}\nrefused: {self.refusal}"

    def to_frame(self) -> "pd.DataFrame":
        """The lines of the card as a pandas frame: item, value."""
        return self.card.to_frame()

    def _repr_html_(self) -> str:
        """The frame as a table, for notebooks."""
        return self.card._repr_html_()

    def facts(self) -> "dict[str, Json]":
        """The same for a program: names stay, new ones may come."""
        refusal = self.refusal
        return {
            "findings": cast("Json", to_plain(self.findings)),
            "seasonality": cast("Json", to_plain(self.seasonality)),
            "long_seasons": cast("Json", to_plain(self.long_seasons)),
            "plan": self._plan_facts(),
            "repairs": list(self.repairs),
            "files": cast("Json", to_plain(self.files)),
            "refusal": None
            if refusal is None
            else {"message": refusal.message, "where": refusal.where, "hint": refusal.hint},
        }

    def _plan_facts(self) -> "Json":
        if self.plan is None:
            return None
        recipe, spec = self.plan.recipe, self.plan.recipe.spec
        return {
            "window": spec.windows.window,
            "horizon": self.plan.horizon,
            "season": spec.season,
            "windows": self.plan.windows,
            "cell": spec.network.cell,
            "units": list(spec.network.units),
            "ensemble": recipe.ensemble,
            "origin": recipe.origin,
            "members": [*([spec.network.cell] if recipe.trains else []), *self._members(self.plan)],
            "backtests": self.plan.backtests,
            "seconds": round(self.seconds, 1),
            "megabytes": round(self.megabytes),
        }

    def _members(self, plan: Plan) -> list[str]:
        """Those that have a forecast: without long seasons a harmonic regression has none."""
        members = plan.combination.members
        without = () if self.long_seasons or len(members) == 1 else ("harmonic",)
        return [name for name in members if name not in without]


def data_report(
    draft: PartialRead,
    panel: Panel | None = None,
    plan: Plan | None = None,
    *,
    refusal: DataError | None = None,
) -> DataReport:
    """The report on data read as far as possible, and on the plan for their panel, if there is one."""
    found, reading = examine(draft), draft.reading
    season = None if reading is None else seasonality(reading.panel)
    seconds, megabytes, seasons = 0.0, 0.0, None
    if panel is not None and plan is not None:
        seasons = seasons_of(panel, plan.combination)
        season = seasons.short
        seconds, megabytes = estimates.seconds(panel, plan), estimates.megabytes(panel, plan)
    lines = [
        *_data(draft, found),
        *found_lines(found),
        *([] if reading is None else _repairs(draft)),
        *([] if panel is None or seasons is None else [("seasons", seasons_line(seasons, panel))]),
        *(
            []
            if panel is None or plan is None or seasons is None
            else training_lines(panel, plan, seasons, seconds, megabytes)
        ),
        *([] if refusal is None else [("refused", str(refusal))]),
    ]
    repairs = () if reading is None else reading.repairs
    card = Card(found.source, tuple(line for line in lines if line[1]))
    long = None if seasons is None else seasons.different
    return DataReport(card, found, season, plan, seconds, megabytes, repairs, refusal, long)


def _data(draft: PartialRead, found: DataProfile) -> list[Line]:
    """Rows, columns and guesses."""
    times = () if draft.times is None else draft.times.guesses
    guesses = (*draft.notation, *(draft.roles.guesses if draft.roles else ()), *times)
    return [("data", _rows(draft, found)), *column_lines(found), *guess_lines(guesses)]


def column_lines(found: DataProfile) -> list[Line]:
    """A line for each column, of many for the first ones."""
    columns = [("column", _column(column)) for column in found.columns[:MOST_COLUMNS]]
    if len(found.columns) > MOST_COLUMNS:
        columns.append(("column", f"and {len(found.columns) - MOST_COLUMNS:,} more"))
    return columns


def guess_lines(guesses: Iterable[Guess]) -> list[Line]:
    """A line for each guess, with its reason."""
    return [(f"guessed {part}", f"{guess} ({reason})") for part, guess, reason in guesses]


def _rows(draft: PartialRead, found: DataProfile) -> str:
    if draft.reading is not None:
        return notes.rows_line(draft.reading.panel)
    series = f" in {found.series:,} series" if found.series is not None and found.series > 1 else ""
    return f"{counted(found.rows, 'row')}{series}"


def _column(column: ColumnProfile) -> str:
    """Such as "tons: numbers, 58 different, the target"."""
    part = f", {_PARTS.get(column.part, f'the {column.part}')}" if column.part else ", not used"
    least = "at least " if column.at_least else ""
    return f"{column.name}: {column.kind}, {least}{column.different:,} different{part}"


def found_lines(found: DataProfile) -> list[Line]:
    """Frequency, gaps, missing values, duplicates, outliers, values or classes."""
    lines = []
    if found.step is not None and found.step.of:
        step = found.step
        lines.append(("step", f"{step.adjective}: {step.kept:,} of {step.of:,} rows keep it"))
    if found.gaps is not None:
        rows = f" of {counted(found.absent or 0, 'row')}" if found.gaps.count else ""
        lines.append(("gaps", _many(found.gaps, rows, before="before ")))
    for label, what in (("missing", found.missing), ("duplicates", found.duplicates)):
        if what is not None:
            lines.append((label, _many(what)))
    if found.outliers is not None:
        lines.append(("outliers", _outliers(found.outliers, found.values.count if found.values else 0)))
    if found.values is not None:
        lines.append(("values", _values(found.values, found.series or 1)))
    if found.classes is not None:
        lines.append(("classes", _classes(found.classes)))
    return lines


def _many(found: Occurrences, of: str = "", *, before: str = "") -> str:
    """Such as "3 of 5 rows: before line 8 (1914), ... and 4 more"."""
    if not found.count:
        return "none"
    places = [f"{before}{_place(place)}" for place in found.places]
    more = f" and {found.count - len(places):,} more" if found.count > len(places) else ""
    return f"{found.count:,}{of}: {', '.join(places)}{more}{_worst(found)}"


def _place(place: Place) -> str:
    series = "" if place.series is None else f'"{place.series}", '
    return f"{place.line} ({series}{place.time})"


def _worst(found: Occurrences) -> str:
    """The series with the most, where it is not one alone."""
    if found.in_series < 2:
        return ""
    named = ", ".join(f'"{each.id}" {each.count:,}' for each in found.worst)
    return f"; in {found.in_series:,} series, most in {named}"


def _outliers(found: Occurrences, numbers: int) -> str:
    if not found.count:
        return "none"
    named = "; ".join(
        f"{place.value:.6g}, {place.far:,.0f} standard deviations away, {_place(place)}"
        for place in found.places
    )
    many = "; too many to be errors" if found.count > MANY_OUTLIERS * numbers else ""
    more = f" and {found.count - len(found.places):,} more" if found.count > len(found.places) else ""
    return f"{found.count:,}: {named}{more}{_worst(found)}{many}"


def _values(values: ValueSummary, series: int) -> str:
    """Such as "0 to 9.5, mean 4.2; whole numbers, 3 zeros, none negative"."""
    still = f"{values.constant:,} of {series:,} series never change" if series > 1 else "never changes"
    facts = [
        "whole numbers" if values.whole else "",
        counted(values.zeros, "zero") if values.zeros else "no zeros",
        f"{values.negative:,} negative" if values.negative else "none negative",
        still if values.constant else "",
    ]
    range = f"{values.least:.6g} to {values.most:.6g}, mean {values.mean:.6g}"
    return f"{range}; {', '.join(filter(None, facts))}"


def _classes(found: tuple[ClassCount, ...]) -> str:
    """Such as "5: sun 714 (49 %), rain 641 (44 %), ... and 2 more"."""
    total = max(sum(each.count for each in found), 1)
    named = [
        f"{each.name} {each.count:,} ({100 * each.count / total:.0f} %)" for each in found[:MOST_CLASSES]
    ]
    more = f" and {len(found) - MOST_CLASSES:,} more" if len(found) > MOST_CLASSES else ""
    return f"{len(found)}: {', '.join(named)}{more}"


def _repairs(draft: PartialRead) -> list[Line]:
    assert draft.reading is not None
    reading = draft.reading
    curve = len(reading.panel) == 1 and not reading.panel.target.classes
    shape = [("shape", notes.sparkline(reading.panel[0].values))] if curve else []
    return [
        *(("repaired", repair) for repair in reading.repairs),
        *(("skipped", text) for text in notes.skipped(reading)),
        *shape,
    ]


def training_lines(
    panel: Panel, plan: Plan, seasons: Seasons, seconds: float, megabytes: float
) -> list[Line]:
    """What `train` would do, why, and the estimated cost."""
    trains = plan.recipe.trains
    remark = "early stopping may change it" if trains else "nothing is trained"
    return [
        ("windows", notes.windows_line(panel, plan)),
        ("plan", notes.plan_line(plan, any_long=seasons.any_long)),
        *plan.reasons,
        ("memory", f"estimated memory: {megabytes:,.0f} MB"),
        ("time", f"estimated training time: {_duration(seconds)}; {remark}"),
    ]


def _duration(seconds: float) -> str:
    """A length of time with a digit or two: "3 s", "40 s", "6 min", "2 h"."""
    if seconds < 10:
        return f"{max(round(seconds), 1)} s"
    if seconds < 100:
        return f"{round(seconds, -1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.0f} h"
