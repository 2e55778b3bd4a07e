"""Comparing a version's LiteRT file with the Keras network that it was exported from."""

from typing import Any

import numpy as np

from ml.evaluation.evaluation import Evaluation
from ml.training.deployment import BATCH_SIZE, load_deployable

MAX_FACES = 1000
"""Keras takes several times as long as LiteRT."""


def difference_from_keras(evaluation: Evaluation, content: bytes) -> dict[str, Any] | None:
    """Compare the predictions of both on the first faces of an evaluation.

    Args:
        evaluation: of the LiteRT file.
        content: of the verified `.keras` file of the same version.

    Returns:
        how many faces were compared, the largest difference of a probability, and for how many
        faces an output predicts another emotion; None when no face was found.
    """
    rows = evaluation.folder.rows[evaluation.folder.found][:MAX_FACES]
    if not len(rows):
        return None
    network = load_deployable(content)
    faces = evaluation.faces.images[rows, ..., None].astype(np.float32)
    largest, different = 0.0, np.zeros(len(rows), bool)
    for output, keras in network.predict(faces, batch_size=BATCH_SIZE, verbose=0).items():
        litert = evaluation.probabilities[output][rows]
        largest = max(largest, float(np.abs(keras - litert).max()))
        different |= keras.argmax(axis=1) != litert.argmax(axis=1)
    return {
        "images": len(rows),
        "largest_difference": largest,
        "different_answers": int(different.sum()),
    }
