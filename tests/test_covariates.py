"""Columns beside the target, from a file to a forecast: train, future, predict, evaluate, check."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import forecast
from forecast import workflow
from forecast.errors import DataError, Interrupted, ModelError, UsageError
from forecast.events import EpochEnded
from forecast.features.covariates import covariate_specs
from forecast.network import checkpoint as checkpoints
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest
from forecast.training import evaluate
from tests.shops import AHEAD, COLUMNS, ROWS, changed, panel, rows, written

HORIZON = 3
REQUEST = TrainRequest(
    read=ReadSpec(COLUMNS),
    horizon=HORIZON,
    calendar=True,
    holidays="FR",
    combine="none",
    epochs=3,
    backtests=1,
    window=8,
    units=(4,),
    device="cpu",
)
TABLE = rows()
SOLD = [row for row in TABLE if row["sold"]]
TO_COME = [row for row in TABLE if not row["sold"]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One model of the shops' sales, all that is told ahead kept out, and its file."""
    out = tmp_path_factory.mktemp("models") / "shops.forecast"
    return workflow.train(written(SOLD), REQUEST, model=out)


@pytest.fixture(scope="module")
def model(trained):
    return workflow.load(trained.path)


def values(model, *arguments, **options):
    return workflow.predict(model, *arguments, **options).values.tolist()


def future(table=TO_COME):
    return written(table, "shop", "day", "price", "event")


# Train


def test_the_model_remembers_all_that_stood_beside(model):
    assert [(each.name, each.role) for each in model.spec.covariates] == [
        ("visitors", "past"), ("price", "known"), ("event", "known"), ("town", "static"),
    ]  # fmt: skip
    assert model.read.columns == replace(COLUMNS, categorical=("event", "town"))
    assert model.spec.calendar.phases
    assert len(model.spec.calendar.holiday_dates) > 200
    card = dict(workflow.show(model).lines)
    assert "past=visitors  known=price,event  static=town" in card["columns"]
    assert card["calendar"] == "calendar, holidays of FR"


def test_rows_in_any_order_give_the_same_model_byte_for_byte(trained, tmp_path):
    workflow.train(written(SOLD[::-1]), REQUEST, model=tmp_path / "m.forecast")
    assert (tmp_path / "m.forecast").read_bytes() == trained.path.read_bytes()


def test_an_interrupted_training_ends_with_the_bytes_of_one_that_was_not(trained, tmp_path, monkeypatch):
    for name in ("COPY_SECONDS", "REST_FACTOR", "MIN_SECONDS"):
        monkeypatch.setattr(checkpoints, name, 0.0)

    def listen(event):
        if isinstance(event, EpochEnded) and event.stage == "refit":
            raise Interrupted(2)

    out = tmp_path / "m.forecast"
    with pytest.raises(Interrupted):
        workflow.train(written(SOLD), REQUEST, model=out, listener=listen)
    other = changed(SOLD, "a", 3, {"price": "9"})
    with pytest.raises(ModelError, match="different data"):
        workflow.train(written(other), REQUEST, model=out, resume=True)
    workflow.train(written(SOLD), REQUEST, model=out, resume=True)
    assert out.read_bytes() == trained.path.read_bytes()


def test_with_covariates_training_starts_from_nothing_unless_told_to():
    request = replace(REQUEST, window=None, units=None, holidays=None)
    planned = workflow.check(written(SOLD), request).plan.recipe
    assert planned.origin == "scratch"
    asked = workflow.check(written(SOLD), replace(request, from_="pretrained")).plan.recipe
    assert asked.origin == "fine-tuned"
    with pytest.raises(UsageError, match="--quick trains no network, and covariates must be learned"):
        workflow.check(written(SOLD), replace(request, quick=True))
    with pytest.raises(UsageError, match="--method theta trains no network"):
        workflow.check(written(SOLD), replace(request, method="theta", combine=None))


def test_a_network_that_reads_covariates_is_combined_with_methods_that_do_not():
    model = workflow.train(written(SOLD), replace(REQUEST, combine=None)).model
    assert {"gru", "pretrained", "theta", "naive"} < set(model.card.scores.models)
    assert model.combination.members[0] == "gru"
    assert model.network.spec.covariates == model.spec.covariates != ()
    for name, network in model.combination.networks[1:]:
        assert (name, network.spec.covariates) == ("pretrained", ())
    assert np.isfinite(values(model, future=future())).all()


