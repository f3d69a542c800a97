"""Times, numbers and texts as results write them."""

import math

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Floats, Integers, Times
from forecast.data.frequency import Frequency

Labels = NDArray[np.object_] | Integers

LARGEST_WHOLE = 2.0**53
"""Whole numbers smaller than this are written as integers."""


def times_column(times: Times, frequency: Frequency) -> Labels:
    """Times as results write them: integers as in the data, others as texts in ISO 8601.

    Integers are objects here: a table shows them as they are, without commas, and not as numbers.
    """
    if frequency.form == "integer":
        return times.astype(np.int64).astype(object)
    return np.array(frequency.text(times), dtype=object)


def numbers_column(values: Floats) -> Labels | Floats:
    """Numbers as results write them: integers, with None for NaN, where all are whole and small enough."""
    known = ~np.isnan(values)
    numbers = values[known]
    if not ((numbers == np.rint(numbers)) & (np.abs(numbers) < LARGEST_WHOLE)).all():
        return values
    if known.all():
        return values.astype(np.int64)
    return np.array([None if math.isnan(value) else int(value) for value in values], dtype=object)


def texts_column(codes: Floats, vocabulary: tuple[str, ...]) -> Labels:
    """The texts at these indices of a vocabulary; None for NaN."""
    return np.array([None if math.isnan(code) else vocabulary[int(code)] for code in codes], dtype=object)
