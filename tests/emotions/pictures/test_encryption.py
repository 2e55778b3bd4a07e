"""Pictures are encrypted in their storage where there is a key, and only their owner sees them."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client, TestCase
from pytest_django import Settings
from storages.backends.s3 import S3Storage

from accounts.models import User
from common.imaging.images import read_image, turn
from emotions import integrity
from emotions.captures import recording
from emotions.captures.turning import turn_capture
from emotions.models import Capture
from emotions.pictures import storage
from emotions.pictures.bucket_storage import BucketStorage
from emotions.pictures.encryption import HEADER, PictureKeyError, decrypt, encrypt
from tests import pictures
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db
FIRST, SECOND = "a" * 32, "b" * 32
JPEG = b"\xff\xd8\xff"


def record(owner: User) -> Capture:
    return recording.record_capture(
        owner=owner, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )


def begins(media: Path) -> set[bytes]:
    """Return how the stored pictures begin."""
    return {path.read_bytes()[:3] for path in media.rglob("*.jpg")}


def test_pictures_are_readable_without_a_key_and_not_with_one(
    owner: User, media: Path, settings: Settings
) -> None:
    settings.PICTURE_KEYS = []
    record(owner)
    assert begins(media) == {JPEG}
    settings.PICTURE_KEYS = [FIRST]
    call_command("encrypt_pictures", stdout=io.StringIO())
    record(owner)
    assert begins(media) == {HEADER[:3]}


def test_the_owner_sees_the_same_picture_and_tag_before_and_after(
    owner: User, other: User, settings: Settings
) -> None:
    capture, browser = record(owner), signed_in(Client(), owner)
    path = f"/captures/{capture.uuid}/photo"
    before: Any = browser.get(path)
    assert before.status_code == 200
    content, tag = before.getvalue(), before["ETag"]
    settings.PICTURE_KEYS = [FIRST]
    call_command("encrypt_pictures", stdout=io.StringIO())
    after: Any = browser.get(path)
    assert (after.getvalue(), after["ETag"]) == (content, tag)
    assert after["Content-Length"] == str(len(content))
    assert after["Cache-Control"] == "private, no-cache"
    assert browser.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert signed_in(Client(), other).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_a_turned_picture_is_encrypted_like_the_one_before(
    owner: User, media: Path, settings: Settings
) -> None:
    settings.PICTURE_KEYS = [FIRST]
    capture = record(owner)
    settings.PICTURE_KEYS = [SECOND, FIRST]
    with TestCase.captureOnCommitCallbacks(execute=True):
        turned = turn_capture(capture=capture, degrees=90)
    assert begins(media) == {HEADER[:3]}
    stored = {str(path.relative_to(media)) for path in media.rglob("*.jpg")}
    assert stored == set(turned.picture_names)
    settings.PICTURE_KEYS = [SECOND]
    with turned.photo.open("rb") as file:
        pixels = read_image(file.read())
    assert np.abs(pixels.astype(float) - turn(pictures.astronaut(), 90)).mean() < 4
    assert not list(integrity.findings())


def test_nothing_is_turned_without_the_key_of_a_picture(
    owner: User, media: Path, settings: Settings
) -> None:
    settings.PICTURE_KEYS = [FIRST]
    capture = record(owner)
    settings.PICTURE_KEYS = [SECOND]
    with pytest.raises(PictureKeyError):
        turn_capture(capture=capture, degrees=90)
    settings.PICTURE_KEYS = [FIRST]
    assert not list(integrity.findings())
    assert len(list(media.rglob("*.jpg"))) == len(capture.picture_names)


def test_keys_change_and_pictures_of_before_stay(
    owner: User, media: Path, settings: Settings
) -> None:
    settings.PICTURE_KEYS = [FIRST]
    capture = record(owner)
    settings.PICTURE_KEYS = [SECOND, FIRST]
    assert not list(integrity.findings())
    told = io.StringIO()
    call_command("encrypt_pictures", stdout=told)
    call_command("encrypt_pictures", stdout=told)
    kept = len(capture.picture_names)
    assert told.getvalue().split("\n")[:2] == [
        f"{kept} pictures stored anew.",
        "0 pictures stored anew.",
    ]
    settings.PICTURE_KEYS = [SECOND]
    assert not list(integrity.findings())
    assert storage.sweep_orphans() == 0
    settings.PICTURE_KEYS = []
    with pytest.raises(CommandError, match=r"^Expected a key .* PICTURE_KEYS"):
        call_command("encrypt_pictures", stdout=told)
    settings.PICTURE_KEYS = [FIRST]
    with pytest.raises(CommandError, match=r"^3 pictures, such as .*PICTURE_KEYS"):
        call_command("encrypt_pictures", stdout=told)
    settings.PICTURE_KEYS = [SECOND]
    assert not list(integrity.findings())


def test_without_the_key_the_check_says_so_and_repairs_nothing(
    owner: User, media: Path, settings: Settings
) -> None:
    settings.PICTURE_KEYS = [FIRST]
    capture = record(owner)
    settings.PICTURE_KEYS = [SECOND]
    found = list(integrity.findings())
    assert len(found) == len(capture.picture_names)
    assert all("PICTURE_KEYS" in one.what and one.repair is None for one in found)


def test_one_picture_cannot_stand_in_the_place_of_another(
    owner: User, media: Path, settings: Settings
) -> None:
    settings.PICTURE_KEYS = [FIRST]
    one, two = record(owner).photo, record(owner).photo
    (media / str(one)).write_bytes((media / str(two)).read_bytes())
    with pytest.raises(PictureKeyError):
        one.open("rb")


@pytest.mark.parametrize("at", [0, len(HEADER), 30, -1])
def test_a_changed_picture_is_refused(at: int, settings: Settings) -> None:
    settings.PICTURE_KEYS = [FIRST]
    stored = bytearray(encrypt("photos/a.jpg", b"x" * 100))
    stored[at] ^= 1
    if at == 0:
        assert decrypt("photos/a.jpg", bytes(stored)) == stored, "not a picture any more"
        return
    with pytest.raises(PictureKeyError):
        decrypt("photos/a.jpg", bytes(stored))
    with pytest.raises(PictureKeyError):
        decrypt("photos/a.jpg", HEADER + b"short")


def test_networks_are_not_encrypted(media: Path, settings: Settings) -> None:
    settings.PICTURE_KEYS = [FIRST]
    name = default_storage.save("models/emotion.tflite", ContentFile(b"weights"))
    assert (media / name).read_bytes() == b"weights"


@pytest.mark.django_db(transaction=True)
def test_a_backup_brings_pictures_to_a_site_with_another_key(
    owner: User, media: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.PICTURE_KEYS = [FIRST]
    capture = record(owner)
    with capture.photo.open("rb") as file:
        content = file.read()
    call_command("backup", tmp_path / "site.tar", stdout=io.StringIO())
    stored = media / str(capture.photo)
    stored.unlink()
    settings.PICTURE_KEYS = [SECOND]
    default_storage.save(str(capture.photo), ContentFile(content))
    assert content not in stored.read_bytes()
    assert content in (tmp_path / "site.tar").read_bytes(), "encrypt the backup too"
    with capture.photo.open("rb") as file:
        assert file.read() == content


def test_a_bucket_gets_them_encrypted_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PICTURE_KEYS = [FIRST]
    objects: dict[str, bytes] = {}

    def save(_: S3Storage, name: str, content: Any) -> str:
        objects[name] = content.read()
        return name

    def load(_: S3Storage, name: str, mode: str = "rb") -> ContentFile[bytes]:
        return ContentFile(objects[name], name=name)

    monkeypatch.setattr(S3Storage, "_save", save)
    monkeypatch.setattr(S3Storage, "_open", load)
    monkeypatch.setattr(S3Storage, "exists", lambda _, name: name in objects)
    bucket = BucketStorage(bucket_name="photos", access_key="k", secret_key="s")
    bucket.save("photos/a.jpg", ContentFile(b"a photo"))
    assert objects["photos/a.jpg"].startswith(HEADER)
    assert bucket.open("photos/a.jpg").read() == b"a photo"
    settings.PICTURE_KEYS = [SECOND, FIRST]
    assert bucket.renew("photos/a.jpg")
    assert not bucket.renew("photos/a.jpg")
    settings.PICTURE_KEYS = [SECOND]
    assert bucket.open("photos/a.jpg").read() == b"a photo"
