"""Signals and the three standard streams, any of which may be closed."""

import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from forecast.errors import Interrupted

BROKEN_PIPE = 141
"""Exit code where the reader of standard output has closed it: 128 + SIGPIPE."""

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Variables that NumPy's linear algebra libraries read when NumPy is first imported."""

_STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def prepare() -> None:
    """Make signals raise `Interrupted`, replace closed streams, and keep NumPy to one thread.

    Several threads add in another order than one, so the last digits of a forecast would depend on
    the number of cores; for small matrices they also take twice the processor time.
    """
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    for number in _STOPPING:
        # A signal that is ignored on entry (nohup, a shell's background job) stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    for descriptor in (0, 1, 2):
        _replace_if_closed(descriptor)
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    # On a terminal that cannot encode "é", print \xe9 rather than fail.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    else:
        sys.stdout = _text_stream(1)
    sys.stderr = sys.stderr or _text_stream(2)


def guarded(run: Callable[[], int]) -> int:
    """The exit code of `run`, also where a signal or a closed pipe ends it."""
    try:
        code = run()
    except BrokenPipeError:
        code = BROKEN_PIPE
    except Interrupted as interruption:
        code = interruption.exit_code
    _restore_signals()
    try:
        sys.stdout.flush()
    except OSError:
        silence(1)
    return code


@contextmanager
def held_back() -> Iterator[None]:
    """Let signals wait until the end of the block: a change of several parts is whole or not made."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _text_stream(descriptor: int) -> TextIO:
    return io.TextIOWrapper(io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False)))


def silence(descriptor: int) -> None:
    """Discard what is still buffered for a broken stream, so that exiting prints no error."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del frame
    # A second signal must end the process even if the cleanup hangs.
    _restore_signals()
    raise Interrupted(number)


def _restore_signals() -> None:
    for number in _STOPPING:
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, signal.SIG_DFL)


def _replace_if_closed(descriptor: int) -> None:
    # A file opened later would get the descriptor of a closed stream, and output meant for the
    # stream. Standard output is opened for reading, so that writing to it fails.
    try:
        os.fstat(descriptor)
    except OSError:
        opened = os.open(os.devnull, os.O_WRONLY if descriptor == 2 else os.O_RDONLY)
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)
