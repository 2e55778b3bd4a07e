"""Export of everything that belongs to a person, as a zip archive generated while it is sent."""

import csv
import json
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import ZIP_STORED

from django.core.files.storage import default_storage
from django.http import StreamingHttpResponse
from django.utils import timezone
from zipstream import ZIP_DEFLATED, ZipStream

from accounts.models import SecurityEvent, User
from accounts.security_log import events_of, record_event
from common.spreadsheets import escape_formula
from emotions.captures.moods import answer_of
from emotions.models import Capture, Detection, Tag
from emotions.preferences.selectors import get_preferences
from emotions.transfer.export_page import picture_paths, render_page
from ml.emotions import EMOTIONS

CHUNK_SIZE = 500  # captures fetched from the database at a time
FILE_CHUNK_BYTES = 64 * 1024
MAX_TABLE_MEMORY = 2**20  # bytes; a longer table waits on the disk
COLUMNS = [
    *("uuid", "taken_at", "time_zone", "local_date", "source", "felt", "mood", "note", "tags"),
    *("detected", "confidence", "unsure", *map(str, EMOTIONS)),
]


def export_response(*, owner: User) -> StreamingHttpResponse:
    """Stream the archive, and record in the security log that everything was taken out."""
    record_event(person=owner, kind=SecurityEvent.Kind.EXPORTED)
    name = f"emoplatform-{timezone.localdate():%Y-%m-%d}.zip"
    return StreamingHttpResponse(
        build_archive(owner=owner),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def build_archive(*, owner: User) -> Iterator[bytes]:
    """Return a lazy archive: a page, profile, tags, security log, captures, pictures."""
    archive = ZipStream(compress_type=ZIP_DEFLATED)
    archive.add(render_page(owner), "index.html")
    archive.add(json.dumps(profile_data(owner), indent=2), "profile.json")
    archive.add(json.dumps(tags_data(owner), indent=2, ensure_ascii=False), "tags.json")
    archive.add(json.dumps(security_log_data(owner), indent=2), "security_log.json")
    return with_captures(archive, owner)


def with_captures(archive: ZipStream, owner: User) -> Iterator[bytes]:
    """Yield an archive to which the person's captures and pictures are added."""
    # The table is filled while the list is sent, which comes first: captures are read once.
    # It is closed, too, where somebody leaves before the end.
    with SpooledTemporaryFile(MAX_TABLE_MEMORY, mode="w+", newline="", encoding="utf-8") as table:
        archive.add(captures_json(owner, table), "captures.json")
        archive.add(iter_table(table), "captures.csv")
        with_pictures = Capture.objects.of(owner).exclude(photo="", crop="")
        columns = with_pictures.order_by("taken_at", "id").only("uuid", "photo", "crop")
        for capture in columns.iterator(chunk_size=CHUNK_SIZE):
            for field, name in picture_paths(capture).items():
                stored = getattr(capture, field).name
                archive.add(iter_file(stored), name, compress_type=ZIP_STORED)
        yield from archive


def profile_data(owner: User) -> dict[str, Any]:
    """Return what is stored about a person besides their captures and the security log."""
    consents = owner.consents.order_by("given_at").values(
        "kind", "version", "given_at", "withdrawn_at"
    )
    preferences = get_preferences(owner=owner)
    return {
        "email": owner.email,
        "time_zone": owner.time_zone,
        "language": owner.language,
        "joined_at": owner.date_joined.isoformat(),
        "kept": preferences.kept,
        "read_on": preferences.read_on,
        "keep_others": preferences.keep_others,
        "pictures_kept_for": preferences.pictures_kept_for,
        "show_streak": preferences.show_streak,
        "consents": [
            {key: getattr(value, "isoformat", lambda v=value: v)() for key, value in row.items()}
            for row in consents
        ],
    }


def tags_data(owner: User) -> list[dict[str, str]]:
    """Return the person's tags with their colours and signs."""
    tags = Tag.objects.filter(owner=owner).order_by("name")
    return [{"name": tag.name, "colour": tag.colour, "sign": tag.sign} for tag in tags]


def security_log_data(owner: User) -> list[dict[str, Any]]:
    """Return what decided who gets into the account, newest first."""
    return [
        {
            "at": event.at.isoformat(),
            "kind": event.kind,
            "ip": event.ip,
            "user_agent": event.user_agent,
            "facts": event.facts,
        }
        for event in events_of(person=owner)
    ]


def iter_captures(owner: User) -> Iterator[Capture]:
    """Yield the person's captures in chronological order, with their detections and tags."""
    captures = Capture.objects.of(owner).order_by("taken_at", "id")
    yield from captures.prefetch_related("detections__model_version", "tags").iterator(
        chunk_size=CHUNK_SIZE
    )


def iter_file(name: str) -> Iterator[bytes]:
    """Yield the content of a stored file, or nothing if it is missing."""
    try:
        with default_storage.open(name, "rb") as file:
            yield from file.chunks(FILE_CHUNK_BYTES)
    except FileNotFoundError:
        return


def captures_json(owner: User, table: IO[str]) -> Iterator[bytes]:
    """Yield all captures as one JSON list, and write each as a row of a CSV table too."""
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    separator = "[\n"
    for capture in iter_captures(owner):
        writer.writerow(table_row(capture))
        yield f"{separator}{json.dumps(capture_data(capture), ensure_ascii=False)}".encode()
        separator = ",\n"
    yield b"\n]\n" if separator == ",\n" else b"[]\n"


def capture_data(capture: Capture) -> dict[str, Any]:
    """Return one capture without values that mean nothing on another site."""
    clock = capture.clock_of_photo
    return {
        "uuid": str(capture.uuid),
        "source": capture.source,
        "taken_at": capture.taken_at.isoformat(),
        "time_zone": capture.time_zone,
        "local_date": capture.local_date.isoformat(),
        "kept": capture.kept,
        "read_on": capture.read_on,
        "others_blurred": capture.others_blurred,
        **picture_paths(capture),
        "width": capture.width,
        "height": capture.height,
        "clock_of_photo": clock and clock.replace(tzinfo=None).isoformat(),
        "felt": capture.felt,
        "mood": capture.mood,
        "note": capture.note,
        "tags": capture.tag_names,
        "detections": [detection_data(detection) for detection in capture.detections.all()],
    }


def detection_data(detection: Detection) -> dict[str, Any]:
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


def table_row(capture: Capture) -> list[Any]:
    """Return a capture as a row of the CSV table, safe to open in a spreadsheet."""
    answer = answer_of(capture)
    return [
        capture.uuid,
        capture.taken_at.isoformat(),
        capture.time_zone,
        capture.local_date.isoformat(),
        capture.source,
        capture.felt,
        capture.mood,
        escape_formula(capture.note),
        escape_formula(", ".join(capture.tag_names)),
        *([answer.emotion, answer.confidence, answer.unsure] if answer else [""] * 3),
        *(answer.probabilities if answer else [""] * len(EMOTIONS)),
    ]


def iter_table(table: IO[str]) -> Iterator[bytes]:
    """Yield a table that has been written, and close it."""
    with table:
        table.seek(0)
        while chunk := table.read(FILE_CHUNK_BYTES):
            yield chunk.encode()
