"""The Python functions: flags as keywords, and the data that a data scientist has at hand."""

import numpy as np
import pytest

import forecast
from forecast.errors import ModelError, UsageError
from tests.panels import wave

pytestmark = pytest.mark.tensorflow

QUICK = {"window": 6, "units": (4,), "epochs": 2, "backtests": 1, "device": "cpu"}


@pytest.fixture
def csv(tmp_path):
    rows = "".join(f"{2000 + index},{value:.3f}\n" for index, value in enumerate(wave(40)))
    path = tmp_path / "sales.csv"
    path.write_text("year,sold\n" + rows)
    return path


@pytest.fixture
def trained(csv):
    return forecast.train(csv, horizon=3, **QUICK)


def test_train_takes_the_flags_as_keywords(trained):
    assert trained.model.horizon == 3
    assert trained.model.spec.network.units == (4,)
    assert trained.path is None


def test_keywords_go_on_top_of_a_request(csv):
    request = forecast.TrainRequest(horizon=3, **QUICK)
    model = forecast.train(csv, request, horizon=2, target="sold").model
    assert (model.horizon, model.read.columns.target) == (2, "sold")
    assert model.spec.windows.window == 6


def test_a_model_is_saved_where_it_says_and_found_by_the_name_of_its_data(csv, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORECAST_MODEL", raising=False)
    trained = forecast.train(csv, horizon=3, model="sales.forecast", combine="none", **QUICK)
    assert trained.path.name == "sales.forecast"
    found = forecast.predict(csv)
    assert found.values.tolist() == forecast.predict(csv, model=trained.model).values.tolist()
    assert found.values.tolist() == forecast.predict().values.tolist()
    pretrained = forecast.predict(csv, model="pretrained", horizon=3)
    assert pretrained.values.tolist() != found.values.tolist()


def test_without_a_model_the_pretrained_networks_answer(csv, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORECAST_MODEL", raising=False)
    assert forecast.predict(csv, horizon=2).values.shape == (1, 2)
    with pytest.raises(ModelError, match="there is no model here"):
        forecast.predict()


def test_a_frame_is_answered_by_the_pretrained_networks_whatever_lies_here(csv, tmp_path, monkeypatch):
    pd = pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORECAST_MODEL", raising=False)
    forecast.train(csv, horizon=3, model="sales.forecast", **QUICK)
    frame = pd.read_csv(csv)
    expected = forecast.predict(csv, model="pretrained", horizon=3).values
    assert forecast.predict(frame, horizon=3).values.tolist() == expected.tolist()


def test_lists_arrays_and_series_are_data():
    pd = pytest.importorskip("pandas")
    values = wave(30)
    months = pd.date_range("2020-01-01", periods=30, freq="MS")
    counted = [
        forecast.predict(data, horizon=2).values for data in (values, values.tolist(), pd.Series(values))
    ]
    assert counted[0].tolist() == counted[1].tolist() == counted[2].tolist()
    dated = forecast.predict(pd.Series(values, index=months, name="sold"), horizon=2)
    assert dated.columns.target == "sold"
    assert str(dated.times[0, 0])[:7] == "2022-07"


@pytest.mark.parametrize("data", [np.zeros((3, 2, 2)), [], ["a", "b"], 7, object()])
def test_what_is_no_series_is_refused(data):
    with pytest.raises((UsageError, forecast.DataError)):
        forecast.predict(data)


@pytest.mark.parametrize(
    ("option", "message", "hint"),
    [
        ({"horizn": 3}, "train() has no option horizn", "did you mean horizon?"),
        ({"horizon": "3"}, "train(): horizon must be a whole number, not '3'", ""),
        ({"cell": "transformer"}, "cell must be one of simple-rnn, lstm, gru", ""),
        ({"known": [1]}, "known must be a string or a list, each a string, not [1]", ""),
        ({"units": True}, "units must be a whole number or a list", ""),
        ({"qqq": 1}, "train() has no option qqq", "it has "),
    ],
)
def test_a_keyword_that_does_not_exist_or_has_the_wrong_type_is_named(csv, option, message, hint):
    with pytest.raises(UsageError) as refused:
        forecast.train(csv, **option)
    assert message in str(refused.value)
    assert refused.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("function", "option", "message", "hint"),
    [
        ("predict", {"horizn": 3}, "predict() has no option horizn", "did you mean horizon?"),
        ("predict", {"modl": "m"}, "predict() has no option modl", "did you mean model?"),
        ("predict", {"horizon": 2.5}, "predict(): horizon must be a whole number, not 2.5", ""),
        ("predict", {"level": "x"}, "level must be a number or a list, each a number, not 'x'", ""),
        ("predict", {"level": 0.8}, "--level is in percent, not 0.8", "write --level 80"),
        ("evaluate", {"backtest": 3}, "evaluate() has no option backtest", "did you mean backtests?"),
        ("evaluate", {"refit": 1}, "evaluate(): refit must be True or False, not 1", ""),
        ("future", {"horizon": "4"}, "future(): horizon must be a whole number, not '4'", ""),
        ("repair", {"gap": "hold"}, "repair() has no option gap", "did you mean gaps?"),
    ],
)
def test_every_function_names_a_wrong_keyword(csv, function, option, message, hint):
    with pytest.raises(UsageError) as refused:
        getattr(forecast, function)(csv, **option)
    assert message in str(refused.value)
    assert refused.value.hint == hint


def test_numbers_of_numpy_are_options(csv):
    horizon, levels = np.int64(2), np.array([80.0, 50.0])
    found = forecast.predict(csv, model="pretrained", horizon=horizon, level=levels)
    assert (found.values.shape, found.levels) == ((1, 2), (50.0, 80.0))


def test_a_model_refuses_columns_and_says_why(csv, trained):
    with pytest.raises(UsageError, match="--target, --cell: the model reads data as it was trained to"):
        forecast.predict(csv, model=trained.model, target="sold", cell="gru")


def test_evaluate_scores_newer_rows_and_refits_where_asked(csv, trained):
    result = forecast.evaluate(csv, model=trained.model, refit=True, backtests=1, baseline="naive")
    models = ("combination", "gru", "pretrained", "theta", "ets", "ridge", "seasonal-drift", "naive")
    assert result.scores.models == models
    assert tuple(result.to_frame()["model"]) == models
    frame = result.predictions.to_frame()
    assert frame["model"].tolist() == [name for name in models for _ in range(3)]
    assert (frame["year"] - frame["step"]).eq(frame["origin"]).all()


def test_evaluate_right_after_training_gives_the_scores_of_the_model(csv, trained):
    result = forecast.evaluate(csv, model=trained)
    card = trained.model.card
    assert (result.basis, result.predictions) == ("stored", None)
    assert (result.scores, result.verdict, result.coverage) == (card.scores, card.verdict, card.coverage)
    assert repr(result).endswith(f"; verdict: {card.verdict.text}")


def test_check_read_repair_and_future_are_there(csv):
    pd = pytest.importorskip("pandas")
    assert forecast.check(csv).plan.horizon == 4
    assert forecast.read(csv, target="sold").panel.columns.time == "year"
    repaired = forecast.repair(csv)
    assert isinstance(repaired, pd.DataFrame)
    assert list(repaired.columns) == ["year", "sold"]


def test_future_gives_the_rows_to_fill_in(tmp_path):
    rows = "".join(f"{2000 + index},{value:.3f},{index % 3}\n" for index, value in enumerate(wave(40)))
    (tmp_path / "d.csv").write_text("year,sold,price\n" + rows)
    model = forecast.train(tmp_path / "d.csv", target="sold", known="price", horizon=3, **QUICK).model
    frame = forecast.future(model=model)
    assert list(frame.columns) == ["year", "price"]
    frame["price"] = [0, 1, 2]
    assert forecast.predict(model=model, future=frame).values.shape == (1, 3)


def test_show_gives_the_card(trained):
    assert dict(forecast.show(trained.model).lines)["season"] == "none"


def frame_of_years(count=20):
    pd = pytest.importorskip("pandas")
    return pd.DataFrame({"year": range(1990, 1990 + count), "sold": wave(count)})


def next_time(data, **options):
    return forecast.predict(data, model="pretrained", horizon=1, **options).to_frame().iloc[0, 0]


def test_an_index_with_a_name_is_the_time_and_row_labels_are_not():
    frame = frame_of_years()
    assert next_time(frame.set_index("year")) == 2010
    assert next_time(frame.set_index("year")["sold"]) == 2010
    assert next_time(frame.set_index("year", drop=False)) == 2010
    shuffled = frame.sample(frac=1, random_state=1)
    assert shuffled.index.name is None
    assert next_time(shuffled) == 2010
    assert next_time(frame["sold"].drop(index=[5])) == 20


def test_local_midnights_are_dates_and_weekly_periods_are_weeks():
    pd = pytest.importorskip("pandas")
    days = pd.date_range("2024-03-01", periods=60, tz="Europe/Paris")
    assert str(next_time(pd.Series(wave(60), index=days)))[:10] == "2024-04-30"
    weeks = pd.period_range("2024-01-01", periods=60, freq="W")
    assert str(next_time(pd.Series(wave(60), index=weeks)))[:10] == "2025-02-24"


def test_missing_and_masked_numbers_of_lists_are_missing():
    values = wave(30)
    listed = [*values[:9].tolist(), None, *values[10:].tolist()]
    expected = forecast.predict(listed, horizon=1).values.tolist()
    masked = np.ma.array(values, mask=[False] * 9 + [True] + [False] * 20)
    assert forecast.predict(masked, horizon=1).values.tolist() == expected
    assert forecast.predict(values[:, None], horizon=1).values.shape == (1, 1)
    assert forecast.predict(range(30), horizon=1).values.shape == (1, 1)
    pd = pytest.importorskip("pandas")
    assert forecast.predict(pd.array(listed), horizon=1).values.tolist() == expected
    assert forecast.predict(pd.Index(values), horizon=1).values.shape == (1, 1)


def test_values_without_names_are_those_that_a_model_reads(csv, trained, monkeypatch):
    pd = pytest.importorskip("pandas")
    frame = pd.read_csv(csv)
    series = pd.Series(frame["sold"].to_numpy(), index=pd.Index(frame["year"]))
    expected = forecast.predict(csv, model=trained).values.tolist()
    assert forecast.predict(series, model=trained).values.tolist() == expected
    monkeypatch.setenv("FORECAST_MODEL", "missing.forecast")
    assert forecast.predict(frame, horizon=2).values.shape == (1, 2)
    with pytest.raises(ModelError, match="missing"):
        forecast.predict(csv)


def test_skipped_series_are_python_warnings():
    pd = pytest.importorskip("pandas")
    frame = pd.concat([frame_of_years().assign(id="a"), frame_of_years().assign(id="b", sold=np.nan)])
    with pytest.warns(UserWarning, match='series "b" skipped: no row has a number'):
        found = forecast.predict(frame, id="id", horizon=1)
    assert found.ids == ("a",)


def test_the_pretrained_networks_forecast_values_only(csv):
    assert forecast.predict(csv, model="pretrained", horizon=1, task="value").values.shape == (1, 1)
    with pytest.raises(UsageError, match="forecasts values, not classes"):
        forecast.predict(csv, model="pretrained", horizon=1, task="class")


def test_repaired_rows_have_timestamps_where_the_data_have_dates():
    pd = pytest.importorskip("pandas")
    days = pd.date_range("2024-03-01", periods=20)
    repaired = forecast.repair(pd.DataFrame({"day": days.delete(5), "sold": wave(19)}))
    assert repaired["day"].tolist() == days.tolist()


def test_reports_are_short(csv):
    assert repr(forecast.read(csv)).startswith(
        "ReadResult of 'sales.csv', 0 repairs, 0 skipped series, Panel"
    )
    report = forecast.check(csv)
    assert len(repr(report).splitlines()) == len(report.to_frame()) + 1
    assert "<table" in report._repr_html_()


def test_data_are_read_by_the_request_or_by_keywords(csv):
    request = forecast.TrainRequest(read=forecast.ReadSpec(forecast.Columns(target="sold")), horizon=2)
    assert forecast.check(csv, request).plan.horizon == 2
    with pytest.raises(UsageError, match="in the request or in keywords"):
        forecast.check(csv, request, time="year")


def test_none_is_the_default(csv):
    found = forecast.predict(csv, model="pretrained", horizon=None, level=None)
    assert found.levels == (80.0,)


def test_periods_begin_where_pandas_says():
    pd = pytest.importorskip("pandas")
    quarters = pd.period_range("2010Q1", periods=40, freq="Q-NOV")
    assert str(next_time(pd.Series(wave(40), index=quarters)))[:10] == "2019-12-01"
    years = pd.period_range("2000", periods=20, freq="Y")
    assert next_time(pd.Series(wave(20), index=years)) == 2020


def test_numbers_of_backtests_and_kinds_of_scores_are_checked(csv, trained):
    for call in (forecast.train, forecast.check):
        with pytest.raises(UsageError, match="backtests must be between 1 and 10000, not 0"):
            call(csv, backtests=0)
    with pytest.raises(UsageError, match="backtests must be between 1 and 10000, not -1"):
        forecast.evaluate(csv, model=trained, refit=True, backtests=-1)
    with pytest.raises(UsageError, match="by must be one of model, series, step, not 'x'"):
        trained.model.card.scores.to_frame(by="x")


def test_a_file_that_is_not_there_is_named_before_its_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(forecast.DataError, match='no file "nosuch'):
        forecast.evaluate("nosuch.csv")


def test_what_is_in_a_wrong_place_is_named(csv):
    with pytest.raises(UsageError, match="'sold' is not a TrainRequest"):
        forecast.train(csv, "sold")
    with pytest.raises(UsageError, match="model must be a model or a path, not 5"):
        forecast.predict(csv, model=5)


def test_a_total_is_one_number_for_each_series():
    counts = np.random.default_rng(0).poisson(4, 60).astype(float)
    steps = forecast.predict(counts, horizon=10, level=[50, 80])
    total = forecast.predict(counts, horizon=10, level=[50, 80], total=True)
    assert isinstance(total, forecast.Total)
    assert list(total.to_frame().columns) == [
        "from",
        "to",
        "forecast",
        "lower_50",
        "upper_50",
        "lower_80",
        "upper_80",
    ]
    assert (total.first_times.tolist(), total.last_times.tolist()) == ([61], [70])
    assert abs(total.values[0] - steps.values.sum()) <= 5  # steps are rounded, the sum once
    widths = total.upper[:, 0] - total.lower[:, 0]
    assert 0 < widths[0] < widths[1] < (steps.upper - steps.lower)[1].sum()
    assert repr(total) == "Total of 1 series, intervals 50 %, 80 %"
