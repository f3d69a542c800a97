"""The command `forecast explain windows`: the examples that a network learns from."""

import typer

from forecast.cli import explain_options, options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver_sections, paper_width
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import read_spec
from forecast.commands.explain_series import one_series
from forecast.errors import UsageError
from forecast.spec.limits import MAX_HORIZON, MAX_WINDOW, check_range
from forecast.spec.reading import ReadSpec


@takes("read", read_spec)
@takes("written", explain_options.written_as)
def windows(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    window: explain_options.Window = None,
    horizon: options.Horizon = None,
    series: explain_options.SeriesName = None,
    read: ReadSpec,
    written: explain_options.Written,
) -> None:
    """Show the overlapping windows that a network learns from.

    forecast explain windows harvest.csv --window 4 --horizon 1
    forecast explain windows harvest.csv --output examples.csv
    """
    console: Console = ctx.obj
    source = needed_source(ctx, data)
    if window is not None:
        check_range("window", window, 1, MAX_WINDOW)
    if horizon is not None:
        check_range("horizon", horizon, 1, MAX_HORIZON)
    delivery = written.planned(source)
    from forecast.data.arrays import series_at
    from forecast.data.digits import places_of
    from forecast.explaining.windows import examples_of
    from forecast.planning.defaults import window_spec
    from forecast.reading.reader import read_panel
    from forecast.reporting.reading_notes import note_reading
    from forecast.reporting.windows import windows_section, windows_table

    reading = read_panel(source, read)
    note_reading(reading, console.listen)
    panel = reading.panel
    if panel.target.kind == "label":
        raise UsageError(
            "a label is learned from whole series, not from windows", hint="forecast explain step DATA"
        )
    spec = window_spec(panel, window, horizon)
    if delivery.is_table or series is not None:
        panel = one_series(console, panel, series)
    found = examples_of(panel, spec)
    table = windows_table(found, panel)
    deliver_sections(
        (windows_section(found, panel, paper_width(delivery.file)),) if delivery.is_table else (),
        delivery,
        table=table,
        places=places_of(panel)[series_at(panel.bounds, found.starts)],
        schema="forecast.explain-windows/1",
        facts={
            **paths.facts(source),
            "window": spec.window,
            "horizon": spec.horizon,
            "examples": len(found.starts),
            "skipped": console.skipped_facts(),
        },
        color=console.color,
    )
