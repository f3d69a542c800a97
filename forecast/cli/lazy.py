"""Groups of commands whose modules are imported when a command is asked for."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from forecast.cli.help import Command, Group, sentence

if TYPE_CHECKING:
    # Types only: Typer has its Click under a private name.
    from typer._click.core import Command as AnyCommand
    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter


def group_of(modules: Mapping[str, str]) -> type[Group]:
    """The class of a group, for `typer.Typer(cls=...)`: its commands by name, in the order of the help.

    `modules` says in which module each command is, as a function or a Typer of the same name.
    """

    class LazyGroup(Group):
        def __init__(self, **settings: Any) -> None:  # noqa: ANN401
            super().__init__(**{**settings, "commands": _Commands(modules)})

        def format_commands(self, ctx: "Context", formatter: "HelpFormatter") -> None:
            """Write the names of the commands and a sentence of each, whose options are not looked at."""
            del ctx
            with formatter.section("Commands"):
                formatter.write_dl([(name, sentence(_help(_found(modules, name)))) for name in modules])

    return LazyGroup


class _Commands(Mapping[str, "AnyCommand"]):
    """The commands by name; to look at the names imports nothing."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules
        self._made: dict[str, AnyCommand] = {}

    def __getitem__(self, name: str) -> "AnyCommand":
        if name not in self._made:
            self._made[name] = _made(_found(self._modules, name))
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


_Found = typer.Typer | Callable[..., object]
"""A group of commands, or the function of one."""


def _found(modules: Mapping[str, str], name: str) -> _Found:
    found: _Found = getattr(import_module(modules[name]), name)
    return found


def _help(found: _Found) -> str | None:
    """The docstring of a command."""
    if not isinstance(found, typer.Typer):
        return found.__doc__
    called = found.registered_callback
    return None if called is None else called.callback.__doc__


def _made(found: _Found) -> "AnyCommand":
    """The command of a function, or the group of a Typer."""
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    # Typer's own completion belongs to the program alone.
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    alone.command(cls=Command)(found)
    return typer.main.get_command(alone)
