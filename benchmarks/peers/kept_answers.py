"""Answers of other packages kept in a folder, so that a long comparison goes on where it ended.

A file is named for the package, the kind of pictures and a digest of their pixels: whatever changes
them, another detector's faces included, is asked for anew. Whoever changes how a package is asked
begins with another folder.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from benchmarks.peers.processes import Answers, Peer
from common.files import atomic_write
from common.imaging.images import Pixels


def kept_answers(
    peer: Peer, pictures: Callable[[], Iterable[Pixels]], kind: str, folder: Path
) -> Answers:
    """Return what a package answers to pictures of one kind, from the folder if it is there.

    Args:
        peer: the package, which is only started where its answers are not kept.
        pictures: returns them, the same ones every time.
        kind: `faces` or `photos`.
        folder: that answers are kept in; made where it is missing.

    Raises:
        PeerError: when it is not installed, fails or leaves pictures out.
    """
    name = re.sub(r"[^\w.]+", "-", f"{peer.name} {kind} {digest(pictures())}").strip("-")
    path = folder / f"{name}.json"
    if path.exists():
        kept = json.loads(path.read_text())
        return Answers(np.array(kept["predictions"]), kept["milliseconds"])
    answers = peer.answer(pictures(), kind)
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        temporary.write_text(
            json.dumps(
                {
                    "predictions": answers.predictions.tolist(),
                    "milliseconds": answers.milliseconds,
                }
            )
        )
    return answers


def digest(pictures: Iterable[Pixels]) -> str:
    """Return a digest of the sizes and pixels of pictures."""
    total = hashlib.sha256()
    for picture in pictures:
        total.update(repr(picture.shape).encode())
        total.update(picture.tobytes())
    return total.hexdigest()[:16]
