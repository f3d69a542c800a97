"""What a listener hears of the fits of a training: their number, their order, and each of their ends."""

import io
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest

from forecast import workflow
from forecast.events import EpochEnded, Event, FitEnded, FitsAhead, Loading, Warned
from forecast.network import backend
from forecast.network import checkpoint as checkpoints
from forecast.planning.recipe import Recipe
from forecast.spec.reading import Columns, ReadSpec, Target
from forecast.spec.training import TrainingPlan, TrainRequest
from forecast.training.learner import TrainedLearner, UntrainedLearner
from forecast.training.run import Budget, Run
from tests import labelled
from tests.models import network, save_pretrained
from tests.panels import panel, wave
from tests.test_workflow import REQUEST, data
from tests.training.test_resume import interrupted

SCRATCH = replace(REQUEST, from_="scratch")


def train(request, **options) -> list[Event]:
    heard: list[Event] = []
    workflow.train(data(), request, listener=heard.append, **options)
    return heard


def totals(heard: Sequence[Event]) -> list[int]:
    """The number of all fits, at each event that gives it."""
    done, found = 0, []
    for event in heard:
        done += isinstance(event, FitEnded)
        if isinstance(event, FitsAhead):
            found.append(done + event.count)
    return found


def stages(heard: Sequence[Event], kind: type) -> list[str]:
    """The fits that events of a kind are about, each once, in order."""
    return list(dict.fromkeys(event.stage for event in heard if isinstance(event, kind)))


def ended(heard: Sequence[Event]) -> int:
    return sum(isinstance(event, FitEnded) for event in heard)


@pytest.mark.parametrize(("ensemble", "backtests", "fits"), [(1, 1, 3), (2, 1, 5), (3, 2, 10)])
def test_the_number_of_fits_is_known_before_the_first_and_right_at_the_end(ensemble, backtests, fits):
    heard = train(replace(SCRATCH, ensemble=ensemble, backtests=backtests))
    progress = [event for event in heard if isinstance(event, FitsAhead | EpochEnded | FitEnded)]
    assert progress[0] == FitsAhead(fits)
    assert set(totals(heard)) == {fits}
    assert ended(heard) == fits
    assert isinstance(progress[-1], FitEnded)


def test_every_fit_ends_after_its_epochs_and_before_the_next():
    heard = train(replace(SCRATCH, ensemble=2))
    order = [(type(event), event.stage) for event in heard if isinstance(event, EpochEnded | FitEnded)]
    fits = stages(heard, EpochEnded)
    assert list(dict.fromkeys(order)) == [(kind, fit) for fit in fits for kind in (EpochEnded, FitEnded)]
    assert fits == [
        "choosing the number of epochs",
        *(f"{stage}, network {member}" for stage in ("backtest 1 of 1", "refit") for member in (1, 2)),
    ]


def test_labels_have_as_many_fits_as_their_backtests_and_the_refit():
    read = ReadSpec(Columns("intent", series="sentence", past=("word",)), target=Target(kind="label"))
    request = TrainRequest(read=read, units=(4,), epochs=2, device="cpu", backtests=2)
    heard: list[Event] = []
    workflow.train(io.BytesIO(labelled.sentences_csv().encode()), request, listener=heard.append)
    assert set(totals(heard)) == {ended(heard)} == {4}


def test_the_trials_of_a_search_are_counted_with_the_fits_after_it():
    heard = train(replace(SCRATCH, window=None, tune=("window",), ensemble=2))
    trials = sum(getattr(event, "label", "") == "tried" for event in heard)
    assert trials == 3
    assert set(totals(heard)) == {trials * (1 + 1) + 1 + 2 * 2} == {ended(heard)}


