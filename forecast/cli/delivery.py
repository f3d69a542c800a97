"""Output of a result: a table on a terminal, else bytes in one of the formats."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from forecast.cli.console import Color, has_color, is_terminal, labelled, styled
from forecast.cli.options import OutputFormat
from forecast.errors import MissingExtra, UsageError
from forecast.output.escape import escape

if TYPE_CHECKING:
    from forecast.data.results import Card, ResultTable
    from forecast.output.writing import Format, Json

SHOWN_ROWS = 1000
"""Rows of a table printed on a terminal; files and pipes get all."""

_SUFFIXES: dict[str, OutputFormat] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".md": "md",
    ".parquet": "parquet",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a result is written and in which format; checked before the work."""

    format: "Format | Literal['table']"
    file: Path | None
    excel_safe: bool = False
    """Whether texts of CSV and TSV are quoted that a spreadsheet would run as formulas."""

    @property
    def is_table(self) -> bool:
        """Whether the result is printed as a table on a terminal."""
        return self.format == "table"


def plan_delivery(
    format: OutputFormat,
    *,
    json: bool = False,
    output: Path | None = None,
    inputs: tuple[str | Path | None, ...] = (),
    excel_safe: bool = False,
    option: str = "--output",
) -> Delivery:
    """The delivery of a result; a `UsageError` for what cannot work, such as overwriting one of `inputs`.

    `option` is the one that names the file.
    """
    if json and format not in ("auto", "json"):
        raise UsageError(f"--json and --format {format} contradict each other")
    file = None if output is None or str(output) == "-" else output
    chosen = _resolve_format("json" if json else format, file, option)
    if chosen == "parquet" and find_spec("pyarrow") is None:
        raise MissingExtra("Parquet needs pyarrow", hint="pip install 'forecast-rnn[parquet]'")
    if file is not None:
        _check_file(file, inputs, option)
    return Delivery(chosen, file, excel_safe)


def deliver(
    table: "ResultTable",
    delivery: Delivery,
    *,
    schema: str,
    facts: "Mapping[str, Json] | None" = None,
    color: Color = "auto",
    shown: "ResultTable | None" = None,
) -> None:
    """Write a table where `delivery` says; `shown` takes its place on a terminal."""
    if delivery.is_table:
        _show(table if shown is None else shown, color)
        return
    from forecast.atomic import write_atomically
    from forecast.output.writing import Format, for_spreadsheets, write

    format = cast(Format, delivery.format)
    if delivery.excel_safe and format in ("csv", "tsv"):
        table = for_spreadsheets(table)
    if delivery.file is not None:
        write_atomically(
            delivery.file, lambda stream: write(table, stream, format=format, schema=schema, facts=facts)
        )
        return
    write(table, sys.stdout.buffer, format=format, schema=schema, facts=facts)


def deliver_card(
    card: "Card",
    delivery: Delivery,
    *,
    schema: str,
    facts: "Mapping[str, Json] | None" = None,
    color: Color = "auto",
) -> None:
    """Write labelled lines where `delivery` says; JSON has `facts` before them."""
    if not delivery.is_table:
        deliver(card.to_table(), delivery, schema=schema, facts={"title": card.title, **(facts or {})})
        return
    print(styled(escape(card.title), "heading", color=has_color(sys.stdout, color)))
    for label, text in card.lines:
        print(labelled(label, text, stream=sys.stdout, color=color))


def _resolve_format(format: OutputFormat, file: Path | None, option: str) -> "Format | Literal['table']":
    on_terminal = file is None and is_terminal(sys.stdout)
    if format == "auto" and file is not None:
        format = _format_by_suffix(file, option)
    elif format == "auto":
        format = "table" if on_terminal else "csv"
    if format == "table" and not on_terminal:
        raise UsageError("a table is for a terminal", hint="--format md is a table for files and pipes")
    if format == "parquet" and on_terminal:
        raise UsageError("Parquet is not for a terminal", hint="--output FILE.parquet")
    return cast("Format | Literal['table']", format)


def _format_by_suffix(file: Path, option: str) -> OutputFormat:
    try:
        return _SUFFIXES[file.suffix.lower()]
    except KeyError:
        known = ", ".join(_SUFFIXES)
        raise UsageError(
            f'{option}: "{file}" does not end in {known}',
            hint="--format says what to write there" if option == "--output" else "",
        ) from None


def _check_file(file: Path, inputs: tuple[str | Path | None, ...], option: str) -> None:
    from forecast.atomic import check_writable

    for path in inputs:
        if isinstance(path, Path) and path.exists() and file.exists() and path.samefile(file):
            raise UsageError(f'{option}: "{file}" would replace what is read from it')
    check_writable(file)


def _show(table: "ResultTable", color: Color) -> None:
    from rich.console import Console
    from rich.measure import Measurement

    from forecast.output.terminal import rich_table

    rows = len(next(iter(table.values()), ()))
    shown = rich_table({name: column[:SHOWN_ROWS] for name, column in table.items()})
    console = Console(file=sys.stdout, no_color=not has_color(sys.stdout, color), markup=False, emoji=False)
    # A table wider than the terminal wraps there; Rich would truncate its numbers.
    natural = Measurement.get(console, console.options.update(width=10_000), shown).maximum
    console.width = max(console.width, natural)
    console.print(shown)
    if rows > SHOWN_ROWS:
        console.print(f"({rows - SHOWN_ROWS} more rows: --format csv, or --output FILE, writes all {rows})")
