"""Keras' recurrent layers with a backward pass of their own: the same weights and answers, sooner on a CPU.

TensorFlow differentiates Keras' loop over the steps by itself, and adds up the gradient of
the recurrent kernel U step by step. Here it is backpropagation through time by hand
(Werbos, "Backpropagation through time: what it does and how to do it", Proceedings of the
IEEE 78(10), 1990): a loop from the newest step to the oldest carries what a state owes to
the steps behind it, and U's gradient is ONE product over all steps afterwards.

x is what drives a step, inputs times kernel plus bias; h' the state before it; dh the whole
gradient of h: from its own answer and from the step behind it. delta, the gradient of
what is fed back, gives for every cell

    dU = sum over the steps of h'^T delta        dh' = delta U^T + what h' gave h directly

SimpleRNN: h = tanh(x + h'U), delta = dx = dh (1 - h^2).

LSTM (Gers, Schmidhuber and Cummins 2000): i, f, o = sigmoid and g = tanh of their parts of
x + h'U, c = f c' + i g, h = o tanh(c). dc = what c owes + dh o (1 - tanh(c)^2), dc' = dc f,
delta = dx = [dc g i (1 - i), dc f c' (1 - f), dc i (1 - g^2), dh tanh(c) o (1 - o)].

GRU (Cho et al. 2014, the gate r behind the product): z, r = sigmoid of their parts of x + h'U + b,
p = h'U + b, g = tanh(x + r p), h = z h' + (1 - z) g. dg = dh (1 - z) (1 - g^2), h' gave h directly dh z,
delta = db = [dh (h - g) (1 - z), dg p r (1 - r), dg r], dx the same but dg at last;
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
"""States and what is read at a step -> the next states and what is kept, all (batch, n)."""


class _ByHand(keras.layers.RNN):  # type: ignore[misc]
    """What stands before a Keras layer to take over its loop."""

    def call(
        self,
        sequences: Tensor,
        initial_state: Tensors | None = None,
        mask: Tensor | None = None,
        training: bool = False,
    ) -> Tensor:
        """(batch, steps, channels) -> (batch, steps, units); anything but that is left to Keras."""
        if initial_state is not None or mask is not None or not self.return_sequences:
            return super().call(sequences, initial_state, mask, training)
        tensors = (tf.convert_to_tensor(weight) for weight in self.cell.weights)
        return _turned(self._states(_turned(sequences), *tensors))


class SimpleRNN(_ByHand, keras.layers.SimpleRNN):  # type: ignore[misc]
    """`keras.layers.SimpleRNN` with tanh."""

    def _states(self, inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
        return _simple_rnn(inputs @ kernel + bias, recurrent)


class LSTM(_ByHand, keras.layers.LSTM):  # type: ignore[misc]
    """`keras.layers.LSTM` with its default activations."""

    def _states(self, inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
        return _lstm(inputs @ kernel + bias, recurrent)


class GRU(_ByHand, keras.layers.GRU):  # type: ignore[misc]
    """`keras.layers.GRU` with its default activations and `reset_after`."""

    def _states(self, inputs: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor) -> Tensor:
        return _gru(inputs @ kernel + bias[0], recurrent, bias[1])


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _simple_rnn(drive: Tensor, recurrent: Tensor) -> tuple[Tensor, Gradient]:
    start = [_zeros(drive, recurrent)]

    def step(states: Tensors, read: Tensors) -> tuple[Tensors, Tensors]:
        h = tf.tanh(read[0] + states[0] @ recurrent)
        return [h], [h]

    (h,) = _walk(step, start, [drive], widths=[1])

    def gradient(dh: Tensor) -> Tensors:
        back = tf.transpose(recurrent)

        def step(states: Tensors, read: Tensors) -> tuple[Tensors, Tensors]:
            dh, slope = read
            delta = (states[0] + dh) * slope
            return [delta @ back], [delta]

        (delta,) = _walk(step, start, [dh, 1 - h * h], widths=[1], reverse=True)
        return delta, _fed_back(h, delta)

    return h, gradient


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _lstm(drive: Tensor, recurrent: Tensor) -> tuple[Tensor, Gradient]:
    start = [_zeros(drive, recurrent)] * 2

    def step(states: Tensors, read: Tensors) -> tuple[Tensors, Tensors]:
        h, c = states
        i, f, g, o = tf.split(read[0] + h @ recurrent, 4, axis=-1)
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        left = f * c
        c = left + i * g
        bent = tf.tanh(c)
        return [o * bent, c], [o * bent, left, bent, i, f, g, o]

    h, *kept = _walk(step, start, [drive], widths=[1] * 7)

    def gradient(dh: Tensor) -> Tensors:
        back = tf.transpose(recurrent)
        left, bent, i, f, g, o = kept
        slopes = tf.concat([g * i * (1 - i), left * (1 - f), i * (1 - g * g), bent * o * (1 - o)], axis=-1)

        def step(states: Tensors, read: Tensors) -> tuple[Tensors, Tensors]:
            dh, bend, f, slopes = read
            dh = states[0] + dh
            dc = states[1] + dh * bend
            delta = tf.concat([dc, dc, dc, dh], axis=-1) * slopes
            return [delta @ back, dc * f], [delta]

        (delta,) = _walk(step, start, [dh, o * (1 - bent * bent), f, slopes], widths=[4], reverse=True)
        return delta, _fed_back(h, delta)

    return h, gradient


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _gru(drive: Tensor, recurrent: Tensor, bias: Tensor) -> tuple[Tensor, Gradient]:
    start = [_zeros(drive, recurrent)]
    gates = 2 * recurrent.shape[0]

    def step(states: Tensors, read: Tensors) -> tuple[Tensors, Tensors]:
        (h,), (x,) = states, read
        echo = h @ recurrent + bias
        z, r = tf.split(tf.sigmoid(x[:, :gates] + echo[:, :gates]), 2, axis=-1)
        p = echo[:, gates:]
        g = tf.tanh(x[:, gates:] + r * p)
        h = g + z * (h - g)
        return [h], [h, z, r, g, p]

    h, *kept = _walk(step, start, [drive], widths=[1] * 5)

    def gradient(dh: Tensor) -> Tensors:
        back = tf.transpose(recurrent)

        def step(states: Tensors, read: Tensors) -> tuple[Tensors, Tensors]:
            dh, h, z, r, g, p = read
            dh = states[0] + dh
            dg = dh * (1 - z) * (1 - g * g)
            dz, dr = dh * (h - g) * (1 - z), dg * p * r * (1 - r)
            delta = tf.concat([dz, dr, dg * r], axis=-1)
            # Both are kept: joining dx from parts after the loop takes XLA a tenth of an epoch.
            return [dh * z + delta @ back], [delta, tf.concat([dz, dr, dg], axis=-1)]

        delta, dx = _walk(step, start, [dh, h, *kept], widths=[3, 3], reverse=True)
        return dx, _fed_back(h, delta), tf.reduce_sum(delta, axis=(0, 1))

    return h, gradient


def _walk(
    step: Step, states: Tensors, over: Tensors, *, widths: Sequence[int], reverse: bool = False
) -> Tensors:
    """What `step` keeps while it reads `over`, all (steps, batch, n); `widths` are the n kept, in units."""
    steps = over[0].shape[0] or tf.shape(over[0])[0]
    batch, units = states[0].shape
    kept = [tf.TensorArray(tf.float32, steps, element_shape=(batch, width * units)) for width in widths]

    def one(done: Tensor, states: Tensors, kept: Tensors) -> tuple[Tensor, Tensors, Tensors]:
        place = steps - 1 - done if reverse else done
        states, new = step(states, [tf.gather(array, place) for array in over])
        return done + 1, states, [array.write(place, each) for array, each in zip(kept, new, strict=True)]

    _, _, kept = tf.while_loop(
        lambda done, *_: done < steps, one, (0, list(states), kept), maximum_iterations=steps
    )
    return [array.stack() for array in kept]


def _fed_back(h: Tensor, delta: Tensor) -> Tensor:
    """dU: the state before the first step is zero and gives nothing."""
    before, behind = tf.reshape(h[:-1], (-1, h.shape[-1])), tf.reshape(delta[1:], (-1, delta.shape[-1]))
    return tf.matmul(before, behind, transpose_a=True)


def _zeros(drive: Tensor, recurrent: Tensor) -> Tensor:
    """A state (batch, units) before the first step."""
    return tf.zeros((drive.shape[1] or tf.shape(drive)[1], recurrent.shape[0]))


def _turned(array: Tensor) -> Tensor:
    """(steps, batch, n) from (batch, steps, n), and back."""
    return tf.transpose(array, (1, 0, 2))
