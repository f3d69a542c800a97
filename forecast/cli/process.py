"""What the operating system hands a process: signals, and three streams that may be closed."""

import io
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import TextIO

from forecast.errors import Interrupted

BROKEN_PIPE = 141
"""Exit code of a program whose reader left: 128 + SIGPIPE."""

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What the libraries that multiply for NumPy read when it is first imported."""

_STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def prepare() -> None:
    """Make signals raise `Interrupted`, the standard streams safe, and sums the same on any number of cores.

    Several threads sum in another order than one, so a forecast's last digits told how many
    processors there were; for its small matrices they also cost twice the processor time.
    """
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    for number in _STOPPING:
        # Ignored on entry (nohup, a shell's background job) stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    for descriptor in (0, 1, 2):
        _occupy(descriptor)
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    # A terminal that knows no "é" shows \xe9 rather than end the program.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    else:
        sys.stdout = _text_stream(1)
    sys.stderr = sys.stderr or _text_stream(2)


def guarded(run: Callable[[], int]) -> int:
    """The exit code of `run`, also when a signal or a reader that left ended it."""
    try:
        code = run()
    except BrokenPipeError:
        code = BROKEN_PIPE
    except Interrupted as interruption:
        code = interruption.exit_code
    _stop_listening()
    try:
        sys.stdout.flush()
    except OSError:
        silence(1)
    return code


def _text_stream(descriptor: int) -> TextIO:
    return io.TextIOWrapper(io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False)))


def silence(descriptor: int) -> None:
    """Send what is still buffered for a broken stream nowhere, so that leaving stays quiet."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del frame
    # A second signal must end the process even if cleaning up hangs.
    _stop_listening()
    raise Interrupted(number)


def _stop_listening() -> None:
    for number in _STOPPING:
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, signal.SIG_DFL)


def _occupy(descriptor: int) -> None:
    # A file opened later would take the number of a closed stream and receive
    # stray output. Standard output is opened for reading: writing must fail.
    try:
        os.fstat(descriptor)
    except OSError:
        opened = os.open(os.devnull, os.O_WRONLY if descriptor == 2 else os.O_RDONLY)
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)
