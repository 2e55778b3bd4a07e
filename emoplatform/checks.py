"""What `manage.py check --deploy` says about how the site is served."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info

MUST_BE_IN_FRONT = (
    "gunicorn must not face the internet: nginx with the rules of deploy/nginx has to stand in "
    "front (docs/deployment.md)."
)


MUST_HAVE_KEYS = (
    "ENCRYPTION_KEYS is not set: who has the database, or a copy of it, reads second factors and "
    "keys of notifications (docs/deployment.md)."
)


def proxy_in_front(**_: Any) -> list[CheckMessage]:
    """Remind of the proxy, which no process of the site can see."""
    return [Info(MUST_BE_IN_FRONT, id="emoplatform.I001")]


def encryption_keys(**_: Any) -> list[CheckMessage]:
    """Say that secrets are stored as they are."""
    return [] if settings.ENCRYPTION_KEYS else [Info(MUST_HAVE_KEYS, id="emoplatform.I003")]
