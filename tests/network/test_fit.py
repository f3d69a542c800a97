from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import TrainingError
from forecast.events import EpochEnded, FitEnded, Warned, ignore
from forecast.features.inputs import training_examples
from forecast.features.windows import Windows
from forecast.forecasters.recurrent import Network
from forecast.network import batches, device, fit
from forecast.network.fit import Trainer
from forecast.network.validation import held_out_rows, validation_windows
from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.training import TrainingPlan
from tests.panels import panel, wave

SPEC = ModelSpec(WindowSpec(12, 4), NetworkSpec("gru", (6,)), 4)
PLAN = TrainingPlan(epochs=20, batch_size=16, learning_rate=2e-3, patience=5, device="cpu")


@pytest.fixture(scope="module")
def waves():
    return panel(wave(60, season=4), wave(45, season=4, seed=1), wave(9, season=4, seed=2), season=4)


def loss(weights, of) -> float:
    """Mean absolute error of one-step forecasts over the last rows of the first series."""
    series = of[0].values
    network = Network(SPEC, (weights,))
    errors = [
        network.predict(panel(series[:end], season=4), 1).values[0, 0] - series[end] for end in range(48, 60)
    ]
    return float(np.mean(np.abs(errors)))


def test_training_beats_the_naive_forecast_it_starts_as(waves):
    trainer = Trainer(SPEC, PLAN, waves, listener=ignore)
    naive, trained = (loss(trainer.fit(waves, epochs, stage="refit"), waves) for epochs in (1, 60))
    assert trained < 0.9 * naive


def test_a_second_fit_on_the_same_trainer_gives_the_same_weights(waves):
    trainer = Trainer(SPEC, PLAN, waves, listener=ignore)
    first = trainer.fit(waves, 3, stage="refit")
    trainer.fit(waves.select([1]), 5, stage="another")
    again = trainer.fit(waves, 3, stage="refit")
    assert all(np.array_equal(first[name], again[name]) for name in first)


def test_another_seed_gives_other_weights(waves):
    first, other = (
        Trainer(SPEC, replace(PLAN, seed=seed), waves, listener=ignore).fit(waves, 1, stage="refit")
        for seed in (0, 1)
    )
    assert not np.array_equal(first["layer0/kernel"], other["layer0/kernel"])


def test_choosing_the_number_of_epochs_stops_after_patience_and_returns_the_best(waves):
    events = []
    trainer = Trainer(SPEC, replace(PLAN, epochs=200, learning_rate=0.05), waves, listener=events.append)
    epochs = trainer.find_epochs(waves, stage="choosing the number of epochs")
    last = [event for event in events if isinstance(event, EpochEnded)][-1]
    assert last.best_epoch == epochs
    assert last.epoch < 200
    assert last.epoch - epochs >= PLAN.patience
    assert isinstance(events[-1], FitEnded)
    assert trainer.losses.best_epoch == epochs
    assert len(trainer.losses.validation) == len(trainer.losses.training) == last.epoch
    assert trainer.losses.validation[last.epoch - 1] == pytest.approx(last.validation_loss, rel=1e-4)
    assert min(trainer.losses.validation) == trainer.losses.validation[epochs - 1]


def test_validation_targets_are_all_held_out(waves):
    held_out = held_out_rows(waves, SPEC)
    windows = validation_windows(waves, held_out, SPEC)
    rows = [
        (start + first, start + last - 1)
        for start, first, last in zip(windows.starts, windows.first, windows.last, strict=True)
    ]
    # The target of the first step that counts is the first held-out row, that of the last one the newest row.
    assert rows == [
        (60 - held_out[0] - 1, 60 - 1 - 4),
        (105 - held_out[1] - 1, 105 - 1 - 4),
    ]
    assert held_out[2] == 0, "a series too short to hold rows back keeps them all"


