"""Groups of commands whose modules are imported when a command is asked for."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer

from forecast.cli.help import Command, Group

if TYPE_CHECKING:
    # Types only: Typer has its Click under a private name.
    from typer._click.core import Command as AnyCommand


def group_of(modules: Mapping[str, str]) -> type[Group]:
    """The class of a group, for `typer.Typer(cls=...)`: its commands by name, in the order of the help.

    `modules` says in which module each command is, as a function or a Typer of the same name.
    """

    class LazyGroup(Group):
        def __init__(self, **settings: Any) -> None:  # noqa: ANN401
            super().__init__(**{**settings, "commands": _Commands(modules)})

    return LazyGroup


class _Commands(Mapping[str, "AnyCommand"]):
    """The commands by name; to look at the names imports nothing."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules
        self._made: dict[str, AnyCommand] = {}

    def __getitem__(self, name: str) -> "AnyCommand":
        if name not in self._made:
            self._made[name] = _made(getattr(import_module(self._modules[name]), name))
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


def _made(value: typer.Typer | Callable[..., object]) -> "AnyCommand":
    """The command of a function, or the group of a Typer."""
    if isinstance(value, typer.Typer):
        return typer.main.get_command(value)
    # Typer's own completion belongs to the program alone.
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    alone.command(cls=Command)(value)
    return typer.main.get_command(alone)
