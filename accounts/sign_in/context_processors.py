"""What pages know about signing up."""

from django.conf import settings
from django.http import HttpRequest


def sign_up(request: HttpRequest) -> dict[str, str]:
    """Return who may sign up: `open`, `invitation` or `closed`."""
    return {"sign_up_mode": settings.SIGN_UP}
