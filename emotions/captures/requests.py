"""Looking up the capture that a request is about."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.requests import person_of
from emotions.captures import selectors
from emotions.models import Capture


def own_capture(request: HttpRequest, uuid: UUID) -> Capture:
    """Return the signed-in person's capture, or raise `Http404`, also for somebody else's."""
    return get_object_or_404(selectors.history(owner=person_of(request)), uuid=uuid)
