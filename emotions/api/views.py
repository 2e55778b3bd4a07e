"""The REST API: the same services and selectors as the pages, as JSON."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.models import User
from emotions import pictures, selectors, services
from emotions.api import operations
from emotions.api.renderers import PictureRenderer
from emotions.api.serializers import (
    CaptureSerializer,
    NewCaptureSerializer,
    TodayQuerySerializer,
    TodaySerializer,
)
from emotions.models import Capture, CaptureQuerySet
from emotions.zones import today_in
from ml.images import MAX_BYTES


def person_of(request: Request) -> User:
    """Return the signed-in person."""
    assert isinstance(request.user, User)  # noqa: S101 - permissions let nobody else in
    return request.user


class PersonalView(APIView):
    """A view whose answers only the person's own app may keep, and asks again before using."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say so in every answer, errors too."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(answer, private=True, no_cache=True)
        return answer


@extend_schema_view(
    list=extend_schema(**operations.LIST), retrieve=extend_schema(**operations.RETRIEVE)
)
class CaptureViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    PersonalView,
    viewsets.GenericViewSet[Capture],
):
    """The signed-in person's captures; anybody else's answer 404."""

    queryset = Capture.objects.none()
    serializer_class = CaptureSerializer
    parser_classes = [MultiPartParser]
    lookup_field = "uuid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> CaptureQuerySet:
        """Return the person's own captures only."""
        return selectors.history(owner=person_of(self.request))

    @extend_schema(**operations.CREATE)
    def create(self, request: Request) -> Response:
        """Read a photo and record what its faces express; 200 where its UUID is there already."""
        sent = NewCaptureSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        values = sent.validated_data
        person = person_of(request)
        known = "uuid" in values and self.get_queryset().filter(uuid=values["uuid"]).exists()
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
        return Response(
            self.get_serializer(found).data,
            status=status.HTTP_200_OK if known else status.HTTP_201_CREATED,
            headers={"Location": reverse("api:capture-detail", [found.uuid], request=request)},
        )

    @extend_schema(**operations.DESTROY)
    def destroy(self, request: Request, **_: Any) -> Response:
        """Delete a capture with its photo and numbers."""
        services.delete_capture(capture=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(**operations.PHOTO)
    @action(detail=True, renderer_classes=[PictureRenderer, JSONRenderer])
    def photo(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """Send the photo."""
        return pictures.respond(request._request, self.get_object().photo)

    @extend_schema(**operations.THUMBNAIL)
    @action(detail=True, renderer_classes=[PictureRenderer, JSONRenderer])
    def thumbnail(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """Send the thumbnail."""
        return pictures.respond(request._request, self.get_object().thumbnail)


class TodayView(PersonalView):
    """Answer "what is the mood of today" and "what is the sentiment"."""

    @extend_schema(**operations.TODAY)
    def get(self, request: Request) -> Response:
        """Return today's mood in the zone that the client names, else the profile's."""
        query = TodayQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        person = person_of(request)
        zone = query.validated_data.get("time_zone", person.time_zone)
        day = selectors.day(owner=person, on=today_in(zone))
        return Response(TodaySerializer(day, context={"time_zone": zone}).data)
