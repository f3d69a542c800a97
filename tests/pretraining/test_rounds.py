"""Training in rounds: a checkpoint after each, and examples that end in the network's own forecasts."""

from pathlib import Path

import numpy as np
import pytest

from forecast.errors import ModelError
from forecast.features.inputs import read_inputs
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.pretraining.__main__ import main
from forecast.pretraining.mixes import STEPS, panel_of
from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.training import TrainingPlan
from tests.panels import wave

pytestmark = pytest.mark.tensorflow

SPEC = ModelSpec(WindowSpec(8, 3), NetworkSpec("gru", (4,)), 4)
PLAN = TrainingPlan(
    epochs=4, batch_size=8, epoch_windows=200, learning_rate=1e-2, decay="cosine", device="cpu"
)
ROWS = 600


def draw(rows: int, seed: int):
    """Series of sixty rows, others for every seed."""
    series = [10 + wave(60, seed=100 * seed + index) for index in range(rows // 60)]
    return panel_of([series], [4], STEPS)


def random_network() -> Network:
    random = np.random.default_rng(0)
    weights = {n: random.normal(0, 0.3, s).astype(np.float32) for n, s in weight_shapes(SPEC).items()}
    return Network(SPEC, (weights,))


def test_windows_that_end_in_forecasts_are_what_a_recursive_forecast_reads():
    from forecast.pretraining.examples import recursive_examples

    network, panel = random_network(), draw(ROWS, 1)
    examples, (starts, steps) = recursive_examples(network, panel, np.random.default_rng(0))
    assert steps.tolist() == [8] * len(steps)
    supervised = examples.weights.any(axis=1)
    ends = starts + steps - 1
    assert supervised[ends].all()
    # The last windows are those with three blocks of forecasts; the actual rows are some series of the panel.
    read = [examples.inputs[end] for end in ends[-5:]]
    found = 0
    for each in panel:
        history = panel.select([panel.ids.index(each.id)])
        known = history.first(history.lengths - 12)
        extended = known.extended(network.forecast(known, 9))
        inputs = read_inputs(extended, SPEC, forecast_rows=9).inputs[-1]
        found += sum(np.allclose(inputs, other, atol=1e-6) for other in read)
    assert found == 5


def test_an_interrupted_training_goes_on_with_the_same_result(tmp_path):
    from forecast.network.rounds import train_in_rounds
    from forecast.pretraining.examples import most_recursive_rows, round_examples

    losses: list[float] = []

    def report(done: int, _: int, loss: float) -> None:
        losses.append(loss)
        if done == 3 and len(losses) == 3:
            raise KeyboardInterrupt

    def prepare(number: int, weights):
        return round_examples(SPEC, draw(ROWS, number), seed=number, weights=weights if number >= 2 else None)

    def train(checkpoint: Path | None):
        most_rows = ROWS + most_recursive_rows(SPEC)
        return train_in_rounds(SPEC, PLAN, prepare, most_rows=most_rows, checkpoint=checkpoint, report=report)

    path = tmp_path / "checkpoint.npz"
    with pytest.raises(KeyboardInterrupt):
        train(path)
    resumed, whole = train(path), train(None)
    # The third round was trained twice: its checkpoint had not been written.
    assert losses[:4] == [*losses[:3], losses[2]]
    assert losses[-4:] == losses[:2] + losses[3:5]
    assert losses[-1] < losses[0]
    for name, weight in whole.items():
        np.testing.assert_array_equal(weight, resumed[name])
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match="no checkpoint"):
        train(path)


def test_the_command_says_what_is_missing_and_what_was_interrupted(tmp_path, capsys):
    def error_of(*arguments: str) -> str:
        out = tmp_path / "out"
        assert (
            main(
                ["--only", "yearly", "--cell", "gru", "--data", str(tmp_path), "--out", str(out), *arguments]
            )
            == 1
        )
        return capsys.readouterr().err

    assert "yearly.parquet: no such file of series" in error_of()
    (tmp_path / "out" / "gru-1.0.npz").write_bytes(b"")
    assert "--resume goes on" in error_of()
    assert "no such file of series" in error_of("--resume")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["gru-1.0.npz"]
