"""The command `forecast help`: the pages of the documentation, which lie in the package."""

import sys

import typer

from forecast.cli import docs, options
from forecast.cli.console import Console
from forecast.errors import UsageError


def help(ctx: typer.Context, page: options.Page = None) -> None:
    """Print a page of the documentation, or the list of pages.

    forecast help
    forecast help glossary
    forecast help input | less
    """
    console: Console = ctx.obj
    if page is None:
        console.note("docs", str(docs.folder()))
        for name, title in docs.titles().items():
            print(f"{name:12}  {title}")
        return
    pages = docs.pages()
    path = pages.get(page.removesuffix(".md").lower())
    if path is None:
        raise UsageError(f'there is no page "{page}"', hint=f"there are {', '.join(pages)}")
    sys.stdout.buffer.write(path.read_bytes())
