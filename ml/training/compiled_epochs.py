"""Training on JAX with the faces on the accelerator and each epoch in one compiled call.

Keras's own loop sends one batch after another to the device and waits for Python between them. Here
only the order of the faces and the shares of mixup travel, and `jax.lax.scan` runs Keras's training
step over them; all else, callbacks and checkpoints included, stays with `keras.Model.fit`.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from numpy.typing import NDArray

from ml.training.batches import Batches

State = tuple[list[jax.Array], ...]
"""Values of trainable, other, optimizer and metric variables, as `JAXTrainer.train_step` has it."""


class EpochDraws(keras.utils.PyDataset):
    """The random draws of whole epochs, each as one item: rows and shares of mixup, steps × faces.

    They are drawn on the host, the same as for Keras's loop: on the device, JAX samples a beta
    distribution one number after the other.
    """

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_end(self) -> None:
        """Move on to the next epoch."""
        self.batches.on_epoch_end()

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        steps = range(len(self.batches))
        rows = np.stack([self.batches.rows(step) for step in steps])
        shares = np.stack([self.batches.shares(step) for step in steps])
        return rows.astype(np.int32), shares


def compile_epochs(network: keras.Model, batches: Batches) -> EpochDraws:
    """Let `network.fit` run each epoch in one compiled call.

    Returns:
        what `fit` has to be called with instead of the batches.
    """
    # `fit` builds losses and metrics from its data, which are no faces here.
    network.test_on_batch(*batches[0])
    network.reset_metrics()
    network.train_function = epoch_function(network, batches)
    return EpochDraws(batches)


def epoch_function(
    network: keras.Model, batches: Batches
) -> Callable[[State, Iterator[Any]], tuple[dict[str, jax.Array], State]]:
    """Return a function that trains for an epoch, with the signature that `fit` expects."""
    # An argument of the compiled function; what it closes over would be compiled into it.
    faces = jax.device_put((batches.images, batches.targets, batches.weights))

    @partial(jax.jit, donate_argnums=0)
    def run_epoch(
        state: State, faces: Any, rows: jax.Array, shares: jax.Array
    ) -> tuple[State, dict[str, jax.Array]]:
        def run_step(state: State, draws: tuple[jax.Array, jax.Array]) -> Any:
            logs, state = network.train_step(state, select(faces, *draws))
            return state, logs

        state, logs = jax.lax.scan(run_step, state, (rows, shares))
        return state, {name: values[-1] for name, values in logs.items()}

    def select(faces: Any, rows: jax.Array, shares: jax.Array) -> Any:
        images, targets, weights = jax.tree.map(lambda values: values[rows], faces)
        selected = images[..., None], targets, weights
        if not batches.mixup:
            return selected
        return jax.tree.map(partial(mix_with_next, shares=shares), selected)

    def train_function(state: State, iterator: Iterator[Any]) -> tuple[dict[str, jax.Array], State]:
        state, logs = run_epoch(state, faces, *next(iterator))
        return logs, state

    return train_function


def mix_with_next(values: jax.Array, shares: jax.Array) -> jax.Array:
    """Mix each row with the next one, as `ml.training.batches.mix_with_next` does."""
    shares = shares.reshape(-1, *[1] * (values.ndim - 1))
    return shares * values + (1 - shares) * jnp.roll(values, 1, axis=0)
