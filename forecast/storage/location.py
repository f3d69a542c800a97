"""Where models are: the file that `train` writes, and the file that answers for some data."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.errors import DataError, ModelError
from forecast.phrases import listed

if TYPE_CHECKING:
    from forecast.tables.source import Source

MODEL_SUFFIX = ".forecast"

PRETRAINED = "pretrained"
"""The name that selects the pretrained networks in place of a model file."""

MODEL_VARIABLE = "FORECAST_MODEL"
"""The environment variable that names a model file."""

_STDIN = "-"
_COMPRESSED = {".gz", ".bz2", ".xz", ".zst", ".zip"}


def model_name(data: str | Path) -> Path:
    """The file name of the model of some data: harvest.forecast for in/harvest.csv.gz.

    That of standard input, of a folder and of a glob is model.forecast.
    """
    path = Path(data)
    if data == _STDIN or _is_data_set(data):
        return Path(f"model{MODEL_SUFFIX}")
    stem = path.stem if path.suffix.lower() in _COMPRESSED else path.name
    return Path(f"{Path(stem).stem}{MODEL_SUFFIX}")


def models_in(folder: Path) -> list[Path]:
    """The model files in a folder, by name."""
    return sorted(path for path in folder.glob(f"*{MODEL_SUFFIX}") if path.is_file())


def model_for(data: "Source | None", folder: Path, named: str | Path | None = None) -> Path | None:
    """The model file that answers for `data`, or None where the pretrained networks do.

    In this order:
    1. the `named` file, which need not exist; "pretrained" stands for the pretrained networks;
    2. with data, the file in `folder` that is called as they are (`model_name`); data in memory have none;
    3. without data, the only model file in `folder`. A `ModelError` lists them where there are several.
    """
    if named is not None:
        return None if Path(named) == Path(PRETRAINED) else Path(named)
    if data is not None:
        if not isinstance(data, str | Path):
            return None
        path = folder / model_name(data)
        return path if path.is_file() else None
    found = models_in(folder)
    if len(found) > 1:
        raise ModelError(
            f"there are {len(found)} models here: {listed([str(path) for path in found])}",
            hint="choose one with --model PATH",
        )
    return found[0] if found else None


def trained_model_for(data: "Source | None", folder: Path, named: str | Path | None = None) -> Path:
    """As `model_for`, with a `ModelError` where the pretrained networks would answer."""
    path = model_for(data, folder, named)
    if path is not None:
        return path
    if named is not None:
        raise ModelError("the pretrained networks are not a model file", hint="forecast train DATA makes one")
    if data is None:
        raise ModelError("there is no model here", hint="forecast train DATA makes one; or --model PATH")
    if not isinstance(data, str | Path):
        raise ModelError("data in memory have no model file of their own", hint="name the model")
    if data != _STDIN and not Path(data).exists() and not _is_data_set(data):
        raise DataError(f'there is no file "{data}"')
    others = [shlex.quote(str(path)) for path in models_in(folder)[:3]] or ["PATH"]
    raise ModelError(
        f'there is no model "{model_name(data)}" here',
        hint=f"--model {' or '.join(others)}; or forecast train DATA, which makes it",
    )


def _is_data_set(data: str | Path) -> bool:
    # Its import loads NumPy, and a completion or `--help` has no time for that.
    from forecast.tables.source import is_data_set

    return is_data_set(data)
