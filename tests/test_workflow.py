"""The verbs end to end, as a Python program calls them, on three short monthly series."""

import io
import subprocess
import sys
from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
import pytest

import forecast
from forecast.events import EpochEnded, Event, LeftOut, Noted
from tests.panels import wave

SERIES = {
    "a": wave(48, season=4),
    "b": 3 * wave(40, season=4, seed=1),
    "c": wave(36, season=4, growth=-1, seed=2),
}
HORIZON = 3
REQUEST = forecast.TrainRequest(
    columns=forecast.Columns(target="sold", time="month", series="store"),
    horizon=HORIZON,
    window=6,
    season=4,
    units=(4,),
    epochs=2,
    backtests=1,
    training=forecast.TrainingPlan(device="cpu"),
)


def month(index: int) -> str:
    return f"{2015 + index // 12}-{index % 12 + 1:02d}"


def lines(series: Mapping[str, Sequence[float]]) -> list[str]:
    return [
        f"{name},{month(index)},{float(value)!r}\n"
        for name, values in series.items()
        for index, value in enumerate(values)
    ]


def source(rows: list[str]) -> io.BytesIO:
    return io.BytesIO("".join(["store,month,sold\n", *rows]).encode())


def data(**changed: Sequence[float]) -> io.BytesIO:
    """The three series, some of them replaced, or more than them."""
    return source(lines({**SERIES, **changed}))


def longer(name: str) -> np.ndarray:
    """A series with two more rows behind it."""
    return np.append(SERIES[name], SERIES[name][-4:-2] + 5)


@pytest.fixture(scope="module")
def heard():
    """The events of the training of `trained`."""
    return []


@pytest.fixture(scope="module")
def trained(tmp_path_factory, heard):
    """The one model that all tests judge, and its file."""
    out = tmp_path_factory.mktemp("models") / "shops.forecast"
    return forecast.train(data(), REQUEST, out=out, listener=heard.append)


@pytest.fixture(scope="module")
def model(trained):
    return forecast.load(trained.path)


def values(model: forecast.RecurrentForecaster, history: io.BytesIO | None = None) -> list[list[float]]:
    return forecast.predict(model, history).values.tolist()


# train


def test_train_saves_a_model_that_says_what_it_was_made_from(model):
    assert (model.card.source, model.card.rows, model.card.series) == ("data", 48 + 40 + 36, 3)
    assert (model.card.first_time, model.card.last_time) == ("2015-01", "2018-12")
    assert (model.spec.windows.window, model.spec.windows.horizon) == (6, HORIZON)
    assert model.spec.network.units == (4,)


def test_train_judges_the_model_against_baselines_on_the_newest_rows(model):
    scores = model.card.scores
    assert (scores.backtests, scores.models[0]) == (1, model.name)
    assert {"last value", "seasonal naive", "drift", "mean"} <= set(scores.models)
    assert np.isfinite(scores.overall).all()
    assert model.card.verdict.outcome in ("useful", "unclear", "no better")
    assert model.card.coverage.errors > 0


@pytest.mark.usefixtures("trained")
def test_train_tells_what_it_saw_and_how_far_it_is(heard):
    labels = [event.label for event in heard if isinstance(event, Noted)]
    assert labels[0] == "data"
    assert "plan" in labels
    stages = {event.stage for event in heard if isinstance(event, EpochEnded)}
    assert {"finding epochs", "backtest 1 of 1", "refit"} <= stages


def test_the_same_seed_and_rows_in_any_order_give_the_same_file_byte_for_byte(trained, tmp_path):
    rows = lines(SERIES)
    Random(1).shuffle(rows)
    forecast.train(source(rows), REQUEST, out=tmp_path / "again.forecast")
    assert (tmp_path / "again.forecast").read_bytes() == trained.path.read_bytes()


def test_a_hollow_series_is_left_out_of_training_and_the_others_are_learned(model):
    heard: list[Event] = []
    with_hollow = source([*lines(SERIES), "hollow,2015-01,1\n", "hollow,2017-01,2\n", "hollow,2017-02,2\n"])
    unsaved = forecast.train(with_hollow, REQUEST, listener=heard.append)
    reason = "over 40% of the steps have no number (23 of 26)"
    assert [event for event in heard if isinstance(event, LeftOut)] == [LeftOut("hollow", reason)]
    assert unsaved.model.card.data_sha256 == model.card.data_sha256
    assert values(unsaved.model) == values(model)
    assert unsaved.path is None


TOO_SHORT = """
import io, sys
import forecast
rows = "".join(f"{year},{year % 7}\\n" for year in range(2000, 2020))
request = forecast.TrainRequest(window=12, horizon=5)
try:
    forecast.train(io.BytesIO(("year,y\\n" + rows).encode()), request)
except forecast.DataError as error:
    print(error)
print("tensorflow" in sys.modules, "keras" in sys.modules)
"""


def test_too_little_data_is_refused_with_the_arithmetic_before_tensorflow_is_imported():
    done = subprocess.run([sys.executable, "-c", TOO_SHORT], capture_output=True, text=True, check=True)
    said, imported = done.stdout.splitlines()
    assert said.startswith("too short: 20 rows - backtest 5 - window 12 - horizon 5 + 1 = -1 windows")
    assert imported == "False False"


# predict


