"""`train --per COLUMN`, and the forecasts by the file that it makes."""

import json

import numpy as np
import pandas as pd
import pytest

from forecast import workflow
from forecast.engines.calls import Engine
from forecast.errors import DataError, Interrupted, ModelError, UsageError
from forecast.events import CheckpointSaved, FileFailed, Note, Warned, ignore
from forecast.jobs.split import partition
from forecast.reading.opening import open_table
from forecast.spec.reading import Columns, ReadSpec
from forecast.spec.training import TrainRequest
from forecast.storage import groups as storage
from forecast.storage import modelfile
from forecast.tables.dataset import find_data_set, single

REGIONS = ("east", "north", "south")
THETA = TrainRequest(method="theta", horizon=7)
SERIAL = Engine()


def sales(regions=REGIONS, shops=3, days=70):
    rows = []
    for number, region in enumerate(regions):
        for shop in range(shops):
            values = 100 * (number + 1) + 20 * np.sin(np.arange(days) * 2 * np.pi / 7) + np.arange(days) % 5
            day = pd.date_range("2025-01-01", periods=days).strftime("%Y-%m-%d")
            rows.append(
                pd.DataFrame(
                    {"region": region, "shop": f"{region[0]}{shop}", "day": day, "sold": values.round(2)}
                )
            )
    return pd.concat(rows, ignore_index=True)


@pytest.fixture
def file(tmp_path):
    sales().to_csv(tmp_path / "sales.csv", index=False)
    return tmp_path / "sales.csv"


def train(data, tmp_path, *, listener=ignore, engine=SERIAL, request=THETA, resume=False, per="region"):
    # Imported here, or every test of this module would be one that needs TensorFlow.
    from forecast.jobs.groups import train as train_groups
    from forecast.jobs.training import TrainOptions

    options = TrainOptions(None, tmp_path / "m.forecast", resume)
    return train_groups(data, per, request, options, engine, listener)


def predict(groups, source, listener=ignore, **asked):
    from forecast.jobs.grouped import Asked
    from forecast.jobs.grouped import predict as predict_groups

    return predict_groups(groups, source, Asked(**asked), listener=listener)


def test_each_group_has_the_model_of_its_rows_alone(file, tmp_path):
    groups = train(single(file), tmp_path)
    assert (groups.column, groups.values) == ("region", REGIONS)
    north = sales().query("region == 'north'").drop(columns="region")
    alone = workflow.train(north, THETA).model
    mine = groups.model("north")
    assert mine.tail.ids == ("n0", "n1", "n2")
    assert mine.read.where == ("region", "north")
    assert np.array_equal(mine.weights, alone.weights)
    assert np.array_equal(mine.tail.values, alone.tail.values)
    assert not (tmp_path / "m.forecast.groups").exists()


def test_each_series_is_forecast_by_the_model_of_its_group(file, tmp_path):
    groups = train(single(file), tmp_path)
    found = predict(groups, file, horizon=3)
    assert found.series == 9
    assert list(found.table) == ["shop", "day", "forecast", "lower_80", "upper_80"]
    assert found.table["shop"][::3].tolist() == [
        f"{region[0]}{shop}" for region in REGIONS for shop in range(3)
    ]
    south = workflow.predict(groups.model("south"), file, horizon=3)
    assert np.array_equal(found.table["forecast"][18:], south.values.ravel())
    kept = predict(groups, None, horizon=3)
    assert np.array_equal(kept.table["forecast"], found.table["forecast"])


def test_a_group_without_a_model_is_forecast_by_what_needs_no_training(file, tmp_path):
    groups, heard = train(single(file), tmp_path), []
    newer = sales((*REGIONS[1:], "west"))
    found = predict(groups, newer, heard.append, horizon=2)
    assert Warned('no model of "west": forecast by what needs no training') in heard
    assert found.table["shop"][::2].tolist() == ["n0", "n1", "n2", "s0", "s1", "s2", "w0", "w1", "w2"]
    assert np.isfinite(found.table["lower_80"].astype(float)).all()
    with pytest.raises(DataError, match='none of the values of region has a model: "moon"') as no:
        predict(groups, sales(["moon"]))
    assert 'models of "east", "north", "south"' in no.value.hint


def test_the_column_must_be_in_the_data(file, tmp_path):
    groups = train(single(file), tmp_path)
    with pytest.raises(DataError, match='there is no column "region"'):
        predict(groups, sales().drop(columns="region"))


