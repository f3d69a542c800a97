"""README, the pages of docs/ and the examples of --help: every command runs, in its order, in one folder.

Where a page shows what is printed, it is compared: to the letter, without the numbers of forecasts, or by its
shape where a network is trained.
"""

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from forecast.app import app
from tests.pages import ROOT, Step, joined, run, shape, steps, without_bars, without_forecasts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the sample data."""
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    return tmp_path


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def check(folder: Path, step: Step, compare, *, terminal: bool = False, partial: bool = False) -> None:
    """Run a step, and compare what it prints with what the page shows, if it shows anything."""
    printed = run(folder, step.line, terminal=terminal)
    text = "\n".join(printed.lines)
    if not step.shown:
        assert printed.code == 0, f"{step.line}\n{text}"
        assert "error:" not in text, f"{step.line}\n{text}"
        return
    lines, shown = ([compare(line) for line in joined(each)] for each in (printed.lines, step.shown))
    if partial:
        rest = iter(lines)
        missing = [line for line in shown if line not in rest]
        assert missing == [], f"{step.line}\n{text}"
    else:
        assert lines == shown, step.line


def test_the_readme_begins_with_its_main_job():
    first, second = steps(page("README.md"))[:2]
    assert first.line == "forecast train sample_data/harvest.csv"
    assert second.line == "forecast predict sample_data/harvest.csv"


@pytest.mark.tensorflow
@pytest.mark.slow
def test_the_readme(folder):
    rows = (ROOT / "sample_data" / "harvest.csv").read_text()
    (folder / "newer.csv").write_text(f"{rows.rstrip()}\n2025,33000000\n2026,34000000\n")
    for step in steps(page("README.md")):
        check(folder, step, shape, terminal=True)
    (code,) = re.findall(r"```python\n(.*?)```", page("README.md"), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "forecast" in done.stdout


@pytest.mark.slow
def test_the_page_of_input(folder):
    for step in steps(page("docs/input.md")):
        check(folder, step, without_forecasts)


@pytest.mark.slow
def test_the_page_of_many_files(folder):
    for step in steps(page("docs/scale.md")):
        check(folder, step, without_forecasts)


def test_the_page_of_repairs(folder):
    text = page("docs/repair.md")
    files = dict(re.findall(r"`(\w+\.csv)`[^`]*```csv\n(.*?)```", text, re.DOTALL))
    assert list(files) == ["till.csv", "visits.csv"]
    for name, content in files.items():
        (folder / name).write_text(content)
    for step in steps(text):
        check(folder, step, str)


@pytest.mark.tensorflow
@pytest.mark.slow
def test_the_page_of_covariates(folder):
    (folder / "fill").write_text("#!/bin/sh\nsed 's/,,/,3.5,no,/'\n")
    (folder / "fill").chmod(0o755)
    for step in steps(page("docs/covariates.md")):
        line = step.line.replace("| fill |", "| ./fill |")
        check(folder, Step(line, step.shown), shape, terminal=True, partial=True)
        if "--output next.csv" in line:
            subprocess.run(
                "./fill < next.csv > filled && mv filled next.csv", shell=True, cwd=folder, check=True
            )


def test_the_page_of_streams(folder):
    text = page("docs/stream.md")
    for step in steps(text):
        check(folder, step, without_numbers)
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.stdout[:5]) == ("", "2019 ")


def test_the_page_of_drift(folder):
    for step in steps(page("docs/drift.md")):
        check(folder, step, shape)


GUIDES = {"tutorial.md", "shell.md", "analysts.md"}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(GUIDES))
def test_a_guide(folder, name):
    text = page(f"docs/{name}")
    for script, content in re.findall(r"`(\w+\.sh)`\n\n```sh\n(.*?)```", text, re.DOTALL):
        called = f'forecast() {{ "{sys.executable}" -m forecast "$@"; }}\n'
        (folder / script).write_text(called + content)
    for step in steps(text):
        if "| jq" not in step.line or shutil.which("jq"):
            check(folder, step, shape)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["python.md", "notebook.ipynb"])
def test_the_page_and_the_notebook_for_python_users(folder, name):
    text = page(f"docs/{name}")
    parts = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    if name.endswith(".ipynb"):
        cells = json.loads(text)["cells"]
        parts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        assert not any(cell.get("outputs") for cell in cells)
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(parts)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(parts) >= 4


def without_numbers(line: str) -> str:
    """A line of JSON or CSV without forecasts; of notes without weights."""
    return re.sub(r"(?<=[ ,:])-?[0-9.]{7,}|[0-9]+(?= %)", "n", line)


@pytest.mark.tensorflow
@pytest.mark.slow
def test_the_page_of_labels(folder):
    sentences = (("a", "wake me at six"), ("b", "will it rain tomorrow"))
    rows = [f"{name},{word}" for name, sentence in sentences for word in sentence.split()]
    (folder / "new.csv").write_text("\n".join(["sentence,word", *rows, ""]))
    for step in steps(page("docs/labels.md")):
        check(folder, step, shape, terminal=True, partial=True)


def test_the_page_of_pictures(folder):
    for step in steps(page("docs/pictures.md")):
        check(folder, step, shape)


@pytest.mark.slow
def test_the_page_of_the_recurrent_network(folder):
    for step in steps(page("docs/recurrent-network.md")):
        check(folder, step, without_bars, terminal=True, partial=True)


def test_every_page_with_commands_is_run():
    others = {path.name for path in (ROOT / "docs").glob("*.md") if "$ forecast" in path.read_text("utf-8")}
    pages = "input repair covariates labels pictures stream drift recurrent-network scale"
    assert others == {f"{name}.md" for name in pages.split()} | GUIDES
    for name in others:
        assert "```\n$" not in page(f"docs/{name}"), "commands are in blocks of the kind console"


def examples(command: str) -> list[str]:
    """The examples of a help page, without the remarks beside them."""
    program = typer.main.get_command(app)
    text = (program.commands[command] if command else program).help or ""
    lines = [line.strip() for line in text.splitlines()[1:] if line.strip()]
    return [
        line for each in lines if (line := re.split(r"  +", each)[0]).startswith(("forecast", "zcat", "cat"))
    ]


def write_data(folder: Path) -> None:
    """The files that the examples name."""
    header, *years = (ROOT / "sample_data" / "harvest.csv").read_text().rstrip().splitlines()
    harvest = [header, *years[-60:]]  # few rows: the networks are trained in seconds
    days = [f"2024-{month:02}-{day:02}" for month in (2, 3, 4) for day in range(1, 29)]
    sales = [
        f"{day},{store},{20 + row % 7 + 5 * (store == 'b')},{2 + row % 3 / 10}"
        for store in "ab"
        for row, day in enumerate(days)
    ]
    crops = [f"{day:02}.01.2024;{day % 5},5;{day % 3},25" for day in range(1, 31)]
    more = [f"{year},{33_000_000 + year}" for year in range(2025, 2033)]
    ahead = [f"{store},2024-04-{28 + step:02},2.1" for store in "ab" for step in (1, 2)]
    files = {
        "harvest.csv": harvest,
        "new.csv": harvest[:40],
        "orders.csv": ["day,orders", *(f"2024-01-{day:02},{day % 4}" for day in range(1, 31))],
        "newer.csv": [*harvest, *more],
        "more.csv": [header, *more],
        "sales.csv": ["day,store,sold,price", *sales],
        "crops.csv": ["Tag;wheat;oats", *crops],
        "next.csv": ["store,day,price", *ahead],
    }
    for name, lines in files.items():
        (folder / name).write_text("\n".join([*lines, ""]))
    (folder / "stores").mkdir()
    for store in "ab":
        rows = [f"{day},{store},{20 + row % 7}" for row, day in enumerate(days)]
        (folder / "stores" / f"{store}.csv").write_text("\n".join(["day,store,sold", *rows, ""]))
    (folder / "harvest.csv.gz").write_bytes(gzip.compress((folder / "harvest.csv").read_bytes()))


@pytest.mark.tensorflow
@pytest.mark.slow
def test_the_examples_of_the_help_pages(tmp_path):
    """Each runs after the ones before it: first those of the program, then those of each command."""
    write_data(tmp_path)
    commands = ["", *typer.main.get_command(app).commands]
    lines = [line for command in commands for line in examples(command)]
    assert len(lines) > 30
    for line in lines:
        printed = run(tmp_path, line)
        text = "\n".join(printed.lines)
        expected = (0, 10) if "--require-skill" in line else (0,)
        assert printed.code in expected, f"{line}\n{text}"
