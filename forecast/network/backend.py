"""TensorFlow and Keras, imported in this one place: once, silently, and without writing a file."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

_LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"


def is_loaded() -> bool:
    """Whether TensorFlow and Keras have been imported."""
    return "keras" in sys.modules


def load() -> None:
    """Import TensorFlow and Keras; afterwards `import keras` is free and quiet.

    TensorFlow writes some ten lines to stderr at import and at its first operation,
    two of them whatever its log level (tensorflow#100442). They are shown when the
    log level is set to 0, which `--debug` does.
    """
    if is_loaded():
        return
    if os.environ.get(_LOG_LEVEL) == "0":
        _import()
        return
    os.environ[_LOG_LEVEL] = "3"
    with _silenced_stderr(), _hidden_scikit_learn():
        _import()
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")


def _import() -> None:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with _no_keras_home():
        import keras  # noqa: F401
    import tensorflow as tf

    grow_memory_of_gpus(tf.config)
    tf.constant(0.0) + 1.0


def grow_memory_of_gpus(config: ModuleType) -> None:
    """Have TensorFlow take the memory of GPUs as it needs it; by default its first operation takes all.

    `config` is that of TensorFlow. A program that has used its GPUs already keeps its own way.
    """
    with suppress(RuntimeError, ValueError):
        for gpu in config.list_physical_devices("GPU"):
            config.experimental.set_memory_growth(gpu, True)


@contextmanager
def _no_keras_home() -> Iterator[None]:
    """Have Keras find no folder for its settings: it would create ~/.keras/keras.json at its import.

    It neither reads nor writes below the null device, so a keras.json that is in the home
    folder already changes no results.
    """
    before = os.environ.get("KERAS_HOME")
    os.environ["KERAS_HOME"] = os.devnull
    try:
        yield
    finally:
        if before is None:
            del os.environ["KERAS_HOME"]
        else:
            os.environ["KERAS_HOME"] = before


@contextmanager
def _silenced_stderr() -> Iterator[None]:
    """Send file descriptor 2 to the null device: TensorFlow's C++ code writes to it directly."""
    sys.stderr.flush()
    try:
        stderr = os.dup(2)
    except OSError:  # started with stderr closed
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)


@contextmanager
def _hidden_scikit_learn() -> Iterator[None]:
    """Keras imports scikit-learn for wrappers we never use: a quarter of the start-up."""
    if "sklearn" in sys.modules:
        yield
        return
    sys.modules["sklearn"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["sklearn"]
