"""`manage.py detect_emotion`: what the faces in pictures, videos and before a camera express."""

import math
import os
from argparse import ArgumentParser
from contextlib import closing, nullcontext
from itertools import chain, count
from json import dumps
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError
from tqdm import tqdm

from common.commands import BaseCommand
from common.files import open_regular
from common.imaging.foreign_formats import HEAD_BYTES, VIDEO_FORMATS, foreign_format
from common.imaging.images import MAX_BYTES, ImageError, encode_jpeg, read_image
from common.names import escape_controls, readable_path
from common.number_options import number_above, whole_number
from common.option_parsers import USAGE_ERROR
from ml.inference.annotation import draw_faces
from ml.inference.card import ModelFileError
from ml.inference.detection_report import (
    NO_FACE,
    Report,
    face_to_json,
    lines,
    summary,
    write_csv,
)
from ml.inference.face_detection import fallback_notice
from ml.inference.predictor import Face, Predictor, bundled_predictor
from ml.inference.video import MAX_CAMERA, SUFFIXES, Video, VideoError, VideoWriter
from ml.registry import NoModelError, serving

MAX_NAME_BYTES = 255
"""Of a file, on the file systems of Linux, macOS and Windows."""
STOPPED = 130
"""The exit status after Ctrl-C."""


