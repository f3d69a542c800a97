"""What to say of a text that is no time, and the --date-format that would read it."""

import re

from forecast.tables.columns import CellError
from forecast.tables.date_patterns import TIME_PATTERNS, TWO_DIGIT_YEAR, ZONE_NAME, TimePattern

FORMAT_HINT = (
    "write times as 2019-12-31, 2019-12-31T23:00Z, 2019-12, 2019Q4 or 2019; "
    "or give their format: --date-format %d.%m.%Y reads 31.12.2019"
)


def no_pattern_fits(
    index: int, texts: list[str], cleaned: list[str], possible: list[TimePattern]
) -> CellError:
    """The error for the text at `index`, which matches none of the patterns that all before it match."""
    text = texts[index].strip()
    if ZONE_NAME.fullmatch(text):
        return CellError(
            index, f'"{text}" has a named time zone', hint="write zones as Z or +01:00, or leave them all out"
        )
    if TWO_DIGIT_YEAR.fullmatch(cleaned[index]):
        return CellError(
            index,
            f'"{text}" has a two-digit year',
            hint="give its format: --date-format " + suggested_format(cleaned[index]),
        )
    if re.fullmatch(r"[2-7][0-9]{4}[.][0-9]+", text):
        hint = "--date-format excel reads day numbers of a spreadsheet"
        return CellError(index, f'"{text}" is not a time', hint=hint)
    if index == 0 or len(possible) == len(TIME_PATTERNS):
        return CellError(index, f'"{text}" is not a time', hint=FORMAT_HINT)
    return CellError(
        index,
        f'"{text}" is not a time written like "{texts[0]}"',
        hint="write all times in one format: " + possible[0].example,
    )


def suggested_format(text: str) -> str:
    """A likely --date-format, in quotes, for a date of numbers or with an English name of its month."""
    day, clock = _split(text)
    if named := re.search(r"[^\W\d]+", day):
        day = day.replace(named[0], "%b", 1)
        parts = ["%d", "%y"] if len(re.findall("[0-9]+", day)) > 1 else ["%y"]
    else:
        numbers = re.findall("[0-9]+", day)
        parts = ["%m", "%d"] if int(numbers[1]) > 12 else ["%d", "%m"]
        parts.append("%Y" if len(numbers[2]) == 4 else "%y")
    return f'"{_with_directives(day, parts)}{_clock_format(clock)}"'


def _split(text: str) -> tuple[str, str]:
    """The date, and the time of day after it."""
    clock = re.search(r"[T ,]+[0-9]{1,2}(:[0-9]{2}| ?[ap]m\b).*", text, re.IGNORECASE)
    return (text, "") if clock is None else (text[: clock.start()], clock[0])


def _clock_format(text: str) -> str:
    is_half = re.search(r" ?[ap]m\b", text, re.IGNORECASE)
    digits = text if is_half is None else text.replace(is_half[0], is_half[0][:-2] + "%p")
    return _with_directives(digits, ["%I" if is_half else "%H", "%M", "%S"])


def _with_directives(text: str, directives: list[str]) -> str:
    """The text with its numbers replaced, one after another."""
    following = iter(directives)
    return re.sub("[0-9]+", lambda _: next(following, ""), text)
