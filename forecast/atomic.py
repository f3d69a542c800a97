"""A file on disk is written whole or not at all."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from forecast.errors import ForecastError


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write a file by `write`: afterwards `path` holds the new content, or the old one, even after a kill.

    A symbolic link is followed. A device or a pipe is written to directly, as it has no old content.
    `ForecastError` where the system refuses.
    """
    with _explained(path):
        if _is_stream(path):
            with open(path, "wb") as stream:
                write(stream)
            return
        target = Path(os.path.realpath(path))
        remove_leftovers(target)
        with _temporary(target) as temporary:
            with open(temporary, "xb") as stream:
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            temporary.replace(target)
        _sync_folder(target.parent)


def check_writable(path: Path, *, room_bytes: int = 1 << 16) -> None:
    """Raise a `ForecastError` if a file of `room_bytes` could not be written at `path`, before long work."""
    if _is_stream(path):
        return
    with _explained(path):
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise ForecastError("is a folder", where=str(path), hint="name a file inside it")
        remove_leftovers(target)
        with _temporary(target) as temporary, open(temporary, "xb") as stream:
            stream.write(bytes(room_bytes))


def _is_stream(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Raise a `ForecastError` about `path` in place of an `OSError`."""
    try:
        yield
    except OSError as error:
        folder = Path(os.path.realpath(path)).parent
        if not folder.is_dir():
            message = f'cannot be written: there is no folder "{folder}"'
            raise ForecastError(message, where=str(path), hint="make it first") from error
        reason = error.strerror or str(error)
        raise ForecastError(f"cannot be written: {reason}", where=str(path)) from error


@contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """Name of a temporary file in the folder of `target`, which is removed at the end in any case."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        yield temporary
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def remove_leftovers(target: Path) -> None:
    """Remove the temporary files that killed runs left in the folder of `target`.

    A name with the id of this process was left by an older one with the same id.
    """
    name = re.compile(rf"\.{re.escape(target.name)}\.(\d+)\.tmp")
    for sibling in target.parent.iterdir():
        match = name.fullmatch(sibling.name)
        if match and not _runs_elsewhere(int(match[1])):
            with suppress(OSError):
                sibling.unlink()


def _runs_elsewhere(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
