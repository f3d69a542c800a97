"""What is installed under which name: the hints, the documents and the metadata agree."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
READ_BY_USERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("forecast/**/*.py")])
HINT = re.compile(r"pip install (?:--upgrade )?'?(forecast[\w-]*)(?:\[([\w-]+)\])?")
HINTS = [
    (path.name, *found.groups(default=""))
    for path in READ_BY_USERS
    for found in HINT.finditer(path.read_text(encoding="utf-8"))
]


def test_some_hints_say_what_to_install():
    assert {extra for _, _, extra in HINTS} >= {"", "gpu", "holidays", "parquet"}


def test_every_hint_names_this_project_and_an_extra_that_it_has():
    extras = {"", *PROJECT["optional-dependencies"]}
    wrong = [hint for hint in HINTS if hint[1] != PROJECT["name"] or hint[2] not in extras]
    assert wrong == []


def test_the_command_is_called_forecast():
    assert PROJECT["scripts"] == {"forecast": "forecast.__main__:main"}
