"""What phones and webcams do to a face: blur, low resolution, noise, compression, poor light.

Each function takes n × side × side × 1 grey values from 0 to 255 and a strength for each face.
"""

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from ml.data.faces import FACE_SIDE

BLUR_RADIUS = 4  # pixels; 2.7 times the largest sigma that is drawn
REDUCED_SIDES = (16, 20, 24, 28, 32, 36)  # pixels
JPEG_BLOCK = 8  # pixels
JPEG_LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float32,
)
"""Quantisation steps of luminance at quality 50 (ITU-T T.81, annex K)."""


def blur(faces: keras.KerasTensor, sigmas: keras.KerasTensor) -> keras.KerasTensor:
    """Blur with a Gaussian kernel.

    Args:
        sigmas: n standard deviations in pixels, above 0.
    """
    # Shifted slices, because a convolution has one kernel for the whole batch.
    offsets = ops.arange(-BLUR_RADIUS, BLUR_RADIUS + 1, dtype="float32")
    weights = ops.exp(-(offsets**2) / (2 * sigmas[:, None] ** 2))
    weights = weights / ops.sum(weights, axis=1, keepdims=True)
    side = faces.shape[1]
    margin = (BLUR_RADIUS, BLUR_RADIUS)
    rows = ops.pad(faces, ((0, 0), margin, (0, 0), (0, 0)), mode="symmetric")
    faces = sum(
        per_face(weights[:, tap]) * rows[:, tap : tap + side] for tap in range(2 * BLUR_RADIUS + 1)
    )
    columns = ops.pad(faces, ((0, 0), (0, 0), margin, (0, 0)), mode="symmetric")
    return sum(
        per_face(weights[:, tap]) * columns[:, :, tap : tap + side]
        for tap in range(2 * BLUR_RADIUS + 1)
    )


def reduce_resolution(faces: keras.KerasTensor, choices: keras.KerasTensor) -> keras.KerasTensor:
    """Shrink to fewer pixels and enlarge again.

    Args:
        choices: n indices into `REDUCED_SIDES`.
    """
    resize = ops.take(ops.convert_to_tensor(RESIZE_MATRICES), choices, axis=0)
    return transform(faces, resize)


def add_noise(
    faces: keras.KerasTensor, noise: keras.KerasTensor, sigmas: keras.KerasTensor
) -> keras.KerasTensor:
    """Add independent noise to each pixel.

    Args:
        noise: samples of the standard normal distribution in the shape of `faces`.
        sigmas: n standard deviations in grey values.
    """
    return ops.clip(faces + noise * per_face(sigmas), 0, 255)


def compress(faces: keras.KerasTensor, qualities: keras.KerasTensor) -> keras.KerasTensor:
    """Quantise the cosine transform of blocks as JPEG does.

    Args:
        qualities: n JPEG qualities from 1 to 99.
    """
    scales = ops.where(qualities < 50, 50 / qualities, 2 - qualities / 50)  # noqa: PLR2004 - as libjpeg
    steps = ops.maximum(ops.floor(QUANTISATION_STEPS * per_face(scales) + 0.5), 1)
    cosines = ops.convert_to_tensor(BLOCK_COSINES)
    coefficients = transform(faces - 128, cosines)
    coefficients = ops.round(coefficients / steps) * steps
    return ops.clip(transform(coefficients, ops.transpose(cosines)) + 128, 0, 255)


def correct_gamma(faces: keras.KerasTensor, exponents: keras.KerasTensor) -> keras.KerasTensor:
    """Raise the grey values, as shares of white, to a power; above 1 they get darker."""
    return 255 * (ops.maximum(faces, 0) / 255) ** per_face(exponents)


def cast_shadow(
    faces: keras.KerasTensor,
    *,
    directions: keras.KerasTensor,
    offsets: keras.KerasTensor,
    widths: keras.KerasTensor,
    depths: keras.KerasTensor,
) -> keras.KerasTensor:
    """Darken one side of a straight line through the face.

    Args:
        directions: in which the light comes from, in radians.
        offsets: distances of the line from the centre in pixels.
        widths: of the soft edge in pixels.
        depths: share of the light that is left in the shadow.
    """
    side = faces.shape[1]
    positions = ops.arange(side, dtype="float32") - (side - 1) / 2
    x, y = positions[None, None, :, None], positions[None, :, None, None]
    distances = per_face(ops.cos(directions)) * x + per_face(ops.sin(directions)) * y
    lit = ops.sigmoid((distances - per_face(offsets)) / per_face(widths))
    depth = per_face(depths)
    return faces * (depth + (1 - depth) * lit)


def per_face(values: keras.KerasTensor) -> keras.KerasTensor:
    """Give n values the axes of n faces."""
    return values[:, None, None, None]


def transform(faces: keras.KerasTensor, matrices: keras.KerasTensor) -> keras.KerasTensor:
    """Apply a linear transform along both axes, the same matrix or one for each face."""
    product = ops.matmul(ops.matmul(matrices, faces[..., 0]), ops.swapaxes(matrices, -1, -2))
    return product[..., None]


def resize_matrix(side: int) -> NDArray[np.float32]:
    """Return the matrix that shrinks an axis to `side` pixels by area and enlarges it linearly."""
    edges = np.arange(side + 1) * FACE_SIDE / side
    pixels = np.arange(FACE_SIDE)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    shrink = np.maximum(overlap, 0) * side / FACE_SIDE
    centres = (pixels + 0.5) * side / FACE_SIDE - 0.5
    enlarge = np.maximum(0, 1 - np.abs(np.clip(centres, 0, side - 1)[:, None] - np.arange(side)))
    return (enlarge @ shrink).astype(np.float32)


def cosine_matrix() -> NDArray[np.float32]:
    """Return the orthonormal matrix of the discrete cosine transform of a block's axis."""
    frequencies, positions = np.arange(JPEG_BLOCK)[:, None], np.arange(JPEG_BLOCK)
    cosines = np.cos(np.pi * (2 * positions + 1) * frequencies / (2 * JPEG_BLOCK))
    cosines *= np.sqrt(2 / JPEG_BLOCK)
    cosines[0] /= np.sqrt(2)
    return cosines.astype(np.float32)


BLOCKS = FACE_SIDE // JPEG_BLOCK
BLOCK_COSINES = np.kron(np.eye(BLOCKS, dtype=np.float32), cosine_matrix())
QUANTISATION_STEPS = np.tile(JPEG_LUMINANCE, (BLOCKS, BLOCKS))[None, ..., None]
RESIZE_MATRICES = np.stack([resize_matrix(side) for side in REDUCED_SIDES])
