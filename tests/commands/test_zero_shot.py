"""Predicting without a model: a combination of methods and pretrained networks, here of random weights."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from forecast.storage import pretrained as catalog
from forecast.storage.modelfile import save
from tests.models import model, network, save_pretrained

ROOT = Path(__file__).parents[2]

PROGRAM = """
import json, sys
from pathlib import Path
from forecast.__main__ import main
from forecast.storage import pretrained as catalog
catalog._FOLDER = Path(sys.argv.pop(1))
try:
    main()
finally:
    print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def pretrained(tmp_path_factory, monkeypatch):
    """Networks for monthly rows and for rows without a season."""
    folder = save_pretrained(tmp_path_factory.mktemp("pretrained"))
    monkeypatch.setattr(catalog, "_FOLDER", folder)
    return folder


@pytest.fixture(autouse=True)
def _data():
    months = [f"{2015 + index // 12}-{index % 12 + 1:02d}" for index in range(48)]
    rows = [f"{month},{index * 7 % 11},{index % 5}.5" for index, month in enumerate(months)]
    Path("sales.csv").write_text("\n".join(["month,sold,price", *rows, ""]))
    Path("years.csv").write_text("year,tons\n2001,3.25\n2002,4.5\n2003,0.5\n")


def test_without_a_model_the_combination_answers_in_the_same_form_and_names_its_members(real_program):
    code, out, err = real_program("predict", "sales.csv", "--target", "sold", "-H", "2", "--level", "50,80")
    assert code == 0
    header, *rows = out.splitlines()
    assert header == "month,forecast,lower_50,upper_50,lower_80,upper_80"
    assert [row.split(",")[0] for row in rows] == ["2019-01", "2019-02"]
    assert err.splitlines()[-1] == (
        "model         pretrained GRU, Theta, ETS, ridge, seasonal drift, "
        "seasonal naive, last value, weighted by their past errors; "
        "forecast train sales.csv makes sales.forecast"
    )


def test_the_horizon_is_the_usual_one_of_the_rows_when_nobody_says(real_program):
    out = real_program("predict", "sales.csv", "--target", "sold", "-q")[1]
    assert len(out.splitlines()) == 1 + 8  # a sixth of 48 rows


def test_a_file_without_a_season_is_read_without_one(real_program):
    code, out, err = real_program("predict", "years.csv")
    assert code == 0
    assert out.splitlines()[1].startswith("2004,")
    assert "seasonal naive" not in err
    assert "ridge, seasonal drift, last value, weighted by their past errors; forecast train years.csv" in err


def test_data_may_be_piped(real_program):
    code, out, err = real_program("predict", stdin="years.csv")
    assert code == 0
    assert out == real_program("predict", "years.csv")[1]
    assert "forecast train DATA makes model.forecast" in err


def test_as_json_it_is_the_document_that_a_model_gives(real_program):
    document = json.loads(real_program("predict", "years.csv", "--json", "-q")[1])
    assert document["schema"] == "forecast.predict/1"
    assert (document["data"], document["levels"]) == ({"source": "years.csv"}, [80.0])
    assert (document["model"]["path"], document["model"]["training"]["start"]) == (None, "none")
    assert [member["weight"] for member in document["model"]["members"]] == [None] * 7
    assert (document["verdict"], document["scores"]) == (None, None)
    assert list(document["rows"][0]) == ["year", "forecast", "lower_80", "upper_80"]


@pytest.mark.parametrize("stdin", ["/dev/null", "empty"])
def test_without_model_and_data_the_hint_names_both_ways_on(real_program, stdin):
    Path("empty").touch()
    code, out, err = real_program("predict", stdin=stdin)
    assert (code, out) == (4, "")
    assert err.splitlines() == [
        "error: there is no model here",
        "hint:  forecast train DATA makes one, forecast predict DATA needs none; or --model PATH",
    ]


def test_the_pretrained_network_can_be_named_where_there_is_a_model(real_program):
    Path("years.forecast").touch()
    assert real_program("predict", "years.csv")[0] == 4
    code, out, err = real_program("predict", "years.csv", "--model", "pretrained")
    assert code == 0
    assert out.splitlines()[1].startswith("2004,")
    assert "forecast train" not in err


