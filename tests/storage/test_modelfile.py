import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.data.cards import Losses, ModelCard
from forecast.data.evaluation import KeptBacktests
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.data.results import Coverage, Scores, Verdict
from forecast.errors import ForecastError, ModelError
from forecast.forecasters.combination import PRETRAINED, Combination
from forecast.forecasters.intervals import Spread, no_spread
from forecast.forecasters.methods import METHODS
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.spec.model import Bounds, Cell, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Columns, ReadSpec, Target
from forecast.spec.training import TrainingPlan
from forecast.storage.modelfile import FORMAT, check_writable, encode, load, save
from tests.forgery import built, fields_of, joined, parts, tensors_of
from tests.measuring import run

CARD = ModelCard(
    source="harvest.csv",
    rows=7,
    series=2,
    first_time="2001",
    last_time="2004",
    data_sha256="ab" * 32,
    origin="scratch",
    parameters=1234,
    epochs=17,
    training=TrainingPlan(),
    scores=Scores(
        models=("combination", "naive"),
        metrics=("mae", "skill"),
        weights=np.array([1.0, np.nan]),
        overall=np.array([[1.5, 0.25], [2.0, 0.0]]),
        by_series=np.array([[[1.0, np.nan], [2.0, -0.5]], [[1.5, 0.0], [2.5, 0.0]]]),
        by_step=np.array([[[1.0, 0.1], [2.0, 0.2]], [[1.5, 0.0], [2.5, 0.0]]]),
        ids=("nord", "süd"),
        series_column="region",
        backtests=3,
        forecasts=12,
        forecasts_by_series=np.array([6, 6]),
        forecasts_by_step=np.array([6, 6]),
    ),
    verdict=Verdict("useful", "useful: 25 % better", 0.25, "naive", 0.25, False, True),
    coverage=Coverage(80.0, float("nan"), 12),
    versions=(("forecast", "0.1.0"), ("numpy", "2.0")),
)


def made(spec: ModelSpec, *, seed: int = 0, members: int = 1) -> Network:
    random, shapes = np.random.default_rng(seed), weight_shapes(spec).items()
    return Network(
        spec,
        tuple(
            {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes}
            for _ in range(members)
        ),
    )


def forecaster(
    cell: Cell = "gru", *, units: tuple[int, ...] = (3,), form: str = "integer", members: int = 1
) -> RecurrentForecaster:
    """Two networks and two methods, at weights of their own for two series and for any other."""
    spec = ModelSpec(WindowSpec(3, 2), NetworkSpec(cell, units), season=1)
    other = ModelSpec(WindowSpec(2, 3), NetworkSpec("gru", (2,)), season=1)
    random = np.random.default_rng(0)
    networks = ((cell, made(spec, members=members)), (PRETRAINED, made(other, seed=1)))
    columns = Columns(target="tons", time="year", series="region")
    years = np.array([2001, 2002, 2003, 2004, 2002, 2003, 2004])
    dated = form != "integer"
    frequency = Frequency("year", form="date" if dated else "integer", offset_seconds=3600 if dated else None)
    days = years.astype(str).astype("datetime64[s]")
    return RecurrentForecaster(
        spec=spec,
        combination=Combination(networks, ("theta", "naive"), (7.5, 30.0)),
        weights=np.array([[0.4, 0.3, 0.2, 0.1], [0.0, 0.5, 0.5, 0.0], [0.25, 0.25, 0.25, 0.25]]),
        spread=Spread(np.abs(random.normal(size=(3, 2))), np.array([0.5, 2.0, np.nan])),
        horizon=2,
        bounds=Bounds(minimum=0.0),
        read=ReadSpec(columns, target=Target()),
        frequency=frequency,
        tail=Panel(
            ids=("nord", "süd\n007 "),
            times=days if dated else years,
            values=random.normal(size=7),
            observed=np.array([True, True, False, True, True, True, True]),
            bounds=np.array([0, 4, 7]),
            columns=columns,
            frequency=frequency,
            seasons=np.ones(2, dtype=np.int64),
        ),
        card=CARD,
    )


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "a.forecast"
    path.write_bytes(content)
    return path


