"""No network, scale, word or rate that judges classes has seen what it is judged on."""

import io
from dataclasses import replace

import numpy as np
import pytest

from forecast import workflow
from forecast.errors import DataError, Interrupted
from forecast.events import EpochEnded
from forecast.features.covariates import mask_unseen_categories
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.network import checkpoint as checkpoints
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, ReadSpec, Target
from forecast.spec.training import TrainRequest
from forecast.tasks.classes import ClassBacktest, ClassTask
from forecast.tasks.kinds import task_for
from forecast.tasks.labels import LabelTask
from forecast.training import train as training
from forecast.training.run import Run
from tests import labelled

LABELS = ReadSpec(Columns("intent", series="sentence", past=("word",)), target=Target("label"))
EVENTS = ReadSpec(Columns(target="rain", past=("cloud",)))
SMALL = {"window": 6, "units": (4,), "epochs": 3, "device": "cpu"}


def reading(text, read):
    return read_panel(io.BytesIO(text.encode()), read)


class Recorded:
    """A learner of random networks that keeps what it was given."""

    origin, epochs, rounds, prior, losses = "scratch", 1, 0, None, None

    def __init__(self, spec):
        random = np.random.default_rng(0)
        shapes = weight_shapes(spec).items()
        weights = {name: random.normal(scale=0.3, size=shape).astype(np.float32) for name, shape in shapes}
        self.network = Network(spec, (weights,))
        self.oldest, self.pasts = None, {}

    def find_epochs(self, oldest):
        self.oldest = oldest
        return self

    def fit(self, past, stage):
        self.pasts[stage] = past
        return self.network


def recorded(monkeypatch, read, request):
    """What was given to a training, and the model that came of it."""
    plan = task_for(read.panel.target).plan(read.panel, request, None)
    learner = Recorded(plan.recipe.spec)
    monkeypatch.setattr(training, "learner_for", lambda *_args, **_more: learner)
    return plan, learner, training.train_model(read, plan, Run())


@pytest.mark.parametrize("backtests", [1, 3])
def test_series_that_are_judged_are_in_no_fit_before_the_last(monkeypatch, backtests):
    read = reading(labelled.sentences_csv(50), LABELS)
    plan, learner, model = recorded(
        monkeypatch, read, TrainRequest(read=LABELS, backtests=backtests, **SMALL)
    )
    parts = [backtest.series for backtest in LabelTask().backtests(read.panel, plan)]
    assert [len(part) for part in parts] == [10] if backtests == 1 else [4, 3, 3]
    assert sorted(len(part) for part in parts) == sorted({1: [10], 3: [3, 3, 4]}[backtests])
    for number, part in enumerate(parts, start=1):
        seen = set(learner.pasts[f"backtest {number} of {backtests}"].ids)
        judged = {read.panel.ids[place] for place in part}
        assert not seen & judged
        assert not set(learner.oldest.ids) & judged
        assert len(seen) == 50 - len(part)
    assert learner.pasts["refit"].ids == read.panel.ids
    assert model.card.scores.forecasts == 10
    assert model.card.class_backtests is None


def test_rows_that_are_judged_are_in_no_fit_before_the_last(monkeypatch):
    read = reading(labelled.events_csv(), EVENTS)
    plan, learner, model = recorded(monkeypatch, read, TrainRequest(read=EVENTS, horizon=2, **SMALL))
    span = 8  # a fifth of 120 rows in three backtests
    for number, backtest in enumerate(ClassTask().backtests(read.panel, plan), start=1):
        assert backtest.span == span
        assert backtest.rows.tolist() == [120 - (4 - number) * span]
        assert learner.pasts[f"backtest {number} of 3"].lengths.tolist() == backtest.rows.tolist()
    assert learner.oldest.lengths.tolist() == [120 - 3 * span]
    kept = model.card.class_backtests
    assert (kept.probabilities.shape, kept.actual.shape) == ((1, 24, 2), (1, 24))
    np.testing.assert_array_equal(kept.actual[0], read.panel.values[-24:])
    assert kept.probabilities.sum(axis=2) == pytest.approx(1)
    # One and two rows ahead from each of 24 rows, save the one behind the end.
    assert model.card.scores.forecasts == 2 * 24 - 1