def test_a_model_of_other_data_does_not_answer_and_is_not_named(real_program):
    save(model(network(season=12)), Path("my model.forecast"))
    code, out, err = real_program("predict", "years.csv")
    assert code == 0
    assert out.splitlines()[1].startswith("2004,")
    assert err.splitlines()[-1] == (
        "model         pretrained GRU, Theta, ETS, ridge, seasonal drift, last value, "
        "weighted by their past errors; forecast train years.csv makes years.forecast; "
        "--model PATH uses the model here"
    )


def test_the_model_of_the_data_answers_and_is_named(real_program):
    save(model(network(season=12)), Path("sales.forecast"))
    Path("other.forecast").touch()
    code, out, err = real_program("predict", "sales.csv")
    assert (code, err.splitlines()[0]) == (3, "model         sales.forecast"), err
    assert 'there is no column "y"' in err
    assert out == ""


def test_asked_for_without_data_it_says_that_it_has_none(real_program):
    code, _, err = real_program("predict", "--model", "pretrained")
    assert code == 2
    assert err.startswith(
        "error: the pretrained network has no data of its own\nhint:  forecast predict DATA"
    )


def test_a_named_model_that_is_absent_is_an_error_and_not_a_reason_to_take_another(real_program, monkeypatch):
    assert real_program("predict", "years.csv", "--model", "absent.forecast")[0] == 4
    monkeypatch.setenv("FORECAST_MODEL", "absent.forecast")
    assert real_program("predict", "years.csv")[0] == 4


@pytest.mark.parametrize(
    "option", ["--target", "--time", "--id", "--season", "--cell", "--method", "--combine"]
)
def test_column_options_are_refused_where_a_model_answers(real_program, option):
    Path("sales.forecast").touch()
    value = {"--season": "12", "--cell": "gru", "--method": "theta", "--combine": "none"}.get(option, "sold")
    code, out, err = real_program("predict", "sales.csv", option, value)
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        f"error: {option}: the model reads data as it was trained to",
        "hint:  leave it out, or use --model pretrained, which takes it",
    ]


def test_the_columns_are_those_that_were_named(real_program):
    sold, price = (real_program("predict", "sales.csv", "--target", name)[1] for name in ("sold", "price"))
    assert sold != price


def test_the_season_is_the_one_that_was_named(real_program):
    words = ["predict", "sales.csv", "--target", "price"]
    assert "seasonal naive" in real_program(*words)[2]
    assert "seasonal naive" not in real_program(*words, "--season", "1")[2]


def test_longer_seasons_that_were_named_are_noted(real_program):
    words = ["predict", "sales.csv", "--target", "price"]
    assert "seasons" not in real_program(*words)[2]
    code, out, err = real_program(*words, "--season", "4,5.5")
    assert code == 0
    assert "seasons       5.5 rows (requested)" in err.splitlines()
    err = real_program(*words, "--season", "4,500")[2]
    assert "seasons       500 rows (requested, but no series holds two of them)" in err.splitlines()
    assert out != real_program(*words, "--season", "4")[1]


def test_a_longer_season_that_is_in_the_data_is_found_and_noted_with_the_evidence(real_program):
    days = np.datetime64("2020-01-01") + np.arange(1200)
    values = 100 + 30 * np.sin(2 * np.pi * np.arange(1200) / 365.25) + np.arange(1200) % 7
    Path("daily.csv").write_text("\n".join(["day,y", *map("{},{}".format, days, values.round(2)), ""]))
    (line,) = [line for line in real_program("predict", "daily.csv")[2].splitlines() if "seasons" in line]
    assert re.fullmatch(
        r"seasons       365\.2\d* rows \(explains \d+ % of what trend and shorter seasons leave\)", line
    )


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("theta", "Theta"),
        ("ets", "ETS"),
        ("ridge", "ridge"),
        ("harmonic", "harmonic regression"),
        ("seasonal-drift", "seasonal drift"),
        ("seasonal-naive", "seasonal naive"),
        ("naive", "last value"),
        ("drift", "drift"),
        ("mean", "mean"),
        ("pretrained", "pretrained GRU"),
        ("gru", "pretrained GRU"),
    ],
)
def test_a_method_that_was_named_answers_alone(real_program, method, name):
    words = ["predict", "sales.csv", "--target", "price", "-H", "3"]
    code, out, err = real_program(*words, "--method", method)
    assert (code, len(out.splitlines())) == (0, 4)
    assert err.splitlines()[-1].startswith(f"model         {name}; forecast train")
    both = real_program(*words)[1]
    assert (out == both) == (method == "ridge")  # the regression makes no error on a period that repeats


