"""Speed of training: CPU ms per epoch of the compiled loop, compared with Keras `Model.fit` and the limit.

500 windows of 24 generated months, next 1, batch 32, one layer of 64 units, one core. The same
model (`forecast.network.build`), loss, AdamW, windows and order for all. `Model.fit` trains it with
Keras' own recurrent layers, as a user would write it; the loop with those of
`forecast.network.bptt`, as `forecast train` does on a CPU, and it averages the weights in addition.
Both must end with the same weights, or the script fails.
The loop runs 10 epochs per call, as in `forecast train`, with XLA and without; `Model.fit`
gets the windows as arrays, also 10 epochs per call. Medians of rounds A B A B.

The limit is the matrix products of the recurrence only, at the speed at which this core multiplies
matrices of these shapes. An update on 32 windows multiplies, for each of 24 steps, (32 x 64) @ (64 x 64 G)
forward and (32 x 64 G) @ (64 G x 64) backward, and once (64 x 768) @ (768 x 64 G) for the
gradient; G is 3 gates for a GRU, 4 for an LSTM, 1 for a SimpleRNN. For a GRU that is
500 x 24 x 3 x 2 x 64 x 192 = 0.885 GFLOP an epoch. Products with the inputs, activations and
the optimizer are left out: nothing can reach the limit.
"""

import io
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from measuring import Row, monthly_csv, parser, pin, show

