"""A backup holds everything but sessions, and makes the same site again: whole or not at all."""

import hashlib
import io
import json
import shutil
import tarfile
import threading
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.apps.registry import Apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.consents import withdraw_consent
from accounts.models import Consent, Letter, Session, User
from accounts.sign_in.sign_up import create_invitation
from accounts.tokens.services import create_token
from backups.archive import MANIFEST
from backups.rows import backed_up_models
from emotions.captures import purging, recording, trash
from emotions.captures.recording import SelfReport
from emotions.feed import number_changes
from emotions.idempotency import RequestKey, record_request
from emotions.models import (
    Capture,
    Contribution,
    Contributor,
    CorrectionsFile,
    Delivery,
    Feeling,
    Reminder,
)
from emotions.preferences.services import set_preferences
from ml.models import ModelVersion, TrainingRun, TrainingWorker, Trial
from ml.registry import get_version, placeholder_version, promote, register
from tests import factories, pictures
from tests.conftest import signed_in
from tests.ml import versions

pytestmark = pytest.mark.django_db(transaction=True)


def live(owner: User) -> None:
    """Let a person leave something in every table."""
    for kept in Capture.Kept:
        said = SelfReport(felt=Feeling.SAD, mood=2, note="Ünï\r\n𝒄ode\u2028", tags=("home", "Ω"))
        recording.record_capture(
            owner=owner,
            photo=pictures.astronaut_jpeg(),
            source=Capture.Source.UPLOAD,
            kept=kept,
            self_report=said,
        )
    first, second, _ = Capture.objects.filter(owner=owner).order_by("pk")
    trash.delete_capture(capture=first)
    purging.purge_capture(capture=second)
    elsewhere = placeholder_version()
    factories.detection(
        capture=factories.capture(owner=owner),
        looks={"happy": 1 / 3, "sad": 2 / 3},
        model_version=elsewhere,
        version_elsewhere="theirs",
    )
    factories.capture(owner=owner, looks="happy", read_on=Capture.ReadOn.DEVICE)
    set_preferences(owner=owner, kept=Capture.Kept.CROP, read_on=Capture.ReadOn.DEVICE)
    withdraw_consent(person=owner, kind=Consent.Kind.USE)
    reminder = factories.push_reminder(owner)
    factories.push_subscription(owner)
    Delivery.objects.create(
        reminder=reminder, local_date=date(2026, 3, 14), due_at=timezone.now(), sent_at=None
    )
    Reminder.objects.create(owner=owner, at=time(7, 30), days="67", since=timezone.now())
    record_request(owner=owner, request=RequestKey.of("key", "said"))
    number_changes(owner=owner, kinds=["reminder"], read=lambda: {("reminder", "1"): {}})
    Contribution.objects.create(
        capture=Capture.objects.filter(owner=owner, deleted_at=None)[0],
        contributor=Contributor.objects.create(person=owner),
        felt=Feeling.SAD,
        face=bytes(range(256)) * 9,
    )
    CorrectionsFile.objects.create(
        machine="here", path="/faces.npz", fingerprint="ab" * 32, faces=1, members=1
    )
    Trial.objects.create(version=elsewhere, share=10, by="test")
    TrainingRun.objects.create(architecture="sequential-1", epochs=3, by="test")
    TrainingWorker.objects.create(name="here", seen_at=timezone.now())
    create_token(person=owner, name="script", scope="read", days=30)
    create_invitation(inviter=owner)
    Letter.objects.create(template="account/email/password_changed", person=owner, email="a@b.org")
    TOTP.activate(owner, generate_totp_secret())
    RecoveryCodes.activate(owner)
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    editors = Group.objects.create(name="editors")
    editors.permissions.add(Permission.objects.get(codename="view_modelversion"))
    owner.groups.add(editors)
    owner.user_permissions.add(Permission.objects.get(codename="change_modelversion"))
    LogEntry.objects.create(
        user=owner,
        content_type=ContentType.objects.get_for_model(ModelVersion),
        object_id="1",
        object_repr="one",
        action_flag=CHANGE,
    )


@pytest.fixture
def site(media: Path) -> User:
    """A site on which two people live, and a version of its own answers."""
    owner = factories.person("owner@example.org")
    live(owner)
    factories.capture(owner=factories.person("other@example.org"), looks="happy")
    register(versions.files("ours", wrong=0.1), made_by="test")
    promote(get_version("ours"), by="test", force=True, reason="a test")
    signed_in(Client(), owner).get("/today/")
    factories.file_import(owner)
    return owner