def test_held_out_rows_are_not_trained_on(waves):
    trainer = Trainer(SPEC, replace(PLAN, epochs=3), waves, listener=ignore)

    held_out = held_out_rows(waves, SPEC)
    changed = waves.values.copy()
    for end, rows in zip(waves.bounds[1:], held_out, strict=True):
        changed[end - rows : end] *= -3
    losses = []
    for values in (waves.values, changed):
        events = []
        trainer._listener = events.append
        trainer.find_epochs(replace(waves, values=values), stage="choosing the number of epochs")
        losses.append([event.loss for event in events if isinstance(event, EpochEnded)])
    assert losses[0] == losses[1]


def test_each_epoch_draws_every_window_once():
    only = panel(wave(40))
    windows = Windows(only.lengths, SPEC.windows)
    order = batches.WindowSampler(windows, batches.BatchSizes.of(SPEC, PLAN, only), seed=0)
    drawn = order.draw(3)
    for epoch in range(3):
        real = drawn.last[epoch] > 0
        assert sorted(drawn.starts[epoch][real]) == list(range(len(windows)))
    assert not (drawn.last[3:] > 0).any()


def test_capped_epochs_draw_every_window_before_any_again():
    only = panel(wave(47))
    plan = replace(PLAN, epoch_windows=16)
    windows = Windows(only.lengths, SPEC.windows)
    order = batches.WindowSampler(windows, batches.BatchSizes.of(SPEC, plan, only), seed=0)
    assert len(windows) == 32
    drawn = order.draw(2)
    assert sorted(drawn.starts[:2].ravel()) == list(range(32))


def test_a_long_epoch_in_many_calls_trains_as_in_one(waves, monkeypatch):
    whole = Trainer(SPEC, PLAN, waves, listener=ignore).fit(waves, 2, stage="refit")
    monkeypatch.setattr(batches, "MAX_STEPS_PER_CALL", 16 * 12 * 2)
    parts = Trainer(SPEC, PLAN, waves, listener=ignore).fit(waves, 2, stage="refit")
    assert all(parts[name] == pytest.approx(whole[name], abs=1e-6) for name in whole)


def test_xla_trains_to_the_same_weights(waves, monkeypatch):
    plain = Trainer(SPEC, PLAN, waves, listener=ignore).fit(waves, 2, stage="refit")
    monkeypatch.setattr(device, "XLA_UPDATES", 0)
    trainer = Trainer(SPEC, PLAN, waves, listener=ignore)
    compiled = trainer.fit(waves.select([0]), 2, stage="smaller first")
    compiled = trainer.fit(waves, 2, stage="refit")
    assert all(compiled[name] == pytest.approx(plain[name], abs=1e-4) for name in plain)


def test_a_nan_loss_is_retried_at_a_tenth_of_the_rate_and_then_an_error(waves, monkeypatch):
    def poisoned(*arguments, **options):
        rows = training_examples(*arguments, **options)
        rows.targets[30] = np.nan
        return rows

    monkeypatch.setattr(fit, "training_examples", poisoned)
    events = []
    trainer = Trainer(SPEC, PLAN, waves, listener=events.append)
    with pytest.raises(TrainingError, match="NaN twice") as failure:
        trainer.fit(waves, 2, stage="refit")
    assert failure.value.exit_code == 7
    assert "--learning-rate" in failure.value.hint
    assert [event.message for event in events if isinstance(event, Warned)] == [
        "refit: the loss became NaN at learning rate 0.002",
        "refit: the loss became NaN at learning rate 0.0002",
    ]


def test_a_deadline_ends_a_fit_after_one_call(waves):
    events = []
    trainer = Trainer(SPEC, replace(PLAN, epochs=1000), waves, listener=events.append)
    trainer.fit(waves, 1000, stage="refit", seconds=0.0)
    assert [event.epoch for event in events if isinstance(event, EpochEnded)] == [10]


def test_series_too_short_for_a_window_still_train():
    short = panel(wave(9, season=4), wave(9, season=4, seed=1), season=4)
    trainer = Trainer(SPEC, PLAN, short, listener=ignore)
    weights = trainer.fit(short, 5, stage="refit")
    assert weights["answer/kernel"].any()