def test_the_column_is_no_target_and_times_and_target_are_no_groups(tmp_path):
    numbered = sales().assign(region=lambda rows: rows["region"].map(REGIONS.index) + 1)
    numbered.to_csv(tmp_path / "sales.csv", index=False)
    data = single(tmp_path / "sales.csv")
    from forecast.jobs.groups import find_groups

    found = find_groups(data, "region", ReadSpec())
    assert found.read.columns.target == "sold"
    assert found.rows == {"1": 210, "2": 210, "3": 210}
    for column, what in (("day", "has the times"), ("sold", "is the target")):
        with pytest.raises(DataError, match=what) as refused:
            find_groups(data, column, ReadSpec(Columns("sold")))
        assert "groups of series" in refused.value.hint


def test_a_group_that_cannot_be_trained_is_listed_and_the_others_are_kept(tmp_path):
    frame, heard = sales(), []
    short = frame[frame["region"] != "east"]
    few = frame[frame["region"] == "east"].groupby("shop").head(2)
    pd.concat([short, few]).to_csv(tmp_path / "s.csv", index=False)
    groups = train(single(tmp_path / "s.csv"), tmp_path, listener=heard.append)
    assert groups.values == ("north", "south")
    assert [event.name for event in heard if isinstance(event, FileFailed)] == ["east"]
    assert not (tmp_path / "m.forecast.groups").exists()


def test_an_interrupted_job_goes_on(file, tmp_path, monkeypatch):
    from forecast.jobs import groups as jobs

    real, heard = jobs.train_group, []

    def interrupted(part):
        if part.file.name == "south":
            raise Interrupted(15)
        return real(part)

    monkeypatch.setattr(jobs, "train_group", interrupted)
    with pytest.raises(Interrupted):
        train(single(file), tmp_path, listener=heard.append)
    assert not (tmp_path / "m.forecast").exists()
    folder = tmp_path / "m.forecast.groups"
    assert heard[-1] == CheckpointSaved(str(folder), "2 of 3 groups")
    assert len(list(folder.glob("*.forecast"))) == 2
    with pytest.raises(UsageError, match="had other data or options") as no:
        train(single(file), tmp_path, request=TrainRequest(method="naive"), resume=True)
    assert no.value.hint == "leave out --resume to start again"
    trained = []
    monkeypatch.setattr(jobs, "train_group", lambda part: (trained.append(part.file.name), real(part))[1])
    train(single(file), tmp_path, listener=heard.append, resume=True)
    assert trained == ["south"]
    assert Note("resumed", "2 groups of 3 done before") in heard
    resumed = (tmp_path / "m.forecast").read_bytes()
    train(single(file), tmp_path)
    assert (tmp_path / "m.forecast").read_bytes() == resumed


def test_an_id_may_be_the_column_itself(tmp_path):
    sales(shops=1).drop(columns="shop").to_csv(tmp_path / "s.csv", index=False)
    groups = train(single(tmp_path / "s.csv"), tmp_path)
    assert groups.model("north").tail.ids == ("north",)
    found = predict(groups, tmp_path / "s.csv", horizon=1)
    assert found.table["region"].tolist() == list(REGIONS)


def test_a_series_of_two_groups_is_refused(tmp_path):
    frame = sales(("north", "south"))
    frame["shop"] = frame["shop"].str[1:]
    frame.loc[frame["region"] == "south", "day"] = frame["day"].str.replace("2025", "2026")
    frame.to_csv(tmp_path / "s.csv", index=False)
    request = TrainRequest(read=ReadSpec(Columns("sold", "day", "shop")), method="theta")
    with pytest.raises(DataError, match='series "0" has rows of "north" and of "south"') as no:
        train(single(tmp_path / "s.csv"), tmp_path, request=request)
    assert no.value.hint == "--id region --id shop tells its parts apart"


