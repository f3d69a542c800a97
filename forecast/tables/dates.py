"""Times in a column of text; a text that is no time is an error with its position.

All times of a column have one format. Where the day or the month may be first, some row
must prove the order; no number is read as a time in 1970 by mistake.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.data.frequency import FIRST_YEAR, LAST_YEAR, Form, Times
from forecast.data.inference import evenness
from forecast.data.pattern import DAY
from forecast.tables.columns import CellError, Guess
from forecast.tables.date_hints import FORMAT_HINT, no_pattern_fits, suggested_format
from forecast.tables.date_integers import dates_of_integers, part_guess
from forecast.tables.date_iso import ends_day, iso_text
from forecast.tables.date_patterns import (
    COMPACT_PATTERNS,
    DAY_FIRST,
    MONTH_FIRST,
    TIME_PATTERNS,
    TWO_DIGIT_YEAR,
    TWO_YEARS,
    TimePattern,
)
from forecast.tables.date_texts import (
    months_of_decimals,
    normalized,
    part_of_year,
    starts_of_ranges,
    with_part,
    years_and_numbers,
)
from forecast.tables.matching import LazyPattern, all_matches
from forecast.tables.numbers import integers
from forecast.tables.short_years import with_long_years

EXCEL_SERIALS = range(25_000, 80_001)
"""Days since 1899-12-30 from 1968 to 2119."""
EPOCHS = range(10**9, 10**10)
"""Seconds since 1970 from 2001 to 2286."""
EPOCH_UNITS = (1, 10**3, 10**6, 10**9)
"""Units per second: seconds, milliseconds, microseconds, nanoseconds."""


@dataclass(frozen=True, slots=True)
class ParsedTimes:
    """The times of a column's distinct texts and how they are written."""

    times: Times
    """(texts,) int64 for integer years and steps, datetime64[s] else (UTC where zoned)."""
    form: Form
    offset_seconds: int | None
    """Zone of the times, in seconds east of UTC; None where they have none."""
    repair: str = ""
    """A sentence where times of several zones were converted to UTC."""
    guesses: tuple[tuple[str, str, str], ...] = ()
    """What was decided by more than one text: role, decision, reason."""
    day_first: bool | None = None
    """Whether the day is before the month, where numbers alone do not say it."""


_NUMBERED = (
    LazyPattern(
        "(?P<word>day|week|month|quarter|year|period|hour|step|t|obs)[. _#-]?(?P<number>[0-9]{1,6})", re.I
    ),
    LazyPattern("(?P<number>[12][0-9]{3})(?P<word>s)"),
    LazyPattern("(?P<word>FY|CY) ?(?P<number>[12][0-9]{3})"),
    LazyPattern(r"(?P<word>/Date)\((?P<number>[0-9]{9,16})\)/"),
)
"""Integers with letters around them."""

_ISO = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?")

EVEN_MONTHS = 0.7
"""Share of rows one step apart from which numbers with a point may be years and months."""
READABLE_SHARE = 0.8
"""A column with a larger share of dates is one of dates; its other texts are then errors."""

TimeKind = Literal["dates", "years", "stamps", "steps", "none"]
"""Stamps are integers such as 20191231, or seconds since 1970."""


def kind_of(texts: list[str], *, most: int = 1000) -> TimeKind:
    """The kind of times that a column may hold, by its first `most` texts; parsing may still fail."""
    sample = _numbered(_without_zero_fractions([text.strip() for text in texts[:most] if text.strip()]))
    numbers = integers(sample)
    if numbers is not None and sample:
        if _compact_pattern(sample) or _epoch_unit(numbers) or _may_be_dates(sample):
            return "stamps"
        return "years" if _all_within(numbers, range(FIRST_YEAR, LAST_YEAR + 1)) else "steps"
    rewritten, _ = _rewritten(sample, named_week=False)
    for regex in (*(pattern.regex for pattern in TIME_PATTERNS), TWO_DIGIT_YEAR):
        if sum(map(bool, map(regex.fullmatch, rewritten))) > READABLE_SHARE * len(sample):
            return "dates"
    return "none"


