"""Bytes that look like a model file: damaged, or changed and signed again."""

import copy
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
from hypothesis import strategies as st

from forecast.data.cards import ModelCard
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.data.results import Coverage, Scores, Verdict
from forecast.forecasters.intervals import Spread
from forecast.forecasters.model import RecurrentForecaster
from forecast.spec.model import Bounds, Cell
from forecast.spec.reading import Columns, ReadSpec
from forecast.storage.modelfile import FORMAT, encode
from tests.forgery import built, fields_of, joined, parts, tensors_of
from tests.models import model, network

GOLDEN = Path(__file__).parents[1] / "golden"

VALUES: tuple[object, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 12, 64, 65, 1000, 10_000, 10_001, 100_000, 100_001, 4096),
    *(10**6, 10**6 + 1, 2**31, 2**53, 2**53 + 1, -(2**53), 2**63, 2**64, 10**30, 0.0, -0.0, 0.5, 1.0, 1e-320),
    *(
        1e308,
        -1e308,
        "nan",
        "inf",
        "-inf",
        "",
        "a",
        "gru",
        "lstm",
        "simple-rnn",
        "theta",
        "pretrained",
        "year",
    ),
    *("quarter", "month", "week", "day", "weekday", "hour", "minute", "second", "step", "integer", "date"),
    *("datetime", "useful", "scratch", "[red]x[/]", "\x1b[31m", "\u202e", "\udcff", "\ufeff", "nord\n"),
    *("x" * 3000, [], {}, [1], [4, 4], ["a"], [["numpy", "2"]], {"a": 1}, [[[]]]),
)
EXTREMES = {
    "f": (
        np.nan,
        np.inf,
        -np.inf,
        0.0,
        -0.0,
        1.0,
        -1.0,
        1e-45,
        3e38,
        -3e38,
        1e20,
        1e6,
        1e308,
        -1.7e308,
        5e-324,
    ),
    "i": (0, 1, -1, 2, 7, 2**31, 2**53, -(2**53), 2**53 + 1, 2**62, 2**63 - 1, -(2**63), 253_402_300_799),
    "u": (0, 1, 2, 10, 27, 127, 128, 155, 226, 255),
}
DTYPES = (np.float64, np.float32, np.int64, np.uint8)


def _scored(card: ModelCard, ids: tuple[str, ...]) -> ModelCard:
    scores = Scores(
        models=("combination", "naive"),
        metrics=("mae", "skill"),
        weights=np.array([1.0, np.nan]),
        overall=np.array([[1.5, 0.25], [2.0, 0.0]]),
        by_series=np.ones((2, len(ids), 2)),
        by_step=np.ones((2, 3, 2)),
        ids=ids,
        series_column="region",
        backtests=3,
        forecasts=12,
        forecasts_by_series=np.full(len(ids), 6),
        forecasts_by_step=np.full(3, 4),
    )
    verdict = Verdict("useful", "useful: 25 % better", 0.25, "last value", 0.25, False, True)
    return replace(card, scores=scores, verdict=verdict, coverage=Coverage(80.0, 83.3, 12))


def _valid(
    cell: Cell, frequency: Frequency, *, season: int = 1, members: int = 1, methods: tuple[str, ...] = ()
) -> RecurrentForecaster:
    """A model with a history, scores and bounds, whose networks know `season`; a combination with methods."""
    other = network(season=season, seed=1) if methods else None
    own = network(cell=cell, season=season, members=members)
    valid = model(own, bounds=Bounds(minimum=0.0), pretrained=other, methods=methods)
    columns = Columns(target="tons", time="year", series="region")
    ids = ("nord", "süd\n007 ")
    start = (
        np.array(["2001-01-31"], dtype="datetime64[s]") if frequency.form != "integer" else np.array([2001])
    )
    times = frequency.shift(start, np.arange(14))
    tail = Panel(
        ids=ids,
        times=np.concatenate([times, times]),
        values=np.random.default_rng(0).normal(10, size=28),
        observed=np.arange(28) % 5 != 1,
        bounds=np.array([0, 14, 28]),
        columns=columns,
        frequency=frequency,
        seasons=np.full(2, season),
    )
    return replace(
        valid,
        read=ReadSpec(columns),
        frequency=frequency,
        tail=tail,
        weights=np.repeat(valid.weights, 3, axis=0),
        spread=Spread(np.repeat(valid.spread.sizes, 3, axis=0), np.array([0.5, np.nan, np.nan])),
        card=_scored(valid.card, ids),
    )


_MODELS = (
    _valid("gru", Frequency("year", form="integer")),
    _valid("lstm", Frequency("month", form="month"), season=12, members=2, methods=("ets", "ridge")),
    _valid("simple-rnn", Frequency("day", offset_seconds=3600, form="datetime"), season=7),
    _valid("gru", Frequency("month", month_end=True, form="date"), methods=("theta",)),
    _valid("gru", Frequency("weekday", form="date"), season=5, methods=("seasonal-naive", "mean")),
)
SEEDS = (*map(encode, _MODELS), *(path.read_bytes() for path in sorted(GOLDEN.glob("*.forecast"))))
"""Model files that load."""

