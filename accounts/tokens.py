"""The secrets of access tokens: how they are made, recognised and kept."""

import hashlib
import secrets

SCANNER_PREFIX = "emo_"
"""Begins every secret, so that people and secret scanners know one when they see it."""

RANDOM_BYTES = 32
PREFIX_LENGTH = 10


def generate_secret() -> str:
    """Return a secret that nobody can guess: the mark and 43 characters."""
    return SCANNER_PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def display_prefix(secret: str) -> str:
    """Return the beginning of a secret, which may be shown."""
    return secret[:PREFIX_LENGTH]


def hash_secret(secret: str) -> str:
    """Return what is kept of a secret; with so much chance in it a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