def parse(
    texts: list[str],
    *,
    integer_steps: bool = False,
    named_week: bool = False,
    day_first: bool | None = None,
) -> ParsedTimes:
    """The time in each text, all of one format; a `CellError` for a text without a time of that format.

    With `integer_steps`, integers are plain counters even if they look like dates. With `named_week`,
    the name of the column says that 2020-05 is a week. `day_first` is the order of day and month where
    nothing proves it, None if unknown.
    """
    cleaned = [text.strip() for text in texts]
    refuse_empty(cleaned)
    cleaned = _numbered(_without_zero_fractions(cleaned))
    numbers = integers(cleaned)
    if numbers is not None:
        return _parse_integers(cleaned, numbers, integer_steps=integer_steps, named_week=named_week)
    if not named_week:
        _refuse_two_years(texts, cleaned)
    if integers(cleaned[:1]) is not None and months_of_decimals(cleaned) is None:
        index = next(index for index, text in enumerate(cleaned) if integers([text]) is None)
        raise CellError(index, f'"{texts[index]}" is not a time like "{texts[0]}"', hint=FORMAT_HINT)
    rewritten, guesses = _rewritten(cleaned, named_week=named_week)
    parsed = _parse_dates(texts, rewritten, day_first)
    return replace(parsed, guesses=(*guesses, *parsed.guesses))


def _rewritten(cleaned: list[str], *, named_week: bool) -> tuple[list[str], tuple[Guess, ...]]:
    """The texts as patterns know them, and what was decided by all of them."""
    if starts := starts_of_ranges(cleaned):
        return normalized(starts), (("times", "the first of each range", f'such as "{cleaned[0]}"'),)
    cleaned = normalized(cleaned)
    if months := months_of_decimals(cleaned):
        return months, (("times", f"{cleaned[0]} as {months[0]}", "decimals of a year, one step apart"),)
    if longer := with_long_years(cleaned):
        return longer[0], (longer[1],)
    pairs = years_and_numbers(cleaned)
    if pairs is None:
        return cleaned, ()
    years, numbers = pairs
    # Prices have a point too: 2019.01, 10.1999.
    if (
        "." in cleaned[0]
        and evenness(np.array([12 * y + n for y, n in zip(*pairs, strict=True)])) < EVEN_MONTHS
    ):
        return cleaned, ()
    part = part_of_year(years, numbers, named_week=named_week)
    guesses = () if part == "month" else (part_guess(part, numbers, named_week=named_week),)
    return with_part(years, numbers, part), guesses


def _may_be_dates(texts: list[str]) -> bool:
    """Whether integers are dates in another order, or an error says that they may be."""
    try:
        return dates_of_integers(texts) is not None
    except CellError:
        return True


def refuse_empty(texts: list[str]) -> None:
    """Refuse a row without a time."""
    if "" in texts:
        index = texts.index("")
        raise CellError(index, "the time is missing", hint="give the row a time, or remove it")


def _refuse_two_years(texts: list[str], cleaned: list[str]) -> None:
    """Refuse seasons such as 2004/05, 2005/06: each one could be a month, the column cannot."""
    matches = map(TWO_YEARS.fullmatch, cleaned)
    single_month = len(texts) == 1 and re.fullmatch(".*[/-](0[1-9]|1[0-2])", cleaned[0])
    if not single_month and all(match and (int(match[2]) - int(match[1])) % 100 == 1 for match in matches):
        raise CellError(0, f'"{texts[0]}" is two years', hint="write one year: the first or the second")


def _all_within(numbers: list[int], span: range) -> bool:
    return span.start <= min(numbers) and max(numbers) < span.stop


def _without_zero_fractions(texts: list[str]) -> list[str]:
    """Integers written as 2019.0 (by programs that read a column with missing values) as 2019."""
    if all(re.fullmatch(r"-?[0-9]+[.]0+", text) for text in texts):
        return [text.partition(".")[0] for text in texts]
    return texts


def _numbered(texts: list[str]) -> list[str]:
    """The integers of texts that hold one each, and the same few letters: Day 12, 1990s, /Date(0)/."""
    if not texts or texts[0].isdigit():
        return texts
    for regex in _NUMBERED:
        matches = all_matches(regex, texts)
        if len({match["word"].lower() for match in matches}) == 1:
            return [match["number"] for match in matches]
    return texts


def _compact_pattern(texts: list[str]) -> TimePattern | None:
    """The pattern by which all integers are dates like 20191231; None where there is none."""
    for pattern in COMPACT_PATTERNS:
        if all(map(pattern.regex.fullmatch, texts)):
            return pattern
    return None


