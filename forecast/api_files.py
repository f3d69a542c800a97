"""The functions of `import forecast` for data sets that go file by file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from forecast import workflow
from forecast.engines.calls import Engine, EngineName
from forecast.events import Listener, warn
from forecast.jobs import forecasts, split
from forecast.jobs.forecasts import ForecastOptions
from forecast.spec.options import ReadOptions, checked_options, levels_of, read_spec, train_request
from forecast.spec.training import Method, TrainRequest
from forecast.tables.dataset import find_data_set, single
from forecast.tables.files import DataSet
from forecast.tables.source import is_data_set
from forecast.workflow import Model


def partition(
    data: str | Path,
    output: str | Path,
    *,
    by: str | Sequence[str] = (),
    files: int | None = None,
    listener: Listener = warn,
    **options: Unpack[ReadOptions],
) -> list[Path]:
    """Put the rows of each series into one of many Parquet files, in bounded memory.

    Args:
        data: A file, a folder or a glob, of CSV or Parquet.
        output: A new folder; it appears when all is written.
        by: The columns whose equal values are in one file; by default those of the id.
        files: How many; by default one for each million rows.
        listener: Called with each event.
        options: The flags that say how data are read (`ReadOptions`).

    Returns:
        The paths of the files.

    Raises:
        DataError: A file cannot be read, or has other columns.
        UsageError: The folder is there already.

    >>> import forecast, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> parts = forecast.partition("sample_data/harvest_panel.csv", f"{folder}/parts", files=3)
    >>> [path.name for path in parts]
    ['part-0000.parquet', 'part-0001.parquet', 'part-0002.parquet']
    >>> done = forecast.predict_files(f"{folder}/parts", f"{folder}/next", horizon=2, method="theta")
    >>> [path.name for path in done]
    ['part-0000.parquet', 'part-0001.parquet', 'part-0002.parquet']

    """
    read = read_spec(checked_options(partition, ReadOptions, **options))
    columns = (by,) if isinstance(by, str) else tuple(by)
    made = split.partition(_files(data), Path(output), by=columns, files=files, read=read, listener=listener)
    return sorted(made.folder.glob("*.parquet"))


def predict_files(
    data: str | Path,
    output: str | Path,
    *,
    model: Model | None = None,
    horizon: int | None = None,
    level: float | Sequence[float] = 80.0,
    total: bool = False,
    method: Method | None = None,
    engine: EngineName = "serial",
    workers: int = 1,
    address: str | None = None,
    listener: Listener = warn,
    **options: Unpack[ReadOptions],
) -> list[Path]:
    """Write a file of forecasts for each file of a data set; see `predict` for what they are.

    A repeated call goes on where an interrupted one was. Call it under `if __name__ == "__main__":` with
    several workers: each imports the program that calls.

    Args:
        data: A folder, a glob or a file; each series in one file, as `partition` makes them.
        output: The folder of the forecasts.
        model: A model or its path; by default as for `predict`.
        horizon: Rows to forecast.
        level: Coverage of the prediction intervals, in percent.
        total: The sum over the horizon instead of each step.
        method: The only method that forecasts; without a model only.
        engine: "serial", "processes" or "ray".
        workers: Files that are worked on at once.
        address: A Ray cluster that runs already.
        listener: Called with each event.
        options: The flags that say how data are read (`ReadOptions`).

    Returns:
        The files that were written; those of files that failed are missing.

    Raises:
        DataError: Two files hold one series, or differ in columns; or no file can be read.
        UsageError: The folder has the results of something else.
        EngineError: A cluster cannot be reached.

    """
    given = checked_options(predict_files, ReadOptions, **options)
    found, read = _files(data), read_spec(given)
    chosen = workflow.model_named(model, data)
    request = train_request({"method": method}, TrainRequest(read=read, horizon=horizon))
    asked = ForecastOptions(horizon, levels_of(level), total, None if chosen is None else read)
    done = forecasts.predict(
        found, chosen or request, Path(output), asked, Engine(engine, workers, address), listener
    )
    return [path for path, _ in done]


def _files(data: str | Path) -> DataSet:
    return find_data_set(data) if is_data_set(data) else single(Path(data))
