"""The word `forecast explain`: what a recurrent network does, made visible."""

import typer

from forecast.cli.lazy import group_of
from forecast.cli.options import ColorName, Debug, Quiet, Verbose

explain = typer.Typer(
    cls=group_of(
        {
            "windows": "forecast.commands.explain_windows",
            "step": "forecast.commands.explain_network",
            "memory": "forecast.commands.explain_network",
            "gradients": "forecast.commands.explain_lessons",
            "order": "forecast.commands.explain_lessons",
        }
    ),
    rich_markup_mode=None,
    add_completion=False,  # The program has it.
    context_settings={"help_option_names": ["--help", "-h"]},
)


@explain.callback()
def program(
    *, quiet: Quiet = False, verbose: Verbose = False, debug: Debug = False, color: ColorName = None
) -> None:
    """See what a network reads, does and remembers.

    forecast explain windows harvest.csv --window 4 --horizon 1
    forecast explain step harvest.csv
    forecast explain memory harvest.csv
    """
    del quiet, verbose, debug, color
