"""Choosing the training loop that suits backend and device."""

import keras

from ml.training.fitting import EpochCompiler


def epoch_compiler() -> EpochCompiler | None:
    """Return `compile_epochs` with JAX on one accelerator, else None.

    Several devices share batches in Keras's own loop.
    """
    devices = keras.distribution.list_devices()
    if keras.backend.backend() != "jax" or len(devices) > 1 or devices[0].startswith("cpu"):
        return None
    from ml.training.compiled_epochs import compile_epochs  # noqa: PLC0415 - needs JAX

    return compile_epochs
