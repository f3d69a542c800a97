"""Times as programs and people write them, each read by `read_panel` with the right first and last time."""

import io
from datetime import date, datetime, timedelta

import pytest

from forecast.errors import DataError
from forecast.reading.reader import read_panel
from forecast.spec.reading import Notation, ReadSpec

HOURS = [datetime(2021, 1, 13) + timedelta(hours=hour) for hour in range(30)]
DAYS = [date(2021, 1, 1) + timedelta(days=day) for day in range(40)]
MONTHS = [date(2019 + month // 12, month % 12 + 1, 1) for month in range(30)]
QUARTERS = [(2015 + quarter // 4, quarter % 4 + 1) for quarter in range(14)]
WEEKS = [date(2020, 1, 6) + timedelta(weeks=week) for week in range(70)]
GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()  # noqa: SIM905
FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
SPANISH = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()  # noqa: SIM905
THREE_MONTHS = ("Jan-Mar", "Apr-Jun", "Jul-Sep", "Oct-Dec")
ROMAN = ("", "I", "II", "III", "IV")

OF_HOURS = {
    "%m/%d/%Y %I:%M:%S %p": "",
    "%m/%d/%Y %I %p": "",
    "%m/%d/%y %I:%M %p": "",
    "%d.%m.%Y, %H:%M": "",
    "%d.%m.%Y %H:%M Uhr": "",
    "%d/%m/%Y %Hh%M": "",
    "%Y%m%d %H:%M": "",
    "%Y%m%d_%H%M%S": "",
    "%Y%m%dT%H%M%S": "",
    "%d%b%Y:%H:%M:%S": "",
    "%d/%b/%Y:%H:%M:%S +0000": "Z",
    "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)": "Z",
    "%a %b %d %H:%M:%S %Y": "",
    "%a, %d %b %Y %H:%M:%S GMT": "Z",
    "%Y-%m-%d %H:%M:%S UTC": "Z",
    "%Y-%m-%d %H:%M:%S+00": "Z",
    "%Y-%m-%dT%H:%M:%S.000Z": "Z",
}
OF_DAYS = (
    *(
        "%m/%d/%Y",
        "%d/%m/%Y",
        "%m/%d/%y",
        "%d.%m.%y",
        "%y-%m-%d",
        "%y%m%d",
        "%d%m%Y",
        "%m%d%Y",
        "%Y-%j",
        "%Y%j",
    ),
    *(
        "%d-%b-%y",
        "%d %b %Y",
        "%b %d, %Y",
        "%a, %d %b %Y",
        "%A %m/%d/%Y",
        "%Y-%m-%d (%a)",
        "%Y %m %d",
        "%d%b%Y",
    ),
)
OF_MONTHS = (
    *("%m/%Y", "%m.%Y", "%Y.%m", "%Y %m", "%Y%m", "%YM%m", "%b-%y", "%y-%b", "%b '%y", "%b %Y", "%B %Y"),
    *("%B, %Y", "%Y-%b"),
)
OTHER_MONTHS = {
    "2019-1": lambda day: f"{day.year}-{day.month}",
    "2019:1": lambda day: f"{day.year}:{day.month}",
    "20191": lambda day: f"{day.year}{day.month}",
    "2019年1月": lambda day: f"{day.year}年{day.month}月",
    "Januar 2019": lambda day: f"{GERMAN[day.month - 1]} {day.year}",
    "janvier 2019": lambda day: f"{FRENCH[day.month - 1]} {day.year}",
    "enero de 2019": lambda day: f"{SPANISH[day.month - 1]} de {day.year}",
    "ene-19": lambda day: f"{SPANISH[day.month - 1][:3]}-{day.year % 100}",
}
OTHER_DAYS = {
    "1. Januar 2021": lambda day: f"{day.day}. {GERMAN[day.month - 1]} {day.year}",
    "1er janvier 2021": lambda day: f"{day.day}{'er' * (day.day == 1)} {FRENCH[day.month - 1]} {day.year}",
    "1 de enero de 2021": lambda day: f"{day.day} de {SPANISH[day.month - 1]} de {day.year}",
    "1st January 2021": lambda day: f"{day.day}{_ordinal(day.day)} {day:%B %Y}",
    "2021年1月1日": lambda day: f"{day.year}年{day.month}月{day.day}日",
}
OF_QUARTERS = {
    "1Q2015": lambda year, quarter: f"{quarter}Q{year}",
    "Q1'15": lambda year, quarter: f"Q{quarter}'{year % 100}",
    "15Q1": lambda year, quarter: f"{year % 100}Q{quarter}",
    "2015:1": lambda year, quarter: f"{year}:{quarter}",
    "2015-1": lambda year, quarter: f"{year}-{quarter}",
    "2015.1": lambda year, quarter: f"{year}.{quarter}",
    "20151": lambda year, quarter: f"{year}{quarter}",
    "2015 I": lambda year, quarter: f"{year} {ROMAN[quarter]}",
    "I/2015": lambda year, quarter: f"{ROMAN[quarter]}/{year}",
    "1st quarter 2015": lambda year, quarter: f"{quarter}{_ordinal(quarter)} quarter {year}",
    "1. Quartal 2015": lambda year, quarter: f"{quarter}. Quartal {year}",
    "FY2015 Q1": lambda year, quarter: f"FY{year} Q{quarter}",
    "2015.25": lambda year, quarter: f"{year + (quarter - 1) / 4:g}",
    "Jan-Mar 2015": lambda year, quarter: (
        f"{('Jan-Mar', 'Apr-Jun', 'Jul-Sep', 'Oct-Dec')[quarter - 1]} {year}"
    ),
}
OF_WEEKS = {
    "2020-W02": lambda day: "{}-W{:02d}".format(*day.isocalendar()),
    "2020 KW2": lambda day: "{} KW{}".format(*day.isocalendar()),
    "KW 02/2020": lambda day: "KW {1:02d}/{0}".format(*day.isocalendar()),
    "Week 2, 2020": lambda day: "Week {1}, {0}".format(*day.isocalendar()),
    "2020-02": lambda day: "{}-{:02d}".format(*day.isocalendar()),
    "2/2020": lambda day: "{1}/{0}".format(*day.isocalendar()),
    "202002": lambda day: "{}{:02d}".format(*day.isocalendar()),
    "range": lambda day: f"{day} - {day + timedelta(days=6)}",
    "range of two orders": lambda day: f"{day:%m/%d/%Y} to {day + timedelta(days=6):%m/%d/%Y}",
    "week of": lambda day: f"week of {day:%b %d, %Y}",
}


def _ordinal(number):
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number not in (11, 12, 13) else 0, "th")


def read(texts, spec=None, name="time"):
    rows = "".join(f'"{text}";{row % 7}\n' for row, text in enumerate(texts))
    return read_panel(io.BytesIO(f"{name};y\n{rows}".encode()), spec or ReadSpec())


def check(texts, step, first, last):
    frequency, times = (panel := read(texts).panel).frequency, panel.times
    assert (frequency.adjective, *frequency.text(times[[0, -1]]), len(times)) == (
        step,
        first,
        last,
        len(texts),
    )


@pytest.mark.parametrize(("spelling", "zone"), OF_HOURS.items())
def test_hours(spelling, zone):
    texts = [hour.strftime(spelling) for hour in HOURS]
    check(texts, "hourly", f"2021-01-13T00:00:00{zone}", f"2021-01-14T05:00:00{zone}")


def test_24_o_clock_is_the_end_of_a_day():
    texts = [f"{day} {hour:02d}:00" for day in DAYS[:3] for hour in range(1, 25)]
    check(texts, "hourly", "2021-01-01T01:00:00", "2021-01-04T00:00:00")


@pytest.mark.parametrize("spelling", OF_DAYS)
def test_days(spelling):
    check([day.strftime(spelling) for day in DAYS], "daily", "2021-01-01", "2021-02-09")


@pytest.mark.parametrize("spelling", OTHER_DAYS)
def test_days_in_words(spelling):
    check([*map(OTHER_DAYS[spelling], DAYS)], "daily", "2021-01-01", "2021-02-09")


@pytest.mark.parametrize("spelling", OF_MONTHS)
def test_months(spelling):
    check([month.strftime(spelling) for month in MONTHS], "monthly", "2019-01", "2021-06")


@pytest.mark.parametrize("spelling", OTHER_MONTHS)
def test_months_in_words(spelling):
    check([*map(OTHER_MONTHS[spelling], MONTHS)], "monthly", "2019-01", "2021-06")


def test_years_in_decimals_are_months():
    check([f"{1958 + (month + 2.5) / 12:.3f}" for month in range(40)], "monthly", "1958-03", "1961-06")


@pytest.mark.parametrize("spelling", OF_QUARTERS)
def test_quarters(spelling):
    texts = [OF_QUARTERS[spelling](year, quarter) for year, quarter in QUARTERS]
    check(texts, "quarterly", "2015-01", "2018-04")


@pytest.mark.parametrize("spelling", OF_WEEKS)
def test_weeks(spelling):
    check([*map(OF_WEEKS[spelling], WEEKS)], "weekly", "2020-01-06", "2021-05-03")


def test_months_under_the_name_week_are_weeks_and_it_is_said():
    result = read([f"2020-{week:02d}" for week in range(1, 11)], name="week")
    assert result.panel.frequency.text(result.panel.times[[0, -1]]) == ["2019-12-30", "2020-03-02"]
    assert ("times", "weeks, each by its Monday", "its name") in result.guesses


def test_only_one_order_of_day_and_month_keeps_an_even_step():
    result = read([f"{month.month}/1/{month.year}" for month in MONTHS])
    assert result.panel.frequency.adjective == "monthly"
    assert ("times", "month first", "only then all rows are one step apart") in result.guesses
    assert result.read.notation.day_first is False


def test_days_that_two_orders_could_keep_are_refused():
    with pytest.raises(DataError, match="no row proves which") as refused:
        read([f"{month}/1/2019" for month in range(1, 10)])
    assert '--date-format "%d/%m/%Y"' in refused.value.hint


def test_a_model_reads_ambiguous_dates_in_the_order_that_its_own_data_proved():
    trained = read([day.strftime("%d/%m/%Y") for day in DAYS])
    new = read(["05/03/2021", "06/03/2021"], trained.read).panel
    assert new.frequency.text(new.times) == ["2021-03-05", "2021-03-06"]


@pytest.mark.parametrize("texts", [["210113", "210114", "210115"], ["010120", "020120", "030120"]])
def test_integers_that_may_be_dates_or_steps_are_refused_with_a_format_that_reads_them(texts):
    with pytest.raises(DataError, match="may be the date") as refused:
        read(texts)
    pattern = refused.value.hint.split('"')[1]
    panel = read(texts, ReadSpec(notation=Notation(date_format=pattern))).panel
    assert len(panel.times) == 3


def test_a_thirteenth_month_is_refused_with_its_line():
    with pytest.raises(DataError, match='line 14, column "time": "201913" has month 13'):
        read([f"2019{month:02d}" for month in range(1, 14)])


@pytest.mark.parametrize(
    ("pattern", "texts", "first"),
    [
        ("%Y-%W", ["2020-01", "2020-02", "2020-03"], "2020-01-06"),
        ("%G-W%V", ["2020-W01", "2020-W02", "2020-W03"], "2019-12-30"),
        ("%d. %B %y", ["13. Mai 20", "14. Mai 20", "15. Mai 20"], "2020-05-13"),
    ],
)
def test_a_named_pattern_loses_no_part(pattern, texts, first):
    panel = read(texts, ReadSpec(notation=Notation(date_format=pattern))).panel
    assert panel.frequency.text(panel.times[:1]) == [first]
    assert len(set(panel.times.tolist())) == 3


@pytest.mark.parametrize(
    ("texts", "step", "first", "last"),
    [
        (
            [f"20230102{hour:02d}" for hour in range(1, 25)],
            "hourly",
            "2023-01-02T01:00:00",
            "2023-01-03T00:00:00",
        ),
        (
            [f"{month:%b}-{month.year % 100 + 30:02d}" for month in MONTHS],
            "monthly",
            "1949-01",
            "1951-06",
        ),
        ([f"{month:%y%m}" for month in MONTHS], "monthly", "2019-01", "2021-06"),
        ([f"{month.year}0{month.month:02d}" for month in MONTHS[:24]], "monthly", "2019-01", "2020-12"),
        ([f"{1949 + month / 12:.11f}" for month in range(30)], "monthly", "1949-01", "1951-06"),
    ],
)
def test_integers_and_short_years(texts, step, first, last):
    check(texts, step, first, last)


def test_a_day_or_a_period_of_one_year_is_refused():
    with pytest.raises(DataError, match="may be day or period 12 of 2020"):
        read([f"2020{period:03d}" for period in range(1, 13)])


@pytest.mark.parametrize("texts", [["1.1299", "1.2780", "1.1307"], ["12.1534", "12.1611", "12.1588"]])
def test_prices_are_no_months(texts):
    with pytest.raises(DataError, match="is not a time"):
        read(texts)


def test_days_without_a_year_are_no_months_of_two_digit_years():
    days = [date(2021, 1, 1) + timedelta(days=day) for day in range(80)]
    with pytest.raises(DataError):
        read([f"{day:%d-%b}" for day in days])
