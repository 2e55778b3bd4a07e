"""Backups are encrypted and signed where there are keys, and refused where they should be."""

import io
import re
import tarfile
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import User
from backups import archive, sealing, writing
from backups.sealing import AGE_HEADER, encrypted, public_key_of
from tests import factories

pytestmark = pytest.mark.django_db
EMAIL, NOTE = "owner@example.org", "rainpondwhisper"


def signing_key() -> str:
    return urlsafe_b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


@pytest.fixture
def identity(settings: Settings, tmp_path: Path) -> Path:
    """The file of a key, for which the site encrypts its backups."""
    key = pyrage.x25519.Identity.generate()
    settings.BACKUP_RECIPIENTS = [str(key.to_public())]
    file = tmp_path / "identity.txt"
    file.write_text(f"# created: today\n# public key: {key.to_public()}\n{key}\n")
    return file


def backup(path: Path) -> Path:
    """Make a backup of a site with one person; the site is empty again."""
    owner = factories.person(EMAIL)
    factories.capture(owner=owner, looks="happy", note=NOTE)
    call_command("backup", path, verbosity=0, stdout=io.StringIO())
    call_command("flush", interactive=False, verbosity=0)
    return path


def restore(path: Path, **options: Any) -> None:
    call_command("restore", path, stdout=io.StringIO(), **options)
    assert User.objects.get().email == EMAIL
    call_command("flush", interactive=False, verbosity=0)


def refused(path: Path, reason: str, **options: Any) -> None:
    """Expect a backup to be refused in one line, with nothing changed."""
    with pytest.raises(CommandError, match=reason) as error:
        restore(path, **options)
    assert "\n" not in str(error.value)
    assert not User.objects.exists()


def readable(path: Path) -> bool:
    """Tell whether somebody without a key reads whose moods these are."""
    content = path.read_bytes()
    try:
        tables = b"".join(line for chunk in archive.table_chunks(path) for line in chunk.lines)
    except archive.BackupError:
        tables = b""
    return any(text.encode() in content + tables for text in (EMAIL, NOTE))


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_readable_without_a_key_and_not_with_one(
    tmp_path: Path, identity: Path, settings: Settings
) -> None:
    sealed = backup(tmp_path / "sealed.tar")
    assert sealed.read_bytes().startswith(AGE_HEADER)
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert not readable(sealed)
    restore(sealed, identity=identity)

    settings.BACKUP_RECIPIENTS = []
    plain = backup(tmp_path / "plain.tar")
    assert readable(plain)
    restore(plain)
    restore(plain, identity=identity)


@pytest.mark.django_db(transaction=True)
def test_any_program_that_speaks_age_opens_it(tmp_path: Path, identity: Path) -> None:
    sealed = backup(tmp_path / "sealed.tar")
    opened = pyrage.decrypt(sealed.read_bytes(), [sealing.read_identity(identity)])
    with tarfile.open(fileobj=io.BytesIO(opened)) as found:
        assert found.getnames()[-1] == archive.MANIFEST


@pytest.mark.django_db(transaction=True)
def test_without_its_key_or_changed_an_encrypted_backup_is_refused_in_one_line(
    tmp_path: Path, identity: Path
) -> None:
    sealed = backup(tmp_path / "sealed.tar")
    content = sealed.read_bytes()
    refused(sealed, "is encrypted; expected the file of its key by --identity")
    other = tmp_path / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    refused(sealed, "the key in .*other.txt does not open it", identity=other)
    other.write_text("no key")
    refused(sealed, r"other.txt: expected one line AGE-SECRET-KEY-1", identity=other)
    refused(sealed, "expected one line AGE-SECRET-KEY-1", identity=tmp_path / "nothing")
    middle = len(content) // 2
    damages: dict[str, bytes] = {
        "cut": content[:-20],
        "cut in the middle": content[:middle],
        "cut in the header": content[:60],
        "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
    }
    for damage in damages.values():
        sealed.write_bytes(damage)
        refused(sealed, "was changed or cut|or it was changed", identity=identity)
    sealed.write_bytes(content)
    restore(sealed, identity=identity)