def forged(change: dict[str, object], *, number: int = FORMAT) -> bytes:
    """A model file with changed fields and a valid digest."""
    content = encode(forecaster())
    fields = fields_of(content)
    for place, value in change.items():
        *folders, name = (int(part) if part.isdigit() else part for part in place.split("."))
        inner = fields
        for folder in folders:
            inner = inner.setdefault(folder, {}) if isinstance(inner, dict) else inner[folder]
        inner[name] = value
    return built(fields, tensors_of(content), number=number)


def with_tensor(name: str, array: np.ndarray) -> bytes:
    """A model file with one tensor replaced and a valid digest."""
    content = encode(forecaster())
    return built(fields_of(content), {**tensors_of(content), name: array})


# A saved model is loaded unchanged.


@pytest.mark.parametrize("cell", ["simple-rnn", "lstm", "gru"])
@pytest.mark.parametrize("form", ["integer", "date"])
def test_a_model_is_loaded_as_it_was_saved(tmp_path: Path, cell: Cell, form: str):
    model = forecaster(cell, units=(3, 2), form=form)
    path = tmp_path / "a.forecast"
    save(model, path)
    back = load(path)
    assert (back.spec, back.read, back.frequency) == (model.spec, model.read, model.frequency)
    assert (back.combination.members, back.combination.periods) == (
        (cell, "pretrained", "theta", "naive"),
        (7.5, 30.0),
    )
    for (_, network), (_, original) in zip(
        back.combination.networks, model.combination.networks, strict=True
    ):
        assert network.spec == original.spec
        for weights, expected in zip(network.members, original.members, strict=True):
            assert weights.keys() == expected.keys()
            for name, weight in expected.items():
                np.testing.assert_array_equal(weights[name], weight, strict=True)
    assert back.tail.ids == model.tail.ids
    for name in ("times", "values", "observed", "bounds"):
        np.testing.assert_array_equal(getattr(back.tail, name), getattr(model.tail, name), strict=True)
    np.testing.assert_array_equal(back.weights, model.weights, strict=True)
    np.testing.assert_array_equal(back.spread.sizes, model.spread.sizes, strict=True)
    np.testing.assert_array_equal(back.spread.units, model.spread.units, strict=True)
    for name in ("weights", "overall", "by_series", "by_step", "forecasts_by_series", "forecasts_by_step"):
        np.testing.assert_array_equal(
            getattr(back.card.scores, name), getattr(model.card.scores, name), strict=True
        )
    assert back.card.scores.ids == CARD.scores.ids
    assert back.card.verdict == CARD.verdict
    assert back.card.versions == CARD.versions
    assert np.isnan(back.card.coverage.achieved)
    assert encode(back) == path.read_bytes()


def test_a_card_without_scores_verdict_and_coverage_is_loaded(tmp_path: Path):
    card = replace(CARD, scores=None, verdict=None, coverage=None)
    save(replace(forecaster(), card=card), tmp_path / "a.forecast")
    assert load(tmp_path / "a.forecast").card == card


def test_a_loaded_model_forecasts_as_the_one_that_was_saved(tmp_path: Path):
    model = forecaster(members=2)
    back = load(saved(tmp_path, encode(model)))
    forecast, expected = (each.predict(each.tail, 5, levels=(50, 95)) for each in (back, model))
    for name in ("values", "lower", "upper"):
        np.testing.assert_array_equal(getattr(forecast, name), getattr(expected, name), strict=True)


def test_a_model_whose_weights_follow_from_the_data_is_loaded(tmp_path: Path):
    model = replace(forecaster(), weights=np.empty((0, 4)), spread=no_spread())
    back = load(saved(tmp_path, encode(model)))
    forecast, expected = (each.predict(each.tail, 3) for each in (back, model))
    assert forecast.values.tolist() == expected.values.tolist()


@pytest.mark.parametrize("periods", [None, (), (7.5,)])
def test_longer_seasons_that_are_found_or_absent_or_given_are_loaded(
    tmp_path: Path, periods: tuple[float, ...] | None
):
    model = forecaster()
    combination = replace(model.combination, periods=periods)
    back = load(saved(tmp_path, encode(replace(model, combination=combination))))
    assert back.combination.periods == periods


