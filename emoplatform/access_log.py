"""What gunicorn writes down of a request: never the secret that an address carries."""

from typing import Any

from gunicorn.glogging import Logger

from emoplatform.log_formatting import redact_path


class RedactingLogger(Logger):
    """Gunicorn's own logger, whose `%(U)s` keeps keys to itself."""

    def atoms(self, *request: Any, **told: Any) -> dict[str, Any]:
        """Return what the format of the access log may name."""
        atoms: dict[str, Any] = super().atoms(*request, **told)
        return atoms | {"U": redact_path(str(atoms.get("U", "")))}
