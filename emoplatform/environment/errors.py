"""What is said of environment variables that are missing or wrong."""

from django.core.exceptions import ImproperlyConfigured


class SettingError(ImproperlyConfigured):
    """An environment variable is missing or wrong; the message says what was expected."""

    def __init__(self, name: str, *, expected: str, received: str | None) -> None:
        self.name = name
        got = "nothing" if received is None else repr(received)
        super().__init__(f"Environment variable {name}: expected {expected}, received {got}.")


class SettingErrors(ImproperlyConfigured):
    """What is wrong with the whole environment, one line for each variable."""
