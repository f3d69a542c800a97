"""A workflow without networks: real results, made up; every call is kept."""

import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np

from forecast.data.cards import Card, ModelCard
from forecast.data.comparison import Comparison, PairVerdict
from forecast.data.devices import DeviceFacts
from forecast.data.evaluation import EvaluationResult, Predictions
from forecast.data.frequency import Frequency
from forecast.data.results import Coverage, Forecast, Scores, Verdict
from forecast.diagnostics.profile import DataProfile
from forecast.events import Decision, EpochEnded, FitEnded, FitsAhead, Loading, Note, Warned
from forecast.forecasters.model import RecurrentForecaster
from forecast.reporting.data_report import DataReport
from forecast.spec.reading import Columns
from forecast.spec.training import TrainingPlan
from tests.models import model, network

YEARLY = Frequency(unit="year", form="integer")


def forecast(series: int = 1, horizon: int = 4, levels=(80.0,), ids=None) -> Forecast:
    values = np.arange(series * horizon, dtype=float).reshape(series, horizon) + 0.5
    return Forecast(
        ids=ids or tuple(f"s{index}" for index in range(series)),
        times=np.tile(np.arange(2024, 2024 + horizon), (series, 1)),
        values=values,
        levels=tuple(levels),
        lower=np.stack([values - 1 for _ in levels]),
        upper=np.stack([values + 1 for _ in levels]),
        columns=Columns(target="tons", time="year", series="field" if series > 1 else None),
        frequency=YEARLY,
    )


def scores(model: float = 3.1, naive: float = 3.78) -> Scores:
    return Scores(
        models=("gru", "naive"),
        metrics=("mae", "skill"),
        weights=np.array([1.0, np.nan]),
        overall=np.array([[model, 1 - model / naive], [naive, 0.0]]),
        by_series=np.array([[[model, 0.2]], [[naive, 0.0]]]),
        by_step=np.array([[[model, 0.2]], [[naive, np.nan]]]),
        ids=("",),
        series_column=None,
        backtests=3,
        forecasts=12,
        forecasts_by_series=np.array([12]),
        forecasts_by_step=np.array([12]),
    )


def predictions() -> Predictions:
    return Predictions(
        models=("gru", "naive"),
        ids=("",),
        origins=np.array([[2020]]),
        actual=np.array([[[3.0, 4.0]]]),
        values=np.array([[[[3.5, 4.5]]], [[[2.0, 2.0]]]]),
        level=80.0,
        lower=np.array([[[2.5, 3.5]]]),
        upper=np.array([[[4.5, 5.5]]]),
        columns=Columns(target="tons", time="year"),
        frequency=YEARLY,
    )


def card(outcome="useful") -> ModelCard:
    return ModelCard(
        source="harvest.csv",
        rows=60,
        series=1,
        first_time="1964",
        last_time="2023",
        data_sha256="0" * 64,
        origin="scratch",
        parameters=3000,
        epochs=40,
        training=TrainingPlan(),
        scores=scores(),
        verdict=Verdict(
            outcome=outcome,
            text="useful: 18 % better than repeating the last value",
            skill=0.18,
            best_baseline="naive",
            better_by=0.18,
            echo=False,
            flat=False,
        ),
        coverage=Coverage(nominal=80.0, achieved=83.3, errors=12),
        versions=(("forecast", "0"),),
    )


def trained_model() -> RecurrentForecaster:
    return model(network(season=1))


def workflow(outcome: str = "useful") -> ModuleType:
    """A module that replaces `forecast.workflow`."""
    fake = ModuleType("forecast.workflow")
    fake.calls = []
    fake.outcome = outcome
    fake.refusal = None
    fake.read = None
    fake.forecast = forecast
    fake.scores = scores()

    def wanted(options):
        return [name for name, value in options.items() if value]

    def load(path):
        fake.calls.append(("load", path))
        return replace(trained_model(), card=card())

    def untrained_model(source, request, *, remark="", listener):
        listener(Note("model", f"pretrained GRU, Theta{remark}"))
        fake.calls.append(("untrained_model", source, request))
        return model(network(season=12), origin="pretrained", methods=("theta",))

    def predict(_model, source=None, *, read=None, horizon=None, levels=(80.0,), listener, **options):
        fake.calls.append(("predict", source, horizon, levels, *wanted(options)))
        fake.read = read
        listener(Warned("2 gaps filled"))
        listener(Decision("device", "cpu: the work is small"))
        return fake.forecast(horizon=horizon or 4, levels=levels)

    def train(source, request, *, model: Path | None = None, listener, **options):
        fake.calls.append(("train", source, request, model, *wanted(options)))
        listener(Note("guessed", "time=year  target=tons"))
        listener(Loading("TensorFlow"))
        listener(FitsAhead(1))
        listener(EpochEnded("refit", 10, 300, 0.5, None, None, 0.1))
        listener(FitEnded("refit"))
        Path(model).write_bytes(b"model")
        return SimpleNamespace(model=replace(trained_model(), card=card(fake.outcome)), path=model)

    def future(_model, source=None, **options):
        fake.calls.append(("future", source, options))
        return {"time": np.array([2024]), "price": np.array([np.nan])}

    def evaluate(_model, source, **options):
        fake.calls.append(("evaluate", source, options))
        shown, (model, *others) = card(fake.outcome), fake.scores.overall[:, 0].tolist()
        verdict = replace(shown.verdict, better_by=1 - model / min(others))
        forecasts = predictions() if options["predictions"] else None
        return EvaluationResult(fake.scores, verdict, shown.coverage, "new rows", forecasts)

    def compare(models, source=None, **options):
        fake.calls.append(("compare", list(models), source, options))
        verdict = PairVerdict("unclear", "unclear: a is 5 % better", "a", 0.05, fair=True)
        numbers = np.array([1.5, np.nan])
        return Comparison(fake.scores, numbers, numbers, 80.0, verdict, "new rows")

    def check(source, request, *, listener, **options):
        del listener
        fake.calls.append(("check", source, request, *wanted(options)))
        shown = Card("harvest.csv", (("rows", "60"), ("time", "year")))
        return DataReport(shown, DataProfile("harvest.csv", 60, ()), None, None, 0, 0, (), fake.refusal)

    def devices(*, listener):
        listener(Loading("TensorFlow"))
        fake.calls.append(("devices",))
        return DeviceFacts("Linux", "2.21.0", "12.5.1", (), None, (), False, None)

    def repair(source, read, *, listener, **options):
        fake.calls.append(("repair", source, read, *wanted(options)))
        listener(Note("repaired", "1 gap of 1 row filled with the last value"))
        return fake.forecast(horizon=2).to_table()

    def show(_model):
        return Card("model", (("cell", "GRU"),))

    verbs = (load, untrained_model, predict, future, train, evaluate, compare, check, devices, repair, show)
    for function in verbs:
        setattr(fake, function.__name__, function)
    return fake


def sleeping_train(source, request, *, listener, **options):
    """A training that never ends by itself."""
    del source, request, options
    while True:
        listener(Note("training", "goes on"))
        time.sleep(0.01)
