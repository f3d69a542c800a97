"""`forecast help`, the end of every help page, and the glossary."""

import re
from pathlib import Path

import pytest
import typer

from forecast.app import app
from forecast.classification.metrics import CLASS_METRICS
from forecast.cli import docs
from forecast.evaluation.scoring import METRICS
from forecast.spec.training import METHODS

ROOT = Path(__file__).parents[2]
COMMANDS = typer.main.get_command(app).commands
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
DEFINED = set(re.findall(r"`([^`]+)`", " ".join(re.findall(r"^\| ([^|]*) \|", GLOSSARY, re.MULTILINE))))


def test_help_lists_the_pages_and_names_their_folder(real_program):
    code, out, err = real_program("help")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == sorted(
        path.stem for path in (ROOT / "docs").glob("*.md")
    )
    assert "glossary      Glossary" in out.splitlines()
    assert err == f"docs          {docs.folder()}\n"


@pytest.mark.parametrize("name", ["glossary", "glossary.md", "Glossary"])
def test_help_prints_a_page(capfdbinary, name):
    from forecast.app import run

    assert run(["help", name]) == 0
    assert capfdbinary.readouterr().out.decode() == GLOSSARY


def test_a_page_that_is_not_there_is_refused_with_the_list(real_program):
    code, out, err = real_program("help", "glosary")
    assert (code, out) == (2, "")
    assert 'there is no page "glosary"' in err
    assert "glossary, input" in err


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_ends_with_the_pages(real_program, command):
    out = real_program(*command.split(), "--help")[1]
    last = out.rpartition("\nDocs:\n")[2]
    assert "forecast help glossary" in last
    assert re.findall(r"[a-z-]+", last.partition(":")[2]) == list(docs.pages())


def test_the_pages_of_an_installed_package_come_first(monkeypatch, tmp_path):
    monkeypatch.setattr(docs, "_PACKAGE", tmp_path / "site" / "forecast")
    (tmp_path / "site" / "docs").mkdir(parents=True)
    assert docs.folder() == tmp_path / "site" / "docs"
    (tmp_path / "site" / "forecast" / "docs").mkdir(parents=True)
    (tmp_path / "site" / "forecast" / "docs" / "a.md").write_text("no heading")
    assert docs.titles() == {"a": ""}


def test_the_wheel_takes_the_pages_along():
    assert 'docs = "forecast/docs"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    "name",
    [
        *METRICS,
        *CLASS_METRICS,
        "interval_score",
        "coverage",
        "weight",
        "forecasts",
        *METHODS,
        "pooled-ridge",
        "base rates",
        "monthly base rates",
        "given the last class",
    ],
)
def test_each_metric_and_each_name_of_a_table_is_defined(name):
    assert name in DEFINED


@pytest.mark.parametrize(
    "term",
    [
        "backtest",
        "baseline",
        "cycle",
        "digits",
        "horizon",
        "refit",
        "season",
        "small sample",
        "too narrow",
        "window",
        "hardly vary",
        "stay close to the last value",
        "recursive forecasts",
        "no better",
        "XLA",
    ],
)
def test_each_term_of_the_messages_is_defined(term):
    terms = GLOSSARY.partition("## Terms")[2]
    assert re.search(rf"^\| [^|]*\b{re.escape(term)}\b[^|]* \|", terms, re.MULTILINE)
