"""Access to environment variables that are refused, or reported, where they are wrong."""

from collections.abc import Callable, Mapping
from copy import copy
from functools import wraps
from typing import Any, TypeVar, cast

from emoplatform.environment.errors import SettingError

Method = TypeVar("Method", bound=Callable[..., Any])


def setting(stand_in: Any) -> Callable[[Method], Method]:
    """Let a method of `Variables` report what it refuses, and go on with a stand-in."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def read(values: "Variables", name: str, **options: Any) -> Any:
            try:
                return method(values, name, **options)
            except SettingError as error:
                values.report(error)
                return copy(stand_in)

        return cast(Method, read)

    return decorate


class Variables:
    """Environment variables; every method of its subclasses reports a bad value."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def report(self, error: SettingError) -> None:
        """Refuse a value.

        Raises:
            SettingError: always.
        """
        raise error