@pytest.mark.parametrize("stage", ["choosing the number of epochs", "backtest 1 of 1, network 2"])
def test_fits_known_from_a_checkpoint_end_at_once(tmp_path, monkeypatch, stage):
    for name in ("COPY_SECONDS", "REST_FACTOR", "MIN_SECONDS"):
        monkeypatch.setattr(checkpoints, name, 0.0)
    request, out = replace(SCRATCH, ensemble=2), tmp_path / "m.forecast"
    before = interrupted(out, request, stage=stage)
    assert stage not in stages(before, FitEnded)
    heard = train(request, model=out, resume=True)
    assert set(totals(heard)) == {5} == {ended(heard)}
    known = stages(before, FitEnded)
    assert stages(heard, FitEnded)[: len(known)] == known
    assert set(stages(heard, EpochEnded)).isdisjoint(known)


def test_retraining_at_every_origin_counts_its_fits(tmp_path):
    path = tmp_path / "m.forecast"
    workflow.train(data(), replace(SCRATCH, ensemble=2), model=path)
    heard: list[Event] = []
    workflow.evaluate(workflow.load(path), data(), refit=True, backtests=2, listener=heard.append)
    assert set(totals(heard)) == {4} == {ended(heard)}


def test_where_nothing_is_trained_nothing_is_counted_or_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr("forecast.storage.pretrained._FOLDER", save_pretrained(tmp_path, seasons=(4,)))
    monkeypatch.setattr(backend, "is_loaded", lambda: False)
    request = TrainRequest(read=REQUEST.read, horizon=3, season=4, quick=True)
    heard = train(request, model=tmp_path / "m.forecast")
    workflow.predict(workflow.load(tmp_path / "m.forecast"), data(), listener=heard.append)
    assert not [event for event in heard if isinstance(event, Loading | FitsAhead | EpochEnded | FitEnded)]


@pytest.mark.parametrize("loaded", [True, False])
def test_loading_tensorflow_is_told_once_before_the_fits(monkeypatch, loaded):
    states = iter([loaded, True, True])
    monkeypatch.setattr(backend, "is_loaded", lambda: next(states))
    heard = [event for event in train(SCRATCH) if isinstance(event, Loading | FitsAhead)]
    assert [event for event in heard if isinstance(event, Loading)] == [Loading("TensorFlow")] * (not loaded)
    assert loaded or heard[0] == Loading("TensorFlow")


# Fits that are not done after all.


def learner(heard, *, found, origin="fine-tuned", budget=None):
    """A learner of two networks for each of two pasts; choosing the number of epochs takes no fit."""
    ready = network(season=4)
    recipe = Recipe(ready.spec, origin, TrainingPlan(), ready.members, ready, ensemble=2)
    trainer = SimpleNamespace(find_epochs=lambda *_args, **_named: found, best=ready.members[0], losses=None)
    trainer.fit = lambda *_args, **_named: ready.members[0]
    run = Run(heard.append, budget=budget or Budget())
    return TrainedLearner(recipe, trainer, run, fits=2, epochs=0)


def counts(heard):
    return [event.count for event in heard if isinstance(event, FitsAhead)]


def test_a_pretrained_network_used_unchanged_leaves_no_fits():
    heard = []
    found = learner(heard, found=0).find_epochs(panel(wave(40, season=4), season=4))
    assert isinstance(found, UntrainedLearner)
    assert (counts(heard)[0], counts(heard)[-1]) == (5, 0)


def test_where_no_rows_can_be_held_out_the_fit_that_chooses_the_epochs_is_not_counted():
    heard = []
    learner(heard, found=3, origin="scratch").find_epochs(panel(wave(40, season=4), season=4))
    assert counts(heard) == [5, 4]


def test_after_the_time_is_over_no_fits_are_ahead():
    heard = []
    rows = panel(wave(40, season=4), season=4)
    late = learner(heard, found=3, origin="scratch", budget=Budget(0.0)).find_epochs(rows)
    late.fit(rows, "backtest 1 of 1")
    assert counts(heard)[-1] == 0
    assert any(isinstance(event, Warned) for event in heard)
