"""The verbs end to end, as a Python program calls them, on three short monthly series."""

import io
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

import forecast
from forecast import pictures, workflow
from forecast.errors import TrainingError
from forecast.events import EpochEnded, Event, Note, SeriesSkipped, Warned
from forecast.reporting.notes import members_line
from forecast.spec.flags import flags_of
from forecast.storage import pretrained as catalog
from forecast.storage.modelfile import encode, load
from tests.models import save_pretrained
from tests.panels import wave

pytestmark = pytest.mark.tensorflow

SERIES = {
    "a": wave(48, season=4),
    "b": 3 * wave(40, season=4, seed=1),
    "c": wave(36, season=4, growth=-1, seed=2),
}
HORIZON = 3
REQUEST = forecast.TrainRequest(
    read=forecast.ReadSpec(forecast.Columns(target="sold", time="month", series="store")),
    horizon=HORIZON,
    window=6,
    season=4,
    units=(4,),
    epochs=2,
    backtests=1,
    device="cpu",
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
    """The one model of all tests, and its file."""
    out = tmp_path_factory.mktemp("models") / "shops.forecast"
    return workflow.train(data(), REQUEST, model=out, listener=heard.append)


@pytest.fixture(scope="module")
def model(trained):
    return workflow.load(trained.path)


@pytest.fixture
def pretrained(tmp_path, monkeypatch):
    """Networks of random weights in place of the pretrained ones: without a season, of 4 and of 12."""
    monkeypatch.setattr(catalog, "_FOLDER", save_pretrained(tmp_path, seasons=(1, 4, 12)))


def values(model: forecast.RecurrentForecaster, history: io.BytesIO | None = None) -> list[list[float]]:
    return workflow.predict(model, history).values.tolist()


ROWS = (
    *("combination", "gru", "pretrained", "theta", "ets", "ridge"),
    *("seasonal-drift", "seasonal-naive", "naive"),
)
"""The combination and its members, as a table has them."""


# train


def test_train_saves_a_model_that_says_what_it_was_made_from(model):
    assert (model.card.source, model.card.rows, model.card.series) == ("data", 48 + 40 + 36, 3)
    assert (model.card.first_time, model.card.last_time) == ("2015-01", "2018-12")
    assert (model.spec.windows.window, model.spec.trained_horizon) == (6, HORIZON)
    assert model.spec.network.units == (4,)


def test_train_judges_the_model_against_baselines_on_the_newest_rows(model):
    scores = model.card.scores
    assert (scores.backtests, scores.models[0]) == (1, model.name)
    assert scores.models == (*ROWS, "drift", "mean", "pooled-ridge")
    assert np.isfinite(scores.overall).all()
    assert model.card.verdict.outcome in ("useful", "unclear", "no better")
    assert model.card.coverage.errors > 0


def test_the_table_of_training_ends_in_weights_that_add_up_to_one(model):
    table = model.card.scores.to_table()
    assert list(table) == ["model", "mae", "rmse", "smape", "mase", "skill", "forecasts", "weight"]
    weights = dict(zip(table["model"].tolist(), table["weight"].tolist(), strict=True))
    assert weights["combination"] == 1
    assert sum(weights[name] for name in ROWS[1:]) == pytest.approx(1)
    assert np.isnan([weights[name] for name in ("drift", "mean", "pooled-ridge")]).all()


def test_every_series_has_its_weights_and_a_new_one_has_those_usual_for_it(model):
    assert model.weights.shape == (len(SERIES) + 1, len(model.combination.members))
    assert model.weights.sum(axis=1) == pytest.approx(1)
    assert model.combination.members[0] == "gru"
    assert len({tuple(row) for row in model.weights.round(6).tolist()}) == len(SERIES) + 1


def test_the_combination_lies_between_its_members(model):
    found = workflow.predict(model)
    members = model.combination.forecasts(model.tail, HORIZON)
    assert (np.nanmin(members, axis=0) - 1e-9 <= found.values).all()
    assert (found.values <= np.nanmax(members, axis=0) + 1e-9).all()


@pytest.mark.parametrize(
    ("changed", "members", "name"),
    [
        ({"combine": "none"}, ("gru",), "gru"),
        ({"method": "gru"}, ("gru",), "gru"),
        ({"method": "theta", "window": None, "units": None, "epochs": None}, ("theta",), "theta"),
    ],
)
def test_one_method_alone_is_trained_and_scored_as_itself(changed, members, name):
    model = workflow.train(data(), replace(REQUEST, **changed)).model
    assert (model.combination.members, model.name) == (members, name)
    assert model.card.scores.models[0] == name
    assert "combination" not in model.card.scores.models
    assert (model.card.origin, model.card.epochs) == (("none", 0) if name == "theta" else ("scratch", 2))
    assert np.isfinite(workflow.predict(model).values).all()


def test_where_no_network_can_be_trained_the_others_answer_and_it_is_said(monkeypatch):
    def fail(*_arguments, **_options):
        raise TrainingError("the loss became NaN twice")

    monkeypatch.setattr("forecast.network.fit.Trainer.find_epochs", fail)
    heard: list[Event] = []
    model = workflow.train(data(), REQUEST, listener=heard.append).model
    assert "gru" not in model.card.scores.models
    assert model.card.scores.models[:2] == ("combination", "pretrained")
    said = "no network was trained on these rows: the loss became NaN twice"
    assert [event.message for event in heard if isinstance(event, Warned)] == [said]
    with pytest.raises(TrainingError):
        workflow.train(data(), replace(REQUEST, combine="none"))


def test_a_trained_model_keeps_its_options_losses_and_backtests_for_pictures(model):
    card = model.card
    assert card.options == flags_of(REQUEST)
    assert len(card.losses.training) == len(card.losses.validation) > 0
    kept = card.backtests.predictions(model.tail, model.name)
    horizon = model.horizon
    actual = [each.values[-horizon:] for each in model.tail]
    np.testing.assert_array_equal(kept.actual[:, -1], np.where(np.isnan(kept.actual[:, -1]), np.nan, actual))
    inside = np.average(card.backtests.covered, weights=card.backtests.counts)
    assert inside == pytest.approx(card.coverage.achieved)
    page = pictures.report(model)
    for part in ("Backtests", "Coverage of the intervals by step", "Training", "Memory of the networks"):
        assert f"<h2>{part}</h2>" in page


@pytest.mark.usefixtures("trained")
def test_train_tells_what_it_saw_and_how_far_it_is(heard):
    labels = [event.label for event in heard if isinstance(event, Note)]
    assert labels[0] == "data"
    assert "plan" in labels
    stages = {event.stage for event in heard if isinstance(event, EpochEnded)}
    assert {"choosing the number of epochs", "backtest 1 of 1", "refit"} <= stages


def test_the_same_seed_and_rows_in_any_order_give_the_same_file_byte_for_byte(trained, tmp_path):
    rows = lines(SERIES)
    Random(1).shuffle(rows)
    workflow.train(source(rows), REQUEST, model=tmp_path / "again.forecast")
    assert (tmp_path / "again.forecast").read_bytes() == trained.path.read_bytes()


def test_a_series_too_short_for_a_window_is_named():
    heard: list[Event] = []
    workflow.train(
        source([*lines(SERIES), "new,2015-01,1\n", "new,2015-02,2\n"]), REQUEST, listener=heard.append
    )
    text = '"new" (2 rows): under 9 rows, so the network does not learn from them'
    assert Note("short", text) in heard


def test_a_hollow_series_is_left_out_of_training_and_the_others_are_learned(model):
    heard: list[Event] = []
    with_hollow = source([*lines(SERIES), "hollow,2015-01,1\n", "hollow,2017-01,2\n", "hollow,2017-02,2\n"])
    unsaved = workflow.train(with_hollow, REQUEST, listener=heard.append)
    reason = "23 of 26 steps have no number, 23 of them before line 127; most rows are monthly"
    assert [event for event in heard if isinstance(event, SeriesSkipped)] == [
        SeriesSkipped("hollow", reason, "data, line 126")
    ]
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


# start, members, bounds


READY = replace(REQUEST, quick=True, window=None, units=None, epochs=None)
TUNED = replace(READY, quick=False, from_="pretrained")


@pytest.mark.usefixtures("pretrained")
def test_pretrained_networks_are_judged_as_they_are_and_say_so():
    model = workflow.train(data(), replace(READY, combine="none")).model
    (weights,), (ready,) = model.network.members, catalog.open_pretrained("gru", 4).members
    assert {name: array.tolist() for name, array in weights.items()} == {
        name: array.tolist() for name, array in ready.items()
    }
    assert (model.card.origin, model.card.epochs, model.name) == ("pretrained", 0, "pretrained")
    items = dict(workflow.show(model).lines)
    assert items["network"] == f"GRU 4, {sum(weight.size for weight in ready.values())} weights"
    assert items["window"] == "reads 6 steps, forecasts 3"
    assert items["forecast"] == "pretrained GRU"
    assert items["training"] == "none: pretrained weights, unchanged"


@pytest.fixture
def one_epoch(monkeypatch, pretrained):  # noqa: ARG001
    """One epoch is found to better the pretrained network, by a share of its errors that is set here."""

    def found(trainer, *_args, **_options):
        trainer.best = catalog.open_pretrained("gru", 4).members[0]
        return 1

    monkeypatch.setattr("forecast.network.fit.Trainer.find_epochs", found)
    return lambda gain: monkeypatch.setattr("forecast.training.learner._gain", lambda *_: gain)


@pytest.mark.parametrize("changed", [{"epochs": 1}, {"ensemble": 2}])
def test_few_series_fine_tune_the_pretrained_network_where_that_is_asked(one_epoch, changed):
    one_epoch(0.31)
    model = workflow.train(data(), replace(TUNED, **changed)).model
    assert (model.card.origin, model.card.scores.models[:3]) == ("fine-tuned", ROWS[:3])
    assert len(model.network.members) == changed.get("ensemble", 1)


def test_a_fine_tuned_network_that_is_a_little_better_is_averaged_with_the_pretrained_one(one_epoch):
    one_epoch(0.31)
    alone = workflow.train(data(), replace(TUNED, epochs=1)).model.network.members
    one_epoch(0.29)
    model = workflow.train(data(), replace(TUNED, epochs=1)).model
    own = catalog.open_pretrained("gru", 4).members
    both = [{name: array.tolist() for name, array in each.items()} for each in model.network.members]
    assert both == [{name: array.tolist() for name, array in each.items()} for each in alone + own]
    assert (model.card.origin, model.card.scores.models[:3]) == ("averaged", ROWS[:3])
    assert (
        "pretrained weights, averaged with the pretrained networks"
        in dict(workflow.show(model).lines)["training"]
    )
    again = workflow.evaluate(model, data(), refit=True, backtests=1)
    # Networks read other series beside these, and add up in another order.
    assert again.scores.overall[0] == pytest.approx(model.card.scores.overall[0], rel=1e-6)


@pytest.mark.usefixtures("pretrained")
def test_a_pretrained_network_that_no_epoch_betters_is_taken_as_it_is(monkeypatch):
    monkeypatch.setattr("forecast.network.fit.Trainer.find_epochs", lambda *_args, **_options: 0)
    heard: list[Event] = []
    model = workflow.train(data(), replace(TUNED, epochs=1), listener=heard.append).model
    assert (model.card.origin, model.card.epochs) == ("pretrained", 0)
    assert model.card.scores.models[:3] == ("combination", "pretrained", "theta")
    assert values(model) == values(workflow.train(data(), READY).model)
    assert [event.label for event in heard if isinstance(event, Note)][-1] == "fine-tuning"


@pytest.mark.usefixtures("pretrained")
def test_intervals_without_training_rest_on_what_it_would_have_erred_on_these_rows():
    noise = np.random.default_rng(7).normal(scale=8, size=48)
    calm, noisy = (
        workflow.predict(workflow.untrained_model(data(a=values), replace(REQUEST, horizon=None)))
        for values in (SERIES["a"], SERIES["a"] + noise)
    )
    width, wider = (found.upper[0] - found.lower[0] for found in (calm, noisy))
    assert (wider[0] > 2 * width[0]).all()
    assert wider[1:].tolist() == width[1:].tolist()


@pytest.mark.usefixtures("pretrained")
def test_intervals_of_series_too_short_to_look_back_on_are_those_usual_for_their_season():
    found = workflow.predict(workflow.untrained_model(source(lines({"a": [1.0, 2.0, 3.0]})), REQUEST))
    assert (found.lower < found.values).all()
    assert (found.values < found.upper).all()


@pytest.mark.parametrize("changed", [{"window": 8}, {"units": (4,)}, {"dropout": 0.1}])
@pytest.mark.usefixtures("pretrained")
def test_pretrained_networks_take_no_shape(changed):
    with pytest.raises(forecast.UsageError) as refused:
        workflow.train(data(), replace(TUNED, **changed))
    assert "use --from scratch" in refused.value.hint


@pytest.mark.usefixtures("pretrained")
def test_a_pretrained_network_that_is_not_there_is_an_error_and_no_reason_to_start_from_nothing():
    with pytest.raises(forecast.ModelError, match="no pretrained LSTM for a season of 4"):
        workflow.train(data(), replace(TUNED, cell="lstm"))


@pytest.mark.usefixtures("pretrained")
@pytest.mark.parametrize("method", ["theta", "pretrained"])
def test_a_method_that_trains_nothing_starts_from_nothing(method):
    with pytest.raises(forecast.UsageError, match=f"--method {method} trains no network"):
        workflow.train(data(), replace(TUNED, method=method))


@pytest.fixture(scope="module")
def continued(trained):
    """The model, trained on with two more rows, as a mean of two."""
    request = replace(REQUEST, from_=trained.path, window=None, units=None, ensemble=2)
    return workflow.train(data(**{name: longer(name) for name in SERIES}), request).model


def test_training_goes_on_from_a_model_with_its_shape(model, continued):
    assert continued.spec == model.spec
    assert (continued.card.origin, len(continued.network.members)) == ("continued", 2)
    assert continued.card.parameters == 2 * model.card.parameters
    items = dict(workflow.show(continued).lines)
    assert items["network"] == f"2 x GRU 4, averaged, {continued.card.parameters:,} weights in all"
    assert "from the weights of an older model" in items["training"]


def test_training_that_goes_on_stays_near_the_old_weights(model, continued):
    (old,), (new, _) = model.network.members, continued.network.members
    apart = {name: np.abs(new[name] - weights).max() for name, weights in old.items()}
    assert max(apart.values()) < 0.1


def test_a_verdict_on_rows_that_the_older_model_has_seen_vouches_for_nothing(continued):
    verdict = continued.card.verdict
    assert verdict.text.startswith(
        "the model that training starts from was trained on rows of the backtests; "
    )
    assert verdict.outcome in ("unclear", "no better")


def test_a_model_that_went_on_from_another_cannot_be_made_again(continued):
    with pytest.raises(forecast.ModelError, match="cannot be repeated") as refused:
        workflow.evaluate(continued, data(), refit=True)
    assert "--refit" in refused.value.hint


def test_a_model_of_another_season_cannot_be_trained_on(trained):
    request = replace(REQUEST, from_=trained.path, window=None, units=None, season=None)
    with pytest.raises(forecast.ModelError, match="its season is 4, that of the data 12") as refused:
        workflow.train(data(), request)
    assert refused.value.hint.startswith("--season 4 reads")


def test_a_model_of_another_cell_cannot_be_trained_on(trained):
    request = replace(REQUEST, from_=trained.path, window=None, units=None, cell="lstm")
    with pytest.raises(forecast.UsageError, match="--cell lstm: the model is a gru"):
        workflow.train(data(), request)


def test_a_start_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(forecast.ModelError, match="there is no such model"):
        workflow.train(data(), replace(REQUEST, from_=tmp_path / "x.forecast", window=None, units=None))


COUNTS = {name: np.random.default_rng(rows).poisson(3, size=rows) for name, rows in [("a", 48), ("b", 40)]}


@pytest.mark.usefixtures("pretrained")
def test_counts_are_forecast_as_whole_numbers_that_are_never_negative():
    model = workflow.train(source(lines(COUNTS)), READY).model
    words = dict(workflow.show(model).lines)["values"]
    assert words == "integers, not negative where a series never was"
    table = workflow.predict(model, horizon=12, levels=(50, 99)).to_table()
    for name in ("forecast", "lower_50", "upper_50", "lower_99", "upper_99"):
        assert table[name].dtype == np.int64
        assert table[name].min() >= 0


@pytest.mark.usefixtures("pretrained")
def test_the_mean_of_intermittent_demand_is_forecast_compared_and_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rare = {
        name: np.random.default_rng(rows).poisson(0.6, size=rows) for name, rows in [("a", 72), ("b", 60)]
    }
    events = []
    model = workflow.train(source(lines(rare)), READY, listener=events.append).model
    notes = [event.text for event in events if isinstance(event, Note) and event.label == "intermittent"]
    zeros = np.mean(np.concatenate([*rare.values()]) == 0)
    assert [note.partition(":")[0] for note in notes] == [f"{zeros:.0%} of the steps of 2 of 2 series are 0"]
    assert "croston" in model.combination.members
    assert "root mean square errors" in model.card.verdict.text
    found = workflow.predict(model, horizon=12)
    assert found.values.mean(axis=1) == pytest.approx([0.6, 0.6], abs=0.25)
    assert (found.values % 1 > 0).all()
    assert (found.lower == 0).all()
    total = workflow.predict(model, horizon=12, total=True)
    assert total.values == pytest.approx(found.values.sum(axis=1))
    assert (total.upper[0] < found.upper[0].sum(axis=1)).all()
    Path("again.forecast").write_bytes(encode(model))
    assert encode(load(Path("again.forecast"))) == encode(model)
    assert load(Path("again.forecast")).spread.correlations.tolist() == model.spread.correlations.tolist()


@pytest.mark.usefixtures("pretrained")
def test_bounds_that_were_asked_for_hold_in_forecasts_and_intervals():
    request = replace(READY, min=-0.5, max=0.5, integer=False)
    model = workflow.train(source(lines(COUNTS)), request).model
    assert dict(workflow.show(model).lines)["values"] == "at least -0.5, at most 0.5"
    found = workflow.predict(model, horizon=12, levels=(99,))
    assert (found.lower.min(), found.upper.max()) == (-0.5, 0.5)
    assert found.to_table()["forecast"].dtype == np.float64


@pytest.mark.parametrize("largest", [1e307, 1e308])
@pytest.mark.parametrize("horizon", [3, 20])
@pytest.mark.usefixtures("pretrained")
def test_numbers_near_the_largest_are_judged_and_forecast_without_a_word_from_numpy(largest, horizon):
    extremes = np.resize([largest, -largest, 1.0, largest, -largest], 60)
    found = workflow.train(source(lines({"a": extremes})), replace(READY, horizon=horizon)).model
    assert "makes no error" not in found.card.verdict.text
    assert np.isfinite(workflow.predict(found).values).all()


# zero-shot


@pytest.mark.usefixtures("pretrained")
@pytest.mark.parametrize("method", ["pretrained", "theta", "seasonal-naive"])
def test_one_method_forecasts_the_same_with_and_without_training(method):
    request = replace(READY, method=method)
    ready = workflow.untrained_model(data(), request)
    trained = values(workflow.train(data(), request).model)
    assert np.array(values(ready)) == pytest.approx(np.array(trained), rel=1e-6)


@pytest.mark.usefixtures("pretrained")
def test_without_training_a_series_is_forecast_the_same_whatever_the_others():
    every = values(workflow.untrained_model(data(), READY))
    alone = values(workflow.untrained_model(source(lines({"b": SERIES["b"]})), READY))
    assert alone[0] == pytest.approx(every[1], rel=1e-9)


@pytest.mark.usefixtures("pretrained")
def test_zero_shot_guesses_the_columns_and_tells_them():
    heard: list[Event] = []
    ready = workflow.untrained_model(data(), listener=heard.append)
    assert ready.read.columns == REQUEST.read.columns
    assert (ready.spec.season, ready.horizon, ready.name) == (12, 8, "combination")
    assert "guessed" in [event.label for event in heard if isinstance(event, Note)]


@pytest.mark.usefixtures("pretrained")
def test_zero_shot_reads_rows_of_less_than_three_seasons_without_one():
    ready = workflow.untrained_model(source(lines({"a": SERIES["a"][:35]})))
    assert (ready.spec.season, ready.tail.seasons.tolist()) == (1, [1])
    assert "seasonal-naive" not in ready.combination.members


@pytest.mark.usefixtures("pretrained")
def test_zero_shot_needs_two_rows():
    assert np.isfinite(values(workflow.untrained_model(source(lines({"a": [5.0, 7.0]}))))).all()


@pytest.mark.usefixtures("pretrained")
def test_zero_shot_tells_of_less_than_two_seasons():
    heard: list[Event] = []
    workflow.untrained_model(data(), forecast.TrainRequest(method="theta", season=30), listener=heard.append)
    told = [event.text for event in heard if isinstance(event, Note) and event.label == "season"]
    assert told == ["30, as asked; the longest series, 48 rows, has not two of them"]


def test_zero_shot_reads_no_covariates():
    columns = forecast.Columns(target="sold", past=("month",))
    with pytest.raises(forecast.UsageError, match="without a model it reads no covariates"):
        workflow.untrained_model(data(), forecast.TrainRequest(read=forecast.ReadSpec(columns)))


# predict


def test_forecasts_stand_behind_the_end_of_each_series(model):
    found = workflow.predict(model)
    table = found.to_table()
    assert list(table) == ["store", "month", "forecast", "lower_80", "upper_80"]
    assert table["store"].tolist() == ["a"] * HORIZON + ["b"] * HORIZON + ["c"] * HORIZON
    assert table["month"].tolist()[:HORIZON] == ["2019-01", "2019-02", "2019-03"]
    assert np.isfinite(found.values).all()
    assert (found.lower <= found.values).all()
    assert (found.values <= found.upper).all()


def test_the_models_own_tail_forecasts_as_the_whole_file_does(model):
    tail, whole = workflow.predict(model, horizon=7), workflow.predict(model, data(), horizon=7)
    assert tail.times.tolist() == whole.times.tolist()
    assert tail.values.tolist() == whole.values.tolist()


def test_a_model_read_back_forecasts_as_the_one_that_was_saved(trained, model):
    assert values(model) == values(trained.model)


def test_a_series_that_was_never_seen_is_forecast(model):
    found = workflow.predict(model, source(lines({"new": wave(30, season=4, seed=9)})))
    assert found.ids == ("new",)
    assert np.isfinite(found.values).all()


def test_forecasts_of_some_series_are_some_of_the_forecasts(model):
    every = workflow.predict(model, data())
    some = workflow.predict(model, source(lines({name: SERIES[name] for name in ("c", "a")})))
    assert some.ids == ("a", "c")
    assert some.values == pytest.approx(every.values[[0, 2]], rel=1e-6)


def test_rows_in_any_order_give_the_same_forecasts(model):
    rows = lines(SERIES)
    Random(0).shuffle(rows)
    assert values(model, source(rows)) == values(model, data())


@pytest.mark.parametrize("factor", [1000.0, 1e-6])
def test_other_units_give_the_same_forecasts_in_those_units(model, factor):
    scaled = workflow.predict(model, data(**{name: factor * numbers for name, numbers in SERIES.items()}))
    plain = workflow.predict(model, data())
    assert scaled.values == pytest.approx(factor * plain.values, rel=1e-5)
    width, wide = plain.upper - plain.lower, scaled.upper - scaled.lower
    assert wide == pytest.approx(factor * width, rel=0.05)  # half by the volatility of the rows trained on


def test_a_series_that_cannot_be_forecast_does_not_stop_the_others(model):
    heard: list[Event] = []
    found = workflow.predict(model, source([*lines(SERIES), "void,2015-01,\n"]), listener=heard.append)
    assert found.values.tolist() == values(model, data())
    assert [event for event in heard if isinstance(event, SeriesSkipped)] == [
        SeriesSkipped("void", "no row has a number", "data, line 126")
    ]


def test_data_without_one_good_series_is_refused(model):
    with pytest.raises(forecast.DataError, match=r'"sold" holds no number \(read as the model .*shops'):
        workflow.predict(model, source(["v,2015-01,\n", "w,2015-01,\n"]))


# evaluate


def test_evaluate_gives_the_scores_of_the_model_where_no_row_is_new_and_says_so(model):
    heard: list[Event] = []
    result = workflow.evaluate(model, data(), listener=heard.append)
    assert (result.scores, result.verdict) == (model.card.scores, model.card.verdict)
    assert heard == [
        Note("scores", "no rows newer than the model: these are the scores of its own 1 backtest")
    ]


def test_evaluate_retrains_where_no_row_is_new_and_more_is_asked(model):
    heard: list[Event] = []
    result = workflow.evaluate(model, data(), backtests=2, baselines=("drift",), listener=heard.append)
    assert (result.basis, result.scores.backtests) == ("refit", 2)
    assert heard[0] == Note("refit", "no rows newer than the model: it is retrained with the same settings")


def test_evaluate_of_too_few_new_rows_says_how_many_would_do(model):
    with pytest.raises(
        forecast.DataError, match="2 rows after 2018-12 are too few for 2 backtests of 2"
    ) as refused:
        workflow.evaluate(model, data(a=longer("a")), backtests=2, horizon=2)
    assert "--horizon 1" in refused.value.hint


@pytest.mark.parametrize("names", ["a", "abc"])
def test_evaluate_scores_the_rows_behind_those_trained_on_and_no_other(model, names):
    series = {name: longer(name) if name in names else numbers for name, numbers in SERIES.items()}
    result = workflow.evaluate(model, data(**series), horizon=2)
    scores = result.scores
    assert result.basis == "new rows"
    said = workflow.predict(model, horizon=2)
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
    scores = workflow.evaluate(
        model, source([*lines(series), "void,2015-01,\n"]), listener=heard.append
    ).scores
    assert (scores.ids, scores.forecasts) == (("a", "b", "c"), 6)
    assert SeriesSkipped("void", "no row has a number", "data, line 132") in heard


def test_evaluate_with_refit_judges_the_recipe_on_rows_that_the_model_was_trained_on(model):
    scores = workflow.evaluate(model, data(), refit=True, backtests=1, baselines=("naive",)).scores
    assert (scores.models[0], scores.backtests) == (model.name, 1)
    assert scores.forecasts == model.card.scores.forecasts
    assert scores.overall[0] == pytest.approx(model.card.scores.overall[0], rel=1e-5)


# check and show


def test_check_says_what_train_would_do_and_what_it_would_leave_out():
    card = workflow.check(source([*lines(SERIES), "void,2015-01,\n"]), REQUEST).card
    items = dict(card.lines)
    assert items["skipped"] == '"void": no row has a number'
    assert items["plan"].startswith("GRU 4 · reads 6 steps, forecasts 3")


def test_check_names_five_of_many_series_left_out():
    void = [f"void{number:02d},2015-01,\n" for number in range(15)]
    card = workflow.check(source([*lines(SERIES), *void]), REQUEST).card
    skipped = [text for label, text in card.lines if label == "skipped"]
    assert skipped[4:] == ['"void04": no row has a number', "and 10 more"]


def test_show_tells_the_network_the_data_and_the_verdict(model):
    items = dict(workflow.show(model).lines)
    assert items["network"].startswith("GRU 4, ")
    assert items["data"] == "data: 124 rows in 3 series, 2015-01 to 2018-12, monthly"
    assert items["verdict"] == model.card.verdict.text


def test_show_tells_the_members_of_the_combination_the_largest_weight_first(model):
    (text,) = (text for label, text in workflow.show(model).lines if label == "forecast")
    assert text.startswith("combination of ")
    named = [part.rsplit(" ", 2) for part in text.removeprefix("combination of ").split(", ")]
    shares = [float(share) for _, share, percent in named if percent == "%"]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=4)
    assert {name for name, *_ in named} == set(members_line(model.combination).split(", "))


def test_show_of_a_model_without_networks_names_no_network():
    model = workflow.train(data(), replace(READY, method="seasonal-naive")).model
    items = dict(workflow.show(model).lines)
    assert (items["horizon"], items["forecast"]) == ("forecasts 3", "seasonal naive")
    assert "network" not in items
    assert items["training"] == "none: no network"
