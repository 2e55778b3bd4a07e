"""The person's security log."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.security_log import events_of
from emotions.api.base import PersonalView, person_of
from emotions.api.security_events import schema
from emotions.api.security_events.serializers import SecurityEventSerializer

MOST = 200


class SecurityEventsView(PersonalView):
    """What decided who gets into the account."""

    @extend_schema(**schema.EVENTS)
    def get(self, request: Request) -> Response:
        """List the newest events."""
        newest = events_of(person=person_of(request))[:MOST]
        return Response(SecurityEventSerializer(newest, many=True).data)
