"""Train the pretrained networks of the package: python -m forecast.pretraining --data FOLDER --out FOLDER.

Files that are already in --out are kept, so that a run that was stopped continues
with the next one when it is started again.
"""

import argparse
import hashlib
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from forecast.data.cards import ModelCard
from forecast.data.panel import Panel
from forecast.events import EpochEnded, Event
from forecast.forecasters.combination import PRETRAINED, Combination
from forecast.forecasters.intervals import no_spread
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import Weights
from forecast.network.fit import Trainer
from forecast.pretraining.mixes import RECIPES, Mix, PretrainingRecipe, mix
from forecast.spec.model import CELLS, Bounds, Cell
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainingPlan
from forecast.storage import modelfile
from forecast.version import __version__


def main() -> None:
    """Train the networks that the command line names and --out does not hold yet."""
    parser = argparse.ArgumentParser(prog="python -m forecast.pretraining", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of Parquet files: unique_id, ds, y")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model files")
    parser.add_argument("--only", nargs="*", choices=RECIPES, default=list(RECIPES), help="frequencies [all]")
    parser.add_argument("--cell", nargs="*", choices=CELLS, default=list(CELLS), help="cells [all]")
    parser.add_argument("--seed", type=int, default=0, help="of the first network of each file [0]")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        recipe = RECIPES[name]
        mixes: list[Mix] = []
        for cell in arguments.cell:
            path = arguments.out / f"{cell}-{recipe.season or 'any'}.forecast"
            if path.exists():
                continue
            seeds = range(arguments.seed, arguments.seed + recipe.members)
            mixes = mixes or [mix(recipe, arguments.data, seed=seed) for seed in seeds]
            started_at = time.process_time()
            model = pretrain(recipe, cell, mixes, source=name, seed=arguments.seed)
            modelfile.save(model, path)
            print(f"{path.name}: {time.process_time() - started_at:.0f} CPU s, {path.stat().st_size:,} bytes")


def pretrain(
    recipe: PretrainingRecipe, cell: Cell, mixes: Sequence[Mix], *, source: str, seed: int
) -> RecurrentForecaster:
    """The networks of all mixes, averaged."""
    first, members = mixes[0], []
    for member, each in enumerate(mixes):
        plan, stage = recipe.plan(seed=seed + member), f"{source} {cell}, member {member + 1}"
        trainer = Trainer(recipe.spec(cell), plan, each.training, listener=_print_progress)
        members.append(_round_to_half(trainer.fit(each.training, plan.epochs, stage=stage)))
    network = Network(recipe.spec(cell), tuple(members))
    return RecurrentForecaster(
        spec=network.spec,
        combination=Combination(((PRETRAINED, network),)),
        weights=np.empty((0, 1)),
        spread=no_spread(),
        horizon=recipe.horizon,
        bounds=Bounds(),
        read=ReadSpec(first.training.columns),
        frequency=first.training.frequency,
        tail=first.training.select([]),
        card=_card(first.training, network, recipe.plan(seed=seed), source),
    )


def _round_to_half(weights: Weights) -> Weights:
    """The weights rounded to half precision, in which the file stores them: half the bytes."""
    return {name: weight.astype(np.float16).astype(np.float32) for name, weight in weights.items()}


def _card(panel: Panel, network: Network, plan: TrainingPlan, source: str) -> ModelCard:
    return ModelCard(
        source=f"{source} series, real and synthetic: see docs/pretrained.md",
        rows=len(panel.values),
        series=len(panel),
        first_time="0",
        last_time=str(int(panel.times.max())),
        data_sha256=hashlib.sha256(panel.values.tobytes()).hexdigest(),
        origin="scratch",
        parameters=sum(weight.size for weights in network.members for weight in weights.values()),
        epochs=plan.epochs,
        training=plan,
        scores=None,
        verdict=None,
        coverage=None,
        versions=(
            ("forecast", __version__),
            *((name, version(name)) for name in ("keras", "numpy", "tensorflow")),
        ),
    )


def _print_progress(event: Event) -> None:
    if isinstance(event, EpochEnded) and event.epoch % 20 == 0:
        print(f"{event.stage}: epoch {event.epoch} of {event.epochs}, loss {event.loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
