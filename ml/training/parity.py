"""How far a version's LiteRT file is from the Keras network that it was made of."""

from typing import Any

import numpy as np

from ml.evaluation.evaluation import Evaluation
from ml.training.architectures import deployed_network

COMPARED = 1000
"""Faces, at most: Keras takes several times as long as LiteRT."""


def difference(evaluation: Evaluation, content: bytes) -> dict[str, Any] | None:
    """Let the Keras network answer about the first faces of an evaluation too.

    Args:
        evaluation: what the LiteRT file answered.
        content: of the `.keras` file of the same version, which is vouched for.

    Returns:
        how many faces were compared, the largest difference of a probability, and about how many
        of the faces an output names another emotion; None where no face was found.
    """
    rows = evaluation.folder.rows[evaluation.folder.found][:COMPARED]
    if not len(rows):
        return None
    network = deployed_network(content)
    faces = evaluation.faces.images[rows, ..., None].astype(np.float32)
    largest, others = 0.0, np.zeros(len(rows), bool)
    for output, shares in network.predict(faces, batch_size=64, verbose=0).items():
        told = evaluation.answers[output][rows]
        largest = max(largest, float(np.abs(shares - told).max()))
        others |= shares.argmax(axis=1) != told.argmax(axis=1)
    return {
        "images": len(rows),
        "largest_difference": largest,
        "different_answers": int(others.sum()),
    }
