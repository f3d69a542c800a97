"""An interrupted `train` goes on where it was, or says why it does not."""

from dataclasses import replace
from pathlib import Path

import pytest

import forecast
from forecast import workflow
from forecast.errors import Interrupted
from forecast.events import CheckpointSaved, EpochEnded, Note, Warned
from forecast.network import checkpoint as checkpoints
from forecast.training.resume import facts_of
from tests.panels import panel, wave
from tests.test_workflow import REQUEST as SMALL
from tests.test_workflow import data

REQUEST = replace(SMALL, dropout=0.2, ensemble=2)


@pytest.fixture(autouse=True)
def _long(monkeypatch):
    """Every call is as long as a second, and every training worth a file."""
    for name in ("COPY_SECONDS", "REST_FACTOR", "MIN_SECONDS"):
        monkeypatch.setattr(checkpoints, name, 0.0)


def interrupted(out, request, *, stage, resume=False):
    """Train until a signal comes in this stage; what was heard before."""
    heard = []

    def listen(event):
        heard.append(event)
        if isinstance(event, EpochEnded) and event.stage == stage:
            raise Interrupted(2)

    with pytest.raises(Interrupted):
        workflow.train(data(), request, model=out, resume=resume, listener=listen)
    return heard


def test_an_interrupted_training_ends_with_the_bytes_of_one_that_was_not(tmp_path):
    whole, out = tmp_path / "whole.forecast", tmp_path / "m.forecast"
    workflow.train(data(), REQUEST, model=whole)
    heard = interrupted(out, REQUEST, stage="backtest 1 of 1, network 2")
    beside = Path(f"{out}.checkpoint")
    assert heard[-1] == CheckpointSaved(str(beside), "after backtest 1 of 1, network 1")
    assert {path.name for path in tmp_path.iterdir()} == {whole.name, beside.name}
    interrupted(out, REQUEST, stage="refit, network 2", resume=True)
    heard = []
    workflow.train(data(), REQUEST, model=out, resume=True, listener=heard.append)
    assert out.read_bytes() == whole.read_bytes()
    assert Note("resume", "after refit, network 1") in heard
    assert {event.stage for event in heard if isinstance(event, EpochEnded)} == {"refit, network 2"}
    assert not beside.exists()


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """What a training left that was interrupted at its start."""
    out = tmp_path_factory.mktemp("left") / "m.forecast"
    with pytest.MonkeyPatch.context() as patched:
        for name in ("COPY_SECONDS", "REST_FACTOR", "MIN_SECONDS"):
            patched.setattr(checkpoints, name, 0.0)
        interrupted(out, SMALL, stage="choosing the number of epochs")
    return Path(f"{out}.checkpoint").read_bytes()


@pytest.fixture
def out(tmp_path, left):
    """A model's path with an interrupted training beside it."""
    (tmp_path / "m.forecast.checkpoint").write_bytes(left)
    return tmp_path / "m.forecast"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"device": "cpu", "seed": 7}, "--seed (0 then, 7 now)"),
        ({"dropout": 0.5}, "--dropout (none then, 0.5 now)"),
        ({"min": 0.0, "horizon": 2}, "--horizon (3 then, 2 now), --min (none then, 0.0 now)"),
    ],
)
def test_other_options_are_refused_by_name(out, changed, told):
    with pytest.raises(forecast.ModelError) as refused:
        workflow.train(data(), replace(SMALL, **changed), model=out, resume=True)
    assert refused.value.message == f"belongs to a training with different {told}"


def test_other_data_are_refused(out):
    with pytest.raises(forecast.ModelError, match=r"belongs to a training with different data\n"):
        workflow.train(data(a=wave(48, season=4, seed=9)), SMALL, model=out, resume=True)


def test_other_versions_are_refused(out, monkeypatch):
    monkeypatch.setattr(
        "forecast.training.resume.version", lambda library: "9.9" if library == "keras" else "1"
    )
    with pytest.raises(forecast.ModelError, match=r"with different keras \(\S+ then, 9.9 now\), numpy"):
        workflow.train(data(), SMALL, model=out, resume=True)


def test_without_resume_an_older_checkpoint_is_told_of_and_stays_until_there_is_something_new(out, left):
    heard = []

    def listen(event):
        heard.append(event)
        if isinstance(event, Note) and event.label == "plan":
            raise Interrupted(2)

    with pytest.raises(Interrupted):
        workflow.train(data(), SMALL, model=out, listener=listen)
    (warning,) = [event.message for event in heard if isinstance(event, Warned)]
    assert "m.forecast.checkpoint is from an interrupted training: this one starts again" in warning
    assert not any(isinstance(event, CheckpointSaved) for event in heard)
    assert Path(f"{out}.checkpoint").read_bytes() == left


def test_what_is_no_checkpoint_is_not_replaced(tmp_path):
    (tmp_path / "m.forecast.checkpoint").write_text("a diary")
    with pytest.raises(forecast.ModelError, match="not overwritten"):
        workflow.train(data(), SMALL, model=tmp_path / "m.forecast")
    assert (tmp_path / "m.forecast.checkpoint").read_text() == "a diary"


def test_how_long_each_run_may_take_is_no_difference():
    rows = panel(wave(20))
    longer = replace(SMALL, max_time=60.0)
    assert facts_of(rows, longer) == facts_of(rows, SMALL)


def test_options_data_and_the_model_begun_with_are_facts(tmp_path):
    rows = panel(wave(20))
    (tmp_path / "old.forecast").write_bytes(b"1")
    start = replace(SMALL, from_=tmp_path / "old.forecast")
    facts = dict(facts_of(rows, start))
    (tmp_path / "old.forecast").write_bytes(b"2")
    assert facts != dict(facts_of(rows, start))
    assert facts["--from"] == str(tmp_path / "old.forecast")
    assert (facts["--target"], facts["--id"], facts["--time"]) == ("sold", "store", "month")
    assert {"--horizon", "--ensemble", "--batch-size", "--seed", "--units"} <= facts.keys()
    assert {"data", "forecast", "keras", "numpy", "tensorflow"} <= facts.keys()
