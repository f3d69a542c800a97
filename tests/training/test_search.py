"""Candidates tried on older rows: tiny networks, few epochs."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import DataError, UsageError
from forecast.evaluation.backtest import Origins, rows_known_at
from forecast.events import FitsAhead, Note, Warned, ignore
from forecast.planning.plan import plan_values
from forecast.spec.training import TrainRequest
from forecast.training.run import Run
from forecast.training.search import Trial, search
from tests.panels import panel, wave

REQUEST = TrainRequest(
    horizon=3,
    window=6,
    units=(4,),
    epochs=2,
    backtests=2,
    from_="scratch",
    device="cpu",
)
HISTORY = panel(wave(60, season=4), 3 * wave(50, season=4, seed=1), season=4)


def fake_learner(monkeypatch, error, *, clock=None, seconds=None):
    """Networks that miss by `error(recipe)`; what they were shown and told."""
    from forecast.forecasters.methods import Method

    shown: list = []
    seconds = [] if seconds is None else seconds

    class Off:
        name = "fake"

        def __init__(self, recipe):
            self.recipe = recipe

        def find_epochs(self, oldest):
            shown.append((self.recipe, oldest))
            if clock is not None:
                clock.append(10.0)
            return self

        def fit(self, past, _stage):
            shown.append((self.recipe, past))
            return self

        def predict(self, history, horizon, *, levels=()):
            naive = Method("seasonal-naive").predict(history, horizon, levels=levels)
            return replace(naive, values=naive.values + 100 * error(self.recipe))

    def learner_for(recipe, largest, run, *, fits):
        assert fits > 0
        assert run.checkpoint is None
        shown.append((recipe, largest))
        seconds.append(run.budget.share(1))
        return Off(recipe)

    monkeypatch.setattr("forecast.training.search.learner_for", learner_for)
    return shown


def tried(history, request, *, parts, listener=ignore, **options) -> tuple[Trial, ...]:
    """All trials of a search for these parts, of which the request gives none."""
    request = replace(request, **dict.fromkeys(parts), tune=tuple(parts))
    return search(history, request, Run(listener), **options)[1]


def best(trials: tuple[Trial, ...]) -> Trial:
    return min(trials, key=lambda trial: trial.error)


def windows(trials: tuple[Trial, ...]) -> list[int | None]:
    return [trial.request.window for trial in trials]


def test_a_real_search_of_the_window_gives_a_request_that_trains_the_best_one():
    heard = []
    tuning = tried(HISTORY, REQUEST, parts=["window"], listener=heard.append)
    assert windows(tuning) == [8, 4, 12]
    errors = [trial.error for trial in tuning]
    assert np.isfinite(errors).all()
    assert len(set(errors)) == 3
    assert best(tuning).error == min(errors)
    assert (
        plan_values(HISTORY, best(tuning).request).recipe.spec.windows.window == best(tuning).request.window
    )
    assert {event.label for event in heard if isinstance(event, Note)} == {"tried"}
    said = [event.text for event in heard if isinstance(event, Note)]
    assert [text.split(": MASE ")[0] for text in said] == [
        "GRU 4, window 8",
        "GRU 4, window 4",
        "GRU 4, window 12",
    ]


def test_the_rows_that_judge_the_model_change_nothing():
    known = rows_known_at(HISTORY, Origins(2, 3))[0]
    position = np.arange(len(HISTORY.values)) - np.repeat(HISTORY.bounds[:-1], HISTORY.lengths)
    other = np.where(position >= np.repeat(known, HISTORY.lengths), 7.0, HISTORY.values)
    assert (other != HISTORY.values).any()
    first, second = (
        tried(history, REQUEST, parts=[]) for history in (HISTORY, replace(HISTORY, values=other))
    )
    assert best(first).error == best(second).error


def test_nothing_is_shown_from_the_oldest_judged_origin_on(monkeypatch):
    shown = fake_learner(monkeypatch, lambda recipe: recipe.spec.windows.window)
    tried(HISTORY, replace(REQUEST, backtests=None), parts=["cell", "window"])
    backtests = plan_values(HISTORY, replace(REQUEST, backtests=None)).backtests
    oldest = HISTORY.first(rows_known_at(HISTORY, Origins(backtests, 3))[0])
    assert max(past.times.max() for _, past in shown) == oldest.times.max()


def test_cells_come_first_and_windows_are_tried_with_the_best_of_them(monkeypatch):
    cells = {"simple-rnn": 2, "lstm": 1, "gru": 3}
    fake_learner(
        monkeypatch,
        lambda recipe: cells[recipe.spec.network.cell] + abs(recipe.spec.windows.window - 12) / 10,
    )
    tuning = tried(HISTORY, REQUEST, parts=["cell", "window"])
    assert [trial.name for trial in tuning] == [
        "SimpleRNN 4, window 8",
        "LSTM 4, window 8",
        "GRU 4, window 8",
        "LSTM 4, window 4",
        "LSTM 4, window 12",
    ]
    assert best(tuning).name == "LSTM 4, window 12"
    assert best(tuning).request == replace(REQUEST, cell="lstm", window=12)


def test_a_window_of_nobodys_choice_is_tried_around_the_planned_one(monkeypatch):
    fake_learner(monkeypatch, lambda _recipe: 1)
    tuning = tried(HISTORY, replace(REQUEST, window=None), parts=["window"])
    assert windows(tuning) == [8, 4, 12]
    assert best(tuning) is tuning[0]


def test_only_cells_are_tried_where_the_window_is_not_open(monkeypatch):
    fake_learner(monkeypatch, lambda _recipe: 1)
    tuning = tried(HISTORY, REQUEST, parts=["cell"])
    assert [trial.request.cell for trial in tuning] == ["simple-rnn", "lstm", "gru"]
    assert windows(tuning) == [6, 6, 6]


def test_the_number_of_backtests_is_the_same_for_all_candidates(monkeypatch):
    fake_learner(monkeypatch, lambda _recipe: 1)
    short = panel(wave(40, season=4), season=4)
    tuning = tried(short, replace(REQUEST, window=None, backtests=None), parts=["window"])
    assert {trial.request.backtests for trial in tuning} == {3}


def test_time_is_shared_and_when_it_is_over_the_rest_is_left_untried(monkeypatch):
    clock = [0.0]
    given: list[float] = []
    fake_learner(monkeypatch, lambda _recipe: 1, clock=clock, seconds=given)
    monkeypatch.setattr("forecast.training.search.time.monotonic", lambda: sum(clock))
    heard = []
    tuning = tried(HISTORY, REQUEST, parts=["cell"], seconds=15, listener=heard.append)
    assert [trial.seconds for trial in tuning] == [10, 10]
    assert given == [15 / 3, 5 / 2]
    assert [event.message for event in heard if isinstance(event, Warned)] == [
        "no time left: 1 more candidates are not tried"
    ]
    # Each trial has three fits, one for the number of epochs and two backtests; so many of the model follow.
    afterwards = 1 + 2 + 1
    ahead = [event.count for event in heard if isinstance(event, FitsAhead)]
    assert ahead == [3 * 3 + afterwards, 2 * 3 + afterwards]


def test_one_candidate_is_tried_however_short_the_time(monkeypatch):
    fake_learner(monkeypatch, lambda _recipe: 1)
    assert len(tried(HISTORY, REQUEST, parts=["window"], seconds=0)) == 1


def test_a_network_that_starts_pretrained_has_no_window_to_search():
    with pytest.raises(UsageError, match="--window"):
        tried(HISTORY, replace(REQUEST, from_="pretrained", window=None), parts=["window"])


def test_the_plan_before_a_search_of_the_window_is_its_first_candidate_and_says_so():
    plan = plan_values(HISTORY, replace(REQUEST, from_=None, window=None, units=None, tune=("window",)))
    assert (plan.recipe.origin, plan.recipe.spec.windows.window) == ("scratch", 8)
    assert dict(plan.reasons)["search"] == "other windows are tried too, on older rows"


def test_too_few_rows_before_the_backtests_are_counted():
    with pytest.raises(DataError, match="window 6 \\+ horizon 3 is more than the 8 rows there"):
        tried(panel(wave(17)), REQUEST, parts=["cell"])


def test_a_window_too_long_for_the_older_rows_is_not_tried(monkeypatch):
    fake_learner(monkeypatch, lambda _recipe: 1)
    assert windows(tried(panel(wave(22)), REQUEST, parts=["window"])) == [6, 3]
