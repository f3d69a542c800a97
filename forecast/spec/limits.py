"""Upper bounds of what a model may be."""

from forecast.errors import UsageError

MAX_WINDOW = 100_000


MAX_HORIZON = 10_000


MAX_UNITS = 4_096


MAX_LAYERS = 8


MAX_MEMBERS = 64


MAX_CATEGORIES = 10_000


MAX_CLASSES = 100


MAX_COVARIATES = 1_000


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Refuse an option's value outside of `low` to `high`, both of which may be."""
    if not low <= value <= high:
        raise UsageError(f"{name} must be between {low:g} and {high:g}, not {value:g}")
