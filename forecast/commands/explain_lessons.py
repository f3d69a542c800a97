"""The commands `forecast explain gradients` and `order`: lessons on small networks."""

from typing import TYPE_CHECKING

import typer

from forecast.cli import explain_options, options, parsing, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver_sections
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import read_spec
from forecast.commands.explain_series import one_series
from forecast.errors import UsageError
from forecast.spec.limits import check_range
from forecast.spec.model import CELLS, Cell
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.data.panel import Panel


@takes("read", read_spec)
@takes("written", explain_options.written_as)
def gradients(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    window: explain_options.Windows = None,
    ask: explain_options.Asked = "first",
    series: explain_options.SeriesName = None,
    cell: explain_options.Cells = None,
    gates: explain_options.StartOfGates = "open",
    clip: explain_options.Clip = 1.0,
    seed: explain_options.Seed = 0,
    read: ReadSpec,
    written: explain_options.Written,
) -> None:
    """Show how far back in time an error reaches, for each cell.

    forecast explain gradients harvest.csv
    forecast explain gradients harvest.csv --window 8,32 --clip 0
    """
    console: Console = ctx.obj
    source = needed_source(ctx, data)
    cells, lengths = parse_cells(cell), parse_lengths(window)
    if not clip >= 0:
        raise UsageError(f"--clip: the norm is 0 or more, not {clip:g}", hint="0 switches clipping off")
    check_range("seed", seed, 0, 2**31 - 1)
    delivery = written.planned(source)
    from forecast.explaining.gradients import Lesson, profiles, usable_windows
    from forecast.reporting.gradients import gradients_facts, gradients_section, gradients_table

    panel = read_one(console, source, read, series)
    lesson = Lesson(cells, usable_windows(len(panel.values), lengths, ask), ask, gates, clip, seed)
    found = list(profiles(panel.values, lesson))
    deliver_sections(
        (gradients_section(found, lesson, panel.columns.target or "value"),),
        delivery,
        table=gradients_table(found),
        schema="forecast.explain-gradients/1",
        facts={
            **paths.facts(source),
            "ask": ask,
            "gates": gates,
            "clip": clip,
            "trainings": gradients_facts(found),
            "skipped": console.skipped_facts(),
        },
        color=console.color,
    )


@takes("read", read_spec)
@takes("written", explain_options.written_as)
def order(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    window: explain_options.Window = None,
    series: explain_options.SeriesName = None,
    cell: options.CellName = None,
    seed: explain_options.Seed = 0,
    read: ReadSpec,
    written: explain_options.Written,
) -> None:
    """Show what is lost when the past is shuffled.

    forecast explain order harvest.csv
    forecast explain order harvest.csv --window 12 --cell lstm
    """
    console: Console = ctx.obj
    source = needed_source(ctx, data)
    check_range("seed", seed, 0, 2**31 - 1)
    if window is not None:
        check_range("window", window, 2, _LONGEST)
    delivery = written.planned(source)
    from forecast.data.digits import places_of
    from forecast.explaining.order import order_lesson
    from forecast.planning.defaults import window_spec
    from forecast.reporting.order import order_sections, order_table

    panel = read_one(console, source, read, series)
    length = max(2, window_spec(panel, window, 1).window)
    lesson = order_lesson(panel.values, length, cell or "gru", seed=seed)
    table = order_table(lesson)
    deliver_sections(
        order_sections(lesson, panel.columns.target or "value"),
        delivery,
        table=table,
        places=places_of(panel).repeat(len(table["past"])),
        schema="forecast.explain-order/1",
        facts={
            **paths.facts(source),
            "cell": lesson.cell,
            "weights": list(lesson.sizes),
            "last_value": lesson.last_value,
            "skipped": console.skipped_facts(),
        },
        color=console.color,
    )


def read_one(console: Console, source: paths.Source, read: ReadSpec, series: str | None) -> "Panel":
    """The one series of the data that is named, or the first."""
    from forecast.reading.reader import read_panel
    from forecast.reporting.reading_notes import note_reading

    reading = read_panel(source, read)
    note_reading(reading, console.listen)
    if reading.panel.target.kind == "label":
        raise UsageError("the rows of a label have no order in time", hint="forecast explain step DATA")
    if reading.panel.target.kind == "class" and not reading.panel.target.is_event:
        raise UsageError(
            "small networks read numbers, and the target has classes", hint="name a number with --target"
        )
    return one_series(console, reading.panel, series)


def parse_cells(texts: list[str] | None) -> tuple[Cell, ...]:
    """Names of cells, each once, in the order of `CELLS`; all without any."""
    named = parsing.parse_names(texts)
    for name in named:
        if name not in CELLS:
            raise UsageError(f'--cell: there is no cell "{name}"', hint=f"there are {', '.join(CELLS)}")
    return tuple(cell for cell in CELLS if cell in named) or CELLS


def parse_lengths(texts: list[str] | None) -> tuple[int, ...]:
    """Lengths of windows, ascending."""
    named = parsing.parse_names(texts)
    for name in named:
        if not name.isdecimal() or not 2 <= int(name) <= _LONGEST:
            raise UsageError(
                f'--window: "{name}" is not a length from 2 to {_LONGEST}', hint="write 8 or 8,16,32"
            )
    return tuple(sorted({int(name) for name in named}))


_LONGEST = 512
