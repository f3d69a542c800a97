"""Train the pretrained networks of the package: python -m forecast.pretraining --data FOLDER --out FOLDER.

Files that are already in --out are kept. A training that was interrupted leaves a checkpoint there, and
--resume goes on from it. Losses and CPU seconds are appended to curves.jsonl.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.data.cards import ModelCard
from forecast.errors import ForecastError, UsageError
from forecast.forecasters.combination import PRETRAINED, Combination
from forecast.forecasters.intervals import no_spread
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import Weights
from forecast.pretraining.mixes import RECIPES, JoinedMix, Mix, PretrainingRecipe, mixes_of
from forecast.spec.model import CELLS, Bounds, Cell
from forecast.spec.reading import ReadSpec
from forecast.storage import modelfile
from forecast.version import __version__

if TYPE_CHECKING:
    from forecast.network.rounds import RoundExamples


_SEEDS = 1_000_003
"""Rounds of one network have other seeds than those of another one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the networks that the command line names and --out does not hold yet; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m forecast.pretraining", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the files in docs/training-data.md"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the model files")
    parser.add_argument("--only", nargs="*", choices=RECIPES, default=list(RECIPES), help="frequencies [all]")
    parser.add_argument("--cell", nargs="*", choices=CELLS, default=list(CELLS), help="cells [all]")
    parser.add_argument("--seed", type=int, default=0, help="of the first network of each file [0]")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoints in --out")
    options = parser.parse_args(arguments)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        for name, cell, path in _missing(options.out, options.only, options.cell, resume=options.resume):
            recipe = RECIPES[name]
            _pretrain(recipe, cell, mixes_of(recipe, options.data), path, source=name, seed=options.seed)
    except (ForecastError, OSError) as error:
        hint = f"; {error.hint}" if isinstance(error, ForecastError) and error.hint else ""
        print(f"error: {error}{hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: --resume goes on", file=sys.stderr)
        return 130
    return 0


def _missing(
    out: Path, names: Sequence[str], cells: Sequence[Cell], *, resume: bool
) -> Iterator[tuple[str, Cell, Path]]:
    """The networks that are not trained yet; a UsageError where one was begun and is not resumed."""
    for name in names:
        for cell in cells:
            path = out / f"{cell}-{RECIPES[name].season or 'any'}.forecast"
            begun = sorted(path.parent.glob(f"{path.stem}.*.npz"))
            if begun and not resume:
                raise UsageError(
                    f"{begun[0]} was interrupted", hint="--resume goes on; delete it to start again"
                )
            if not path.exists():
                yield name, cell, path


def _pretrain(
    recipe: PretrainingRecipe,
    cell: Cell,
    mixes: Sequence[Mix | JoinedMix],
    path: Path,
    *,
    source: str,
    seed: int,
) -> None:
    """Train the networks of one file one after the other, with `mixes` in turn, and save their mean."""
    started_at = time.process_time()
    checkpoints = [path.with_suffix(f".{member}.npz") for member in range(recipe.members)]
    members = []
    for member, checkpoint in enumerate(checkpoints):
        turn, mix = divmod(member, len(mixes))
        report = _reporter(path, member)
        weights = train(recipe, cell, mixes[mix], seed=seed + turn, checkpoint=checkpoint, report=report)
        members.append(_round_to_half(weights))
    modelfile.save(_model(recipe, Network(recipe.spec(cell), tuple(members)), mixes[0], source, seed), path)
    for checkpoint in checkpoints:
        checkpoint.unlink()
    print(
        f"{path.name}: {time.process_time() - started_at:.0f} CPU s, {path.stat().st_size:,} bytes",
        flush=True,
    )


def train(
    recipe: PretrainingRecipe,
    cell: Cell,
    mix: Mix | JoinedMix,
    *,
    seed: int,
    checkpoint: Path | None,
    report: Callable[[int, int, float], None],
) -> Weights:
    """One network, on new series in every round; see `train_in_rounds`."""
    from forecast.network.rounds import train_in_rounds  # loads TensorFlow: not before the data were found
    from forecast.pretraining.examples import most_recursive_rows, round_examples

    spec, plan = recipe.spec(cell), recipe.plan(cell, seed=seed)

    def prepare(number: int, weights: Callable[[], Weights]) -> "RoundExamples":
        round_seed = _SEEDS * seed + number
        panel = mix.draw(recipe.round_rows, seed=round_seed)
        recursive = number >= recipe.recursive_from * plan.epochs
        return round_examples(spec, panel, seed=round_seed, weights=weights if recursive else None)

    most_rows = recipe.round_rows + most_recursive_rows(spec)
    return train_in_rounds(spec, plan, prepare, most_rows=most_rows, checkpoint=checkpoint, report=report)


def _reporter(path: Path, member: int) -> Callable[[int, int, float], None]:
    """What prints the loss of a round, and adds it to the curves."""
    started_at = time.process_time()

    def report(done: int, rounds: int, loss: float) -> None:
        seconds = time.process_time() - started_at
        print(
            f"{path.stem}, network {member + 1}: round {done} of {rounds}, "
            f"loss {loss:.4f}, {seconds:.0f} CPU s",
            flush=True,
        )
        line = {
            "file": path.stem,
            "network": member + 1,
            "round": done,
            "loss": round(loss, 5),
            "cpu_s": round(seconds),
        }
        with open(path.parent / "curves.jsonl", "a", encoding="utf-8") as curves:
            curves.write(json.dumps(line) + "\n")

    return report


def _model(
    recipe: PretrainingRecipe, network: Network, mix: Mix | JoinedMix, source: str, seed: int
) -> RecurrentForecaster:
    sample = mix.draw(recipe.round_rows, seed=seed)
    plan = recipe.plan(network.spec.network.cell, seed=seed)
    return RecurrentForecaster(
        spec=network.spec,
        combination=Combination(((PRETRAINED, network),)),
        weights=np.empty((0, 1)),
        spread=no_spread(),
        horizon=recipe.horizon,
        bounds=Bounds(),
        read=ReadSpec(sample.columns),
        frequency=sample.frequency,
        tail=sample.select([]),
        card=ModelCard(
            source=f"{source} series, real and synthetic, round 1 of {plan.epochs}: see docs/pretrained.md",
            rows=len(sample.values),
            series=len(sample),
            first_time="0",
            last_time=str(int(sample.times.max())),
            data_sha256=hashlib.sha256(sample.values.tobytes()).hexdigest(),
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
        ),
    )


def _round_to_half(weights: Weights) -> Weights:
    """The weights rounded to half precision, in which the file stores them: half the bytes."""
    return {name: weight.astype(np.float16).astype(np.float32) for name, weight in weights.items()}


if __name__ == "__main__":
    sys.exit(main())
