"""A training interrupted anywhere and resumed ends with the same numbers as one that was not."""

import os
from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import Interrupted, ModelError, TrainingError
from forecast.events import CheckpointSaved, EpochEnded, FitEnded, Note, Warned, ignore
from forecast.network import batches
from forecast.network import checkpoint as checkpoints
from forecast.network.checkpoint import Checkpoint
from forecast.network.fit import Trainer
from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.training import TrainingPlan
from forecast.storage import modelfile
from tests.models import model, network
from tests.panels import panel, wave

SPEC = ModelSpec(WindowSpec(12, 4), NetworkSpec("gru", (6,), dropout=0.3), 4)
PLAN = TrainingPlan(epochs=25, epoch_windows=48, batch_size=16, learning_rate=2e-3, patience=5, device="cpu")
FACTS = (("data", "abc"), ("--seed", "0"))
CALL_STEPS = 16 * 12 * 2
"""Two updates per call: an epoch of three updates takes two calls."""


@pytest.fixture(scope="module")
def waves():
    return panel(wave(60, season=4), wave(45, season=4, seed=1), season=4)


@pytest.fixture(scope="module", params=[400_000, CALL_STEPS], ids=["epochs per call", "calls per epoch"])
def trainer(waves, request):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batches, "MAX_STEPS_PER_CALL", request.param)
        return Trainer(SPEC, PLAN, waves, listener=ignore)


@pytest.fixture(autouse=True)
def _copied_at_every_call(monkeypatch):
    """The state is copied after every call, and an interrupted training of any length leaves a file."""
    for name in ("COPY_SECONDS", "REST_FACTOR", "MIN_SECONDS"):
        monkeypatch.setattr(checkpoints, name, 0.0)


@pytest.fixture
def _written_at_every_call(monkeypatch):
    """The file is written after every call."""
    monkeypatch.setattr(checkpoints, "WRITE_SECONDS", 0.0)


def learned(trainer, waves, checkpoint):
    """A small training: the number of epochs, a backtest, two networks of a refit."""
    trainer._checkpoint = checkpoint
    epochs = trainer.find_epochs(waves, stage="choosing the number of epochs")
    backtest = trainer.fit(waves.select([0]), 12, stage="backtest")
    refit = [trainer.fit(waves, 12, stage=f"member {member}", member=member) for member in (0, 1)]
    return epochs, [trainer.best, backtest, *refit]


@pytest.fixture(scope="module")
def uninterrupted(trainer, waves):
    return learned(trainer, waves, Checkpoint(None))


def assert_same(found, expected):
    assert found[0] == expected[0]
    for one, other in zip(found[1], expected[1], strict=True):
        assert all(np.array_equal(one[name], other[name]) for name in other)


def interrupted_after(trainer, waves, checkpoint, events):
    """Train until this many events of epochs; True where the signal came before the end."""
    left = iter(range(events))

    def listen(event):
        if isinstance(event, EpochEnded) and next(left, None) is None:
            raise Interrupted(15)

    trainer._listener = listen
    try:
        with checkpoint:
            learned(trainer, waves, checkpoint)
    except Interrupted:
        return True
    finally:
        trainer._listener = ignore
    return False


def resumed(path, facts=FACTS, listener=ignore):
    checkpoint = Checkpoint(path, facts, listener=listener)
    checkpoint.resume()
    return checkpoint


def test_interrupted_after_any_call_it_ends_with_the_same_weights(trainer, waves, uninterrupted, tmp_path):
    path = tmp_path / "m.forecast.checkpoint"
    events = 0
    while interrupted_after(trainer, waves, Checkpoint(path, FACTS), events):
        if path.exists():
            assert_same(learned(trainer, waves, resumed(path)), uninterrupted)
            path.unlink()
        events += max(1, events)
    assert events >= 8
    assert not path.exists()


def test_interrupted_again_and_again_it_ends_with_the_same_weights(trainer, waves, uninterrupted, tmp_path):
    path = tmp_path / "m.forecast.checkpoint"
    checkpoint, times = Checkpoint(path, FACTS), 0
    while interrupted_after(trainer, waves, checkpoint, 1 + times % 3):
        checkpoint, times = resumed(path), times + 1
    assert times >= 4
    assert_same(learned(trainer, waves, checkpoint), uninterrupted)


@pytest.mark.usefixtures("_written_at_every_call")
def test_finished_fits_are_not_computed_again(trainer, waves, uninterrupted, tmp_path):
    path = tmp_path / "c"
    assert interrupted_after(trainer, waves, Checkpoint(path, FACTS), 10**6) is False
    checkpoint = Checkpoint(path, FACTS)
    learned(trainer, waves, checkpoint)
    events = []
    trainer._listener = events.append
    assert_same(learned(trainer, waves, resumed(path)), uninterrupted)
    assert {type(event) for event in events} == {FitEnded}


@pytest.mark.usefixtures("_written_at_every_call")
def test_a_kill_costs_at_most_the_time_since_the_file_was_written(trainer, waves, uninterrupted, tmp_path):
    path = tmp_path / "c"

    class Killed(Checkpoint):
        def __exit__(self, *_):
            """A killed process writes nothing."""

    assert interrupted_after(trainer, waves, Killed(path, FACTS), 8)
    assert_same(learned(trainer, waves, resumed(path)), uninterrupted)


