"""Servers that the site uses, as environment variables name them by URLs."""

import os
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.core.exceptions import ImproperlyConfigured
from environ import Env as UrlParser

from emoplatform.environment import patterns
from emoplatform.environment.addresses import has_server
from emoplatform.environment.errors import SettingError
from emoplatform.environment.variables import Variables, setting


class Servers(Variables):
    """Databases, buckets, caches, mail servers and Sentry, as Django or their clients want them."""

    @setting({"ENGINE": ""})
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
        if "#" in value:
            expected += ", special characters percent-encoded (%23 for #)"
            config = {}
        engine = config.get("ENGINE", "").rpartition(".")[2]
        if engine not in {"postgresql", "sqlite3"} or config.get("NAME") in {None, "", ":memory:"}:
            # The URL may contain a password, so the message contains only its scheme.
            raise SettingError(name, expected=expected, received=f"{value.partition(':')[0]}:…")
        if engine == "sqlite3":
            check_folder(name, Path(config["NAME"]).parent)
        return config

    @setting(None)
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
        url = patterns.BUCKET.fullmatch(value)
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
                "max_memory_size": 8 * 2**20,  # beyond it, downloads wait on the disk
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

    @setting({})
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
        if not patterns.REDIS.fullmatch(value) or not has_server(value):
            raise SettingError(
                name,
                expected="redis://:PASSWORD@HOST:PORT/NUMBER, or rediss:// with TLS, special "
                "characters percent-encoded (%23 for #)",
                received=f"{value.partition(':')[0]}:…",
            )
        redis = {
            "BACKEND": "emoplatform.redis_cache.FaultTolerantRedisCache",
            "LOCATION": value,
            # Waiting for a dead cache must not cost more than it saves.
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
        return {"default": redis, "counters": redis}

    @setting({})
    def mail(self, name: str, *, default: str | None) -> dict[str, Any]:
        """Return Django's e-mail settings for a URL such as `smtp+tls://`."""
        expected = (
            "smtp+tls://USER:PASSWORD@HOST:PORT (or smtp://, smtp+ssl://, consolemail://), special "
            "characters percent-encoded (%23 for #)"
        )
        value = self.values.get(name, default)
        if not value:
            raise SettingError(name, expected=expected, received=value)
        scheme = value.partition(":")[0]
        try:
            config: dict[str, Any] = UrlParser.email_url_config(value)
            if scheme.startswith("smtp") and not (
                patterns.MAIL_SERVER.fullmatch(value) and has_server(value)
            ):
                raise ValueError(scheme)
        except (ValueError, ImproperlyConfigured) as error:
            raise SettingError(name, expected=expected, received=f"{scheme}:…") from error
        return {key: setting for key, setting in config.items() if setting is not None}

    @setting(None)
    def dsn(self, name: str) -> str | None:
        """Return the DSN of a Sentry project, or None if it is not set."""
        value = self.values.get(name)
        if value and not patterns.DSN.fullmatch(value):
            raise SettingError(name, expected="https://KEY@HOST/PROJECT", received="another form")
        return value or None


def check_folder(name: str, folder: Path) -> None:
    """Refuse the path of a database in a folder that is not there or cannot be written.

    Raises:
        SettingError: it names the folder.
    """
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        expected = f"a path in a folder that exists and can be written; {folder} is none"
        raise SettingError(name, expected=expected, received="sqlite:…")
