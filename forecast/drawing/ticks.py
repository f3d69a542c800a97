"""Where an axis has ticks, and what is written at them.

>>> [label for _, label in number_ticks(0.0, 4.2e7, most=5)]
['0', '10M', '20M', '30M', '40M']
>>> [label for _, label in Counter().ticks(1961.0, 2024.0, most=5)]
['1980', '2000', '2020']
>>> days = np.array(["2024-01-01", "2024-12-31"], dtype="datetime64[s]").astype(float)
>>> [label for _, label in Dates(Frequency("day")).ticks(*days, most=5)]
['2024', 'Apr', 'Jul', 'Oct']
"""

import math
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from forecast.data.arrays import Floats, Times
from forecast.data.frequency import Frequency

Tick = tuple[float, str]

LARGEST_DRAWN = 4e307
"""Values beyond are drawn here: differences of larger ones would be no numbers."""

_SUFFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))

_Unit = Literal["s", "m", "h", "D", "M", "Y"]
_STEPS: tuple[tuple[_Unit, int, float], ...] = (
    *(("s", count, count) for count in (1, 2, 5, 10, 15, 30)),
    *(("m", count, 60 * count) for count in (1, 2, 5, 10, 15, 30)),
    *(("h", count, 3600 * count) for count in (1, 2, 3, 6, 12)),
    *(("D", count, 86_400 * count) for count in (1, 2, 7, 14)),
    *(("M", count, 2_629_746 * count) for count in (1, 2, 3, 6)),
    *(("Y", count, 31_556_952 * count) for count in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)),
)
"""Unit of the calendar, how many of them, and their usual length in seconds."""

_MONDAY = 4
"""The first Monday, as days since 1970-01-01."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Axis(Protocol):
    """What the horizontal positions of a chart mean."""

    def ticks(self, low: float, high: float, most: int) -> list[Tick]:
        """At most `most` positions between `low` and `high` with their labels, in their order."""
        ...

    def text(self, positions: Floats) -> list[str]:
        """Each position in full, as results write it."""
        ...


@dataclass(frozen=True, slots=True)
class Counter:
    """Whole numbers: years, steps, epochs."""

    def ticks(self, low: float, high: float, most: int) -> list[Tick]:
        """See `Axis`."""
        step = max(_nice_step((high - low) / (most + 1)), 1.0)
        while len(_multiples(step, low, high)) > most:
            step = _nice_step(1.5 * step)
        return [(tick, f"{tick:.0f}") for tick in _multiples(step, low, high)]

    def text(self, positions: Floats) -> list[str]:
        """See `Axis`."""
        return [f"{position:.0f}" for position in positions]


@dataclass(frozen=True, slots=True)
class Dates:
    """Seconds since 1970-01-01, UTC; ticks are at the calendar's own borders, in the zone of the data."""

    frequency: Frequency

    def ticks(self, low: float, high: float, most: int) -> list[Tick]:
        """See `Axis`."""
        shift = float(self.frequency.offset_seconds or 0)
        for unit, count, length in _STEPS:
            if (high - low) / length <= most:
                ticks = [
                    tick for tick in _calendar(low + shift, high + shift, unit, count) if tick is not None
                ]
                if len(ticks) <= most:
                    return [(tick - shift, _date_label(tick, unit)) for tick in ticks]
        return []

    def text(self, positions: Floats) -> list[str]:
        """See `Axis`."""
        return self.frequency.text(positions.astype(np.int64).view("datetime64[s]"))


def axis_of(frequency: Frequency) -> Axis:
    """The axis of times with this frequency."""
    return Counter() if frequency.form == "integer" else Dates(frequency)


def positions(times: Times) -> Floats:
    """Times as positions on their axis."""
    return times.astype(np.int64).astype(np.float64)


def number_ticks(low: float, high: float, most: int) -> list[Tick]:
    """About `most` round numbers between `low` and `high`, at least two, with labels such as "2.5M"."""
    step = _nice_step(high / (2 * most + 2) - low / (2 * most + 2))
    while len(_multiples(step, low, high)) > most:
        coarser = _nice_step(1.5 * step)
        if len(_multiples(coarser, low, high)) < 2:  # one alone says nothing of the scale
            break
        step = coarser
    ticks = _multiples(step, low, high)
    size = max((abs(tick) for tick in ticks), default=0.0)
    return [(tick, _number_label(tick, step, size)) for tick in ticks]


def number_text(value: float) -> str:
    """A number with up to five digits and a separator of thousands, for a person who looks at a point."""
    if math.isnan(value):
        return "missing"
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return f"{value:.5g}"
    decimals = max(4 - math.floor(math.log10(size)), 0) if size else 0
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _nice_step(step: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is no less than `step`."""
    if not step > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return next((each * power for each in (1, 2, 5) if each * power >= step * (1 - 1e-9)), 10 * power)


def _multiples(step: float, low: float, high: float) -> list[float]:
    """The multiples of `step` from `low` to `high`."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _number_label(tick: float, step: float, size: float) -> str:
    if tick == 0:
        return "0"
    if size >= 1e15 or size < 1e-4:
        digits = math.floor(math.log10(abs(tick)) + 1e-9) - math.floor(math.log10(step) + 1e-9)
        mantissa, _, power = f"{tick:.{min(max(digits, 0), 6)}e}".partition("e")
        return f"{mantissa}e{int(power)}"
    scale, suffix = next((each for each in _SUFFIXES if size >= max(each[0], 1e4)), (1.0, ""))
    decimals = max(-math.floor(math.log10(step / scale) + 1e-9), 0)
    if decimals > 3:  # a narrow range of large numbers: the digits that differ must be seen
        return f"{tick:,.{max(-math.floor(math.log10(step) + 1e-9), 0)}f}"
    return f"{tick / scale:.{decimals}f}{suffix}"


def _calendar(low: float, high: float, unit: _Unit, count: int) -> list[float]:
    """The starts of every `count` units of the calendar from `low` to `high`, in seconds."""
    seconds = np.array([math.floor(low), math.ceil(high)], dtype=np.int64).view("datetime64[s]")
    first, last = seconds.astype(f"datetime64[{unit}]").astype(np.int64).tolist()
    if unit == "D" and count % 7 == 0:
        first = (first - _MONDAY) // count * count + _MONDAY
    elif unit == "Y":
        first = (first + 1970) // count * count - 1970
    else:
        first = first // count * count
    starts = np.arange(first, last + 1, count).astype(f"datetime64[{unit}]").astype("datetime64[s]")
    found = starts.astype(np.int64).astype(np.float64)
    return [each for each in found.tolist() if low <= each <= high]


def _date_label(seconds: float, unit: _Unit) -> str:
    """What a tick is called: a year, a month, a day or a time of day; the first one has the larger name."""
    moment = np.int64(seconds).view("datetime64[s]")
    date, _, clock = str(moment).partition("T")
    year, month, day = date.rsplit("-", 2)
    if unit == "Y" or (unit == "M" and month == "01"):
        return year
    if unit == "M":
        return _MONTHS[int(month) - 1]
    if unit == "D" or clock == "00:00:00":
        return f"{int(day)} {_MONTHS[int(month) - 1]}"
    return clock if unit == "s" else clock[:5]
