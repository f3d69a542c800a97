"""Keras' recurrent layers with a custom gradient: the same weights and outputs, faster on a CPU.

TensorFlow differentiates Keras' loop over the steps automatically and accumulates the gradient
of the recurrent kernel U step by step. Here backpropagation through time is written out
(Werbos, "Backpropagation through time: what it does and how to do it", Proceedings of the
IEEE 78(10), 1990): a loop from the last step to the first carries the gradient of the state,
and the gradient of U is ONE product over all steps afterwards.

x is the input part of a step, inputs times kernel plus bias; h' is the state before the step; dh is
the whole gradient of h, from the output of its own step and from the next step. delta, the gradient
of the recurrent part h'U, gives for every cell

    dU = sum over the steps of h'^T delta        dh' = delta U^T + what h gets from h' directly

SimpleRNN: h = tanh(x + h'U), delta = dx = dh (1 - h^2).

LSTM (Gers, Schmidhuber and Cummins 2000): i, f, o = sigmoid and g = tanh of their parts of
x + h'U, c = f c' + i g, h = o tanh(c). dc = gradient from the next step + dh o (1 - tanh(c)^2), dc' = dc f,
delta = dx = [dc g i (1 - i), dc f c' (1 - f), dc i (1 - g^2), dh tanh(c) o (1 - o)].

GRU (Cho et al. 2014, the reset gate r after the product): z, r = sigmoid of their parts of x + h'U + b,
p = h'U + b, g = tanh(x + r p), h = z h' + (1 - z) g. dg = dh (1 - z) (1 - g^2), h' gets dh z directly,
delta = db = [dh (h - g) (1 - z), dg p r (1 - r), dg r], dx is the same but for dg as its last part;
(h - g) (1 - z) is (h' - g) z (1 - z).
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from forecast.network import backend

backend.load()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

Tensor: TypeAlias = tf.Tensor
Tensors: TypeAlias = Sequence[Tensor]
Gradient: TypeAlias = Callable[[Tensor], Tensors]

Step: TypeAlias = Callable[[Tensors, Tensors], tuple[Tensors, Tensors]]
"""States and inputs of a step -> the next states and the outputs of the step, all (batch, n)."""


class _CustomGradient(keras.layers.RNN):  # type: ignore[misc]
    """Mixin before a Keras layer that replaces its loop over the steps."""

    def call(
        self,
        sequences: Tensor,
        initial_state: Tensors | None = None,
        mask: Tensor | None = None,
        training: bool = False,
    ) -> Tensor:
        """(batch, steps, channels) -> (batch, steps, units); any other use is left to Keras."""
        if initial_state is not None or mask is not None or not self.return_sequences:
            return super().call(sequences, initial_state, mask, training)
        tensors = (tf.convert_to_tensor(weight) for weight in self.cell.weights)
        return _swap_batch_and_steps(self._states(_swap_batch_and_steps(sequences), *tensors))


class SimpleRNN(_CustomGradient, keras.layers.SimpleRNN):  # type: ignore[misc]
    """`keras.layers.SimpleRNN` with tanh."""

    def _states(self, inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
        return _simple_rnn(inputs @ kernel + bias, recurrent)


class LSTM(_CustomGradient, keras.layers.LSTM):  # type: ignore[misc]
    """`keras.layers.LSTM` with its default activations."""

    def _states(self, inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
        return _lstm(inputs @ kernel + bias, recurrent)


class GRU(_CustomGradient, keras.layers.GRU):  # type: ignore[misc]
    """`keras.layers.GRU` with its default activations and `reset_after`."""

    def _states(self, inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
        return _gru(inputs @ kernel + bias[0], recurrent, bias[1])


# Below, x is (steps, batch, gates * units) and `recurrent` is U, (units, gates * units).


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _simple_rnn(x: Tensor, recurrent: Tensor) -> tuple[Tensor, Gradient]:
    zeros = [_zero_state(x, recurrent)]

    def step(states: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        h = tf.tanh(inputs[0] + states[0] @ recurrent)
        return [h], [h]

    (h,) = _scan(step, zeros, [x], widths=[1])

    def gradient(dh: Tensor) -> Tensors:
        transposed = tf.transpose(recurrent)

        def step(states: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
            dh, slope = inputs
            delta = (states[0] + dh) * slope
            return [delta @ transposed], [delta]

        (delta,) = _scan(step, zeros, [dh, 1 - h * h], widths=[1], reverse=True)
        return delta, _recurrent_gradient(h, delta)

    return h, gradient


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _lstm(x: Tensor, recurrent: Tensor) -> tuple[Tensor, Gradient]:
    zeros = [_zero_state(x, recurrent)] * 2

    def step(states: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        h, c = states
        i, f, g, o = tf.split(inputs[0] + h @ recurrent, 4, axis=-1)
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        fc = f * c
        c = fc + i * g
        tanh_c = tf.tanh(c)
        return [o * tanh_c, c], [o * tanh_c, fc, tanh_c, i, f, g, o]

    h, *outputs = _scan(step, zeros, [x], widths=[1] * 7)

    def gradient(dh: Tensor) -> Tensors:
        transposed = tf.transpose(recurrent)
        fc, tanh_c, i, f, g, o = outputs
        # Of the gates' inputs, in the order of the kernel; each times dc, the last one times dh, is delta.
        slopes = tf.concat([g * i * (1 - i), fc * (1 - f), i * (1 - g * g), tanh_c * o * (1 - o)], axis=-1)

        def step(states: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
            dh, slope_of_c, f, slopes = inputs
            dh = states[0] + dh
            dc = states[1] + dh * slope_of_c
            delta = tf.concat([dc, dc, dc, dh], axis=-1) * slopes
            return [delta @ transposed, dc * f], [delta]

        inputs = [dh, o * (1 - tanh_c * tanh_c), f, slopes]
        (delta,) = _scan(step, zeros, inputs, widths=[4], reverse=True)
        return delta, _recurrent_gradient(h, delta)

    return h, gradient


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _gru(x: Tensor, recurrent: Tensor, bias: Tensor) -> tuple[Tensor, Gradient]:
    zeros = [_zero_state(x, recurrent)]
    gates = 2 * recurrent.shape[0]

    def step(states: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
        (h,), (x,) = states, inputs
        recurrent_part = h @ recurrent + bias
        z, r = tf.split(tf.sigmoid(x[:, :gates] + recurrent_part[:, :gates]), 2, axis=-1)
        p = recurrent_part[:, gates:]
        g = tf.tanh(x[:, gates:] + r * p)
        h = g + z * (h - g)
        return [h], [h, z, r, g, p]

    h, *outputs = _scan(step, zeros, [x], widths=[1] * 5)

    def gradient(dh: Tensor) -> Tensors:
        transposed = tf.transpose(recurrent)

        def step(states: Tensors, inputs: Tensors) -> tuple[Tensors, Tensors]:
            dh, h, z, r, g, p = inputs
            dh = states[0] + dh
            dg = dh * (1 - z) * (1 - g * g)
            dz, dr = dh * (h - g) * (1 - z), dg * p * r * (1 - r)
            delta = tf.concat([dz, dr, dg * r], axis=-1)
            # Both are outputs: XLA takes a tenth of an epoch longer to join dx from parts after the loop.
            return [dh * z + delta @ transposed], [delta, tf.concat([dz, dr, dg], axis=-1)]

        delta, dx = _scan(step, zeros, [dh, h, *outputs], widths=[3, 3], reverse=True)
        return dx, _recurrent_gradient(h, delta), tf.reduce_sum(delta, axis=(0, 1))

    return h, gradient


def _scan(
    step: Step, states: Tensors, inputs: Tensors, *, widths: Sequence[int], reverse: bool = False
) -> Tensors:
    """The outputs of `step` over all steps of `inputs`, all (steps, batch, n); `widths` are n in units."""
    steps = inputs[0].shape[0] or tf.shape(inputs[0])[0]
    batch, units = states[0].shape
    outputs = [tf.TensorArray(tf.float32, steps, element_shape=(batch, width * units)) for width in widths]

    def body(done: Tensor, states: Tensors, outputs: Tensors) -> tuple[Tensor, Tensors, Tensors]:
        index = steps - 1 - done if reverse else done
        states, new = step(states, [tf.gather(array, index) for array in inputs])
        return done + 1, states, [array.write(index, each) for array, each in zip(outputs, new, strict=True)]

    _, _, outputs = tf.while_loop(
        lambda done, *_: done < steps, body, (0, list(states), outputs), maximum_iterations=steps
    )
    return [array.stack() for array in outputs]


def _recurrent_gradient(h: Tensor, delta: Tensor) -> Tensor:
    """dU; the state before the first step is zero and contributes nothing."""
    previous, deltas = tf.reshape(h[:-1], (-1, h.shape[-1])), tf.reshape(delta[1:], (-1, delta.shape[-1]))
    return tf.matmul(previous, deltas, transpose_a=True)


def _zero_state(x: Tensor, recurrent: Tensor) -> Tensor:
    """The state before the first step, (batch, units)."""
    return tf.zeros((x.shape[1] or tf.shape(x)[1], recurrent.shape[0]))


def _swap_batch_and_steps(array: Tensor) -> Tensor:
    """(steps, batch, n) from (batch, steps, n), and back."""
    return tf.transpose(array, (1, 0, 2))
