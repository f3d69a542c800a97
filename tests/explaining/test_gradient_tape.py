"""The gradient of a whole network equals TensorFlow's GradientTape."""

import numpy as np
import tensorflow as tf

from forecast.explaining.passes import input_gradient, run_network
from forecast.forecasters.weights import weight_shapes
from forecast.network.build import build, put_weights
from forecast.spec.model import CELLS, ModelSpec, NetworkSpec, WindowSpec


def test_outputs_and_gradients_at_every_past_step_are_those_of_the_gradient_tape():
    for cell in CELLS:
        spec = ModelSpec(WindowSpec(12, 3), NetworkSpec(cell, (6, 5)), season=4)
        random = np.random.default_rng(0)
        weights = {
            name: random.normal(scale=0.4, size=shape).astype(np.float32)
            for name, shape in weight_shapes(spec).items()
        }
        window = random.normal(size=(12, len(weights["skip/kernel"]))).astype(np.float32)
        model = build(spec, seed=0)
        put_weights(model, weights)
        inputs = tf.constant(window[None])
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(inputs)
            outputs = model(inputs)
            last = [outputs[0, -1, step] for step in range(3)]
        expected = np.stack([tape.gradient(each, inputs)[0].numpy() for each in last])
        ours = input_gradient(spec, weights, window, np.eye(3)).whole
        # Relative to the largest of each step: the oldest are a thousandth of the newest.
        sizes = np.abs(expected).max(axis=(0, 2), keepdims=True)
        assert (np.abs(ours - expected) / sizes).max() < 1e-5
        assert np.abs(run_network(spec, weights, window[None]).outputs - outputs).max() < 1e-5
