"""The times to come of a regular series, some at once, so that a row costs no arithmetic of calendars."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats, Times
from forecast.data.frequency import Frequency
from forecast.features.calendar import phases

_ROWS = 64
"""Times that are computed at once."""

_BLOCKS = 256
"""Blocks that are remembered: series of one panel share their times."""


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive times after one time."""

    times: Times
    numbers: list[int]
    """The same as integers: seconds since 1970 in UTC, or the integers of the data."""
    texts: list[str]
    """As results write them."""
    phases: Floats | None
    """(rows, features) of the calendar, for a network that reads it."""


class Clock:
    """Times after any time, for series of one frequency."""

    def __init__(self, frequency: Frequency, *, with_phases: bool, ahead: int) -> None:
        """`ahead` are the rows that are forecast: every block is longer than these."""
        self.frequency = frequency
        self._with_phases, self._rows = with_phases, max(_ROWS, 2 * ahead)
        self._blocks: dict[int, Block] = {}

    def after(self, last: int) -> Block:
        """The times after `last`."""
        if last not in self._blocks:
            if len(self._blocks) >= _BLOCKS:
                self._blocks.clear()
            self._blocks[last] = self._block(last)
        return self._blocks[last]

    def time_of(self, number: int) -> Times:
        """(1,) a number as a time of a panel."""
        numbers = np.array([number], dtype=np.int64)
        return numbers if self.frequency.form == "integer" else numbers.view("datetime64[s]")

    def _block(self, last: int) -> Block:
        times = self.frequency.after(self.time_of(last), self._rows)[0]
        return Block(
            times,
            times.astype(np.int64).tolist(),
            self.frequency.text(times),
            phases(times, self.frequency) if self._with_phases else None,
        )


class Position:
    """Where a series is: its newest time, and the times after it."""

    def __init__(self, clock: Clock, last: int) -> None:
        self._clock = clock
        self.last = last
        """The newest time, as a number."""
        self.text = clock.frequency.text(clock.time_of(last))[0]
        self._block, self._next = clock.after(last), 0

    def expects(self) -> int:
        """The next time, as a number."""
        return self._block.numbers[self._next]

    def expected_text(self) -> str:
        """The next time, as results write it."""
        return self._block.texts[self._next]

    def advance(self) -> tuple[Times, Floats | None]:
        """Go on by one row; its time, (1,), and its phases, (1, features)."""
        block, here = self._block, self._next
        self.last, self.text = block.numbers[here], block.texts[here]
        if here + 1 >= len(block.texts) // 2:  # the other half is for what is forecast
            self._block, self._next = self._clock.after(self.last), 0
        else:
            self._next = here + 1
        read = block.phases
        return block.times[here : here + 1], None if read is None else read[here : here + 1]

    def texts_ahead(self, steps: int) -> list[str]:
        """The times of the next rows."""
        return self._block.texts[self._next : self._next + steps]
