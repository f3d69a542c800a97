"""The functions of `import forecast` about data: check, read, repair, and rows to fill in.

`data` may be what `forecast.api` takes.
"""

from typing import TYPE_CHECKING, Unpack

from forecast import workflow
from forecast.data.results import frame_of
from forecast.diagnostics.clean import clean_table
from forecast.events import Listener, warn
from forecast.reading.reader import ReadResult
from forecast.spec.options import (
    FileOptions,
    FutureOptions,
    ReadOptions,
    TrainOptions,
    checked_options,
    read_spec,
    train_request,
)
from forecast.spec.training import TrainRequest
from forecast.tables.source import Source
from forecast.workflow import Model

if TYPE_CHECKING:
    import pandas as pd

    from forecast.reporting.data_report import DataReport


def check(
    data: Source,
    request: TrainRequest | None = None,
    *,
    listener: Listener = warn,
    **options: Unpack[TrainOptions],
) -> "DataReport":
    """What is found in `data` and what `train` would do with it, or why it would refuse.

    Args:
        data: What `train` would learn from.
        request: All options as one object; keywords go on top of it.
        listener: Called with each event.
        options: The flags of `forecast train` (`TrainOptions`).

    Returns:
        Findings, plan and estimates; `.refusal` is the error that `train` would raise, or None.

    Raises:
        UsageError: As `train`.
        DataError: The data are no table at all.

    >>> import forecast
    >>> forecast.check("sample_data/harvest.csv").plan.horizon
    4

    """
    request = train_request(checked_options(check, TrainOptions, **options), request)
    return workflow.check(data, request, listener=listener)


def future(
    data: Source | None = None,
    *,
    model: Model | None = None,
    horizon: int | None = None,
    listener: Listener = warn,
    **options: Unpack[FileOptions],
) -> "pd.DataFrame":
    """The rows after the end of `data`, or of the rows that the model keeps, to fill in for `predict`.

    Args:
        data: The history; the default is the rows that the model keeps.
        model: As for `predict`.
        horizon: Rows per series.
        listener: Called with each event.
        options: How this file is written and repaired (`FileOptions`).

    Returns:
        A frame with id, time and the known covariates, empty where they are not known yet.

    Raises:
        UsageError: The model has no known covariate.
        DataError, ModelError: As `predict`.

    """
    given = checked_options(future, FutureOptions, **options, horizon=horizon)
    chosen = workflow.needed_model(model, data)
    rows = workflow.future(
        chosen, data, read=read_spec(given), horizon=given.get("horizon"), listener=listener
    )
    return frame_of(rows, chosen.frequency, chosen.tail.columns)


def read(data: Source, *, listener: Listener = warn, **options: Unpack[ReadOptions]) -> ReadResult:
    """The data as a checked panel (`.panel`), with what was guessed, repaired and skipped.

    Args:
        data: A file, or values in memory.
        listener: Called with each event.
        options: The flags that say how data are read (`ReadOptions`).

    Returns:
        The panel: `.panel.values` has all rows of all series, (rows,), one series after another.

    Raises:
        UsageError: An option does not exist, or has the wrong type.
        DataError: The data cannot be read right; it names the place and a remedy.

    >>> import forecast
    >>> forecast.read("sample_data/harvest.csv").panel.columns.target
    'tonnes'

    """
    given = checked_options(read, ReadOptions, **options)
    return workflow.read(data, read_spec(given), listener=listener)


def repair(data: Source, *, listener: Listener = warn, **options: Unpack[ReadOptions]) -> "pd.DataFrame":
    """The data sorted, with one row per step and nothing missing: what `train` learns from.

    Args:
        data: A file, or values in memory.
        listener: Called with each event.
        options: The flags that say how data are read and repaired (`ReadOptions`).

    Returns:
        A frame with the columns of the data that are read.

    Raises:
        UsageError, DataError: As `read`.

    >>> import forecast
    >>> forecast.repair("sample_data/harvest.csv").shape
    (117, 2)

    """
    given = checked_options(repair, ReadOptions, **options)
    panel = workflow.read(data, read_spec(given), listener=listener).panel
    return frame_of(clean_table(panel), panel.frequency, panel.columns)
