"""Events, classes and labels from bytes of data to probabilities and their judgement."""

import io
from dataclasses import replace

import numpy as np
import pytest

from forecast import hindcast, workflow
from forecast.classification.baselines import fit_class_baselines
from forecast.classification.classifier import Classifier
from forecast.classification.metrics import CLASS_METRICS, accuracy, brier, log_loss
from forecast.errors import DataError, UsageError
from forecast.spec.reading import Columns, ReadSpec, Target
from forecast.spec.training import TrainRequest

pytestmark = pytest.mark.tensorflow

WORDS = {"up": "rise", "higher": "rise", "down": "fall", "lower": "fall"}


def source(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())


def days(labels) -> str:
    times = np.datetime64("2021-01-01") + np.arange(len(labels))
    return "day,state\n" + "".join(f"{time},{label}\n" for time, label in zip(times, labels, strict=True))


def sentences(count: int, *, labelled: bool = True) -> str:
    random = np.random.default_rng(0)
    rows = []
    for number in range(count):
        word = random.choice(list(WORDS))
        label = f",{WORDS[word]}" if labelled else ""
        rows += [f"{number},{each}{label}" for each in random.permutation([word, "the", "price"])]
    return "sentence,word" + (",move" if labelled else "") + "\n" + "\n".join(rows) + "\n"


SENTENCES = ReadSpec(Columns("move", series="sentence", past=("word",)), target=Target("label"))


@pytest.fixture(scope="module")
def events():
    """A model of an event that comes every third day."""
    content = days([int(place % 3 == 0) for place in range(120)])
    request = TrainRequest(
        horizon=2, window=6, epochs=40, backtests=1, read=ReadSpec(Columns(target="state"))
    )
    return workflow.train(source(content), request).model


@pytest.fixture(scope="module")
def labels():
    """A model of sentences that one of their words decides."""
    return workflow.train(source(sentences(60)), TrainRequest(read=SENTENCES, epochs=60)).model


def test_an_event_that_comes_every_third_day_is_foreseen(events):
    probability = workflow.predict(events).to_table()["probability"]
    assert (probability > 0.5).tolist() == [True, False]
    assert events.card.verdict.outcome == "useful"
    assert dict(zip(CLASS_METRICS, events.card.scores.overall[0], strict=True))["accuracy"] == 1


def test_a_network_of_classes_is_trained_again_for_the_forecast_of_an_earlier_date(events):
    content = days([int(place % 3 == 0) for place in range(120)])
    then, probabilities = hindcast.predict(events, source(content), "2021-03-21")
    assert then.card.last_time == "2021-03-21"
    table = probabilities.to_table()
    assert table["actual"].tolist() == [0, 1]  # rows 80 and 81
    assert (table["probability"] > 0.5).tolist() == [False, True]
    result = hindcast.evaluate(then, source(content), "2021-03-21")
    assert (result.basis, result.scores.forecasts) == ("as of", 2)


def test_the_label_of_a_sentence_is_told_whatever_the_order_of_its_words(labels):
    told = workflow.predict(labels, source(sentences(12, labelled=False))).to_table()
    expected = workflow.predict(labels, source(sentences(12))).to_table()
    assert told["label"].tolist() == expected["label"].tolist()
    assert list(told) == ["sentence", "label", "p_fall", "p_rise"]
    assert told["p_fall"] + told["p_rise"] == pytest.approx(np.ones(12))
    assert labels.card.verdict.outcome == "useful"


def test_an_unknown_word_is_no_error(labels):
    told = workflow.predict(labels, source("sentence,word\n1,sideways\n")).to_table()
    assert 0 < told["p_rise"][0] < 1


def test_a_model_of_classes_comes_back_from_its_file(events, labels, tmp_path):
    from forecast.storage import modelfile

    for model, data in ((events, None), (labels, sentences(5))):
        modelfile.save(model, tmp_path / "m.forecast")
        back = workflow.load(tmp_path / "m.forecast")
        probabilities = [
            workflow.predict(each, None if data is None else source(data)).probabilities
            for each in (model, back)
        ]
        assert np.array_equal(*probabilities)


def test_a_new_model_is_the_same_to_the_last_byte(tmp_path):
    for name in ("a", "b"):
        request = TrainRequest(read=SENTENCES, epochs=3)
        workflow.train(source(sentences(30)), request, model=tmp_path / f"{name}.forecast")
    assert (tmp_path / "a.forecast").read_bytes() == (tmp_path / "b.forecast").read_bytes()


