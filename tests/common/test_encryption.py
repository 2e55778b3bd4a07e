"""Secrets in the database are encrypted where there is a key, and keys can be changed."""

import pytest
from pytest_django import Settings

from common.encryption import PREFIX, UndecryptableError, decrypt, encrypt, renew

FIRST, SECOND = "a" * 32, "b" * 40


def test_without_a_key_texts_stay_as_they_are(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = []
    assert encrypt("secret") == decrypt("secret") == renew("secret") == "secret"


def test_with_a_key_they_cannot_be_read_and_older_ones_still_can(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [FIRST]
    stored = encrypt("secret")
    assert stored.startswith(PREFIX)
    assert "secret" not in stored
    assert stored != encrypt("secret")
    assert decrypt(stored) == decrypt("secret") == "secret"


def test_the_newest_key_encrypts_and_each_decrypts(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [FIRST]
    old = encrypt("secret")
    settings.ENCRYPTION_KEYS = [SECOND, FIRST]
    assert decrypt(old) == "secret"
    new = renew(old)
    assert renew(new) == new != old
    settings.ENCRYPTION_KEYS = [SECOND]
    assert decrypt(new) == decrypt(renew("secret")) == "secret"
    with pytest.raises(UndecryptableError, match="ENCRYPTION_KEYS"):
        decrypt(old)


@pytest.mark.parametrize("keys", [[], [SECOND]])
def test_without_its_key_or_changed_a_text_is_refused(keys: list[str], settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [FIRST]
    stored = encrypt("secret")
    changed = stored[:-10] + ("A" if stored[-10] != "A" else "B") + stored[-9:]
    with pytest.raises(UndecryptableError):
        decrypt(changed)
    settings.ENCRYPTION_KEYS = keys
    for refused in (decrypt, renew):
        with pytest.raises(UndecryptableError):
            refused(stored)
