"""Training pictures as they might have been: turned, moved, mirrored, lit otherwise, hidden."""

import math
from collections.abc import Collection
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from ml.data.crowd_votes import shares
from ml.data.datasets import Dataset
from ml.emotions import EMOTIONS

ROTATION = 12.0  # degrees, to either side
ZOOM = (0.85, 1.2)
SHIFT = 4.5  # pixels, in each direction
CONTRAST = (0.75, 1.3)
BRIGHTNESS = 25.0  # grey values, up or down
ERASED = 0.3  # share of the pictures that a grey rectangle covers in part
ERASED_SIDES = (6.0, 18.0)  # pixels


@keras.saving.register_keras_serializable("emoplatform")
class Augmentation(keras.layers.Layer):
    """Changes n × side × side × 1 grey values from 0 to 255, each face differently, in training.

    It is a layer so that it runs on the device that trains, whichever backend that is.
    """

    def __init__(self, seed: int = 1, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, faces: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Return the faces changed, or as they are when not training."""
        if not training:
            return faces
        return self.erased(self.lit(self.moved(faces)))

    def uniform(self, faces: keras.KerasTensor, low: float, high: float) -> keras.KerasTensor:
        """Draw one number a face."""
        return keras.random.uniform((ops.shape(faces)[0],), low, high, seed=self.generator)

    def moved(self, faces: keras.KerasTensor) -> keras.KerasTensor:
        """Turn, scale, shift and mirror around the middle; what comes in repeats the border."""
        middle = (faces.shape[1] - 1) / 2
        angle = self.uniform(faces, -math.radians(ROTATION), math.radians(ROTATION))
        scale = 1 / self.uniform(faces, *ZOOM)
        mirror = ops.where(self.uniform(faces, 0, 1) < 0.5, -1.0, 1.0)  # noqa: PLR2004 - half
        # From a point of the answer to the point of the face that is seen there.
        a, b = ops.cos(angle) * scale * mirror, ops.sin(angle) * scale
        c, d = -ops.sin(angle) * scale * mirror, ops.cos(angle) * scale
        right, down = self.uniform(faces, -SHIFT, SHIFT), self.uniform(faces, -SHIFT, SHIFT)
        x = middle + right - (a + b) * middle
        y = middle + down - (c + d) * middle
        nothing = ops.zeros_like(a)
        affine = ops.stack([a, b, x, c, d, y, nothing, nothing], axis=1)
        return ops.image.affine_transform(
            faces, affine, interpolation="bilinear", fill_mode="nearest"
        )

    def lit(self, faces: keras.KerasTensor) -> keras.KerasTensor:
        """Change contrast and brightness."""
        contrast = self.uniform(faces, *CONTRAST)[:, None, None, None]
        brightness = self.uniform(faces, -BRIGHTNESS, BRIGHTNESS)[:, None, None, None]
        mean = ops.mean(faces, axis=(1, 2, 3), keepdims=True)
        return ops.clip((faces - mean) * contrast + mean + brightness, 0, 255)

    def erased(self, faces: keras.KerasTensor) -> keras.KerasTensor:
        """Cover a part of some faces with a grey rectangle (Zhong et al. 2020)."""
        side = faces.shape[1]
        places = ops.arange(side, dtype="float32")

        def span() -> keras.KerasTensor:
            length = self.uniform(faces, *ERASED_SIDES)
            start = self.uniform(faces, 0, 1) * (side - length)
            return (places >= start[:, None]) & (places < (start + length)[:, None])

        rows, columns = span(), span()
        chosen = self.uniform(faces, 0, 1) < ERASED
        covered = rows[:, :, None] & columns[:, None, :] & chosen[:, None, None]
        grey = self.uniform(faces, 0, 255)[:, None, None, None]
        return ops.where(covered[..., None], grey, faces)

    def get_config(self) -> dict[str, Any]:
        """Return what the layer was made with."""
        return {"name": self.name, "seed": self.seed}


class Batches(keras.utils.PyDataset):
    """Batches of faces with targets and weights of every output, shuffled anew each epoch.

    Every batch depends on seed, epoch and its number alone, so a resumed run sees the batches that
    an uninterrupted one would have seen.
    """

    def __init__(
        self,
        faces: Dataset,
        outputs: Collection[str],
        *,
        batch_size: int,
        seed: int,
        mixup: float = 0.0,
        class_weight_cap: float = 1.0,
        personal_weight: float = 1.0,
        first_epoch: int = 0,
    ) -> None:
        """Take in the faces of one split.

        Args:
            outputs: names of the network's.
            mixup: alpha of the beta distribution of the shares in which two faces and their
                targets are mixed (Zhang et al. 2018); 0 mixes none.
            class_weight_cap: the most that a face of a rare emotion counts; 1 weighs none.
            personal_weight: how much a person's own photo counts beside another face.
        """
        super().__init__()
        self.images = faces.images
        self.targets, self.weights = examples(faces, outputs, personal_weight=personal_weight)
        if class_weight_cap > 1:
            counts = np.bincount(faces.labels, minlength=len(EMOTIONS))
            balanced = len(faces) / (len(EMOTIONS) * np.maximum(counts, 1))
            rare = np.clip(balanced, 1, class_weight_cap).astype(np.float32)
            self.weights["folder"] = self.weights["folder"] * rare[faces.labels]
        self.batch_size, self.seed, self.epoch = batch_size, seed, first_epoch
        self.mixup = mixup
        self.shuffle()

    def shuffle(self) -> None:
        """Draw this epoch's order."""
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.images))

    def on_epoch_end(self) -> None:
        """Go on to the next epoch."""
        self.epoch += 1
        self.shuffle()

    def __len__(self) -> int:
        return max(1, len(self.images) // self.batch_size)

    def __getitem__(
        self, index: int
    ) -> tuple[NDArray[Any], dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        faces: NDArray[Any] = self.images[rows, ..., None]
        targets = {name: of_all[rows] for name, of_all in self.targets.items()}
        weights = {name: of_all[rows] for name, of_all in self.weights.items()}
        if self.mixup:
            random = np.random.default_rng([self.seed, self.epoch, index])
            share = random.beta(self.mixup, self.mixup, len(rows)).astype(np.float32)
            faces = mixed(faces.astype(np.float32), share)
            targets = {name: mixed(target, share) for name, target in targets.items()}
            weights = {name: mixed(weight, share) for name, weight in weights.items()}
        return faces, targets, weights


def mixed(values: NDArray[Any], share: NDArray[np.float32]) -> NDArray[Any]:
    """Return each row mixed with the next one, `share` of it its own."""
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(share * values + (1 - share) * np.roll(values, 1, axis=0))


def examples(
    faces: Dataset, outputs: Collection[str], *, personal_weight: float = 1.0
) -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.float32]]]:
    """Return the targets (n × 7 shares) and the weights (n, 0 where unknown) of some outputs.

    Args:
        personal_weight: how much a person's own photo counts beside another face.
    """
    targets = {"folder": np.eye(len(EMOTIONS), dtype=np.float32)[faces.labels]}
    nothing = np.zeros((len(faces), len(EMOTIONS)), np.float32)
    targets["crowd"] = nothing if faces.votes is None else shares(faces.votes)
    targets = {name: targets[name] for name in outputs}
    counts = np.where(faces.is_contribution(), personal_weight, 1).astype(np.float32)
    return targets, {name: target.sum(axis=1).round() * counts for name, target in targets.items()}