def test_the_last_season_is_repeated_by_the_method_of_that_name(real_program):
    words = ["predict", "sales.csv", "--target", "sold", "-H", "12", "--method", "seasonal-naive", "-q"]
    rows = [line.split(",") for line in Path("sales.csv").read_text().splitlines()[-12:]]
    answers = [line.split(",")[1] for line in real_program(*words)[1].splitlines()[1:]]
    assert answers == [row[1] for row in rows]


def test_the_network_alone_answers_where_nothing_is_to_be_combined(real_program):
    words = ["predict", "sales.csv", "--target", "price"]
    alone = real_program(*words, "--combine", "none")
    assert "model         pretrained GRU; forecast train" in alone[2]
    assert alone[1] == real_program(*words, "--method", "gru")[1]
    both = real_program(*words, "--combine", "weighted")
    assert both[1] == real_program(*words)[1] != alone[1]


def test_a_network_that_the_package_lacks_is_an_error_that_names_what_there_is(real_program):
    code, out, err = real_program("predict", "years.csv", "--method", "lstm")
    assert (code, out) == (4, "")
    assert err.splitlines()[-2:] == [
        "error: there is no pretrained LSTM for rows without a season",
        "hint:  --cell gru, or forecast train DATA --from scratch makes one",
    ]


def test_a_series_of_one_row_among_others_is_given_its_value_and_one_of_two_rows_a_forecast(real_program):
    with Path("sales.csv").open() as lines:
        long = [f"long,{line}" for line in lines][1:]
    rows = [*long, "one,2018-12,5.25,1\n", "two,2018-11,3.5,1\n", "two,2018-12,4.5,1\n"]
    Path("panel.csv").write_text("".join(["id,month,sold,price\n", *rows]))
    code, out, _ = real_program("predict", "panel.csv", "--target", "sold", "--id", "id", "-H", "3")
    assert code == 0
    answers = [line.split(",")[:3] for line in out.splitlines()[1:]]
    assert [float(value) for id, _, value in answers if id == "one"] == [5.25] * 3
    assert all(0 < float(value) < 9 for id, _, value in answers if id == "two")


def test_whole_numbers_that_never_are_negative_stay_so_in_forecasts_and_intervals(real_program):
    words = ["predict", "sales.csv", "--target", "sold", "-H", "12", "--level", "50,80,99"]
    for line in real_program(*words)[1].splitlines()[1:]:
        numbers = line.split(",")[1:]
        assert all(number.isdigit() for number in numbers), line


def _orders(rate: float = 0.4, item: str = "") -> list[str]:
    """A year and a half of months, of which some have an order."""
    random = np.random.default_rng(1)
    sold = (random.random(120) < rate) * (1 + random.poisson(1, 120))
    return [f"{item}{2010 + row // 12}-{row % 12 + 1:02d},{value}" for row, value in enumerate(sold)]


def test_the_forecast_of_intermittent_demand_is_its_mean_and_that_is_said(real_program):
    Path("orders.csv").write_text("\n".join(["month,sold", *_orders(), ""]))
    code, out, err = real_program("predict", "orders.csv", "-H", "3")
    assert code == 0
    answers = [[float(number) for number in line.split(",")[1:]] for line in out.splitlines()[1:]]
    assert all(0.3 < value < 1.3 and value % 1 for value, _, _ in answers)
    assert all((lower, upper % 1) == (0, 0) and upper >= 1 for _, lower, upper in answers)
    share = sum(line.endswith(",0") for line in _orders()) / 120
    assert f"intermittent  {share:.0%} of the steps are 0: forecasts are the mean (expected demand)" in err
    code, out, err = real_program("predict", "orders.csv", "-H", "3", "--statistic", "median")
    assert all(line.split(",")[1].isdigit() for line in out.splitlines()[1:])
    assert "intermittent" not in err


