"""Training that starts from an older model is evaluated on rows which that model has not seen, or says so."""

from dataclasses import replace

import pytest

from forecast.errors import ModelError, UsageError
from forecast.planning.plan import plan_values
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest
from forecast.storage import modelfile
from tests.models import model, network, with_tail
from tests.panels import panel, wave

ROWS = 60
HORIZON = 3


def rows(count, *, series=2):
    return panel(*(wave(ROWS + 30, seed=seed)[:count] for seed in range(series)))


@pytest.fixture
def old(tmp_path):
    """The file of a model of two series of 60 rows."""
    made = model(network())
    trained = rows(ROWS)
    read = ReadSpec(columns=trained.columns)
    tail = trained.tail(5)
    trained_on = replace(with_tail(made, tail), read=read, frequency=tail.frequency)
    modelfile.save(trained_on, tmp_path / "old.forecast")
    return tmp_path / "old.forecast"


def planned(data, old, **asked):
    request = TrainRequest(from_=old, horizon=HORIZON, **asked)
    return plan_values(data, request, modelfile.load(old))


@pytest.mark.parametrize(("newer", "backtests"), [(3, 1), (5, 1), (6, 2), (9, 3), (30, 3)])
def test_only_newer_rows_judge_it_where_there_are_enough(old, newer, backtests):
    found = planned(rows(ROWS + newer), old)
    assert (found.backtests, found.unseen) == (backtests, True)


@pytest.mark.parametrize(("newer", "asked"), [(0, None), (2, None), (5, 2), (6, 3)])
def test_rows_that_it_has_seen_are_owned_up_to(old, newer, asked):
    found = planned(rows(ROWS + newer), old, backtests=asked)
    assert found.backtests == (asked or 1)
    assert not found.unseen


def test_a_series_without_newer_rows_judges_nothing_and_spoils_nothing(old):
    one_ended = panel(wave(ROWS + 9, seed=0), wave(ROWS, seed=1))
    assert planned(one_ended, old).unseen


def test_a_series_that_is_new_was_never_seen(old):
    assert planned(replace(rows(ROWS), ids=("new", "newer")), old).unseen


@pytest.mark.parametrize("start", ["scratch", "pretrained"])
def test_other_starts_have_seen_nothing(start):
    assert plan_values(rows(ROWS), TrainRequest(from_=start, horizon=HORIZON)).unseen


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"target": "z"}, 'its target is "y", that of the data "z"'),
        ({"past": ("rain", "wind")}, 'its past is none, that of the data "rain", "wind"'),
        ({"known": ("price",)}, 'its known is none, that of the data "price"'),
        ({"static": ("soil",)}, 'its static is none, that of the data "soil"'),
    ],
)
def test_other_columns_are_refused_by_name(old, changed, told):
    data = rows(ROWS + 9)
    with pytest.raises(ModelError, match=told) as refused:
        planned(replace(data, columns=replace(data.columns, **changed)), old)
    assert refused.value.where == str(old)


def test_another_name_of_the_time_or_the_id_changes_nothing(old):
    data = rows(ROWS + 9)
    assert planned(replace(data, columns=replace(data.columns, time="when", series="who")), old).unseen


def test_another_season_and_another_cell_are_refused(old):
    with pytest.raises(ModelError, match="its season is 1, that of the data 7"):
        planned(rows(90), old, season=7)
    with pytest.raises(UsageError, match="the model is a gru"):
        planned(rows(90), old, cell="lstm")