def _epoch_unit(numbers: list[int]) -> int | None:
    """How many units make a second, where all integers count one unit from 1970; else None."""
    for per_second in EPOCH_UNITS:
        if _all_within(numbers, range(EPOCHS.start * per_second, EPOCHS.stop * per_second)):
            return per_second
    return None


def _parse_integers(
    texts: list[str], numbers: list[int], *, integer_steps: bool, named_week: bool
) -> ParsedTimes:
    if not integer_steps:
        if found := dates_of_integers(texts, named_week=named_week):
            return replace(_parse_dates(texts, found[0], None), guesses=(found[1],))
        if pattern := _compact_pattern(texts):
            return _parse_by_pattern(texts, texts, pattern)
        if per_second := _epoch_unit(numbers):
            return _parse_epochs(texts, numbers, per_second)
        if _all_within(numbers, EXCEL_SERIALS):
            raise CellError(
                0,
                f'"{texts[0]}" looks like a day number of a spreadsheet',
                hint="--date-format excel reads it as a date; number plain steps from 1",
            )
    return ParsedTimes(np.array(numbers, dtype=np.int64), "integer", None)


def _parse_epochs(texts: list[str], numbers: list[int], per_second: int) -> ParsedTimes:
    seconds, rest = np.divmod(np.array(numbers, dtype=np.int64), per_second)
    guesses = fractions_left_out(texts, rest != 0)
    return ParsedTimes(seconds.astype("datetime64[s]"), "datetime", 0, guesses=guesses)


def _parse_dates(texts: list[str], cleaned: list[str], day_first: bool | None) -> ParsedTimes:
    """Times in the pattern that every text matches.

    A `CellError` where there is none, or where nothing says whether the day or the month is first.
    """
    if plain := _parse_iso(cleaned):
        return plain
    possible = list(TIME_PATTERNS)
    for index, text in enumerate(cleaned):
        matching = [pattern for pattern in possible if pattern.regex.fullmatch(text)]
        if not matching:
            raise no_pattern_fits(index, texts, cleaned, possible)
        possible = matching
    if DAY_FIRST in possible:
        return _parse_day_or_month_first(texts, cleaned, day_first)
    return _parse_by_pattern(texts, cleaned, possible[0])


def _parse_iso(texts: list[str]) -> ParsedTimes | None:
    """Plain times in ISO 8601 without a zone, which NumPy reads itself; None where one is no such time."""
    if not all(map(_ISO.fullmatch, texts)):
        return None
    try:
        times = np.array(texts, dtype="datetime64[s]")
    except ValueError:  # 30 February, 24:00
        return None
    return ParsedTimes(times, "datetime" if any(":" in text for text in texts) else "date", None)


def _parse_day_or_month_first(texts: list[str], cleaned: list[str], day_first: bool | None) -> ParsedTimes:
    """Times in the order of day and month that a number over 12, or an even step, proves.

    Else in the order `day_first`; a `CellError` where that is None. Where the two numbers of every date
    are equal the order makes no difference.
    """
    # The last rows that prove an order, and the first row in which the order matters; -1 for none.
    first_over, second_over, unequal = -1, -1, -1
    for index, text in enumerate(cleaned):
        first, second = (int(part) for part in re.split("[/.-]", text, maxsplit=2)[:2])
        first_over = index if first > 12 else first_over
        second_over = index if second > 12 else second_over
        unequal = index if first != second and unequal < 0 else unequal
    if first_over >= 0 and second_over >= 0:
        raise CellError(
            second_over,
            f'"{texts[second_over]}" has the month first, "{texts[first_over]}" has it second',
            hint="write all dates in one format: 2019-12-31",
        )
    if first_over >= 0 or second_over >= 0 or unequal < 0:
        pattern = DAY_FIRST if first_over >= 0 else MONTH_FIRST
        proved = None if unequal < 0 else first_over >= 0
        return replace(_parse_by_pattern(texts, cleaned, pattern), day_first=proved)
    if day_first is not None:
        pattern = DAY_FIRST if day_first else MONTH_FIRST
        return replace(_parse_by_pattern(texts, cleaned, pattern), day_first=day_first)
    return _parse_by_even_step(texts, cleaned, unequal)


