"""The exceptions of this package: what is wrong, where, and how to fix it.

* ForecastError
  x UsageError        2    the command line, or arguments that contradict each other
  x DataError         3    the file: columns, frequency, not numbers, too short
  x ModelError        4    the model: not found, damaged, newer, does not fit the data
  x MissingExtra      5    an optional part is not installed
  x TrainingError     7    the network: its loss became NaN twice
* Interrupted         130  a signal asked the program to stop (128 + its number)

Exit codes that are results rather than errors are in `EXIT_CODES`, with all others.
"""

from forecast.phrases import shown

EXIT_CODES: dict[int, str] = {
    0: "done",
    1: "the machine failed (disk, memory) or a bug",
    2: "wrong use",
    3: "the data: columns, frequency, not numbers, too short",
    4: "the model: not found, damaged, newer, does not fit the data",
    5: "an optional part is not installed, or a cluster does not serve; the hint says what to do",
    6: "some series failed, the others were written",
    7: "training failed (loss became NaN twice)",
    10: "done, but no better than the baseline (only with --require-skill)",
    11: "drifted (only drift)",
    130: "SIGINT",
    141: "SIGPIPE",
    143: "SIGTERM",
}
"""Every exit code and its meaning. Append-only: scripts depend on it."""

SOME_SKIPPED = 6
"""Exit code of a finished run that skipped series."""

NO_SKILL = 10
"""Exit code of a finished run with `--require-skill` whose model does not beat the baselines."""


DRIFTED = 11
"""Exit code of `drift` where new rows are no longer like those of the model."""


class ForecastError(Exception):
    """An error that the user can fix: what is wrong, where, and what to do.

    `where` is the place (harvest.csv, line 19, column "tons"), `hint` what to try next.
    Both may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(shown(message))
        self.message = shown(message)
        self.where = shown(where)
        self.hint = shown(hint)
        if hint:
            self.add_note(f"hint: {hint}")  # a traceback shows it

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class UsageError(ForecastError):
    """Options or arguments are wrong, or contradict each other."""

    exit_code = 2


class DataError(ForecastError):
    """The data cannot be read, or are too few."""

    exit_code = 3


class ModelError(ForecastError):
    """The model file is missing, damaged, newer than this program, or does not fit the data."""

    exit_code = 4


class MissingExtra(ForecastError):
    """An optional part of the program is not installed."""

    exit_code = 5


class EngineError(ForecastError):
    """A cluster cannot be reached, or one of its workers cannot do the work."""

    exit_code = 5


class TrainingError(ForecastError):
    """Training failed: the loss became NaN twice."""

    exit_code = 7


class Interrupted(BaseException):
    """A signal asked the program to stop. Not an `Exception`, so that no library catches it."""

    def __init__(self, signal_number: int) -> None:
        super().__init__("interrupted")
        self.exit_code = 128 + signal_number
