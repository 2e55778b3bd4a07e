"""Import and export of a history."""

import json
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
from emotions.api.base import PersonalView, person_of, require_recent, validated
from emotions.api.renderers import ZipRenderer
from emotions.api.throttling import CaptureThrottle, ChartThrottle, PersonThrottle
from emotions.api.transfer.schema import EXPORT, IMPORT, IMPORT_STATE, IMPORTS, UNDO_IMPORT
from emotions.api.transfer.serializers import (
    ImportedSerializer,
    ImportJobSerializer,
    ImportSerializer,
)
from emotions.models import Import
from emotions.transfer import exports, following, uploads
from emotions.transfer.undoing import undo_import

MAX_LISTED = 50


class ImportView(PersonalView):
    """A history from elsewhere."""

    cost = 10
    post_throttle_classes = [CaptureThrottle]

    parser_classes = [MultiPartParser]

    @extend_schema(**IMPORT)
    def post(self, request: Request) -> Any:
        """Hand a file to the worker, and wait for it."""
        person, values = person_of(request), validated(ImportSerializer, request.data)
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


class ImportsView(PersonalView):
    """The latest files of the person."""

    @extend_schema(**IMPORTS)
    def get(self, request: Request) -> Response:
        """List them."""
        jobs = Import.objects.of(person_of(request))[:MAX_LISTED]
        return Response(ImportJobSerializer(jobs, many=True).data)


class ImportStateView(PersonalView):
    """One file of the person."""

    @extend_schema(**IMPORT_STATE)
    def get(self, request: Request, uuid: UUID) -> Response:
        """Say how far it is."""
        job = get_object_or_404(Import.objects.of(person_of(request)), uuid=uuid)
        return Response(ImportJobSerializer(job).data)


class ImportUndoView(PersonalView):
    """The undoing of one file."""

    @extend_schema(**UNDO_IMPORT)
    def post(self, request: Request, uuid: UUID) -> Response:
        """Have the worker undo it."""
        job = get_object_or_404(Import.objects.of(person_of(request)), uuid=uuid)
        undone = ImportJobSerializer(undo_import(job=job)).data
        return Response(undone, status=HTTPStatus.ACCEPTED)


class ExportView(PersonalView):
    """Everything that belongs to the person."""

    throttle_classes = [PersonThrottle, ChartThrottle]
    heavy_methods = frozenset({"GET"})

    renderer_classes = [ZipRenderer, JSONRenderer]

    @extend_schema(**EXPORT)
    def get(self, request: Request) -> Any:
        """Send the archive while it is made."""
        require_recent(request)
        return exports.export_response(owner=person_of(request))
