"""Random changes to training faces: rotated, shifted, mirrored, relit, partly covered."""

import math
from typing import Any

import keras
from keras import ops

MAX_ROTATION = 12.0  # degrees, to either side
ZOOM_RANGE = (0.85, 1.2)
MAX_SHIFT = 4.5  # pixels, in each direction
CONTRAST_RANGE = (0.75, 1.3)
MAX_BRIGHTNESS_CHANGE = 25.0  # grey values, up or down
ERASING_PROBABILITY = 0.3
ERASED_SIDE_RANGE = (6.0, 18.0)  # pixels


@keras.saving.register_keras_serializable("emoplatform")
class Augmentation(keras.layers.Layer):
    """Changes n × side × side × 1 grey values from 0 to 255 in training, each face differently.

    As a layer it runs on the device that trains, whichever backend that is.
    """

    def __init__(self, seed: int = 1, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, faces: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Change the faces in training; return them untouched otherwise."""
        if not training:
            return faces
        return self.random_erasing(self.random_lighting(self.random_affine(faces)))

    def uniform(self, faces: keras.KerasTensor, low: float, high: float) -> keras.KerasTensor:
        """Draw one number for each face."""
        return keras.random.uniform((ops.shape(faces)[0],), low, high, seed=self.generator)

    def random_affine(self, faces: keras.KerasTensor) -> keras.KerasTensor:
        """Rotate, scale, shift and mirror around the centre, repeating the border outwards."""
        centre = (faces.shape[1] - 1) / 2
        angle = self.uniform(faces, -math.radians(MAX_ROTATION), math.radians(MAX_ROTATION))
        scale = 1 / self.uniform(faces, *ZOOM_RANGE)
        mirror = ops.where(self.uniform(faces, 0, 1) < 0.5, -1.0, 1.0)  # noqa: PLR2004 - half
        # The matrix maps a point of the output to the point of the input that is seen there.
        a, b = ops.cos(angle) * scale * mirror, ops.sin(angle) * scale
        c, d = -ops.sin(angle) * scale * mirror, ops.cos(angle) * scale
        right = self.uniform(faces, -MAX_SHIFT, MAX_SHIFT)
        down = self.uniform(faces, -MAX_SHIFT, MAX_SHIFT)
        x = centre + right - (a + b) * centre
        y = centre + down - (c + d) * centre
        zero = ops.zeros_like(a)
        affine = ops.stack([a, b, x, c, d, y, zero, zero], axis=1)
        return ops.image.affine_transform(
            faces, affine, interpolation="bilinear", fill_mode="nearest"
        )

    def random_lighting(self, faces: keras.KerasTensor) -> keras.KerasTensor:
        """Change contrast and brightness."""
        contrast = self.uniform(faces, *CONTRAST_RANGE)
        brightness = self.uniform(faces, -MAX_BRIGHTNESS_CHANGE, MAX_BRIGHTNESS_CHANGE)
        contrast, brightness = (values[:, None, None, None] for values in (contrast, brightness))
        mean = ops.mean(faces, axis=(1, 2, 3), keepdims=True)
        return ops.clip((faces - mean) * contrast + mean + brightness, 0, 255)

    def random_erasing(self, faces: keras.KerasTensor) -> keras.KerasTensor:
        """Cover a part of some faces with a grey rectangle (Zhong et al. 2020)."""
        side = faces.shape[1]
        positions = ops.arange(side, dtype="float32")

        def random_span() -> keras.KerasTensor:
            length = self.uniform(faces, *ERASED_SIDE_RANGE)
            start = self.uniform(faces, 0, 1) * (side - length)
            return (positions >= start[:, None]) & (positions < (start + length)[:, None])

        rows, columns = random_span(), random_span()
        erased = self.uniform(faces, 0, 1) < ERASING_PROBABILITY
        covered = rows[:, :, None] & columns[:, None, :] & erased[:, None, None]
        grey = self.uniform(faces, 0, 255)[:, None, None, None]
        return ops.where(covered[..., None], grey, faces)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that the layer is made with."""
        return {"name": self.name, "seed": self.seed}