def test_every_method_is_loaded_without_any_network(tmp_path: Path):
    weights = np.full((3, len(METHODS)), 1 / len(METHODS))
    model = replace(forecaster(), combination=Combination((), tuple(METHODS)), weights=weights)
    back = load(saved(tmp_path, encode(model)))
    assert back.combination.members == tuple(METHODS)
    assert np.isfinite(back.predict(back.tail, 2).values).all()
    with pytest.raises(ModelError, match="network"):
        back.network  # noqa: B018


def test_a_source_whose_name_is_no_text_is_saved_and_loaded(tmp_path: Path):
    model = replace(forecaster(), card=replace(CARD, source=os.fsdecode(b"caf\xe9.csv")))
    save(model, tmp_path / "a.forecast")
    assert load(tmp_path / "a.forecast").card.source == "caf\\udce9.csv"


def test_equal_models_are_equal_files_in_every_process(tmp_path: Path):
    save(forecaster(), tmp_path / "a.forecast")
    script = (
        "import sys; from pathlib import Path; from forecast.storage.modelfile import *\n"
        "save(load(Path(sys.argv[1])), Path(sys.argv[2]))"
    )
    for seed in "12":
        copy = tmp_path / f"{seed}.forecast"
        subprocess.run(
            [sys.executable, "-c", script, tmp_path / "a.forecast", copy],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
        assert copy.read_bytes() == (tmp_path / "a.forecast").read_bytes()


def test_the_library_reads_the_file(tmp_path: Path):
    save(forecaster(), tmp_path / "a.forecast")
    tensors = safetensors.numpy.load_file(tmp_path / "a.forecast")
    np.testing.assert_array_equal(
        tensors["network0/0/layer0/kernel"], forecaster().network.members[0]["layer0/kernel"], strict=True
    )


def test_a_model_that_is_linked_read_only_and_in_a_read_only_folder_is_read(tmp_path: Path):
    folder = tmp_path / "there"
    folder.mkdir()
    save(forecaster(), folder / "a.forecast")
    (tmp_path / "link.forecast").symlink_to(folder / "a.forecast")
    (folder / "a.forecast").chmod(0o400)
    folder.chmod(0o500)
    try:
        assert load(tmp_path / "link.forecast").spec == forecaster().spec
    finally:
        folder.chmod(0o700)


# Any damage to a file is detected.


def test_every_flipped_bit_of_a_byte_is_found_or_harmless(tmp_path: Path):
    content = encode(forecaster())
    for place in range(0, len(content), 5):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        path = saved(tmp_path, bytes(flipped))
        with suppress(ModelError):
            assert encode(load(path)) == content, place


def test_a_flipped_byte_of_any_tensor_is_found(tmp_path: Path):
    content = encode(forecaster())
    data = 8 + int.from_bytes(content[:8], "little")
    for place in range(data, len(content), 7):
        flipped = bytearray(content)
        flipped[place] ^= 0x40
        with pytest.raises(ModelError, match="SHA-256"):
            load(saved(tmp_path, bytes(flipped)))


def test_a_file_cut_anywhere_is_refused(tmp_path: Path):
    content = encode(forecaster())
    for length in [*range(60), *range(60, len(content), 97), len(content) - 1]:
        with pytest.raises(ModelError) as caught:
            load(saved(tmp_path, content[:length]))
        assert caught.value.where == str(tmp_path / "a.forecast")


def test_added_bytes_are_found(tmp_path: Path):
    with pytest.raises(ModelError, match="bytes of tensors"):
        load(saved(tmp_path, encode(forecaster()) + b"\0"))


def test_two_swapped_tensors_are_found(tmp_path: Path):
    header, data = parts(encode(forecaster()))
    header["tail/times"], header["tail/values"] = header["tail/values"], header["tail/times"]
    header["tail/times"]["dtype"], header["tail/values"]["dtype"] = "I64", "F64"
    with pytest.raises(ModelError, match="SHA-256"):
        load(saved(tmp_path, joined(header, data)))


# A hostile file does no harm.


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F64", "shape": [1 << 40], "data_offsets": [0, 1 << 43]},
        {"dtype": "F64", "shape": [10**300], "data_offsets": [0, 8 * 10**300]},
        {"dtype": "F64", "shape": [-1], "data_offsets": [0, -8]},
        {"dtype": "F64", "shape": [-2, -4], "data_offsets": [0, 64]},
        {"dtype": "F64", "shape": [], "data_offsets": [0, 8]},
        {"dtype": "F64", "shape": [1, 1, 1, 1], "data_offsets": [0, 8]},
        {"dtype": "F64", "shape": [1.0], "data_offsets": [0, 8]},
        {"dtype": "F64", "shape": [True], "data_offsets": [0, 8]},
        {"dtype": "F64", "shape": ["1"], "data_offsets": [0, 8]},
        {"dtype": "F64", "shape": None, "data_offsets": [0, 8]},
        {"dtype": "F64", "shape": [1], "data_offsets": [0, 8, 16]},
        {"dtype": "F64", "shape": [1], "data_offsets": [8, 16]},
        {"dtype": "F64", "shape": [1]},
        {"dtype": "F64", "shape": [1], "data_offsets": [0, 8], "more": 1},
        {"dtype": "O", "shape": [1], "data_offsets": [0, 8]},
        {"dtype": ["F64"], "shape": [1], "data_offsets": [0, 8]},
        [],
        None,
    ],
)
def test_an_impossible_tensor_is_refused(tmp_path: Path, entry: object):
    header, data = parts(encode(forecaster()))
    with pytest.raises(ModelError, match="damaged"):
        load(saved(tmp_path, joined({**header, "tail/values": entry}, data)))


