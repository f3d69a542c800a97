"""Data that are read for a model: what does not fit it is an error that names the model, or a warning."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.data.panel import Panel
from forecast.data.results import Verdict
from forecast.errors import DataError, ForecastError
from forecast.events import Listener, Warned
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import counted, listed
from forecast.reading.reader import ReadResult, read_panel, read_until
from forecast.reporting.reading_notes import note_few_rows, note_repairs
from forecast.spec.reading import ReadSpec
from forecast.storage import modelfile
from forecast.tables.source import Source

if TYPE_CHECKING:
    from forecast.reading.as_of import Cut


def history_of(
    model: RecurrentForecaster, source: Source, read: ReadSpec | None, listener: Listener
) -> Panel:
    """The data as the model reads them; `read` may change this file's notation and policy.

    The listener hears of repairs, of series skipped, and of series that only the data or only the model has.
    A `DataError` names the model, and the remedy where a column is missing.
    """
    spec = read_as(model, read)
    with _naming(model):
        reading = read_panel(source, spec, frequency=model.frequency, season=model.spec.season)
        note_repairs(reading, listener)
    note_few_rows(reading.panel, listener)
    _warn_of_others(model, reading.panel, reading.panel.ids, listener)
    return reading.panel


def history_until(
    model: RecurrentForecaster, source: Source, until: str, read: ReadSpec | None, listener: Listener
) -> "tuple[ReadResult, Cut, Panel]":
    """The same of the rows up to a date, its last moment, and the panel of all rows."""
    spec = read_as(model, read)
    with _naming(model):
        then, cut, whole = read_until(
            source, until, spec, frequency=model.frequency, season=model.spec.season
        )
        note_repairs(then, listener)
    note_few_rows(then.panel, listener)
    _warn_of_others(model, then.panel, whole.ids, listener)
    return then, cut, whole


def _warn_of_others(model: RecurrentForecaster, panel: Panel, ids: Sequence[str], listener: Listener) -> None:
    """Warn of series and of texts in which the data and the model differ."""
    for text in (*other_series(model, ids), *unknown_texts(model, panel)):
        listener(Warned(text))


def unknown_texts(model: RecurrentForecaster, panel: Panel) -> list[str]:
    """Sentences about the texts of categorical columns that the model does not know."""
    if panel.covariates is None:
        return []
    sentences = []
    for covariate, vocabulary in zip(model.spec.covariates, panel.covariates.vocabularies, strict=False):
        known = set(covariate.categories)
        new = [text for text in vocabulary if text not in known]
        if known and new:
            what = f"{counted(len(new), 'text')} of {listed([covariate.name])} new to the model"
            sentences.append(f"{what}, and read as unknown: {listed(new)}")
    return sentences


def read_as(model: RecurrentForecaster, read: ReadSpec | None) -> ReadSpec:
    """How a model reads data."""
    return model.read if read is None else read.over(model.read)


def other_series(model: RecurrentForecaster, ids: Sequence[str]) -> list[str]:
    """Sentences about the series of data that a model does not know, and those of it that the data lack."""
    if model.tail.columns.series is None or not len(model.tail) or model.card.sampled is not None:
        return []  # a single series, whatever it is called; labels, or a sample, beside which series are new
    known, given = set(model.tail.ids), set(ids)
    new = [each for each in ids if each not in known]
    absent = [each for each in model.tail.ids if each not in given]
    texts = []
    if new:
        which = "none of the series is" if len(new) == len(ids) else f"{len(new):,} series not"
        texts.append(f"{which} known to the model {model.named}, and forecast as new ones: {listed(new)}")
    if absent and len(new) < len(ids):
        texts.append(f"{len(absent):,} series of the model {model.named} not in the data: {listed(absent)}")
    return texts


@contextmanager
def _naming(model: RecurrentForecaster) -> Iterator[None]:
    """Raise a `DataError` with the model that the data were read for; one without weights was not trained."""
    if not len(model.weights):
        yield
        return
    try:
        yield
    except DataError as error:
        hint = error.hint
        if error.message.startswith("there is no column"):
            message = f"{error.message}, which the model {model.named} reads"
            remedy = "forecast train DATA makes a model of these columns, --model pretrained needs none"
            hint = f"{hint}; {remedy}"
        else:
            message = f"{error.message} (read as the model {model.named} was trained)"
        raise DataError(message, where=error.where, hint=hint) from None


_ORDER = ("no better", "unclear", "useful")


def better_before(path: Path, new: RecurrentForecaster) -> str:
    """What is said where `path` holds a model whose verdict was better than that of the new one; else ""."""
    try:
        old = modelfile.load(path).card.verdict if path.is_file() else None
    except (ForecastError, OSError):
        return ""  # a damaged or an older file is replaced without a word
    now = new.card.verdict
    if old is None or now is None or _ORDER.index(old.outcome) <= _ORDER.index(now.outcome):
        return ""
    before, after = (_said(each) for each in (old, now))
    return f"{path} replaces a model that was better: that was {before}; this one is {after}"


def _said(verdict: Verdict) -> str:
    """A verdict without the size of its sample: "useful: 15 % better than drift"."""
    return verdict.text.partition(" (")[0]