@pytest.mark.django_db(transaction=True)
def test_a_signed_backup_is_taken_from_its_signer_only(
    tmp_path: Path, identity: Path, settings: Settings
) -> None:
    ours, theirs = signing_key(), signing_key()
    settings.BACKUP_SIGNING_KEY = ours
    signed = backup(tmp_path / "signed.tar")
    restore(signed, identity=identity)
    restore(signed, identity=identity, signed_by=public_key_of(ours))
    foreign = {"identity": identity, "signed_by": public_key_of(theirs)}
    refused(signed, "was not signed by the key", **foreign)
    refused(signed, "public key of 32 bytes", identity=identity, signed_by="AAAA")

    settings.BACKUP_SIGNING_KEY = theirs
    refused(signed, "was not signed by the key", identity=identity)
    restore(signed, identity=identity, unsigned=True)
    settings.BACKUP_SIGNING_KEY = None
    restore(signed, identity=identity)


@pytest.mark.django_db(transaction=True)
def test_one_without_a_signature_is_taken_only_where_none_is_expected(
    tmp_path: Path, settings: Settings
) -> None:
    settings.BACKUP_SIGNING_KEY = None
    plain = backup(tmp_path / "plain.tar")
    settings.BACKUP_SIGNING_KEY = signing_key()
    refused(plain, "Expected a signed backup, .* --unsigned")
    restore(plain, unsigned=True)


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with tarfile.open(path) as found:
        members = {one.name: found.extractfile(one).read() for one in found}  # type: ignore[union-attr]
    change(members)
    with tarfile.open(path, "w") as made:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return path


def forge(members: dict[str, bytes]) -> None:
    """Change the manifest, as who forges a backup has to."""
    members[archive.MANIFEST] = members[archive.MANIFEST].replace(b'"gone": 0', b'"gone": 1')


def strip(members: dict[str, bytes]) -> None:
    del members[archive.SIGNATURE]


def smuggle(members: dict[str, bytes]) -> None:
    members["files/photos/x.jpg"] = b"x"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (forge, "was not signed by the key"),
        (strip, "Expected a signed backup"),
        (smuggle, "comes after the manifest"),
    ],
)
def test_a_forged_backup_is_refused(
    tmp_path: Path,
    settings: Settings,
    change: Callable[[dict[str, bytes]], None],
    reason: str,
) -> None:
    settings.BACKUP_SIGNING_KEY = signing_key()
    refused(rewritten(backup(tmp_path / "signed.tar"), change), reason)


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_told_and_keeps_nobody_waiting(
    tmp_path: Path, identity: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("pyrage.encrypt_io", fail)
    monkeypatch.setattr(writing, "add_contents", lambda made: made.fileobj.write(b"x" * 2**20))
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("backup", tmp_path / "site.tar")
    assert not list(tmp_path.glob("site.tar*"))


def test_a_failure_while_writing_is_not_hidden_by_the_encryption(
    tmp_path: Path, identity: Path, settings: Settings
) -> None:
    def fail() -> None:
        with (
            (tmp_path / "file").open("wb") as file,
            encrypted(file, settings.BACKUP_RECIPIENTS) as sink,
        ):
            sink.write(b"x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


@pytest.mark.django_db(transaction=True)
def test_keys_that_are_made_fit_each_other(tmp_path: Path, settings: Settings) -> None:
    told = io.StringIO()
    call_command("make_backup_keys", stdout=told)
    values = dict(re.findall(r"^(BACKUP_\w+)=(\S+)$", told.getvalue(), re.MULTILINE))
    settings.BACKUP_RECIPIENTS = [values["BACKUP_RECIPIENTS"]]
    settings.BACKUP_SIGNING_KEY = values["BACKUP_SIGNING_KEY"]
    signer = re.search(r"--signed-by=(\S+)", told.getvalue())
    identity = tmp_path / "identity.txt"
    identity.write_text(told.getvalue())
    assert signer
    restore(backup(tmp_path / "site.tar"), identity=identity, signed_by=signer[1])
