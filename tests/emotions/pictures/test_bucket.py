"""Encrypted pictures in a bucket: shown, checked, backed up, and given other keys."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from moto.server import ThreadedMotoServer
from pytest_django import Settings
from storages.backends.s3 import S3Storage

from accounts.models import User
from common.imaging.images import read_image, turn
from emoplatform.environment import Environment
from emotions import integrity
from emotions.captures import recording
from emotions.captures.turning import turn_capture
from emotions.models import Capture
from emotions.pictures import storage
from emotions.pictures.bucket_storage import BucketStorage
from emotions.pictures.encryption import HEADER
from tests import factories, jobs, pictures
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, SECOND = "a" * 32, "b" * 32


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of S3's, and its host and port."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    yield "{}:{}".format(*running.get_host_and_port())
    running.stop()


@pytest.fixture
def bucket(server: str, settings: Settings) -> Iterator[Any]:
    """The bucket in which the site stores pictures, as `STORAGE_URL` names it."""
    settings.PICTURE_KEYS = [FIRST]
    address = {"STORAGE_URL": f"s3+http://key:secret@{server}/photos?region=us-east-1"}
    stored = Environment(address).bucket("STORAGE_URL", required=True)
    assert stored
    settings.STORAGES = {**settings.STORAGES, "default": stored}
    bucket = BucketStorage(**stored["OPTIONS"]).connection.create_bucket(Bucket="photos")
    yield bucket
    bucket.objects.delete()
    bucket.delete()


def record(owner: User) -> Capture:
    return recording.record_capture(
        owner=owner, photo=pictures.astronaut_jpeg(), source=Capture.Source.UPLOAD
    )


def contents(bucket: Any) -> dict[str, bytes]:
    return {one.key: one.get()["Body"].read() for one in bucket.objects.all()}


def unreachable(*_: Any, **__: Any) -> None:
    raise ConnectionError


def run(command: str, *arguments: Any) -> str:
    told = io.StringIO()
    call_command(command, *arguments, stdout=told)
    return told.getvalue()


def test_the_bucket_never_sees_a_picture_and_its_owner_does(
    owner: User, other: User, bucket: Any
) -> None:
    capture = record(owner)
    stored = contents(bucket)
    assert set(stored) == set(capture.picture_names)
    assert all(content.startswith(HEADER) for content in stored.values())
    path = f"/captures/{capture.uuid}/photo"
    shown: Any = signed_in(Client(), owner).get(path)
    content = shown.getvalue()
    assert content.startswith(b"\xff\xd8\xff")
    assert shown["Content-Length"] == str(len(content))
    assert signed_in(Client(), other).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_turned_pictures_take_the_place_of_those_in_the_bucket(owner: User, bucket: Any) -> None:
    capture = record(owner)
    with capture.photo.open("rb") as file:
        before = read_image(file.read())
    names = capture.picture_names
    turned = turn_capture(capture=capture, degrees=90)
    stored = contents(bucket)
    assert set(stored) == set(turned.picture_names)
    assert not set(stored) & set(names)
    assert all(content.startswith(HEADER) for content in stored.values())
    with turned.photo.open("rb") as file:
        after = read_image(file.read())
    assert np.abs(after.astype(float) - turn(before, 90)).mean() < 4, "up to another JPEG"
    assert turned.detections.get().emotion == "happy"
    assert not list(integrity.findings())


def test_nothing_is_turned_where_the_bucket_saves_nothing(
    owner: User, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = record(owner)
    names = capture.picture_names
    monkeypatch.setattr(S3Storage, "_save", unreachable)
    with pytest.raises(ConnectionError):
        turn_capture(capture=capture, degrees=90)
    assert Capture.objects.get().picture_names == names
    assert set(contents(bucket)) == set(names)


def test_the_bucket_loses_the_pictures_of_before_later_where_it_fails(
    owner: User, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = record(owner)
    names = capture.picture_names
    with monkeypatch.context() as failing:
        failing.setattr(S3Storage, "delete", unreachable)
        turned = turn_capture(capture=capture, degrees=90)
    assert set(contents(bucket)) == {*names, *turned.picture_names}
    jobs.pass_time(timedelta(minutes=6))
    jobs.run_jobs()
    assert set(contents(bucket)) == set(turned.picture_names)


def test_the_check_finds_what_was_changed_exchanged_lost_or_left_in_the_bucket(
    owner: User, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = record(owner), record(owner)
    assert not list(integrity.findings())
    (photo, thumbnail), crop = (str(two.photo), str(two.thumbnail)), str(one.crop)
    bucket.Object(photo).put(Body=contents(bucket)[str(one.photo)])
    bucket.Object(thumbnail).delete()
    bucket.Object(crop).put(Body=contents(bucket)[crop][:-1])
    bucket.Object("photos/left.jpg").put(Body=b"x")
    monkeypatch.setattr("emotions.pictures.storage.MIN_ORPHAN_AGE", timedelta(days=-1))
    found = {finding.what.partition(":")[0]: finding for finding in integrity.findings()}
    assert set(found) == {photo, thumbnail, crop, "photos/left.jpg"}
    assert "is missing" in found[thumbnail].what
    assert all("PICTURE_KEYS" in found[name].what for name in (photo, crop))
    assert all(found[name].repair is None for name in (photo, crop)), "nothing is thrown away"
    assert storage.sweep_orphans() == 1
    assert "photos/left.jpg" not in contents(bucket)


def test_keys_change_in_the_bucket_and_pictures_of_before_stay(
    owner: User, bucket: Any, settings: Settings
) -> None:
    settings.PICTURE_KEYS = []
    plain = record(owner)
    assert contents(bucket)[str(plain.photo)].startswith(b"\xff\xd8\xff")
    settings.PICTURE_KEYS = [FIRST]
    record(owner)
    settings.PICTURE_KEYS = [SECOND, FIRST]
    assert not list(integrity.findings())
    count = len(contents(bucket))
    assert run("encrypt_pictures").startswith(f"{count} pictures stored anew.")
    assert run("encrypt_pictures").startswith("0 pictures stored anew.")
    assert all(content.startswith(HEADER) for content in contents(bucket).values())
    settings.PICTURE_KEYS = [FIRST]
    with pytest.raises(CommandError, match=rf"^{count} pictures, such as"):
        run("encrypt_pictures")
    settings.PICTURE_KEYS = [SECOND]
    assert not list(integrity.findings())
    assert len(contents(bucket)) == count


def test_a_backup_goes_from_one_bucket_and_key_to_another(
    owner: User, bucket: Any, settings: Settings, tmp_path: Path
) -> None:
    capture = record(owner)
    with capture.photo.open("rb") as file:
        photo = file.read()
    before = contents(bucket)
    run("backup", tmp_path / "site.tar")
    call_command("flush", interactive=False, verbosity=0)
    bucket.objects.delete()
    settings.PICTURE_KEYS = [SECOND]
    run("restore", tmp_path / "site.tar")

    after = contents(bucket)
    assert set(after) == set(before)
    assert all(content.startswith(HEADER) for content in after.values())
    assert after != before
    restored = Capture.objects.get()
    with restored.photo.open("rb") as file:
        assert file.read() == photo
    assert not list(integrity.findings())
    assert factories.person("new@example.org").pk != restored.owner_id