class Command(BaseCommand):
    """Classifies each face in pictures, videos and camera frames."""

    help = (
        "Says what the faces in pictures and videos look like, the largest face first. Videos are "
        f"known by their content, or by their endings: {', '.join(sorted(SUFFIXES))}. Put -- "
        "before names that "
        "begin with a dash. Exit status: 0 if everything could be read, 1 if something could not, "
        "2 for invalid options, 130 if it was stopped early."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", nargs="*", type=Path, metavar="IMAGE_OR_VIDEO")
        parser.add_argument(
            "--camera",
            type=whole_number(0, MAX_CAMERA),
            metavar="INDEX",
            help="Also read this camera.",
        )
        parser.add_argument(
            "--seconds",
            type=number_above(0),
            help="Stop each video and the camera after this many seconds.",
        )
        parser.add_argument(
            "--every",
            type=number_above(0),
            default=0.5,
            metavar="SECONDS",
            help="Time between the frames that are read; default: 0.5",
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")
        parser.add_argument(
            "--csv", type=Path, metavar="FILE", help="Write one row per face to this file."
        )
        parser.add_argument(
            "--annotate",
            type=Path,
            metavar="DIR",
            help="Write an annotated copy of each file to this folder, as JPEG or MP4.",
        )

    def handle(self, *, sources: list[Path], camera: int | None, **options: Any) -> None:
        """Read all sources; report any that cannot be read and fail at the end.

        Raises:
            CommandError: when a source could not be read, there is none, the network is damaged, or
                results cannot be written.
        """
        if not sources and camera is None:
            raise CommandError(
                "Expected pictures, videos or --camera INDEX, received none.",
                returncode=USAGE_ERROR,
            )
        self._prepare_targets(options["annotate"], options["csv"])
        # Pictures first: a camera may go on until it is stopped.
        ordered: list[Path | int] = [*sorted(sources, key=is_video)]
        ordered += [] if camera is None else [camera]
        try:
            predictor = _predictor()
            if notice := fallback_notice():
                self.stderr.write(notice)
            reports = self._read_all(predictor, ordered, **options)
            if options["csv"]:
                write_csv(options["csv"], reports)
        except (ModelFileError, OSError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(dumps(_document(predictor, reports), ensure_ascii=False, indent=2))
        if len(ordered) > 1:
            self.stderr.write(summary(reports, len(ordered)))
        if unread := len(ordered) - len(reports):
            raise CommandError(
                f"Stopped before {unread} of {len(ordered)} sources were read.", returncode=STOPPED
            )
        if failed := sum("error" in report for report in reports):
            kind = "pictures" if all("image" in report for report in reports) else "sources"
            raise CommandError(f"{failed} of {len(reports)} {kind} could not be read.")

    def _prepare_targets(self, annotate: Path | None, table: Path | None) -> None:
        """Find out before the work whether its results have a place.

        Raises:
            CommandError: they have not.
        """
        if table and not table.parent.is_dir():
            raise CommandError(f"--csv: expected a file in a folder, there is no {table.parent}.")
        if annotate:
            try:
                annotate.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise CommandError(
                    f"--annotate: expected a folder to write to, received {annotate}: "
                    f"{error.strerror or error}."
                ) from error

    def _read_all(
        self, predictor: Predictor, sources: list[Path | int], **options: Any
    ) -> list[Report]:
        """Read one source after the other; fewer if it is interrupted."""
        reports: list[Report] = []
        with tqdm(
            total=len(sources), unit=" files", leave=False, disable=None if sources[1:] else True
        ) as bar:
            try:
                for source in sources:
                    if isinstance(source, int) or is_video(source):
                        report, stopped = self._read_video(predictor, source, **options)
                    else:
                        report = self._read_picture(predictor, source, options["annotate"])
                        stopped = False
                    reports.append(report)
                    with tqdm.external_write_mode():
                        if "error" in report:
                            label = escape_controls(report.get("image") or report["video"])
                            self.stderr.write(f"{label}: {report['error']['message']}")
                        if not options["json"]:
                            for line in lines(report):
                                self.stdout.write(line)
                    bar.update()
                    if stopped:
                        break
            except KeyboardInterrupt:
                pass
        return reports

    def _read_picture(self, predictor: Predictor, path: Path, folder: Path | None) -> Report:
        """Return the report of a picture."""
        report: Report = {"image": readable_path(path)}
        try:
            pixels = read_image(_read_content(path))
        except ImageError as error:
            return report | _error(error.code, str(error))
        except OSError as error:
            return report | _error(
                "unreadable",
                f"Expected a JPEG, PNG or WebP photo, received: {error.strerror or error}.",
            )
        faces = predictor.predict(pixels)
        height, width = pixels.shape[:2]
        report |= {
            "width": width,
            "height": height,
            "faces": [face_to_json(face) for face in faces],
            "advice": None if faces else NO_FACE,
        }
        if folder:
            try:
                copy = _free_name(folder, path.stem, ".jpg")
                copy.write_bytes(encode_jpeg(draw_faces(pixels, faces)))
            except OSError as error:
                report |= _error(
                    "copy_failed",
                    f"Expected to write its copy, could not: {error.strerror or error}.",
                )
        return report

    def _read_video(
        self,
        predictor: Predictor,
        source: Path | int,
        *,
        every: float,
        seconds: float | None,
        annotate: Path | None,
        **_: Any,
    ) -> tuple[Report, bool]:
        """Return the report of a video or camera, and whether it was stopped before its end.

        Frames between those that are analysed show the latest faces in the annotated copy.
        """
        label = f"camera {source}" if isinstance(source, int) else readable_path(source)
        name = f"camera-{source}" if isinstance(source, int) else source.stem
        frames: list[dict[str, Any]] = []
        faces: list[Face] = []
        stopped = False
        due = 0.0
        frame = None
        try:
            with closing(Video(source)) as video:
                place = annotate and _free_name(annotate, name, ".mp4")
                copy = (
                    closing(VideoWriter(place, video.copy_rate(seconds)))
                    if place
                    else nullcontext()
                )
                with copy as writer, _VideoBar(video) as bar:
                    try:
                        for frame in video:
                            bar.move_to(frame.seconds)
                            if seconds is not None and frame.seconds > seconds:
                                break
                            if frame.seconds >= due:
                                faces = predictor.predict(frame.pixels)
                                frames.append(
                                    {
                                        "seconds": round(frame.seconds, 3),
                                        "faces": [face_to_json(face) for face in faces],
                                    }
                                )
                                due = every * (math.floor(frame.seconds / every + 1e-6) + 1)
                            if writer:
                                writer.add(draw_faces(frame.pixels, faces), frame.seconds)
                        else:
                            if frame and video.is_cut_short():
                                self._note(
                                    video,
                                    f"ends after {video.position:.1f} of {video.duration:.1f} "
                                    "seconds; what could be read is kept.",
                                )
                    except KeyboardInterrupt:
                        stopped = True
                        self._note(video, "stopped; what was read until now is kept.")
                    if writer:
                        writer.finish()
                if frame is None and not stopped:
                    raise VideoError("Expected a video with pictures, found none in it.")
                return {"video": label, "frames": frames}, stopped
        except VideoError as error:
            message = str(error)
        except OSError as error:
            message = f"Expected to write its copy, could not: {error.strerror or error}."
        read = {"frames": frames} if frames else {}
        return {"video": label} | read | _error("unreadable", message), stopped

    def _note(self, video: Video, text: str) -> None:
        with tqdm.external_write_mode():
            self.stderr.write(f"{escape_controls(video.name)}: {text}")


class _VideoBar:
    """How far a video is, on terminals: seconds of its duration, as far as that is known."""

    def __init__(self, video: Video) -> None:
        self._bar = tqdm(
            total=round(video.duration) or None, unit=" s", desc=escape_controls(video.name),
            leave=False, disable=None,
        )  # fmt: skip

    def __enter__(self) -> "_VideoBar":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def move_to(self, seconds: float) -> None:
        self._bar.update(int(seconds) - self._bar.n)


def is_video(source: Path) -> bool:
    """Tell by its ending or, whatever it is called, by its content whether a file is a video."""
    if source.suffix.lower() in SUFFIXES:
        return True
    try:
        with open_regular(source) as file:
            return foreign_format(file.read(HEAD_BYTES)) in VIDEO_FORMATS
    except OSError:
        return False


def _document(predictor: Predictor, reports: list[Report]) -> dict[str, Any]:
    images = [report for report in reports if "image" in report]
    videos = [report for report in reports if "video" in report]
    card = predictor.card
    document = {"model": card.name, "sha256": card.sha256, "images": images}
    return document | ({"videos": videos} if videos else {})


def _error(code: str, message: str) -> Report:
    return {"error": {"code": code, "message": message}}


def _predictor() -> Predictor:
    """Return the active predictor, or the bundled one if there is no database yet."""
    try:
        return serving().predictor
    except (NoModelError, DatabaseError):
        return bundled_predictor()


def _read_content(path: Path) -> bytes:
    """Read a file, but no further than it takes to see that it is too large."""
    with open_regular(path) as file:
        return file.read(MAX_BYTES + 1)


def _free_name(folder: Path, stem: str, suffix: str) -> Path:
    """Return a path for the annotated copy of a file that is not taken, nor too long.

    Raises:
        OSError: the folder cannot be looked into.
    """
    plain = escape_controls(readable_path(Path(stem))).encode()
    endings = chain([f"-faces{suffix}"], (f"-faces-{n}{suffix}" for n in count(2)))
    names = (
        plain[: MAX_NAME_BYTES - len(ending)].decode(errors="ignore") + ending for ending in endings
    )
    return next(target for name in names if not os.path.lexists(target := folder / name))
