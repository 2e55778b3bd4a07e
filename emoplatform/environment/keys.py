"""Keys and other secrets in environment variables, which no message repeats."""

from base64 import urlsafe_b64decode

from emoplatform.environment.errors import SettingError
from emoplatform.environment.values import Values
from emoplatform.environment.variables import setting

ED25519_KEY_BYTES = 32


class Keys(Values):
    """Tokens, secrets and keys."""

    @setting(None)
    def token(self, name: str) -> str | None:
        """Return a token that clients send, or None if it is not set."""
        if not self.values.get(name):
            return None
        return self.text(
            name, default=None, expected="a random text of at least 32 characters", minimum=32
        )

    @setting([])
    def secrets(self, name: str) -> list[str]:
        """Return random texts, empty where it is not set; the message contains none of them."""
        expected = "random texts of at least 32 characters, separated by commas"
        secrets = self.names(name, default=[], expected=expected)
        if any(len(secret) < 32 for secret in secrets):  # noqa: PLR2004 - as `expected` says
            shortest = min(map(len, secrets))
            raise SettingError(name, expected=expected, received=f"{shortest} characters")
        return secrets

    @setting(None)
    def vapid_key(self, name: str) -> str | None:
        """Return a VAPID private key, which signs push notifications, or None if it is not set."""
        value = self.values.get(name)
        if not value:
            return None
        # Slow to import, and needed only with push notifications.
        from py_vapid import Vapid02  # noqa: PLC0415

        try:
            Vapid02.from_string(value)
        except (ValueError, TypeError) as error:
            raise SettingError(
                name,
                expected="a private key on P-256 as base64, as docs/deployment.md makes one",
                received=f"{len(value)} characters",
            ) from error
        return value

    @setting([])
    def age_recipients(self, name: str) -> list[str]:
        """Return public keys of age, empty where it is not set."""
        expected = "public keys of age such as age1…, separated by commas"
        recipients = self.names(name, default=[], expected=expected)
        if recipients:
            # Needed only with encrypted backups.
            from pyrage import RecipientError, x25519  # noqa: PLC0415

            for recipient in recipients:
                try:
                    x25519.Recipient.from_str(recipient)
                except RecipientError as error:
                    received = f"{len(recipient)} characters"  # perhaps the secret key
                    raise SettingError(name, expected=expected, received=received) from error
        return recipients

    @setting(None)
    def ed25519_key(self, name: str) -> str | None:
        """Return a private key that signs backups, as base64, or None if it is not set."""
        value = self.values.get(name)
        if not value:
            return None
        try:
            if len(urlsafe_b64decode(value)) != ED25519_KEY_BYTES:
                raise ValueError(name)
        except ValueError as error:
            expected = "32 bytes as base64, as manage.py make_backup_keys makes them"
            received = f"{len(value)} characters"
            raise SettingError(name, expected=expected, received=received) from error
        return value