def test_overlapping_tensors_are_refused(tmp_path: Path):
    header, data = parts(encode(forecaster()))
    header["tail/values"] = header["tail/times"] | {"dtype": "F64"}
    with pytest.raises(ModelError, match="overlap"):
        load(saved(tmp_path, joined(header, data)))


@pytest.mark.parametrize(
    "header",
    [
        b'{"__metadata__":{"forecast":' + b"[" * 200_000,
        b'{"__metadata__":{"forecast":' + b'{"a":' * 100_000,
        b'{"__metadata__":{"forecast":"{}"},"__metadata__":{"forecast":"{}"}}',
        b'{"__metadata__":{"forecast":"{}","forecast":"{}"}}',
        b'{"__metadata__":{"forecast":"{}","more":"{}"}}',
        b'{"__metadata__":{"forecast":1}}',
        b'{"__metadata__":{"forecast":"\\ud800"}}',
        b'{"__metadata__":{"forecast":"[]"}}',
        b'{"__metadata__":{"forecast":"{\\"format\\":NaN}"}}',
        b'{"__metadata__":{"forecast":"{\\"format\\":true}"}}',
        b'{"__metadata__":{"forecast":"{\\"format\\":1,\\"format\\":1}"}}',
        b'{"__metadata__":{"forecast":"{\\"format\\":' + b"9" * 5000 + b'}"}}',
        b'{"__metadata__":{"forecast":"{}"}} \xff',
        b'{"__metadata__":{"forecast":"' + b"x" * (2 << 20) + b'"}}',
    ],
)
def test_a_hostile_header_is_refused(tmp_path: Path, header: bytes):
    with pytest.raises(ModelError, match="damaged"):
        load(saved(tmp_path, joined(header, b"")))


@pytest.mark.parametrize("length", [0, 1, 1 << 20, 1 << 62, (1 << 64) - 1])
def test_a_wrong_length_of_the_header_is_refused(tmp_path: Path, length: int):
    content = encode(forecaster())
    with pytest.raises(ModelError, match="damaged"):
        load(saved(tmp_path, length.to_bytes(8, "little") + content[8:]))


