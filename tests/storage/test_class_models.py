"""Model files of class models: saved and loaded unchanged, and refused where forged."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.classification.classifier import Classifier
from forecast.data.covariates import Covariates
from forecast.data.evaluation import KeptClasses
from forecast.errors import ModelError
from forecast.forecasters.intervals import no_spread
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.serialize import from_plain, to_plain
from forecast.spec.model import Covariate, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Columns, ReadSpec, Target
from forecast.storage.layout import ModelFields
from forecast.storage.modelfile import FORMAT, encode, load
from tests.forgery import built, fields_of, tensors_of
from tests.labelled import SKY, days, rows_spec
from tests.models import model
from tests.panels import panel

WORDS = ModelSpec(
    WindowSpec(4, 1),
    NetworkSpec("gru", (4,)),
    season=1,
    covariates=(Covariate("word", "past", ("me", "wake")),),
    target=Target("label", ("alarm", "music")),
)


def network(spec):
    random = np.random.default_rng(0)
    shapes = weight_shapes(spec).items()
    weights = {name: random.normal(scale=0.1, size=shape).astype(np.float32) for name, shape in shapes}
    return Network(spec, (weights,))


def of_rows():
    made, tail = model(network(rows_spec())), replace(panel(days(9)), target=Target("class", SKY))
    read = ReadSpec(tail.columns, target=Target("class", SKY))
    return replace(made, tail=tail, read=read, weights=np.empty((0, 1)), spread=no_spread())


def of_labels():
    made = model(network(WORDS))
    columns = Columns("intent", series="s", past=("word",), categorical=("word",))
    read = ReadSpec(columns, target=WORDS.target)
    covariates_of_words = Covariates(
        np.empty((0, 1)), np.empty((0, 0)), np.array([0]), np.empty((0, 0)), (("me", "wake"),)
    )
    return replace(made, read=read, tail=replace(made.tail, columns=columns, covariates=covariates_of_words))


def opened(folder: Path, content: bytes):
    (folder / "m.forecast").write_bytes(content)
    return load(folder / "m.forecast")


def test_a_class_model_is_loaded_as_it_was_saved(tmp_path):
    made = of_rows()
    back = opened(tmp_path, encode(made))
    assert back.spec == made.spec
    assert (back.read, back.tail.target.classes) == (made.read, SKY)
    probabilities = [Classifier(each.network).probabilities(each.tail, 2) for each in (made, back)]
    assert np.array_equal(*probabilities)
    assert encode(back) == encode(made)


def with_backtests():
    probabilities = np.array([[[np.nan] * 3, [0.5, 0.25, 0.25]]])
    kept, made = KeptClasses(probabilities, np.array([[np.nan, 2.0]])), of_rows()
    return replace(made, card=replace(made.card, class_backtests=kept))


def test_backtests_of_classes_are_loaded_and_a_file_without_them_has_none_of_their_bytes(tmp_path):
    made = with_backtests()
    back = opened(tmp_path, encode(made)).card.class_backtests
    np.testing.assert_array_equal(back.probabilities, made.card.class_backtests.probabilities)
    np.testing.assert_array_equal(back.actual, [[np.nan, 2]])
    assert "class_backtests" not in fields_of(encode(of_rows()))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("probabilities", np.full((1, 2, 3), 1.5)),
        ("probabilities", np.full((1, 2, 2), 0.5)),
        ("probabilities", np.full((2, 2, 3), 0.5)),
        ("actual", np.array([[0.0, 3.0]])),
        ("actual", np.array([[0.0, 0.5]])),
    ],
)
def test_impossible_backtests_of_classes_are_refused(tmp_path, name, value):
    content = encode(with_backtests())
    fields, tensors = fields_of(content), tensors_of(content)
    tensors[f"class_backtests/{name}"] = value.astype(np.float32)
    with pytest.raises(ModelError, match="damaged"):
        opened(tmp_path, built(fields, tensors))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("spec.target.classes", ["fog", "rain"]),
        ("spec.target.classes", ["fog"]),
        ("spec.target.classes", []),
        ("spec.target.classes", ["fog", "rain", "rain"]),
        ("spec.target.classes", ["rain", "fog", "sun"]),
        ("spec.target.classes", [f"c{number}" for number in range(101)]),
        ("spec.target.classes", ["fog", "rain", 1]),
        ("spec.target.kind", "label"),
        ("spec.target.kind", "value"),
        ("spec.target.kind", "rows"),
        ("read.target", {"kind": "class", "classes": ["fog", "rain", "sun"]}),
        ("read.target", "yes"),
        ("read.columns.past", ["sky"]),
    ],
)
def test_impossible_classes_are_refused_even_with_a_valid_digest(tmp_path, place, value):
    content = encode(of_rows())
    with pytest.raises(ModelError, match="damaged"):
        opened(tmp_path, forged(content, place, value))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("spec.target.kind", "class"),
        ("read.columns.categorical", ["word"]),
        ("spec.windows.horizon", 2),
        ("spec.covariates", []),
    ],
)
def test_impossible_labels_are_refused_even_with_a_valid_digest(tmp_path, place, value):
    content = encode(of_labels())
    assert opened(tmp_path, content).spec == WORDS
    with pytest.raises(ModelError, match="damaged"):
        opened(tmp_path, forged(content, place, value))


def test_a_network_of_other_classes_than_the_model_is_refused(tmp_path):
    content = encode(of_rows())
    fields = fields_of(content)
    fields["networks"][0]["spec"]["target"]["classes"] = ["fog", "rain", "snow"]
    with pytest.raises(ModelError, match="its members"):
        opened(tmp_path, built(fields, tensors_of(content)))


@pytest.mark.parametrize(
    ("place", "value"), [("methods", ["naive"]), ("networks", []), ("periods", [1.0]), ("horizon", 0)]
)
def test_what_a_model_of_classes_cannot_have_is_refused(tmp_path, place, value):
    with pytest.raises(ModelError, match="damaged"):
        opened(tmp_path, forged(encode(of_rows()), place, value))


@pytest.mark.parametrize("value", [3.0, -1.0, 0.5, np.nan, 1e300])
def test_newest_rows_that_are_not_classes_are_refused(tmp_path, value):
    content = encode(of_rows())
    tensors = tensors_of(content)
    values = tensors["tail/values"].copy()
    values[4] = value
    with pytest.raises(ModelError, match="damaged"):
        opened(tmp_path, built(fields_of(content), {**tensors, "tail/values": values}, number=FORMAT))


def forged(content: bytes, place: str, value: object) -> bytes:
    fields = fields_of(content)
    *folders, name = place.split(".")
    inner, known = fields, to_plain(from_plain(ModelFields, fields))  # a file leaves defaults out
    for folder in folders:
        inner, known = inner.setdefault(folder, {}), known[folder]
    assert name in known
    inner[name] = value
    if place.startswith("spec."):  # its network says the same, or the two would differ
        fields["networks"][0]["spec"] = fields["spec"]
    return built(fields, tensors_of(content), number=FORMAT)
