import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from forecast.atomic import check_writable, write_atomically
from forecast.errors import ForecastError


def gives(content: bytes) -> Callable[[BinaryIO], None]:
    return lambda stream: stream.write(content) and None


def fails(stream: BinaryIO) -> None:
    stream.write(b"half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_file_holds_what_was_written_and_no_other_file_is_left(tmp_path: Path):
    write_atomically(tmp_path / "a.csv", gives(b"1,2\n"))
    assert (tmp_path / "a.csv").read_bytes() == b"1,2\n"
    assert names(tmp_path) == {"a.csv"}


def test_a_failed_write_leaves_the_old_file_and_no_temporary(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with pytest.raises(ForecastError, match="No space left on device") as caught:
        write_atomically(path, fails)
    assert caught.value.exit_code == 1
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a.csv"}


def test_a_keyboard_interrupt_leaves_the_old_file_and_no_temporary(tmp_path: Path):
    def interrupted(stream: BinaryIO) -> None:
        stream.write(b"half")
        raise KeyboardInterrupt

    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, interrupted)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a.csv"}


@pytest.mark.parametrize(
    ("call", "which", "content"),
    [("fsync", 1, b"old"), ("replace", 1, b"old"), ("open", 1, b"new"), ("fsync", 2, b"new")],
)
def test_a_call_to_the_system_that_fails_is_an_error_and_the_file_is_old_or_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, which: int, content: bytes
):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    calls = 0
    real = getattr(os, call)

    def failing(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == which:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, call, failing)
        with pytest.raises(ForecastError, match="Input/output error"):
            write_atomically(path, gives(b"new"))
    assert path.read_bytes() == content
    assert names(tmp_path) == {"a.csv"}


def test_a_process_killed_while_writing_leaves_the_old_file_and_the_next_write_sweeps(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    script = (
        "import os, signal, sys; from pathlib import Path; from forecast.atomic import write_atomically\n"
        "def die(stream):\n"
        "    stream.write(b'half'); stream.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomically(Path(sys.argv[1]), die)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert path.read_bytes() == b"old"
    assert len(names(tmp_path)) == 2
    write_atomically(path, gives(b"new"))
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == {"a.csv"}


def test_only_leftovers_of_this_name_and_of_dead_processes_are_removed(tmp_path: Path):
    pid = dead_pid()
    kept = {
        f".a.csv.{os.getppid()}.tmp",
        f".b.csv.{pid}.tmp",
        ".a.csv.tmp",
        ".a.csv.x1.tmp",
        f"a.csv.{pid}.tmp",
    }
    for name in kept | {f".a.csv.{pid}.tmp", f".a.csv.{'9' * 40}.tmp"}:
        (tmp_path / name).write_bytes(b"")
    write_atomically(tmp_path / "a.csv", gives(b"new"))
    assert names(tmp_path) == kept | {"a.csv"}


def test_a_name_with_the_signs_of_a_pattern_is_only_a_name(tmp_path: Path):
    path = tmp_path / "a[1]*(b.csv"
    (tmp_path / f".{path.name}.{dead_pid()}.tmp").write_bytes(b"")
    write_atomically(path, gives(b"new"))
    assert names(tmp_path) == {path.name}


def test_the_mode_of_a_file_that_is_replaced_stays(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write_atomically(path, gives(b"new"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path: Path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "there" / "a.csv")
    write_atomically(link, gives(b"new"))
    assert link.is_symlink()
    assert (tmp_path / "there" / "a.csv").read_bytes() == b"new"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_atomically(pipe, gives(b"1,2\n"))
    reader.join()
    assert got == [b"1,2\n"]
    assert pipe.is_fifo()


def test_a_missing_folder_is_named(tmp_path: Path):
    path = tmp_path / "nowhere" / "a.csv"
    for attempt in (lambda: write_atomically(path, gives(b"")), lambda: check_writable(path)):
        with pytest.raises(ForecastError, match=r"there is no folder .*nowhere"):
            attempt()


def test_a_folder_is_not_written_over(tmp_path: Path):
    for attempt in (lambda: write_atomically(tmp_path, gives(b"")), lambda: check_writable(tmp_path)):
        with pytest.raises(ForecastError, match=r"folder|director"):
            attempt()


def test_the_check_leaves_the_file_as_it_was_and_no_other(tmp_path: Path):
    path = tmp_path / "a.csv"
    check_writable(path)
    assert names(tmp_path) == set()
    path.write_bytes(b"old")
    check_writable(path)
    assert path.read_bytes() == b"old"


def test_the_check_finds_a_limit_on_the_size_of_files(tmp_path: Path):
    script = (
        "import resource, sys; from pathlib import Path; from forecast.atomic import check_writable\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "check_writable(Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a.csv")], capture_output=True, text=True, check=False
    )
    assert "cannot be written: File too large" in done.stderr
    assert names(tmp_path) == set()
