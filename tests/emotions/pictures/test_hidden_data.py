"""What a photo says besides its pixels is in nothing that is stored and nothing that is sent."""

import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from emotions.models import Capture
from tests import factories, pictures
from tests.conftest import signed_in
from tests.emotions.api.calls import CAPTURES, create
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
SECRET = b"51.5007N 0.1246W"
KINDS = ["JPEG", "PNG", "WEBP"]
JPEG_BEGINS = b"\xff\xd8\xff"


def body_of(answer: Any) -> bytes:
    assert answer.status_code == 200
    return answer.getvalue() if answer.streaming else answer.content


def members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        yield from ((name, packed.read(name)) for name in packed.namelist())


def rows() -> bytes:
    """Return all that the database has, as text."""
    tables = (model._default_manager.all() for model in apps.get_models() if model._meta.managed)
    return "".join(serializers.serialize("json", table) for table in tables).encode()


def assert_only_pixels(picture: bytes) -> None:
    """Expect a JPEG without EXIF, profile, comment or anything behind its end."""
    assert SECRET not in picture
    assert picture.startswith(JPEG_BEGINS)
    assert picture.endswith(b"\xff\xd9")
    with Image.open(io.BytesIO(picture)) as image:
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def assert_nothing_told(media: Path, client: Client, api: APIClient, name: str) -> None:
    """Look for the secret in everything stored, and in everything that its owner is sent."""
    stored = [path.read_bytes() for path in media.rglob("*") if path.is_file()]
    archives = [body_of(client.get("/data/export/")), body_of(api.get("/api/v1/export/"))]
    exported = [(name, body) for archive in archives for name, body in members(archive)]
    pictures_sent = [body for name, body in exported if name.endswith(".jpg")]
    told = api.get(f"{CAPTURES}{name}/").json()
    sent = [body_of(api.get(told[field])) for field in ("photo", "thumbnail") if told[field]]
    sent += [body_of(client.get(f"/captures/{name}/why.jpg"))]
    assert len(pictures_sent) >= 2
    assert sent
    for picture in [*stored, *pictures_sent, *sent]:
        assert_only_pixels(picture)
    pages = [f"/captures/{name}/", "/history/?view=list", "/today/", f"{CAPTURES}{name}/", CAPTURES]
    for text in [*(body_of(client.get(page)) for page in pages), json.dumps(told).encode(), rows()]:
        assert SECRET not in text
    assert not any(SECRET in body for _, body in exported)


@pytest.mark.parametrize("kept", ["photo", "crop"])
@pytest.mark.parametrize("kind", KINDS)
def test_of_a_photo_that_an_app_sends(
    kind: str, kept: str, media: Path, owner_client: Client, owner_api: APIClient
) -> None:
    made = create(owner_api, pictures.with_hidden_text(kind, SECRET), kept=kept, keep_others=True)

    assert made.status_code == 201
    assert_nothing_told(media, owner_client, owner_api, made.json()["uuid"])


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_photo_that_a_page_sends(
    kind: str, media: Path, owner_client: Client, owner_api: APIClient
) -> None:
    photo = SimpleUploadedFile("selfie.jpg", pictures.with_hidden_text(kind, SECRET))
    form = {"photo": photo, "client_uuid": str(uuid.uuid4())}

    assert owner_client.post("/capture/", form).status_code == 302

    assert_nothing_told(media, owner_client, owner_api, str(Capture.objects.get().uuid))


@pytest.mark.django_db(transaction=True)  # the archive goes when the import is committed
@pytest.mark.parametrize("kind", KINDS)
def test_of_a_photo_in_an_archive_that_comes_in(
    kind: str, media: Path, other: User, other_client: Client, other_api: APIClient
) -> None:
    owner_client = signed_in(Client(), factories.person("owner@example.org"))
    photo = SimpleUploadedFile("selfie.jpg", pictures.astronaut_jpeg())
    owner_client.post("/capture/", {"photo": photo, "client_uuid": str(uuid.uuid4())})
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name, body in members(body_of(owner_client.get("/data/export/"))):
            hostile = (
                pictures.with_hidden_text(kind, SECRET) if name.endswith("photo.jpg") else body
            )
            packed.writestr(name, hostile)
    assert SECRET in archive.getvalue()

    sent = {"file": SimpleUploadedFile("x.zip", archive.getvalue())}
    page = other_client.post("/data/import/", sent)["Location"]
    run_jobs()
    other_client.post(f"{page}decide/")
    run_jobs()

    came = Capture.objects.get(owner=other)
    assert came.photo
    assert_nothing_told(media, other_client, other_api, str(came.uuid))
