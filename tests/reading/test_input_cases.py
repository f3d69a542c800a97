"""Files as they come, one a line in input_cases.jsonl: read right, or refused with the place and a hint.

A case holds the file as `text` (or as `bytes`, one character each), the options, and
either what is read (values by series and time; with `tail` the last two of the first
series) or the error and its hint, whole.
"""

import inspect
import io
import json
import re
import shlex
import time
from pathlib import Path

import pytest

from forecast.cli.reading_options import read_spec
from forecast.errors import ForecastError
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, Notation, Policy, ReadSpec

TABLE = Path(__file__).parents[1] / "data" / "input_cases.jsonl"
CASES = [json.loads(line) for line in TABLE.read_text("utf-8").split("\n") if line]
PARTS = ("target", "time", "series")
MARKS = ("delimiter", "encoding", "decimal", "thousands", "date_format", "header", "missing_marks")
OPTIONS = list(inspect.signature(read_spec).parameters)


def spec(options):
    return ReadSpec(
        Columns(**{part: options[part] for part in PARTS if part in options}),
        Notation(**{mark: _frozen(options[mark]) for mark in MARKS if mark in options}),
        Policy(**options.get("policy", {})),
        options.get("freq"),
        options.get("wide", False),
        tuple(options.get("targets", ())),
    )


def _frozen(value):
    return tuple(value) if isinstance(value, list) else value


def read(case):
    data = case["text"].encode() if "text" in case else case["bytes"].encode("latin-1")
    return read_panel(io.BytesIO(data), spec(case.get("options", {}))).panel


def named(cases):
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.mark.parametrize("case", named(case for case in CASES if "read" in case))
def test_a_file_is_read_right(case):
    panel = read(case)
    found = {
        series.id: dict(zip(panel.frequency.text(series.times), series.values.tolist(), strict=True))
        for series in panel
    }
    if case.get("tail"):
        (first, values), *_ = found.items()
        found = {first: dict([*values.items()][-2:])}
    assert (found, panel.frequency.adjective) == (case["read"], case["step"])


@pytest.mark.parametrize("case", named(case for case in CASES if "refused" in case))
def test_a_file_is_refused_with_the_place_and_a_hint_in_under_a_second(case):
    began = time.process_time()
    with pytest.raises(ForecastError) as refused:
        read(case)
    assert time.process_time() - began < 1
    assert (str(refused.value), refused.value.hint) == (case["refused"], case["hint"])


@pytest.mark.parametrize("case", named(case for case in CASES if "--" in case.get("hint", "")))
def test_a_hint_names_no_option_that_does_not_exist(case):
    known = {f"--{option.replace('_', '-')}" for option in OPTIONS} | {"--season"}
    assert set(re.findall(r"--[a-z-]+", case["hint"])) <= known


NOTATION = ("--delimiter", "--decimal", "--thousands", "--missing-mark", "--date-format")
ADVISED = [case for case in CASES if any(f"{option} " in case.get("hint", "") for option in NOTATION)]


def advice(hint):
    """The ways out that a hint offers, as flags and values: those one after another belong together."""
    for part in re.findall(r"""(?:--[a-z-]+ (?:"[^"]*"|'[^']*'|\S+) ?)+""", hint):
        words = shlex.split(part)
        if words[0] in NOTATION:
            yield [*zip(words[::2], words[1::2], strict=True)]


def refusal(case):
    """The message of the error; "" where the file is read."""
    try:
        read(case)
    except ForecastError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("case", named(ADVISED))
def test_each_option_that_a_hint_offers_takes_the_reader_past_this_error(case):
    ways = list(advice(case["hint"]))
    assert ways
    for flags in ways:
        options = dict(case.get("options", {}))
        for flag, value in flags:
            name = flag.removeprefix("--").replace("-", "_")
            if name == "missing_mark":
                options["missing_marks"] = [*options.get("missing_marks", []), value]
            else:
                options[name] = value
        assert refusal({**case, "options": options}) != case["refused"], flags


def test_the_table_holds_over_a_hundred_files_that_are_refused_and_as_many_that_are_read():
    refused = sum("refused" in case for case in CASES)
    assert (refused >= 100, len(CASES) - refused >= 100) == (True, True)