def test_the_total_of_each_series_is_one_row_with_an_interval_of_its_own(real_program):
    lines = [*_orders(0.4, "a,"), *_orders(0.5, "b,")]
    Path("orders.csv").write_text("\n".join(["part,month,sold", *lines, ""]))
    steps = real_program("predict", "orders.csv", "-H", "6")[1].splitlines()[1:]
    code, out, _ = real_program("predict", "orders.csv", "-H", "6", "--total")
    assert code == 0
    header, *rows = out.splitlines()
    assert header == "part,from,to,forecast,lower_80,upper_80"
    assert [row.split(",")[:3] for row in rows] == [[part, "2020-01", "2020-06"] for part in "ab"]
    for row in rows:
        part, _, _, total, lower, upper = row.split(",")
        mine = [[float(number) for number in line.split(",")[2:]] for line in steps if line.startswith(part)]
        assert float(total) == pytest.approx(sum(value for value, _, _ in mine), abs=0.01)
        assert 0 <= float(lower) <= float(total) <= float(upper) < sum(up for _, _, up in mine)


def _binary(name: str, values) -> None:
    rows = [f"{2010 + row // 12}-{row % 12 + 1:02d},{value}" for row, value in enumerate(values)]
    Path(name).write_text("\n".join(["month,open", *rows, ""]))


@pytest.mark.parametrize("words", [("False", "True"), (0, 1)])
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_a_target_of_0_and_1_is_a_rate_and_train_is_named(real_program, words, rate):
    _binary("shop.csv", [words[int(each < rate)] for each in np.random.default_rng(3).random(96)])
    code, out, err = real_program("predict", "shop.csv", "-H", "3")
    assert code == 0
    assert "warning: the target is 0 or 1: without a model these are forecast as numbers" in err
    assert "forecast train DATA makes a model that gives the probability of a 1" in err
    for line in out.splitlines()[1:]:
        value, lower, upper = map(float, line.split(",")[1:])
        assert 0 <= lower <= value <= upper <= 1
        assert abs(value - rate) < 0.2
        assert upper > lower
    assert "warning" not in real_program("predict", "shop.csv", "--task", "value")[2]


def test_what_was_always_so_may_change(real_program):
    _binary("shop.csv", [0, 1] * 24)  # no exception in 48 steps
    out = real_program("predict", "shop.csv", "-H", "2")[1]
    for line, known in zip(out.splitlines()[1:], (0, 1), strict=True):
        value, lower, upper = map(float, line.split(",")[1:])
        assert value == pytest.approx(known, abs=0.01)
        assert upper - lower >= 0.02


def test_it_loads_nothing_of_weight(pretrained, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(pretrained), "predict", "sales.csv", "--target", "sold", "-q"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.startswith("month,forecast,lower_80,upper_80\n2019-01,")
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert "numpy" in loaded
    assert loaded & {"tensorflow", "keras", "sklearn", "scipy", "pandas", "rich", "pyarrow"} == set()


def test_series_of_one_or_two_rows_are_named(real_program):
    rows = [*(f"a,2021-01-{day:02d},{day}" for day in range(1, 21)), "b,2021-01-01,3"]
    Path("shops.csv").write_text("\n".join(["shop,day,sold", *rows, ""]))
    code, _, err = real_program("predict", "shops.csv", "-H", "1")
    assert code == 0
    assert '"b" (1 row): so few rows tell hardly more than a last value' in err


@pytest.mark.parametrize("command", ["predict", "train"])
def test_a_window_of_no_rows_is_refused(real_program, command):
    code, out, err = real_program(command, "sales.csv", "--target", "sold", "--window", "0")
    assert (code, out) == (2, "")
    assert "window" in err
