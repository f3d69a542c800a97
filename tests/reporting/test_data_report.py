import io
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
    assert lines["seasonality"].startswith("autocorrelation 0.7")
    assert lines["seasonality"].endswith("of noise")
    assert lines["windows"].endswith("windows")
    assert lines["memory"].startswith("estimated memory: ")


@pytest.mark.parametrize("values", [NUMBERS, np.random.default_rng(3).normal(size=120).round(2)])
def test_the_season_is_called_proved_only_where_it_passes_the_test(values):
    found = check(monthly(values)).seasonality
    assert found.seasonal == (values is NUMBERS)
    assert (", more than the " in said(monthly(values))["seasonality"]) == (values is NUMBERS)


def test_seasons_of_several_series_are_counted():
    noise = np.random.default_rng(3).normal(size=120).round(2)
    rows = [
        f"{id},{line}" for id, each in (("a", NUMBERS), ("b", noise)) for line in monthly(each).split()[1:]
    ]
    assert said("\n".join(["id,month,y", *rows]))["seasonality"] == (
        "1 of 2 series pass the test of a season of 12 rows"
    )


def test_what_is_wrong_is_told_with_its_lines():
    rows = monthly(NUMBERS).split()
    rows[8] = rows[8].split(",")[0] + ","
    del rows[20:23]
    rows[50] = rows[50].split(",")[0] + ",9999"
    lines = said("\n".join(rows))
    assert lines["gaps"] == "1 of 3 rows: before line 21 (2011-11)"
    assert lines["missing"] == "1: line 9 (2010-08)"
    assert lines["outliers"].startswith("1: 9999, ")
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
    assert list(facts) == ["findings", "seasonality", "plan", "repairs", "refusal"]
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
