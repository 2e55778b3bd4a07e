"""Training pictures as they might have been: turned, moved, mirrored, lit otherwise, hidden."""

from typing import Any

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from ml.emotions import EMOTIONS

ROTATION = 12.0  # degrees, to either side
ZOOM = (0.85, 1.2)
SHIFT = 4.5  # pixels, in each direction
CONTRAST = (0.75, 1.3)
BRIGHTNESS = 25.0  # grey values, up or down
ERASED = 0.3  # share of the pictures that a grey rectangle covers in part
ERASED_SIDES = (6, 18)  # pixels


def augment(face: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.float32]:
    """Return a face as it might have been photographed, as grey values from 0 to 255."""
    side = face.shape[0]
    middle = (side - 1) / 2
    affine = cv2.getRotationMatrix2D(
        (middle, middle), random.uniform(-ROTATION, ROTATION), random.uniform(*ZOOM)
    )
    affine = affine + np.array([[0, 0, 1]] * 2) * random.uniform(-SHIFT, SHIFT, (2, 1))
    if random.random() < 0.5:  # noqa: PLR2004 - every other face is mirrored
        affine = affine @ np.array([[-1, 0, side - 1], [0, 1, 0], [0, 0, 1]])
    moved = cv2.warpAffine(face, affine, (side, side), borderMode=cv2.BORDER_REPLICATE)
    grey = moved.astype(np.float32)
    mean = grey.mean()
    lit = (grey - mean) * random.uniform(*CONTRAST) + mean + random.uniform(-BRIGHTNESS, BRIGHTNESS)
    lit = np.clip(lit, 0, 255)
    if random.random() < ERASED:
        height, width = random.integers(*ERASED_SIDES, 2)
        top, left = random.integers(0, side - height), random.integers(0, side - width)
        lit[top : top + height, left : left + width] = random.uniform(0, 255)
    return np.asarray(lit, np.float32)


class AugmentedFaces(keras.utils.PyDataset):
    """Batches of augmented faces, shuffled anew each epoch.

    Every batch depends on seed, epoch and its number alone, so a resumed run sees the batches that
    an uninterrupted one would have seen.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        *,
        batch_size: int,
        seed: int,
        first_epoch: int = 0,
    ) -> None:
        super().__init__(workers=2, max_queue_size=16)
        self.images, self.labels = images, labels
        self.batch_size, self.seed, self.epoch = batch_size, seed, first_epoch
        self.shuffle()

    def shuffle(self) -> None:
        """Draw this epoch's order."""
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.labels))

    def on_epoch_end(self) -> None:
        """Go on to the next epoch."""
        self.epoch += 1
        self.shuffle()

    def __len__(self) -> int:
        return max(1, len(self.labels) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[Any]]:
        random = np.random.default_rng([self.seed, self.epoch, index])
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        faces = np.stack([augment(self.images[row], random) for row in rows])
        return faces[..., None], keras.utils.to_categorical(self.labels[rows], len(EMOTIONS))
