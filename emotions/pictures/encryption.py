"""Encrypting stored pictures with keys from the environment (AES-256-GCM).

The name of a file is authenticated with its content, so that nobody can show one picture in the
place of another. Pictures from before there was a key are read as they are.
"""

import os
from abc import abstractmethod
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage

from common.encryption import derive_key
from emotions.pictures.storage import FOLDERS

HEADER = b"EMOPIC\x001"
"""Begins encrypted pictures; no JPEG begins so."""

NONCE_BYTES = 12
PURPOSE = b"emoplatform: stored pictures"


class PictureKeyError(OSError):
    """No key opens a picture: its key is missing from `PICTURE_KEYS`, or it was changed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: no key of PICTURE_KEYS opens it, or it was changed")


@lru_cache
def cipher(secret: str) -> AESGCM:
    return AESGCM(derive_key(secret, PURPOSE))


def encrypt(name: str, content: bytes) -> bytes:
    """Return a picture as it is stored under a name: with the newest key, or plain without keys."""
    if not settings.PICTURE_KEYS:
        return content
    nonce = os.urandom(NONCE_BYTES)
    sealed = cipher(settings.PICTURE_KEYS[0]).encrypt(nonce, content, name.encode())
    return HEADER + nonce + sealed


def decrypt(name: str, stored: bytes, *, keys: list[str] | None = None) -> bytes:
    """Return the picture that was stored under a name.

    Args:
        keys: those to try; all of the settings where None.

    Raises:
        PictureKeyError: none of the keys opens it.
    """
    if not stored.startswith(HEADER):
        return stored
    sealed = stored.removeprefix(HEADER)
    for secret in settings.PICTURE_KEYS if keys is None else keys:
        try:
            return cipher(secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):  # of another key, or too short
            continue
    raise PictureKeyError(name)


def is_current(name: str, stored: bytes) -> bool:
    """Tell whether a picture is encrypted with the newest key."""
    try:
        return decrypt(name, stored, keys=settings.PICTURE_KEYS[:1]) is not stored
    except PictureKeyError:
        return False


class EncryptedPicturesMixin(Storage):
    """A storage that encrypts what is in the folders of pictures, and nothing else."""

    def _save(self, name: str, content: "File[Any]") -> str:
        if is_picture(name):
            content = ContentFile(encrypt(name, content.read()))
        saved: str = super()._save(name, content)  # type: ignore[misc]
        return saved

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        file: File[Any] = super()._open(name, mode)  # type: ignore[misc]
        if mode != "rb" or not is_picture(name):
            return file
        with file:
            return ContentFile(decrypt(name, file.read()), name=name)

    @abstractmethod
    def overwrite(self, name: str, content: bytes) -> None:
        """Let a file have another content, as it is stored, at once or not at all."""

    def renew(self, name: str) -> bool:
        """Encrypt a picture with the newest key; return whether it was not.

        Raises:
            FileNotFoundError: it is gone.
            PictureKeyError: its key is missing.
        """
        with super()._open(name, "rb") as file:  # type: ignore[misc]
            stored = file.read()
        if is_current(name, stored):
            return False
        self.overwrite(name, encrypt(name, decrypt(name, stored)))
        return True


def is_picture(name: str) -> bool:
    return PurePath(name).parts[0] in FOLDERS.values()
