"""Everything that belongs to one person as a zip archive that is made while it is sent."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZIP_STORED

from django.core.files.storage import default_storage
from django.http import StreamingHttpResponse
from django.utils import timezone
from zipstream import ZIP_DEFLATED, ZipStream

from accounts.models import User
from common.spreadsheets import escape_formula
from emotions.captures.moods import answer_of
from emotions.models import Capture, Detection
from emotions.preferences.selectors import get_preferences
from emotions.transfer.export_page import page_of, picture_entries
from ml.emotions import EMOTIONS

AT_ONCE = 500  # captures that are read from the database together
CHUNK = 64 * 1024
COLUMNS = [
    *("uuid", "taken_at", "time_zone", "local_date", "source", "felt", "mood", "note", "tags"),
    *("detected", "confidence", "unsure", *map(str, EMOTIONS)),
]


def respond(*, owner: User) -> StreamingHttpResponse:
    """Answer with the archive while it is made."""
    name = f"emoplatform-{timezone.localdate():%Y-%m-%d}.zip"
    return StreamingHttpResponse(
        archive(owner=owner),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def archive(*, owner: User) -> ZipStream:
    """Return an archive with a page to read, profile, captures as JSON and CSV, and pictures."""
    packed = ZipStream(compress_type=ZIP_DEFLATED)
    packed.add(page_of(owner), "index.html")
    packed.add(json.dumps(profile(owner), indent=2), "profile.json")
    packed.add(as_json(owner), "captures.json")
    packed.add(as_csv(owner), "captures.csv")
    for capture in Capture.objects.of(owner).order_by("taken_at", "id"):
        for field, name in picture_entries(capture).items():
            packed.add(content(getattr(capture, field).name), name, compress_type=ZIP_STORED)
    return packed


def profile(owner: User) -> dict[str, Any]:
    """Return what is known of a person besides their captures."""
    consents = owner.consents.order_by("given_at").values(
        "kind", "version", "given_at", "withdrawn_at"
    )
    return {
        "email": owner.email,
        "time_zone": owner.time_zone,
        "language": owner.language,
        "joined_at": owner.date_joined.isoformat(),
        "kept": get_preferences(owner=owner).kept,
        "keep_others": get_preferences(owner=owner).keep_others,
        "pictures_kept_for": get_preferences(owner=owner).pictures_kept_for,
        "consents": [
            {key: getattr(value, "isoformat", lambda v=value: v)() for key, value in row.items()}
            for row in consents
        ],
    }


def captures_of(owner: User) -> Iterator[Capture]:
    """Yield the person's captures in the order of time, some at a time, with every reading."""
    captures = Capture.objects.of(owner).order_by("taken_at", "id")
    yield from captures.prefetch_related("detections__model_version", "tags").iterator(
        chunk_size=AT_ONCE
    )


def content(name: str) -> Iterator[bytes]:
    """Yield a stored file; nothing where it is gone."""
    try:
        with default_storage.open(name, "rb") as file:
            yield from file.chunks(CHUNK)
    except FileNotFoundError:
        return


def as_json(owner: User) -> Iterator[bytes]:
    """Yield all captures as one JSON list."""
    separator = "[\n"
    for capture in captures_of(owner):
        yield f"{separator}{json.dumps(entry(capture), ensure_ascii=False)}".encode()
        separator = ",\n"
    yield b"\n]\n" if separator == ",\n" else b"[]\n"


def entry(capture: Capture) -> dict[str, Any]:
    """Return one capture, without anything that only this site could use."""
    clock = capture.clock_of_photo
    return {
        "uuid": str(capture.uuid),
        "source": capture.source,
        "taken_at": capture.taken_at.isoformat(),
        "time_zone": capture.time_zone,
        "local_date": capture.local_date.isoformat(),
        "kept": capture.kept,
        "others_blurred": capture.others_blurred,
        **picture_entries(capture),
        "width": capture.width,
        "height": capture.height,
        "clock_of_photo": clock and clock.replace(tzinfo=None).isoformat(),
        "felt": capture.felt,
        "mood": capture.mood,
        "note": capture.note,
        "tags": sorted(tag.name for tag in capture.tags.all()),
        "detections": [face(detection) for detection in capture.detections.all()],
    }


def face(detection: Detection) -> dict[str, Any]:
    """Return one face as one version of the network read it."""
    return {
        "role": detection.role,
        "model_version": detection.version_name,
        "box": [detection.x, detection.y, detection.width, detection.height],
        "probabilities": dict(zip(map(str, EMOTIONS), detection.probabilities, strict=True)),
        "emotion": detection.emotion,
        "confidence": detection.confidence,
        "unsure": detection.unsure,
        "is_me": detection.is_me,
    }


def as_csv(owner: User) -> Iterator[bytes]:
    """Yield a table with a row a capture, which no spreadsheet takes for formulas."""
    line = io.StringIO()
    writer = csv.writer(line)

    def written(row: list[Any]) -> bytes:
        line.seek(0)
        line.truncate()
        writer.writerow(row)
        return line.getvalue().encode()

    yield written(COLUMNS)
    for capture in captures_of(owner):
        answer = answer_of(capture)
        yield written(
            [
                capture.uuid,
                capture.taken_at.isoformat(),
                capture.time_zone,
                capture.local_date.isoformat(),
                capture.source,
                capture.felt,
                capture.mood,
                escape_formula(capture.note),
                escape_formula(", ".join(sorted(tag.name for tag in capture.tags.all()))),
                *([answer.emotion, answer.confidence, answer.unsure] if answer else [""] * 3),
                *(answer.probabilities if answer else [""] * len(EMOTIONS)),
            ]
        )
