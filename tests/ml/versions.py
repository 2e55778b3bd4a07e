"""Versions to register: real networks with answers about test faces that are made up."""

import json
from collections.abc import Mapping

import numpy as np

from ml.inference.card import BUNDLED
from ml.metrics.gate import Answers
from ml.registry.versions import sha256_hex

TRUTH = np.random.default_rng(1).integers(0, 7, 2000).astype(np.int8)


def answers(wrong: float, *, digest: str = "test faces") -> Answers:
    """Return answers of which a share is wrong."""
    random = np.random.default_rng(7)
    chosen = random.random(len(TRUTH)) < wrong
    given = np.where(chosen, (TRUTH + 1) % 7, TRUTH).astype(np.int8)
    return Answers("test faces", digest, {"folder": TRUTH}, {"folder": given})


def corrections(wrong: float) -> Answers:
    """Return such answers about faces that a hundred people lent."""
    of = answers(wrong, digest="corrections")
    return Answers("corrections", of.digest, of.truth, of.given, np.arange(len(TRUTH)) % 100)


def files(name: str, *, wrong: float = 0.3, padding: int = 1, **facts: object) -> dict[str, bytes]:
    """Return the files of a version: the bundled network, some bytes longer, so another one."""
    network = (BUNDLED / "emotion.tflite").read_bytes() + b"\0" * padding
    card = json.loads((BUNDLED / "card.json").read_text())
    card |= {"name": name, "sha256": sha256_hex(network), "bytes": len(network), **facts}
    card.pop("keras_sha256", None)
    card["training"] |= {"refit": None, "calibrated_by": None}
    return {
        "emotion.tflite": network,
        "card.json": json.dumps(card).encode(),
        "answers.json": json.dumps([answers(wrong).to_json()]).encode(),
        "curves.png": b"not looked at",
    }


def without(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """Return the files but one."""
    return {key: content for key, content in files.items() if key != name}
