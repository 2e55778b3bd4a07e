"""Encrypting texts in the database with keys from the environment (Fernet: AES-CBC and HMAC).

Texts from before there was a key are read as they are.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX = "enc:"
"""Begins encrypted texts; none of the plain ones has a colon."""

KEY_BYTES = 32
PURPOSE = b"emoplatform: texts in the database"


class UndecryptableError(Exception):
    """None of the keys opens a text: its key is missing from `ENCRYPTION_KEYS`."""

    def __init__(self) -> None:
        super().__init__("Expected the key of an encrypted text in ENCRYPTION_KEYS, found none.")


def derive_key(secret: str, purpose: bytes) -> bytes:
    """Return a key of 32 bytes for one purpose from a random text (HKDF, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(secret.encode())


@lru_cache
def fernet(secret: str) -> Fernet:
    return Fernet(urlsafe_b64encode(derive_key(secret, PURPOSE)))


def encrypt(text: str) -> str:
    """Return a text as it is stored: encrypted with the newest key, or plain without keys."""
    if not settings.ENCRYPTION_KEYS:
        return text
    return PREFIX + fernet(settings.ENCRYPTION_KEYS[0]).encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """Return the text that was stored.

    Raises:
        UndecryptableError: its key is not among those in the environment.
    """
    if not stored.startswith(PREFIX):
        return stored
    if not settings.ENCRYPTION_KEYS:
        raise UndecryptableError
    keys = MultiFernet([fernet(secret) for secret in settings.ENCRYPTION_KEYS])
    try:
        return keys.decrypt(stored.removeprefix(PREFIX)).decode()
    except InvalidToken as error:
        raise UndecryptableError from error


def renew(stored: str) -> str:
    """Return a text encrypted with the newest key; the same where it is already.

    Raises:
        UndecryptableError: its key is not among those in the environment.
    """
    if stored.startswith(PREFIX) and settings.ENCRYPTION_KEYS:
        try:
            fernet(settings.ENCRYPTION_KEYS[0]).decrypt(stored.removeprefix(PREFIX))
        except InvalidToken:
            return encrypt(decrypt(stored))
        return stored
    return encrypt(decrypt(stored))