def kept_model() -> RecurrentForecaster:
    """The model with losses and with the backtests of its first series."""
    kept = KeptBacktests(
        rows_back=np.array([[2, 1]]),
        values=np.array([[[1.0, 2.0], [3.0, np.nan]]]),
        lower=np.array([[[0.5, 1.0], [np.nan, np.nan]]]),
        upper=np.array([[[1.5, 3.0], [np.nan, np.nan]]]),
        level=80.0,
        covered=np.array([50.0, np.nan]),
        counts=np.array([2, 0]),
    )
    losses = Losses((1.5, 1.25, 1.1), (0.9, 0.8, 0.85), 2)
    return replace(forecaster(), card=replace(CARD, losses=losses, backtests=kept))


def test_losses_and_backtests_are_loaded_and_a_file_without_them_has_none_of_their_bytes(tmp_path: Path):
    model = kept_model()
    save(model, tmp_path / "a.forecast")
    back = load(tmp_path / "a.forecast").card
    assert back.losses == model.card.losses
    for each in fields(KeptBacktests):
        np.testing.assert_array_equal(
            getattr(back.backtests, each.name), getattr(model.card.backtests, each.name)
        )
    assert encode(replace(forecaster(), card=back)) == encode(model)
    without = encode(forecaster())
    assert "losses" not in fields_of(without)["card"]
    assert "backtests" not in fields_of(without)["card"]
    assert "backtests_level" not in fields_of(without)
    assert load(saved(tmp_path, without)).card.losses is None
    assert load(saved(tmp_path, without)).card.backtests is None


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("card.losses.best_epoch", -1),
        ("card.losses.training", [1.0]),
        ("card.losses.validation", [0.5, "nan", 0.5]),
        ("card.backtests", {"level": 80.0}),
        ("backtests_level", 0.0),
        ("backtests_level", None),
        ("backtests/rows_back", np.array([[-1, 1]])),
        ("backtests/rows_back", np.array([[1], [1]])),
        ("backtests/values", np.full((1, 2, 2), np.inf)),
        ("backtests/values", np.zeros((1, 2, 0))),
        ("backtests/lower", np.full((1, 2, 2), -1.5e308)),
        ("backtests/covered", np.array([101.0, 0.0])),
        ("backtests/counts", np.array([-1, 0])),
        ("backtests/more", np.array([-1, 0])),
    ],
)
def test_impossible_losses_and_backtests_are_refused(tmp_path: Path, place: str, value: object):
    content = encode(kept_model())
    parts, tensors = fields_of(content), tensors_of(content)
    if isinstance(value, np.ndarray):
        tensors[place] = value
    else:
        *folders, name = place.split(".")
        inner = parts
        for folder in folders:
            inner = inner[folder]
        inner[name] = value
    with pytest.raises(ModelError, match="damaged"):
        load(saved(tmp_path, built(parts, tensors)))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("spec.network.units", [4]),
        ("spec.network.units", [10**6]),
        ("spec.network.units", [3] * 1000),
        ("spec.network.cell", "lambda"),
        ("spec.network.dropout", "nan"),
        ("spec.windows.window", 10**9),
        ("spec.windows.window", 2**70),
        ("spec.windows.horizon", 0),
        ("spec.windows.horizon", 3),
        ("spec.windows", None),
        ("spec.season", 1.5),
        ("spec.more", 1),
        ("frequency.unit", "eon"),
        ("frequency.count", 10**12),
        ("frequency.count", 0),
        ("spec.season", -1),
        ("frequency.offset_seconds", 10**9),
        ("frequency.month_end", 1),
        ("read.columns.target", 7),
        ("read.wide", 1),
        ("read.wide", True),
        ("read.notation.encoding", "zip"),
        ("read.notation.delimiter", ";;"),
        ("read.notation.date_format", "%Y%Y"),
        ("read.policy.gaps", "nothing"),
        ("read.columns.target", "\ud800"),
        ("spec.season", 2),
        ("spec.windows.window", 4),
        ("networks", []),
        ("networks.0.name", "theta"),
        ("networks.0.name", "lstm"),
        ("networks.0.name", "naive"),
        ("networks.1.name", "gru"),
        ("networks.1.spec.season", 2),
        ("networks.1.spec.network.units", [3]),
        ("networks.1.spec.windows.horizon", 2),
        ("networks.1.spec.target.kind", "label"),
        ("networks.1", None),
        ("networks.1.more", 1),
        ("methods", ["theta", "theta"]),
        ("methods", ["theta", "pooled-ridge"]),
        ("methods", ["theta", "gru"]),
        ("methods", ["theta", "os.system"]),
        ("methods", ["theta"]),
        ("methods", ["theta", "naive", "mean"]),
        ("methods", None),
        ("periods", [1.0]),
        ("periods", [-7.0]),
        ("periods", ["nan"]),
        ("periods", [1e9]),
        ("periods", [10.0] * 100),
        ("horizon", 0),
        ("horizon", 10**6),
        ("card.rows", True),
        ("card.epochs", 10**30),
        ("card.scores", {"models": []}),
        ("card.versions", [["numpy"]]),
        ("card.training.patience", 0),
        ("card.training.device", "tpu"),
        ("scores", None),
        ("scores.models", []),
        ("scores", []),
    ],
)
def test_impossible_fields_are_refused_even_with_a_valid_digest(tmp_path: Path, place: str, value: object):
    with pytest.raises(ModelError, match="damaged"):
        load(saved(tmp_path, forged({place: value})))


