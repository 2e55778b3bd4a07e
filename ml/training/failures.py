"""What can end a training besides its data and settings, each in one line."""

import os
from types import ModuleType

from ml.training.run_folder import RunError

TENSORFLOW_MISSING = "Training needs TensorFlow: pip install -r requirements-train.txt"
BACKENDS = ("tensorflow", "jax", "torch")
"""Backends of Keras that can train; it has others that only predict."""


def import_keras() -> ModuleType:
    """Import Keras, with its own defaults whatever a user's keras.json says about layers.

    Raises:
        RunError: when it or its backend is missing or unknown; the message says what to do.
    """
    # Silences TensorFlow's own log messages.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    wanted = os.environ.get("KERAS_BACKEND")
    try:
        import keras  # noqa: PLC0415 - heavy

        backend = keras.backend.backend()
        if backend in ("numpy", "openvino"):
            raise ValueError(f"the backend {backend} cannot train")
    except ModuleNotFoundError as error:
        if not wanted or error.name in ("keras", "tensorflow"):
            raise RunError(TENSORFLOW_MISSING) from error
        raise RunError(
            f"KERAS_BACKEND: expected a backend that is installed, received {wanted} ({error})."
        ) from error
    except Exception as error:  # Keras checks its environment and keras.json in many ways.
        raise RunError(
            f"KERAS_BACKEND or keras.json: expected one of {', '.join(BACKENDS)} and the defaults "
            f"of Keras, received {wanted or 'none'} ({first_line(error)})."
        ) from error
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    return keras


def describe_failure(error: BaseException) -> str:
    """Return one line on what ended a training."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted"
    # Backends have classes of their own for it.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "Out of memory: expected room for a batch, try a smaller --batch-size"
    if isinstance(error, OSError):
        return f"Expected to read and write the run's files: {first_line(error)}"
    return f"Training failed, --traceback tells where: {type(error).__name__}: {first_line(error)}"


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, shortened, or the name of its class."""
    line = str(error).strip().partition("\n")[0]
    return line[:200] or type(error).__name__
