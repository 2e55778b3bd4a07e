"""Bringing a history in."""

import json
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from common.streaming import while_working
from emotions.api.account.profile_schema import IMPORT
from emotions.api.base import PersonalView, checked, person_of
from emotions.api.throttling import CaptureLimit
from emotions.api.transfer.serializers import ImportedSerializer, ImportSerializer
from emotions.transfer import importing
from emotions.transfer.importing import Tally


class ImportView(PersonalView):
    """A history from elsewhere."""

    cost = 10
    writing_limits = [CaptureLimit]

    parser_classes = [MultiPartParser]

    @extend_schema(**IMPORT)
    def post(self, request: Request) -> Any:
        """Bring a file in; what is refused stops nothing else."""
        person, values = person_of(request), checked(ImportSerializer, request.data)
        tallies = importing.import_history(
            owner=person,
            file=values["file"].file,
            size=values["file"].size,
            time_zone=values.get("time_zone", person.time_zone),
            moods=values["moods"],
        )
        answer = while_working(tallies, told)
        return StreamingHttpResponse(answer, content_type="application/json")


def told(tally: Tally) -> str:
    """Return what became of a file as JSON."""
    return json.dumps(ImportedSerializer(tally).data)
