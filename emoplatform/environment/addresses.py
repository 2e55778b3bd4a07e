"""Addresses in environment variables: of hosts, of origins, of people."""

from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import urlsplit

from emoplatform.environment import patterns
from emoplatform.environment.errors import SettingError
from emoplatform.environment.values import Values
from emoplatform.environment.variables import setting

MAX_PORT = 65_535


class Addresses(Values):
    """Where the site is, and who may ask it or be asked about it."""

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

    @setting([])
    def origins(self, name: str) -> list[str]:
        """Return a list of origins of pages that may call the API, empty by default."""
        expected = (
            "origins such as https://app.example.org or capacitor://localhost, separated by commas"
        )
        origins = self.names(name, default=[], expected=expected)
        for origin in origins:
            if not patterns.CALLING_ORIGIN.fullmatch(origin) or not has_server(origin):
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
