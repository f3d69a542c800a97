import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast import workflow
from forecast.data.cards import Sampled
from forecast.engines.calls import Engine
from forecast.errors import DataError, UsageError
from forecast.events import FileDone, FileFailed, FilesAhead, Note, Warned
from forecast.jobs import scores as jobs
from forecast.jobs.scores import OF_EACH_SERIES, ScoreOptions, evaluate
from forecast.jobs.split import partition
from forecast.reporting.history import other_series
from forecast.spec.training import TrainRequest
from forecast.storage import modelfile
from forecast.tables.dataset import find_data_set, single

PLAIN = ScoreOptions(baselines=OF_EACH_SERIES)


def demand(days):
    """Shops of ragged lengths: some end early, one is new, one has gaps, one is seldom visited."""
    random = np.random.default_rng(5)
    frames = []
    for number in range(14):
        rows = np.arange(60 if number == 3 else 0, days - (number % 5 if number % 3 == 0 else 0))
        sold = 20 + 5 * number + 8 * np.sin(rows * 2 * np.pi / 7) + random.normal(size=days)[rows] * 3
        if number == 9:
            sold = np.where(random.random(days)[rows] < 0.7, 0.0, 3.0)
        kept = rows[(rows % 17 != 5) | (number != 6)] - rows[0]
        dates = pd.Timestamp("2025-01-01") + pd.to_timedelta(rows, "D")
        frame = pd.DataFrame({"shop": f"s{number}", "day": dates.strftime("%Y-%m-%d"), "sold": sold.round(3)})
        frames.append(frame.iloc[kept])
    return pd.concat(frames)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A model of the first 70 days, and 90 days as one table and in four files."""
    folder = tmp_path_factory.mktemp("scores")
    whole = demand(90)
    whole.to_csv(folder / "whole.csv", index=False)
    whole[whole["day"] < "2025-03-12"].to_csv(folder / "old.csv", index=False)
    partition(single(folder / "whole.csv"), folder / "parts", files=4)
    request = TrainRequest(method="theta", horizon=4)
    modelfile.save(workflow.untrained_model(folder / "old.csv", request), folder / "shops.forecast")
    return folder


@pytest.fixture
def model(place):
    return workflow.load(place / "shops.forecast")


def of_files(place, model, options=PLAIN, *, engine=None, heard=None, data=None):
    listener = (lambda _event: None) if heard is None else heard.append
    data = data or find_data_set(place / "parts")
    return evaluate(data, model, place / "shops.forecast", options, engine or Engine(), listener)


def same(one, other):
    """Everything that both results have, to the last bit."""
    for name in ("overall", "by_step", "forecasts_by_step"):
        np.testing.assert_array_equal(getattr(one.scores, name), getattr(other.scores, name), err_msg=name)
    for name in ("models", "metrics", "backtests", "forecasts"):
        assert getattr(one.scores, name) == getattr(other.scores, name)
    assert one.verdict == other.verdict
    assert one.coverage == other.coverage
    assert one.basis == other.basis


@pytest.mark.parametrize("options", [PLAIN, replace(PLAIN, horizon=2, backtests=3)])
def test_scores_of_files_are_those_of_one_table_to_the_last_bit(place, model, options):
    asked = {"horizon": options.horizon, "backtests": options.backtests, "baselines": options.baselines}
    whole = workflow.evaluate(model, place / "whole.csv", **asked)
    found = of_files(place, model, options)
    assert found.scores.forecasts > 70
    assert found.scores.by_series.shape == (len(found.scores.models), 0, 5)
    same(found, whole)


def test_a_combination_with_a_network_has_the_scores_of_one_table(place):
    made = workflow.untrained_model(place / "old.csv", TrainRequest(horizon=4))
    path = place / "combination.forecast"
    modelfile.save(made, path)
    whole = workflow.evaluate(made, place / "whole.csv", baselines=["naive"], backtests=1)
    options = ScoreOptions(baselines=["naive"], backtests=1)
    found = evaluate(find_data_set(place / "parts"), made, path, options, Engine())
    # The network computes with 32 bits: a product of matrices rounds otherwise beside other series.
    np.testing.assert_allclose(found.scores.overall, whole.scores.overall, rtol=1e-6)
    assert found.verdict.text == whole.verdict.text
    assert found.coverage == whole.coverage


def test_blocks_of_series_within_a_file_change_nothing(place, model, monkeypatch):
    options = replace(PLAIN, backtests=2)
    one = of_files(place, model, options)
    monkeypatch.setattr(jobs, "_BLOCK_ROWS", 200)
    same(of_files(place, model, options), one)


@pytest.mark.slow
def test_processes_give_the_same_scores(place, model):
    same(of_files(place, model, engine=Engine("processes", 2)), of_files(place, model))


def test_the_bar_counts_both_passes_over_the_files(place, model):
    heard = []
    of_files(place, model, heard=heard)
    assert [event for event in heard if isinstance(event, FilesAhead)] == [FilesAhead(8)]
    assert sum(isinstance(event, FileDone) for event in heard) == 8


def test_a_damaged_file_is_listed_and_the_others_are_scored(place, model, tmp_path):
    heard, folder = [], tmp_path / "parts"
    folder.mkdir()
    for path in (place / "parts").glob("*.parquet"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "part-0001.parquet").write_bytes(b"PAR1")
    found = of_files(place, model, data=find_data_set(folder), heard=heard)
    assert [event.name for event in heard if isinstance(event, FileFailed)] == ["part-0001.parquet"]
    assert sum(isinstance(event, FileDone) for event in heard) == 8
    kept = pd.concat(pd.read_parquet(folder / f"part-000{number}.parquet") for number in (0, 2, 3))
    kept.to_csv(tmp_path / "kept.csv", index=False)
    same(found, workflow.evaluate(model, tmp_path / "kept.csv", baselines=OF_EACH_SERIES))


def test_series_that_are_new_to_the_model_are_counted(place, model, tmp_path):
    heard, path = [], tmp_path / "three.forecast"
    few = replace(model, tail=model.tail.select([0, 1, 2]))
    modelfile.save(few, path)
    evaluate(find_data_set(place / "parts"), few, path, replace(PLAIN, backtests=1), Engine(), heard.append)
    (warned,) = [event.message for event in heard if isinstance(event, Warned)]
    assert warned.startswith("11 of 14 series not known to the model")
    assert len(other_series(few, model.tail.ids)) == 1
    heard.clear()
    sampled = replace(few, card=replace(few.card, sampled=Sampled(1, 4, 1_000)))
    modelfile.save(sampled, path)
    evaluate(
        find_data_set(place / "parts"), sampled, path, replace(PLAIN, backtests=1), Engine(), heard.append
    )
    (text,) = [event.text for event in heard if isinstance(event, Note) and event.label == "sample"]
    assert text == "the model was trained on 3 of 14 series"
    assert not [event for event in heard if isinstance(event, Warned)]
    assert other_series(sampled, model.tail.ids) == []


def test_without_newer_rows_the_scores_are_those_of_the_training_if_there_are_any(place, model, tmp_path):
    data = partition(single(place / "old.csv"), tmp_path / "old", files=2).folder
    with pytest.raises(UsageError, match="no rows newer than the model") as refused:
        of_files(place, model, data=find_data_set(data))
    assert "forecast show MODEL" in refused.value.hint


def test_a_series_in_two_files_is_refused(place, model, tmp_path):
    demand(90).to_csv(tmp_path / "a.csv", index=False)
    demand(90).head(50).to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(DataError, match="series in more than one file"):
        of_files(place, model, data=find_data_set(tmp_path))


def test_a_baseline_of_all_series_at_once_is_refused(place, model):
    with pytest.raises(UsageError, match="pooled-ridge is fitted to all series at once"):
        of_files(place, model, ScoreOptions(baselines=["pooled ridge"]))


def test_the_command_writes_one_table_and_says_which_file_failed(place, tmp_path, real_program):
    folder = tmp_path / "parts"
    folder.mkdir()
    for path in (place / "parts").glob("*.parquet"):
        (folder / path.name).write_bytes(path.read_bytes())
    words = [
        "evaluate",
        str(folder),
        "--model",
        str(place / "shops.forecast"),
        "--engine",
        "serial",
        "--json",
    ]
    code, out, err = real_program(*words)
    assert code == 0, err
    printed = json.loads(out)
    assert [row["model"] for row in printed["rows"]][:2] == ["theta", "naive"]
    assert (printed["basis"], printed["verdict"]["flat"]) == ("new rows", False)
    (folder / "part-0002.parquet").write_bytes(b"PAR1")
    (folder / "part-0003.csv").touch()
    code, _, err = real_program(*words)
    assert code == 6
    assert "part-0003.csv skipped: is empty" in err
    assert "part-0002.parquet skipped" in err


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--refit"], "--refit needs all rows at once"),
        (["--as-of", "2025-03-20"], "--as-of needs all rows at once"),
        (["--by", "series"], "--by series needs all rows at once"),
    ],
)
def test_what_needs_all_rows_is_refused(place, option, message, real_program):
    words = ["evaluate", str(place / "parts"), "--model", str(place / "shops.forecast")]
    code, _, err = real_program(*words, "--engine", "serial", *option)
    assert code == 2
    assert message in err
    assert "name one of the files" in err
