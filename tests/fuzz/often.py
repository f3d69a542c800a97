"""How many examples a property is tried on: a few in the tests, as many as asked by hand."""

import os

from hypothesis import HealthCheck, settings

_ASKED = os.environ.get("FUZZ_EXAMPLES")

often = settings(
    max_examples=int(_ASKED or 300),
    derandomize=_ASKED is None,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)
"""FUZZ_EXAMPLES=50000 tries so many, from --hypothesis-seed; without it the same few each time."""
