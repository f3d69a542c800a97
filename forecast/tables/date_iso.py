"""A time in ISO 8601 from the named groups of the pattern that it matches."""

import numpy as np

from forecast.tables.months import ENGLISH
from forecast.tables.short_years import long_year

Groups = dict[str, str | None]


def iso_text(part: Groups) -> str:
    """A time in ISO 8601 from the named groups of its pattern, of a longer period its start; "" for none.

    24:00 is the end of the day: 00:00 of the next, which the caller adds (`ends_day`).
    """
    if part.get("week"):
        day = _day_of_week(part)
    elif part.get("yearday"):
        day = _day_of_year(part)
    else:
        year = part.get("year") or long_year(int(part["short_year"] or 0))
        day = f"{year}-{_month(part):0>2}-{part.get('day') or '1':0>2}"
    if part.get("hour3"):
        part = {**part, "hour": part["hour3"], "minute": part["minute3"], "second": part["second3"]}
    hour = part.get("hour") or part.get("hour2") or "0"
    if noon := part.get("noon") or part.get("noon2"):
        if not 1 <= int(hour) <= 12:
            return ""
        hour = str(int(hour) % 12 + 12 * (noon.lower() == "p"))
    if ends_day(part):
        hour = "0"
    return f"{day}T{hour:0>2}:{part.get('minute') or '00'}:{part.get('second') or '00'}" if day else ""


def ends_day(part: Groups) -> bool:
    """Whether a time is 24:00."""
    if part.get("hour") != "24":
        return False
    rest = (part.get("minute") or "0") + (part.get("second") or "0")
    return not rest.strip("0") and not part.get("noon")


def _month(part: Groups) -> str:
    """The month, or the first month of a quarter or a half; January for a year alone."""
    if name := part.get("name"):
        return str(ENGLISH.index(name.lower()) + 1)
    if roman := part.get("roman"):
        return str(("I", "II", "III", "IV").index(roman.upper()) * 3 + 1)
    if quarter := part.get("quarter"):
        return str(int(quarter) * 3 - 2)
    if half := part.get("half"):
        return str(int(half) * 6 - 5)
    return part.get("month") or "1"


def _day_of_week(part: Groups) -> str:
    """The date of a day of an ISO week, by default Monday; "" if the year has no such week."""
    week, weekday = int(part["week"] or 0), int(part.get("weekday") or 1)
    fourth = int(np.datetime64(f"{part['year']}-01-04", "D").astype(np.int64))  # always in week 1
    monday = fourth - (fourth + 3) % 7 + 7 * (week - 1)
    # A week belongs to the year of its Thursday.
    if str(np.datetime64(monday + 3, "D").astype("datetime64[Y]")) != part["year"]:
        return ""
    return str(np.datetime64(monday + weekday - 1, "D"))


def _day_of_year(part: Groups) -> str:
    """The date of a day of the year, 1 for the first; "" if the year has no such day."""
    day = np.datetime64(f"{part['year']}-01-01", "D") + int(part["yearday"] or 0) - 1
    return str(day) if str(day.astype("datetime64[Y]")) == part["year"] else ""
