"""Gunicorn's access log, without the secrets in URLs."""

from typing import Any

from gunicorn.glogging import Logger

from emoplatform.log_formatting import redact_path


class RedactingLogger(Logger):
    """Gunicorn's logger, with secrets masked in `%(U)s`."""

    def atoms(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(*args, **kwargs)
        return atoms | {"U": redact_path(str(atoms.get("U", "")))}
