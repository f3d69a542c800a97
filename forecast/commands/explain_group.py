"""The word `explain`, whose commands are imported when one of them is asked for."""

from collections.abc import MutableMapping
from typing import TYPE_CHECKING

import typer

from forecast.cli.help import Group
from forecast.cli.options import ColorName, Debug, Quiet, Verbose

if TYPE_CHECKING:
    # Types only: Typer has its Click under a private name.
    from typer._click.core import Command


class _LazyGroup(Group):
    _given: "MutableMapping[str, Command]"

    @property
    def commands(self) -> "MutableMapping[str, Command]":
        """The commands by name, imported at the first look."""
        if not self._given:
            from forecast.commands.explain import commands

            self._given = dict(vars(typer.main.get_command(commands))["commands"])
        return self._given

    @commands.setter
    def commands(self, given: "MutableMapping[str, Command]") -> None:
        self._given = given


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
