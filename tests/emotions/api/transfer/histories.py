"""Exported histories as files, and what is answered when they are brought in."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from ml.emotions import EMOTIONS
from tests.jobs import run_jobs

EXPORT, IMPORT = "/api/v1/export/", "/api/v1/me/import/"
NOTHING = {
    "new": 0,
    "already_there": 0,
    "deleted": 0,
    "refused": 0,
    "refusals": [],
    "complete": True,
}
UUID = "3f2b8c1e-5a94-4d1b-9a5e-0c7d1f6f2a10"
MOMENT = {
    "uuid": UUID,
    "source": "manual",
    "taken_at": "2026-03-14T08:30:00+00:00",
    "time_zone": "Europe/Lisbon",
    "mood": 4,
}
FACE = {
    "role": "answer",
    "model_version": "of-another-site-7",
    "box": [171, 62, 108, 108],
    "probabilities": {str(emotion): float(emotion == "happy") for emotion in EMOTIONS},
    "emotion": "happy",
    "confidence": 1.0,
    "unsure": False,
    "is_me": True,
}
LOOK = {**MOMENT, "source": "upload", "kept": "nothing", "mood": None, "detections": [FACE]}
PHOTO = {
    **LOOK,
    "kept": "photo",
    "width": 512,
    "height": 512,
    "photo": f"pictures/{UUID}-photo.jpg",
}


def exported(client: APIClient) -> bytes:
    answer: Any = client.get(EXPORT)
    return b"".join(answer.streaming_content)


def send(client: APIClient, data: bytes, **fields: str) -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile("x", data), **fields})


def brought_in(client: APIClient, data: bytes, **fields: str) -> dict[str, Any]:
    answer = send(client, data, **fields)
    run_jobs()
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    told: dict[str, Any] = json.loads(b"".join(answer.streaming_content))
    return told


def content(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def entries(archive: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(content(archive)["captures.json"])
    return found


def packed(*entries: Any, folder: str = "", **files: bytes) -> bytes:
    """Return an archive as the export makes it, with these entries and pictures."""
    buffer = io.BytesIO()
    lines = ",\n".join(one if isinstance(one, str) else json.dumps(one) for one in entries)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{folder}captures.json", f"[\n{lines}\n]\n")
        for field, data in files.items():
            archive.writestr(f"{folder}pictures/{UUID}-{field}.jpg", data)
    return buffer.getvalue()


def assert_refused(told: dict[str, Any], reason: str) -> None:
    assert (told["new"], told["refused"]) == (0, 1)
    assert reason in told["refusals"][0]["reason"]
    assert told["refusals"][0]["place"] == "captures.json, line 2"


def stored_files(media: Path) -> list[Path]:
    """Return the files of pictures."""
    return [path for path in media.rglob("*") if path.is_file() and path not in sent_files(media)]


def sent_files(media: Path) -> list[Path]:
    """Return the files that wait to be brought in."""
    return list(media.glob("imports/*"))
