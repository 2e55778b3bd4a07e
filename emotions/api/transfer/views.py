"""Import and export of a history."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from common.streaming import keepalive_response
from emotions.api.base import PersonalView, person_of, require_recent, validated_body
from emotions.api.parsers import StrictJSONParser
from emotions.api.renderers import ZipRenderer
from emotions.api.throttling import CaptureThrottle, ChartThrottle, PersonThrottle
from emotions.api.transfer import schema
from emotions.api.transfer.serializers import (
    ChoicesSerializer,
    ConfirmationSerializer,
    ImportDetailSerializer,
    ImportedSerializer,
    ImportFileSerializer,
    ImportJobSerializer,
    NewImportSerializer,
)
from emotions.models import Import
from emotions.transfer import exports, following, uploads
from emotions.transfer.cancelling import cancel_import
from emotions.transfer.choosing import Choices, confirm_import, read_again
from emotions.transfer.undoing import undo_import

MAX_LISTED = 50


class ImportView(PersonalView):
    """A history from elsewhere."""

    cost = 10
    post_throttle_classes = [CaptureThrottle]

    parser_classes = [MultiPartParser]

    @extend_schema(**schema.IMPORT)
    def post(self, request: Request) -> Any:
        """Hand a file to the worker, and wait for it."""
        person, values = person_of(request), validated_body(NewImportSerializer, request)
        place = following.take_place_to_wait()
        try:
            job = uploads.start_import(
                owner=person,
                upload=values["file"],
                time_zone=values.get("time_zone", person.time_zone),
                moods=values["moods"],
                preview=False,
            )
        except BaseException:
            place.release()
            raise
        states = following.follow(job, place)
        next(states)  # Enter its `try`, so that the place is released even if nobody iterates.
        return keepalive_response(states, render_report, content_type="application/json")


def render_report(job: Import) -> str:
    return json.dumps(ImportedSerializer(job).data)


def own_import(request: Request, uuid: UUID) -> Import:
    """Return an import of the signed-in person.

    Raises:
        Http404: there is none, or it belongs to somebody else.
    """
    return get_object_or_404(Import.objects.of(person_of(request)), uuid=uuid)


def accepted(job: Import) -> Response:
    """Answer for an import that the worker has to do with now."""
    return Response(ImportDetailSerializer(job).data, status=HTTPStatus.ACCEPTED)


def choices_for(job: Import, values: Mapping[str, Any]) -> Choices:
    """Return what a client chose; what it did not name stays as it is."""
    return Choices(
        time_zone=values.get("time_zone", job.time_zone),
        date_order=values.get("date_order", job.date_order),
        moods=values["moods"],
    )


class ImportsView(PersonalView):
    """The latest files of the person, and a new one to be previewed."""

    post_throttle_classes = [CaptureThrottle]

    parser_classes = [MultiPartParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count a file as `ImportView` does."""
        if request.method == "POST":
            self.cost = ImportView.cost
        super().initial(request, *args, **kwargs)

    @extend_schema(**schema.IMPORTS)
    def get(self, request: Request) -> Response:
        """List them."""
        jobs = Import.objects.of(person_of(request))[:MAX_LISTED]
        return Response(ImportJobSerializer(jobs, many=True).data)

    @extend_schema(**schema.PREVIEW_IMPORT)
    def post(self, request: Request) -> Response:
        """Hand a file to the worker, which looks through it."""
        person, values = person_of(request), validated_body(ImportFileSerializer, request)
        job = uploads.start_import(
            owner=person,
            upload=values["file"],
            time_zone=values.get("time_zone", person.time_zone),
            moods={},
            preview=True,
        )
        return accepted(job)


class ImportStateView(PersonalView):
    """One file of the person."""

    @extend_schema(**schema.IMPORT_STATE)
    def get(self, request: Request, uuid: UUID) -> Response:
        """Say how far it is."""
        return Response(ImportDetailSerializer(own_import(request, uuid)).data)


class ImportPreviewView(PersonalView):
    """Another preview of one file."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.PREVIEW_AGAIN)
    def post(self, request: Request, uuid: UUID) -> Response:
        """Have the worker look through it again, as it was chosen now."""
        job = own_import(request, uuid)
        values = validated_body(ChoicesSerializer, request)
        return accepted(read_again(job=job, choices=choices_for(job, values)))


class ImportConfirmView(PersonalView):
    """The word that one file is wanted."""

    parser_classes = [StrictJSONParser]

    @extend_schema(**schema.CONFIRM_IMPORT)
    def post(self, request: Request, uuid: UUID) -> Response:
        """Have the worker bring it in."""
        job = own_import(request, uuid)
        values = validated_body(ConfirmationSerializer, request)
        choices = choices_for(job, values)
        return accepted(confirm_import(job=job, choices=choices, update=values["update"]))


class ImportCancelView(PersonalView):
    """The word that one file is not wanted."""

    @extend_schema(**schema.CANCEL_IMPORT)
    def post(self, request: Request, uuid: UUID) -> Response:
        """Forget it."""
        job = cancel_import(job=own_import(request, uuid))
        return Response(ImportDetailSerializer(job).data)


class ImportUndoView(PersonalView):
    """The undoing of one file."""

    @extend_schema(**schema.UNDO_IMPORT)
    def post(self, request: Request, uuid: UUID) -> Response:
        """Have the worker undo it."""
        return accepted(undo_import(job=own_import(request, uuid)))


class ExportView(PersonalView):
    """Everything that belongs to the person."""

    throttle_classes = [PersonThrottle, ChartThrottle]
    heavy_methods = frozenset({"GET", "HEAD"})

    renderer_classes = [ZipRenderer, JSONRenderer]

    @extend_schema(**schema.EXPORT)
    def get(self, request: Request) -> Any:
        """Send the archive while it is made."""
        require_recent(request)
        return exports.export_response(owner=person_of(request))