def test_newer_rows_are_judged_and_older_ones_are_not(events):
    older = days([int(place % 3 == 0) for place in range(120)])
    assert workflow.evaluate(events, source(older)).scores is events.card.scores
    newer = source(days([int(place % 3 == 0) for place in range(150)]))
    result = workflow.evaluate(events, newer)
    scores = result.scores
    assert (result.basis, result.predictions, result.verdict.outcome) == ("new rows", None, "useful")
    assert scores.overall[0, CLASS_METRICS.index("accuracy")] == 1
    assert scores.models[1:] == ("base rates", "monthly base rates", "given the last class")


def test_a_horizon_beyond_the_trained_one_is_refused(events):
    with pytest.raises(UsageError, match="2 rows ahead, not 3"):
        workflow.predict(events, horizon=3)


def test_a_class_that_the_model_does_not_know_is_refused_with_its_line():
    content = days(["wet" if place % 2 else "dry" for place in range(60)])
    request = TrainRequest(horizon=1, window=4, epochs=1, read=ReadSpec(Columns(target="state")))
    model = workflow.train(source(content), request).model
    with pytest.raises(DataError, match='"hail" is not one of the classes') as refusal:
        workflow.predict(model, source(content + "2021-03-02,hail\n"))
    assert "line 62" in refusal.value.where


def test_two_labels_of_one_series_are_refused_with_the_line_of_the_second():
    content = sentences(30) + "0,again,rise\n0,again,fall\n"
    with pytest.raises(DataError, match='series "0" has another label') as refusal:
        workflow.train(source(content), TrainRequest(read=SENTENCES))
    assert "line" in refusal.value.where


def test_noughts_and_ones_are_numbers_where_they_are_asked_to_be():
    content = days([int(place % 3 == 0) for place in range(60)])
    read = ReadSpec(Columns(target="state"), target=Target())
    request = TrainRequest(read=read, quick=True)
    assert workflow.train(source(content), request).model.spec.target.classes == ()
    assert workflow.untrained_model(source(content)).spec.target.classes == ()


def test_metrics_are_those_of_scikit_learn():
    from sklearn import metrics

    random = np.random.default_rng(0)
    for classes in (2, 4):
        probabilities = random.dirichlet(np.ones(classes), 50)
        came = random.integers(0, classes, 50)
        names = list(range(classes))
        assert log_loss(came, probabilities).mean() == pytest.approx(
            metrics.log_loss(came, probabilities, labels=names)
        )
        assert accuracy(came, probabilities).mean() == metrics.accuracy_score(
            came, probabilities.argmax(axis=1)
        )
        there = np.eye(classes)[came]
        half = 2 if classes == 2 else 1
        assert brier(came, probabilities).mean() == pytest.approx(
            ((probabilities - there) ** 2).sum(axis=1).mean() / half
        )


def test_base_rates_count_and_nothing_is_impossible():
    from tests.panels import panel

    past = panel([0, 0, 1, 0, 0, 1, 0, 0])
    past = replace(past, target=Target("class", ("0", "1")))
    base, after = fit_class_baselines(past, 1)
    assert base.probabilities(past, 1)[0, 0] == pytest.approx([6.5 / 9, 2.5 / 9])
    # After a nought: three noughts and two ones came, and the base rates count as one row.
    assert after.probabilities(past, 1)[0, 0] == pytest.approx([(3 + 6.5 / 9) / 6, (2 + 2.5 / 9) / 6])


@pytest.mark.parametrize("cell", ["simple-rnn", "lstm", "gru"])
def test_numpy_tells_the_probabilities_of_keras(cell):
    from forecast.features.inputs import read_inputs
    from forecast.forecasters.recurrent import Network
    from forecast.forecasters.weights import last_step_outputs
    from forecast.network.build import build, put_weights, weights_of
    from forecast.reading.reader import read_panel
    from forecast.spec.model import Covariate, ModelSpec, NetworkSpec, WindowSpec

    panel = read_panel(source(sentences(8)), SENTENCES).panel
    words = Covariate("word", "past", categories=tuple(sorted({*WORDS, "the"})))
    spec = ModelSpec(WindowSpec(3, 1), NetworkSpec(cell, (5,)), 1, (words,), target=panel.target)
    model = build(spec, seed=0)
    random = np.random.default_rng(0)
    weights = {
        name: random.normal(scale=0.3, size=value.shape).astype(np.float32)
        for name, value in weights_of(spec, model).items()
    }
    put_weights(model, weights)
    inputs = read_inputs(panel, spec).inputs
    ours = last_step_outputs(spec, weights, panel.bounds[1:], panel.lengths, inputs)
    assert np.asarray(model(inputs.reshape(8, 3, -1)))[:, -1] == pytest.approx(ours, abs=1e-5)
    assert Classifier(Network(spec, (weights,))).probabilities(panel, 1).sum(axis=2) == pytest.approx(
        np.ones((8, 1))
    )
