import io
import re
import time

import numpy as np
import pytest

from forecast import workflow
from forecast.errors import DataError
from forecast.events import Note
from forecast.planning import estimates
from forecast.planning.plan import plan_values
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, Policy, ReadSpec
from forecast.spec.training import TrainRequest
from tests.panels import wave


def monthly(values, *, header="month,y", first="2010-01"):
    times = np.datetime64(first) + np.arange(len(values))
    return "\n".join([header, *(f"{time},{value}" for time, value in zip(times, values, strict=True))])


def check(content, **request):
    return workflow.check(io.BytesIO(content.encode()), TrainRequest(**request))


def said(content, **request):
    return dict(check(content, **request).card.lines)


NUMBERS = wave(120).round(2)


def test_a_clean_file_is_told_with_its_evidence_and_the_plan():
    lines = said(monthly(NUMBERS))
    assert lines["step"] == "monthly: 119 of 119 rows keep it"
    assert [lines[label] for label in ("gaps", "missing", "duplicates", "outliers")] == ["none"] * 4
    assert re.fullmatch(
        r"12 rows \(autocorrelation 0.8\d beside the trend, noise has up to 0.\d\d\)", lines["seasons"]
    )
    assert lines["windows"].endswith("windows")
    assert lines["memory"].startswith("estimated memory: ")


NOISE = np.random.default_rng(3).normal(size=120)


@pytest.mark.parametrize(
    ("values", "seasonal"),
    [
        (NUMBERS, True),
        (NUMBERS + 5 * np.arange(120), True),
        (NOISE, False),
        (NOISE.cumsum(), False),
        (NOISE + 5 * np.arange(120), False),
        (NOISE + 50 * np.sin(np.arange(120) / 15), False),
    ],
    ids=["wave", "wave and slope", "noise", "walk", "slope", "slow wave"],
)
def test_a_season_is_found_beside_trends_and_trends_are_none(values, seasonal):
    report = check(monthly(values.round(2)))
    assert report.seasonality.seasonal == seasonal
    line = dict(report.card.lines)["seasons"]
    assert line.startswith("12 rows (" if seasonal else "no season of 12 rows (autocorrelation ")


def daily(values):
    times = np.datetime64("2015-01-01") + np.arange(len(values))
    return "\n".join(["day,y", *(f"{time},{value:.2f}" for time, value in zip(times, values, strict=True))])


def test_a_year_of_days_is_no_week_and_brings_the_harmonic_regression():
    random = np.random.default_rng(1)
    year = 10 * np.sin(2 * np.pi * np.arange(1200) / 365.25) + random.normal(size=1200)
    report = check(daily(year))
    lines = dict(report.card.lines)
    assert re.fullmatch(
        r"no season of 7 rows \(.*\), 365.25 rows \(explains \d\d % of what .* shorter seasons leave\)",
        lines["seasons"],
    )
    assert "harmonic regression" in lines["plan"]
    assert "harmonic" in report.facts()["plan"]["members"]
    (long,) = report.facts()["long_seasons"]
    assert (long["period"], long["cycle"]) == (365.25, False)
    assert report.seasonality.seasonal == 0


def test_without_a_long_season_the_plan_names_no_harmonic_regression():
    report = check(monthly(NUMBERS))
    assert "harmonic" not in dict(report.card.lines)["plan"]
    assert "harmonic" not in report.facts()["plan"]["members"]
    assert report.facts()["long_seasons"] == []


@pytest.mark.parametrize(
    ("content", "request_", "line"),
    [
        (monthly(NUMBERS[:30]), {}, "none: 30 rows are fewer than three seasons of 12"),
        (monthly(NUMBERS), {"season": 1, "periods": ()}, "none (requested)"),
        (
            "\n".join(["year,y", *(f"{1900 + row},{value:.2f}" for row, value in enumerate(NOISE))]),
            {},
            "none",
        ),
    ],
)
def test_why_there_is_no_season_is_said(content, request_, line):
    assert said(content, **request_)["seasons"].startswith(line)


@pytest.mark.parametrize(
    ("content", "request_", "reason"),
    [
        (monthly(NUMBERS), {}, "3, 12 rows apart"),
        (monthly(NUMBERS), {"backtests": 2}, "2, requested"),
        (monthly(NUMBERS[:40]), {"horizon": 10}, "2, more would leave too few rows before the first"),
    ],
)
def test_the_number_of_backtests_is_said_with_its_reason(content, request_, reason):
    assert said(content, **request_)["backtests"] == reason


@pytest.mark.parametrize("content", [monthly(NUMBERS), monthly(NOISE), daily(np.resize(NUMBERS, 300))])
def test_check_train_and_show_tell_one_plan_in_one_set_of_numbers(content):
    notes = {}

    def listen(event):
        if isinstance(event, Note):
            notes[event.label] = event.text

    request = TrainRequest(quick=True)
    trained = workflow.train(io.BytesIO(content.encode()), request, listener=listen)
    checked = dict(workflow.check(io.BytesIO(content.encode()), request).card.lines)
    shown = dict(workflow.show(trained.model).lines)
    for label in ("plan", "seasons"):
        assert checked[label] == notes[label]
    assert shown["seasons"] == checked["seasons"]
    assert "windows" not in checked  # none is used
    assert shown["window" if "window" in shown else "horizon"].endswith(f"forecasts {trained.model.horizon}")
    assert f"forecasts {trained.model.horizon} · season {shown['season']} ·" in checked["plan"]


