"""The REST API: the same services and selectors as the pages, as JSON."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from emotions import pictures, selectors, services
from emotions.api.serializers import (
    CaptureSerializer,
    NewCaptureSerializer,
    TodayQuerySerializer,
)
from emotions.models import Capture, CaptureQuerySet
from emotions.zones import today_in
from ml.emotions import EMOTIONS
from ml.images import MAX_BYTES


def person_of(request: Request) -> User:
    """Return the signed-in person."""
    assert isinstance(request.user, User)  # noqa: S101 - permissions let nobody else in
    return request.user


class CaptureViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Capture],
):
    """The signed-in person's captures; anybody else's answer 404."""

    serializer_class = CaptureSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> CaptureQuerySet:
        """Return the person's own captures only."""
        return selectors.history(owner=person_of(self.request))

    def create(self, request: Request) -> Response:
        """Read a photo and record what its faces express."""
        sent = NewCaptureSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        person = person_of(request)
        capture = services.record_capture(
            owner=person,
            photo=values["photo"].read(MAX_BYTES + 1),
            source=Capture.Source.API,
            time_zone=values.get("time_zone", person.time_zone),
            uuid=values.get("uuid"),
            taken_at=values.get("taken_at"),
            keep_without_face=values["keep_without_face"],
        )
        found = selectors.capture_of(owner=person, uuid=capture.uuid)
        return Response(self.get_serializer(found).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, **_: Any) -> Response:
        """Delete a capture with its photo and numbers."""
        services.delete_capture(capture=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True)
    def photo(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """Send the photo."""
        return pictures.respond(request._request, self.get_object().photo)

    @action(detail=True)
    def thumbnail(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """Send the thumbnail."""
        return pictures.respond(request._request, self.get_object().thumbnail)


class TodayView(APIView):
    """Answer "what is the mood of today" and "what is the sentiment"."""

    def get(self, request: Request) -> Response:
        """Return today's mood in the zone that the client names, else the profile's."""
        query = TodayQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        person = person_of(request)
        zone = query.validated_data.get("time_zone", person.time_zone)
        day = selectors.day(owner=person, on=today_in(zone))
        mood = day.mood
        shares = mood.probabilities if mood else None
        return Response(
            {
                "date": day.date,
                "time_zone": zone,
                "captures": len(day.captures),
                "computed_from": mood.captures if mood else 0,
                "dominant": mood.dominant if mood else None,
                "sentiment": mood.sentiment if mood else None,
                "valence": mood.valence if mood else None,
                "probabilities": shares and dict(zip(EMOTIONS, shares, strict=True)),
            }
        )
