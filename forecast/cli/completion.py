"""What the shell completes: columns of DATA, model files, names. Nothing heavy is imported, nothing fails.

A function here takes the context, whose parameters hold what was typed before, and the word to complete.
"""

import csv
import gzip
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from forecast.cli import docs
from forecast.spec.training import METHODS, START_WORDS
from forecast.storage.location import MODEL_SUFFIX, PRETRAINED

_READ = 65_536
"""Bytes of a file in which the line of column names is looked for."""

_DELIMITERS = ",;\t|"

_NETWORKS = ("combination", "gru", "lstm", "simple-rnn", PRETRAINED)

BASELINE_NAMES = (*(name for name in METHODS if name not in _NETWORKS), "pooled-ridge")
"""Baselines that `--baseline` knows."""

Completer = Callable[[typer.Context, str], list[str]]


def _safe(words: Callable[[typer.Context, str], Iterable[str]]) -> Completer:
    """Those of the words that begin as what was typed; none where anything goes wrong."""

    # Not functools.wraps: Typer would read the signature of what is wrapped.
    def completed(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            return [_escaped(word) for word in words(ctx, incomplete) if word.startswith(incomplete)]
        except Exception:
            return []

    return completed


def _escaped(word: str) -> str:
    """The word as bash needs it; other shells quote by themselves."""
    is_bash = os.environ.get("_FORECAST_COMPLETE", "").endswith("_bash")
    return re.sub(r"([^\w@%+=:,./-])", r"\\\1", word) if is_bash else word


@_safe
def columns(ctx: typer.Context, _incomplete: str) -> Iterable[str]:
    """Names of the columns of DATA, if it was typed before; else of the only CSV file here."""
    # An option that still lacks its value ends the parsing: then DATA is among the words left.
    typed = [Path(word) for word in (ctx.params.get("data"), *ctx.args) if word]
    files = [path for path in typed if path.is_file()] if typed else sorted(Path().glob("*.csv"))
    return _header(files[0]) if len(files) == 1 or (typed and files) else []


@_safe
def models(_ctx: typer.Context, incomplete: str) -> Iterable[str]:
    """Model files, and folders on the way to some."""
    return _model_files(incomplete)


@_safe
def models_or_pretrained(_ctx: typer.Context, incomplete: str) -> Iterable[str]:
    """The same and the pretrained networks."""
    return [PRETRAINED, *_model_files(incomplete)]


@_safe
def starts(_ctx: typer.Context, incomplete: str) -> Iterable[str]:
    """What training may start from."""
    return [*START_WORDS, *_model_files(incomplete)]


@_safe
def baselines(_ctx: typer.Context, incomplete: str) -> Iterable[str]:
    """Names of baselines; the last one of several with commas between them."""
    before, comma, _ = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in BASELINE_NAMES]


@_safe
def tunable(_ctx: typer.Context, _incomplete: str) -> Iterable[str]:
    """What can be searched."""
    return ["cell", "window", "cell,window"]


@_safe
def pages(_ctx: typer.Context, _incomplete: str) -> Iterable[str]:
    """Pages of the documentation."""
    return docs.pages()


def _model_files(incomplete: str) -> list[str]:
    folder = incomplete[: incomplete.rfind("/") + 1]
    found = sorted(Path(folder or ".").iterdir())
    files = [f"{folder}{path.name}" for path in found if path.name.endswith(MODEL_SUFFIX) and path.is_file()]
    folders = [f"{folder}{path.name}/" for path in found if path.is_dir() and not path.name.startswith(".")]
    return [*files, *folders] if incomplete or not files else files


def _header(path: Path) -> list[str]:
    """Names in the first line that is none of notes or settings; none for what is no text."""
    if not path.is_file():
        return []
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        start = stream.read(_READ)
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if b"\x00" in start and encoding != "utf-16":
        return []
    lines = start.decode(encoding, errors="replace").splitlines()
    names = [line for line in lines if line.strip() and not line.startswith(("#", "sep="))]
    if not names:
        return []
    delimiter = max(_DELIMITERS, key=names[0].count)
    return [name.strip() for name in next(csv.reader(names[:1], delimiter=delimiter)) if name.strip()]