def test_the_horizon_of_the_network_is_told_from_that_of_the_forecast():
    lines = said(monthly(wave(400)), horizon=100)
    assert "forecasts 100" in lines["plan"]
    assert " - horizon 60 of the network + 1 = " in lines["windows"]


def test_seasons_of_several_series_are_counted():
    noise = np.random.default_rng(3).normal(size=120).round(2)
    rows = [
        f"{id},{line}" for id, each in (("a", NUMBERS), ("b", noise)) for line in monthly(each).split()[1:]
    ]
    assert said("\n".join(["id,month,y", *rows]))["seasons"] == ("12 rows in 1 of 2 series")


def test_what_is_wrong_is_told_with_its_lines():
    rows = monthly(NUMBERS).split()
    rows[8] = rows[8].split(",")[0] + ","
    del rows[20:23]
    rows[50] = rows[50].split(",")[0] + ",9998"
    lines = said("\n".join(rows))
    assert lines["gaps"] == "1 of 3 rows: before line 21 (2011-11)"
    assert lines["missing"] == "1: line 9 (2010-08)"
    assert lines["outliers"].startswith("1: 9998, ")
    assert lines["outliers"].endswith("standard deviations away, line 51 (2014-05)")
    assert lines["step"] == "monthly: 115 of 116 rows keep it"


def test_many_places_are_told_by_the_first_five_and_a_count():
    content = monthly(["" if row % 2 and row > 60 else value for row, value in enumerate(NUMBERS)])
    assert said(content)["missing"] == (
        "30: line 63 (2015-02), line 65 (2015-04), line 67 (2015-06), line 69 (2015-08), line 71 (2015-10)"
        " and 25 more"
    )


@pytest.mark.parametrize(
    ("content", "request_", "told"),
    [
        (monthly(NUMBERS) + "\n2010-05,1", {}, {"duplicates": "1: line 122 (2010-05)", "gaps": "none"}),
        (monthly(NUMBERS[:9]), {"horizon": 30}, {"step": "monthly: 8 of 8 rows keep it", "outliers": "none"}),
        (monthly([*NUMBERS, "12.4t"]), {}, {"guessed target": "y (the only numeric column left)"}),
        (monthly(NUMBERS), {"read": ReadSpec(Columns(target="z"))}, {"data": "120 rows"}),
    ],
    ids=["duplicate", "too short", "no number", "no column"],
)
def test_data_that_train_would_refuse_are_told_as_far_as_they_go(content, request_, told):
    found = check(content, **request_)
    lines = dict(found.card.lines)
    assert {label: lines[label] for label in told} == told
    assert lines["refused"] == str(found.refusal)
    with pytest.raises(DataError) as refused:
        workflow.train(io.BytesIO(content.encode()), TrainRequest(**request_))
    assert str(refused.value) == str(found.refusal)


def test_what_is_no_table_is_refused_at_once():
    with pytest.raises(DataError, match="is empty"):
        check("")


def test_the_facts_for_a_program_keep_their_names():
    facts = check(monthly(NUMBERS)).facts()
    assert list(facts) == ["findings", "seasonality", "long_seasons", "plan", "repairs", "files", "refusal"]
    assert list(facts["findings"]) == [
        *("source", "rows", "columns", "series", "step", "duplicates", "missing", "gaps", "absent"),
        *("outliers", "values", "classes"),
    ]
    assert list(facts["plan"]) == [
        *("window", "horizon", "season", "windows", "cell", "units", "ensemble", "origin", "members"),
        *("backtests", "seconds", "megabytes"),
    ]


def test_repairs_follow_the_policies_that_were_asked_for():
    read = ReadSpec(policy=Policy(duplicates="last"))
    assert said(monthly(NUMBERS) + "\n2010-05,1", read=read)["repaired"] == (
        "1 duplicate merged by last (first: line 6 and line 122)"
    )


def test_a_hundred_thousand_rows_are_checked_in_a_second_or_two():
    content = monthly(NUMBERS[np.arange(100_000) % 120], header="second,y", first="2010-01-01T00:00:00")
    began = time.process_time()
    check(content)
    assert time.process_time() - began < 5


def test_the_time_said_grows_with_the_work():
    panel = read_panel(io.BytesIO(monthly(wave(160).round(2)).encode())).panel

    def seconds(**asked):
        return estimates.seconds(panel, plan_values(panel, TrainRequest(backtests=1, **asked)))

    scratch = seconds(from_="scratch", epochs=40)
    assert seconds(quick=True) < scratch < seconds(from_="scratch", epochs=80)
    assert scratch < seconds(from_="scratch", epochs=40, units=(128,))
    assert scratch < seconds(from_="scratch", epochs=40, ensemble=3)


def test_a_model_repairs_new_rows_as_those_it_was_made_from_and_an_option_goes_before_that():
    rows = monthly(NUMBERS).split()
    del rows[60:63]
    content = "\n".join(rows)
    request = TrainRequest(read=ReadSpec(policy=Policy(gaps="interpolate")))
    model = workflow.untrained_model(io.BytesIO(content.encode()), request)

    def told(**policy):
        heard = []
        read = ReadSpec(policy=Policy(**policy))
        workflow.predict(model, io.BytesIO(content.encode()), read=read, listener=heard.append)
        return [event.text for event in heard if isinstance(event, Note) and event.label == "repaired"]

    where = "(first: 2014-12, before line 61)"
    assert told() == [f"1 gap of 3 rows filled by interpolation {where}"]
    assert told(gaps="hold") == [f"1 gap of 3 rows filled with the last value {where}"]
