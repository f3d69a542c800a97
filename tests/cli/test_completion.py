"""What the shell offers: the program is run as a shell runs it."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from forecast.cli import completion
from forecast.forecasters.methods import METHODS
from forecast.forecasters.pooled_ridge import PooledRidge

ROOT = Path(__file__).parents[2]


def offered(line: str, shell: str = "bash") -> list[str]:
    """The words offered at the end of the line, in this shell."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_FORECAST_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
        "_TYPER_COMPLETE_ARGS": line,
    }
    done = subprocess.run(
        [sys.executable, "-m", "forecast"], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


@pytest.mark.parametrize("flag", ["--target", "--time", "--id", "--past", "--known", "--static", "--season"])
def test_columns_of_the_data_are_offered(flag):
    Path("sales.csv").write_text("\ufeffid;jour;sold;price\na;2020-01-01;1;2\n", encoding="utf-8")
    assert offered(f"forecast train sales.csv {flag} ") == ["id", "jour", "sold", "price"]
    assert offered(f"forecast check sales.csv --time jour {flag} s") == ["sold"]


def test_a_name_with_a_blank_is_escaped_for_bash_alone():
    Path("sales.csv").write_text("the shop,$\n")
    assert offered("forecast train sales.csv --id t") == ["the\\ shop"]
    assert '"the shop"' in offered("forecast train sales.csv --id t", "zsh")[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress(b"time\tvalue\n", mtime=0)),
        ("a.csv", b"# made by a program\n\nsep=,\ntime,value\n"),
        ("a.csv", "time,value\n".encode("utf-16")),
        ("a.csv", b'"time";"value"\r\n1;2\r\n'),
    ],
)
def test_the_header_is_found_in_files_as_people_have_them(name, content):
    Path(name).write_bytes(content)
    assert offered(f"forecast train {name} --target ") == ["time", "value"]


def test_before_the_data_are_named_the_only_file_here_answers():
    Path("sales.csv").write_text("time,value\n")
    assert offered("forecast train --target v") == ["value"]
    Path("other.csv").write_text("time,value\n")
    assert offered("forecast train --target v") == []


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\x00\x01", b"PAR1\x00", b"\xff\xfe\x00", b"\x1f\x8b broken", b'"open']
)
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_nothing_fails(name, content):
    Path(name).write_bytes(content)
    assert len(offered(f"forecast train {name} --target ")) < 2
    assert offered("forecast train absent.csv --target ") == []
    assert offered("forecast train /dev --target ") == []


def test_models_are_offered_where_a_model_is_wanted():
    Path("folder").mkdir()
    for name in ("a.forecast", "b.forecast", "folder/c.forecast", "d.csv"):
        Path(name).touch()
    assert offered("forecast evaluate d.csv --model ") == ["a.forecast", "b.forecast"]
    assert offered("forecast predict --model ") == ["pretrained", "a.forecast", "b.forecast"]
    assert offered("forecast show b") == ["b.forecast"]
    assert offered("forecast show f") == ["folder/"]
    assert offered("forecast compare folder/") == ["folder/c.forecast"]
    assert offered("forecast compare a.forecast ") == ["a.forecast", "b.forecast"]
    assert offered("forecast train d.csv --from s") == ["scratch"]
    assert offered("forecast train d.csv --from a") == ["a.forecast"]


def test_names_are_offered():
    assert offered("forecast evaluate --baseline s") == ["seasonal-drift", "seasonal-naive"]
    assert offered("forecast evaluate --baseline naive,d") == ["naive,drift"]
    assert offered("forecast train --method t") == ["theta"]
    assert offered("forecast train --cell l") == ["lstm"]
    assert set(completion.BASELINE_NAMES) == {*METHODS, PooledRidge.name}


def test_completion_loads_nothing_of_weight():
    Path("sales.csv").write_text("time,value\n")
    code = (
        "import os, sys, runpy\n"
        "os.environ.update(_FORECAST_COMPLETE='complete_bash', COMP_CWORD='4',\n"
        "    COMP_WORDS='forecast train sales.csv --target ')\n"
        "sys.argv = ['forecast']\n"
        "try:\n"
        "    runpy.run_module('forecast', run_name='__main__')\n"
        "except SystemExit:\n"
        "    print(sorted({'numpy', 'pandas', 'rich', 'tensorflow'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.split("\n")[:3] == ["time", "value", "[]"], done.stderr
