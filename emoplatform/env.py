"""Read settings from environment variables, and fail at startup where one is missing or wrong."""

import re
import warnings
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured
from environ import Env as UrlParser

ED25519_KEY_BYTES = 32
YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}

BUCKET = re.compile(
    r"s3(?P<plain>\+http)?://(?P<key>[^:@/]+):(?P<secret>[^:@/]+)@(?P<host>[\w.-]+(:\d+)?)"
    r"/(?P<bucket>[\w.-]+)\?region=(?P<region>[\w-]+)"
)


REDIS = re.compile(r"rediss?://([^@/]*@)?[\w.-]+(:\d+)?(/\d+)?")
ORIGIN = re.compile(r"https?://[\w.-]+(:\d+)?")
CONTACT = re.compile(r"mailto:[^@\s]+@[\w.-]+|https://[\w.-]+")
DSN = re.compile(r"https?://\w+@[\w.-]+(:\d+)?(/[\w/]+)?/\d+")
LIMIT = re.compile(r"(?P<count>[1-9]\d{0,8})/(?P<unit>[smh])")
COUNT = re.compile(r"[1-9]\d{0,8}")
SIZE = re.compile(r"(?P<count>[1-9]\d{0,8}) ?(?P<unit>[MGT]B)")
BYTES = {"MB": 2**20, "GB": 2**30, "TB": 2**40}
SECONDS = {"s": 1, "m": 60, "h": 3600}


class SettingError(ImproperlyConfigured):
    """An environment variable is missing or wrong; the message says what was expected."""

    def __init__(self, name: str, *, expected: str, received: str | None) -> None:
        got = "nothing" if received is None else repr(received)
        super().__init__(f"Environment variable {name}: expected {expected}, received {got}.")


