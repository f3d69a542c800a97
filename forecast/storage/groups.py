"""One file that holds a model for each value of a column: the model files as they are, one after another.

It is a model file whose tensors are the bytes of others, so sizes and digests are checked before any of them
is read, and each of them is checked again when it is.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from forecast import atomic
from forecast.errors import ModelError, UsageError
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import listed
from forecast.serialize import from_plain, to_plain
from forecast.storage import modelfile, tensorfile
from forecast.storage.tensorfile import Contents, Tensors

MAX_GROUPS = 2_000
"""Models of a file: their names must fit into its header."""

MARK = "#"
"""Between the path of such a file and the value whose model is meant."""


@dataclass(frozen=True, slots=True)
class _Fields:
    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """The models of a file, by the value of a column; each is read when it is asked for."""

    path: Path
    column: str
    values: tuple[str, ...]
    """Sorted."""
    _places: tuple[tuple[int, int], ...]
    """Of each model the position of its first byte, and its number of bytes."""

    def model(self, value: str) -> RecurrentForecaster:
        """The model of a value; a `ModelError` that lists the values where there is none."""
        named = f"{self.path}{MARK}{value}"
        if value not in self.values:
            raise ModelError(
                f'has no model of "{value}"',
                where=str(self.path),
                hint=f"models of {self.column}: {listed(self.values, most=20)}",
            )
        start, size = self._places[self.values.index(value)]
        with tensorfile.model_errors(Path(named)), open(self.path, "rb") as stream:
            stream.seek(start)
            model = modelfile.decoded(io.BytesIO(stream.read(size)))
        return replace(model, file=named)


def save(column: str, models: Mapping[str, Path], path: Path) -> None:
    """Write the files of models, by the value of the column, into one; whole or not at all."""
    if len(models) > MAX_GROUPS:
        raise UsageError(f"{len(models):,} models are too many for one file", hint=f"at most {MAX_GROUPS:,}")
    values = tuple(sorted(models))
    tensors: Tensors = {
        str(number): np.frombuffer(models[value].read_bytes(), dtype=np.uint8)
        for number, value in enumerate(values)
    }
    fields = tensorfile.as_fields({modelfile.GROUPS: to_plain(_Fields(column, values))})
    content = tensorfile.encode(Contents(modelfile.FORMAT, fields, tensors))
    tensorfile.refuse_to_replace_others(path)
    atomic.write_atomically(path, lambda stream: (stream.write(content), None)[1])


def are_in(path: Path) -> bool:
    """Whether a file begins as one of several models does; it may be damaged further on."""
    try:
        with open(path, "rb") as stream:
            return tensorfile.begins_with(stream.read(256), modelfile.FORMAT, modelfile.GROUPS)
    except OSError:
        return False


def load(path: Path) -> Groups:
    """The models in the file, its digest verified; a `ModelError` where it holds none, or is damaged."""
    fields, places = tensorfile.places(path, format=modelfile.FORMAT)
    with tensorfile.model_errors(path):
        found = from_plain(_Fields, fields.get(modelfile.GROUPS), "groups")
        names = [str(number) for number in range(len(found.values))]
        valid = list(found.values) == sorted(set(found.values)) and 0 < len(names) <= MAX_GROUPS
        if not valid or fields.keys() != {modelfile.GROUPS} or places.keys() != set(names):
            raise ValueError("its models cannot be right")
    return Groups(path, found.column, found.values, tuple(places[name] for name in names))


def model_at(path: Path) -> RecurrentForecaster:
    """The model in a file, or the one of a value: "sales.forecast#north"."""
    whole, mark, value = str(path).rpartition(MARK)
    if mark and not path.exists() and Path(whole).exists():
        return load(Path(whole)).model(value)
    return modelfile.load(path)
