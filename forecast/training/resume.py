"""What a training's outcome follows from: whoever goes on with an interrupted one brings the same."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from pathlib import Path

from forecast import atomic
from forecast.data.panel import Panel, data_sha256
from forecast.events import Listener, Warned
from forecast.network.checkpoint import Checkpoint, Facts
from forecast.serialize import dump, to_plain
from forecast.spec.training import TrainRequest
from forecast.storage import tensorfile
from forecast.version import __version__

SUFFIX = ".checkpoint"
"""Behind the model's name: the file of an interrupted training."""

_FLAGS = {"from_": "from", "series": "id", "frequency": "freq", "kind": "task", "unusable": "strict"}
"""Fields of a request that people know by another name."""

_FREE = {"max_time"}
"""Fields that may change: how long each run may take."""

_LIBRARIES = ("keras", "numpy", "tensorflow")


def checkpoint_for(
    model: Path | None, panel: Panel, request: TrainRequest, *, resume: bool, listener: Listener
) -> Checkpoint:
    """The checkpoint beside the model that will be, with what an interrupted training learned, if asked."""
    if model is None or (model.exists() and not model.is_file()):
        return Checkpoint(None)
    path = model.with_name(model.name + SUFFIX)
    tensorfile.refuse_to_replace_others(path)
    atomic.remove_leftovers(path)
    checkpoint = Checkpoint(path, facts_of(panel, request), listener=listener)
    if resume:
        checkpoint.resume()
    elif path.exists():
        listener(Warned(f"{path} is left by an interrupted training: this one begins anew and replaces it"))
    return checkpoint


def facts_of(panel: Panel, request: TrainRequest) -> Facts:
    """Data, options and versions by the names that people know them by."""
    facts = {"data": data_sha256(panel), **dict(_options(request))}
    if isinstance(request.from_, Path):
        facts["data of --from"] = hashlib.sha256(request.from_.read_bytes()).hexdigest()
    facts |= {"forecast": __version__, **{library: version(library) for library in _LIBRARIES}}
    return tuple(facts.items())


def _options(value: object) -> Iterator[tuple[str, str]]:
    """The leaves of a request, each as its option and what it was set to; what is left open is left out."""
    assert is_dataclass(value)
    for field in fields(value):
        leaf = getattr(value, field.name)
        if is_dataclass(leaf):
            yield from _options(leaf)
        elif leaf is not None and field.name not in _FREE:
            text = str(leaf) if isinstance(leaf, str | Path) else dump(to_plain(leaf))
            yield f"--{_FLAGS.get(field.name, field.name).replace('_', '-')}", text