def test_a_short_training_leaves_nothing_and_writes_nothing(trainer, waves, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "MIN_SECONDS", 3600.0)
    events = []
    assert interrupted_after(trainer, waves, Checkpoint(tmp_path / "c", FACTS, listener=events.append), 3)
    assert list(tmp_path.iterdir()) == []
    assert events == []


def test_an_interrupted_training_reports_where_it_continues(trainer, waves, tmp_path):
    events = []
    path = tmp_path / "c"
    assert interrupted_after(trainer, waves, Checkpoint(path, FACTS, listener=events.append), 0)
    resumed(path, listener=events.append)
    saved, note = events
    assert isinstance(saved, CheckpointSaved)
    assert saved.path == str(path)
    assert note == Note("resume", saved.where)


def test_a_nan_loss_leaves_no_checkpoint(tmp_path, waves, trainer):
    path = tmp_path / "c"
    interrupted_after(trainer, waves, Checkpoint(path, FACTS), 5)
    with pytest.raises(TrainingError), resumed(path):
        raise TrainingError("the loss became NaN twice")
    assert not path.exists()


def test_without_a_file_it_reports_that_it_starts_from_the_beginning(tmp_path):
    events = []
    resumed(tmp_path / "c", listener=events.append)
    assert events == [Note("resume", "no interrupted training found: starting from the beginning")]


def test_another_training_is_refused_with_what_differs(trainer, waves, tmp_path):
    path = tmp_path / "c"
    interrupted_after(trainer, waves, Checkpoint(path, FACTS), 5)
    before = path.read_bytes()
    with pytest.raises(ModelError) as refused:
        resumed(path, (("data", "xyz"), ("--seed", "1"), ("--units", "[8]")))
    assert refused.value.message == (
        "belongs to a training with different data, --seed (0 then, 1 now), --units (none then, [8] now)"
    )
    assert refused.value.where == str(path)
    assert path.read_bytes() == before


def test_a_model_is_no_checkpoint_and_a_checkpoint_no_model(trainer, waves, tmp_path):
    modelfile.save(model(network()), tmp_path / "m.forecast")
    with pytest.raises(ModelError, match="is a model, not the checkpoint"):
        resumed(tmp_path / "m.forecast")
    interrupted_after(trainer, waves, Checkpoint(tmp_path / "c", FACTS), 5)
    with pytest.raises(ModelError, match="checkpoint of an interrupted training, not a model") as refused:
        modelfile.load(tmp_path / "c")
    assert "--resume" in refused.value.hint


def test_a_damaged_checkpoint_is_refused(trainer, waves, tmp_path):
    path = tmp_path / "c"
    interrupted_after(trainer, waves, Checkpoint(path, FACTS), 5)
    content = bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match="is damaged"):
        resumed(path)


@pytest.mark.parametrize("events", [2, 8])
def test_a_checkpoint_of_another_network_is_refused(trainer, waves, tmp_path, events):
    path = tmp_path / "c"
    interrupted_after(trainer, waves, Checkpoint(path, FACTS), events)
    spec = replace(SPEC, network=replace(SPEC.network, units=(5,)))
    other = Trainer(spec, PLAN, waves, listener=ignore)
    with pytest.raises(ModelError, match="does not fit"):
        learned(other, waves, resumed(path))


def test_a_state_with_more_calls_than_an_epoch_has_is_refused(trainer, waves):
    checkpoint = Checkpoint(None)
    state = checkpoints.FitState(2e-3, 0, 0, 1.0, (1.0,) * 99, trainer._loop.state())
    checkpoint._current = checkpoints._CurrentFit(0, "choosing the number of epochs", state)
    with pytest.raises(ModelError, match="does not fit"):
        learned(trainer, waves, checkpoint)


@pytest.mark.usefixtures("_written_at_every_call")
def test_a_full_disk_costs_the_checkpoint_and_not_the_training(
    trainer, waves, uninterrupted, tmp_path, monkeypatch
):
    def full(*_):
        raise OSError(28, os.strerror(28))

    events = []
    checkpoint = Checkpoint(tmp_path / "c", FACTS, listener=events.append)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with checkpoint:
            assert_same(learned(trainer, waves, checkpoint), uninterrupted)
    (warning,) = events
    assert isinstance(warning, Warned)
    assert "No space left on device" in warning.message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_written_at_every_call")
def test_fits_of_other_stages_are_computed_again(trainer, waves, tmp_path):
    path = tmp_path / "c"
    learned(trainer, waves, Checkpoint(path, FACTS))
    checkpoint = resumed(path)
    assert checkpoint.next_result("choosing the number of epochs") is not None
    assert checkpoint.next_result("another") is None
    assert checkpoint.next_result("backtest") is None


def test_copies_and_writes_take_under_a_hundredth_of_any_training(tmp_path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(checkpoints, "COPY_SECONDS", 1.0)
    monkeypatch.setattr(checkpoints, "REST_FACTOR", 100)
    spent = [0.0]

    def slow():
        spent[0] += 0.7
        clock[0] += 0.7
        return checkpoints.FitState(1e-3, 1, None, np.inf, (), (np.ones(3, dtype=np.float32),))

    checkpoint = Checkpoint(tmp_path / "c", FACTS)
    checkpoint.next_result("refit")
    for _ in range(2_000):
        clock[0] += 0.5
        checkpoint.update("refit", slow)
    assert 0 < spent[0] <= 0.01 * clock[0] + 0.7
