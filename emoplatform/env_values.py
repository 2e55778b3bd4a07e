"""Read values of environment variables, and say what was expected where one is wrong."""

from collections.abc import Callable, Mapping
from copy import copy
from email.utils import parseaddr
from functools import wraps
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

from emoplatform import setting_patterns as patterns

Method = TypeVar("Method", bound=Callable[..., Any])

MAX_PORT = 65_535
YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}

BYTES = {"MB": 2**20, "GB": 2**30, "TB": 2**40}
SECONDS = {"s": 1, "m": 60, "h": 3600}


class SettingError(ImproperlyConfigured):
    """An environment variable is missing or wrong; the message says what was expected."""

    def __init__(self, name: str, *, expected: str, received: str | None) -> None:
        self.name = name
        got = "nothing" if received is None else repr(received)
        super().__init__(f"Environment variable {name}: expected {expected}, received {got}.")


class SettingErrors(ImproperlyConfigured):
    """What is wrong with the whole environment, one line for each variable."""


def setting(stand_in: Any) -> Callable[[Method], Method]:
    """Let a method of `EnvironmentValues` report what it refuses, and go on with a stand-in."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def read(values: "EnvironmentValues", name: str, **options: Any) -> Any:
            try:
                return method(values, name, **options)
            except SettingError as error:
                values.report(error)
                return copy(stand_in)

        return cast(Method, read)

    return decorate


class EnvironmentValues:
    """Typed access to environment variables; every method reports a bad value."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def report(self, error: SettingError) -> None:
        """Refuse a value.

        Raises:
            SettingError: always.
        """
        raise error

    @setting(stand_in=True)
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

    @setting("")
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
    def dsn(self, name: str) -> str | None:
        """Return the DSN of a Sentry project, or None if it is not set."""
        value = self.values.get(name)
        if value and not patterns.DSN.fullmatch(value):
            raise SettingError(name, expected="https://KEY@HOST/PROJECT", received="another form")
        return value or None

    @setting([])
    def names(self, name: str, *, default: list[str] | None, expected: str) -> list[str]:
        """Return a comma-separated list; required if `default` is None."""
        return self.split(name, default=default, expected=expected)

    def split(self, name: str, *, default: list[str] | None, expected: str) -> list[str]:
        """Return a comma-separated list.

        Raises:
            SettingError: it is empty, and `default` is None.
        """
        value = self.values.get(name)
        names = [part.strip() for part in (value or "").split(",") if part.strip()]
        if names:
            return names
        if default is None:
            raise SettingError(name, expected=expected, received=value)
        return default

    @setting(["localhost"])
    def hosts(self, name: str, *, default: list[str] | None) -> list[str]:
        """Return host names, each of which may begin with a dot for those below it."""
        expected = (
            "host names without scheme, port or *, separated by commas, such as mood.example.org "
            "or [::1]"
        )
        hosts = self.split(name, default=default, expected=expected)
        for host in hosts:
            if not patterns.ALLOWED_HOST.fullmatch(host) or not is_host(host):
                raise SettingError(name, expected=expected, received=host)
        return hosts

    @setting("")
    def choice(self, name: str, *, default: str, choices: tuple[str, ...]) -> str:
        """Return one of a few words."""
        value = self.values.get(name) or default
        if value not in choices:
            raise SettingError(name, expected=f"one of {', '.join(choices)}", received=value)
        return value

    @setting("UTC")
    def time_zone(self, name: str, *, default: str) -> str:
        """Return the name of an IANA time zone."""
        value = self.values.get(name, default)
        if value not in available_timezones():
            raise SettingError(
                name, expected="an IANA time zone such as Europe/Berlin", received=value
            )
        return value

    @setting(Path())
    def folder(self, name: str, *, default: Path) -> Path:
        """Return the absolute path of a folder."""
        value = self.values.get(name)
        if value is None:
            return default
        path = Path(value)
        if not path.is_absolute():
            raise SettingError(name, expected="an absolute folder path", received=value)
        return path

    @setting(None)
    def existing(self, name: str) -> Path | None:
        """Return the path of an existing file or folder, or None if it is not set."""
        value = self.values.get(name)
        if not value:
            return None
        if not Path(value).exists():
            raise SettingError(name, expected="a file or folder that exists", received=value)
        return Path(value)

    @setting((1, 1))
    def limit(self, name: str, *, default: str) -> tuple[int, int]:
        """Return a rate such as `600/m` as a count and a number of seconds."""
        value = self.values.get(name, default)
        limit = patterns.LIMIT.fullmatch(value)
        if limit is None:
            raise SettingError(name, expected="a number a s, m or h, such as 600/m", received=value)
        return int(limit["count"]), SECONDS[limit["unit"]]

    @setting(1)
    def count(self, name: str, *, default: int) -> int:
        """Return a whole number from 1 to a thousand million."""
        value = self.values.get(name, str(default))
        if not patterns.COUNT.fullmatch(value):
            raise SettingError(name, expected="a whole number above 0", received=value)
        return int(value)

    @setting(1)
    def size(self, name: str, *, default: str) -> int:
        """Return a size such as `500 MB` or `2 GB` in bytes."""
        value = self.values.get(name, default)
        size = patterns.SIZE.fullmatch(value)
        if size is None:
            raise SettingError(name, expected="a size such as 500 MB, 2 GB or 1 TB", received=value)
        return int(size["count"]) * BYTES[size["unit"]]

    @setting([])
    def origins(self, name: str) -> list[str]:
        """Return a list of origins, empty by default."""
        expected = "origins such as https://app.example.org, separated by commas"
        origins = self.names(name, default=[], expected=expected)
        for origin in origins:
            if not patterns.ORIGIN.fullmatch(origin) or not has_server(origin):
                raise SettingError(name, expected=expected, received=origin)
        return origins

    @setting("https://localhost")
    def origin(self, name: str, *, default: str) -> str:
        """Return an origin such as `https://mood.example.org`."""
        value = self.values.get(name) or default
        if not patterns.ORIGIN.fullmatch(value) or not has_server(value):
            raise SettingError(
                name,
                expected="an origin such as https://mood.example.org or https://[::1]:8443",
                received=value,
            )
        return value

    @setting("nobody@localhost")
    def address(self, name: str, *, default: str) -> str:
        """Return an e-mail address, perhaps with a name, as in `Mood <mood@example.org>`."""
        value = self.values.get(name) or default
        if not patterns.ADDRESS.fullmatch(parseaddr(value)[1]):
            raise SettingError(
                name,
                expected="an e-mail address such as mood@example.org or Mood <mood@example.org>",
                received=value,
            )
        return value

    @setting(0)
    def port(self, name: str, *, default: int) -> int:
        """Return the number of a port."""
        value = self.values.get(name, str(default))
        if not patterns.COUNT.fullmatch(value) or int(value) > MAX_PORT:
            raise SettingError(name, expected=f"a port from 1 to {MAX_PORT}", received=value)
        return int(value)

    @setting(None)
    def refuse_prefix(self, name: str) -> None:
        """Refuse to run below a path: addresses in scripts begin at the root of the host."""
        if value := self.values.get(name, "").strip("/"):
            expected = "nothing, because the site has a host of its own and runs at its root"
            raise SettingError(name, expected=expected, received=f"/{value}")

    @setting("mailto:nobody@localhost")
    def contact(self, name: str, *, default: str) -> str:
        """Return a `mailto:` or `https://` URL at which others can reach the operator."""
        value = self.values.get(name) or default
        if not patterns.CONTACT.fullmatch(value):
            raise SettingError(name, expected="mailto:ADDRESS or https://HOST", received=value)
        return value


def is_host(host: str) -> bool:
    """Return whether what stands in brackets, if anything does, is an IPv6 address."""
    if not host.startswith("["):
        return True
    try:
        return ip_address(host.strip("[]")).version == 6  # noqa: PLR2004 - IPv6
    except ValueError:
        return False


def has_server(url: str) -> bool:
    """Return whether a URL names a host and, if it names a port, one that there is."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port above 65535, or no IPv6 address in brackets
        return False
