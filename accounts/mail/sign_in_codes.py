"""Codes to sign in with, sent by email.

Neither the session that waits for a code nor the letter in the queue holds it: both hold a seed,
from which the code is computed with `SECRET_KEY` when the letter is sent and when somebody answers.
"""

import secrets

from django.conf import settings
from django.utils.crypto import salted_hmac

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # as RFC 8628 advises: no vowels, so no words
LENGTH = 8
SALT = "accounts.sign_in_codes"


def new_seed() -> str:
    """Return a random seed, which differs for each letter."""
    return secrets.token_urlsafe(16)


def code_of(seed: str) -> str:
    """Return the code of a seed, such as `BCDF-GHJK`: one of 25,600 million."""
    digest = salted_hmac(SALT, seed, secret=settings.SECRET_KEY, algorithm="sha256").digest()
    number = int.from_bytes(digest)
    letters = ""
    for _ in range(LENGTH):
        number, index = divmod(number, len(ALPHABET))
        letters += ALPHABET[index]
    return f"{letters[: LENGTH // 2]}-{letters[LENGTH // 2 :]}"
