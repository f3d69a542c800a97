"""Output of a result: a table, or bytes in one of the formats."""

import io
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

from forecast.cli.console import Color, Console, has_color, is_terminal, labelled, styled
from forecast.cli.options import OutputFormat
from forecast.errors import MissingExtra, UsageError
from forecast.output.escape import escape
from forecast.phrases import counted, listed

if TYPE_CHECKING:
    from forecast.data.arrays import Flags, Integers
    from forecast.data.cards import Card, Section
    from forecast.data.digits import Digits
    from forecast.data.results import ResultTable
    from forecast.output.writing import Format, Json

SHOWN_ROWS = 1000
"""Rows of a table printed on a terminal; files and pipes get all."""

_SCORES = ("scores", "verdict", "coverage")
"""Facts of a JSON document that are rounded as scores are."""

_WIDTH = 80
"""Columns of text in files and pipes, unless COLUMNS says otherwise."""

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
    digits: "Digits" = "full"
    """How numbers are rounded; Parquet files hold them as they are."""

    @property
    def is_table(self) -> bool:
        """Whether the result is printed as a table for a person."""
        return self.format == "table"


def plan_delivery(
    format: OutputFormat,
    *,
    json: bool = False,
    output: Path | None = None,
    inputs: tuple[str | Path | None, ...] = (),
    excel_safe: bool = False,
    digits: "Digits" = "full",
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
        check_file(file, inputs, option)
    return Delivery(chosen, file, excel_safe, digits)


def deliver(
    table: "ResultTable",
    delivery: Delivery,
    *,
    schema: str,
    facts: "Mapping[str, Json] | None" = None,
    color: Color = "auto",
    shown: "ResultTable | None" = None,
    places: "Integers | None" = None,
    unit_free: Collection[str] = (),
    like: Path | None = None,
) -> None:
    """Write a table where `delivery` says; `shown` takes its place as a table for a person.

    `places`, (rows,), are the decimal places of numbers in the units of the data; the columns `unit_free`
    have others. `like` is a Parquet file whose columns say the types of those of the same names in Parquet.
    """
    if delivery.is_table:
        _send_text(delivery, _table_text(table if shown is None else shown, delivery, color))
        return
    from forecast.output.writing import Format, for_spreadsheets, write

    format = cast(Format, delivery.format)
    if delivery.excel_safe and format in ("csv", "tsv"):
        table = for_spreadsheets(table)
    if delivery.digits != "full" and format != "parquet":
        from forecast.data.digits import rounded_table

        table = rounded_table(table, delivery.digits, places, unit_free)
        facts = {
            name: _rounded(fact, delivery.digits) if name in _SCORES else fact
            for name, fact in (facts or {}).items()
        }
    _send(delivery, lambda stream: write(table, stream, format=format, schema=schema, facts=facts, like=like))


def note_saved(delivery: Delivery, table: "ResultTable", console: Console) -> None:
    """Say which file holds a result; nothing of standard output."""
    if delivery.file is not None:
        console.note("saved", f"{delivery.file}: {counted(len(next(iter(table.values()), ())), 'row')}")


def _rounded(fact: "Json", digits: "Digits") -> "Json":
    """The numbers of a part of a JSON document, as those without a unit of the data are written."""
    from forecast.data.digits import UNIT_FREE, significant

    if isinstance(fact, dict):
        return {name: _rounded(part, digits) for name, part in fact.items()}
    if isinstance(fact, list):
        return [_rounded(part, digits) for part in fact]
    return (
        significant(fact, UNIT_FREE if digits == "data" else int(digits)) if isinstance(fact, float) else fact
    )


def deliver_card(
    card: "Card",
    delivery: Delivery,
    *,
    schema: str,
    facts: "Mapping[str, Json] | None" = None,
    color: Color = "auto",
    table: "ResultTable | None" = None,
    shown: "ResultTable | None" = None,
) -> None:
    """Write labelled lines where `delivery` says; JSON has `facts` before them.

    With a `table` that is what JSON has in place of the lines; a person sees `shown` after them.
    """
    if not delivery.is_table:
        is_json = table is not None and delivery.format == "json"
        facts = {"title": card.title, **(facts or {})} if table is None else facts
        deliver(
            cast("ResultTable", table) if is_json else card.to_table(), delivery, schema=schema, facts=facts
        )
        return
    has_colors, width = _paper(delivery, color)
    lines = [styled(escape(card.title), "heading", color=has_colors)]
    lines += [labelled(label, text, color=has_colors, width=width) for label, text in card.lines]
    if shown:
        lines += ["", _table_text(shown, delivery, color).rstrip("\n")]
    _send_text(delivery, "".join(f"{line}\n" for line in lines))


def deliver_sections(
    sections: "Sequence[Section]",
    delivery: Delivery,
    *,
    table: "ResultTable",
    schema: str,
    facts: "Mapping[str, Json] | None" = None,
    color: Color = "auto",
    places: "Integers | None" = None,
    unit_free: Collection[str] = (),
) -> None:
    """Write `table` where `delivery` says; a person sees the sections in its place."""
    if not delivery.is_table:
        deliver(table, delivery, schema=schema, facts=facts, places=places, unit_free=unit_free)
        return
    width, blocks = _paper(delivery, color)[1], delivery.file is not None or _has_blocks(sys.stdout.encoding)
    parts = []
    for section in sections:
        printed, left_out = _fitting(section, delivery, color, blocks=blocks)
        below = [
            line for line in section.below if not line.startswith(tuple(f"{name}  " for name in left_out))
        ]
        if left_out:
            below.insert(0, f"no room     for {listed(left_out)}: a wider terminal shows all columns")
        lines = [*(_wrapped(line, width) for line in section.above), "", printed.rstrip("\n")]
        lines += ["", *(_wrapped(line, width) for line in below)] if below else []
        parts.append("".join(f"{line}\n" for line in lines))
    _send_text(delivery, "\n".join(parts))


def _fitting(section: "Section", delivery: Delivery, color: Color, *, blocks: bool) -> tuple[str, list[str]]:
    """The table of a section as text, and the columns left out for which the paper is too narrow."""
    from rich.cells import cell_len
    from rich.text import Text

    table = section.table if blocks else _in_ascii(section.table)
    spare, left_out = [name for name in section.spare if name in table], list[str]()
    width = _paper(delivery, color)[1]
    while True:
        printed = _table_text(table, delivery, color, section.colored)
        wide = max(cell_len(line.rstrip()) for line in Text.from_ansi(printed).plain.splitlines() or [""])
        if wide <= width or not spare:
            return printed, left_out
        left_out.append(spare.pop(0))
        table = {name: column for name, column in table.items() if name != left_out[-1]}


def deliver_text(
    text: str, delivery: Delivery, *, card: "Card", schema: str, facts: "Mapping[str, Json]"
) -> None:
    """Write a paragraph for a person, or the lines of the card where `delivery` says."""
    if delivery.is_table:
        _send_text(delivery, f"{_wrapped(text, paper_width(delivery.file))}\n")
    else:
        deliver(card.to_table(), delivery, schema=schema, facts=facts)


_BLOCKS = {ord(block): mark for block, mark in zip("▏▎▍▌▋▊▉▁▂▃▄▅▆▇█", "   ####_.-=+*%#", strict=True)}
"""Bars in ASCII: a block that is half full or more is a mark, and levels are of growing ink."""


def _in_ascii(table: "ResultTable") -> "ResultTable":
    """The table with the marks of `_BLOCKS` in its texts."""
    shown = {name: column.copy() for name, column in table.items()}
    for column in shown.values():
        if column.dtype.kind == "O":
            column[:] = [
                each.translate(_BLOCKS) if isinstance(each, str) else each for each in column.tolist()
            ]
    return shown


def _has_blocks(encoding: str) -> bool:
    try:
        "▌".encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _wrapped(text: str, width: int) -> str:
    """A line within a width; what goes on after a label is below its text."""
    text = escape(text)
    _, gap, rest = text.partition("  ")
    indent = " " * (len(text) - len(rest.lstrip())) if gap else ""
    return textwrap.fill(
        text, max(width, 40), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _send(delivery: Delivery, write: "Callable[[BinaryIO], None]") -> None:
    """Write bytes to the file, whole or not at all, or to standard output."""
    if delivery.file is None:
        write(sys.stdout.buffer)
        return
    from forecast.atomic import write_atomically

    write_atomically(delivery.file, write)


def _send_text(delivery: Delivery, text: str) -> None:
    """Print a text, or write it to the file in UTF-8."""
    if delivery.file is None:
        sys.stdout.write(text)
        return
    _send(delivery, lambda stream: cast(None, stream.write(text.encode(errors="surrogateescape"))))


def _paper(delivery: Delivery, color: Color) -> tuple[bool, int]:
    """Whether a text for a person has colours, and how wide it is: as the terminal, else COLUMNS or 80."""
    # A pipe leads to `less` or a mail: no colour, unless it is asked for.
    return delivery.file is None and has_color(sys.stdout, color), paper_width(delivery.file)


def paper_width(file: Path | None = None) -> int:
    """Columns of text for a person: those of the terminal, else COLUMNS or 80."""
    if file is None and is_terminal(sys.stdout):
        return shutil.get_terminal_size().columns
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() and int(columns) else _WIDTH


def _resolve_format(format: OutputFormat, file: Path | None, option: str) -> "Format | Literal['table']":
    on_terminal = file is None and is_terminal(sys.stdout)
    if format == "auto" and file is not None:
        format = _format_by_suffix(file, option)
    elif format == "auto":
        format = "table" if on_terminal else "csv"
    if format == "parquet" and on_terminal:
        raise UsageError("Parquet is not for a terminal", hint="--output FILE.parquet")
    return cast("Format | Literal['table']", format)


def has_known_suffix(file: Path) -> bool:
    """Whether the name of a file says its format."""
    return file.suffix.lower() in _SUFFIXES


def _format_by_suffix(file: Path, option: str) -> OutputFormat:
    if file.is_dir():
        raise UsageError(f'{option}: "{file}" is a folder', hint=f"name a file in it: {file / 'result.csv'}")
    try:
        return _SUFFIXES[file.suffix.lower()]
    except KeyError:
        known = ", ".join(_SUFFIXES)
        hint = f"{option} {file}.csv; or --format csv, whatever the name" if option == "--output" else ""
        raise UsageError(f'{option}: "{file}" does not end in {known}', hint=hint) from None


def check_file(file: Path, inputs: tuple[str | Path | None, ...], option: str) -> None:
    """Refuse, before any work, a file that cannot be written or would replace one of `inputs`."""
    from forecast.atomic import check_writable

    for path in inputs:
        if isinstance(path, Path) and path.exists() and file.exists() and path.samefile(file):
            raise UsageError(f'{option}: "{file}" would replace what is read from it')
    check_writable(file)


def _table_text(
    table: "ResultTable",
    delivery: Delivery,
    color: Color,
    colored: "Mapping[str, Flags] | None" = None,
) -> str:
    from rich.console import Console
    from rich.measure import Measurement

    from forecast.output.terminal import rich_table

    rows = len(next(iter(table.values()), ()))
    more = rows - SHOWN_ROWS if delivery.file is None and is_terminal(sys.stdout) else 0
    if more > 0:
        table = {name: column[:SHOWN_ROWS] for name, column in table.items()}
    shown = rich_table(table, delivery.digits, colored)
    has_colors, width = _paper(delivery, color)
    encoding = "utf-8" if delivery.file is not None else sys.stdout.encoding
    printed = io.BytesIO()
    console = Console(
        # Rich draws lines of ASCII where the encoding has no others.
        file=io.TextIOWrapper(printed, encoding, errors="backslashreplace", newline="", write_through=True),
        force_terminal=has_colors,
        color_system="standard" if has_colors else None,
        no_color=not has_colors,
        width=width,
        markup=False,
        emoji=False,
    )
    # A table wider than the terminal wraps there; Rich would truncate its numbers.
    natural = Measurement.get(console, console.options.update(width=10_000), shown).maximum
    console.width = max(width, natural)
    console.print(shown)
    if more > 0:
        console.print(f"({more:,} more rows: --format csv, or --output FILE, writes all {rows:,})")
    return printed.getvalue().decode(encoding)
