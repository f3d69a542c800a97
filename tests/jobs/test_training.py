"""`train` on a data set: a sample is trained on, and the other series calibrate its intervals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast import workflow
from forecast.engines.calls import Engine
from forecast.errors import DataError
from forecast.events import FileFailed, Note, ignore
from forecast.jobs.split import partition
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, Policy, ReadSpec
from forecast.spec.training import TrainRequest
from forecast.storage import modelfile
from forecast.tables.dataset import find_data_set, single

SHOPS = [f"shop {number:02}" for number in range(60)]
SERIAL = Engine()
THETA = TrainRequest(method="theta", horizon=7)


def noisy(shops, days=84, seed=0):
    """Weekly seasons with noise of one size for each shop."""
    random = np.random.default_rng(seed)
    level = random.uniform(50, 500, (len(shops), 1))
    season = 1 + 0.3 * np.sin(np.arange(days) * 2 * np.pi / 7)
    values = level * (season + random.normal(0, 0.05, (len(shops), days)))
    return pd.DataFrame(
        {
            "shop": np.repeat(shops, days),
            "day": np.tile(pd.date_range("2025-01-01", periods=days).strftime("%Y-%m-%d"), len(shops)),
            "sold": values.ravel().round(3),
        }
    )


@pytest.fixture
def data(tmp_path):
    noisy(SHOPS).to_csv(tmp_path / "sales.csv", index=False)
    made = partition(single(tmp_path / "sales.csv"), tmp_path / "parts", files=5)
    return find_data_set(made.folder)


def train(data, tmp_path, sample=8, heard=None, engine=SERIAL, request=THETA):
    # Its import would have every test of this module need TensorFlow.
    from forecast.jobs.training import TrainOptions
    from forecast.jobs.training import train as train_files

    chosen = TrainOptions(sample, tmp_path / "m.forecast")
    return train_files(data, request, chosen, engine, ignore if heard is None else heard.append)


def test_what_was_trained_on_and_what_calibrated_is_in_the_card(data, tmp_path):
    heard = []
    model = train(data, tmp_path, heard=heard).model
    assert (model.card.series, len(model.tail)) == (8, 8)
    sampled = model.card.sampled
    assert (sampled.files, sampled.of_files, sampled.of_rows) == (5, 5, 5_040)
    assert (sampled.calibrated_files, sampled.calibrated_series) == (5, 52)
    assert Note("sample", "8 series of 5 files, of 5 with about 5,040 rows") in heard
    assert model.card.source == str(data.root)
    loaded = modelfile.load(tmp_path / "m.forecast")
    assert loaded.card.sampled == sampled
    line = dict(workflow.show(loaded).lines)["sample"]
    assert line == (
        "8 series of 5 files, of 5 with about 5,040 rows; intervals from 52 other series in 5 files"
    )


def test_intervals_of_series_that_were_not_trained_on_hold(data, tmp_path):
    """Rows after all that the model saw, of shops that no file had."""
    model = train(data, tmp_path).model
    new = noisy([f"new {number}" for number in range(80)], days=91, seed=1)
    panel = read_panel(new, ReadSpec(Columns("sold", "day", "shop"))).panel
    found = model.predict(panel.first(panel.lengths - 7), 7, levels=(80.0,))
    actual = panel.tail(7).values.reshape(-1, 7)
    inside = (found.lower[0] <= actual) & (actual <= found.upper[0])
    assert 0.75 < inside.mean() < 0.85
    assert 77 < model.card.coverage.achieved < 83
    assert model.card.coverage.errors == 52 * 3 * 7


@pytest.mark.slow
def test_workers_calibrate_to_the_same_bytes(data, tmp_path):
    train(data, tmp_path)
    serial = (tmp_path / "m.forecast").read_bytes()
    train(data, tmp_path, engine=Engine("processes", 2))
    assert (tmp_path / "m.forecast").read_bytes() == serial


def test_a_damaged_file_is_listed_and_the_model_is_made(data, tmp_path):
    heard = []
    path = data.files[1].path
    path.write_bytes(path.read_bytes()[:-9])
    model = train(data, tmp_path, heard=heard).model
    assert [event.name for event in heard if isinstance(event, FileFailed)] == ["part-0001.parquet"]
    assert (model.card.sampled.files, model.card.sampled.calibrated_files) == (4, 4)


def test_strict_training_refuses_a_file_of_another_step_before_any_work(data, tmp_path):
    path = data.files[1].path
    found = pd.read_parquet(path)
    weeks = pd.Timestamp("2025-01-06") + pd.to_timedelta(7 * found.groupby("shop").cumcount(), "D")
    found.assign(day=weeks.dt.strftime("%Y-%m-%d")).to_parquet(path)
    request = replace(THETA, read=ReadSpec(policy=Policy(unusable="error")))
    with pytest.raises(DataError, match="are weekly, not daily"):
        train(data, tmp_path, request=request)
    assert not (tmp_path / "m.forecast").exists()


def test_few_other_series_calibrate_nothing(data, tmp_path):
    model = train(data, tmp_path, sample=50).model
    assert model.card.sampled.calibrated_series == 0
    assert model.card.coverage.errors == 50 * 3 * 7


def test_a_series_in_two_files_is_refused(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    noisy(SHOPS[:3]).to_csv(folder / "a.csv", index=False)
    noisy(SHOPS[2:5]).to_csv(folder / "b.csv", index=False)
    with pytest.raises(DataError, match='1 series in more than one file: "shop 02"'):
        train(find_data_set(folder), tmp_path)
    assert not (tmp_path / "m.forecast").exists()
