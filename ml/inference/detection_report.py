"""What `detect_emotion` found, as lines for people, JSON and rows of a table."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from common.files import atomic_write
from common.names import escape_controls
from common.spreadsheets import escape_formula
from ml.emotions import EMOTIONS
from ml.inference.predictor import Face

NO_FACE = (
    "No face found. Turn the picture upright, use more light, face the camera and come closer."
)
COLUMNS = (
    *("source", "seconds", "face", "x", "y", "width", "height"),
    *("emotion", "confidence", "unsure", *EMOTIONS),
)

Report = dict[str, Any]
"""Of a picture or video, as it stands in the JSON document."""


def face_to_json(face: Face) -> dict[str, Any]:
    return {
        "box": asdict(face.box),
        "emotion": face.emotion,
        "confidence": round(face.confidence, 4),
        "unsure": face.unsure,
        "probabilities": {
            emotion: round(share, 4)
            for emotion, share in zip(EMOTIONS, face.probabilities, strict=True)
        },
    }


def lines(report: Report) -> Iterator[str]:
    """Yield a line for each face, and one for each moment without any."""
    if "image" in report and "faces" in report:
        source = escape_controls(report["image"])
        for line in [_face_line(face) for face in report["faces"]] or [NO_FACE]:
            yield f"{source}: {line}"
    for frame in report.get("frames", []):
        source = escape_controls(report["video"])
        for line in [_face_line(face) for face in frame["faces"]] or ["no face"]:
            yield f"{source}, {frame['seconds']:.1f} s: {line}"


def summary(reports: Sequence[Report], total: int) -> str:
    """Return how many of `total` sources were read, without a face, and not read."""
    read = [report for report in reports if "faces" in report or "frames" in report]
    without = sum(not any(faces for _, faces in _moments(report)) for report in read)
    failed = sum("error" in report for report in reports)
    return f"{len(read)} of {total} files read, {without} of them without a face; {failed} failed."


def write_csv(path: Path, reports: Sequence[Report]) -> None:
    """Write a row for each face, with the columns `COLUMNS`."""
    with (
        atomic_write(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for report in reports:
            table.writerows(_rows(report))


def _moments(report: Report) -> list[tuple[float | str, list[dict[str, Any]]]]:
    """Return the faces of each moment that was looked at; a picture has one, without a time."""
    if "faces" in report:
        return [("", report["faces"])]
    return [(frame["seconds"], frame["faces"]) for frame in report.get("frames", [])]


def _rows(report: Report) -> Iterator[list[Any]]:
    source = escape_formula(report.get("image") or report["video"])
    for seconds, faces in _moments(report):
        for number, face in enumerate(faces, start=1):
            yield [
                source,
                seconds,
                number,
                *face["box"].values(),
                *(face[name] for name in ("emotion", "confidence", "unsure")),
                *face["probabilities"].values(),
            ]


def _face_line(face: dict[str, Any]) -> str:
    return "{emotion} {confidence:.0%}{doubt} at x {x}, y {y}, {width}×{height} pixels".format(
        **face, **face["box"], doubt=", unsure" if face["unsure"] else ""
    )
