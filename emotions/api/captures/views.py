"""REST API of captures, on the same services and selectors as the pages."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import User
from common.imaging.images import MAX_BYTES
from emotions.api.base import PersonalView, person_of, reject_blank, validated_body, validated_query
from emotions.api.captures.schema import (
    CREATE,
    CROP,
    DESTROY,
    LIST,
    PHOTO,
    RESTORE,
    RETRIEVE,
    THUMBNAIL,
    TURN,
    UPDATE,
)
from emotions.api.captures.serializers import (
    CaptureFilterSerializer,
    CaptureSerializer,
    DeleteQuerySerializer,
    EditSerializer,
    NewCaptureSerializer,
    TurnSerializer,
    self_report_of,
)
from emotions.api.etags import conditional_response, etag, expected_sequence
from emotions.api.parsers import StrictJSONParser
from emotions.api.renderers import PictureRenderer
from emotions.api.throttling import CaptureThrottle
from emotions.captures import editing, recording, selectors
from emotions.captures.editing import Changes
from emotions.captures.purging import purge_capture
from emotions.captures.trash import delete_capture, restore_capture
from emotions.captures.turning import turn_capture
from emotions.models import Capture, CaptureQuerySet
from emotions.pictures import responses

MAX_KEY_LENGTH = 255


def idempotency_key(request: Request) -> str | None:
    """Return the key under which a client sends a request, perhaps again.

    Raises:
        ValidationError: it is too long or not plain text.
    """
    key: str | None = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 0 < len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise serializers.ValidationError(
            {"Idempotency-Key": [f"Expected 1 to {MAX_KEY_LENGTH} printable ASCII characters."]}
        )
    return key


def record(owner: User, values: Mapping[str, Any], *, key: str | None = None) -> Capture:
    """Record one moment from checked values."""
    photo = values.get("photo")
    return recording.record_capture(
        owner=owner,
        photo=None if photo is None else photo.read(MAX_BYTES + 1),
        source=Capture.Source(values["source"]),
        time_zone=values.get("time_zone"),
        uuid=values.get("uuid"),
        idempotency_key=key,
        taken_at=values.get("taken_at"),
        self_report=self_report_of(values),
        kept=Capture.Kept(values["kept"]) if "kept" in values else None,
        keep_others=values["keep_others"],
        keep_without_face=values["keep_without_face"],
        me=(values["me_x"], values["me_y"]) if "me_x" in values else None,
        turn=values["turn"],
    )


@extend_schema_view(list=extend_schema(**LIST))
class CaptureViewSet(mixins.ListModelMixin, PersonalView, viewsets.GenericViewSet[Capture]):
    """The signed-in person's captures; anybody else's answer 404."""

    post_throttle_classes = [CaptureThrottle]
    heavy_methods = frozenset({"POST"})

    queryset = Capture.objects.none()
    serializer_class = CaptureSerializer
    parser_classes = [StrictJSONParser, MultiPartParser]
    lookup_field = "uuid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> CaptureQuerySet:
        """Return the person's own captures only, narrowed down in a list."""
        selection: dict[str, Any] = {}
        if self.action == "list":
            query = CaptureFilterSerializer(data=self.request.query_params)
            reject_blank(query, self.request)
            selection = query.selection()
        return selectors.history(owner=person_of(self.request), **selection)

    def capture_response(self, capture: Capture, **options: Any) -> Response:
        """Answer with a capture as it is now."""
        current = selectors.get_capture(owner=capture.owner, uuid=capture.uuid)
        headers = {"ETag": etag(current), **options.pop("headers", {})}
        return Response(self.get_serializer(current).data, headers=headers, **options)

    @extend_schema(**CREATE)
    def create(self, request: Request) -> Response:
        """Record a moment; the same request again answers the same."""
        values = validated_body(NewCaptureSerializer, request)
        capture = record(person_of(request), values, key=idempotency_key(request))
        location = reverse("api:capture-detail", [capture.uuid], request=request)
        return self.capture_response(
            capture, status=status.HTTP_201_CREATED, headers={"Location": location}
        )

    @extend_schema(**RETRIEVE)
    def retrieve(self, request: Request, **_: Any) -> HttpResponseBase:
        """Read a capture."""
        capture = self.get_object()
        return conditional_response(request, capture, lambda: self.get_serializer(capture).data)

    @extend_schema(**UPDATE)
    def partial_update(self, request: Request, **_: Any) -> Response:
        """Change what a capture says."""
        values = validated_body(EditSerializer, request)
        edited = editing.edit_capture(
            capture=self.get_object(),
            changes=Changes(**values),  # type: ignore[typeddict-item]  # checked
            expected=expected_sequence(request),
        )
        return self.capture_response(edited)

    @extend_schema(**DESTROY)
    def destroy(self, request: Request, uuid: UUID) -> Response:
        """Put a capture into the trash, or remove it for ever."""
        owner = person_of(request)
        forever = validated_query(DeleteQuerySerializer, request)["forever"]
        expected = expected_sequence(request)
        if forever:
            capture = get_object_or_404(Capture, owner=owner, uuid=uuid, purged_at=None)
            purge_capture(capture=capture, expected=expected)
        else:
            delete_capture(capture=self.get_object(), expected=expected)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(**RESTORE)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, uuid: UUID) -> Response:
        """Bring a capture back from the trash."""
        trash = selectors.history(owner=person_of(request), in_trash=True)
        restored = restore_capture(
            capture=get_object_or_404(trash, uuid=uuid), expected=expected_sequence(request)
        )
        return self.capture_response(restored)

    @extend_schema(**TURN)
    @action(detail=True, methods=["post"], url_path="turn", url_name="turn")
    def turn_pictures(self, request: Request, **_: Any) -> Response:
        """Turn the pictures of a capture and read its faces anew."""
        found = self.get_object()
        degrees = validated_body(TurnSerializer, request)["degrees"]
        turned = turn_capture(capture=found, degrees=degrees, expected=expected_sequence(request))
        return self.capture_response(turned)

    @extend_schema(**PHOTO)
    @action(detail=True, renderer_classes=[PictureRenderer, JSONRenderer])
    def photo(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """Send the photo."""
        return responses.picture_response(request._request, self.get_object().photo)

    @extend_schema(**CROP)
    @action(detail=True, renderer_classes=[PictureRenderer, JSONRenderer])
    def crop(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """Send the person's face."""
        return responses.picture_response(request._request, self.get_object().crop)

    @extend_schema(**THUMBNAIL)
    @action(detail=True, renderer_classes=[PictureRenderer, JSONRenderer])
    def thumbnail(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """Send the thumbnail."""
        return responses.picture_response(request._request, self.get_object().small_picture)
