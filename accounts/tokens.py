"""The secrets of access tokens: how they are made, recognised and kept."""

import hashlib
import secrets

MARK = "emo_"
"""Begins every secret, so that people and secret scanners know one when they see it."""

RANDOM_BYTES = 32
PREFIX_LENGTH = 10


def new_secret() -> str:
    """Return a secret that nobody can guess: the mark and 43 characters."""
    return MARK + secrets.token_urlsafe(RANDOM_BYTES)


def prefix_of(secret: str) -> str:
    """Return the beginning of a secret, which may be shown."""
    return secret[:PREFIX_LENGTH]


def digest_of(secret: str) -> str:
    """Return what is kept of a secret; with so much chance in it a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
