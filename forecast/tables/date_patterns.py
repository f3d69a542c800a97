"""The formats of times that are recognised without being named."""

import re
from dataclasses import dataclass

from forecast.data.frequency import Form
from forecast.tables.matching import LazyPattern
from forecast.tables.months import ENGLISH

_NAME = f"(?P<name>{'|'.join(ENGLISH)})[.]?"
_YEAR = "(?P<year>[0-9]{4})"
_SHORT_YEAR = "(?P<short_year>[0-9]{2})"
_MONTH = "(?P<month>[0-9]{1,2})"
_DAY = "(?P<day>[0-9]{1,2})"
_ZONE = "(?P<zone>Z|z|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)"
_CLOCK = (
    "(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    f"(?: ?(?P<noon>[ap])[.]?m[.]?)? ?{_ZONE}?"
)
_COMPACT_CLOCK = "(?P<hour3>[0-9]{2})(?P<minute3>[0-9]{2})(?P<second3>[0-9]{2})?"
_HOUR = "(?P<hour2>[0-9]{1,2}) ?(?P<noon2>[ap])[.]?m[.]?"
_TIME_OF_DAY = f"(?:(?:T|,? +)(?:{_CLOCK}|{_HOUR}))?"


@dataclass(frozen=True, slots=True)
class TimePattern:
    """A format of times that is recognised without being named."""

    regex: LazyPattern
    form: Form
    """How results write these times; "datetime" where one has a time of day."""
    example: str


def _time_pattern(regex: str, form: Form, example: str) -> TimePattern:
    return TimePattern(LazyPattern(regex, re.IGNORECASE | re.ASCII), form, example)


DAY_FIRST = _time_pattern(f"{_DAY}([/.-]){_MONTH}\\2{_YEAR}{_TIME_OF_DAY}", "date", "31/12/2019")
MONTH_FIRST = _time_pattern(f"{_MONTH}([/.-]){_DAY}\\2{_YEAR}{_TIME_OF_DAY}", "date", "12/31/2019")
TIME_PATTERNS = (
    _time_pattern(f"{_YEAR}([/. -]){_MONTH}\\2{_DAY}{_TIME_OF_DAY}", "date", "2019-12-31"),
    _time_pattern(f"{_YEAR}[-/ ]?M?{_MONTH}", "month", "2019-12"),
    _time_pattern(f"M?{_MONTH}[-/ ]{_YEAR}", "month", "12/2019"),
    _time_pattern(f"{_YEAR}[- /:]?[QT](?P<quarter>[1-4])", "month", "2019Q4"),
    _time_pattern(f"[QT](?P<quarter>[1-4])[- /]?{_YEAR}", "month", "Q4 2019"),
    _time_pattern(f"(?P<quarter>[1-4])[QT][- /]?{_YEAR}", "month", "4Q2019"),
    _time_pattern(f"[QT](?P<quarter>[1-4])[- /]?'?{_SHORT_YEAR}", "month", "Q4 19"),
    _time_pattern(f"(?P<quarter>[1-4])[QT][- /]?'?{_SHORT_YEAR}", "month", "4Q19"),
    _time_pattern(f"{_SHORT_YEAR}[- ]?[QT](?P<quarter>[1-4])", "month", "19Q4"),
    _time_pattern(f"{_YEAR}[- /:]?(?P<roman>I{{1,3}}|IV)", "month", "2019-IV"),
    _time_pattern(f"(?P<roman>I{{1,3}}|IV)[- /:]{_YEAR}", "month", "IV/2019"),
    _time_pattern(f"{_YEAR}[- /]?[HS](?P<half>[12])", "month", "2019H2"),
    _time_pattern(f"[HS](?P<half>[12])[- /]?{_YEAR}", "month", "H2 2019"),
    _time_pattern(f"{_NAME}[-/, ]*{_YEAR}", "month", "Dec 2019"),
    _time_pattern(f"{_YEAR}[-/ ]?{_NAME}", "month", "2019 Dec"),
    _time_pattern(f"{_DAY}[.]?[-/ ]?{_NAME}[-/ ]?,? ?{_YEAR}{_TIME_OF_DAY}", "date", "31 Dec 2019"),
    _time_pattern(f"{_DAY}[-/ ]?{_NAME}[-/ ]?{_YEAR}:{_CLOCK}", "datetime", "31DEC2019:23:59:59"),
    _time_pattern(f"{_YEAR}[-/ ]{_NAME}[-/ ]{_DAY}{_TIME_OF_DAY}", "date", "2019-Dec-31"),
    _time_pattern(f"{_NAME}[-/ ]?{_DAY}(?:, ?| |-){_YEAR}{_TIME_OF_DAY}", "date", "Dec 31, 2019"),
    _time_pattern(f"{_NAME} +{_DAY} {_CLOCK} {_YEAR}", "datetime", "Dec 31 23:59:59 2019"),
    _time_pattern(
        "(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})T(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})"
        "(?P<second>[0-9]{2})?(?P<zone>Z|[+-][0-9]{2}:?(?:[0-9]{2})?)?",
        "datetime",
        "20191231T235959Z",
    ),
    _time_pattern(
        f"(?P<year>[0-9]{{4}})(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})[ T_:-](?:{_CLOCK}|{_COMPACT_CLOCK})",
        "datetime",
        "20191231 23:59",
    ),
    _time_pattern(f"{_YEAR}[- ]?W(?P<week>[0-9]{{1,2}})(?:-?(?P<weekday>[1-7]))?", "date", "2019-W52"),
    _time_pattern(f"W(?P<week>[0-9]{{1,2}})[-/., ]+{_YEAR}", "date", "W52 2019"),
    _time_pattern(f"{_YEAR}-(?P<yearday>[0-9]{{3}})", "date", "2019-365"),
    DAY_FIRST,
    MONTH_FIRST,
)
_COMPACT_DAY = "(?P<year>[12][0-9]{3})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])"
_COMPACT_HOUR = _COMPACT_DAY.replace("[12][0-9]{3}", "(?:19|20)[0-9]{2}") + "(?P<hour>[01][0-9]|2[0-4])"
COMPACT_MONTH = _time_pattern("(?P<year>[12][0-9]{3})(?P<month>0[1-9]|1[0-2])", "month", "201912")
COMPACT_PATTERNS = (
    COMPACT_MONTH,
    _time_pattern(_COMPACT_DAY, "date", "20191231"),
    _time_pattern(_COMPACT_HOUR, "datetime", "2019123123"),
    _time_pattern(f"{_COMPACT_HOUR}(?P<minute>[0-5][0-9])", "datetime", "201912312359"),
    _time_pattern(
        f"{_COMPACT_HOUR}(?P<minute>[0-5][0-9])(?P<second>[0-5][0-9])", "datetime", "20191231235959"
    ),
)
"""Integers that are dates; with an hour, of 1900 to 2099: other ten digits may be seconds since 1970."""
TWO_DIGIT_YEAR = LazyPattern(
    "(?:[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}"
    f"|(?:[0-9]{{1,2}}[-/ ])?{_NAME}[-/ ]?'?[0-9]{{2}})(?: .*)?",
    re.IGNORECASE | re.ASCII,
)
TWO_YEARS = LazyPattern("([12][0-9]{3})[/-]([0-9]{2}|[12][0-9]{3})", re.ASCII)
ZONE_NAME = LazyPattern(r".*[0-9]:[0-9]{2}.*?(?: ?[A-Z]{3,5}|\[[\w/+-]+\])", re.ASCII)
