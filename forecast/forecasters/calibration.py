"""How wide an interval must be: learned from errors of forecasts for rows not trained on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.panel import Floats

PERCENTS = np.arange(1, 100)
"""The coverages, in percent, that a calibration knows; others are interpolated."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Half-widths of intervals, in units of each series' own volatility."""

    half_widths: Floats
    """(horizon, 99) for every step and percent of `PERCENTS`; NaN: the errors were too few to tell."""
    errors: int
    """Errors it was learned from."""

    def half_width(self, levels: Sequence[float], horizon: int) -> Floats:
        """(levels, horizon) half-widths; beyond the calibrated steps they grow with the root of the step."""
        raise NotImplementedError


def calibrate(errors: Floats) -> Calibration:
    """A calibration from `errors`, (forecasts, horizon) in units of volatility, NaN where nothing came."""
    raise NotImplementedError
