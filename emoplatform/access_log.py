"""What gunicorn writes down of a request: never the secret that an address carries."""

import re
from typing import Any

from gunicorn.glogging import Logger

SECRET_PLACES = re.compile(
    r"^(/accounts/password/reset/key/|/accounts/confirm-email/|/reminders/stop/)[^/]+"
)


def masked(path: str) -> str:
    """Return a path without the key of a link that we have sent somebody."""
    return SECRET_PLACES.sub(r"\1…", path)


class DiscreetLogger(Logger):
    """Gunicorn's own logger, whose `%(U)s` keeps keys to itself."""

    def atoms(self, *request: Any, **told: Any) -> dict[str, Any]:
        """Return what the format of the access log may name."""
        atoms: dict[str, Any] = super().atoms(*request, **told)
        return atoms | {"U": masked(str(atoms.get("U", "")))}
