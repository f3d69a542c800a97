"""Functions that tests have workers call; a worker imports them by name."""

import os
import signal
from pathlib import Path

from forecast.errors import DataError


def square(number: int) -> int:
    """A square; 3 is bad data, and 5 a bug."""
    if number == 3:
        raise DataError("is no number", where="three", hint="leave it out")
    if number == 5:
        raise ValueError("five")
    return number * number


def killed_once(mark: Path) -> str:
    """The name of a file, which is made; its first call kills the worker."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return mark.name


def killed_always(number: int) -> int:
    """The number, save for 1, which kills every worker."""
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def process_id(_: int) -> int:
    """The process that works."""
    return os.getpid()


class Adder:
    """A worker that keeps what it was made of and last given to add."""

    def __init__(self, start: int) -> None:
        self._start, self._added = start, 0

    def add(self, number: int) -> None:
        """Add this from now on, in place of the number before."""
        self._added = number

    def sum(self, number: int) -> int:
        """The sum of the three."""
        if number == "three":
            raise DataError("is no number", where="three")
        return self._start + self._added + number

    def sum_or_die(self, number: int, mark: Path) -> int:
        """The same; the first call with a mark kills the worker."""
        killed_once(mark)
        return self.sum(number)
