"""Every promise in docs/promises.md names tests that are there."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
TEXT = (TESTS.parent / "docs" / "promises.md").read_text(encoding="utf-8")
LINES = {line.split("|")[1].strip(): line for line in TEXT.splitlines() if re.match(r"\| [MO]\d", line)}


def test_every_promise_has_a_line():
    assert LINES.keys() == {f"M{n}" for n in range(1, 12)} | {f"O{n}" for n in range(1, 11)}


def test_every_promise_names_tests_that_are_there():
    named = {promise: re.findall(r"`([a-z_/]*test_\w+\.py)", line) for promise, line in LINES.items()}
    assert all(named.values())
    missing = [file for files in named.values() for file in files if not (TESTS / file).is_file()]
    assert missing == []
