"""What is called for a part, where it is called, and what comes back where it failed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from forecast.errors import EngineError, ForecastError, UsageError
from forecast.version import __version__

EngineName = Literal["serial", "processes", "ray"]
ENGINES: tuple[EngineName, ...] = ("serial", "processes", "ray")

MOST_ATTEMPTS = 5
"""Workers that may die over one part before it is given up."""

MOST_WORKERS = 1_024


@dataclass(frozen=True, slots=True)
class Engine:
    """Where parts are worked on."""

    name: EngineName = "serial"
    workers: int = 1
    """Processes; 1 with "serial". With `address` the tasks that run at once."""
    address: str | None = None
    """A Ray cluster that runs already: "auto" or HOST:PORT."""

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise UsageError(f'engine must be one of {", ".join(ENGINES)}, not "{self.name}"')
        if not 1 <= self.workers <= MOST_WORKERS:
            raise UsageError(f"workers must be from 1 to {MOST_WORKERS:,}, not {self.workers}")
        if self.name == "serial" and self.workers > 1:
            raise UsageError("--engine serial has one worker", hint="--engine processes has several")
        if self.address is not None and self.name != "ray":
            raise UsageError(f"--address is of a Ray cluster, not of --engine {self.name}")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a part has no result."""

    message: str
    hint: str = ""
    exit_code: int = 1

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        """The failure that an exception means; that of a bug names its type."""
        if isinstance(error, ForecastError):
            return cls(str(error), error.hint, error.exit_code)
        if isinstance(error, MemoryError):
            return cls("there is not enough memory for it", "forecast partition makes smaller files")
        return cls(f"{type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True)
class Call:
    """A function for a worker, which answers only where it is of the same version."""

    function: Callable[..., object]
    version: str = __version__

    def __call__(self, part: object) -> object:
        """What the function gives for a part, or the `Failure`."""
        if self.version != __version__:
            message = f"a worker has forecast {__version__}, and this is {self.version}"
            return Failure(message, "install one version on all machines", EngineError.exit_code)
        try:
            return self.function(part)
        except Exception as error:
            return Failure.of(error)


def gave_up() -> Failure:
    """The failure of a part over which workers died again and again."""
    return Failure(
        f"{MOST_ATTEMPTS} workers died over it, perhaps for want of memory",
        "forecast partition makes smaller files; fewer --workers leave more memory to each",
    )
