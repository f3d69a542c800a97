import json

import pandas as pd
import pytest

from forecast import workflow
from forecast.engines.calls import Engine
from forecast.events import FileDone, FileFailed, FilesAhead
from forecast.jobs.checks import check
from forecast.jobs.split import partition
from forecast.spec.reading import Policy, ReadSpec
from forecast.spec.training import TrainRequest
from forecast.tables.dataset import find_data_set, single
from tests.jobs.test_data_sets import sales

QUICK = TrainRequest(method="theta", read=ReadSpec(policy=Policy(duplicates="last")))


def flawed():
    """Nine shops: gaps, a missing number, a duplicate, an outlier, series of two lengths."""
    found = sales([f"shop {number}" for number in range(9)], days=40)
    found["sold"] = found["sold"].astype(float)
    found.loc[3, "sold"] = None
    found.loc[100, "sold"] = 9_000
    found = found.drop(index=[50, 51, 52, 130, 357, 358, 359])
    return pd.concat([found, found.iloc[[200]]])


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checks")
    flawed().to_csv(folder / "whole.csv", index=False)
    partition(single(folder / "whole.csv"), folder / "parts", files=3)
    return folder


def counts(found):
    return {
        name: (each.count, each.in_series, {(one.id, one.count) for one in each.worst})
        for name in ("duplicates", "missing", "gaps", "outliers")
        if (each := getattr(found, name)) is not None
    }


def test_findings_of_files_add_up_to_those_of_one_table(place):
    whole = workflow.check(place / "whole.csv", QUICK).findings
    report = check(find_data_set(place / "parts"), QUICK, Engine())
    found = report.findings
    assert counts(found) == counts(whole)
    assert counts(found)["gaps"] == (2, 2, {("shop 1", 1), ("shop 3", 1)})
    for name in ("rows", "series", "absent", "step", "classes"):
        assert getattr(found, name) == getattr(whole, name), name
    assert found.values.mean == pytest.approx(whole.values.mean, rel=1e-12)
    assert (found.values.least, found.values.most, found.values.zeros) == (5, 9000, 0)
    assert [(column.name, column.kind, column.part) for column in found.columns] == [
        ("shop", "text", "id"),
        ("day", "dates", "time"),
        ("sold", "numbers", "target"),
    ]
    assert report.refusal is None
    assert (report.files.count, report.files.failed, report.files.sampled) == (3, 0, 9)


def test_the_report_names_places_by_file_and_what_the_plan_rests_on(place):
    report = check(find_data_set(place / "parts"), QUICK, Engine())
    lines = dict(report.card.lines)
    assert lines["data"] == ("357 rows in 9 series of 37 to 40, 2025-01-01 to 2025-02-09, daily, in 3 files")
    assert ".parquet, row " in lines["missing"]
    assert lines["sample"].startswith("9 series of 3 files")
    assert lines["time"].endswith("nothing is trained")
    plan = workflow.check(place / "whole.csv", QUICK).plan
    assert (report.plan.horizon, report.plan.backtests) == (plan.horizon, plan.backtests)


def two(folder, first, second):
    folder.mkdir()
    first.to_csv(folder / "a.csv", index=False)
    second.to_csv(folder / "b.csv", index=False)
    return find_data_set(folder)


def weekly(shops):
    found = sales(shops)
    found["day"] = (pd.Timestamp("2025-01-06") + pd.to_timedelta(7 * (found.index % 30), "D")).strftime(
        "%Y-%m-%d"
    )
    return found


AMOUNTS = sales(["c"]).rename(columns={"sold": "amount"})


@pytest.mark.parametrize(
    ("second", "message", "remedy"),
    [
        (AMOUNTS, 'b.csv: has other columns than a.csv: it lacks "sold"', "same columns"),
        (sales(["b"]), '1 series in more than one file: "b" in a.csv and in b.csv', "forecast partition"),
    ],
    ids=["columns", "series"],
)
def test_files_that_do_not_belong_together_are_findings_with_remedies(tmp_path, second, message, remedy):
    report = check(two(tmp_path / "in", sales(["a", "b"]), second), QUICK, Engine())
    (line,) = [text for label, text in report.card.lines if label == "differs"]
    assert message in line
    assert remedy in line
    assert message in str(report.refusal)
    assert report.findings.series >= 2


def test_the_remedy_for_other_steps_works(tmp_path, real_program):
    two(tmp_path / "in", sales(["a", "b"], days=90), weekly(["c"]))
    words = ["check", str(tmp_path / "in"), "--engine", "serial", "--json"]
    code, out, err = real_program(*words)
    assert (code, err.splitlines()[0].partition(";")[0]) == (
        6,
        "warning: b.csv skipped: is weekly, and a.csv is daily",
    )
    assert "--freq weekly --resample mean" in err
    assert json.loads(out)["files"]["differing"] == ["b.csv: is weekly, and a.csv is daily"]
    code, out, err = real_program(*words, "--freq", "weekly", "--resample", "mean")
    assert code == 0, err
    assert json.loads(out)["files"] == {"count": 2, "differing": [], "failed": 0, "sampled": 3}


def test_a_damaged_file_is_listed_and_the_others_are_checked(place, tmp_path, real_program):
    folder, heard = tmp_path / "parts", []
    folder.mkdir()
    for path in (place / "parts").glob("*.parquet"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "part-0001.parquet").write_bytes(b"PAR1")
    report = check(find_data_set(folder), QUICK, Engine(), heard.append)
    assert [event.name for event in heard if isinstance(event, FileFailed)] == ["part-0001.parquet"]
    assert [event for event in heard if isinstance(event, FilesAhead)] == [FilesAhead(3)]
    assert sum(isinstance(event, FileDone) for event in heard) == 3
    assert (report.files.count, report.files.failed) == (2, 1)
    code, out, err = real_program("check", str(folder), "--engine", "serial", "--duplicates", "last")
    assert code == 6
    assert "part-0001.parquet skipped" in err
    assert "in 2 files" in out


@pytest.mark.slow
def test_processes_find_the_same(place):
    one, two = (
        check(find_data_set(place / "parts"), QUICK, engine).facts()
        for engine in (Engine(), Engine("processes", 2))
    )
    assert one == two


def test_a_repair_of_many_files_is_refused(place, real_program):
    code, _, err = real_program("check", str(place / "parts"), "--engine", "serial", "--fix")
    assert code == 2
    assert "name one of the files" in err
