"""Seconds of an epoch on the CPU and on a GPU: GRU(64) and GRU(512), 10,000 and 1,000,000 windows.

Windows of 24 rows, next 12, of generated numbers, in the batches, layers and compilation that `forecast
train` chooses for so many windows on each device (`forecast.network.device.place`); the loop is that of
`forecast train` too. An epoch reads every window once, in random order, in calls of at most
400,000 window steps. After a first call, which compiles, calls are measured until the epoch or `--seconds`
is over; "measured" is the share of the epoch, and the rest is taken to be as fast.

The CPU is one pinned core, and its seconds are CPU seconds; those of a GPU are wall time. Where TensorFlow
finds no GPU its rows are empty, and the reason is printed below the table.
"""

import math
import time
from dataclasses import dataclass

from measuring import Row, cpu_seconds, parser, pin, show

WINDOW, HORIZON, SEASON = 24, 12, 12
UNITS = (64, 512)
WINDOWS = (10_000, 1_000_000)
DEVICES = ("cpu", "gpu")


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("--seconds", type=float, default=20.0, help="of one measurement [20]")
    options = arguments.parse_args()
    pin()

    from forecast import workflow
    from forecast.reporting.devices import devices_paragraph

    facts = workflow.devices()
    rows = [
        _row(units, windows, device, options.seconds if device == "cpu" or facts.gpus else None)
        for units in UNITS
        for windows in WINDOWS
        for device in DEVICES
    ]
    show(rows, as_json=options.json)
    if not options.json:
        print(f"\n{devices_paragraph(facts)}")


@dataclass(frozen=True, slots=True)
class _Measured:
    batch: int
    compiled: str
    first_s: float
    """Seconds of the first call."""
    update_s: float
    updates: int
    """Measured."""
    of: int
    """Updates in an epoch."""


def _row(units: int, windows: int, device: str, seconds: float | None) -> Row:
    found = None if seconds is None else _measure(units, windows, device, seconds)
    return {
        "network": f"GRU({units}), {windows:,} windows, {device.upper()}",
        "batch": found and f"{found.batch:,}{found.compiled}",
        "first call s": found and found.first_s,
        "ms per update": found and 1000 * found.update_s,
        "s per epoch": found and found.update_s * found.of,
        "measured %": found and 100 * found.updates / found.of,
    }


def _measure(units: int, windows: int, device: str, seconds: float) -> _Measured:
    import numpy as np

    from forecast import ModelSpec, NetworkSpec, TrainRequest, WindowSpec
    from forecast.forecasters.weights import weight_shapes
    from forecast.network.batches import MAX_STEPS_PER_CALL
    from forecast.network.device import place
    from forecast.planning.plan import training_of

    spec = ModelSpec(WindowSpec(WINDOW, HORIZON), NetworkSpec("gru", (units,)), SEASON)
    plan = training_of(TrainRequest(device=device), windows=windows, origin="scratch")
    placement = place(
        plan,
        batch_steps=plan.batch_size * WINDOW,
        updates=-(-min(windows, plan.epoch_windows or windows) // plan.batch_size),
        weights=sum(math.prod(shape) for shape in weight_shapes(spec).values()),
        gpus=int(device == "gpu"),
    )
    batch = placement.plan.batch_size
    updates = windows // batch
    per_call = max(1, min(updates, MAX_STEPS_PER_CALL // (batch * WINDOW)))
    starts = np.random.default_rng(0).permutation(windows)[: updates // per_call * per_call * batch]
    calls = starts.astype(np.int32).reshape(-1, 1, per_call, batch)
    run = _runner(spec, placement, windows)
    clock = cpu_seconds if device == "cpu" else time.monotonic
    begun = clock()
    run(calls[0])
    first_s, begun, done = clock() - begun, clock(), 0
    while done < len(calls) and clock() - begun < seconds:
        run(calls[done])
        done += 1
    spent = clock() - begun
    compiled = " XLA" if placement.xla else ""
    return _Measured(
        batch, compiled, first_s, spent / (done * per_call), done * per_call, len(calls) * per_call
    )


def _runner(spec, placement, windows: int):
    """A function that trains on (1, updates, batch) first rows of windows."""
    import numpy as np

    from forecast.features.inputs import input_layout
    from forecast.network.build import build
    from forecast.network.loop import Counts, Loop, RowTensors, Slices

    import keras  # isort: skip
    import tensorflow as tf  # isort: skip

    random, rows = np.random.default_rng(1), windows + WINDOW
    plan = placement.plan
    with tf.device(placement.device):
        model = build(spec, seed=0, loops=placement.loops)
        optimizer = keras.optimizers.AdamW(
            plan.learning_rate, beta_2=0.99, weight_decay=1e-4, global_clipnorm=plan.clip
        )
        loop = Loop(model, optimizer, window=WINDOW, xla=placement.xla)
        tensors = RowTensors(
            tf.constant(random.standard_normal((rows, input_layout(spec).numbers), dtype=np.float32)),
            tf.constant(random.standard_normal((rows, HORIZON), dtype=np.float32)),
            tf.ones((rows, HORIZON)),
        )
    nothing = Slices(*(np.zeros((1, plan.batch_size), dtype=np.int32) for _ in Slices._fields))

    def run(starts) -> None:
        batches = Slices(starts, np.zeros_like(starts), np.full_like(starts, WINDOW))
        with tf.device(placement.device):
            loop.run(tensors, batches, nothing, Counts(1, starts.shape[1], 0))

    return run


if __name__ == "__main__":
    main()
