"""The help pages, examples first, and the options that all commands share."""

import inspect
import os
import sys
import textwrap
from typing import TYPE_CHECKING, cast

import typer
from typer.core import TyperCommand, TyperGroup

from forecast.cli import docs, paths
from forecast.cli.console import Color, Console, has_color, styled
from forecast.cli.conversion import convert_plainly

if TYPE_CHECKING:
    # Types only: Typer has its Click under a private name.
    from typer._click.core import Context, Parameter
    from typer._click.formatting import HelpFormatter


def short_help(context: "Context") -> str:
    """The short help of a command: one sentence, the examples, and how to get the help page."""
    sentence, examples = _parts(context.command.help)
    lines = [sentence, "", *(f"  {example}" for example in examples), ""]
    return "\n".join([*lines, f"More: {_path(context)} --help"])


class Group(TyperGroup):
    """The program: its help page has examples, then commands, then options."""

    def list_commands(self, ctx: "Context") -> list[str]:
        """The names of the commands, without a look at the commands."""
        del ctx
        return list(self.commands)

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Parse the options before the command; without any argument, print the help page and exit 2."""
        if not args and not ctx.resilient_parsing:
            cast(Console, ctx.obj).text(self.get_help(ctx))
            raise typer.Exit(2)
        convert_plainly(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def format_help(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write the help page."""
        _write_head(ctx, formatter)
        self.format_commands(ctx, formatter)
        _write_options(self.get_params(ctx), ctx, formatter)
        _write_docs(formatter)
        _embolden(formatter)


class Command(TyperCommand):
    """A command; it also takes the options of the program, which users type after its name."""

    def get_params(self, ctx: "Context") -> list["Parameter"]:
        """The parameters of the command, then those of `_SHARED`, then `--help`."""
        *own, last = super().get_params(ctx)
        return [*own, *_shared_params(ctx), last]

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Parse the words after the name of the command."""
        convert_plainly(self.get_params(ctx))
        return super().parse_args(ctx, args)

    def invoke(self, ctx: "Context") -> object:
        """Run the command with the console as the options before or after its name ask."""
        before = [parent.params for parent in _parents(ctx)]
        settings = {
            name: ctx.params.pop(name, None) or next(filter(None, (each.get(name) for each in before)), None)
            for name in _SHARED
        }
        configure(cast(Console, ctx.obj), **settings)
        return super().invoke(ctx)

    def format_help(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write the help page."""
        _write_head(ctx, formatter)
        _write_options(self.get_params(ctx), ctx, formatter)
        _write_docs(formatter)
        _embolden(formatter)


_SHARED = ("quiet", "verbose", "debug", "color")
"""Options of the program that each command takes too."""


def _parents(ctx: "Context") -> "list[Context]":
    """The contexts above, the nearest first."""
    return [] if ctx.parent is None else [ctx.parent, *_parents(ctx.parent)]


def _shared_params(ctx: "Context") -> list["Parameter"]:
    parents = _parents(ctx)
    return [p for p in parents[-1].command.params if p.name in _SHARED] if parents else []


def configure(
    console: Console, *, quiet: bool | None, verbose: bool | None, debug: bool | None, color: Color | None
) -> None:
    """Set verbosity and colours of the console."""
    console.quiet = bool(quiet)
    console.verbose = bool(verbose or debug)
    console.debug = bool(debug)
    console.color = color or "auto"
    if debug:
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "0"


def _parts(text: str | None) -> tuple[str, list[str]]:
    """The two parts of a command's docstring: its first paragraph on one line, and the lines of examples."""
    sentence, _, examples = inspect.cleandoc(text or "").partition("\n\n")
    return " ".join(sentence.split()), examples.splitlines()


def sentence(text: str | None) -> str:
    """The first sentence of a command's docstring."""
    return _parts(text)[0]


def _path(ctx: "Context") -> str:
    return " ".join(each.info_name for each in (*reversed(_parents(ctx)), ctx) if each.info_name)


def _write_head(ctx: "Context", formatter: "HelpFormatter") -> None:
    sentence, examples = _parts(ctx.command.help)
    formatter.write_text(sentence)
    with formatter.section("Examples"):
        for example in examples:
            formatter.write(f"  {example}\n" if example else "\n")
    formatter.write_paragraph()
    formatter.write_usage(_path(ctx), " ".join(ctx.command.collect_usage_pieces(ctx)))


def _write_options(parameters: list["Parameter"], ctx: "Context", formatter: "HelpFormatter") -> None:
    """Write every option under its heading, the headings in the order of their first option."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for parameter in parameters:
        record = parameter.get_help_record(ctx)
        if record is not None:
            default = "Arguments" if parameter.param_type_name == "argument" else "Help"
            heading = getattr(parameter, "rich_help_panel", None) or default
            names = parameter.metavar or record[0] if default == "Arguments" else record[0]
            sections.setdefault(heading, []).append((names, record[1]))
    width = min(max(len(names) for records in sections.values() for names, _ in records), 22)
    for heading, records in sections.items():
        with formatter.section(heading):
            formatter.write_dl([(names.ljust(width), help) for names, help in records])


def _write_docs(formatter: "HelpFormatter") -> None:
    """Where to read more: pages in the package."""
    with formatter.section("Docs"):
        formatter.write("  forecast help glossary, or another page:\n")
        # Not `write_text`: it breaks lines at the hyphens in names.
        indent = " " * formatter.current_indent
        text = textwrap.fill(
            ", ".join(docs.pages()),
            formatter.width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )
        formatter.write(f"{text}\n")


def _embolden(formatter: "HelpFormatter") -> None:
    if has_color(sys.stdout):
        formatter.buffer[:] = [
            styled(part.rstrip("\n"), "heading", color=True) + "\n" if part.endswith(":\n") else part
            for part in formatter.buffer
        ]


def needed_source(ctx: "Context", data: str | None) -> paths.Source:
    """The data of a command that needs them; without any, print its short help and exit 2."""
    source = paths.data_source(data)
    if source is None:
        cast(Console, ctx.obj).text(short_help(ctx))
        raise typer.Exit(2)
    return source
