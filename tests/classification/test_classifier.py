from dataclasses import replace

import numpy as np
import pytest

from forecast.classification.classifier import Classifier, softmax
from forecast.errors import UsageError
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.reading.reader import read_panel
from forecast.spec.model import CELLS, Covariate, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Columns, ReadSpec, Target
from tests.labelled import SKY, days, rows_spec
from tests.panels import panel


def random_weights(spec, seed=0):
    random = np.random.default_rng(seed)
    shapes = weight_shapes(spec).items()
    return {name: random.normal(scale=0.5, size=shape).astype(np.float32) for name, shape in shapes}


def skies(*lengths, season=1):
    history = panel(*(days(length, seed=seed) for seed, length in enumerate(lengths)), season=season)
    return replace(history, target=Target("class", SKY))


def classifier(spec, members=1):
    return Classifier(Network(spec, tuple(random_weights(spec, seed) for seed in range(members))))


def test_softmax_keeps_ratios_and_overflows_nowhere():
    probabilities = softmax(np.array([[0.0, np.log(3)], [1e4, 1e4], [-1e4, 1e4]]))
    assert probabilities == pytest.approx(np.array([[0.25, 0.75], [0.5, 0.5], [0, 1]]))


@pytest.mark.parametrize("cell", CELLS)
def test_probabilities_add_up_to_one_for_every_series_and_step(cell):
    probabilities = classifier(rows_spec(cell), members=2).probabilities(skies(9, 4, 1), 2)
    assert probabilities.shape == (3, 2, 3)
    assert (probabilities > 0).all()
    assert probabilities.sum(axis=-1) == pytest.approx(np.ones((3, 2)))


def test_members_are_averaged_in_probability():
    spec, history = rows_spec(), skies(9)
    one, other = (Classifier(Network(spec, (random_weights(spec, seed),))) for seed in (0, 1))
    expected = (one.probabilities(history, 2) + other.probabilities(history, 2)) / 2
    assert classifier(spec, members=2).probabilities(history, 2) == pytest.approx(expected)


@pytest.mark.parametrize("season", [1, 7])
def test_a_series_alone_has_the_probabilities_it_has_among_others(season):
    predictor = classifier(rows_spec(season=season))
    history = skies(30, 12, 3, season=season)
    together = predictor.probabilities(history, 2)
    for index in range(3):
        assert predictor.probabilities(history.select([index]), 2)[0] == pytest.approx(
            together[index], abs=1e-6
        )


@pytest.mark.parametrize("season", [1, 7, 150])
def test_the_newest_rows_that_a_model_keeps_tell_what_all_rows_do(season):
    predictor = classifier(rows_spec(season=season))
    history = skies(600, season=season)
    kept = history.tail(predictor.network.rows_read(history))
    assert len(kept.values) < 600
    assert predictor.probabilities(kept, 2) == pytest.approx(predictor.probabilities(history, 2), abs=1e-6)


def test_no_row_beyond_the_trained_horizon_is_predicted():
    with pytest.raises(UsageError, match="the model forecasts 2 rows ahead, not 3"):
        classifier(rows_spec()).probabilities(skies(9), 3)


def test_the_outputs_of_keras_are_those_of_numpy():
    from forecast.features.inputs import read_inputs
    from forecast.network.build import build, put_weights

    history = skies(5, season=3)
    for cell in CELLS:
        spec = rows_spec(cell, season=3, units=(6, 4))
        weights = random_weights(spec)
        keras_model = build(spec, seed=0)
        put_weights(keras_model, weights)
        logits = keras_model(read_inputs(history, spec).inputs[None]).numpy()[0, -1].reshape(2, 3)
        expected = softmax(logits.astype(np.float64))
        assert Classifier(Network(spec, (weights,))).probabilities(history, 2)[0] == pytest.approx(
            expected, abs=1e-5
        )


@pytest.mark.parametrize("cell", CELLS)
def test_the_outputs_of_keras_for_whole_series_are_those_of_numpy(tmp_path, cell):
    from forecast.features.inputs import read_inputs
    from forecast.network.build import build, put_weights

    spec, history = sentences(tmp_path, "wake me zzz", cell=cell)
    weights = random_weights(spec)
    keras_model = build(spec, seed=0)
    put_weights(keras_model, weights)
    logits = keras_model(read_inputs(history, spec).inputs[None]).numpy()[0, -1]
    expected = softmax(logits.astype(np.float64))
    assert Classifier(Network(spec, (weights,))).probabilities(history, 1)[0, 0] == pytest.approx(
        expected, abs=1e-5
    )


def sentences(tmp_path, *texts, cell="gru", window=4):
    """A network that knows the words "me" and "wake", and sentences for it."""
    rows = [f"{number},{word}" for number, text in enumerate(texts) for word in text.split()]
    (tmp_path / "d.csv").write_text("\n".join(["s,word", *rows, ""]))
    columns = Columns("intent", series="s", past=("word",), categorical=("word",))
    asked = ReadSpec(columns, target=Target("label", ("alarm", "music")))
    spec = ModelSpec(
        WindowSpec(window, 1),
        NetworkSpec(cell, (4,)),
        season=1,
        covariates=(Covariate("word", "past", ("me", "wake")),),
        target=Target("label", ("alarm", "music")),
    )
    return spec, read_panel(tmp_path / "d.csv", asked).panel


def test_unseen_categories_have_the_same_probabilities(tmp_path):
    spec, history = sentences(tmp_path, "wake zzz", "wake yyy", "wake me")
    probabilities = classifier(spec).probabilities(history, 1)[:, 0]
    assert probabilities[0].tolist() == probabilities[1].tolist()
    assert probabilities[0].tolist() != probabilities[2].tolist()


def test_a_label_is_predicted_from_the_newest_rows_and_has_no_horizon(tmp_path):
    spec, history = sentences(tmp_path, "me me wake me", "wake me", window=2)
    probabilities = classifier(spec).probabilities(history, 1)[:, 0]
    assert probabilities.shape == (2, 2)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(2))
    with pytest.raises(UsageError, match="a label belongs to a whole series"):
        classifier(spec).probabilities(history, 2)


def test_an_event_is_one_probability_and_classes_are_one_each():
    result = classifier(rows_spec()).predict(skies(9), 2)
    table = result.to_table()
    assert list(table) == ["year", "label", "p_fog", "p_rain", "p_sun"]
    assert table["label"][0] == SKY[int(result.probabilities[0, 0].argmax())]
    event = replace(result, target=Target("class", ("0", "1")), probabilities=result.probabilities[..., :2])
    assert list(event.to_table()) == ["year", "probability"]
    assert event.to_table()["probability"].tolist() == result.probabilities[0, :, 1].tolist()


def test_an_id_column_named_as_one_of_the_result_replaces_none():
    result = classifier(rows_spec()).predict(skies(9, 8), 2)
    named = replace(result, columns=replace(result.columns, series="label"))
    assert list(named.to_table())[:3] == ["series", "year", "label"]
    assert named.to_table()["series"].tolist() == ["s0", "s0", "s1", "s1"]