@pytest.fixture
def backup(owner: User, media: Path, tmp_path: Path) -> Path:
    """The backup of a small site, which is empty again."""
    recording.record_capture(
        owner=owner,
        photo=pictures.astronaut_jpeg(),
        source=Capture.Source.UPLOAD,
        kept=Capture.Kept.CROP,
    )
    run("backup", tmp_path / "site.tar")
    shutil.move(media, tmp_path / "before")
    empty(media)
    return tmp_path / "site.tar"


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables that are backed up."""
    found = {}
    for model in backed_up_models():
        names = [field.attname for field in model._meta.concrete_fields]
        found[model._meta.label] = list(model._base_manager.order_by("pk").values(*names))
    permission = {one.pk: one.natural_key() for one in Permission.objects.all()}
    kind = {one.pk: one.natural_key() for one in ContentType.objects.all()}
    for row in [one for table in found.values() for one in table]:
        if "permission_id" in row:
            row["permission_id"] = permission[row["permission_id"]]
        if row.get("content_type_id"):
            row["content_type_id"] = kind[row["content_type_id"]]
    return found


def files(media: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(media)): path.read_bytes()
        for path in media.rglob("*")
        if path.is_file()
    }


def empty(media: Path) -> None:
    """Leave of a site what `migrate` makes."""
    call_command("flush", interactive=False, verbosity=0)
    ContentType.objects.clear_cache()
    shutil.rmtree(media, ignore_errors=True)


def run(name: str, path: Path) -> str:
    told = io.StringIO()
    call_command(name, path, stdout=told)
    return told.getvalue()


def test_a_site_comes_out_of_a_backup_as_it_was(site: User, media: Path, tmp_path: Path) -> None:
    before, stored = rows(), files(media)
    assert [label for label, found in before.items() if not found] == ["account.EmailConfirmation"]
    assert Session.objects.exists()
    assert UserSession.objects.exists()

    told = run("backup", tmp_path / "site.tar")
    assert f"{sum(map(len, before.values()))} rows and {len(stored)} files written" in told
    assert (tmp_path / "site.tar").stat().st_mode & 0o777 == 0o600
    empty(media)
    assert not User.objects.exists()
    assert "rows and" in run("restore", tmp_path / "site.tar")

    assert rows() == before
    assert files(media) == stored
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()
    assert factories.person("new@example.org").pk > site.pk, "numbering goes on"
    again = Client()
    assert again.login(request=None, email=site.email, password=factories.PASSWORD)
    call_command("check_integrity", stdout=io.StringIO())


def test_a_backup_is_of_one_moment_while_others_write(owner: User, tmp_path: Path) -> None:
    factories.capture(owner=owner)
    errors: list[BaseException] = []

    def write_meanwhile() -> None:
        try:
            factories.person("late@example.org")
            factories.capture(owner=User.objects.get(pk=owner.pk))
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    def list_slowly(_: Apps) -> Any:
        for number, model in enumerate(backed_up_models()):
            if number == 1:
                writer = threading.Thread(target=write_meanwhile)
                writer.start()
                writer.join()
            yield model

    with patch("backups.writing.backed_up_models", list_slowly):
        told = run("backup", tmp_path / "site.tar")

    assert not errors
    assert Capture.objects.count() == 2
    assert manifest_of(tmp_path / "site.tar")["rows"]["emotions.Capture"] == 1
    assert manifest_of(tmp_path / "site.tar")["rows"]["accounts.User"] == 1
    assert "rows" in told


def test_a_photo_that_goes_meanwhile_is_told(backup: Path, media: Path, tmp_path: Path) -> None:
    run("restore", backup)
    gone = str(Capture.objects.get().crop.name)
    default_storage.delete(gone)

    told = run("backup", backup)

    assert f"{gone}: was removed meanwhile" in told
    assert " 0 files" in told
    empty(media)
    run("restore", backup)
    with pytest.raises(CommandError, match="1 found"):
        call_command("check_integrity", stdout=io.StringIO())


def test_a_backup_that_fails_leaves_the_last_one(backup: Path, tmp_path: Path) -> None:
    path = backup
    run("restore", path)
    before = path.read_bytes()

    broken = patch.object(default_storage, "open", side_effect=OSError("no such bucket"))
    with broken, pytest.raises(CommandError, match="no such bucket"):
        run("backup", path)

    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.glob("site*")] == ["site.tar"]


def manifest_of(path: Path) -> Any:
    with tarfile.open(path) as archive:
        return json.load(archive.extractfile(MANIFEST))  # type: ignore[arg-type]


def rewritten(
    path: Path, change: Callable[[dict[str, bytes]], None], *, vouched: bool = True
) -> None:
    """Change the members of a backup, and what vouches for them too."""
    with tarfile.open(path) as archive:
        found = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
    change(found)
    if vouched:
        manifest = json.loads(found.pop(MANIFEST))
        sha256 = {name: hashlib.sha256(body).hexdigest() for name, body in found.items()}
        found[MANIFEST] = json.dumps(manifest | {"sha256": sha256}).encode()
    with tarfile.open(path, "w") as archive:
        for name, body in found.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))


def first(members: dict[str, bytes], begin: str) -> str:
    return next(name for name in members if name.startswith(begin))


def flip(members: dict[str, bytes], begin: str) -> None:
    name = first(members, begin)
    members[name] = members[name][:-1] + bytes([members[name][-1] ^ 1])


def without_people(members: dict[str, bytes]) -> None:
    del members[first(members, "tables/accounts.User/")]


def without_manifest(members: dict[str, bytes]) -> None:
    del members[MANIFEST]


def outside(members: dict[str, bytes]) -> None:
    members["files/../../settings.py"] = b"x"


def elsewhere(members: dict[str, bytes]) -> None:
    members["files/static/x.js"] = b"x"


def of_later(members: dict[str, bytes]) -> None:
    manifest = json.loads(members[MANIFEST])
    manifest["migrations"].append("emotions.9999_later")
    members[MANIFEST] = json.dumps(manifest).encode()


CHANGES: dict[str, tuple[Callable[[dict[str, bytes]], None], bool, str]] = {
    "a photo changed": (lambda found: flip(found, "files/crops"), False, "is not what was written"),
    "a table changed": (lambda found: flip(found, "tables/"), False, "is not what was written"),
    "a member gone": (without_people, False, "not in both"),
    "no table of people": (without_people, True, "do not fit|expected .* rows"),
    "a table that is none": (lambda found: flip(found, "tables/"), True, "piece of a table"),
    "a file leads out": (outside, True, "expected a file of a backup"),
    "a file of another kind": (elsewhere, True, "expected a picture"),
    "of a later version": (of_later, True, "emotions.9999_later"),
    "no manifest": (without_manifest, False, "no manifest"),
    "no format": (lambda found: found.update({MANIFEST: b"{}"}), False, "manifest of format 1"),
}


def refused(path: Path, media: Path, reason: str) -> None:
    """Expect a backup to be refused in one line, with nothing changed."""
    before, stored = rows(), files(media)
    with pytest.raises(CommandError, match=reason) as error:
        run("restore", path)
    assert str(error.value).startswith("Nothing was restored. ")
    assert "\n" not in str(error.value)
    assert rows() == before
    assert files(media) == stored


@pytest.fixture
def whole(backup: Path) -> bytes:
    """The content of a backup of a small site, which is empty again."""
    return backup.read_bytes()


def test_a_damaged_or_forged_backup_is_refused(backup: Path, whole: bytes, media: Path) -> None:
    for change, vouched, reason in CHANGES.values():
        backup.write_bytes(whole)
        rewritten(backup, change, vouched=vouched)
        refused(backup, media, reason)


def test_a_backup_cut_anywhere_is_refused(backup: Path, whole: bytes, media: Path) -> None:
    for share in (0, 0.001, 0.1, 0.3, 0.5, 0.7):
        backup.write_bytes(whole[: int(len(whole) * share)])
        refused(backup, media, "expected a backup|ends early")
    backup.write_bytes(b"I am not a backup." * 1000)
    refused(backup, media, "expected a backup")
    refused(backup / "nowhere.tar", media, "expected a backup")


def test_nothing_that_is_there_is_written_over(backup: Path, media: Path, tmp_path: Path) -> None:
    (picture,) = files(tmp_path / "before")
    (media / picture).parent.mkdir(parents=True)
    (media / picture).write_bytes(b"another")
    refused(backup, media, "another file of this name")

    register(versions.files("another"), made_by="test")
    refused(backup, media, "found model versions")

    factories.person("new@example.org")
    refused(backup, media, "Expected an empty site, found people")


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_restore_that_was_killed_can_be_repeated(
    share: float, backup: Path, media: Path, tmp_path: Path
) -> None:
    ((name, content),) = files(tmp_path / "before").items()
    (media / name).parent.mkdir(parents=True)
    (media / name).write_bytes(content[: int(share * len(content))])

    run("restore", backup)

    assert files(media) == {name: content}
    assert Capture.objects.get().crop.name == name
    call_command("check_integrity", stdout=io.StringIO())