def test_a_forged_field_that_is_possible_is_accepted(tmp_path: Path):
    assert load(saved(tmp_path, forged({"card.epochs": 18}))).card.epochs == 18


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("network0/x/layer0/kernel", np.zeros((1, 1), np.float32)),
        ("network1/1/layer0/bias", np.full((2, 9), np.nan, np.float32)),
        ("network0/0/layer0/bias", np.full((2, 9), np.nan, np.float32)),
        ("network0/0/layer0/bias", np.full((2, 9), 2e6, np.float32)),
        ("network0/0/layer0/kernel", np.full((13, 9), -3e38, np.float32)),
        ("network0/0/layer0/bias", np.full((2, 9), np.nan, np.float16)),
        ("network0/0/layer0/bias", np.zeros((2, 9), np.float16)),
        ("network2/0/layer1/bias", np.zeros((2, 9), np.float32)),
        ("skip/kernel", np.zeros(3, np.float32)),
        ("tail/values", np.full(7, np.inf)),
        ("tail/values", np.full(7, -1.5e308)),
        ("tail/values", np.zeros(6)),
        ("tail/values", np.zeros(7, np.float32)),
        ("tail/observed", np.full(7, 2, np.uint8)),
        ("tail/bounds", np.array([0, 7, 7])),
        ("tail/bounds", np.array([0, -1, 7])),
        ("tail/bounds", np.array([0, 4, 10**9])),
        ("tail/bounds", np.array([1, 4, 7])),
        ("tail/times", np.full(7, np.iinfo(np.int64).min)),
        ("tail/ids/ends", np.array([-1, 13])),
        ("tail/ids/ends", np.array([5, 10**9])),
        ("tail/ids/ends", np.array([5, 4, 13])),
        ("tail/ids", np.full(13, 0xFF, np.uint8)),
        ("combination/weights", np.full((3, 4), 0.3)),
        ("combination/weights", np.full((2, 4), 0.25)),
        ("combination/weights", np.full((4, 4), 0.25)),
        ("combination/weights", np.full((3, 5), 0.2)),
        ("combination/weights", np.full((3, 4), 0.25, np.float32)),
        ("combination/weights", np.full((3, 4), np.nan)),
        ("combination/weights", np.array([[1.5, -0.5, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]])),
        ("combination/weights", np.empty((0, 4))),
        ("spread/sizes", np.full((3, 2), -1.0)),
        ("spread/sizes", np.full((3, 2), np.inf)),
        ("spread/sizes", np.full((3, 2), np.nan)),
        ("spread/sizes", np.ones((2, 2))),
        ("spread/sizes", np.ones((3, 0))),
        ("spread/sizes", np.ones((3, 20_000))),
        ("spread/units", np.array([1.0, -1.0, 1.0])),
        ("spread/units", np.full(3, np.inf)),
        ("spread/units", np.ones(2)),
        ("scores/by_step", np.zeros((2, 3, 2))),
        ("scores/overall", np.zeros(4)),
    ],
)
def test_impossible_tensors_are_refused_even_with_a_valid_digest(
    tmp_path: Path, name: str, array: np.ndarray
):
    assert load(saved(tmp_path, forged({})))
    with pytest.raises(ModelError, match="damaged"):
        load(saved(tmp_path, with_tensor(name, array)))