def test_numbers_beside_the_target_are_scaled_by_what_is_not_judged():
    events = reading(labelled.events_csv(), EVENTS)
    plan = ClassTask().plan(events.panel, TrainRequest(read=EVENTS, horizon=2, **SMALL), None)
    before = events.panel.covariates.past[:96, 0]
    (cloud,) = plan.recipe.spec.covariates
    assert (cloud.centre, cloud.spread) == pytest.approx((before.mean(), before.std()))

    asked = ReadSpec(Columns("y", series="s", past=("x",)), target=Target("label"))
    text = "s,x,y\n" + "".join(f"{n},{n % 7},{'ab'[n % 2]}\n" for n in range(40))
    panel = reading(text, asked).panel
    plan = LabelTask().plan(panel, TrainRequest(read=asked, **SMALL), None)
    (x,) = plan.recipe.spec.covariates
    rest = LabelTask().before_backtests(panel, plan).covariates.past[:, 0]
    assert len(rest) == 32
    assert (x.centre, x.spread) == pytest.approx((rest.mean(), rest.std()))


def test_words_of_judged_sentences_that_no_other_holds_are_unknown_to_the_judged_network():
    panel = reading("sentence,word,intent\n1,wake,a\n1,me,a\n2,play,b\n3,me,b\n3,zzz,b\n", LABELS).panel
    words = panel.covariates.vocabularies[0]
    judged = mask_unseen_categories(panel.select([0, 1]), panel.select([2]))
    first, second = judged.covariates.past[:, 0]
    assert words[int(first)] == "me"
    assert np.isnan(second)
    assert mask_unseen_categories(panel, panel).covariates.past.tolist() == panel.covariates.past.tolist()


def test_numbers_are_kept_whether_they_came_before_or_not():
    panel = reading(labelled.events_csv(), EVENTS).panel
    kept = mask_unseen_categories(panel.first([3]), panel)
    assert kept.covariates.past.tolist() == panel.covariates.past.tolist()


def evaluated(panel):
    """What a network of random weights gives from six origins after row 14, two rows ahead."""
    plan = ClassTask().plan(
        panel.first([len(panel.values)]), TrainRequest(horizon=2, backtests=1, **SMALL), None
    )
    network = Recorded(plan.recipe.spec).network
    return ClassBacktest(panel.first(np.array([14])), panel, np.array([14]), 6, 2).evaluate(
        network, "scratch"
    )


def test_what_is_told_a_horizon_apart_is_one_block_and_filled_rows_are_not_judged():
    panel = reading(labelled.events_csv(20), EVENTS).panel
    panel = replace(panel, observed=np.arange(20) != 16)
    told = evaluated(panel)
    rows = [14, 15, 15, 17, 17, 18, 18, 19, 19]  # what came: rows 14 and 15, 15 (and 16), (16 and) 17 ...
    assert sorted(rows) == rows
    assert told.actual.tolist() == panel.values[rows].tolist()
    assert told.step.tolist() == [0, 1, 0, 1, 0, 1, 0, 1, 0]
    assert told.block.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_rows_without_any_class_cannot_judge():
    panel = reading(labelled.events_csv(20), EVENTS).panel
    panel = replace(panel, observed=np.arange(20) < 14)
    with pytest.raises(DataError, match="no row holds a class to evaluate against"):
        evaluated(panel)


def test_a_class_that_comes_late_is_judged_and_learned_at_last():
    text = "\n".join([*labelled.sky_csv(100).replace("fog", "sun").splitlines()[:95], ""])
    text += "".join(f"{date},hail\n" for date in ("2024-04-04", "2024-04-05"))
    sky = ReadSpec(Columns(target="sky"))
    model = workflow.train(io.BytesIO(text.encode()), TrainRequest(read=sky, horizon=1, **SMALL)).model
    assert model.spec.target.classes == ("hail", "rain", "sun")
    assert np.isfinite(model.card.scores.overall).all()


@pytest.mark.parametrize("stage", ["choosing the number of epochs", "refit"])
def test_an_interrupted_training_of_labels_ends_with_the_same_bytes(tmp_path, monkeypatch, stage):
    """Which words a training forgets goes on where it stopped, too."""
    for name in ("COPY_SECONDS", "REST_FACTOR", "MIN_SECONDS"):
        monkeypatch.setattr(checkpoints, name, 0.0)
    data = tmp_path / "d.csv"
    data.write_text(labelled.sentences_csv())
    request = TrainRequest(read=LABELS, **(SMALL | {"epochs": 25}))
    whole, out = tmp_path / "whole.forecast", tmp_path / "m.forecast"
    workflow.train(data, request, model=whole)

    def interrupt(event):
        if isinstance(event, EpochEnded) and event.stage == stage:
            raise Interrupted(2)

    with pytest.raises(Interrupted):
        workflow.train(data, request, model=out, listener=interrupt)
    workflow.train(data, request, model=out, resume=True)
    assert out.read_bytes() == whole.read_bytes()
