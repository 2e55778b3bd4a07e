"""Moments that a device has read, without their pictures."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import User
from emotions.api.authentication import SessionAuthentication
from emotions.api.base import PersonalView, person_of, validated_body
from emotions.api.captures.serializers import CaptureSerializer, self_report_of
from emotions.api.etags import etag
from emotions.api.idempotency import idempotency_key
from emotions.api.parsers import StrictJSONParser
from emotions.api.readings.schema import READING
from emotions.api.readings.serializers import ReadingSerializer, reading_of
from emotions.api.throttling import CaptureThrottle
from emotions.captures import recording, selectors
from emotions.models import Capture
from emotions.preferences.ways import Way, remember_way


def record_reading(owner: User, values: Mapping[str, Any], *, key: str | None = None) -> Capture:
    """Record one reading from checked values."""
    return recording.record_reading(
        owner=owner,
        reading=reading_of(values),
        source=Capture.Source(values["source"]),
        time_zone=values.get("time_zone"),
        uuid=values.get("uuid"),
        idempotency_key=key,
        taken_at=values.get("taken_at"),
        self_report=self_report_of(values),
        keep_without_face=values["keep_without_face"],
    )


def remember_page(request: Request, source: str) -> None:
    """Let a browser open the page next time on which its picture was read, if it was ours."""
    if source in set(Way):
        remember_way(request._request, Way(source))


class ReadingsView(PersonalView):
    """Readings of the person's own device."""

    post_throttle_classes = [CaptureThrottle]
    parser_classes = [StrictJSONParser]

    @extend_schema(**READING)
    def post(self, request: Request) -> Response:
        """Record a moment that was read on a device; the same request again answers the same."""
        values = validated_body(ReadingSerializer, request)
        recorded = record_reading(person_of(request), values, key=idempotency_key(request))
        if isinstance(request.successful_authenticator, SessionAuthentication):
            remember_page(request, recorded.source)
        capture = selectors.get_capture(owner=recorded.owner, uuid=recorded.uuid)
        location = reverse("api:capture-detail", [capture.uuid], request=request)
        return Response(
            CaptureSerializer(capture, context={"request": request}).data,
            status=status.HTTP_201_CREATED,
            headers={"ETag": etag(capture), "Location": location},
        )
