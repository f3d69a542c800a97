"""Upper bounds of what a model may be."""

from forecast.errors import UsageError

MAX_WINDOW = 100_000
MAX_HORIZON = 10_000
MAX_BACKTESTS = 10_000
MAX_UNITS = 4_096
MAX_LAYERS = 8
MAX_MEMBERS = 64
MAX_PERIODS = 8
MAX_CATEGORIES = 10_000
MAX_CLASSES = 100
MAX_COVARIATES = 1_000
MAX_HEADER_LINE = 1_000


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Refuse an option's value outside of `low` to `high`, both of which may be."""
    if not low <= value <= high:
        raise UsageError(f"{name} must be between {low:g} and {high:g}, not {value:g}")


def check_level(level: float) -> None:
    """Refuse a coverage that is not 1 to 99 percent."""
    if 0 < level < 1:
        raise UsageError(f"--level is in percent, not {level:g}", hint=f"write --level {100 * level:g}")
    if not 1 <= level <= 99:
        raise UsageError(f"--level must be between 1 and 99 percent, not {level:g}")
