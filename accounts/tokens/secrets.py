"""Secrets of access tokens."""

import hashlib
import secrets

SCANNER_PREFIX = "emo_"
"""Begins every secret, so that people and secret scanners recognise it."""

RANDOM_BYTES = 32
PREFIX_LENGTH = 10


def generate_secret() -> str:
    """Return a new secret: the prefix and 43 random characters."""
    return SCANNER_PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def display_prefix(secret: str) -> str:
    """Return the beginning of a secret, which tells tokens apart and may be shown."""
    return secret[:PREFIX_LENGTH]


def hash_secret(secret: str) -> str:
    """Return the digest that is stored; with 256 random bits, a plain hash is sufficient."""
    return hashlib.sha256(secret.encode()).hexdigest()
