"""The pages of the site, those generated from the program, and the manual page."""

import re
from pathlib import Path

import pytest
import typer

import forecast
from forecast.app import app
from forecast.errors import EXIT_CODES
from tools import reference, site

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    site.write_pages(folder)
    return folder / "pages"


def test_the_manual_page_is_that_of_this_program():
    written = (ROOT / "man" / "forecast.1").read_text("utf-8")
    assert written == reference.manual(), "python -m tools.reference man/forecast.1"
    assert all(line.startswith((".", "\\&")) or line[:1] not in ("'",) for line in written.splitlines())


def test_every_command_and_option_is_in_the_reference():
    text = reference.commands_page()
    for name, command in typer.main.get_command(app).commands.items():
        assert f"## forecast {name}" in text
        for option in getattr(command, "params", []):
            assert option.param_type_name == "argument" or f"{option.opts[0]}" in text
    assert all(f"| {code} |" in reference.exit_codes_page() for code in EXIT_CODES)


def test_every_public_name_is_on_the_page_of_python():
    text = reference.python_page()
    assert [name for name in forecast.__all__ if name not in text] == []


def test_every_link_of_the_site_leads_to_a_page_and_every_page_is_in_the_navigation(pages):
    settings = (pages.parent / "mkdocs.yml").read_text()
    assert all(f"- {path.name}\n" in settings for path in pages.glob("*.md"))
    for path in pages.glob("*.md"):
        text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)", text):
            assert (pages / target).is_file(), (path.name, target)


def test_the_pages_of_other_folders_are_in_it(pages):
    assert "# Benchmarks" in (pages / "measured.md").read_text("utf-8")
    assert "[a tutorial]" not in (pages / "index.md").read_text("utf-8")
    assert "(tutorial.md)" in (pages / "index.md").read_text("utf-8")