def test_older_models_go_on_with_what_they_read_of_the_time_alone(trained, tmp_path):
    plain = tmp_path / "plain.forecast"
    workflow.train(written(SOLD), replace(REQUEST, calendar=False, holidays=None), model=plain)
    request = replace(REQUEST, from_=plain, window=None, units=None)
    with pytest.raises(UsageError, match="--calendar: the model that training starts from does not read it"):
        workflow.train(written(TABLE), request)
    with pytest.raises(UsageError, match="--holidays"):
        workflow.train(written(TABLE), replace(request, from_=trained.path, holidays="US"))


def test_older_models_go_on_reading_what_they_read(trained):
    newer = [{**row, "sold": row["sold"] or "20", "visitors": row["visitors"] or "60"} for row in TABLE]
    newer = changed(newer, "b", 40, {"event": "flood"})
    request = replace(REQUEST, from_=trained.path, window=None, units=None, calendar=False, holidays=None)
    model = workflow.train(written(newer), request).model
    assert (model.card.origin, model.spec) == ("continued", trained.model.spec)


def test_older_models_do_not_go_on_with_texts_where_they_learned_numbers(trained):
    request = replace(REQUEST, from_=trained.path, window=None, units=None)
    words = [{**row, "price": f"p{row['price']}"} for row in SOLD]
    with pytest.raises(
        ModelError, match='its categorical is "event", "town", that of the data "price", "event"'
    ):
        workflow.train(written(words), request)


def test_integer_times_have_no_calendar():
    counted = [{**row, "day": str(number)} for number, row in enumerate(SOLD) if row["shop"] == "a"]
    with pytest.raises(UsageError, match="need dates"):
        workflow.train(written(counted), REQUEST)


# Predict


def test_what_is_not_known_ahead_is_asked_for(model):
    with pytest.raises(DataError) as refused:
        workflow.predict(model)
    assert refused.value.message == '"price" is not known for 2025-01-10 in series "a"'


def test_a_file_of_the_future_and_rows_in_the_data_tell_the_same(model):
    expected = values(model, future=future())
    assert values(model, written(TABLE)) == expected
    assert values(model, written(SOLD), future=future()) == expected
    assert values(model, written(SOLD[::-1]), future=future(TO_COME[::-1])) == expected
    other = future([{**row, "price": "9", "event": "fair"} for row in TO_COME])
    assert values(model, future=other) != expected


def test_a_subset_of_the_series_is_forecast_as_all_of_them(model):
    alone = [row for row in TABLE if row["shop"] == "b"]
    np.testing.assert_allclose(values(model, written(alone)), values(model, written(TABLE))[1:], rtol=1e-6)


def test_what_is_missing_ahead_can_be_held_or_taken_from_a_season_before(model):
    for policy, first, step in (("hold", ROWS - 1, 0), ("season", ROWS - 7, 1)):
        shops = {name: [row for row in TABLE if row["shop"] == name] for name in "ab"}
        told = [
            {**row, **{name: shop[first + step * index][name] for name in ("price", "event")}}
            for shop in shops.values()
            for index, row in enumerate(shop[ROWS:])
        ]
        assert values(model, future_missing=policy) == values(model, future=future(told))


def test_texts_that_the_model_never_saw_are_forecast_with(model):
    new = [{**row, "event": "flood", "town": "Metz"} for row in TABLE]
    assert np.isfinite(values(model, written(new))).all()


def test_texts_where_the_model_learned_numbers_are_refused(model):
    with pytest.raises(DataError, match='"many" is not a number') as refused:
        workflow.predict(model, written(changed(TABLE, "b", 30, {"visitors": "many"})))
    assert refused.value.where == f'data, line {ROWS + AHEAD + 32}, column "visitors"'


def test_a_column_that_the_model_reads_must_be_there(model):
    with pytest.raises(DataError, match='no column "visitors"'):
        workflow.predict(model, written(TABLE, "shop", "day", "sold", "price", "event", "town"))


def test_behind_the_holidays_that_a_model_knows_it_says_so(model):
    late = [{**row, "day": row["day"].replace("2024", "2059").replace("2025", "2060")} for row in TABLE]
    with pytest.raises(DataError, match="the model's holidays end on 2045-12-25"):
        workflow.predict(model, written(late))


# Rows to fill in


def test_the_rows_to_fill_in_come_back_as_rows_of_the_future(model):
    table = forecast.workflow.future(model, horizon=HORIZON)
    table["price"] = np.array([3.0] * 2 * HORIZON)
    table["event"] = np.array(["fair"] * 2 * HORIZON, dtype=object)
    filled = [dict(zip(table, map(str, row), strict=True)) for row in zip(*table.values(), strict=True)]
    told = [{**row, "price": "3", "event": "fair"} for row in TO_COME]
    assert values(model, future=written(filled)) == values(model, future=future(told))


# Evaluate


