import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from forecast import workflow
from forecast.engines.calls import Engine
from forecast.errors import DataError, UsageError
from forecast.events import FileFailed, Note, Warned
from forecast.jobs.forecasts import ForecastOptions, predict
from forecast.jobs.sample import untrained_for
from forecast.jobs.split import partition
from forecast.spec.reading import Policy, ReadSpec
from forecast.spec.training import TrainRequest
from forecast.tables.dataset import find_data_set, single
from forecast.tables.files import DataSet
from tests.jobs.test_data_sets import sales

SHOPS = [f"shop {number}" for number in range(12)]
THETA = TrainRequest(method="theta")
OPTIONS = ForecastOptions(horizon=3)


@pytest.fixture
def folder(tmp_path):
    sales(SHOPS).to_csv(tmp_path / "sales.csv", index=False)
    return partition(single(tmp_path / "sales.csv"), tmp_path / "parts", files=4).folder


def results(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.*"))}


def test_the_forecasts_of_all_files_are_those_of_one(folder, tmp_path):
    data = find_data_set(folder)
    done = predict(data, untrained_for(data, THETA), tmp_path / "out", OPTIONS, Engine())
    assert [path.name for path, _ in done] == [f"part-000{number}.parquet" for number in range(4)]
    assert sum(written.series for _, written in done) == 12
    parts = pd.concat([pd.read_parquet(path) for path, _ in done]).sort_values(["shop", "day"])
    whole = workflow.untrained_model(tmp_path / "sales.csv", THETA)
    one = pd.DataFrame(workflow.predict(whole, horizon=3).to_table()).sort_values(["shop", "day"])
    pd.testing.assert_frame_equal(parts.reset_index(drop=True), one.reset_index(drop=True))


@pytest.mark.slow
def test_processes_write_the_same_bytes(folder, tmp_path):
    data = find_data_set(folder)
    model = untrained_for(data, THETA)
    predict(data, model, tmp_path / "one", OPTIONS, Engine())
    predict(data, model, tmp_path / "two", OPTIONS, Engine("processes", 2))
    assert results(tmp_path / "one") == results(tmp_path / "two")


def test_an_interrupted_job_goes_on_where_it_was(folder, tmp_path):
    data, heard = find_data_set(folder), []
    model = untrained_for(data, THETA)
    predict(data, model, tmp_path / "out", OPTIONS, Engine())
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.parquet")}
    lost = sorted(before)[1]
    lost.unlink()
    predict(data, model, tmp_path / "out", OPTIONS, Engine(), heard.append)
    after = {path: path.stat().st_mtime_ns for path in before}
    assert Note("resumed", "3 files of 4 done before") in heard
    assert [path for path in before if before[path] != after[path]] == [lost]


def test_a_file_that_changed_is_computed_again(folder, tmp_path):
    data, heard = find_data_set(folder), []
    model = untrained_for(data, THETA)
    predict(data, model, tmp_path / "out", OPTIONS, Engine())
    path = folder / "part-0002.parquet"
    changed = pd.read_parquet(path)
    changed["sold"] = (changed["sold"].astype(int) * 2).astype(str)
    changed.to_parquet(path)
    predict(find_data_set(folder), model, tmp_path / "out", OPTIONS, Engine(), heard.append)
    assert Note("resumed", "3 files of 4 done before") in heard


def test_results_of_another_job_are_not_mixed(folder, tmp_path):
    data = find_data_set(folder)
    model = untrained_for(data, THETA)
    predict(data, model, tmp_path / "out", OPTIONS, Engine())
    with pytest.raises(UsageError, match="has the results of another job"):
        predict(data, model, tmp_path / "out", ForecastOptions(horizon=4), Engine())
    with pytest.raises(UsageError, match="is within the data"):
        predict(data, model, folder / "out", OPTIONS, Engine())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    with pytest.raises(UsageError, match="is not an empty folder"):
        predict(data, model, tmp_path / "full", OPTIONS, Engine())


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path):
    (tmp_path / "notes").touch()
    nothing = DataSet("parts", ())
    with pytest.raises(UsageError, match="is a file"):
        predict(nothing, THETA, tmp_path / "notes" / "out", OPTIONS, Engine())
    with pytest.raises(UsageError, match="is not an empty folder"):
        predict(nothing, THETA, tmp_path, OPTIONS, Engine())


def test_ids_and_times_of_parquet_keep_their_types(tmp_path):
    whole = sales(["1", "10"]).astype({"shop": "int32", "day": "datetime64[ms]"})
    whole.to_parquet(tmp_path / "a.parquet")
    data = find_data_set(tmp_path / "*.parquet")
    ((path, _),) = predict(data, untrained_for(data, THETA), tmp_path / "out", OPTIONS, Engine())
    found = pd.read_parquet(path)
    assert found.dtypes[["shop", "day"]].tolist() == whole.dtypes[["shop", "day"]].tolist()
    assert found["shop"].tolist() == [1, 1, 1, 10, 10, 10]


