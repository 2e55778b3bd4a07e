"""Values of environment variables that stand by themselves: words, numbers, paths."""

from pathlib import Path
from zoneinfo import available_timezones

from emoplatform.environment import patterns
from emoplatform.environment.errors import SettingError
from emoplatform.environment.variables import Variables, setting

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}

BYTES = {"MB": 2**20, "GB": 2**30, "TB": 2**40}
SECONDS = {"s": 1, "m": 60, "h": 3600}


class Values(Variables):
    """Flags, texts, numbers, sizes, rates and paths."""

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
