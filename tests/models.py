"""Small models with random weights, and a folder of them in place of the pretrained ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from forecast.data.cards import ModelCard
from forecast.data.panel import Panel
from forecast.forecasters.combination import PRETRAINED, Combination
from forecast.forecasters.intervals import Spread
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.spec.model import Bounds, Cell, ModelSpec, NetworkSpec, Origin, WindowSpec
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainingPlan
from forecast.storage import modelfile
from tests.panels import panel


def network(
    *,
    season: int = 1,
    cell: Cell = "gru",
    horizon: int = 3,
    members: int = 1,
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
    return Network(spec, weights)


def model(
    made: Network,
    *,
    bounds: Bounds | None = None,
    origin: Origin = "scratch",
    pretrained: Network | None = None,
    methods: tuple[str, ...] = (),
) -> RecurrentForecaster:
    """A model that was trained on nothing: a network, alone or with others at equal weights."""
    others = () if pretrained is None else ((PRETRAINED, pretrained),)
    members = 1 + len(others) + len(methods)
    nothing = panel([1.0], season=made.spec.season or 1).select([])
    name = PRETRAINED if origin == "pretrained" else made.name
    return RecurrentForecaster(
        spec=made.spec,
        combination=Combination(((name, made), *others), methods),
        weights=np.full((1, members), 1 / members),
        spread=Spread(np.sqrt(np.arange(1.0, made.spec.trained_horizon + 1))[None], np.array([np.nan])),
        horizon=made.spec.trained_horizon,
        bounds=bounds or Bounds(),
        read=ReadSpec(nothing.columns),
        frequency=nothing.frequency,
        tail=nothing,
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


def with_tail(made: RecurrentForecaster, tail: Panel) -> RecurrentForecaster:
    """The model trained on these rows, with the weights and errors of any series for each of them."""
    each = np.full(len(tail) + 1, -1)
    spread = Spread(made.spread.sizes[each], made.spread.units[each])
    return replace(made, tail=tail, weights=made.weights[each], spread=spread)
