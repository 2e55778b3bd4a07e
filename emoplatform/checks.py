"""What `manage.py check --deploy` says about how the site is served."""

from typing import Any

from django.core.checks import CheckMessage, Info

MUST_BE_IN_FRONT = (
    "gunicorn must not face the internet: nginx with the rules of deploy/nginx has to stand in "
    "front (docs/deployment.md)."
)


def proxy_in_front(**_: Any) -> list[CheckMessage]:
    """Remind of the proxy, which no process of the site can see."""
    return [Info(MUST_BE_IN_FRONT, id="emoplatform.I001")]
