"""Import and export of a history."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from common.streaming import keepalive_response
from emotions.api.base import PersonalView, person_of, require_recent, validated
from emotions.api.renderers import ZipRenderer
from emotions.api.throttling import CaptureThrottle, ChartThrottle, PersonThrottle
from emotions.api.transfer.schema import EXPORT, IMPORT
from emotions.api.transfer.serializers import ImportedSerializer, ImportSerializer
from emotions.transfer import exports, importing
from emotions.transfer.importing import ImportReport


class ImportView(PersonalView):
    """A history from elsewhere."""

    cost = 10
    post_throttle_classes = [CaptureThrottle]

    parser_classes = [MultiPartParser]

    @extend_schema(**IMPORT)
    def post(self, request: Request) -> Any:
        """Import a file; entries that are refused stop none of the others."""
        person, values = person_of(request), validated(ImportSerializer, request.data)
        reports = importing.import_history(
            owner=person,
            file=values["file"].file,
            size=values["file"].size,
            time_zone=values.get("time_zone", person.time_zone),
            moods=values["moods"],
        )
        return keepalive_response(reports, render_report, content_type="application/json")


def render_report(report: ImportReport) -> str:
    return json.dumps(ImportedSerializer(report).data)


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