_PARTS = tuple((fields_of(seed), tensors_of(seed)) for seed in SEEDS)


def forgery(random: Random) -> bytes:
    """A model file with changed fields and tensors and a valid digest."""
    return forged(*copy.deepcopy(random.choice(_PARTS)), random)


def forged(fields: dict[str, object], tensors: dict[str, np.ndarray], random: Random) -> bytes:
    """These fields and tensors, changed in a few places and signed; b"" where no file can hold them."""
    number: object = FORMAT
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if random.random() < 0.5:
            _change_field(fields, random)
        else:
            _change_tensor(tensors, random)
    if random.random() < 0.03:
        number = copy.deepcopy(random.choice(VALUES))
    try:
        return built(fields, tensors, number=number)
    except ValueError:  # a digest needs texts without lone surrogates
        return b""


def _change_field(fields: object, random: Random) -> None:
    """Replace, remove or add one value anywhere in the fields."""
    inner, keys = fields, _keys(fields)
    while True:
        key = random.choice(keys)
        deeper = inner[key]
        keys = _keys(deeper)
        if not keys or random.random() < 0.1:
            break
        inner = deeper
    kind = random.random()
    if kind < 0.85:
        inner[key] = copy.deepcopy(random.choice(VALUES))
    elif kind < 0.92:
        del inner[key]
    elif isinstance(inner, dict):
        inner[random.choice(("more", "seed", "unit", ""))] = copy.deepcopy(random.choice(VALUES))
    else:
        inner.extend(inner[:] * random.choice((1, 40)))


def _keys(value: object) -> list[str] | list[int]:
    if isinstance(value, dict):
        return list(value)
    return list(range(len(value))) if isinstance(value, list) else []


def _change_tensor(tensors: dict[str, np.ndarray], random: Random) -> None:
    """Give one tensor extreme values, another shape or type or another's content, or remove it."""
    name = random.choice(sorted(tensors))
    tensor = np.array(tensors[name])
    extremes = EXTREMES[tensor.dtype.kind]
    kind = random.random()
    if kind < 0.5:
        flat = tensor.reshape(-1)
        for _ in range(random.choice((1, 1, 2, 5)) if len(flat) else 0):
            flat[random.randrange(len(flat))] = _in(tensor.dtype, random.choice(extremes))
    elif kind < 0.65:
        tensor[...] = _in(tensor.dtype, random.choice(extremes))
    elif kind < 0.75:
        shape = random.choice(((0,), (1,), (3,), (2, 99), (0, 0), (1, 1, 1), (tensor.size,), (1000,)))
        tensor = np.resize(tensor, shape) if tensor.size else np.zeros(shape, tensor.dtype)
    elif kind < 0.82:
        tensor = tensor.view(np.uint8).reshape(-1)[: tensor.size].astype(random.choice(DTYPES))
    elif kind < 0.9:
        tensor = np.array(tensors[random.choice(sorted(tensors))])
    elif kind < 0.95:
        del tensors[name]
        return
    else:
        name = random.choice(("more", "tail/more", "network9/0/answer/bias", "\udcff", "__metadata__"))
    tensors[name] = tensor


def _in(dtype: np.dtype, number: float) -> np.generic:
    with np.errstate(all="ignore"):
        return np.float64(number).astype(dtype) if dtype.kind == "f" else np.array(number).astype(dtype)[()]


def other_header(random: Random) -> bytes:
    """A model file with a changed header but its old digest."""
    header, data = parts(random.choice(SEEDS))
    header = copy.deepcopy(header)
    name = random.choice([name for name in header if name != "__metadata__"])
    kind = random.random()
    if kind < 0.6:
        _change_field(header[name], random)
    elif kind < 0.8:
        _change_field(header, random)
    else:
        header["__metadata__"] = random.choice(({}, {"forecast": "{}"}, {"forecast": {}}, [], {"a": "b"}))
    return joined(header, data)


def damaged(random: Random) -> bytes:
    """A model with bytes flipped, cut, added or swapped."""
    content = bytearray(random.choice(SEEDS))
    for _ in range(random.choice((1, 1, 2, 3))):
        index, kind = random.randrange(len(content)), random.randrange(5)
        if kind == 0:
            content[index] ^= 1 << random.randrange(8)
        elif kind == 1:
            del content[index : index + random.choice((1, 8, len(content)))]
        elif kind == 2:
            content[index:index] = bytes(random.choice((1, 8, 300)))
        elif kind == 3:
            other = random.randrange(len(content))
            content[index], content[other] = content[other], content[index]
        else:
            content[random.randrange(8)] = random.randrange(256)
        if not content:
            break
    return bytes(content)


def file(random: Random) -> bytes:
    """Bytes to open as a model, most of them nearly valid."""
    return random.choice((forgery, forgery, forgery, forgery, other_header, damaged))(random)


FILES = st.one_of(st.randoms(use_true_random=False).map(file), st.binary(max_size=300))
"""Bytes to open as a model, most of them nearly valid."""
