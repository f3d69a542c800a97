import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.data.frequency import ADJECTIVES
from forecast.data.frequency_names import parse_frequency
from forecast.data.inference import infer_frequency
from forecast.errors import DataError, UsageError

MONTHS = np.arange("2020-01", "2021-01", dtype="datetime64[M]").astype("datetime64[s]")


def clock(text, times=MONTHS, **how):
    return parse_frequency(text).frequency(times, **{"form": "date", "offset_seconds": None, **how})


@pytest.mark.parametrize("unit", ADJECTIVES)
@pytest.mark.parametrize("count", [1, 4])
def test_every_word_that_the_tool_prints_is_taken_back(unit, count):
    word = ADJECTIVES[unit] if count == 1 else f"{count}-{ADJECTIVES[unit]}"
    assert (parse_frequency(word).unit, parse_frequency(word).count) == (unit, count)


@pytest.mark.parametrize(
    ("text", "unit", "count"),
    [
        *(("D", "day", 1), ("B", "weekday", 1), ("W", "week", 1), ("M", "month", 1), ("MS", "month", 1)),
        *(("Q", "quarter", 1), ("QS", "quarter", 1), ("Y", "year", 1), ("YS", "year", 1), ("A", "year", 1)),
        *(
            ("h", "hour", 1),
            ("H", "hour", 1),
            ("15min", "minute", 15),
            ("30T", "minute", 30),
            ("2h", "hour", 2),
        ),
        *(("Daily", "day", 1), ("2 weeks", "week", 2), ("month", "month", 1), ("step", "step", 1)),
    ],
)
def test_short_names_and_those_of_pandas_are_known(text, unit, count):
    assert (parse_frequency(text).unit, parse_frequency(text).count) == (unit, count)


@pytest.mark.parametrize(
    "text", ["", "m", "0D", "-1D", "1.5h", "3", "fortnightly", "W-SUN", "99999999D", "٣D"]
)
def test_other_words_are_refused_with_the_list(text):
    with pytest.raises(UsageError) as refused:
        parse_frequency(text)
    assert "working-daily" in refused.value.hint


@given(st.text(max_size=8))
def test_any_text_is_a_step_or_wrong_use(text):
    try:
        step = parse_frequency(text)
    except UsageError:
        return
    assert step.count >= 1
    assert step.unit in ADJECTIVES


@pytest.mark.parametrize(
    "times", [MONTHS, MONTHS.astype("datetime64[M]")[::3], MONTHS[:1] - np.timedelta64(1, "s")]
)
def test_a_step_that_is_named_as_it_is_found_is_the_same(times):
    times = times.astype("datetime64[s]")
    if len(times) > 1:
        found = infer_frequency(times, np.array([0, len(times)]))
        assert clock(found.adjective, times) == found


def test_a_step_below_the_day_gives_times_a_clock():
    assert clock("hourly").form == "datetime"
    assert clock("daily", form="month").form == "date"
    assert clock("quarterly", form="month").form == "month"


def test_the_last_days_of_months_are_months():
    ends = (MONTHS.astype("datetime64[D]") - np.timedelta64(1, "D")).astype("datetime64[s]")
    assert clock("monthly", ends).month_end
    assert not clock("monthly").month_end


def test_integers_have_years_and_steps_alone():
    years = np.arange(2000, 2005)
    assert clock("2-yearly", years, form="integer").unit == "year"
    assert clock("step", years, form="integer").unit == "step"
    with pytest.raises(DataError, match="no monthly step"):
        clock("monthly", years, form="integer")
