"""What several pages need."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import User
from emotions import selectors
from emotions.models import Capture


def person_of(request: HttpRequest) -> User:
    """Return the signed-in person of a request behind `login_required`."""
    assert isinstance(request.user, User)  # noqa: S101 - narrows the type
    return request.user


def own_capture(request: HttpRequest, uuid: UUID) -> Capture:
    """Return the signed-in person's capture; somebody else's answers 404 like one that is not."""
    return get_object_or_404(selectors.history(owner=person_of(request)), uuid=uuid)
