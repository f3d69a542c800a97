"""What one training carries along: who hears of it, where it is remembered, how long it may take."""

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from forecast.events import Listener, ignore

if TYPE_CHECKING:
    from forecast.engines.crew import Crew
    from forecast.network.checkpoint import Checkpoint


class Budget:
    """Wall-clock seconds for all fits together, from now on."""

    def __init__(self, seconds: float | None = None) -> None:
        """Without `seconds` there is no limit."""
        self._deadline = time.monotonic() + (np.inf if seconds is None else seconds)

    @property
    def is_spent(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self._deadline

    def share(self, stages: int) -> float:
        """Seconds for the next of so many equal stages to come."""
        return max(self._deadline - time.monotonic(), 0.0) / stages


@dataclass(frozen=True, slots=True)
class Run:
    """The surroundings of a training: only a budget that ends it early changes its outcome."""

    listener: Listener = ignore
    checkpoint: "Checkpoint | None" = None
    budget: Budget = field(default_factory=Budget)
    crew: "Crew | None" = None
    """Workers that train one network together; None for this process alone."""

    def within(self, seconds: float | None) -> "Run":
        """The same run with so many seconds from now on."""
        return replace(self, budget=Budget(seconds))
