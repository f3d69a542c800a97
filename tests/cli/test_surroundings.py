"""The same words and data give the same output wherever and however the program is run."""

import os
from pathlib import Path

import pytest

from tests.measuring import ROOT, run

pytestmark = pytest.mark.slow

SAMPLES = ROOT / "sample_data"

SURROUNDINGS = (
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8"},
    {"TZ": "America/St_Johns", "LANG": "de_DE.ISO-8859-1", "LANGUAGE": "de"},
    {"LC_ALL": "C", "COLUMNS": "20", "LINES": "1", "TERM": "dumb"},
    {"COLUMNS": "300", "TERM": "xterm-256color", "HOME": "/nonexistent", "PYTHONHASHSEED": "1"},
    {"PYTHONHASHSEED": "2", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    {"OMP_NUM_THREADS": "7", "OPENBLAS_NUM_THREADS": "7", "MKL_NUM_THREADS": "7"},
)

WORDS = {
    "predict": ("predict", SAMPLES / "harvest_panel.csv", "--model", "pretrained", "--json"),
    "check": ("check", SAMPLES / "harvest.csv"),
}


@pytest.mark.parametrize(("command", "tried"), [("predict", SURROUNDINGS), ("check", SURROUNDINGS[1::2])])
def test_the_surroundings_change_nothing_that_is_printed(
    tmp_path: Path, command: str, tried: tuple[dict[str, str], ...]
):
    expected = run(*WORDS[command])
    assert expected.code == 0
    for surroundings in tried:
        ran = run(*WORDS[command], folder=tmp_path, env=surroundings)
        assert (ran.output, ran.errors) == (expected.output, expected.errors), surroundings


def test_the_number_of_cores_changes_no_digit():
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("one core alone")
    cores = os.sched_getaffinity(0)
    expected = run(*WORDS["predict"])
    os.sched_setaffinity(0, {min(cores)})
    try:
        alone = run(*WORDS["predict"])
    finally:
        os.sched_setaffinity(0, cores)
    assert alone.output == expected.output


def test_the_umask_and_the_folder_change_no_byte_of_an_output_file(tmp_path: Path):
    written = []
    for mask, name in ((0o000, "a"), (0o077, "b c")):
        (tmp_path / name).mkdir()
        before = os.umask(mask)
        try:
            ran = run(*WORDS["predict"][:-1], "--output", "next.csv", folder=tmp_path / name)
        finally:
            os.umask(before)
        assert ran.code == 0
        written.append((tmp_path / name / "next.csv").read_bytes())
    assert written[0] == written[1]