def halved(original: RecurrentForecaster) -> RecurrentForecaster:
    """The same with weights that half precision holds exactly in its first network."""
    (first, second) = original.combination.networks
    rounded = tuple(
        {name: each.astype(np.float16).astype(np.float32) for name, each in weights.items()}
        for weights in first[1].members
    )
    networks = ((first[0], replace(first[1], members=rounded)), second)
    return replace(original, combination=replace(original.combination, networks=networks))


def test_weights_exact_in_half_precision_take_half_the_bytes_and_are_loaded_unchanged(tmp_path: Path):
    original = halved(forecaster(units=(32,), members=2))
    content = encode(original)
    stored = {
        number: {each.dtype for name, each in tensors_of(content).items() if name.startswith(number)}
        for number in ("network0", "network1")
    }
    assert stored == {"network0": {np.dtype(np.float16)}, "network1": {np.dtype(np.float32)}}
    back = load(saved(tmp_path, content))
    for kept, weight in zip(back.network.members, original.network.members, strict=True):
        assert {each.dtype for each in kept.values()} == {np.dtype(np.float32)}
        assert all((kept[name] == weight[name]).all() for name in weight)
    assert encode(back) == content


def test_one_weight_inexact_in_half_precision_keeps_all_in_single_precision(tmp_path: Path):
    original = halved(forecaster())
    original.network.members[0]["answer/bias"][0] = 70_000.0
    back = load(saved(tmp_path, encode(original)))
    assert back.network.members[0]["answer/bias"][0] == 70_000.0


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_weights_in_half_precision_must_be_numbers_too(tmp_path: Path, number: float):
    content = encode(halved(forecaster()))
    bias = np.full((2, 9), number, np.float16)
    forged = built(fields_of(content), {**tensors_of(content), "network0/0/layer0/bias": bias})
    with pytest.raises(ModelError, match="not valid weights"):
        load(saved(tmp_path, forged))


def giant(folder: Path, entry: dict[str, object], *, length: int) -> Path:
    """A model file whose header describes a giant tensor, as long as that but sparse on the disk."""
    header, _ = parts(encode(forecaster()))
    header = {"__metadata__": header["__metadata__"], "network0/0/layer0/kernel": entry}
    path = saved(folder, joined(header, b""))
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size + length)
    return path


@pytest.mark.parametrize(
    ("shape", "length"), [([1 << 33], 900 << 20), ([75 << 20], 300 << 20), ([3 << 30], 12 << 30)]
)
def test_a_header_that_describes_giant_tensors_takes_little_memory(
    tmp_path: Path, shape: list[int], length: int
):
    entry = {"dtype": "F32", "shape": shape, "data_offsets": [0, 4 * shape[0]]}
    path = giant(tmp_path, entry, length=length)
    ran = run("show", path)
    assert ran.code == 4
    assert "is damaged" in ran.errors
    assert ran.megabytes < 100


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    with pytest.raises(ModelError):
        load(saved(tmp_path_factory.getbasetemp(), content))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_file_is_refused_or_the_same_model(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    content = encode(forecaster())
    start = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, 40))
    mutated = content[:start] + data.draw(st.binary(max_size=40)) + content[start + length :]
    with suppress(ModelError):
        assert encode(load(saved(tmp_path_factory.getbasetemp(), mutated))) == content


# What a file is instead, and other formats.


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "is empty"),
        (b"year,tons\n2001,3\n", "is text, such as CSV"),
        (b"PK\x03\x04" + bytes(99), "is a zip archive, such as .keras"),
        (b"\x89HDF\r\n\x1a\n" + bytes(99), "is an HDF5 file, such as .h5"),
        (b"\x80\x04\x95" + bytes(99), "is a pickle"),
        (b"\x1f\x8b" + bytes(99), "is compressed with gzip"),
        (b"\0\xff" * 99, "is something else"),
        (safetensors.numpy.save({"a": np.zeros(3)}), "is a safetensors file of another program"),
        (safetensors.numpy.save({"a": np.zeros(3)}, {"format": "pt"}), "of another program"),
    ],
)
def test_the_message_names_what_a_file_is_that_is_not_a_model(tmp_path: Path, content: bytes, kind: str):
    with pytest.raises(ModelError, match=kind):
        load(saved(tmp_path, content))


