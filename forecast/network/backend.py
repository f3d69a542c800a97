"""TensorFlow and Keras, imported in this one place, once and silently."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"


def load() -> None:
    """Import TensorFlow and Keras; afterwards `import keras` is free and quiet.

    TensorFlow writes some ten lines to stderr at import and at its first operation,
    two of them whatever its log level (tensorflow#100442). They are kept when the
    log level is set to 0, which `--debug` does.
    """
    if "keras" in sys.modules:
        return
    if os.environ.get(_LOG_LEVEL) == "0":
        _import()
        return
    os.environ[_LOG_LEVEL] = "3"
    with _stderr_pointed_away(), _without_scikit_learn():
        _import()
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")


def _import() -> None:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow as tf

    # A keras.json in the home folder must not change results.
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    tf.constant(0.0) + 1.0


@contextmanager
def _stderr_pointed_away() -> Iterator[None]:
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # started with stderr closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _without_scikit_learn() -> Iterator[None]:
    """Keras imports scikit-learn for wrappers we never use: a quarter of the start-up."""
    if "sklearn" in sys.modules:
        yield
        return
    sys.modules["sklearn"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["sklearn"]
