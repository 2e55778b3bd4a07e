"""Encrypting backups with age (X25519) and signing their manifests with Ed25519.

Whoever has a backup cannot read it without the identity, which the site does not have. The manifest
has the checksum of everything else, so its signature vouches for the whole.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backups.archive import MANIFEST, BackupError

AGE_HEADER = b"age-encryption.org/v1"


@contextmanager
def encrypted(file: BinaryIO, recipients: list[str]) -> Iterator[BinaryIO]:
    """Yield a file that encrypts what is written to it into another; the other without recipients.

    Raises:
        OSError: the other file cannot be written.
    """
    if not recipients:
        yield file
        return
    keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    reading, writing = os.pipe()

    def encrypt() -> None:
        with open(reading, "rb") as source:  # closed where it fails, so that no writer waits
            pyrage.encrypt_io(source, file, keys)

    with ThreadPoolExecutor(1) as pool:
        encryption = pool.submit(encrypt)
        try:
            with open(writing, "wb") as sink:
                yield sink
        except BrokenPipeError:
            encryption.result()  # raises why nobody reads any more
            raise
        encryption.result()


@contextmanager
def decrypted(path: Path, identity_file: Path | None) -> Iterator[Path]:
    """Yield the archive in a backup: a temporary file where it is encrypted, else itself.

    Raises:
        BackupError: the identity is missing, is not an identity or another one, or the backup was
            changed or cut.
    """
    try:
        with path.open("rb") as file:
            is_encrypted = file.read(len(AGE_HEADER)) == AGE_HEADER
    except OSError as error:
        raise BackupError(f"{path}: expected a backup ({error}).") from error
    if not is_encrypted:
        yield path
        return
    if identity_file is None:
        raise BackupError(f"{path}: is encrypted; expected the file of its key by --identity.")
    identity = read_identity(identity_file)
    with TemporaryDirectory() as folder:
        archive = Path(folder, path.name)
        try:
            with path.open("rb") as source, archive.open("xb") as target:
                pyrage.decrypt_io(source, target, [identity])
        except pyrage.DecryptError as error:
            raise BackupError(
                f"{path}: the key in {identity_file} does not open it, or it was changed ({error})."
            ) from error
        except OSError as error:
            raise BackupError(f"{path}: was changed or cut ({error}).") from error
        yield archive


def read_identity(path: Path) -> pyrage.x25519.Identity:
    """Return the identity in a file as `age-keygen` writes it.

    Raises:
        BackupError: there is none.
    """
    try:
        lines = path.read_text().split()
        (line,) = [word for word in lines if word.startswith("AGE-SECRET-KEY-")]
        return pyrage.x25519.Identity.from_str(line)
    except (OSError, ValueError, pyrage.IdentityError) as error:
        raise BackupError(f"{path}: expected one line AGE-SECRET-KEY-1….") from error


def sign(content: bytes, private_key: str) -> bytes:
    """Return the signature of a manifest."""
    return signing_key(private_key).sign(content)


def check_signature(content: bytes, signature: bytes | None, public_key: str) -> None:
    """Check that a manifest was signed by the owner of a key.

    Raises:
        BackupError: it was not, or the key is none.
    """
    if signature is None:
        raise BackupError(
            "Expected a signed backup, received one without a signature; --unsigned takes it."
        )
    try:
        key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(public_key))
    except ValueError as error:
        raise BackupError("Expected a public key of 32 bytes as base64 by --signed-by.") from error
    try:
        key.verify(signature, content)
    except InvalidSignature as error:
        raise BackupError(f"{MANIFEST}: was not signed by the key {public_key}.") from error


def signing_key(text: str) -> Ed25519PrivateKey:
    """Return a private key from base64.

    Raises:
        ValueError: it is not 32 bytes as base64.
    """
    return Ed25519PrivateKey.from_private_bytes(urlsafe_b64decode(text))


def public_key_of(private_key: str) -> str:
    """Return the public key of a private one, both as base64."""
    return urlsafe_b64encode(signing_key(private_key).public_key().public_bytes_raw()).decode()