WINDOWS, WINDOW, HORIZON, SEASON, BATCH, UNITS = 500, 24, 1, 12, 32, 64
UPDATES = -(-WINDOWS // BATCH)
EPOCHS = 10
GATES = {"gru": 3, "lstm": 4, "simple-rnn": 1}
RATE = 2e-3
TARGET = ">= 6 x fit, <= 4 x limit"

Epochs = Callable[[], object]
"""Runs `EPOCHS` epochs."""


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("--rounds", type=int, default=7, help="rounds of every method [7]")
    options = arguments.parse_args()
    pin()
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    show([row for cell in GATES for row in _compare(cell, options.rounds)], as_json=options.json)


def _compare(cell: str, rounds: int) -> list[Row]:
    """One row per method, and one for the limit."""
    methods = _methods(cell)
    first = {name: _cpu_s(method) for name, method in methods.items()}
    _check_equal([methods[name].model for name in ("Model.fit", "loop", "loop, XLA")])
    times: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(rounds):
        for name, method in methods.items():
            times[name].append(_cpu_s(method) * 1000 / EPOCHS)
    medians = {name: statistics.median(each) for name, each in times.items()}
    return [
        {
            "cell": f"{cell}({UNITS})",
            "method": name,
            "first call s": first[name],
            "ms per epoch": medians[name],
            "x faster than fit": medians["Model.fit"] / medians[name],
            "x the limit": medians[name] / medians["the limit"],
            "target": TARGET if (cell, name) == ("gru", "loop, XLA") else None,
        }
        for name in methods
    ]


def _cpu_s(method: Epochs) -> float:
    started_at = time.process_time()
    method()
    return time.process_time() - started_at


def _methods(cell: str) -> dict[str, Epochs]:
    data = _windows()
    return {
        "Model.fit": _Fit(cell, data),
        "loop": _Compiled(cell, data, xla=False),
        "loop, XLA": _Compiled(cell, data, xla=True),
        "the limit": _Products(GATES[cell]),
    }


@dataclass(frozen=True, slots=True)
class _Data:
    """The windows: the rows of the series and the first row of each window."""

    rows: object
    starts: object


def _windows() -> _Data:
    import numpy as np

    from forecast.features.inputs import training_examples
    from forecast.features.windows import Windows
    from forecast.reading.reader import read_panel

    text = monthly_csv(WINDOWS + WINDOW + HORIZON - 1)
    panel = read_panel(io.BytesIO(text.encode())).panel
    batch = Windows(panel.lengths, _spec("gru").windows).batch(np.arange(WINDOWS))
    return _Data(training_examples(panel, _spec("gru")), batch.starts)


def _spec(cell: str):
    from forecast import ModelSpec, NetworkSpec, WindowSpec

    return ModelSpec(WindowSpec(WINDOW, HORIZON), NetworkSpec(cell, (UNITS,)), SEASON)


def _model_and_optimizer(cell: str, loops: str):
    from forecast.network.build import build  # first: it imports Keras silently

    import keras  # isort: skip

    optimizer = keras.optimizers.AdamW(RATE, beta_2=0.99, weight_decay=1e-4, global_clipnorm=1.0)
    return build(_spec(cell), seed=0, loops=loops), optimizer


class _Fit:
    """`Model.fit` on arrays."""

    def __init__(self, cell: str, data: _Data) -> None:
        import numpy as np

        self.model, optimizer = _model_and_optimizer(cell, "keras")
        self.model.compile(optimizer=optimizer, loss=_loss)
        index = data.starts[:, None] + np.arange(WINDOW)
        self._inputs = data.rows.inputs[index]
        self._targets = np.concatenate((data.rows.targets[index], data.rows.weights[index]), axis=-1)

    def __call__(self) -> None:
        self.model.fit(self._inputs, self._targets, batch_size=BATCH, epochs=EPOCHS, verbose=0, shuffle=False)


def _loss(targets_and_weights, predicted):
    """The weighted absolute error of the loop; targets and weights are concatenated."""
    import tensorflow as tf

    targets, weights = tf.split(targets_and_weights, 2, axis=-1)
    count = tf.reduce_sum(tf.cast(weights > 0, tf.float32))
    return tf.reduce_sum(weights * tf.abs(predicted - targets)) / tf.maximum(count, 1.0)


class _Compiled:
    """Ten epochs in one call of the loop that `forecast train` uses."""

    def __init__(self, cell: str, data: _Data, *, xla: bool) -> None:
        import numpy as np

        from forecast.network.loop import Counts, Loop, RowTensors, Slices

        import tensorflow as tf  # isort: skip

        tf.get_logger().setLevel("ERROR")  # it warns of many loops in one process
        self.model, optimizer = _model_and_optimizer(cell, "custom gradient")
        self._loop = Loop(self.model, optimizer, window=WINDOW, xla=xla)
        self._rows = RowTensors(*map(tf.constant, (data.rows.inputs, data.rows.targets, data.rows.weights)))
        padding = UPDATES * BATCH - WINDOWS
        parts = (data.starts, np.zeros(WINDOWS), np.full(WINDOWS, WINDOW))
        batches = (np.pad(part, (0, padding)).reshape(UPDATES, BATCH).astype(np.int32) for part in parts)
        self._batches = Slices(*(np.stack([part] * EPOCHS) for part in batches))
        self._nothing = Slices(*(np.zeros((1, BATCH), dtype=np.int32) for _ in Slices._fields))
        self._counts = Counts(EPOCHS, UPDATES, 0)

    def __call__(self) -> None:
        self._loop.run(self._rows, self._batches, self._nothing, self._counts)


class _Products:
    """The matrix products of the recurrence and nothing else."""

    def __init__(self, gates: int) -> None:
        import numpy as np

        def pair(rows: int, inner: int, columns: int):
            random = np.random.default_rng(0)
            left = random.standard_normal((rows, inner), dtype=np.float32)
            right = random.standard_normal((inner, columns), dtype=np.float32)
            return left, right, np.empty((rows, columns), dtype=np.float32)

        width = UNITS * gates
        self._step = (pair(BATCH, UNITS, width), pair(BATCH, width, UNITS))
        self._update = pair(UNITS, WINDOW * BATCH, width)

    def __call__(self) -> None:
        import numpy as np

        for _ in range(EPOCHS * UPDATES):
            for _ in range(WINDOW):
                for left, right, out in self._step:
                    np.matmul(left, right, out=out)
            left, right, out = self._update
            np.matmul(left, right, out=out)


def _check_equal(models) -> None:
    """All methods made the same updates: their weights agree up to the rounding of float32."""
    import numpy as np

    expected = models[0].get_weights()
    for model in models[1:]:
        for ours, theirs in zip(model.get_weights(), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-4)


if __name__ == "__main__":
    main()