def test_a_model_is_judged_by_what_was_known_then(model):
    """What a past covariate is later changes no score; what was known ahead does."""
    newer = [{**row, "sold": row["sold"] or "20", "visitors": row["visitors"] or "60"} for row in TABLE]
    first = workflow.evaluate(model, written(newer)).scores.overall
    later = changed(newer, "a", -1, {"visitors": "1"})
    assert workflow.evaluate(model, written(later)).scores.overall.tolist() == first.tolist()
    known = changed(newer, "a", ROWS, {"price": "9", "event": "fair"})
    assert workflow.evaluate(model, written(known)).scores.overall[0].tolist() != first[0].tolist()


def test_training_judges_by_what_was_known_then(trained):
    """Visitors of the last day belong to no origin's past."""
    other = changed(SOLD, "a", ROWS - 1, {"visitors": "1"})
    again = workflow.train(written(other), REQUEST)
    assert again.model.card.scores.overall.tolist() == trained.model.card.scores.overall.tolist()


def test_a_recipe_is_made_anew_with_scales_of_rows_before_its_origins_alone(model, monkeypatch):
    made = []

    def learner_for(recipe, *_, **__):
        made.append(recipe)
        raise Interrupted(2)

    monkeypatch.setattr(evaluate, "learner_for", learner_for)
    with pytest.raises(Interrupted):
        workflow.evaluate(model, written(SOLD), backtests=4, refit=True)
    oldest = panel(SOLD).first(np.array([ROWS - 4 * HORIZON] * 2))
    assert made[0].spec.covariates == covariate_specs(oldest, oldest)
    assert made[0].spec.covariates != model.spec.covariates


# Check


def test_check_tells_of_columns_plan_and_cost():
    found = workflow.check(written(changed(TABLE, "a", 7, {"price": ""})), REQUEST)
    lines = [text for _, text in found.card.lines]
    assert "price: numbers, 4 different, a known covariate" in lines
    assert "town: text, 2 different, a static covariate" in lines
    assert '1 missing value of "price" filled with the last value' in lines
    assert any(line.endswith(" · 4 covariates, calendar, holidays of FR") for line in lines)
    plain = workflow.check(
        written(SOLD), replace(REQUEST, read=ReadSpec(COLUMNS.alone), calendar=False, holidays=None)
    )
    assert found.seconds >= plain.seconds


def test_what_check_repairs_is_read_as_the_data_were():
    table = workflow.repair(written(TABLE), ReadSpec(COLUMNS))
    assert list(table) == ["shop", "day", "sold", "visitors", "price", "event", "town"]
    assert len(table["shop"]) == len(TABLE)


# Programs


def test_predict_needs_neither_tensorflow_nor_the_list_of_holidays(trained):
    program = (
        "import sys\n"
        "for name in ('tensorflow', 'keras', 'holidays', 'pandas'): sys.modules[name] = None\n"
        "from forecast.__main__ import main\n"
        "sys.exit(main())"
    )
    words = ["predict", "--model", str(trained.path), "--future-missing", "season"]
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stderr) == (0, f"model         {trained.path}\n")
    assert len(done.stdout.splitlines()) == 1 + 2 * HORIZON


@pytest.fixture
def program(trained, tmp_path):
    """The program in a folder of its own, beside the model: (exit code, stdout, stderr)."""

    def program(*words, stdin=b""):
        command = [sys.executable, "-m", "forecast", *words, "--model", str(trained.path)]
        done = subprocess.run(command, capture_output=True, input=stdin, cwd=tmp_path)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return program


def test_rows_are_filled_in_and_read_back_within_a_pipe(program, model):
    code, empty, _ = program("future", stdin=written(SOLD).getvalue())
    assert code == 0
    assert empty.splitlines()[:2] == ["shop,day,price,event", "a,2025-01-10,,"]
    filled = empty.replace(",,", ",2.5,fair").encode()
    code, printed, _ = program("predict", "--future", "-", stdin=filled)
    assert code == 0
    told = [{**row, "price": "2.5", "event": "fair"} for row in TO_COME]
    expected = [f"{value:g}" for each in values(model, future=future(told)) for value in each]
    assert [line.split(",")[2] for line in printed.splitlines()[1:]] == expected


def test_standard_input_is_not_read_twice(program):
    code, _, told = program("predict", "-", "--future", "-", stdin=b"x")
    assert code == 2
    assert told.startswith("error: standard input cannot be both DATA and --future")


def test_the_result_does_not_replace_the_rows_of_the_future(program, tmp_path):
    (tmp_path / "next.csv").write_bytes(future().getvalue())
    code, _, _ = program("predict", "--future", "next.csv", "--output", "next.csv")
    assert code == 2
    assert (tmp_path / "next.csv").read_bytes() == future().getvalue()
