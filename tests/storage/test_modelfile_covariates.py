"""Model files with covariates: saved and loaded unchanged, and refused where forged."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import ModelError
from forecast.forecasters.combination import Combination
from forecast.forecasters.intervals import Spread
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.spec.reading import ReadSpec
from forecast.storage.modelfile import encode, load, save
from tests import models, shops
from tests.forgery import built, fields_of, tensors_of


@pytest.fixture(scope="module")
def model():
    """A model of the shops, not trained."""
    history = shops.panel()
    spec, random = shops.spec(history), np.random.default_rng(0)
    weights = {
        name: random.normal(0, 0.2, size).astype(np.float32) for name, size in weight_shapes(spec).items()
    }
    plain = models.model(Network(spec, (weights,)))
    tail = history.tail(30)
    rows = len(tail) + 1
    return replace(
        plain,
        tail=tail,
        read=ReadSpec(history.columns, target=history.target),
        frequency=history.frequency,
        weights=plain.weights.repeat(rows, axis=0),
        spread=Spread(plain.spread.sizes.repeat(rows, axis=0), np.full(rows, np.nan)),
    )


@pytest.fixture
def opened(tmp_path):
    """What a file of these bytes holds."""

    def opened(content):
        (tmp_path / "m.forecast").write_bytes(content)
        return load(tmp_path / "m.forecast")

    return opened


def test_it_is_loaded_as_it_was_saved(model, tmp_path):
    save(model, tmp_path / "m.forecast")
    back = load(tmp_path / "m.forecast")
    assert (back.spec, back.read) == (model.spec, model.read)
    for part in ("past", "known", "known_bounds", "static"):
        expected = getattr(model.tail.covariates, part)
        np.testing.assert_array_equal(getattr(back.tail.covariates, part), expected, strict=True)
    assert back.tail.covariates.vocabularies == model.tail.covariates.vocabularies
    assert encode(back) == encode(model)
    assert back.predict(back.tail, 4).values.tolist() == model.predict(model.tail, 4).values.tolist()


def test_a_relative_covariate_is_loaded(model, opened):
    relative = tuple(replace(each, relative=not each.categories) for each in model.spec.covariates)
    spec = replace(model.spec, covariates=relative)
    combination = Combination((("gru", replace(model.network, spec=spec)),))
    assert opened(encode(replace(model, spec=spec, combination=combination))).spec.covariates == relative


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("tail/known", lambda known: np.where(np.arange(known.size).reshape(known.shape) == 3, 7.0, known)),
        ("tail/known", lambda known: known + np.array([0, 0.5])),
        ("tail/known", lambda known: known[:-1]),
        ("tail/known", lambda known: known[:, :1]),
        ("tail/past", lambda past: past * np.inf),
        ("tail/past", lambda past: past.astype(np.float32)),
        ("tail/static", lambda static: static - 1),
        ("tail/static", lambda static: static[:1]),
        ("tail/known_bounds", lambda bounds: bounds[::-1].copy()),
        ("tail/known_bounds", lambda bounds: bounds - 1),
        ("tail/known_bounds", lambda bounds: np.array([0, 3, bounds[-1]])),
        ("tail/known_bounds", lambda bounds: np.array([0, 2**62, bounds[-1]])),
    ],
)
def test_impossible_tensors_are_refused(model, opened, name, change):
    content = encode(model)
    tensors = tensors_of(content)
    with pytest.raises(ModelError):
        opened(built(fields_of(content), {**tensors, name: np.ascontiguousarray(change(tensors[name]))}))


@pytest.mark.parametrize("name", ["tail/known", "tail/known_bounds", "network0/0/embedding2/embeddings"])
def test_missing_tensors_are_refused(model, opened, name):
    content = encode(model)
    tensors = {other: array for other, array in tensors_of(content).items() if other != name}
    with pytest.raises(ModelError, match="lacks tensor"):
        opened(built(fields_of(content), tensors))


def covariate(place, **values):
    def change(spec):
        spec["covariates"][place] |= values

    return change


def calendar(**values):
    def change(spec):
        spec["calendar"] |= values

    return change


@pytest.mark.parametrize(
    "change",
    [
        covariate(0, spread=0.0),
        covariate(0, spread=-1.0),
        covariate(0, role="static"),
        covariate(0, role="target"),
        covariate(2, categories=["fair"]),
        covariate(2, categories=[]),
        covariate(2, categories=["fair", 7]),
        covariate(2, categories=["fair"] * 20_000),
        covariate(1, relative="yes"),
        calendar(holiday_dates=[]),
        calendar(holiday_dates=[3, 2]),
        calendar(holiday_dates=[10**30]),
        calendar(holiday_dates="often"),
        calendar(holidays=None),
        calendar(phases=False),
        lambda spec: spec["covariates"].pop(),
        lambda spec: spec["covariates"].extend(spec["covariates"][-1:] * 2000),
    ],
)
def test_impossible_fields_are_refused(model, opened, change):
    content = encode(model)
    fields = fields_of(content)
    change(fields["spec"])
    fields["networks"][0]["spec"] = fields["spec"]
    with pytest.raises(ModelError):
        opened(built(fields, tensors_of(content)))


@pytest.mark.parametrize(
    ("part", "names"),
    [("known", ["price"]), ("past", ["guests"]), ("static", ["town"]), ("categorical", ["town"])],
)
def test_columns_of_covariates_are_stored_with_the_network_alone(model, opened, part, names):
    """Two copies could differ: whatever reads the data must hand over the columns that the network reads."""
    content = encode(model)
    fields = fields_of(content)
    fields["read"]["columns"][part] = names
    with pytest.raises(ModelError, match="columns"):
        opened(built(fields, tensors_of(content)))
