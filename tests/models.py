"""Small models with random weights, and a folder of them in place of the pretrained ones."""

from pathlib import Path

import numpy as np

from forecast.data.results import ModelCard
from forecast.forecasters.calibration import calibrate
from forecast.forecasters.recurrent import Network, RecurrentForecaster
from forecast.forecasters.weights import weight_shapes
from forecast.spec.model import Bounds, Cell, ModelSpec, NetworkSpec, Origin, WindowSpec
from forecast.spec.reading import ReadSpec
from forecast.spec.training import Combine, TrainingPlan
from forecast.storage import modelfile
from tests.panels import panel


def network(
    *,
    season: int = 1,
    cell: Cell = "gru",
    horizon: int = 3,
    members: int = 1,
    combine: Combine = "none",
    seed: int = 0,
) -> Network:
    """Networks whose outputs are small and arbitrary."""
    spec = ModelSpec(WindowSpec(6, horizon), NetworkSpec(cell, (4,)), season)
    random = np.random.default_rng(seed)
    shapes = weight_shapes(spec).items()
    weights = tuple(
        {name: random.normal(scale=0.1, size=shape).astype(np.float32) for name, shape in shapes}
        for _ in range(members)
    )
    return Network(spec, weights, combine)


def model(made: Network, *, bounds: Bounds | None = None, origin: Origin = "scratch") -> RecurrentForecaster:
    """A model that was trained on nothing."""
    nothing = panel([1.0], season=made.spec.season or 1).select([])
    errors = np.random.default_rng(1).normal(size=(100, made.spec.trained_horizon))
    return RecurrentForecaster(
        network=made,
        horizon=made.spec.trained_horizon,
        bounds=bounds or Bounds(),
        read=ReadSpec(nothing.columns),
        frequency=nothing.frequency,
        tail=nothing,
        calibration=calibrate(errors),
        card=ModelCard(
            source="made up",
            rows=0,
            series=0,
            first_time="0",
            last_time="0",
            data_sha256="0" * 64,
            origin=origin,
            parameters=sum(weight.size for weights in made.members for weight in weights.values()),
            epochs=7,
            training=TrainingPlan(),
            scores=None,
            verdict=None,
            coverage=None,
            versions=(("forecast", "0.1.0"),),
        ),
    )


def save_pretrained(folder: Path, *, seasons: tuple[int, ...] = (1, 12)) -> Path:
    """A folder of pretrained GRUs for these seasons."""
    for season in seasons:
        modelfile.save(model(network(season=season)), folder / f"gru-{season}.forecast")
    return folder
