"""The word `explain`, whose commands are imported when one of them is asked for."""

from typing import TYPE_CHECKING

import typer

from forecast.cli.help import Group
from forecast.cli.options import ColorName, Debug, Quiet, Verbose

if TYPE_CHECKING:
    # Types only: Typer has its Click under a private name.
    from typer._click.core import Command, Context

WHAT = ("windows", "step", "memory", "gradients", "order")
"""The commands, in the order of the help page."""


class _LazyGroup(Group):
    def list_commands(self, _ctx: "Context") -> list[str]:
        return [*WHAT]

    def get_command(self, _ctx: "Context", cmd_name: str) -> "Command | None":
        if not self.commands:  # for a misspelt name too: the nearest one is the hint
            from forecast.commands.explain import commands

            self.commands.update(getattr(typer.main.get_command(commands), "commands"))  # noqa: B009
        return self.commands.get(cmd_name)


explain = typer.Typer(
    cls=_LazyGroup, rich_markup_mode=None, context_settings={"help_option_names": ["--help", "-h"]}
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
