"""`manage.py detect_emotion`: what the faces in pictures, videos and before a camera express."""

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import chain, count
from json import dumps
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from common.files import atomic_write
from common.imaging.images import MAX_BYTES, ImageError, encode_jpeg, read_image
from common.number_options import number_above, whole_number
from common.spreadsheets import escape_formula
from ml.emotions import EMOTIONS
from ml.inference.annotation import draw_faces
from ml.inference.card import ModelFileError
from ml.inference.face_detection import fallback_notice
from ml.inference.predictor import Face, Predictor, bundled_predictor
from ml.inference.video import MAX_CAMERA, SUFFIXES, Video, VideoError, VideoWriter
from ml.registry import NoModelError, serving

NO_FACE = "No face found. Try more light, look into the camera and come closer."
COLUMNS = (
    *("source", "seconds", "face", "x", "y", "width", "height"),
    *("emotion", "confidence", "unsure", *EMOTIONS),
)


class Command(BaseCommand):
    """Classifies each face in pictures, videos and camera frames."""

    help = (
        "Says what the faces in pictures and videos look like, the largest face first. Videos are "
        f"known by their endings: {', '.join(sorted(SUFFIXES))}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", nargs="*", type=Path, metavar="IMAGE_OR_VIDEO")
        parser.add_argument(
            "--camera",
            type=whole_number(0, MAX_CAMERA),
            metavar="INDEX",
            help="Read a camera, too.",
        )
        parser.add_argument(
            "--seconds",
            type=number_above(0),
            help="End each video, and the camera, after so many.",
        )
        parser.add_argument(
            "--every",
            type=number_above(0),
            default=0.5,
            metavar="SECONDS",
            help="Between frames that are read; default: 0.5",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="Write a row a face there.")
        parser.add_argument(
            "--annotate",
            type=Path,
            metavar="DIR",
            help="Write a copy of each with boxes and names there, as JPEG or MP4.",
        )

    def handle(self, *, sources: list[Path], camera: int | None, **options: Any) -> None:
        """Read all sources; report any that cannot be read and fail at the end.

        Raises:
            CommandError: when a source could not be read, there is none, the network is damaged, or
                the annotated copies cannot be written.
        """
        if not sources and camera is None:
            raise CommandError("Expected pictures, videos or --camera INDEX, received none.")
        annotate = options["annotate"]
        videos: list[Path | int] = [path for path in sources if is_video(path)]
        videos += [] if camera is None else [camera]
        try:
            predictor = _predictor()
            if notice := fallback_notice():
                self.stderr.write(notice)
            if annotate:
                annotate.mkdir(parents=True, exist_ok=True)
            images = [
                self._read_picture(predictor, path, annotate)
                for path in sources
                if not is_video(path)
            ]
            video_reports = [self._read_video(predictor, video, **options) for video in videos]
            if options["csv"]:
                _write_csv(options["csv"], _rows(images, video_reports))
        except (ModelFileError, OSError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            card = predictor.card
            report = {"model": card.name, "sha256": card.sha256, "images": images}
            report |= {"videos": video_reports} if video_reports else {}
            self.stdout.write(dumps(report, ensure_ascii=False, indent=2))
        else:
            lines = chain(
                chain.from_iterable(map(_picture_lines, images)), _video_lines(video_reports)
            )
            self.stdout.write("".join(f"{line}\n" for line in lines), ending="")
        reports = [*images, *video_reports]
        if failed := sum("error" in report for report in reports):
            kind = "sources" if video_reports else "pictures"
            raise CommandError(f"{failed} of {len(reports)} {kind} could not be read.")

    def _read_picture(
        self, predictor: Predictor, path: Path, folder: Path | None
    ) -> dict[str, Any]:
        """Return the report of a picture; one that cannot be read is also reported on stderr."""
        try:
            pixels = read_image(_read_content(path))
        except ImageError as error:
            self.stderr.write(f"{path}: {error}")
            return {"image": str(path), "error": {"code": error.code, "message": str(error)}}
        except OSError as error:
            message = f"Expected a JPEG, PNG or WebP photo, received: {error.strerror or error}."
            self.stderr.write(f"{path}: {message}")
            return {"image": str(path), "error": {"code": "unreadable", "message": message}}
        faces = predictor.predict(pixels)
        if folder:
            copy = _free_name(folder, path.stem, ".jpg")
            copy.write_bytes(encode_jpeg(draw_faces(pixels, faces)))
        height, width = pixels.shape[:2]
        return {
            "image": str(path),
            "width": width,
            "height": height,
            "faces": [_face_to_json(face) for face in faces],
            "advice": None if faces else NO_FACE,
        }

    def _read_video(
        self,
        predictor: Predictor,
        source: Path | int,
        *,
        every: float,
        seconds: float | None,
        annotate: Path | None,
        **_: Any,
    ) -> dict[str, Any]:
        """Return the report of a video or camera; one that fails is also reported on stderr.

        Frames between those that are analysed show the latest faces in the annotated copy.
        """
        name = f"camera-{source}" if isinstance(source, int) else source.stem
        frames: list[dict[str, Any]] = []
        faces: list[Face] = []
        frame_count = 0
        try:
            with closing(Video(source)) as video:
                place = annotate and _free_name(annotate, name, ".mp4")
                writer = VideoWriter(place, video.rate) if place else None
                bar = tqdm(
                    video, total=video.frames or None, unit=" frames", desc=name, leave=False,
                    disable=not sys.stderr.isatty(),
                )  # fmt: skip
                try:
                    for frame in bar:
                        if seconds is not None and frame.seconds > seconds:
                            break
                        if frame.seconds >= every * len(frames):
                            faces = predictor.predict(frame.pixels)
                            frames.append(
                                {
                                    "seconds": round(frame.seconds, 3),
                                    "faces": [_face_to_json(face) for face in faces],
                                }
                            )
                        if writer:
                            writer.add(draw_faces(frame.pixels, faces))
                        frame_count += 1
                    else:
                        if 0 < frame_count < video.frames:
                            self.stderr.write(
                                f"{video.name}: ends after {frame_count} of {video.frames} frames; "
                                "what could be read is kept."
                            )
                except KeyboardInterrupt:
                    self.stderr.write(f"{video.name}: stopped; what was read until now is kept.")
                if writer:
                    writer.finish()
                if not frame_count:
                    raise VideoError("Expected a video with pictures, found none in it.")
                return {"video": video.name, "frames": frames}
        except VideoError as error:
            label = f"camera {source}" if isinstance(source, int) else str(source)
            self.stderr.write(f"{label}: {error}")
            return {"video": label, "error": {"code": "unreadable", "message": str(error)}}


def is_video(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _predictor() -> Predictor:
    """Return the active predictor, or the bundled one if there is no database yet."""
    try:
        return serving().predictor
    except (NoModelError, DatabaseError):
        return bundled_predictor()


def _read_content(path: Path) -> bytes:
    """Read a file, but no further than it takes to see that it is too large."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _free_name(folder: Path, stem: str, suffix: str) -> Path:
    """Return a path for the annotated copy of a file that is not taken."""
    names = chain([f"{stem}-faces{suffix}"], (f"{stem}-faces-{n}{suffix}" for n in count(2)))
    return next(target for name in names if not (target := folder / name).exists())


def _face_to_json(face: Face) -> dict[str, Any]:
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


def _picture_lines(report: dict[str, Any]) -> list[str]:
    """Return a line for each face; the error of an unreadable picture is on stderr already."""
    if "error" in report:
        return []
    lines = [_face_line(face) for face in report["faces"]]
    return [f"{report['image']}: {line}" for line in lines or [report["advice"]]]


def _video_lines(reports: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each face of each analysed frame."""
    for report in reports:
        for frame in report.get("frames", []):
            for line in [_face_line(face) for face in frame["faces"]] or ["no face"]:
                yield f"{report['video']}, {frame['seconds']:.1f} s: {line}"


def _face_line(face: dict[str, Any]) -> str:
    return "{emotion} {confidence:.0%}{doubt} at x {x}, y {y}, {width}×{height} pixels".format(
        **face, **face["box"], doubt=", unsure" if face["unsure"] else ""
    )


def _rows(images: list[dict[str, Any]], videos: list[dict[str, Any]]) -> Iterator[list[Any]]:
    """Yield a row for each face, in the order of `COLUMNS`."""
    moments = [(report["image"], "", report.get("faces", [])) for report in images]
    moments += [
        (video["video"], frame["seconds"], frame["faces"])
        for video in videos
        for frame in video.get("frames", [])
    ]
    for source, seconds, faces in moments:
        for number, face in enumerate(faces, start=1):
            yield [
                escape_formula(source),
                seconds,
                number,
                *face["box"].values(),
                *(face[name] for name in ("emotion", "confidence", "unsure")),
                *face["probabilities"].values(),
            ]


def _write_csv(path: Path, rows: Iterator[list[Any]]) -> None:
    with (
        atomic_write(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(rows)