def test_forecasts_stand_behind_the_end_of_each_series(model):
    found = forecast.predict(model)
    table = found.to_table()
    assert list(table) == ["store", "time", "forecast", "lower_80", "upper_80"]
    assert table["store"].tolist() == ["a"] * HORIZON + ["b"] * HORIZON + ["c"] * HORIZON
    assert table["time"].tolist()[:HORIZON] == ["2019-01", "2019-02", "2019-03"]
    assert np.isfinite(found.values).all()
    assert (found.lower <= found.values).all()
    assert (found.values <= found.upper).all()


def test_the_models_own_tail_forecasts_as_the_whole_file_does(model):
    assert model.tail.lengths.max() < len(SERIES["a"])
    tail, whole = forecast.predict(model, horizon=7), forecast.predict(model, data(), horizon=7)
    assert tail.times.tolist() == whole.times.tolist()
    assert tail.values.tolist() == whole.values.tolist()


def test_a_model_read_back_forecasts_as_the_one_that_was_saved(trained, model):
    assert values(model) == values(trained.model)


def test_a_series_that_was_never_seen_is_forecast(model):
    found = forecast.predict(model, source(lines({"new": wave(30, season=4, seed=9)})))
    assert found.ids == ("new",)
    assert np.isfinite(found.values).all()


def test_forecasts_of_some_series_are_some_of_the_forecasts(model):
    every = forecast.predict(model, data())
    some = forecast.predict(model, source(lines({name: SERIES[name] for name in ("c", "a")})))
    assert some.ids == ("a", "c")
    assert some.values == pytest.approx(every.values[[0, 2]], rel=1e-6)


def test_rows_in_any_order_give_the_same_forecasts(model):
    rows = lines(SERIES)
    Random(0).shuffle(rows)
    assert values(model, source(rows)) == values(model, data())


@pytest.mark.parametrize("factor", [1000.0, 1e-6])
def test_other_units_give_the_same_forecasts_in_those_units(model, factor):
    scaled = forecast.predict(model, data(**{name: factor * numbers for name, numbers in SERIES.items()}))
    plain = forecast.predict(model, data())
    for part in ("values", "lower", "upper"):
        assert getattr(scaled, part) == pytest.approx(factor * getattr(plain, part), rel=1e-5)


def test_a_series_that_cannot_be_forecast_does_not_stop_the_others(model):
    heard: list[Event] = []
    found = forecast.predict(model, source([*lines(SERIES), "void,2015-01,\n"]), listener=heard.append)
    assert found.values.tolist() == values(model, data())
    assert [event for event in heard if isinstance(event, LeftOut)] == [
        LeftOut("void", "no row holds a number")
    ]


def test_data_without_one_good_series_is_refused(model):
    with pytest.raises(forecast.DataError, match='none of 2 series can be used: "v"'):
        forecast.predict(model, source(["v,2015-01,\n", "w,2015-01,\n"]))


# evaluate


def test_evaluate_refuses_where_no_row_is_new_and_says_how_to_judge_all_the_same(model):
    with pytest.raises(forecast.DataError, match="trained on every row, up to 2018-12") as refused:
        forecast.evaluate(model, data())
    assert "--refit" in refused.value.hint


@pytest.mark.parametrize("names", ["a", "abc"])
def test_evaluate_scores_the_rows_behind_those_trained_on_and_no_other(model, names):
    series = {name: longer(name) if name in names else numbers for name, numbers in SERIES.items()}
    scores = forecast.evaluate(model, data(**series), horizon=2)
    said = forecast.predict(model, horizon=2)
    errors = [
        np.abs(series[name][-2:] - answer)
        for name, answer in zip(said.ids, said.values, strict=True)
        if name in names
    ]
    assert scores.forecasts == 2 * len(names)
    assert scores.overall[0, 0] == pytest.approx(np.mean(errors), rel=1e-6)


def test_evaluate_goes_on_without_a_series_that_cannot_be_judged(model):
    heard: list[Event] = []
    series = {name: longer(name) for name in SERIES}
    scores = forecast.evaluate(model, source([*lines(series), "void,2015-01,\n"]), listener=heard.append)
    assert (scores.ids, scores.forecasts) == (("a", "b", "c"), 6)
    assert LeftOut("void", "no row holds a number") in heard


def test_evaluate_with_refit_judges_the_recipe_on_rows_that_the_model_was_trained_on(model):
    scores = forecast.evaluate(model, data(), refit=True, backtests=1, baselines=("naive",))
    assert (scores.models[0], scores.backtests) == (model.name, 1)
    assert scores.forecasts == model.card.scores.forecasts
    assert scores.overall[0] == pytest.approx(model.card.scores.overall[0], rel=1e-5)


# check and show


def test_check_says_what_train_would_do_and_what_it_would_leave_out():
    card = forecast.check(source([*lines(SERIES), "void,2015-01,\n"]), REQUEST)
    items = dict(card.lines)
    assert items["left out"] == '"void": no row holds a number'
    assert items["plan"].startswith("window 6 -> next 3")


def test_check_names_five_of_many_series_left_out():
    void = [f"void{number:02d},2015-01,\n" for number in range(15)]
    card = forecast.check(source([*lines(SERIES), *void]), REQUEST)
    left_out = [text for label, text in card.lines if label == "left out"]
    assert left_out[4:] == ['"void04": no row holds a number', "and 10 more"]


def test_show_tells_the_network_the_data_and_the_verdict(model):
    items = dict(forecast.show(model).lines)
    assert items["network"].startswith("GRU 4, ")
    assert items["data"] == "data: 124 rows in 3 series, 2015-01 to 2018-12, monthly"
    assert items["verdict"] == model.card.verdict.text
