"""`--skipped FILE`: a list of the series, and of the files of a data set, that could not be used."""

from pathlib import Path

from forecast.cli.console import Console
from forecast.errors import UsageError


def plan_list(file: Path | None, console: Console, *others: str | Path | None) -> None:
    """Have the skipped series listed in `file` at the end of the run.

    Refuses now what cannot be written then, and a file that is one of the `others` read or written.
    """
    if file is None:
        return
    from forecast.atomic import check_writable

    for other in others:
        if isinstance(other, Path) and other.absolute() == file.absolute():
            raise UsageError(f'--skipped: "{file}" is read or written by this command already')
    check_writable(file)
    console.skipped_file = file


def write_list(console: Console) -> None:
    """Write the list where one was asked for, an empty one too."""
    if console.skipped_file is None:
        return
    import numpy as np

    from forecast.atomic import write_atomically
    from forecast.output.writing import write

    rows = [(each.id, each.reason, each.place) for each in console.skipped]
    rows += [("", each.reason, each.name) for each in console.failed_files]
    table = {
        name: np.array([row[column] for row in rows], dtype=object)
        for column, name in enumerate(("id", "reason", "place"))
    }
    write_atomically(
        console.skipped_file, lambda stream: write(table, stream, format="jsonl", schema="forecast.skipped/1")
    )
