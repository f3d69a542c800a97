"""Time-series forecasting with recurrent networks, from a CSV to an evaluated model.

>>> import forecast
>>> trained = forecast.train("sample_data/harvest.csv", quick=True)
>>> frame = forecast.predict(model=trained.model).to_frame()
>>> list(frame.columns)
['year', 'forecast', 'lower_80', 'upper_80']

Every name here is loaded when it is first used: `import forecast` is free.
"""

from importlib import import_module

from forecast.version import __version__ as __version__

# Not from typing: `python -m forecast` would look for it in the current folder first.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from forecast.api import compare, evaluate, load, predict, show, train
    from forecast.api_data import check, future, read, repair
    from forecast.api_files import partition, predict_files
    from forecast.api_live import drift, stream
    from forecast.api_pictures import plot, report
    from forecast.data.cards import Card, ModelCard
    from forecast.data.comparison import Comparison, PairVerdict
    from forecast.data.drift import DriftReport
    from forecast.data.evaluation import EvaluationResult, Predictions
    from forecast.data.frequency import Frequency
    from forecast.data.panel import Panel
    from forecast.data.results import Coverage, Forecast, Probabilities, Scores, Verdict
    from forecast.data.totals import Total
    from forecast.diagnostics.profile import DataProfile
    from forecast.errors import (
        DataError,
        EngineError,
        ForecastError,
        Interrupted,
        MissingExtra,
        ModelError,
        TrainingError,
        UsageError,
    )
    from forecast.events import SeriesSkipped
    from forecast.forecasters.combination import Combination
    from forecast.forecasters.intervals import Spread
    from forecast.forecasters.model import RecurrentForecaster
    from forecast.forecasters.recurrent import Network
    from forecast.planning.plan import Plan
    from forecast.reading.reader import ReadResult
    from forecast.reporting.data_report import DataReport
    from forecast.spec.model import Bounds, ModelSpec, NetworkSpec, WindowSpec
    from forecast.spec.reading import Columns, Notation, Policy, ReadSpec, Target
    from forecast.spec.training import TrainingPlan, TrainRequest
    from forecast.workflow import Trained

_HOMES = {
    "forecast.api": ("compare", "evaluate", "load", "predict", "show", "train"),
    "forecast.api_data": ("check", "future", "read", "repair"),
    "forecast.api_files": ("partition", "predict_files"),
    "forecast.api_live": ("drift", "stream"),
    "forecast.api_pictures": ("plot", "report"),
    "forecast.data.cards": ("Card", "ModelCard"),
    "forecast.data.comparison": ("Comparison", "PairVerdict"),
    "forecast.data.drift": ("DriftReport",),
    "forecast.data.evaluation": ("EvaluationResult", "Predictions"),
    "forecast.data.frequency": ("Frequency",),
    "forecast.data.panel": ("Panel",),
    "forecast.data.results": ("Coverage", "Forecast", "Probabilities", "Scores", "Verdict"),
    "forecast.diagnostics.profile": ("DataProfile",),
    "forecast.errors": (
        "DataError",
        "EngineError",
        "ForecastError",
        "Interrupted",
        "MissingExtra",
        "ModelError",
        "TrainingError",
        "UsageError",
    ),
    "forecast.data.totals": ("Total",),
    "forecast.events": ("SeriesSkipped",),
    "forecast.forecasters.combination": ("Combination",),
    "forecast.forecasters.intervals": ("Spread",),
    "forecast.forecasters.model": ("RecurrentForecaster",),
    "forecast.forecasters.recurrent": ("Network",),
    "forecast.planning.plan": ("Plan",),
    "forecast.reading.reader": ("ReadResult",),
    "forecast.reporting.data_report": ("DataReport",),
    "forecast.spec.model": ("Bounds", "ModelSpec", "NetworkSpec", "WindowSpec"),
    "forecast.spec.reading": ("Columns", "Notation", "Policy", "ReadSpec", "Target"),
    "forecast.spec.training": ("TrainRequest", "TrainingPlan"),
    "forecast.workflow": ("Trained",),
}
"""Where each public name is defined."""

__all__ = [
    "Bounds",
    "Card",
    "Columns",
    "Combination",
    "Comparison",
    "Coverage",
    "DataError",
    "DataProfile",
    "DataReport",
    "DriftReport",
    "EngineError",
    "EvaluationResult",
    "Forecast",
    "ForecastError",
    "Frequency",
    "Interrupted",
    "MissingExtra",
    "ModelCard",
    "ModelError",
    "ModelSpec",
    "Network",
    "NetworkSpec",
    "Notation",
    "PairVerdict",
    "Panel",
    "Plan",
    "Policy",
    "Predictions",
    "Probabilities",
    "ReadResult",
    "ReadSpec",
    "RecurrentForecaster",
    "Scores",
    "SeriesSkipped",
    "Spread",
    "Target",
    "Total",
    "TrainRequest",
    "Trained",
    "TrainingError",
    "TrainingPlan",
    "UsageError",
    "Verdict",
    "WindowSpec",
    "check",
    "compare",
    "drift",
    "evaluate",
    "future",
    "load",
    "partition",
    "plot",
    "predict",
    "predict_files",
    "read",
    "repair",
    "report",
    "show",
    "stream",
    "train",
]


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            value: object = getattr(import_module(home), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
