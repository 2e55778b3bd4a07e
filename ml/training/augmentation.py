"""Random changes to training faces: turned, moved, mirrored, relit, degraded, partly covered."""

import math
from typing import Any

import keras
from keras import ops

from ml.training import degradations

MAX_ROTATION = 12.0  # degrees, to either side
ZOOM_RANGE = (0.85, 1.2)
MAX_SHIFT = 4.5  # pixels, in each direction
CONTRAST_RANGE = (0.75, 1.3)
MAX_BRIGHTNESS_CHANGE = 25.0  # grey values, up or down
ERASING_PROBABILITY = 0.3
ERASED_SIDE_RANGE = (6.0, 18.0)  # pixels

# Of degraded faces; probabilities are those of each change to such a face.
TILT_PROBABILITY = 0.25
MAX_TILT = 28.0  # degrees, to either side
ASPECT_RANGE = (0.93, 1.07)  # width of the box around the face relative to its height
BOX_ZOOM_RANGE = (0.95, 1.05)
MAX_BOX_SHIFT = 1.5  # pixels, in each direction
GAMMA_PROBABILITY = 0.5
GAMMA_RANGE = (0.6, 1.65)
SHADOW_PROBABILITY = 0.35
SHADOW_DEPTH_RANGE = (0.3, 0.85)  # share of the light that is left
SHADOW_EDGE_RANGE = (1.0, 8.0)  # pixels
MAX_SHADOW_OFFSET = 14.0  # pixels from the centre
DIMMING_PROBABILITY = 0.25
DIMMING_RANGE = (0.3, 0.85)  # share of the light that is left
BLUR_PROBABILITY = 0.5
BLUR_RANGE = (0.3, 1.5)  # sigma in pixels
REDUCTION_PROBABILITY = 0.2
NOISE_PROBABILITY = 0.45
NOISE_RANGE = (1.0, 22.0)  # sigma in grey values
COMPRESSION_PROBABILITY = 0.35
QUALITY_RANGE = (15.0, 70.0)  # JPEG quality