class Environment:
    """Typed access to environment variables; every method raises `SettingError` on bad values."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean such as `1`, `true` or `off`."""
        value = self.values.get(name)
        if value is None:
            return default
        if value.strip().lower() in YES:
            return True
        if value.strip().lower() in NO:
            return False
        raise SettingError(
            name, expected="one of 1, true, yes, on, 0, false, no, off", received=value
        )

    def text(self, name: str, *, default: str | None, expected: str, minimum: int = 1) -> str:
        """Return a text of at least `minimum` characters; required if `default` is None."""
        value = self.values.get(name, default)
        if value is None or len(value) < minimum:
            # The value may be a secret, so the message contains only its length.
            received = self.values.get(name)
            raise SettingError(
                name, expected=expected, received=received and f"{len(received)} characters"
            )
        return value

    def token(self, name: str) -> str | None:
        """Return a token that clients send, or None if it is not set."""
        if not self.values.get(name):
            return None
        return self.text(
            name, default=None, expected="a random text of at least 32 characters", minimum=32
        )

    def secrets(self, name: str) -> list[str]:
        """Return random texts, empty where it is not set; the message contains none of them."""
        expected = "random texts of at least 32 characters, separated by commas"
        secrets = self.names(name, default=[], expected=expected)
        if any(len(secret) < 32 for secret in secrets):  # noqa: PLR2004 - as `expected` says
            shortest = min(map(len, secrets))
            raise SettingError(name, expected=expected, received=f"{shortest} characters")
        return secrets

    def dsn(self, name: str) -> str | None:
        """Return the DSN of a Sentry project, or None if it is not set."""
        value = self.values.get(name)
        if value and not DSN.fullmatch(value):
            raise SettingError(name, expected="https://KEY@HOST/PROJECT", received="another form")
        return value or None

    def names(self, name: str, *, default: list[str] | None, expected: str) -> list[str]:
        """Return a comma-separated list; required if `default` is None."""
        value = self.values.get(name)
        names = [part.strip() for part in (value or "").split(",") if part.strip()]
        if names:
            return names
        if default is None:
            raise SettingError(name, expected=expected, received=value)
        return default

    def choice(self, name: str, *, default: str, choices: tuple[str, ...]) -> str:
        """Return one of a few words."""
        value = self.values.get(name) or default
        if value not in choices:
            raise SettingError(name, expected=f"one of {', '.join(choices)}", received=value)
        return value

    def time_zone(self, name: str, *, default: str) -> str:
        """Return the name of an IANA time zone."""
        value = self.values.get(name, default)
        if value not in available_timezones():
            raise SettingError(
                name, expected="an IANA time zone such as Europe/Berlin", received=value
            )
        return value

    def folder(self, name: str, *, default: Path) -> Path:
        """Return the absolute path of a folder."""
        value = self.values.get(name)
        if value is None:
            return default
        path = Path(value)
        if not path.is_absolute():
            raise SettingError(name, expected="an absolute folder path", received=value)
        return path

    def existing(self, name: str) -> Path | None:
        """Return the path of an existing file or folder, or None if it is not set."""
        value = self.values.get(name)
        if not value:
            return None
        if not Path(value).exists():
            raise SettingError(name, expected="a file or folder that exists", received=value)
        return Path(value)

    def database(self, name: str, *, default: str | None) -> dict[str, Any]:
        """Return Django's settings for a `postgres://` or `sqlite:///` URL."""
        expected = "postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:///PATH"
        value = self.values.get(name, default)
        if not value:
            raise SettingError(name, expected=expected, received=value)
        try:
            with warnings.catch_warnings(action="ignore"):
                config: dict[str, Any] = UrlParser.db_url_config(value)
        except (ValueError, ImproperlyConfigured):
            config = {}
        engine = config.get("ENGINE", "").rpartition(".")[2]
        if engine not in {"postgresql", "sqlite3"} or config.get("NAME") in {None, "", ":memory:"}:
            # The URL may contain a password, so the message contains only its scheme.
            raise SettingError(name, expected=expected, received=f"{value.partition(':')[0]}:…")
        return config

    def bucket(self, name: str, *, required: bool) -> dict[str, Any] | None:
        """Return Django's settings for an `s3://` bucket (`s3+http://` without TLS).

        None if it is neither set nor required.
        """
        expected = "s3://KEY:SECRET@HOST/BUCKET?region=REGION"
        value = self.values.get(name)
        if not value and not required:
            return None
        if not value:
            disk = "MEDIA_IS_PERSISTENT=1 where the disk of MEDIA_ROOT is never wiped"
            raise SettingError(name, expected=f"{expected}, or {disk}", received=value)
        url = BUCKET.fullmatch(value)
        if url is None:
            raise SettingError(name, expected=expected, received=f"{value.partition(':')[0]}:…")
        # Slow to import, and needed only with a bucket.
        from botocore.config import Config  # noqa: PLC0415

        return {
            "BACKEND": "emotions.pictures.bucket_storage.BucketStorage",
            "OPTIONS": {
                "access_key": unquote(url["key"]),
                "secret_key": unquote(url["secret"]),
                "bucket_name": url["bucket"],
                "endpoint_url": f"http{'' if url['plain'] else 's'}://{url['host']}",
                "region_name": url["region"],
                "file_overwrite": False,
                # Fail well before the proxy times out.
                "client_config": Config(
                    signature_version="s3v4",
                    s3={"addressing_style": "path"},
                    connect_timeout=2,
                    read_timeout=4,
                    retries={"total_max_attempts": 2},
                ),
            },
        }

    def caches(self, name: str) -> dict[str, dict[str, Any]]:
        """Return Django's settings for a `redis://` cache, or for the caches used without one.

        `default` limits sign-in attempts and so has to be shared by all processes: without Redis it
        is a table in the database. `counters` throttles the API, whose every request would write to
        that table: without Redis each process counts on its own.
        """
        value = self.values.get(name)
        if not value:
            # With Django's default of 300, a few hundred addresses would evict all counters.
            options = {"MAX_ENTRIES": 10_000}
            django = "django.core.cache.backends"
            return {
                "default": {
                    "BACKEND": f"{django}.db.DatabaseCache",
                    "LOCATION": "shared_cache",
                    "OPTIONS": options,
                },
                "counters": {"BACKEND": f"{django}.locmem.LocMemCache", "OPTIONS": options},
            }
        if not REDIS.fullmatch(value):
            raise SettingError(
                name,
                expected="redis://:PASSWORD@HOST:PORT/NUMBER, or rediss:// with TLS",
                received=f"{value.partition(':')[0]}:…",
            )
        redis = {
            "BACKEND": "emoplatform.redis_cache.FaultTolerantRedisCache",
            "LOCATION": value,
            # Waiting for a dead cache must not cost more than it saves.
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
        return {"default": redis, "counters": redis}

    def limit(self, name: str, *, default: str) -> tuple[int, int]:
        """Return a rate such as `600/m` as a count and a number of seconds."""
        value = self.values.get(name, default)
        limit = LIMIT.fullmatch(value)
        if limit is None:
            raise SettingError(name, expected="a number a s, m or h, such as 600/m", received=value)
        return int(limit["count"]), SECONDS[limit["unit"]]

    def count(self, name: str, *, default: int) -> int:
        """Return a whole number from 1 to a thousand million."""
        value = self.values.get(name, str(default))
        if not COUNT.fullmatch(value):
            raise SettingError(name, expected="a whole number above 0", received=value)
        return int(value)

    def size(self, name: str, *, default: str) -> int:
        """Return a size such as `500 MB` or `2 GB` in bytes."""
        value = self.values.get(name, default)
        size = SIZE.fullmatch(value)
        if size is None:
            raise SettingError(name, expected="a size such as 500 MB, 2 GB or 1 TB", received=value)
        return int(size["count"]) * BYTES[size["unit"]]

    def origins(self, name: str) -> list[str]:
        """Return a list of origins, empty by default."""
        expected = "origins such as https://app.example.org, separated by commas"
        origins = self.names(name, default=[], expected=expected)
        for origin in origins:
            if not ORIGIN.fullmatch(origin):
                raise SettingError(name, expected=expected, received=origin)
        return origins

    def origin(self, name: str, *, default: str) -> str:
        """Return an origin such as `https://mood.example.org`."""
        value = self.values.get(name) or default
        if not ORIGIN.fullmatch(value):
            raise SettingError(
                name, expected="an origin such as https://mood.example.org", received=value
            )
        return value

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

    def contact(self, name: str, *, default: str) -> str:
        """Return a `mailto:` or `https://` URL at which others can reach the operator."""
        value = self.values.get(name) or default
        if not CONTACT.fullmatch(value):
            raise SettingError(name, expected="mailto:ADDRESS or https://HOST", received=value)
        return value

    def mail(self, name: str, *, default: str | None) -> dict[str, Any]:
        """Return Django's e-mail settings for a URL such as `smtp+tls://`."""
        expected = "smtp+tls://USER:PASSWORD@HOST:PORT (or smtp://, smtp+ssl://, consolemail://)"
        value = self.values.get(name, default)
        if not value:
            raise SettingError(name, expected=expected, received=value)
        try:
            config: dict[str, Any] = UrlParser.email_url_config(value)
        except (ValueError, ImproperlyConfigured) as error:
            scheme = f"{value.partition(':')[0]}:…"
            raise SettingError(name, expected=expected, received=scheme) from error
        return {key: setting for key, setting in config.items() if setting is not None}
