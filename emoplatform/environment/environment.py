"""The whole environment of the site."""

from collections.abc import Mapping

from emoplatform.environment.addresses import Addresses
from emoplatform.environment.errors import SettingError, SettingErrors
from emoplatform.environment.keys import Keys
from emoplatform.environment.servers import Servers


class Environment(Addresses, Keys, Servers):
    """Reads variables; every method raises `SettingError` on bad values."""


class CollectingEnvironment(Environment):
    """An environment whose faults are all told at once, by `check`."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.faults: dict[str, SettingError] = {}

    def report(self, error: SettingError) -> None:
        """Keep what is wrong with a variable; what follows from it is not told."""
        self.faults.setdefault(error.name, error)

    def check(self) -> None:
        """Refuse the environment if anything in it is wrong.

        Raises:
            SettingErrors: it says what was expected of each variable, in a line each.
        """
        if self.faults:
            raise SettingErrors("\n".join(map(str, self.faults.values())))
