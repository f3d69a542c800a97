"""The calls of a write to the operating system, numbered; one of them goes wrong."""

import builtins
import errno
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO
from unittest import mock

CALLS = ("open", "close", "fsync", "replace", "unlink", "chmod", "listdir")
"""Of the module `os`; opening, writing, flushing and closing of files are counted too."""

Call = Callable[..., object]
Strike = Callable[[Call | None], object]
"""What happens instead of a call; it is handed what does half of it, where it has halves."""


def fails(half: Call | None) -> object:
    """The disk is full: half of it was written."""
    if half is not None:
        half()
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def dies(half: Call | None) -> object:
    """The process is gone, without a word and without cleaning up."""
    if half is not None:
        half()
    os._exit(137)


class Faults:
    """Counts the calls of some work and strikes at the one numbered `at`, and at later ones if `lasting`."""

    def __init__(self, strike: Strike, at: int, *, lasting: bool = False) -> None:
        self.strike, self.at, self.lasting = strike, at, lasting
        self.calls: list[str] = []

    def guard(self, name: str, call: Call, half: Call | None = None) -> object:
        self.calls.append(name)
        number = len(self.calls)
        if number == self.at or (self.lasting and number > self.at > 0):
            return self.strike(half)
        return call()

    @contextmanager
    def around(self) -> Iterator[None]:
        """Every call within is counted."""
        with mock.patch.object(builtins, "open", self._opening(open)):
            patches = [mock.patch.object(os, name, self._counted(name)) for name in CALLS]
            for patch in patches:
                patch.start()
            try:
                yield
            finally:
                for patch in reversed(patches):
                    patch.stop()

    def _counted(self, name: str) -> Call:
        real = getattr(os, name)
        return lambda *arguments, **options: self.guard(name, lambda: real(*arguments, **options))

    def _opening(self, real: Call) -> Call:
        def opened(*arguments: object, **options: object) -> object:
            return _Stream(self.guard("open", lambda: real(*arguments, **options)), self)

        return opened


class _Stream:
    """A file whose every call is counted."""

    def __init__(self, stream: BinaryIO, faults: Faults) -> None:
        self.stream, self.faults = stream, faults

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)

    def __enter__(self) -> "_Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, content: bytes) -> object:
        def half() -> None:
            self.stream.write(content[: len(content) // 2])
            self.stream.flush()

        return self.faults.guard("write", lambda: self.stream.write(content), half)

    def flush(self) -> None:
        self.faults.guard("flush", self.stream.flush)

    def close(self) -> None:
        # A close that fails has closed the file all the same.
        self.faults.guard("close file", self.stream.close, self.stream.close)


def calls_of(work: Callable[[], object]) -> list[str]:
    """The calls of the work, in their order."""
    faults = Faults(fails, at=0)
    with faults.around():
        work()
    return faults.calls


def in_a_process_that_dies(work: Callable[[], object], at: int) -> bool:
    """Do the work in a process of its own that dies at a call; whether it came to that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads are idle here
        child = os.fork()
    if child == 0:
        try:
            with Faults(dies, at).around():
                work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
