"""`manage.py detect_emotion`: what the faces in pictures express."""

from argparse import ArgumentParser
from dataclasses import asdict
from itertools import chain, count
from json import dumps
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from ml.annotate import annotated
from ml.emotions import EMOTIONS
from ml.images import MAX_BYTES, ImageError, encode_jpeg, read_image
from ml.predictor import Face, ModelFileError, Predictor, bundled_predictor
from ml.registry import NoModelError, serving

NO_FACE = "No face found. Try more light, look into the camera and come closer."


class Command(BaseCommand):
    """Read pictures and say what each face in them looks like."""

    help = "Says what the faces in pictures look like, the largest face first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")
        parser.add_argument(
            "--annotate",
            type=Path,
            metavar="DIR",
            help="Write a copy of each picture with boxes and names there, as JPEG.",
        )

    def handle(
        self, *, images: list[Path], json: bool, annotate: Path | None, **options: Any
    ) -> None:
        """Read every picture; complain about each bad one and fail at the end if there were any.

        Raises:
            CommandError: when a picture could not be read, the network is damaged or the copies
                cannot be written.
        """
        try:
            predictor = _predictor()
            if annotate:
                annotate.mkdir(parents=True, exist_ok=True)
            reports = [self._report(predictor, path, annotate) for path in images]
        except (ModelFileError, OSError) as error:
            raise CommandError(str(error)) from error
        if json:
            card = predictor.card
            answer = {"model": card.name, "sha256": card.sha256, "images": reports}
            self.stdout.write(dumps(answer, ensure_ascii=False, indent=2))
        else:
            for report in reports:
                self.stdout.write("".join(f"{line}\n" for line in _lines(report)), ending="")
        bad = sum("error" in report for report in reports)
        if bad:
            raise CommandError(f"{bad} of {len(images)} pictures could not be read.")

    def _report(self, predictor: Predictor, path: Path, folder: Path | None) -> dict[str, Any]:
        """Return what is in one picture; a bad one gets a line on stderr."""
        try:
            pixels = read_image(_content(path))
        except ImageError as error:
            self.stderr.write(f"{path}: {error}")
            return {"image": str(path), "error": {"code": error.code, "message": str(error)}}
        except OSError as error:
            message = f"Expected a JPEG, PNG or WebP photo, received: {error.strerror or error}."
            self.stderr.write(f"{path}: {message}")
            return {"image": str(path), "error": {"code": "unreadable", "message": message}}
        faces = predictor.predict(pixels)
        if folder:
            _free_name(folder, path).write_bytes(encode_jpeg(annotated(pixels, faces)))
        height, width = pixels.shape[:2]
        return {
            "image": str(path),
            "width": width,
            "height": height,
            "faces": [_face(face) for face in faces],
            "advice": None if faces else NO_FACE,
        }


def _predictor() -> Predictor:
    """Return the active version's predictor, or the bundled one where there is no database yet."""
    try:
        return serving().predictor
    except (NoModelError, DatabaseError):
        return bundled_predictor()


def _content(path: Path) -> bytes:
    """Return the file's bytes, no more of them than shows that it is too large."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _free_name(folder: Path, path: Path) -> Path:
    """Return where to write the copy of `path` without replacing any file."""
    names = chain([f"{path.stem}-faces.jpg"], (f"{path.stem}-faces-{n}.jpg" for n in count(2)))
    return next(target for name in names if not (target := folder / name).exists())


def _face(face: Face) -> dict[str, Any]:
    """Return a face as JSON has it."""
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


def _lines(report: dict[str, Any]) -> list[str]:
    """Return a report as people read it, one line a face; a bad picture has had its line."""
    if "error" in report:
        return []
    faces = [
        "{emotion} {confidence:.0%}{doubt} at x {x}, y {y}, {width}×{height} pixels".format(
            **face, **face["box"], doubt=", unsure" if face["unsure"] else ""
        )
        for face in report["faces"]
    ]
    return [f"{report['image']}: {line}" for line in faces or [report["advice"]]]
