"""A fitted model on disk: readable, versioned, safe to open."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from forecast import atomic
from forecast.errors import ModelError, UsageError
from forecast.forecasters.intervals import Spread
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.weights import Weights
from forecast.serialize import from_plain, to_plain
from forecast.storage import tensorfile
from forecast.storage.decoding import decode
from forecast.storage.layout import ModelFields, NetworkFields, ScoresFields, tensor_layout
from forecast.storage.tensorfile import DTYPES, Contents, DType, Tensors

FORMAT = 2
"""The format that `save` writes; raised whenever an older program would misread the new one."""

GROUPS = "groups"
"""The only field of a file that holds several models: see `storage.groups`."""


def save(forecaster: RecurrentForecaster, path: Path) -> None:
    """Write the model to `path`, whole or not at all; only another model is overwritten."""
    content = encode(forecaster)
    tensorfile.refuse_to_replace_others(path)
    atomic.write_atomically(path, lambda stream: _write(stream, content))


def check_writable(path: Path) -> None:
    """Raise, before a training, where its model could not be saved at `path`."""
    tensorfile.refuse_to_replace_others(path)
    atomic.check_writable(path)


def load(path: Path) -> RecurrentForecaster:
    """The model in the file, or a ModelError that says what the file is or lacks."""
    contents = tensorfile.read(path, format=FORMAT)
    with tensorfile.model_errors(path):
        return replace(_model(contents), file=str(path))


def decoded(stream: BinaryIO) -> RecurrentForecaster:
    """The model in an open file or in bytes; a `ModelError` or a ValueError as for `load`."""
    return _model(tensorfile.read_stream(stream, format=FORMAT))


def _model(contents: Contents) -> RecurrentForecaster:
    if "checkpoint" in contents.fields:
        raise ModelError(
            "is the checkpoint of an interrupted training, not a model",
            hint="forecast train DATA --resume",
        )
    if "stream" in contents.fields:
        raise ModelError("is the state of a stream, not a model", hint="forecast stream --state names it")
    if GROUPS in contents.fields:
        raise ModelError(
            "holds a model for each group, and this needs one of them",
            hint="--model FILE#VALUE names one; forecast show FILE lists them",
        )
    try:
        return decode(from_plain(ModelFields, contents.fields), contents.tensors)
    except UsageError as error:
        raise ValueError(error.message) from error


def encode(forecaster: RecurrentForecaster) -> bytes:
    """The model as the bytes of its file: equal for equal models."""
    fields = _fields(forecaster)
    networks = [network for _, network in forecaster.combination.networks]
    counts = tuple((len(network.members), _weight_type(network.members)) for network in networks)
    tensors: Tensors = {
        name: _array(forecaster, name).astype(DTYPES[dtype], copy=False)
        for name, (dtype, _) in tensor_layout(fields, counts).items()
    }
    return tensorfile.encode(
        Contents(FORMAT, tensorfile.as_fields(to_plain(fields, defaults=False)), tensors)
    )


def _write(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)


def _array(forecaster: RecurrentForecaster, name: str) -> NDArray[np.generic]:
    """The array that is stored under a name of `tensor_layout`."""
    group, field, *rest = name.split("/")
    if group.startswith("network"):
        _, network = forecaster.combination.networks[int(group.removeprefix("network"))]
        return network.members[int(field)]["/".join(rest)]
    if field in ("past", "known", "known_bounds", "static"):
        owner: object = forecaster.tail.covariates
    else:
        owner = {
            "tail": forecaster.tail,
            "combination": forecaster,
            "spread": forecaster.spread,
            "scores": forecaster.card.scores,
            "backtests": forecaster.card.backtests,
            "class_backtests": forecaster.card.class_backtests,
        }[group]
    value: NDArray[np.generic] | tuple[str, ...] = getattr(owner, field)
    return _packed(value, ends=rest == ["ends"]) if isinstance(value, tuple) else value


def _weight_type(members: Sequence[Weights]) -> DType:
    """Half precision where no weight loses anything by it, as those of the package, which are rounded."""
    with np.errstate(over="ignore"):
        lossless = all(
            (weight.astype(np.float16) == weight).all() for member in members for weight in member.values()
        )
    return "F16" if lossless else "F32"


def _fields(forecaster: RecurrentForecaster) -> ModelFields:
    card, scores, combination = forecaster.card, forecaster.card.scores, forecaster.combination
    return ModelFields(
        spec=forecaster.spec,
        networks=tuple(NetworkFields(name, network.spec) for name, network in combination.networks),
        methods=combination.methods,
        periods=combination.periods,
        horizon=forecaster.horizon,
        bounds=forecaster.bounds,
        read=replace(forecaster.read.alone, target=None),
        frequency=forecaster.frequency,
        card=replace(card, scores=None, backtests=None, class_backtests=None),
        correlation=_correlation(forecaster.spread),
        backtests_level=None if card.backtests is None else card.backtests.level,
        class_backtests=card.class_backtests is not None,
        scores=None
        if scores is None
        else ScoresFields(**{each.name: getattr(scores, each.name) for each in fields(ScoresFields)}),
    )


def _correlation(spread: Spread) -> float | None:
    """That of all series together, as a training has it."""
    if spread.correlations is None:
        return None
    each = np.unique(spread.correlations)  # the mean of three equal numbers may be another one
    return float(each[0]) if len(each) == 1 else float(spread.correlations.mean())


def _packed(texts: Sequence[str], *, ends: bool) -> NDArray[np.generic]:
    """The bytes of texts, or where each of them ends: as JSON, 20,000 ids would not fit into the header."""
    raw = [text.encode(errors="backslashreplace") for text in texts]
    if ends:
        return np.cumsum([len(text) for text in raw], dtype=np.int64)
    return np.frombuffer(b"".join(raw), dtype=np.uint8)