def test_what_has_no_groups_is_refused(file, tmp_path):
    with pytest.raises(DataError, match='there is no column "city"'):
        train(single(file), tmp_path, per="city")
    with pytest.raises(UsageError, match="--per is for rows"):
        train(single(file), tmp_path, request=TrainRequest(read=ReadSpec(wide=True)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sales.csv"]


@pytest.mark.slow
def test_groups_in_many_files_and_by_workers_are_the_same(file, tmp_path):
    serial = train(single(file), tmp_path)
    known = {value: serial.model(value) for value in serial.values}
    made = partition(single(file), tmp_path / "parts", files=4)
    groups = train(find_data_set(made.folder), tmp_path, engine=Engine("processes", 2))
    for value, model in known.items():
        assert np.array_equal(groups.model(value).tail.values, model.tail.values)
        assert np.array_equal(groups.model(value).spread.sizes, model.spread.sizes)


def test_a_data_set_is_forecast_file_by_file(file, tmp_path):
    from forecast.jobs.forecasts import ForecastOptions
    from forecast.jobs.forecasts import predict as predict_files

    groups = train(single(file), tmp_path)
    made = partition(single(file), tmp_path / "parts", files=3)
    done = predict_files(
        find_data_set(made.folder), groups, tmp_path / "out", ForecastOptions(horizon=3, format="csv"), SERIAL
    )
    written = pd.concat([pd.read_csv(path) for path, _ in done]).sort_values(["shop", "day"])
    whole = pd.DataFrame(predict(groups, file, horizon=3).table)
    assert written["forecast"].tolist() == pytest.approx(whole["forecast"].tolist(), rel=1e-9)


def test_rows_of_one_text_are_read(file):
    table = open_table(file, ReadSpec(where=("region", "south")))
    assert table.rows == 210
    assert table.column("shop").texts == ["s0", "s1", "s2"]
    assert table.line(0) == "line 422"
    with pytest.raises(DataError, match='no row has "moon" in column "region"'):
        open_table(file, ReadSpec(where=("region", "moon")))


@pytest.fixture
def container(tmp_path, any_model):
    one, two = tmp_path / "one.forecast", tmp_path / "two.forecast"
    modelfile.save(any_model, one)
    modelfile.save(any_model, two)
    storage.save("region", {"b": two, "a b": one}, tmp_path / "both.forecast")
    return tmp_path / "both.forecast"


@pytest.fixture
def any_model():
    return workflow.untrained_model(sales(shops=1).drop(columns="region"), THETA)


def test_a_file_of_groups_is_equal_for_equal_models(container, tmp_path):
    first = container.read_bytes()
    storage.save("region", {"a b": tmp_path / "one.forecast", "b": tmp_path / "two.forecast"}, container)
    assert container.read_bytes() == first
    assert storage.are_in(container)
    assert not storage.are_in(tmp_path / "one.forecast")
    assert storage.load(container).values == ("a b", "b")
    assert storage.model_at(container.with_name("both.forecast#a b")).file.endswith("both.forecast#a b")


def test_a_file_of_groups_is_no_model(container):
    with pytest.raises(ModelError, match="holds a model for each group") as no:
        modelfile.load(container)
    assert "--model FILE#VALUE" in no.value.hint
    with pytest.raises(ModelError, match='has no model of "c"') as no:
        workflow.load(f"{container}#c")
    assert no.value.hint == 'models of region: "a b", "b"'


def test_a_damaged_file_of_groups_is_refused(container):
    whole = container.read_bytes()
    for at in (len(whole) // 2, len(whole) - 5, 40):
        container.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ModelError, match=r"damaged|not a model|newer"):
            storage.load(container)
    container.write_bytes(whole[:-100])
    with pytest.raises(ModelError, match="damaged"):
        storage.load(container)


@pytest.mark.parametrize(
    "fields",
    [
        {"column": "region", "values": ["b", "a"]},
        {"column": "region", "values": ["a", "a"]},
        {"column": "region", "values": ["a"]},
        {"column": "region", "values": []},
        {"column": 3, "values": ["a", "b"]},
        {"column": "region"},
    ],
    ids=json.dumps,
)
def test_a_file_whose_names_do_not_fit_is_refused(container, fields):
    from forecast.storage import tensorfile

    contents = tensorfile.read(container, format=modelfile.FORMAT)
    forged = tensorfile.Contents(modelfile.FORMAT, {"groups": fields}, contents.tensors)
    container.write_bytes(tensorfile.encode(forged))
    with pytest.raises(ModelError, match="damaged"):
        storage.load(container)


def test_a_model_in_it_is_checked_as_any_other(container, tmp_path):
    """What is stored for a value must be one model, not a pickle and not groups again."""
    (tmp_path / "evil.forecast").write_bytes(b"\x80\x04.")
    storage.save("region", {"a": tmp_path / "evil.forecast", "b": container}, tmp_path / "c.forecast")
    groups = storage.load(tmp_path / "c.forecast")
    with pytest.raises(ModelError, match="is a pickle"):
        groups.model("a")
    with pytest.raises(ModelError, match="holds a model for each group"):
        groups.model("b")
