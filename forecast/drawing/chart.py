"""What a picture shows, whatever draws it: charts of curves and bands over one axis each."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.data.arrays import Floats
from forecast.drawing.shares import CLASS_INKS, ClassInk, Shares
from forecast.drawing.ticks import LARGEST_DRAWN, Axis, Tick, number_ticks

Role = Literal["history", "filled", "forecast", "actual", "training", "validation", "reference"]
"""What a curve is: each has a colour of its own, and the later ones are drawn above the earlier ones."""

Ink = Role | Literal["interval", "wide interval"] | ClassInk
"""What is drawn in one colour."""

AREAS: tuple[Ink, ...] = ("interval", "wide interval", *CLASS_INKS)
"""What is filled, and no line."""

_FAR = 1.5
"""How far intervals may extend the range of the values, in units of it: beyond, they are cut off."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Values in the order of their positions; NaN leaves a gap."""

    name: str
    role: Role
    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True)
class Band:
    """The space between two curves: a prediction interval."""

    name: str
    x: Floats
    lower: Floats
    upper: Floats
    wide: bool = False
    """Whether another interval lies within it."""

    @property
    def ink(self) -> Ink:
        """Its colour."""
        return "wide interval" if self.wide else "interval"


@dataclass(frozen=True, slots=True)
class Chart:
    """One series, or one quantity, over its axis."""

    title: str
    curves: tuple[Curve, ...]
    axis: Axis
    bands: tuple[Band, ...] = ()
    """The widest first."""
    marks: tuple[float, ...] = ()
    """Positions of vertical lines: the origins of forecasts."""
    shares: Shares | None = None
    """Probabilities of classes, in a chart without curves and bands."""

    @property
    def x_range(self) -> tuple[float, float]:
        """The first and the last position; never of no width."""
        if self.shares is not None:
            return float(self.shares.edges[0]), float(self.shares.edges[-1])
        parts = [each.x for each in self.curves] + [each.x for each in self.bands]
        every = np.concatenate(parts)
        low, high = float(every.min()), float(every.max())
        return (low, high) if high > low else (low - 0.5, high + 0.5)

    @property
    def y_range(self) -> tuple[float, float]:
        """The least and the largest value with a margin; intervals that are much wider are cut off."""
        if self.shares is not None:
            return self.shares.y_range
        values = _known([each.y for each in self.curves])
        bounds = _known([part for each in self.bands for part in (each.lower, each.upper)])
        if not len(values) and not len(bounds):
            return 0.0, 1.0
        low, high = (values.min(), values.max()) if len(values) else (bounds.min(), bounds.max())
        if len(bounds):
            reach = (high - low) * _FAR if high > low else np.inf
            low = min(low, max(bounds.min(), low - reach))
            high = max(high, min(bounds.max(), high + reach))
        margin = 0.04 * (high - low) or 0.1 * abs(high) or 1.0
        return float(low - margin), float(high + margin)

    def y_ticks(self, most: int) -> list[Tick]:
        """About `most` values with their labels."""
        return number_ticks(*self.y_range, most=most) if self.shares is None else self.shares.ticks


@dataclass(frozen=True, slots=True)
class Picture:
    """Charts side by side, under one title."""

    title: str
    charts: tuple[Chart, ...]

    @property
    def legend(self) -> tuple[tuple[Ink, str], ...]:
        """Each colour with its name, once; values filled in are of the least interest."""
        found: dict[Ink, str] = {}
        for chart in self.charts:
            for curve in chart.curves:
                if np.isfinite(curve.y).any():
                    found.setdefault(curve.role, curve.name)
            for band in reversed(chart.bands):
                if np.isfinite(band.lower).any():
                    found.setdefault(band.ink, band.name)
            if chart.shares is not None:
                found |= dict(zip(chart.shares.inks, chart.shares.names, strict=True))
        return tuple(sorted(found.items(), key=lambda each: each[0] == "filled"))


def drawable(values: Floats) -> Floats:
    """The values, with those too large for arithmetic moved to where they can be drawn; NaN stays."""
    return np.clip(values, -LARGEST_DRAWN, LARGEST_DRAWN)


def _known(parts: list[Floats]) -> Floats:
    every = np.concatenate([np.empty(0), *parts])
    return drawable(every[~np.isnan(every)])