def test_a_damaged_file_is_listed_and_the_others_are_done(folder, tmp_path):
    heard = []
    (folder / "part-0001.parquet").write_bytes((folder / "part-0001.parquet").read_bytes()[:-9])
    (folder / "part-0009.csv").write_text("")
    data = find_data_set(folder)
    done = predict(data, untrained_for(data, THETA), tmp_path / "out", OPTIONS, Engine(), heard.append)
    failed = {event.name: event.reason for event in heard if isinstance(event, FileFailed)}
    assert failed.keys() == {"part-0001.parquet", "part-0009.csv"}
    assert "truncated Parquet" in failed["part-0001.parquet"]
    assert "is empty" in failed["part-0009.csv"]
    assert len(done) == 3
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "_job",
        "part-0000.parquet",
        "part-0002.parquet",
        "part-0003.parquet",
    ]


def test_a_series_in_two_files_is_named(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    sales(["a", "b"]).to_csv(folder / "x.csv", index=False)
    sales(["b", "c"]).to_parquet(folder / "y.parquet")
    data = find_data_set(folder)
    model = untrained_for(data.only(data.files[:1]), THETA)
    with pytest.raises(DataError, match=r'1 series in more .*: "b" in x\.csv and in y\.parquet') as no:
        predict(data, model, tmp_path / "out", OPTIONS, Engine())
    assert "forecast partition" in no.value.hint
    assert not (tmp_path / "out").exists()


def test_where_no_file_can_be_read_the_first_reason_is_the_error(folder, tmp_path):
    data = find_data_set(folder)
    model = untrained_for(data, THETA)
    for file in data.files:
        file.path.write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"none of the 4 files: part-0000\.parquet"):
        predict(data, model, tmp_path / "out", OPTIONS, Engine())


def run(*arguments, **options):
    command = [sys.executable, "-m", "forecast", "predict", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_without_a_folder_of_results_they_are_one_stream(folder, tmp_path):
    job = run(folder, "--engine", "serial", "--method", "theta", "--horizon", "2", cwd=tmp_path)
    lines = job.communicate()[0].splitlines()
    assert job.returncode == 0
    assert lines[0] == "shop,day,forecast,lower_80,upper_80"
    assert len(lines) == 1 + 2 * len(SHOPS)
    assert sorted({line.split(",")[0] for line in lines[1:]}) == sorted(SHOPS)


@pytest.mark.slow
def test_a_job_stopped_by_a_signal_ends_with_the_bytes_of_one_that_was_not(tmp_path):
    sales([f"s{number}" for number in range(400)], days=80).to_csv(tmp_path / "s.csv", index=False)
    folder = partition(single(tmp_path / "s.csv"), tmp_path / "parts", files=20).folder
    arguments = (folder, "--output", tmp_path / "out", "--workers", "2")
    job, manifest = run(*arguments), tmp_path / "out" / "_job" / "files.jsonl"
    while job.poll() is None and not (manifest.exists() and manifest.read_text().count("\n") > 2):
        time.sleep(0.02)
    job.send_signal(signal.SIGTERM)
    assert "of 20 done; the same command goes on" in job.communicate()[1]
    assert job.returncode == 143
    done = manifest.read_text().count("\n")
    again = run(*arguments)
    assert f"{done} files of 20 done before" in again.communicate()[1]
    assert again.returncode == 0
    whole = run(folder, "--output", tmp_path / "whole")
    whole.communicate()
    assert results(tmp_path / "out") == results(tmp_path / "whole")
    assert not [path for path in (tmp_path / "out").rglob("*") if ".tmp" in path.name]


@pytest.mark.slow
def test_workers_end_with_a_program_that_is_killed(folder, tmp_path):
    job = run(folder, "--output", tmp_path / "out", "--workers", "2", start_new_session=True)
    while job.poll() is None and not (tmp_path / "out" / "_job" / "model.forecast").exists():
        time.sleep(0.02)
    group = job.pid
    job.kill()
    job.communicate()
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("a worker goes on")


def test_strict_stops_at_a_file_that_cannot_be_used(folder, tmp_path):
    (folder / "part-0001.parquet").write_bytes((folder / "part-0001.parquet").read_bytes()[:-9])
    data = find_data_set(folder)
    request = TrainRequest(method="theta", read=ReadSpec(policy=Policy(unusable="error")))
    with pytest.raises(DataError, match="truncated Parquet"):
        predict(data, request, tmp_path / "out", OPTIONS, Engine())


def test_results_of_a_file_that_is_gone_are_named(folder, tmp_path):
    heard, model = [], untrained_for(find_data_set(folder), THETA)
    predict(find_data_set(folder), model, tmp_path / "out", OPTIONS, Engine())
    (folder / "part-0003.parquet").unlink()
    predict(find_data_set(folder), model, tmp_path / "out", OPTIONS, Engine(), heard.append)
    (warned,) = [event.message for event in heard if isinstance(event, Warned)]
    assert "part-0003.parquet" in warned
