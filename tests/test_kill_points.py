"""Nothing is lost at any call of a write to the system: it fails, or the process dies there."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from forecast.cli.delivery import Delivery, deliver
from forecast.errors import ForecastError
from forecast.storage import modelfile
from tests.faults import Faults, calls_of, fails, in_a_process_that_dies
from tests.models import model, network

pytestmark = pytest.mark.slow

DATA = b"year,tons\n2001,3\n"


@dataclass(frozen=True)
class Write:
    """A way that the program writes a file, and what the file may hold afterwards."""

    name: str
    old: Callable[[Path], None]
    new: Callable[[Path], None]


def _save(seed: int) -> Callable[[Path], None]:
    made = model(network(seed=seed))
    return lambda path: modelfile.save(made, path)


def _deliver(format: str, rows: int) -> Callable[[Path], None]:
    table = {"time": np.arange(rows), "forecast": np.arange(rows) / 3}
    return lambda path: deliver(table, Delivery(format, path), schema="test/1")


WRITES = (
    Write("model", _save(0), _save(1)),
    *(
        Write(format, _deliver(format, 3), _deliver(format, rows))
        for format, rows in (("csv", 17_000), ("json", 17_000), ("jsonl", 5), ("parquet", 17_000))
    ),
)

cases = pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)


def written_twice(write: Write, folder: Path) -> tuple[Path, set[bytes], set[str]]:
    """A path that holds the old content, both contents, and all names in the folder."""
    path = folder / "result.forecast"
    write.new(path)
    contents = {path.read_bytes()}
    write.old(path)
    (folder / "data.csv").write_bytes(DATA)
    assert len(contents | {path.read_bytes()}) == 2
    return path, contents | {path.read_bytes()}, {path.name, "data.csv"}


def check(path: Path, contents: set[bytes]) -> None:
    assert path.read_bytes() in contents
    assert (path.parent / "data.csv").read_bytes() == DATA
    if path.read_bytes()[8:9] == b"{":
        modelfile.load(path)


@cases
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_the_old_or_the_new_file_is_there_whichever_call_fails(tmp_path: Path, write: Write, lasting: bool):
    path, contents, names = written_twice(write, tmp_path)
    total = len(calls_of(lambda: write.new(path)))
    for at in range(1, total + 1):
        write.old(path)
        with suppress(ForecastError), Faults(fails, at, lasting=lasting).around():
            write.new(path)
        check(path, contents)
        write.new(path)
        assert {each.name for each in tmp_path.iterdir()} == names
    assert total >= 9


@cases
def test_the_old_or_the_new_file_is_there_at_whichever_call_the_process_dies(tmp_path: Path, write: Write):
    path, contents, names = written_twice(write, tmp_path)
    seen = set()
    at = 1
    while in_a_process_that_dies(lambda: write.new(path), at):
        check(path, contents)
        seen.add(path.read_bytes())
        write.old(path)
        assert {each.name for each in tmp_path.iterdir()} == names
        at += 1
    assert at == len(calls_of(lambda: write.new(path))) + 1
    assert seen == contents


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_the_check_before_the_work_harms_nothing_at_whichever_call_it_ends(tmp_path: Path, lasting: bool):
    write = WRITES[0]
    path, _, names = written_twice(write, tmp_path)
    old = path.read_bytes()
    for at in range(1, 1 + len(calls_of(lambda: modelfile.check_writable(path)))):
        with suppress(ForecastError), Faults(fails, at, lasting=lasting).around():
            modelfile.check_writable(path)
        check(path, {old})
        assert in_a_process_that_dies(lambda: modelfile.check_writable(path), at)
        check(path, {old})
        modelfile.check_writable(path)
        assert {each.name for each in tmp_path.iterdir()} == names