def _parse_by_even_step(texts: list[str], cleaned: list[str], unequal: int) -> ParsedTimes:
    """Times in the only order of day and month in which all are one step apart; a `CellError` without one."""
    patterns = {True: DAY_FIRST, False: MONTH_FIRST}
    both = {first: _parse_by_pattern(texts, cleaned, pattern) for first, pattern in patterns.items()}
    even = [first for first, parsed in both.items() if evenness(parsed.times) == 1.0]
    if len(even) != 1:
        raise CellError(
            unequal,
            f'"{texts[unequal]}" may have the day or the month first, and no row proves which',
            hint=f"choose one: --date-format {suggested_format(cleaned[unequal])}, or the other way round",
        )
    first = even[0]
    guess = ("times", f"{'day' if first else 'month'} first", "only then all rows are one step apart")
    return replace(both[first], guesses=(guess,), day_first=first)


def _parse_by_pattern(texts: list[str], cleaned: list[str], pattern: TimePattern) -> ParsedTimes:
    """Times of one pattern: each text is rewritten as ISO 8601, then all are converted at once."""
    iso_texts: list[str] = []
    zones: list[str | None] = []
    day_ends: list[int] = []
    has_time_of_day = False
    fractions: list[bool] = []
    fullmatch = pattern.regex.fullmatch
    for text in cleaned:
        match = fullmatch(text)
        part = match.groupdict() if match else {}
        fractions.append(bool((part.get("fraction") or "0").strip("0")))
        iso_texts.append(iso_text(part))
        zones.append(part.get("zone"))
        day_ends.append(DAY if ends_day(part) else 0)
        has_time_of_day = has_time_of_day or any(part.get(name) for name in ("hour", "hour2", "hour3"))
    times = _to_times(texts, iso_texts) + np.array(day_ends, dtype="timedelta64[s]")
    if any(zones):
        offset_of = {zone: _offset_seconds(zone) for zone in set(zones) if zone}
        parsed = in_one_zone(texts, times, [offset_of[zone] if zone else None for zone in zones])
    else:
        parsed = ParsedTimes(times, "datetime" if has_time_of_day else pattern.form, None)
    return replace(parsed, guesses=fractions_left_out(texts, fractions))


def fractions_left_out(
    texts: list[str], has_fraction: Sequence[bool] | NDArray[np.bool_]
) -> tuple[Guess, ...]:
    """What to say where some of the times are no whole seconds: the fractions are left out."""
    index = int(np.argmax(has_fraction)) if len(has_fraction) else 0
    if not len(has_fraction) or not has_fraction[index]:
        return ()
    return (("times", "whole seconds", f'fractions are left out, first of "{texts[index]}"'),)


def _to_times(texts: list[str], iso_texts: list[str]) -> NDArray[np.datetime64]:
    """The times; a `CellError` for the first that is not in the calendar, such as 30 February."""
    try:
        if all(iso_texts):
            return np.array(iso_texts, dtype="datetime64[s]")
    except ValueError:
        pass
    for index, iso in enumerate(iso_texts):
        if not iso or not _is_valid_date(iso):
            raise CellError(index, f'"{texts[index]}" is not a valid date', hint="correct the date")
    raise AssertionError("one text must have failed")


def _is_valid_date(iso: str) -> bool:
    try:
        np.datetime64(iso, "s")
    except ValueError:
        return False
    return True


def _offset_seconds(zone: str) -> int:
    """Seconds east of UTC."""
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def in_one_zone(texts: list[str], times: NDArray[np.datetime64], zones: list[int | None]) -> ParsedTimes:
    """Local times with zones, in seconds east of UTC, as UTC; the zone is kept where all have the same one.

    A `CellError` where some have a zone and some have none.
    """
    if None in zones:
        index = zones.index(None)
        raise CellError(
            index, f'"{texts[index]}" has no zone, other times have one', hint="give all times a zone"
        )
    offsets = [offset for offset in zones if offset is not None]
    utc = times - np.array(offsets, dtype="timedelta64[s]")
    distinct = set(offsets)
    if len(distinct) == 1:
        return ParsedTimes(utc, "datetime", offsets[0])
    return ParsedTimes(utc, "datetime", 0, repair=f"times of {len(distinct)} zones converted to UTC")