def test_a_folder_and_a_pipe_are_not_models(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ModelError, match="not a regular file"):
            load(path)


def test_a_missing_model_is_refused_with_the_nearest_name(tmp_path: Path):
    save(forecaster(), tmp_path / "harvest.forecast")
    with pytest.raises(ModelError, match="no such model") as caught:
        load(tmp_path / "harvst.forecast")
    assert caught.value.hint == f'did you mean "{tmp_path / "harvest.forecast"}"?'
    with pytest.raises(ModelError) as caught:
        load(tmp_path / "q.forecast")
    assert caught.value.hint == 'models in its folder: "harvest.forecast"'


def test_a_newer_format_is_refused_with_the_word_upgrade(tmp_path: Path):
    with pytest.raises(ModelError, match=rf"newer forecast \(format {FORMAT + 1};") as caught:
        load(saved(tmp_path, forged({}, number=FORMAT + 1)))
    assert "upgrade" in caught.value.hint


def test_a_model_of_an_unreleased_format_is_refused_by_that_name(tmp_path: Path):
    with pytest.raises(ModelError, match="made by an unreleased version") as refused:
        load(saved(tmp_path, forged({}, number=1)))
    assert refused.value.hint == "train it again"


# Only a model is overwritten.


@pytest.mark.parametrize("content", [b"year,tons\n2001,3\n", b"PK\x03\x04", b"\x80", b"x"])
def test_a_file_that_is_not_a_model_is_never_overwritten(tmp_path: Path, content: bytes):
    path = saved(tmp_path, content)
    for attempt in (lambda: save(forecaster(), path), lambda: check_writable(path)):
        with pytest.raises(ModelError, match="not overwritten"):
            attempt()
    assert path.read_bytes() == content


@pytest.mark.parametrize("cut", [0, 40, 1000])
def test_an_empty_file_and_a_damaged_model_may_be_overwritten(tmp_path: Path, cut: int):
    path = saved(tmp_path, encode(forecaster())[:cut])
    check_writable(path)
    save(forecaster(), path)
    assert path.read_bytes() == encode(forecaster())


def test_the_check_before_training_finds_a_missing_folder_and_leaves_a_model_alone(tmp_path: Path):
    with pytest.raises(ForecastError, match="no folder"):
        check_writable(tmp_path / "nowhere" / "a.forecast")
    save(forecaster(), tmp_path / "a.forecast")
    check_writable(tmp_path / "a.forecast")
    assert load(tmp_path / "a.forecast").spec == forecaster().spec


def test_a_model_read_while_others_are_saved_is_one_or_the_other(tmp_path: Path):
    models = [encode(forecaster("gru")), encode(forecaster("lstm"))]
    path = saved(tmp_path, models[0])
    for index, content in enumerate(models):
        (tmp_path / f"{index}.forecast").write_bytes(content)
    script = (
        "import sys; from pathlib import Path; from forecast.storage.modelfile import *\n"
        "model = load(Path(sys.argv[1]))\n"
        "for _ in range(100): save(model, Path(sys.argv[2]))"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", script, tmp_path / f"{index}.forecast", path])
        for index in range(2)
    ]
    read = set()
    while any(writer.poll() is None for writer in writers):
        read.add(encode(load(path)))
    assert [writer.returncode for writer in writers] == [0, 0]
    assert read <= set(models)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_save_that_runs_out_of_space_leaves_the_old_model(tmp_path: Path):
    path = tmp_path / "a.forecast"
    save(forecaster(), path)
    script = (
        "import resource, sys; from pathlib import Path; from forecast.storage.modelfile import *\n"
        "model = load(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "save(model, Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=False)
    assert "cannot be written: File too large" in done.stderr
    assert path.read_bytes() == encode(forecaster())
    assert [file.name for file in tmp_path.iterdir()] == ["a.forecast"]