@keras.saving.register_keras_serializable("emoplatform")
class Augmentation(keras.layers.Layer):
    """Changes n × side × side × 1 grey values from 0 to 255 in training, each face differently.

    As a layer it runs on the device that trains, whichever backend that is.
    """

    def __init__(
        self, seed: int = 1, degrade: float = 0.0, *, with_clear: bool = False, **kwargs: Any
    ) -> None:
        """Seed the changes.

        Args:
            degrade: probability that a face is degraded as phones degrade it.
            with_clear: return the faces before they are degraded and covered, too.
        """
        super().__init__(dtype="float32", **kwargs)
        self.seed, self.degrade, self.with_clear = seed, degrade, with_clear
        self.generator = keras.random.SeedGenerator(seed)

    def call(
        self, faces: keras.KerasTensor, training: bool = False
    ) -> keras.KerasTensor | tuple[keras.KerasTensor, keras.KerasTensor]:
        """Change the faces in training; return them untouched otherwise."""
        clear, changed = self.views(faces) if training else (faces, faces)
        return (clear, changed) if self.with_clear else changed

    def views(self, faces: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the faces turned, moved and relit, and the same faces degraded and covered."""
        if not self.degrade:
            clear = self.random_lighting(self.random_affine(faces))
            return clear, self.random_erasing(clear)
        degraded = self.uniform(faces, 0, 1) < self.degrade
        clear = self.random_lighting(self.random_affine(faces, degraded))
        changed = self.random_recording(self.random_shading(clear, degraded), degraded)
        return clear, self.random_erasing(changed)

    def uniform(self, faces: keras.KerasTensor, low: float, high: float) -> keras.KerasTensor:
        """Draw one number for each face."""
        return keras.random.uniform((ops.shape(faces)[0],), low, high, seed=self.generator)

    def random_affine(
        self, faces: keras.KerasTensor, degraded: keras.KerasTensor | None = None
    ) -> keras.KerasTensor:
        """Rotate, scale, shift and mirror around the centre, repeating the border outwards.

        Args:
            degraded: which faces are tilted and in boxes that fit badly besides; None for none.
        """
        centre = (faces.shape[1] - 1) / 2
        angle = self.uniform(faces, -math.radians(MAX_ROTATION), math.radians(MAX_ROTATION))
        scale = 1 / self.uniform(faces, *ZOOM_RANGE)
        mirror = ops.where(self.uniform(faces, 0, 1) < 0.5, -1.0, 1.0)  # noqa: PLR2004 - half
        right = self.uniform(faces, -MAX_SHIFT, MAX_SHIFT)
        down = self.uniform(faces, -MAX_SHIFT, MAX_SHIFT)
        aspect = ops.ones_like(scale)
        if degraded is not None:
            tilted = self.chosen(degraded, TILT_PROBABILITY)
            tilt = self.uniform(faces, -math.radians(MAX_TILT), math.radians(MAX_TILT))
            angle = ops.where(tilted, tilt, angle)
            aspect = ops.where(degraded, ops.sqrt(self.uniform(faces, *ASPECT_RANGE)), aspect)
            scale = ops.where(degraded, scale / self.uniform(faces, *BOX_ZOOM_RANGE), scale)
            box_right = self.uniform(faces, -MAX_BOX_SHIFT, MAX_BOX_SHIFT)
            box_down = self.uniform(faces, -MAX_BOX_SHIFT, MAX_BOX_SHIFT)
            right = ops.where(degraded, right + box_right, right)
            down = ops.where(degraded, down + box_down, down)
        # The matrix maps a point of the output to the point of the input that is seen there.
        wide, high = scale * mirror * aspect, scale / aspect
        a, b = ops.cos(angle) * wide, ops.sin(angle) * high
        c, d = -ops.sin(angle) * wide, ops.cos(angle) * high
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

    def chosen(self, degraded: keras.KerasTensor, probability: float) -> keras.KerasTensor:
        """Choose some of the degraded faces."""
        return degraded & (self.uniform(degraded, 0, 1) < probability)

    def random_shading(
        self, faces: keras.KerasTensor, degraded: keras.KerasTensor
    ) -> keras.KerasTensor:
        """Change gamma, cast a shadow and dim the light."""
        gamma = ops.exp(self.uniform(faces, *map(math.log, GAMMA_RANGE)))
        gamma = ops.where(self.chosen(degraded, GAMMA_PROBABILITY), gamma, 1.0)
        faces = degradations.correct_gamma(faces, gamma)
        depth = self.uniform(faces, *SHADOW_DEPTH_RANGE)
        faces = degradations.cast_shadow(
            faces,
            directions=self.uniform(faces, 0, 2 * math.pi),
            offsets=self.uniform(faces, -MAX_SHADOW_OFFSET, MAX_SHADOW_OFFSET),
            widths=self.uniform(faces, *SHADOW_EDGE_RANGE),
            depths=ops.where(self.chosen(degraded, SHADOW_PROBABILITY), depth, 1.0),
        )
        light = self.uniform(faces, *DIMMING_RANGE)
        dimmed = self.chosen(degraded, DIMMING_PROBABILITY)
        return faces * degradations.per_face(ops.where(dimmed, light, 1.0))

    def random_recording(
        self, faces: keras.KerasTensor, degraded: keras.KerasTensor
    ) -> keras.KerasTensor:
        """Blur, reduce the resolution, add noise and compress, in the order of a camera."""
        blurred = degradations.blur(faces, self.uniform(faces, *BLUR_RANGE))
        faces = where(self.chosen(degraded, BLUR_PROBABILITY), blurred, faces)
        sides = len(degradations.REDUCED_SIDES)
        choices = ops.cast(ops.floor(self.uniform(faces, 0, sides)), "int32")
        reduced = degradations.reduce_resolution(faces, ops.minimum(choices, sides - 1))
        faces = where(self.chosen(degraded, REDUCTION_PROBABILITY), reduced, faces)
        noise = keras.random.normal(ops.shape(faces), seed=self.generator)
        noisy = degradations.add_noise(faces, noise, self.uniform(faces, *NOISE_RANGE))
        faces = where(self.chosen(degraded, NOISE_PROBABILITY), noisy, faces)
        compressed = degradations.compress(faces, self.uniform(faces, *QUALITY_RANGE))
        return where(self.chosen(degraded, COMPRESSION_PROBABILITY), compressed, faces)

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
        return {
            "name": self.name,
            "seed": self.seed,
            "degrade": self.degrade,
            "with_clear": self.with_clear,
        }


def where(
    chosen: keras.KerasTensor, changed: keras.KerasTensor, faces: keras.KerasTensor
) -> keras.KerasTensor:
    """Take the changed version of the chosen faces, and the others as they are."""
    return ops.where(degradations.per_face(chosen), changed, faces)
