"""REST API of captures, on the same services and selectors as the pages."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
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
from emotions.api.captures.changing import change_capture
from emotions.api.captures.filters import CaptureFilterSerializer, DeleteQuerySerializer
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
    WORDS,
)
from emotions.api.captures.serializers import (
    CaptureSerializer,
    EditSerializer,
    NewCaptureSerializer,
    TurnSerializer,
    WordsSerializer,
    self_report_of,
)
from emotions.api.etags import conditional_response, etag, expected_sequence
from emotions.api.idempotency import idempotency_key
from emotions.api.parsers import StrictJSONParser
from emotions.api.renderers import PictureRenderer
from emotions.api.throttling import CaptureThrottle
from emotions.captures import recording, selectors
from emotions.models import Capture, CaptureQuerySet
from emotions.pictures import responses


def refuse_detections(data: Any) -> None:
    """Refuse what a device has read where photos are read, rather than drop it.

    Raises:
        ValidationError: there is something of it.
    """
    if isinstance(data, Mapping) and "detections" in data:
        raise serializers.ValidationError(
            {"detections": [_("Send what a device has read to /api/v1/captures/readings/.")]}
        )


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
        refuse_detections(request.data)
        values = validated_body(NewCaptureSerializer, request)
        return self.recorded(record(person_of(request), values, key=idempotency_key(request)))

    @extend_schema(**WORDS)
    @action(detail=False, methods=["post"], parser_classes=[StrictJSONParser])
    def words(self, request: Request) -> Response:
        """Record a moment in words; the same request again answers the same."""
        values = validated_body(WordsSerializer, request)
        capture = recording.record_capture(
            owner=person_of(request),
            source=Capture.Source.API,
            time_zone=values.get("time_zone"),
            uuid=values.get("uuid"),
            idempotency_key=idempotency_key(request),
            taken_at=values.get("taken_at"),
            self_report=self_report_of(values),
        )
        return self.recorded(capture)

    def recorded(self, capture: Capture) -> Response:
        """Answer with a capture that is there now, and its address."""
        location = reverse("api:capture-detail", [capture.uuid], request=self.request)
        return self.capture_response(
            capture, status=status.HTTP_201_CREATED, headers={"Location": location}
        )

    @extend_schema(**RETRIEVE)
    def retrieve(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """Read a capture; what belongs to it is loaded only where the client has not got it."""
        capture = get_object_or_404(self.get_queryset().prefetch_related(None), uuid=uuid)

        def serialize() -> Any:
            return self.get_serializer(selectors.load_details(capture)).data

        return conditional_response(request, etag(capture), serialize)

    def change(self, action: str, uuid: UUID, values: Mapping[str, Any]) -> Response:
        """Change a capture once, and answer with it, or with nothing where it was deleted."""
        changed = change_capture(
            action,
            owner=person_of(self.request),
            uuid=uuid,
            values=values,
            expected=expected_sequence(self.request),
            key=idempotency_key(self.request),
        )
        if changed is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.get_serializer(changed).data, headers={"ETag": etag(changed)})

    @extend_schema(**UPDATE)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """Change what a capture says."""
        return self.change("edit", uuid, validated_body(EditSerializer, request))

    @extend_schema(**DESTROY)
    def destroy(self, request: Request, uuid: UUID) -> Response:
        """Put a capture into the trash, or remove it for ever."""
        return self.change("delete", uuid, validated_query(DeleteQuerySerializer, request))

    @extend_schema(**RESTORE)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, uuid: UUID) -> Response:
        """Bring a capture back from the trash."""
        return self.change("restore", uuid, {})

    @extend_schema(**TURN)
    @action(detail=True, methods=["post"], url_path="turn", url_name="turn")
    def turn_pictures(self, request: Request, uuid: UUID) -> Response:
        """Turn the pictures of a capture and read its faces anew."""
        self.get_object()  # whoever may not know of it learns of no wrong field either
        return self.change("turn", uuid, validated_body(TurnSerializer, request))

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
