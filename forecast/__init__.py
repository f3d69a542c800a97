"""Time-series forecasting with recurrent networks, from a CSV to a judged model.

>>> import forecast
>>> trained = forecast.train("harvest.csv", forecast.TrainRequest(horizon=4))  # doctest: +SKIP
>>> forecast.predict(trained.model).to_frame()  # doctest: +SKIP

Every name here is loaded when it is first used: `import forecast` is free.
"""

from importlib import import_module

from forecast.version import __version__ as __version__

# Not from typing: `python -m forecast` would look for it in the current folder first.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from forecast.data.panel import Panel
    from forecast.data.results import Card, Coverage, Forecast, ModelCard, Scores, Verdict
    from forecast.errors import (
        DataError,
        ForecastError,
        Interrupted,
        MissingExtra,
        ModelError,
        TrainingError,
        UsageError,
    )
    from forecast.forecasters.recurrent import RecurrentForecaster
    from forecast.reporting.data_report import DataReport
    from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
    from forecast.spec.reading import Columns, Notation, Policy, ReadSpec
    from forecast.spec.training import TrainingPlan, TrainRequest
    from forecast.workflow import Trained, check, evaluate, load, predict, pretrained_model, show, train


__all__ = [
    "Card",
    "Columns",
    "Coverage",
    "DataError",
    "DataReport",
    "Forecast",
    "ForecastError",
    "Interrupted",
    "MissingExtra",
    "ModelCard",
    "ModelError",
    "ModelSpec",
    "NetworkSpec",
    "Notation",
    "Panel",
    "Policy",
    "ReadSpec",
    "RecurrentForecaster",
    "Scores",
    "TrainRequest",
    "Trained",
    "TrainingError",
    "TrainingPlan",
    "UsageError",
    "Verdict",
    "WindowSpec",
    "check",
    "evaluate",
    "load",
    "predict",
    "pretrained_model",
    "show",
    "train",
]

_HOMES = {
    "forecast.data.panel": ("Panel",),
    "forecast.data.results": ("Card", "Coverage", "Forecast", "ModelCard", "Scores", "Verdict"),
    "forecast.errors": (
        "DataError",
        "ForecastError",
        "Interrupted",
        "MissingExtra",
        "ModelError",
        "TrainingError",
        "UsageError",
    ),
    "forecast.forecasters.recurrent": ("RecurrentForecaster",),
    "forecast.reporting.data_report": ("DataReport",),
    "forecast.spec.model": ("ModelSpec", "NetworkSpec", "WindowSpec"),
    "forecast.spec.reading": ("Columns", "Notation", "Policy", "ReadSpec"),
    "forecast.spec.training": ("TrainingPlan", "TrainRequest"),
    "forecast.workflow": (
        "Trained",
        "check",
        "evaluate",
        "load",
        "predict",
        "show",
        "train",
        "pretrained_model",
    ),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            value: object = getattr(import_module(home), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
